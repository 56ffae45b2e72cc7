"""What went otherwise than written in a session, in the words of a report, and who answers for it."""

from collections.abc import Iterator

from daq.i18n import N_
from daq.i18n.figures import SYMBOLS, with_unit
from daq.lab.equipment.description import EquipmentState
from daq.lab.papers.content import Deviation, Signed
from daq.lab.reports.dossier import Dossier
from daq.lab.results.words import Words, title_of, words
from daq.lab.sessions.course import Deviation as Accepted
from daq.lab.sessions.course import Override
from daq.lab.sessions.objections import INSTRUMENT
from daq.lab.sessions.remarks import ALLOWED_AS, Remark

PRINTED = {
    "certificate-ended": N_(
        "{instrument} was used although its certificate {number} had ended on {last_day}"
    ),
    "certificate-missing": N_("{instrument} was used although it had no certificate in force"),
    "check-never-done": N_("{instrument} was used although it had never been checked"),
    "check-failed": N_("{instrument} was used although it had failed its last check"),
    "check-not-since-adjustment": N_(
        "{instrument} was used although it had not been checked since its adjustment"
    ),
    "check-overdue": N_("{instrument} was used although its check was overdue"),
    "nonconformity-open": N_("{instrument} was used although nonconforming work was open for it: {numbers}"),
    "out-of-use": N_("{instrument} was used although it was {state} by the register of equipment"),
    "not-checked": N_("{instrument} was used although it had not passed {method} within {hours} h"),
    "unstable": N_("{instrument} was captured although it was not stable"),
    "parallels-apart": N_("The determinations lie {spread} apart, more than {limit}"),
}
"""Of remarks that tell a person what to do next: what a reader of the report is told instead."""
OF_INSTRUMENTS = frozenset(PRINTED) - {"unstable", "parallels-apart"}
"""Codes that two people allow as ``instrument``."""
TOLD_ELSEWHERE = frozenset({"draft-method", "override"})

RELEASED = {
    INSTRUMENT: N_("an instrument that was not valid"),
    "mass-low": N_("a mass of sample that was too small"),
    "mass-high": N_("a mass of sample that was too large"),
    "outside-band": N_("a room outside its band"),
    "room-unknown": N_("a room of which nothing was known"),
    "too-short": N_("a time that was too short"),
    "too-long": N_("a time that was too long"),
    "hold-short": N_("a temperature that was held for too short a time"),
    "hold-excursion": N_("a temperature outside its band"),
    "hold-gap": N_("a temperature with gaps in its record"),
    "mass-never-constant": N_("a mass that was not constant"),
    "parallels-apart": N_("determinations too far apart"),
}
"""What two people can allow (``sessions.OVERRIDABLE``), where no remark says it better."""

_STATES = {
    EquipmentState.AWAY: N_("away"),
    EquipmentState.UNDER_REPAIR: N_("under repair"),
    EquipmentState.SUSPENDED: N_("suspended"),
    EquipmentState.RETIRED: N_("retired"),
}
_QUANTITIES = {"temperature": N_("temperature"), "humidity": N_("humidity")}


def deviations_of(dossier: Dossier) -> tuple[Deviation, ...]:
    """Every deviation once, and every release with both people, also one that was not made use of."""
    found: list[Deviation] = []
    used: set[int] = set()
    for one in dossier.state.deviations:
        if one.remark.code in TOLD_ELSEWHERE:
            continue
        release = _release(dossier, one)
        if release is not None:
            used.add(release.n)
        found.append(_deviation(dossier, one, release))
    for release in dossier.state.overrides:
        if release.n not in used:
            what = words(N_("Released although refused: {what}"), what=words(RELEASED[release.code]))
            subject = released_subject(dossier, release)
            located = words(N_("{place}: {sentence}"), place=subject, sentence=what)
            found.append(Deviation(what=located, reason=release.reason, signatures=_people(dossier, release)))
    return tuple(_once(found))


