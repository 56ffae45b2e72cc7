"""What a calibration found before any adjustment, asked and shown before its certificate is put in force."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from nicegui import run, ui

from daq.errors import RegisterError
from daq.i18n import N_
from daq.i18n.figures import symbol
from daq.lab.certificates.as_found import Foreseen, Found, as_found_of, foreseen
from daq.lab.typed_numbers import typed_number
from daq.records.certificate_versions import Version
from daq.records.database import reading
from daq.web.forms import Question, ask, said, table
from daq.web.frame import box
from daq.web.visit import Visit

MOST_SHOWN = 50
KINDS: dict[Literal["capture", "result", "report"], str] = {
    "capture": N_("{number} captures"),
    "result": N_("{number} results"),
    "report": N_("{number} reports"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """Results before any adjustment, as they will be judged."""

    mpe: Decimal | None = None
    """As a person says it, where the register of equipment does not."""
    foreseen: Foreseen | None = None
    """None where the instrument was within its limits."""


async def judged_as_found(here: Visit, version: Version) -> Judged | None:
    """Ask for the limit where nobody has said it, and look at what will happen; None if it was left."""
    looked = await _looked(here, version, "")
    if looked is None or looked[0] is None or not looked[0].needs_mpe:
        return looked[1] if looked is not None else None
    say, unit = here.words.say, symbol(looked[0].unit)
    question = Question(
        say("It was adjusted: what is permitted?"),
        say("The results before the adjustment are judged by it. If they are beyond, work is nonconforming."),
        say("Go on"),
        (say("MPE of {equipment} in service / {unit}", equipment=version.equipment, unit=unit),),
    )
    answer = await ask(here, question)
    again = await _looked(here, version, answer.texts[0]) if answer is not None else None
    return again[1] if again is not None else None


async def _looked(here: Visit, version: Version, mpe: str) -> tuple[Found | None, Judged] | None:
    """None after a refusal, which was said."""
    with said(here):
        return await run.io_bound(_look, here, version, _permissible(mpe) if mpe else None)
    return None


def _look(here: Visit, version: Version, mpe: Decimal | None) -> tuple[Found | None, Judged]:
    register = here.desk.register
    with reading(register.engine) as connection:
        found = as_found_of(register, connection, version, mpe)
        ahead = foreseen(register, connection, version, found) if found is not None else None
    return found, Judged(mpe, ahead)


def _permissible(text: str) -> Decimal:
    try:
        mpe = typed_number(text)
    except ValueError:
        mpe = Decimal(0)
    if mpe <= 0:
        raise RegisterError(
            N_("{text} is no permissible error: a number greater than 0, in the unit of the indication."),
            text=repr(text[:40]),
        )
    return mpe


def show_foreseen(here: Visit, version: Version, judged: Judged) -> None:
    """That it will be suspended, since when, and everything that stood on it since."""
    ahead, words = judged.foreseen, here.words
    if ahead is None:
        return
    known = ahead.known.number if ahead.known is not None else ""
    ui.label(words.say("✗ {equipment} was beyond its MPE.", equipment=version.equipment)).classes("refusal")
    ui.label(
        words.say("It is suspended, and nonconforming work {number} is widened.", number=known)
        if known
        else words.say("It is suspended, and nonconforming work is opened.")
    )
    counted = Counter(one.kind for one in ahead.affected)
    parts = [words.say(text, number=counted[kind]) for kind, text in KINDS.items() if counted[kind]]
    what = " · ".join(parts) or words.say("nothing")
    since_ns = ahead.suspect.from_ns
    ui.label(
        words.say("What stood on it since {since}: {what}", since=words.time(since_ns), what=what)
        if since_ns
        else words.say("What ever stood on it: {what}", what=what)
    )
    rows = [
        (words.say(_WORDS[one.kind]), one.record, one.session, words.time(one.t_ns))
        for one in ahead.affected
        if one.kind != "capture"
    ]
    if rows:
        with box("affected"):
            headings = ("", "#", words.say("Sessions"), words.say("time"))
            table(headings, rows[:MOST_SHOWN], "")
            if len(rows) > MOST_SHOWN:
                ui.label(words.say("and {count} more", count=len(rows) - MOST_SHOWN)).classes("detail")


_WORDS = {"capture": N_("Capture"), "result": N_("Result"), "report": N_("Report")}
