"""The results of a session on its page: value with U, verdict with rule and risk, budget, signatures."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from nicegui import run, ui

from daq.i18n.figures import symbol, with_unit
from daq.lab import session_signing as signing
from daq.lab.papers.words import PaperWords
from daq.lab.session_events import Stage
from daq.lab.session_records import BENCH_ROLES
from daq.lab.session_results import KeptResult, finish_session
from daq.lab.session_signing import PERFORMED, REVIEWED, REVIEWERS
from daq.lab.session_state import SessionState
from daq.security.people import Role
from daq.web.digits import expanded
from daq.web.forms import Question, ask, ask_signed, said, table
from daq.web.frame import box
from daq.web.session_words import VERDICTS
from daq.web.visit import Visit
from daq.web.words import Words

Changed = Callable[[SessionState], None]


def results_panel(results: tuple[KeptResult, ...], words: Words) -> None:
    """Each result as it is reported, with what stands behind it."""
    for one in results:
        body = one.body
        with box("panel result"):
            ui.label(_either(body["title"], words)).classes("caption")
            with box("heading"):
                ui.label(with_unit(body["reported"], body["unit"])).classes("answer")
                ui.label(_uncertainty(body, words)).classes("uncertainty")
            for verdict in body["verdicts"]:
                ui.label(_verdict(verdict, words)).classes(f"verdict-word {verdict['decision']}")
                ui.label(_how(verdict, words)).classes("detail")
            for note in body["notes"]:
                ui.label(f"▲ {_either(note['words'], words)}").classes("caution")
            if body["parallels"]:
                ui.label(_parallels(body["parallels"], words))
            with ui.expansion(words.say("Uncertainty budget")).classes("budget"):
                headings = (
                    words.say("Quantity"),
                    "u",
                    words.say("Distribution"),
                    "|c|·u",
                    "%",
                    words.say("From"),
                )
                table(headings, list(_budget(body, words)), "")
            ui.label(words.say("version {version} of this result", version=one.version)).classes("detail")


def _either(both: Any, words: Words) -> str:
    return words.either(both["zh"], both["en"])


def _uncertainty(body: Any, words: Words) -> str:
    if not body["reported_U"]:
        return words.say("without uncertainty: {reason}", reason=body["why_no_uncertainty"])
    return f"± {with_unit(body['reported_U'], body['unit'])} (k = {float(body['k']):.2f})"


def _verdict(verdict: Any, words: Words) -> str:
    mark = "✓" if verdict["decision"] == "pass" else "✗"
    return f"{mark} {words.say(VERDICTS.get(verdict['decision'], verdict['decision']))}"


def _how(verdict: Any, words: Words) -> str:
    unit, paper = symbol(verdict["unit"]), PaperWords(words.language, words.timezone)
    sides = [f"≥ {verdict['lower']} {unit}"] if verdict["lower"] else []
    sides += [f"≤ {verdict['upper']} {unit}"] if verdict["upper"] else []
    comparison = {
        "full-value": words.say("full values compared"),
        "rounded-value": words.say("rounded values compared"),
    }.get(verdict["comparison"], verdict["comparison"])
    parts = [
        " ".join(sides),
        verdict["edition"],
        f"{comparison}: {verdict['compared']} {unit}",
        paper.rule(verdict["rule"]),
    ]
    if verdict["risk"] is not None:
        parts.append(words.say("risk of a wrong decision {risk}", risk=paper.risk(float(verdict["risk"]))))
    return " · ".join(parts)


def _parallels(found: Any, words: Words) -> str:
    values = " / ".join(found["values"])
    sentence = words.say(
        "determinations {values} {unit}: {difference} apart, {limit} allowed",
        values=values,
        unit=symbol(found["unit"]),
        difference=found["difference"],
        limit=found["limit"],
    )
    return f"{'✓' if found['met'] else '✗'} {sentence}"


def _budget(body: Any, words: Words) -> Iterator[tuple[str, ...]]:
    for row in body["budget"]:
        count = f" × {row['count']}" if row["count"] > 1 else ""
        yield (
            f"{_either(row['quantity'], words)}{count}",
            expanded(float(row["u"])) if row["u"] is not None else "",
            row["distribution"],
            expanded(float(row["contribution"])),
            f"{100 * float(row['share']):.1f}",
            row["source"],
        )


def end_buttons(here: Visit, state: SessionState, changed: Changed) -> None:
    """What may be done with the session as a whole, by its stage."""
    say = here.words.say
    with box("bar"):
        if state.stage is Stage.RUNNING and state.is_through:
            ui.button(say("Compute the result"), on_click=_doing(here, state, finish_session, changed)).props(
                "unelevated no-caps size=lg"
            )
        if state.stage is Stage.FINISHED and not state.draft and here.has(*BENCH_ROLES):
            ui.button(say("Sign"), on_click=_signing(here, state, changed)).props(
                "unelevated no-caps size=lg"
            )
        if state.stage is Stage.SIGNED and here.has(*REVIEWERS):
            ui.button(say("Review and sign"), on_click=_reviewing(here, state, changed)).props(
                "unelevated no-caps"
            )
            ui.button(say("Return with comments"), on_click=_returning(here, state, changed)).props(
                "outline no-caps"
            )
        if state.stage is Stage.REVIEWED and here.has(Role.METROLOGIST, Role.QUALITY_MANAGER):
            ui.button(say("Amend"), on_click=_amending(here, state, changed)).props("outline no-caps")
        if state.stage in (Stage.RUNNING, Stage.FINISHED):
            ui.button(say("Give up the session"), on_click=_cancelling(here, state, changed)).props(
                "flat no-caps"
            )


Click = Callable[[], Awaitable[None]]


def _doing(
    here: Visit, state: SessionState, what: Callable[..., SessionState], changed: Changed, *more: str
) -> Click:
    """A click that does ``what`` in the name of who is signed in."""

    async def go() -> None:
        with said(here):
            found = await run.io_bound(what, here.desk.bench, here.actor(), state.header.id, *more)
            if found is not None:
                changed(found)

    return go


def _asking(
    here: Visit, state: SessionState, question: Question, what: Callable[..., SessionState], changed: Changed
) -> Click:
    """The same after a question; its answer goes along."""

    async def go() -> None:
        answer = await ask(here, question)
        if answer is not None:
            await _doing(here, state, what, changed, *answer.texts)()

    return go


def _returning(here: Visit, state: SessionState, changed: Changed) -> Click:
    say = here.words.say
    text = say("It goes back to the bench with your comments.")
    question = Question(say("Return with comments"), text, fields=(say("What has to be done"),))
    return _asking(here, state, question, signing.return_session, changed)


def _amending(here: Visit, state: SessionState, changed: Changed) -> Click:
    say = here.words.say
    text = say("Result and report get a new version beside the present one.")
    question = Question(say("Amend"), text, fields=(say("Reason"),))
    return _asking(here, state, question, signing.amend_session, changed)


def _cancelling(here: Visit, state: SessionState, changed: Changed) -> Click:
    say = here.words.say
    text = say("It stays in the record with all its captures.")
    question = Question(say("Give up the session"), text, fields=(say("Reason"),), grave=True)
    return _asking(here, state, question, signing.cancel_session, changed)


def _signing(here: Visit, state: SessionState, changed: Changed) -> Click:
    async def go() -> None:
        say = here.words.say
        question = Question(say("Sign"), say("I did this work as it is recorded here."), signed=True)
        signed = await ask_signed(here, question, BENCH_ROLES, PERFORMED)
        if signed is None:
            return
        with said(here):
            found = await run.io_bound(signing.sign_session, here.desk.bench, state.header.id, signed[1])
            if found is not None:
                changed(found)

    return go


def _reviewing(here: Visit, state: SessionState, changed: Changed) -> Click:
    async def go() -> None:
        say = here.words.say
        text = say("I have compared the results with the raw data.")
        signed = await ask_signed(
            here, Question(say("Review and sign"), text, signed=True), REVIEWERS, REVIEWED
        )
        if signed is None:
            return
        with said(here):
            found = await run.io_bound(signing.review_session, here.desk.bench, state.header.id, signed[1])
            if found is not None:
                changed(found)

    return go
