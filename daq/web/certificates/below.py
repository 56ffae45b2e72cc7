"""Where a certificate comes from, as a picture, and what stands on it, as lists."""

from collections.abc import Iterator

import numpy as np
from nicegui import run, ui

from daq.errors import JournalError
from daq.i18n.figures import with_unit
from daq.journal import JournalReader
from daq.lab.papers.tables import as_xlsx
from daq.lab.tracing.chain_svg import chain_svg
from daq.lab.tracing.impact import Impact, impact_of_certificate
from daq.lab.tracing.impact_tables import impact_tables, samples_of
from daq.lab.tracing.records import chain_of_certificate
from daq.records.certificate_versions import Version
from daq.records.database import reading
from daq.web.digits import expanded, figure
from daq.web.forms import once, said, table
from daq.web.frame import box
from daq.web.sessions.words import VERDICTS
from daq.web.visit import Visit

MOST_SHOWN = 200


def chain_panel(here: Visit, record: str) -> None:
    """Working instrument, certificate, standard … up to the national standard."""
    with box("panel"):
        ui.label(here.words.say("Traceability chain")).classes("caption")
        with reading(here.desk.engine) as connection:
            chain = chain_of_certificate(connection, record, here.desk.clock.now_ns())
        with box("scroll"):
            ui.html(chain_svg(chain, here.words), sanitize=False)


class ImpactPanel:
    """Everything that stands on a version, and what it would become under another one."""

    def __init__(self, here: Visit, version: Version, others: tuple[Version, ...]) -> None:
        self._here = here
        self._version = version
        say = here.words.say
        with box("panel"):
            ui.label(say("What stands on it")).classes("caption")
            with box("filters"):
                options = {"": say("as it is")} | {
                    one.record: say("as it would be under {record}", record=one.record)
                    for one in others
                    if one.record != version.record
                }
                self._other = ui.select(options, value="").props("outlined dense").classes("chooser")
                ui.button(say("List"), on_click=self.show).props("outline no-caps")
            self._list = box("found")

    async def show(self) -> None:
        """Look it up; ten thousands of results take some seconds."""
        say = self._here.words.say
        self._list.clear()
        with self._list:
            ui.label(say("Looking through captures, results and reports …"))
        found = await run.io_bound(self._look, str(self._other.value or ""))
        self._list.clear()
        with self._list:
            if found is not None:
                self._build(found)

    def _look(self, other: str) -> Impact:
        desk = self._here.desk
        try:
            journal = JournalReader.open(desk.files.journal)
        except JournalError:
            journal = None
        try:
            with reading(desk.engine) as connection:
                return impact_of_certificate(connection, self._version.record, other=other, journal=journal)
        finally:
            if journal is not None:
                journal.close()

    def _build(self, found: Impact) -> None:
        say, words = self._here.words.say, self._here.words
        for one in found.readings:
            sentence = say(
                "{count} readings of {channel} in the journal",
                count=one.count,
                channel=f"{one.instrument} {one.channel}",
            )
            ui.label(sentence)
        for taken in found.captures:
            sentence = say(
                "{count} captures of {channel}, from {start} to {end}",
                count=taken.count,
                channel=f"{taken.instrument} {taken.channel}",
                start=words.time(taken.first_ns),
                end=words.time(taken.last_ns),
            )
            ui.label(sentence)
        below = [
            (one.version.record, one.version.number, f"{one.version.equipment} {one.version.channel}")
            for one in found.certificates
            if one.link is not None
        ]
        if below:
            table((say("Certificates below"), say("Certificate number"), say("Equipment")), below, "")
        results = found.results
        changed = int(np.count_nonzero(results.verdict_changed))
        ui.label(
            say("{count} results; of {changed} the verdict would change", count=len(results), changed=changed)
        )
        headings = (say("Sessions"), say("time"), say("as it is"), say("would be"), say("Verdict"))
        table(headings, list(self._results(found)), say("None."))
        reports = [
            (f"{one.number}.{one.version}", one.session, words.time(one.t_ns)) for one in found.reports
        ]
        table((say("Report"), say("Sessions"), say("time")), reports, say("No report stands on it."))
        save = ui.button(say("Save as a workbook (XLSX)"))
        save.on_click(lambda: self._save(found, save)).props("outline no-caps")

    async def _save(self, found: Impact, button: ui.button) -> None:
        """All of it, which may be more than is shown."""
        with once(button), said(self._here):
            book = await run.io_bound(self._workbook, found)
            if book is not None:
                ui.download(book, f"impact-{self._version.record}.xlsx")

    def _workbook(self, found: Impact) -> bytes:
        with reading(self._here.desk.engine) as connection:
            samples = samples_of(connection)
        return as_xlsx(impact_tables(found, samples, self._here.settings.site.timezone))

    def _results(self, found: Impact) -> Iterator[tuple[str | tuple[str, str], ...]]:
        """Those whose verdict would change first."""
        results, words = found.results, self._here.words
        kept = results.kept
        order = np.argsort(~results.verdict_changed, kind="stable")[:MOST_SHOWN]
        for i in order:
            unit = kept.unit[i]
            verdict = words.say(VERDICTS.get(kept.verdict[i], kept.verdict[i]))
            if results.verdict[i] != kept.verdict[i]:
                verdict += f" → {words.say(VERDICTS.get(results.verdict[i], results.verdict[i]))}"
            yield (
                (kept.session[i], f"/session/{kept.session[i]}"),
                words.time(int(kept.t_ns[i])),
                _number(float(kept.value[i]), float(kept.expanded[i]), unit),
                _number(float(results.value[i]), float(results.expanded[i]), unit)
                if results.is_tried[i]
                else "",
                verdict,
            )


def _number(value: float, U: float, unit: str) -> str:  # noqa: N803
    if np.isnan(value):
        return "—"
    spread = "" if np.isnan(U) else f" ± {expanded(U)}"
    return with_unit(f"{figure(value, 5)}{spread}", unit)
