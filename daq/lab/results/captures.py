"""A captured reading as an uncertain value: corrected by its certificate, or the indication as it was."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from calibration.certificates.model import Certificate
from calibration.correction import corrected
from calibration.errors import OutOfRangeError, UnitMismatchError
from calibration.influences import Repeatability, half_width, rounding
from calibration.uncertain import Influence, Uncertain, fresh_key, linear
from calibration.units import convert, convert_difference, ratio
from daq.i18n import N_
from daq.lab.methods.file import Procedure
from daq.lab.methods.steps import PlainStep, RepeatUntil, Tare, Weigh
from daq.lab.results.given import Given
from daq.lab.results.words import Words, words
from daq.lab.sessions.evidence import Capture

Obstacle = tuple[str, Mapping[str, object]]
"""Why there is no result: a message of the catalogues and its facts."""


class ObstacleError(Exception):
    """One datum that keeps a result from being computed."""

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message.format(**facts))
        self.obstacle: Obstacle = (message, facts)


def in_unit(x: Uncertain, unit: str, target: str) -> Uncertain:
    """The value in another unit of its kind, with its influences.

    Raises:
        UnitMismatchError: the units are of different kinds.
    """
    if unit == target:
        return x
    return linear(convert(x.value, unit, target), [(float(ratio(unit, target)), x)])


@dataclass(frozen=True, slots=True)
class Read:
    """A capture as a value."""

    x: Uncertain
    unit: str
    capture: Capture
    certificate: str = ""
    """Record of the certificate version that corrected it; empty for an indication."""


class CaptureValues:
    """Turns the captures of one session into values, and remembers what their influences are called."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._zeroed = _after_zero(given.method.procedure)
        self._plates = {
            plate.name: plate for by_portion in given.instruments.values() for plate in by_portion.values()
        }
        self._overridden = {one.subject for one in given.overrides}
        self.labels: dict[str, Words] = {}
        """By name of the influence."""
        self.without_repeatability: set[str] = set()
        """Instruments whose indications are taken with their rounding only, for nothing else is known."""

    def corrected(self, capture: Capture) -> Read:
        """The value under the capture's certificate.

        Raises:
            ObstacleError: no certificate, or none that can correct this reading.
        """
        record, certificate = self._certificate(capture)
        facts = {"capture": named(capture), "number": certificate.number, "unit": certificate.unit}
        try:
            x = corrected(float(Decimal(capture.raw_text)), capture.unit, certificate)
        except OutOfRangeError as error:
            message = N_("{capture}: outside the range of certificate {number}, {low} to {high} {unit}")
            low, high = certificate.curve.low, certificate.curve.high
            raise ObstacleError(message, **facts, low=f"{low:g}", high=f"{high:g}") from error
        except UnitMismatchError as error:
            message = N_("{capture}: certificate {number} is for indications in {unit}")
            raise ObstacleError(message, **facts) from error
        self._name_influences_of(certificate)
        told = _from_source(x, f"{certificate.number} ({record})")
        return Read(told + self._zero(capture), certificate.value_unit, capture, record)

    def indicated(self, series: Sequence[Capture]) -> tuple[Read, ...]:
        """Indications of one input as the instrument showed them, with rounding and repeatability.

        The repeatability is that of the plate; where it says none, several readings tell it themselves.
        """
        spread = self._repeatability(series)
        return tuple(self._indicated(capture, spread) for capture in series)

    def is_after_zero(self, capture: Capture) -> bool:
        """Whether the method sets the balance to zero before this weighing."""
        return capture.step in self._zeroed

    def _certificate(self, capture: Capture) -> tuple[str, Certificate]:
        if not capture.certificate:
            message = N_(
                "{capture}: {instrument} had no certificate in force, so there is no corrected value"
            )
            raise ObstacleError(message, capture=named(capture), instrument=capture.instrument)
        record = self._given.instead.get(capture.certificate, capture.certificate)
        certificate = self._given.certificates.get(record)
        if certificate is None:
            message = N_("{capture}: certificate {record} is not in the records")
            raise ObstacleError(message, capture=named(capture), record=record)
        is_allowed = capture.certificate in self._given.instead or capture.instrument in self._overridden
        if not is_allowed and not certificate.is_in_force(capture.t_ns):
            message = N_("{capture}: certificate {number} of {instrument} was not in force then")
            facts = {"number": certificate.number, "instrument": capture.instrument}
            raise ObstacleError(message, capture=named(capture), **facts)
        return record, certificate

    def _name_influences_of(self, certificate: Certificate) -> None:
        name = certificate.equipment
        self.labels[certificate.curve.name] = words(N_("calibration of {instrument}"), instrument=name)
        self._name_readings_of(name)
        for part in certificate.contributions:
            facts = {"what": part.name, "instrument": name}
            self.labels[part.name] = words(N_("{what} of {instrument}"), **facts)
        for share in certificate.curve.standards:
            self.labels[f"standard {share.key}"] = words(N_("standard {number}"), number=share.key)

    def _name_readings_of(self, name: str) -> None:
        self.labels[f"resolution of {name}"] = words(N_("resolution of {instrument}"), instrument=name)
        self.labels[f"repeatability of {name}"] = words(N_("repeatability of {instrument}"), instrument=name)

    def _repeatability(self, series: Sequence[Capture]) -> tuple[Repeatability, str]:
        """Standard deviation of one indication, and the block of readings that it is one estimate for."""
        first = series[0]
        plate = self._plates.get(first.instrument)
        if plate is not None and plate.repeatability is not None:
            s = convert_difference(plate.repeatability.s, plate.unit, first.unit)
            return replace(plate.repeatability, s=s), f"indications of {first.instrument}"
        if len(series) > 1:
            block = f"{first.session}: {first.into}, portion {first.portion}"
            return Repeatability.of([float(Decimal(one.raw_text)) for one in series]), block
        self.without_repeatability.add(first.instrument)
        return Repeatability(0.0), ""

    def _indicated(self, capture: Capture, spread: tuple[Repeatability, str]) -> Read:
        repeatability, block = spread
        name = capture.instrument
        self._name_readings_of(name)
        x = Uncertain(float(Decimal(capture.raw_text)))
        x += rounding(self._resolution(capture), f"resolution of {name}")
        if repeatability.s:
            own = f"repeatability of {name}"
            influence = Influence(
                key=fresh_key(own),
                name=own,
                block=block,
                dof=repeatability.dof,
                estimate=0.0,
                u=repeatability.s,
            )
            x += Uncertain(0.0, {influence: repeatability.s})
        return Read(x + self._zero(capture), capture.unit, capture)

    def _zero(self, capture: Capture) -> Uncertain:
        """Rounding of the zero that readings count from, where the method sets it: one for all after it."""
        if not self.is_after_zero(capture):
            return Uncertain(0.0)
        tare, in_loop = self._zeroed[capture.step]
        portion = f", portion {capture.portion}" if tare.scope == "portion" else ""
        turn = f", turn {capture.turn}" if in_loop else ""
        key = f"{capture.session}: {tare.id}{portion}{turn}"
        name = f"rounding at zero of {capture.instrument}"
        self.labels[name] = words(N_("rounding at zero of {instrument}"), instrument=capture.instrument)
        return half_width(self._resolution(capture) / 2, name, key)

    def _resolution(self, capture: Capture) -> float:
        """One step of the indication: by the plate, otherwise the last digit that was sent."""
        plate = self._plates.get(capture.instrument)
        if plate is not None and plate.resolution is not None:
            return float(convert_difference(plate.resolution, plate.unit, capture.unit))
        return float(Decimal((0, (1,), int(Decimal(capture.raw_text).as_tuple().exponent))))


