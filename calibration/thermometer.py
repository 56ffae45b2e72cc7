"""Thermometers in use, and the class tolerances of platinum resistors (IEC 60751).

Readings in degC, differences and uncertainties in K. A correction table or an individual curve
(Callendar-Van Dusen, ITS-90) comes from ``curves``; here its result meets what acts in use.
"""

import enum
from dataclasses import dataclass
from decimal import Decimal

from calibration.checks import positive_number
from calibration.curves import Curve
from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.influences import Repeatability, half_width, not_negative, rounding
from calibration.limits import Limits
from calibration.rounding import decimal_of
from calibration.sources import Mark, Source
from calibration.uncertain import Uncertain

IEC_60751 = Source("IEC 60751:2022", Mark.REMEMBERED, "table 3")


class PlatinumClass(enum.StrEnum):
    """Tolerance classes of platinum resistors."""

    AA = "AA"
    A = "A"
    B = "B"
    C = "C"


class Construction(enum.StrEnum):
    """How the resistor is made; the range in which a class holds depends on it."""

    WIRE_WOUND = "wire-wound"
    FILM = "film"


_TOLERANCES = {
    PlatinumClass.AA: (Decimal("0.1"), Decimal("0.0017")),
    PlatinumClass.A: (Decimal("0.15"), Decimal("0.002")),
    PlatinumClass.B: (Decimal("0.3"), Decimal("0.005")),
    PlatinumClass.C: (Decimal("0.6"), Decimal("0.01")),
}
_VALID_DEGC = {
    Construction.WIRE_WOUND: {
        PlatinumClass.AA: (-50, 250),
        PlatinumClass.A: (-100, 450),
        PlatinumClass.B: (-196, 600),
        PlatinumClass.C: (-196, 600),
    },
    Construction.FILM: {
        PlatinumClass.AA: (0, 150),
        PlatinumClass.A: (-30, 300),
        PlatinumClass.B: (-50, 500),
        PlatinumClass.C: (-50, 600),
    },
}


def platinum_tolerance_K(platinum_class: PlatinumClass, t_degC: Decimal | float) -> Decimal:  # noqa: N802, N803
    """The tolerance formula of a class, a + b |t|, in K; see ``platinum_class_holds`` for where it applies.

    Args:
        platinum_class: AA 0.1 + 0.0017 |t|, A 0.15 + 0.002 |t|, B 0.3 + 0.005 |t|, C 0.6 + 0.01 |t|.
        t_degC: temperature.

    Raises:
        ValueRefusedError: not finite.
    """
    constant, per_degree = _TOLERANCES[platinum_class]
    return constant + per_degree * abs(decimal_of(t_degC))


def platinum_class_holds(
    platinum_class: PlatinumClass,
    construction: Construction,
    t_degC: Decimal | float,  # noqa: N803
) -> bool:
    """Whether a class may be claimed at a temperature, ends included (IEC 60751 [R]).

    Args:
        platinum_class: the class.
        construction: wire-wound or film.
        t_degC: temperature.

    Raises:
        ValueRefusedError: not finite.
    """
    low, high = _VALID_DEGC[construction][platinum_class]
    return low <= decimal_of(t_degC) <= high


