"""Certificates in a table, as several pages list them."""

from collections.abc import Sequence

from daq.records.certificate_versions import Version
from daq.web.certificates.words import KINDS, state_text
from daq.web.forms import table
from daq.web.visit import Visit


def certificate_table(here: Visit, some: Sequence[Version]) -> None:
    """One row a version, with its state now."""
    say, words, now_ns = here.words.say, here.words, here.desk.clock.now_ns()
    rows = []
    for one in some:
        begins_ns, due = one.begins_ns, one.content.due
        rows.append(
            (
                (one.record, f"/certificate/{one.record}"),
                one.number,
                (f"{one.equipment} {words.channel(one.channel)}".strip(), f"/equipment/{one.equipment}"),
                say(KINDS.get(one.content.kind, one.content.kind)),
                str(one.content.said("certificate", "laboratory") or ""),
                state_text(one, words, now_ns),
                words.date(begins_ns) if begins_ns else "",
                due.last_day.isoformat() if due else "",
            )
        )
    headings = ("#", say("Certificate number"), say("Equipment"), say("Kind"), say("Laboratory"))
    table((*headings, say("State"), say("In force from"), say("Last day")), rows, "")
