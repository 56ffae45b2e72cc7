"""Density of moist air: CIPM-2007, and two simpler formulas (OIML R 111 E.3-1, NIST SOP 2).

The formulas carry complex numbers, so that ``uncertain.propagate`` can differentiate them exactly.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.uncertain import Uncertain, independent, propagate

Number = TypeVar("Number", float, complex)

ICE_POINT_K = 273.15
GAS_CONSTANT = 8.314472
"""J/(mol K), as CIPM-2007 was fitted; the exact value of 2019 would raise the density by 1.1e-6 relative."""
X_CO2 = 400e-6
"""Mole fraction of carbon dioxide that CIPM-2007 assumes for laboratory air."""
RELATIVE_U_OF_CIPM_2007 = 22e-6
"""Standard uncertainty of the formula itself, relative."""
RELATIVE_U_OF_OIML = 2e-4
"""Of the simplified formula, relative."""


def cipm_2007(
    temperature_degC: Number,  # noqa: N803
    pressure_Pa: Number,  # noqa: N803
    humidity_percent: Number,
    x_CO2: float = X_CO2,  # noqa: N803
) -> Number:
    """Density of moist air in kg/m3 (Picard, Davis, Glaeser, Fujii, Metrologia 45 (2008) 149).

    rho = p M_a / (Z R T) * (1 - x_v (1 - M_v / M_a)). This is the formula alone; ``room_air`` refuses what
    lies outside the range in which its uncertainty is known.

    Args:
        temperature_degC: of the air in the balance.
        pressure_Pa: at the balance, not reduced to sea level.
        humidity_percent: relative humidity, 0 to 100.
        x_CO2: mole fraction of carbon dioxide.

    Raises:
        ValueRefusedError: below absolute zero, pressure not positive, or humidity outside 0 to 100 %.
    """
    _check_physical(temperature_degC.real, pressure_Pa.real, humidity_percent.real)
    t, kelvin = temperature_degC, temperature_degC + ICE_POINT_K
    saturation = _exp(1.2378847e-5 * kelvin**2 - 1.9121316e-2 * kelvin + 33.93711047 - 6343.1645 / kelvin)
    enhancement = 1.00062 + 3.14e-8 * pressure_Pa + 5.6e-7 * t**2
    vapour = humidity_percent / 100 * enhancement * saturation / pressure_Pa
    reduced = pressure_Pa / kelvin
    compressibility = (
        1
        - reduced
        * (
            1.58123e-6
            - 2.9331e-8 * t
            + 1.1043e-10 * t**2
            + (5.707e-6 - 2.051e-8 * t) * vapour
            + (1.9898e-4 - 2.376e-6 * t) * vapour**2
        )
        + reduced**2 * (1.83e-11 - 0.765e-8 * vapour**2)
    )
    dry_air = 28.96546e-3 + 12.011e-3 * (x_CO2 - 0.0004)  # kg/mol
    water = 18.01528e-3
    return reduced * dry_air / (compressibility * GAS_CONSTANT) * (1 - vapour * (1 - water / dry_air))


def oiml_simplified(
    temperature_degC: Number,  # noqa: N803
    pressure_hPa: Number,  # noqa: N803
    humidity_percent: Number,
) -> Number:
    """Density of moist air in kg/m3 by OIML R 111-1:2004, eq. E.3-1; within 2e-4 of CIPM-2007.

    Args:
        temperature_degC: of the air in the balance.
        pressure_hPa: at the balance.
        humidity_percent: relative humidity, 0 to 100.

    Raises:
        ValueRefusedError: below absolute zero, pressure not positive, or humidity outside 0 to 100 %.
    """
    _check_physical(temperature_degC.real, pressure_hPa.real, humidity_percent.real)
    vapour = 0.009 * humidity_percent * _exp(0.061 * temperature_degC)
    return (0.34848 * pressure_hPa - vapour) / (temperature_degC + ICE_POINT_K)


def nist_sop2(
    temperature_degC: Number,  # noqa: N803
    pressure_mmHg: Number,  # noqa: N803
    humidity_percent: Number,
) -> Number:
    """Density of moist air in mg/cm3, which is kg/m3, by NISTIR 6969, SOP 2 (Jones).

    Args:
        temperature_degC: of the air in the balance.
        pressure_mmHg: at the balance, in conventional millimetres of mercury.
        humidity_percent: relative humidity, 0 to 100.

    Raises:
        ValueRefusedError: below absolute zero, pressure not positive, or humidity outside 0 to 100 %.
    """
    _check_physical(temperature_degC.real, pressure_mmHg.real, humidity_percent.real)
    kelvin = temperature_degC + ICE_POINT_K
    saturation = 1.3146e9 * _exp(-5315.56 / kelvin)
    return 0.46460 * (pressure_mmHg - 0.0037960 * humidity_percent * saturation) / kelvin


@dataclass(frozen=True, slots=True)
class Climate:
    """What the sensors of the room say at one moment, corrected and with uncertainty."""

    temperature_degC: Uncertain  # noqa: N815
    pressure_Pa: Uncertain  # noqa: N815
    humidity_percent: Uncertain


def room_air(climate: Climate, x_CO2: float = X_CO2) -> Uncertain:  # noqa: N803
    """Air density of the room in kg/m3 by CIPM-2007, from its sensors, with the uncertainty of the formula.

    Sensors that share a certificate keep what they share.

    Args:
        climate: the corrected readings.
        x_CO2: mole fraction of carbon dioxide.

    Raises:
        OutOfRangeError: outside 15 to 27 degC or 600 to 1100 hPa, where the formula's u is not known.
        ValueRefusedError: humidity outside 0 to 100 %.
    """
    _check_range("air temperature", climate.temperature_degC.value, (15.0, 27.0), "degC")
    _check_range("air pressure", climate.pressure_Pa.value, (60_000.0, 110_000.0), "Pa")

    def density(t: complex, p: complex, h: complex) -> complex:
        return cipm_2007(t, p, h, x_CO2)

    sensed = propagate(density, [climate.temperature_degC, climate.pressure_Pa, climate.humidity_percent])
    formula = independent(0.0, RELATIVE_U_OF_CIPM_2007 * sensed.value, "CIPM-2007", source="CIPM-2007")
    return sensed + formula


def _check_range(name: str, value: float, valid: tuple[float, float], unit: str) -> None:
    low, high = valid
    if not low <= value <= high:
        raise OutOfRangeError(f"{name} {value:g} {unit}: CIPM-2007 is valid from {low:g} to {high:g} {unit}")


def _check_physical(temperature_degC: float, pressure: float, humidity_percent: float) -> None:  # noqa: N803
    if not (np.isfinite(temperature_degC) and temperature_degC > -ICE_POINT_K):
        raise ValueRefusedError(f"air temperature {temperature_degC} degC is not a temperature")
    if not (np.isfinite(pressure) and pressure > 0):
        raise ValueRefusedError(f"air pressure {pressure} must be positive")
    if not 0 <= humidity_percent <= 100:
        raise ValueRefusedError(f"relative humidity {humidity_percent} % lies outside 0 to 100 %")


def _exp(x: Number) -> Number:
    return np.exp(x)  # type: ignore[no-any-return]  # real or complex as its argument
