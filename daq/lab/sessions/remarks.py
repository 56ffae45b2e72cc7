"""What a session has to say to people: why it goes on or stops, what it accepted with a warning.

A remark is kept as code and facts, so that it is said in the reader's language whenever it is read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from daq.errors import StepRefusedError
from daq.i18n import N_
from daq.security.audit import Json

MESSAGES = {
    # constant mass
    "first-mass": N_("First mass {mass}: it is weighed again after the next drying."),
    "mass-constant": N_(
        "Constant: {last} after {previous}, a difference of {difference}, at most {limit}. {counts} counts."
    ),
    "mass-not-constant": N_(
        "Not constant: {last} after {previous}, a difference of {difference}, more than {limit}. "
        "Once more, repetition {next} of at most {at_most}."
    ),
    "mass-never-constant": N_(
        "Not constant after {at_most} repetitions: {last} after {previous}, a difference of {difference}, "
        "limit {limit}."
    ),
    # readings
    "no-reading": N_("{instrument} has given no reading yet. Check that acquisition runs and is connected."),
    "no-channel": N_("{instrument} has no channel for {quantity}. Choose another instrument for {role}."),
    "which-channel": N_(
        "{instrument} has several channels for {quantity}: {channels}. Name one, such as {example}."
    ),
    "stale": N_(
        "The last reading of {instrument} is {age} old. Wait for a new one, or check the connection."
    ),
    "no-indication": N_("{instrument} gives no indication now: {why}. Put that right, then capture."),
    "line-lost": N_(
        "The line to {instrument} is interrupted. Look at power, cable and network, then capture."
    ),
    "silent": N_("{instrument} does not answer. Look at its power, cable and menu, then capture."),
    "garbled": N_(
        "What {instrument} sends cannot be understood. Look at cable and line settings, then capture."
    ),
    "wrong-serial-number": N_(
        "Another instrument answers in the place of {instrument}: its serial number is not the one in the "
        "register. Connect the right one, then capture."
    ),
    "unstable": N_("{instrument} is not stable yet. Wait, then capture."),
    "over-range": N_("{instrument} is over its range. Take the load off."),
    "under-range": N_("{instrument} is under its range. Put the pan in place, then set to zero."),
    "fault": N_("The reading of {instrument} is marked {quality} and cannot be captured."),
    "simulated": N_("{instrument} is simulated: its readings cannot enter a session of this site."),
    "taken-already": N_("This reading of {instrument} is captured already. Wait for the next one."),
    "not-zero": N_("{instrument} shows {indication}, not zero. Press tare, wait until it is stable."),
    "printed-otherwise": N_(
        "{instrument} printed {printed}, and no reading near it says the same: nothing was captured. "
        "Press again while the load lies still."
    ),
    "wrong-instrument": N_("This step needs {expected}, and the reading asked for is of {found}."),
    "not-corrected": N_("No corrected value for {indication} of {instrument}: {why}."),
    # instruments
    "unknown-instrument": N_("{instrument} is not in the register of equipment."),
    "wrong-kind": N_("{instrument} is of kind {found}; {role} takes {expected}."),
    "wrong-class": N_("{instrument} is of class {found}; {role} takes class {expected} or better."),
    "class-unknown": N_(
        "The register does not say the class of {instrument}; {role} takes class {expected}."
    ),
    "too-coarse": N_("{instrument} has a resolution of {found}; {role} takes at most {expected}."),
    "resolution-unknown": N_(
        "The register does not say the resolution of {instrument}; {role} takes {expected}."
    ),
    "out-of-use": N_("{instrument} is {state} by the register of equipment: it gives no results of samples."),
    "certificate-ended": N_(
        "{instrument}: certificate {number} ended on {last_day}. It may be checked, but gives no results of "
        "samples. Ask the metrologist for a new certificate, or let two people allow it."
    ),
    "certificate-missing": N_(
        "{instrument} has no certificate in force. It may be checked, but gives no results of samples. "
        "Ask the metrologist for a certificate, or let two people allow it."
    ),
    "check-never-done": N_("{instrument} was never checked, and a plan wants it. Do the check first."),
    "check-failed": N_("{instrument} failed its last check: it gives no results of samples."),
    "check-not-since-adjustment": N_("{instrument} was adjusted and not checked since. Do the check first."),
    "check-overdue": N_("The check of {instrument} is overdue. Do the check first."),
    "nonconformity-open": N_("Nonconforming work is open for {instrument}: {numbers}."),
    "not-checked": N_(
        "{instrument} has not passed {method} within {hours} h. Do the check first, then continue."
    ),
    "instrument-missing": N_("No instrument is chosen for {role}."),
    # conditions
    "outside-band": N_("{what} {found} is outside {low} to {high}."),
    "room-unknown": N_("{instrument} says nothing about the room now."),
    "mass-low": N_("The mass taken is {found}, less than {limit}."),
    "mass-high": N_("The mass taken is {found}, more than {limit}."),
    "too-short": N_("{elapsed} have passed, at least {minimum} are needed."),
    "too-long": N_("{elapsed} have passed, at most {maximum} are allowed."),
    "hold-excursion": N_("{instrument} was outside {low} to {high} for {duration}, at worst {worst}."),
    "hold-gap": N_("{instrument} gave no reading for {duration} from {since}."),
    "hold-gaps": N_(
        "{instrument} gave no reading {count} times, for {duration} in all, at longest for {longest} from "
        "{since}."
    ),
    "hold-short": N_("{instrument} was within {low} to {high} for {inside}, at least {minimum} are needed."),
    # course
    "draft-method": N_("The method is a draft: this session is a trial, and cannot be signed."),
    "not-this-step": N_("This is not the step of portion {portion} now; it is {step}."),
    "no-step-left": N_("Portion {portion} has no step left."),
    "waits-for-session": N_("Portion {portion} waits for the step {step} of the whole session."),
    "waits-for-portions": N_("The step {step} of the whole session waits for portions {portions}."),
    "no-such-portion": N_("There is no portion {portion} in this session."),
    "other-action": N_("The step {step} is done by another action: {action}."),
    "timer-runs": N_("The time of this step is running already."),
    "timer-not-running": N_("The time of this step is not running."),
    "outside-entry": N_("{value} {unit} is outside {low} to {high}, which the method takes."),
    "not-skippable": N_("The method does not allow to skip {step}."),
    "portions-few": N_("{found} determinations, and the method needs {minimum}."),
    "portions-many": N_("The method takes at most {maximum} determinations."),
    "steps-open": N_("Portion {portion} still has to do {step}."),
    "parallels-apart": N_(
        "The determinations lie {spread} apart, more than {limit}. Do another one, or strike the wrong one."
    ),
    "skipped": N_("{step} was skipped: {reason}"),
    "instrument-changed": N_("{role} is {instrument} now, after {before}: {reason}"),
    "portion-abandoned": N_("Portion {portion} was abandoned: {reason}"),
    "override": N_("Allowed by {first} and {second} although refused: {reason}"),
}
"""What is said for each code, with places for the facts."""
CODES = {message: code for code, message in MESSAGES.items()}
"""The code of each message: what another program goes by."""
ALLOWED_AS = {"hold-gaps": "hold-gap"}
"""Under which code two people allow what is said in several ways; all others under their own."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say, by its code."""

    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The message for the catalogues."""
        return MESSAGES[self.code]

    @property
    def sentence(self) -> str:
        """In English."""
        return self.message.format(**self.facts)

    def as_json(self) -> dict[str, Json]:
        """As events keep it."""
        return {"code": self.code, "facts": dict(self.facts)}


def remark(code: str, **facts: str | int) -> Remark:
    """A remark by its code."""
    return Remark(code, facts)


def remarks_of(kept: Json) -> tuple[Remark, ...]:
    """Remarks as an event keeps them; none where it keeps none."""
    return tuple(Remark(one["code"], one["facts"]) for one in kept) if isinstance(kept, list) else ()


def refuse(remarks: Iterable[Remark], stops: Iterable[tuple[str, str]] = ()) -> StepRefusedError:
    """The error that says all of ``remarks``; ``stops`` are code and subject of what two people may allow."""
    return StepRefusedError(tuple((one.message, one.facts) for one in remarks), tuple(dict.fromkeys(stops)))
