"""Sessions as a laboratory speaks of them."""

import re
from collections.abc import Mapping

from daq.errors import StepRefusedError
from daq.i18n import N_
from daq.i18n.figures import with_unit
from daq.lab.methods.file import Procedure
from daq.lab.methods.steps import PlainStep, RepeatUntil
from daq.lab.sessions.events import Stage
from daq.lab.sessions.remarks import Remark
from daq.lab.sessions.stage_words import STAGES
from daq.lab.sessions.state import Task
from daq.lab.sessions.timers import TimerView
from daq.web.equipment.words import KINDS, STATES
from daq.web.words import Words

_QUANTITY = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?) ([^ 0-9]+)")
"""A number with its unit, as facts of remarks have it: ``100.15 degC``."""
_TOLD = KINDS | {state.value: text for state, (_, text) in STATES.items()}
VERBS = {
    "confirm": N_("Done"),
    "capture": N_("Capture  F9"),
    "enter": N_("Enter"),
    "start-timer": N_("Start"),
    "stop-timer": N_("Stop"),
}
VERDICTS = {
    "pass": N_("conforms"),
    "fail": N_("does not conform"),
    "conditional-pass": N_("conforms, conditionally"),
    "conditional-fail": N_("does not conform, conditionally"),
    "": N_("reported without a statement of conformity"),
}


def stage_text(stage: Stage, words: Words) -> str:
    """Shape and word."""
    mark, text = STAGES[stage]
    return f"{mark} {words.say(text)}"


def step_title(procedure: Procedure, step_id: str, words: Words) -> str:
    """A step's title by its id, inside of loops too."""
    for step in procedure.steps:
        inner = step.steps if isinstance(step, RepeatUntil) else ()
        for one in (step, *inner):
            if one.id == step_id:
                return words.either(one.title_zh, one.title_en)
    return step_id


def instruction(step: PlainStep, words: Words) -> str:
    """What the person is to do, in a sentence."""
    return words.either(step.instruction_zh, step.instruction_en)


def remark_text(remark: Remark, words: Words, procedure: Procedure | None = None) -> str:
    """A remark in this language."""
    return said_facts(remark.message, remark.facts, words, procedure)


def refusal_lines(error: StepRefusedError, words: Words, procedure: Procedure | None = None) -> list[str]:
    """Every reason of a refusal, in this language."""
    return [said_facts(message, facts, words, procedure) for message, facts in error.reasons]


def said_facts(
    message: str, facts: Mapping[str, object], words: Words, procedure: Procedure | None = None
) -> str:
    """A message with its facts as a laboratory writes them: units as printed, steps and roles by title."""
    told = {key: _fact(key, value, words, procedure) for key, value in facts.items()}
    if "title_zh" in facts:  # a method, by the name that people call it
        told["method"] = words.either(str(facts["title_zh"]), str(facts["title_en"]))
    return words.say(message, **told)


def _fact(key: str, value: object, words: Words, procedure: Procedure | None) -> object:
    if not isinstance(value, str):
        return value
    if quantity := _QUANTITY.fullmatch(value):
        return with_unit(*quantity.groups())
    if procedure is not None and key == "step":
        return step_title(procedure, value, words)
    if procedure is not None and key == "role":
        return role_title(procedure, value, words)
    if key in ("what", "quantity"):
        return words.quantity(value)
    is_told = key in ("found", "expected", "state") and value in _TOLD
    return words.say(_TOLD[value]) if is_told else value


def role_title(procedure: Procedure, role: str, words: Words) -> str:
    """What an instrument is in a method, in this language."""
    found = next((one for one in procedure.instruments if one.role == role), None)
    return words.either(found.title_zh, found.title_en) if found is not None else role


def place_text(task: Task, words: Words) -> str:
    """Which portion and which repetition a task is of."""
    parts = []
    if task.place.portion:
        parts.append(words.say("portion {number}", number=task.place.portion))
    if task.of > 1:
        parts.append(words.say("reading {turn} of {of}", turn=task.place.turn, of=task.of))
    elif task.place.turn > 1:
        parts.append(words.say("repetition {turn}", turn=task.place.turn))
    return " · ".join(parts)


def timer_text(timer: TimerView, words: Words) -> str:
    """How long a time has run, and how long it still has to."""
    elapsed = clock_span(timer.elapsed_ns)
    remaining = timer.remaining_ns
    if timer.is_over:
        return f"▲ {words.say('{elapsed} have passed: longer than allowed', elapsed=elapsed)}"
    if remaining is None:
        return words.say("{elapsed} have passed; you decide when it is enough", elapsed=elapsed)
    if remaining == 0:
        return f"✓ {words.say('{elapsed} have passed: ready', elapsed=elapsed)}"
    return words.say("{remaining} left", remaining=clock_span(remaining))


def clock_span(span_ns: int) -> str:
    """A span as a clock shows it: ``4:59:30``."""
    seconds = span_ns // 1_000_000_000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