def deviation_of(dossier: Dossier, event: int) -> Words:
    """What the remarks of one event say, as a paper says it."""
    said = [
        printed(dossier, one.remark)
        for one in dossier.state.deviations
        if one.n == event and one.remark.code not in TOLD_ELSEWHERE
    ]
    return Words(
        "；".join(one.zh.rstrip("。") for one in said), "; ".join(one.en.rstrip(".") for one in said)
    )


def printed(dossier: Dossier, remark: Remark) -> Words:
    """A remark in both languages, roles and steps by their titles."""
    facts: dict[str, object] = {key: _with_symbol(fact) for key, fact in remark.facts.items()}
    titles = {one.role: title_of(one) for one in dossier.procedure.instruments}
    for key, names in (("role", titles), ("step", dossier.steps), ("method", dossier.checks)):
        if str(facts.get(key)) in names:
            facts[key] = names[str(facts[key])]
    if facts.get("what") in _QUANTITIES:
        facts["what"] = words(_QUANTITIES[str(facts["what"])])
    if facts.get("state") in list(_STATES):
        facts["state"] = words(_STATES[EquipmentState(str(facts["state"]))])
    return words(PRINTED.get(remark.code, remark.message), **facts)


def _with_symbol(fact: str | int) -> str | int:
    """A number with its unit as it is printed: ``31.20 °C``."""
    number, _, unit = str(fact).rpartition(" ")
    return with_unit(number, unit) if number and unit in SYMBOLS else fact


def _deviation(dossier: Dossier, one: Accepted, release: Override | None) -> Deviation:
    sentence = printed(dossier, one.remark)
    event = dossier.event(one.n)
    if event.text("step") and "step" not in one.remark.facts:
        place = _place(dossier, event.text("step"), event.number("portion"))
        sentence = words(N_("{place}: {sentence}"), place=place, sentence=sentence)
    if release is not None:
        return Deviation(what=sentence, reason=release.reason, signatures=_people(dossier, release))
    by = dossier.signed(one.account, None, N_("accepted"), one.t_ns)
    return Deviation(what=sentence, reason=event.text("reason"), signatures=(by,))


def _release(dossier: Dossier, one: Accepted) -> Override | None:
    """What two people allowed, if it is what made this pass."""
    event = dossier.event(one.n)
    place = f"{event.text('step')}/{event.number('portion')}" if event.text("step") else ""
    allowed_as = ALLOWED_AS.get(one.remark.code, one.remark.code)
    for release in dossier.state.overrides:
        subject = release.subject.rpartition("/")[2] if release.code == INSTRUMENT else release.subject
        if release.code == INSTRUMENT:
            if one.remark.code in OF_INSTRUMENTS and one.remark.facts.get("instrument") == subject:
                return release
        elif release.code == allowed_as and (subject == place or subject.endswith("/0")):
            return release
    return None


def _people(dossier: Dossier, release: Override) -> tuple[Signed, ...]:
    return tuple(
        dossier.signed(account, role, N_("released"), release.t_ns) for account, role in release.people
    )


def released_subject(dossier: Dossier, release: Override) -> Words:
    """What two people allowed something about: an instrument, a step and its determination."""
    first, _, second = release.subject.rpartition("/")
    if release.code == INSTRUMENT:
        return Words(second, second)
    return _place(dossier, first, int(second))


def _place(dossier: Dossier, step: str, portion: int) -> Words:
    if not portion:
        return dossier.step(step)
    message = N_("{step}, determination {portion}")
    return words(message, step=dossier.step(step), portion=portion)


def _once(found: list[Deviation]) -> Iterator[Deviation]:
    """The same said several times, such as of an instrument at each of its captures, is printed once."""
    seen: set[tuple[Words, str]] = set()
    for one in found:
        if (one.what, one.reason) not in seen:
            seen.add((one.what, one.reason))
            yield one