def named(capture: Capture) -> str:
    """A capture in a sentence: ``B-01 22.7022 g (m2, 1, no. 12)``, with input, portion and number."""
    place = f"{capture.into}, {capture.portion}" if capture.portion else capture.into
    return f"{capture.instrument} {capture.raw_text} {capture.unit} ({place}, no. {capture.id})"


def _from_source(x: Uncertain, source: str) -> Uncertain:
    """The same value, its influences told where they come from."""
    return Uncertain(
        x.value, {replace(i, source=i.source or source): part for i, part in x.components.items()}
    )


def _after_zero(procedure: Procedure) -> dict[str, tuple[Tare, bool]]:
    """Weighing steps after a setting to zero of the same role: that step, and whether it is in a loop."""
    found: dict[str, tuple[Tare, bool]] = {}
    last: dict[str, tuple[Tare, bool]] = {}
    for step, in_loop in _steps(procedure):
        if isinstance(step, Tare):
            last[step.role] = (step, in_loop)
        elif isinstance(step, Weigh) and step.role in last:
            found[step.id] = last[step.role]
    return found


def _steps(procedure: Procedure) -> Iterator[tuple[PlainStep, bool]]:
    for step in procedure.steps:
        if isinstance(step, RepeatUntil):
            yield from ((inner, True) for inner in step.steps)
        else:
            yield step, False