def platinum_limits(
    platinum_class: PlatinumClass,
    construction: Construction,
    t_degC: Decimal | float,  # noqa: N803
) -> Limits:
    """Limits of the error in K at a temperature, for ``conformity.decide``.

    Raises:
        OutOfRangeError: the class does not hold at this temperature.
        ValueRefusedError: not finite.
    """
    if not platinum_class_holds(platinum_class, construction, t_degC):
        low, high = _VALID_DEGC[construction][platinum_class]
        raise OutOfRangeError(
            f"class {platinum_class}, {construction}, holds from {low} to {high} degC, not at {t_degC} degC"
        )
    tolerance = platinum_tolerance_K(platinum_class, t_degC)
    return Limits(-tolerance, tolerance, "K", f"class {platinum_class}, {IEC_60751.text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermometerInUse:
    """What acts on a thermometer where it is used, in K; 0 states that an effect is negligible.

    Raises:
        ValueRefusedError: resolution not positive, another not finite or negative.
    """

    resolution_K: float  # noqa: N815
    repeatability_K: Repeatability  # noqa: N815
    self_heating_half_width_K: float  # noqa: N815
    """Of the difference between the calibration's heating by the current and that in use."""
    hysteresis_half_width_K: float  # noqa: N815
    immersion_half_width_K: float  # noqa: N815
    drift_half_width_K: float  # noqa: N815
    """Since the calibration; see ``drift_of_ice_point_K`` for a resistance thermometer."""

    def __post_init__(self) -> None:
        positive_number("resolution, K", self.resolution_K)
        not_negative("self-heating, K", self.self_heating_half_width_K)
        not_negative("hysteresis, K", self.hysteresis_half_width_K)
        not_negative("immersion, K", self.immersion_half_width_K)
        not_negative("drift, K", self.drift_half_width_K)

    @property
    def effects_K(self) -> Uncertain:  # noqa: N802
        """All of them, estimate 0, in K; new for every reading but for the drift of one thermometer."""
        total = rounding(self.resolution_K, "rounding") + self.repeatability_K.of_mean()
        total += half_width(self.self_heating_half_width_K, "self-heating")
        total += half_width(self.hysteresis_half_width_K, "hysteresis")
        total += half_width(self.immersion_half_width_K, "immersion")
        return total + half_width(self.drift_half_width_K, "drift")


def temperature_degC(reading_degC: float, correction_K: Curve, use: ThermometerInUse) -> Uncertain:  # noqa: N802, N803
    """A corrected reading in degC: reading plus correction, with what acts in use.

    What acts on the reading also moves the correction, by the slope of the table.

    Args:
        reading_degC: what the thermometer shows.
        correction_K: correction (minus the error) in K, by readings in degC.
        use: what acts in use.

    Raises:
        OutOfRangeError: the reading lies outside the table.
        ValueRefusedError: not finite.
    """
    reading = reading_degC + use.effects_K
    return reading + correction_K.forward(reading)


def resistance_temperature_degC(  # noqa: N802
    resistance_ohm: Uncertain, sensor: Curve, use: ThermometerInUse
) -> Uncertain:
    """Temperature in degC of a sensor with its own curve, from its resistance, with what acts in use.

    Args:
        resistance_ohm: with the uncertainty of the bridge, at no current (``zero_power_resistance_ohm``).
        sensor: temperature by resistance: Callendar-Van Dusen, ITS-90 or Steinhart-Hart of ``curves``.
        use: what acts in use, its resolution as a temperature.

    Raises:
        OutOfRangeError: the resistance lies outside the valid range of the curve.
    """
    return sensor.forward(resistance_ohm) + use.effects_K


def drift_of_ice_point_K(  # noqa: N802
    resistance_ohm: float,
    ice_point_ohm: float,
    ice_point_drift_ohm: float,
    slope_ohm_per_K: float,  # noqa: N803
) -> float:
    """Half-width in K of a drift of R0: R scales with R0, so (R/R0) * drift / (dR/dt).

    Args:
        resistance_ohm: R at the temperature measured.
        ice_point_ohm: R0.
        ice_point_drift_ohm: half-width of the change of R0 since the calibration.
        slope_ohm_per_K: dR/dt at the temperature measured.

    Raises:
        ValueRefusedError: a resistance or the slope not positive, a drift negative.
    """
    ratio = positive_number("resistance, ohm", resistance_ohm) / positive_number("R0, ohm", ice_point_ohm)
    drift = not_negative("drift of R0, ohm", ice_point_drift_ohm)
    return ratio * drift / positive_number("dR/dt, ohm/K", slope_ohm_per_K)


def zero_power_resistance_ohm(
    at_current_ohm: Uncertain,
    at_larger_ohm: Uncertain,
    current_mA: float,  # noqa: N803
    larger_mA: float,  # noqa: N803
) -> Uncertain:
    """Resistance without self-heating, from two currents: heating grows with the square of the current.

    R_0 = R_1 - (R_2 - R_1) I_1^2 / (I_2^2 - I_1^2).

    Args:
        at_current_ohm: R_1 at the measuring current.
        at_larger_ohm: R_2 at the larger current.
        current_mA: I_1.
        larger_mA: I_2, such as I_1 sqrt(2).

    Raises:
        ValueRefusedError: currents not positive, or the second not larger.
    """
    first, second = (
        positive_number("current, mA", current_mA),
        positive_number("larger current, mA", larger_mA),
    )
    if second <= first:
        raise ValueRefusedError(f"the larger current {second:g} mA is not larger than {first:g} mA")
    return at_current_ohm - (at_larger_ohm - at_current_ohm) * (first**2 / (second**2 - first**2))
