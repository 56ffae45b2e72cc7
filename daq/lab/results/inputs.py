"""The inputs of a method's formulas from what a session has in hand; what keeps them from being had."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from calibration.errors import CalibrationError
from calibration.expressions.expression import Series, Value
from calibration.rounding import round_to_interval
from calibration.uncertain import Influence, Uncertain, independent
from calibration.units import convert, convert_difference
from daq.i18n import N_
from daq.lab.methods.parts import Input
from daq.lab.methods.steps import RepeatUntil
from daq.lab.results.captures import CaptureValues, Obstacle, ObstacleError, in_unit, named
from daq.lab.results.given import Given, Plate
from daq.lab.results.outcome import Outcome
from daq.lab.results.words import Words, words
from daq.lab.sessions.constant_mass import loop_view
from daq.lab.sessions.evidence import Capture, Entry

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One number of an input, before it is in the input's unit."""

    input: Input
    portion: int
    x: Uncertain
    unit: str
    capture: Capture | None = None
    certificate: str = ""
    earlier: Outcome | None = None

    @property
    def value(self) -> Uncertain:
        """In the unit of the input."""
        return in_unit(self.x, self.unit, self.input.unit)

    @property
    def probe(self) -> Influence:
        """An influence of one unit on this number alone: what it makes of the result is its sensitivity."""
        what = self.capture.id if self.capture else "value"
        return Influence(f"probe: {self.input.name}, portion {self.portion}, {what}")

    @property
    def probed(self) -> Uncertain:
        """The value with its probe instead of its influences, in the unit of the input."""
        return in_unit(Uncertain(self.x.value, {self.probe: 1.0}), self.unit, self.input.unit)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that was taken, by portion (0 is the session) and input."""

    taken: Mapping[int, Mapping[str, tuple[Taken, ...]]]
    labels: Mapping[str, Words]
    unfinished: tuple[Words, ...]
    """Loops that ended without constant mass."""
    without_repeatability: frozenset[str]
    """Instruments whose indications have nothing but their rounding."""

    @property
    def portions(self) -> tuple[int, ...]:
        """Numbers of the parallel determinations."""
        return tuple(sorted(set(self.taken) - {0}))

    def values(self, portion: int, *, probed: bool = False) -> dict[str, Value | Series]:
        """What the formulas take, by name: a number, or a series where an input is captured several times."""
        return {
            name: _shaped([one.probed if probed else one.value for one in several], several[0].input)
            for name, several in self.taken[portion].items()
        }

    def of(self, name: str) -> Iterator[Taken]:
        """Every number of an input, over the portions."""
        for by_name in self.taken.values():
            yield from by_name.get(name, ())


def _shaped(values: list[Uncertain], of: Input) -> Value | Series:
    return values if of.times > 1 else values[0]


def take(given: Given, names: Iterable[str]) -> Inputs:
    """The inputs of these names.

    Raises:
        ObstaclesError: one or more of them cannot be had; every reason.
    """
    return _Taking(given, frozenset(names)).all()


class ObstaclesError(Exception):
    """Everything that keeps a session from its results."""

    def __init__(self, obstacles: tuple[Obstacle, ...]) -> None:
        super().__init__("\n".join(message.format(**facts) for message, facts in obstacles))
        self.obstacles = obstacles


class _Taking:
    """One pass over the inputs of one session."""

    def __init__(self, given: Given, names: frozenset[str]) -> None:
        self._given = given
        self._inputs = [one for one in given.method.procedure.inputs if one.name in names]
        self._captures = [one for one in given.captures if not one.struck]
        self._entries = [one for one in given.entries if not one.struck]
        self._values = CaptureValues(given)
        self._unfinished: list[Words] = []

    def all(self) -> Inputs:
        obstacles: list[Obstacle] = []
        portions = self._portions()
        least = self._given.method.procedure.determinations.minimum
        if len(portions) < least:
            message = N_("{found} determinations are there, and the method needs {minimum}")
            obstacles.append((message, {"found": len(portions), "minimum": least}))
        taken: dict[int, dict[str, tuple[Taken, ...]]] = {portion: {} for portion in (0, *portions)}
        for one in self._inputs:
            for portion in portions if one.scope == "portion" else (0,):
                try:
                    taken[portion][one.name] = self._take(one, portion)
                except ObstacleError as error:
                    obstacles.append(error.obstacle)
        if obstacles:
            raise ObstaclesError(tuple(obstacles))
        return Inputs(
            taken, self._values.labels, tuple(self._unfinished), frozenset(self._values.without_repeatability)
        )

    def _portions(self) -> list[int]:
        """Every portion that something stands of."""
        evidence: list[Capture | Entry] = [*self._captures, *self._entries]
        return sorted({one.portion for one in evidence if one.into and one.portion > 0})

    def _take(self, one: Input, portion: int) -> tuple[Taken, ...]:
        try:
            found = tuple(self._numbers(one, portion))
            for number in found:
                _ = number.value
        except CalibrationError as error:
            message = N_("{input}: {sentence}")
            raise ObstacleError(message, input=_place(one, portion), sentence=str(error)) from error
        return found

    def _numbers(self, one: Input, portion: int) -> Iterator[Taken]:
        if one.origin == "step":
            yield from self._captured(one, portion)
        elif one.origin == "reference":
            yield self._reference(one, portion)
        elif one.origin == "mpe":
            yield self._mpe(one, portion)
        elif one.origin == "resolution":
            yield self._resolution(one, portion)
        else:
            yield self._earlier(one, portion)

    def _captured(self, one: Input, portion: int) -> Iterator[Taken]:
        entries = [entry for entry in self._entries if (entry.into, entry.portion) == (one.name, portion)]
        captures = [cap for cap in self._captures if (cap.into, cap.portion) == (one.name, portion)]
        captures = self._counting(one, portion, sorted(captures, key=lambda cap: cap.id))
        _demand_count(one, portion, [*captures, *entries])
        for entry in entries:
            yield Taken(input=one, portion=portion, x=Uncertain(float(entry.value)), unit=one.unit)
        reads = self._values.indicated(captures) if one.indication and captures else ()
        for read in reads or map(self._values.corrected, captures):
            yield Taken(
                input=one,
                portion=portion,
                x=read.x,
                unit=read.unit,
                capture=read.capture,
                certificate=read.certificate,
            )

    def _counting(self, one: Input, portion: int, captures: list[Capture]) -> list[Capture]:
        """Of a loop's weighings the one whose mass counts; otherwise all."""
        procedure = self._given.method.procedure
        loop = next((step for step in procedure.steps if _weighs_again(step, one)), None)
        if not isinstance(loop, RepeatUntil) or not captures:
            return captures
        may_end = loop.not_reached == "warn" or (loop.id, portion) in self._given.ended_loops
        view = loop_view(procedure, loop, portion, captures, may_end=may_end)
        if view.counting is None:
            message = N_("{input}: its mass is not constant yet ({weighings} weighings)")
            raise ObstacleError(message, input=_place(one, portion), weighings=len(captures))
        if view.exhausted:
            message = N_("{input}: the mass was not constant after {repetitions} repetitions")
            self._unfinished.append(words(message, input=_place(one, portion), repetitions=view.repetitions))
        if Decimal(view.counting.raw_text) <= 0 and not self._values.is_after_zero(view.counting):
            message = N_("{capture}: a dish weighs more than nothing; strike the capture out")
            raise ObstacleError(message, capture=named(view.counting))
        return [view.counting]

    def _reference(self, one: Input, portion: int) -> Taken:
        standard = _in_role(self._given.standards, one, portion)
        if standard is None:
            message = N_("{input}: the value of the standard in the role {role} is missing")
            raise ObstacleError(message, input=_place(one, portion), role=one.role)
        self._values.labels[f"reference value of {standard.name}"] = words(
            N_("reference value of {instrument}"), instrument=standard.name
        )
        x = independent(
            float(standard.value),
            standard.u,
            f"reference value of {standard.name}",
            dof=standard.dof,
            key=f"reference value of {standard.name}, certificate {standard.certificate}",
            source=standard.certificate,
        )
        return Taken(
            input=one,
            portion=portion,
            x=x,
            unit=standard.unit,
            certificate=standard.certificate,
        )

    def _mpe(self, one: Input, portion: int) -> Taken:
        plate = self._plate(one, portion)
        limit, unit = plate.mpe, plate.unit
        if plate.verified is not None:
            unit = plate.verified.unit
            load = round_to_interval(self._load(plate, portion), plate.verified.e)  # counted in e
            limit = plate.verified.error_limits(load, in_service=True).upper
        if limit is None:
            message = N_("{input}: the register does not say the maximum permissible error of {instrument}")
            raise ObstacleError(message, input=_place(one, portion), instrument=plate.name)
        exact = convert_difference(limit, unit, one.unit)
        return Taken(input=one, portion=portion, x=Uncertain(float(exact)), unit=one.unit)

    def _load(self, plate: Plate, portion: int) -> Decimal:
        """Load at which the error is judged: the standard on the pan, otherwise what the balance shows."""
        unit = plate.verified.unit if plate.verified else plate.unit
        for one in self._given.method.procedure.inputs:
            if one.origin == "reference":
                standard = _in_role(self._given.standards, one, portion)
                if standard is not None:
                    return convert(standard.value, standard.unit, unit)
        shown = [cap for cap in self._captures if (cap.instrument, cap.portion) == (plate.name, portion)]
        if not shown:
            message = N_("nothing was captured from {instrument} in determination {portion}")
            raise ObstacleError(message, instrument=plate.name, portion=portion)
        return max(convert(abs(Decimal(cap.raw_text)), cap.unit, unit) for cap in shown)

    def _resolution(self, one: Input, portion: int) -> Taken:
        plate = self._plate(one, portion)
        if plate.resolution is None:
            message = N_("{input}: the register does not say the resolution of {instrument}")
            raise ObstacleError(message, input=_place(one, portion), instrument=plate.name)
        exact = convert_difference(plate.resolution, plate.unit, one.unit)
        return Taken(input=one, portion=portion, x=Uncertain(float(exact)), unit=one.unit)

    def _plate(self, one: Input, portion: int) -> Plate:
        plate = _in_role(self._given.instruments, one, portion)
        if plate is None:
            message = N_("{input}: no instrument of the register is in the role {role}")
            raise ObstacleError(message, input=_place(one, portion), role=one.role)
        return plate

    def _earlier(self, one: Input, portion: int) -> Taken:
        earlier = self._given.earlier.get(one.name)
        if earlier is None or earlier.method not in one.methods:
            message = N_("{input}: a result of the same sample by {methods} is needed")
            raise ObstacleError(message, input=_place(one, portion), methods=", ".join(one.methods))
        self._values.labels.update(earlier.labels)
        return Taken(input=one, portion=portion, x=earlier.uncertain, unit=earlier.unit, earlier=earlier)


