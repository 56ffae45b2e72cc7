"""The results of a session on its page: value with U, verdict with rule and risk, budget, and where from."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from nicegui import ui

from calibration.rounding import plain, round_to_place
from daq.i18n.figures import symbol, typeset, with_unit
from daq.lab.methods.loading import Method
from daq.lab.papers.words import DISTRIBUTIONS, PaperWords
from daq.lab.sessions.events import Act
from daq.lab.sessions.evidence import Capture
from daq.lab.sessions.results import KeptResult
from daq.lab.sessions.state import SessionState
from daq.web.digits import expanded, figure
from daq.web.forms import Cell, table
from daq.web.frame import box
from daq.web.sessions.evidence import open_evidence
from daq.web.sessions.words import VERDICTS
from daq.web.visit import Visit
from daq.web.words import Words

NEGLIGIBLE = 1e-6
"""Of the largest contribution: what is less is nothing but the rest of a computation."""
MORE_DIGITS = 2
"""So many more than are reported tell what was compared or rounded."""


class ResultsPanel:
    """Each result as it is reported, with what stands behind it; older versions below the newest."""

    def __init__(self, here: Visit, method: Method, state: SessionState) -> None:
        self._here = here
        self._method = method
        self._state = state

    def build(self, versions: Sequence[KeptResult]) -> None:
        """Build it; ``versions`` are all of them, the oldest first."""
        self._recalculated()
        newest = {one.id: one for one in versions}
        for one in newest.values():
            with box("panel result"):
                self._result(one)
                earlier = [each for each in versions if each.id == one.id and each.version < one.version]
                if earlier:
                    self._earlier(earlier)

    def _recalculated(self) -> None:
        """What became of the results when they were computed again last."""
        events = [one for one in self._state.events if one.act is Act.RECALCULATED]
        if not events:
            return
        words, event = self._here.words, events[-1]
        text = words.say(
            "Computed again {time}, {account}: {reason}",
            time=words.time(event.t_ns),
            account=event.account,
            reason=event.text("reason"),
        )
        ui.label(text).classes("detail")
        changes = event.body["changes"]
        for change in changes if isinstance(changes, list) else []:
            if isinstance(change, dict):
                kind = "refusal" if change["verdict_changed"] else "caution"
                ui.label(_either(change["sentence"], words)).classes(kind)

    def _result(self, one: KeptResult) -> None:
        words, body = self._here.words, one.body
        ui.label(_either(body["title"], words)).classes("caption")
        with box("heading"):
            ui.label(with_unit(body["reported"], body["unit"])).classes("answer")
            ui.label(_uncertainty(body, words)).classes("uncertainty")
        full = with_unit(_full(body), body["unit"])
        ui.label(words.say("before rounding {value}", value=full)).classes("detail nums")
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
            with box("figures"):
                table(headings, list(_budget(body, words)), "")
        with ui.expansion(words.say("Readings behind it")).classes("budget"):
            self._inputs(body)
        ui.label(words.say("version {version} of this result", version=one.version)).classes("detail")

    def _inputs(self, body: Any) -> None:
        """Every number that went in; each opens its reading, and each certificate its page with the chain."""
        say = self._here.words.say
        captures = {one.id: one for one in self._state.captures}
        for one in body["inputs"]:
            capture = captures.get(one["capture"])
            portion = f" · {one['portion']}" if one["portion"] else ""
            with box("trace"):
                ui.label(f"{one['input']}{portion}").classes("name")
                text = with_unit(figure(float(one["value"]), 9), one["unit"])
                if capture is None:
                    ui.label(text).classes("nums")
                else:
                    ui.button(text, on_click=self._opening(capture)).props("flat dense no-caps")
                ui.label(f"u = {with_unit(expanded(float(one['u'])), one['unit'])}").classes("detail nums")
                if one["certificate"]:
                    record = one["certificate"]
                    ui.link(say("certificate {record}", record=record), f"/certificate/{record}")

    def _opening(self, capture: Capture) -> Callable[[], None]:
        return lambda: open_evidence(self._here, self._method, self._state, capture)

    def _earlier(self, versions: Sequence[KeptResult]) -> None:
        words = self._here.words
        with ui.expansion(words.say("Earlier versions")).classes("budget"):
            rows: list[tuple[Cell, ...]] = [
                (
                    str(one.version),
                    with_unit(one.body["reported"], one.body["unit"]),
                    _uncertainty(one.body, words),
                    ", ".join(_verdict(verdict, words) for verdict in one.body["verdicts"]),
                    words.time(one.t_ns),
                    one.account,
                )
                for one in reversed(versions)
            ]
            headings = ("#", words.say("Result"), "U", words.say("Verdict"), words.say("time"))
            table((*headings, words.say("Who")), rows, "")


def result_text(body: Any, words: Words) -> str:
    """A result in a few words: ``14.0 % ± 0.19 % ✓ conforms``."""
    parts = [with_unit(body["reported"], body["unit"])]
    if body["reported_U"]:
        parts.append(f"± {body['reported_U']}")
    parts += [_verdict(verdict, words) for verdict in body["verdicts"]]
    return " ".join(parts)


def _full(body: Any) -> str:
    """The value with more digits than are reported."""
    places = len(body["reported"].partition(".")[2]) + MORE_DIGITS
    return typeset(plain(round_to_place(Decimal(body["value"]), -places)))


def _either(both: Any, words: Words) -> str:
    return words.either(both["zh"], both["en"])


def _uncertainty(body: Any, words: Words) -> str:
    if not body["reported_U"]:
        return words.say("without uncertainty: {reason}", reason=body["why_no_uncertainty"])
    return f"± {with_unit(body['reported_U'], body['unit'])} (k = {float(body['k']):.2f})"


def _verdict(verdict: Any, words: Words) -> str:
    mark = "✓" if verdict["decision"] in ("pass", "conditional-pass") else "✗"
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
    limit = float(found["limit"])
    values = " / ".join(figure(float(value), 5) for value in found["values"])
    sentence = words.say(
        "determinations {values} {unit}: {difference} apart, {limit} allowed",
        values=values,
        unit=symbol(found["unit"]),
        difference=figure(float(found["difference"]), 2),
        limit=figure(limit, 3),
    )
    return f"{'✓' if found['met'] else '✗'} {sentence}"


def _budget(body: Any, words: Words) -> Iterator[tuple[str, ...]]:
    least = max((float(row["contribution"]) for row in body["budget"]), default=0.0) * NEGLIGIBLE
    for row in body["budget"]:
        count = f" × {row['count']}" if row["count"] > 1 else ""
        yield (
            f"{_either(row['quantity'], words)}{count}",
            expanded(float(row["u"])) if row["u"] is not None else "",
            words.say(DISTRIBUTIONS.get(row["distribution"], row["distribution"])),
            _at_least(float(row["contribution"]), least),
            f"{100 * float(row['share']):.1f}",
            row["source"],
        )


def _at_least(contribution: float, least: float) -> str:
    """A contribution; what cancels, but for a computation's last digits, is 0."""
    return expanded(contribution) if contribution > least else "0"
