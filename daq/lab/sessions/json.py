"""A session as JSON, for the command line and for other programs: where it stands, and what it has."""

from typing import Any

from daq.journal.times import utc_text
from daq.lab.sessions.constant_mass import LoopView
from daq.lab.sessions.course import Deviation, Override, Signed
from daq.lab.sessions.evidence import Capture, Entry
from daq.lab.sessions.progress import Position
from daq.lab.sessions.remarks import Remark
from daq.lab.sessions.results import KeptResult
from daq.lab.sessions.state import SessionState, Task
from daq.lab.sessions.timers import TimerView


def session_json(state: SessionState) -> dict[str, Any]:
    """Everything that can be said of a session at this moment."""
    header = state.header
    return {
        "session": header.id,
        "method": header.method,
        "method_version": header.method_version,
        "sample": header.sample,
        "purpose": header.purpose,
        "started": utc_text(header.t_ns),
        "stage": state.stage.value,
        "draft": state.draft,
        "revision": state.revision,
        "limit": state.limit or None,
        "comments": state.comments or None,
        "roles": [
            {"role": role, "portion": portion, "instrument": name}
            for (role, portion), name in state.roles.items()
        ],
        "portions": list(state.portions),
        "positions": [_position(one) for one in state.positions],
        "tasks": [_task(one) for one in state.tasks],
        "timers": [_timer(one) for one in state.timers],
        "loops": [_loop(one) for one in state.loops],
        "captures": [capture_json(one) for one in state.captures],
        "entries": [_entry(one) for one in state.entries],
        "pictures": [
            {**one.place.as_json(), "sha256": one.sha256, "media_type": one.media_type}
            for one in state.pictures
        ],
        "deviations": [_deviation(one) for one in state.deviations],
        "overrides": [_override(one) for one in state.overrides],
        "results": [{"id": number, "version": version} for number, version in state.results],
        "signed": _signed(state.signed),
        "reviewed": _signed(state.reviewed),
    }


def capture_json(one: Capture) -> dict[str, Any]:
    """One capture with its bytes."""
    return {
        "id": one.id,
        "step": one.step,
        "portion": one.portion,
        "turn": one.turn,
        "into": one.into or None,
        "instrument": one.instrument,
        "channel": one.channel,
        "seq": one.seq,
        "t": utc_text(one.t_ns),
        "t_ns": one.t_ns,
        "raw": one.raw_text,
        "unit": one.unit,
        "quality": one.quality.words,
        "frame": one.frame.hex(),
        "value": one.value,
        "u": one.u,
        "value_unit": one.value_unit or None,
        "certificate": one.certificate or None,
        "struck": one.struck or None,
    }


def remark_json(one: Remark) -> dict[str, Any]:
    """Code, facts and the English sentence."""
    return {**one.as_json(), "sentence": one.sentence}


def result_json(one: KeptResult) -> dict[str, Any]:
    """One version of a result."""
    return {
        "id": one.id,
        "version": one.version,
        "t": utc_text(one.t_ns),
        "account": one.account,
        **one.body,
    }


def _position(one: Position) -> dict[str, Any]:
    return {
        "portion": one.portion,
        "place": None if one.place is None else one.place.as_json(),
        "waits": None if one.waits is None else remark_json(one.waits),
        "through": one.is_through,
    }


def _task(one: Task) -> dict[str, Any]:
    return {
        **one.place.as_json(),
        "action": one.action,
        "do": one.step.do,
        "of": one.of,
        "loop": one.loop or None,
        "title": {"zh_CN": one.step.title_zh, "en": one.step.title_en},
        "instruction": {"zh_CN": one.step.instruction_zh, "en": one.step.instruction_en},
    }


def _timer(one: TimerView) -> dict[str, Any]:
    return {
        **one.place.as_json(),
        "hold": one.is_hold,
        "started": utc_text(one.started_ns),
        "elapsed_ns": one.elapsed_ns,
        "remaining_ns": one.remaining_ns,
        "over": one.is_over,
    }


def _loop(one: LoopView) -> dict[str, Any]:
    return {
        "step": one.step,
        "portion": one.portion,
        "weighings": [each.id for each in one.weighings],
        "repetitions": one.repetitions,
        "why": None if one.why is None else remark_json(one.why),
        "counting": None if one.counting is None else one.counting.id,
        "exhausted": one.exhausted,
    }


def _entry(one: Entry) -> dict[str, Any]:
    return {
        "step": one.step,
        "portion": one.portion,
        "into": one.into,
        "value": str(one.value),
        "account": one.account,
        "t": utc_text(one.t_ns),
        "reason": one.reason,
        "struck": one.struck or None,
    }


def _deviation(one: Deviation) -> dict[str, Any]:
    return {
        "n": one.n,
        "t": utc_text(one.t_ns),
        "account": one.account,
        **remark_json(one.remark),
    }


def _override(one: Override) -> dict[str, Any]:
    return {
        "code": one.code,
        "subject": one.subject,
        "reason": one.reason,
        "t": utc_text(one.t_ns),
        "people": [{"account": account, "role": role} for account, role in one.people],
    }


def _signed(one: Signed | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "account": one.account,
        "role": one.role,
        "meaning": one.meaning,
        "t": utc_text(one.t_ns),
        "digest": one.digest,
    }
