"""What a reader of a result must know besides its figures."""

from collections.abc import Iterator, Sequence

from calibration.rounding import plain
from daq.i18n import N_
from daq.lab.results.given import Given
from daq.lab.results.inputs import Inputs, Taken
from daq.lab.results.outcome import Note, ParallelStatistics
from daq.lab.results.verdict import side_by_side
from daq.lab.results.words import words
from drivers.reading import Quality


def notes_on(
    given: Given, inputs: Inputs, statistics: ParallelStatistics | None, taken: Sequence[Taken]
) -> tuple[Note, ...]:
    """The notes on one result.

    Args:
        given: the session.
        inputs: all that it is computed from.
        statistics: of its parallel determinations.
        taken: the numbers behind this result.
    """
    return (
        *_on_method(given),
        *_on_readings(taken),
        *_on_release(given),
        *_on_course(inputs, statistics),
        *_on_trial(given, taken),
    )


def _on_method(given: Given) -> Iterator[Note]:
    procedure = given.method.procedure
    if not given.approved:
        message = N_("The method is a draft that two people have not approved yet.")
        yield Note(code="draft-method", words=words(message))
    if procedure.equivalence is not None:
        message = N_("Screening: the method counts only after it was shown equivalent to {methods}.")
        methods = ", ".join(procedure.equivalence.reference_methods)
        yield Note(code="screening", words=words(message, methods=methods))


def _on_readings(taken: Sequence[Taken]) -> Iterator[Note]:
    captures = [one.capture for one in taken if one.capture is not None]
    simulated = sorted({one.instrument for one in captures if Quality.SIMULATED in one.quality})
    if simulated:
        message = N_("Simulated readings of {instruments}: not a measurement.")
        yield Note(code="simulated", words=words(message, instruments=", ".join(simulated)))
    unstable = [one for one in captures if Quality.UNSTABLE in one.quality]
    if unstable:
        numbers = ", ".join(f"{one.into} ({one.id})" for one in unstable)
        yield Note(
            code="unstable", words=words(N_("Captured before it was stable: {readings}."), readings=numbers)
        )


def _on_release(given: Given) -> Iterator[Note]:
    for override in given.overrides:
        first, second = override.accounts
        message = N_("Released by {first} and {second} although refused: {subject}. Reason: {reason}")
        facts = {"subject": override.subject, "reason": override.reason}
        yield Note(code="override", words=words(message, first=first, second=second, **facts))


def _on_course(inputs: Inputs, statistics: ParallelStatistics | None) -> Iterator[Note]:
    for sentence in inputs.unfinished:
        yield Note(code="mass-not-constant", words=sentence)
    for instrument in sorted(inputs.without_repeatability):
        message = N_(
            "The repeatability of {instrument} is not known: its indications have their rounding only."
        )
        yield Note(code="no-repeatability", words=words(message, instrument=instrument))
    if statistics is not None and not statistics.met:
        message = N_("The determinations lie {difference} {unit} apart, more than {limit} {unit}.")
        difference, limit = side_by_side(statistics.difference, statistics.limit)
        facts = {"difference": plain(difference), "limit": plain(limit)}
        yield Note(code="parallels-apart", words=words(message, unit=statistics.unit, **facts))


def _on_trial(given: Given, taken: Sequence[Taken]) -> Iterator[Note]:
    used = {one.certificate for one in taken}
    for old, new in given.instead.items():
        if new in used and new != old:
            message = N_("Computed under certificate {new} instead of {old}.")
            yield Note(code="other-certificate", words=words(message, new=new, old=old))