def _in_role(known: Mapping[str, Mapping[int, T]], one: Input, portion: int) -> T | None:
    """What stands in the role of an input: of this portion, or one for the whole session."""
    by_portion = known.get(str(one.role), {})
    return by_portion.get(portion, by_portion.get(0))


def _weighs_again(step: object, one: Input) -> bool:
    return isinstance(step, RepeatUntil) and step.of == one.name


def _demand_count(one: Input, portion: int, found: list[Capture | Entry]) -> None:
    if len(found) == one.times:
        return
    place = _place(one, portion)
    if not found:
        raise ObstacleError(N_("{input}: nothing is captured yet"), input=place)
    if len(found) < one.times:
        message = N_("{input}: {found} of {needed} readings are captured")
        raise ObstacleError(message, input=place, found=len(found), needed=one.times)
    message = N_("{input}: {found} readings count instead of {needed} ({numbers}); strike out what is wrong")
    numbers = ", ".join(f"no. {each.id}" for each in found if isinstance(each, Capture))
    raise ObstacleError(
        message, input=place, found=len(found), needed=one.times, numbers=numbers or one.title_en
    )


def _place(one: Input, portion: int) -> str:
    """An input in a sentence: ``m2, 1`` with the number of its portion."""
    return f"{one.name}, {portion}" if portion else one.name
