"""Air buoyancy: from a balance's reading to the mass, and to the conventional mass.

All functions are analytic, so that ``uncertain.propagate`` can carry air and density with their uncertainty.
"""

from typing import TypeVar

from calibration.errors import ValueRefusedError

Number = TypeVar("Number", float, complex)

CONVENTIONAL_DENSITY = 8000.0
"""kg/m3, of the weights by convention (OIML D 28)."""
CONVENTIONAL_AIR_DENSITY = 1.2
"""kg/m3, by the same convention."""


def buoyancy_factor(
    air_kg_m3: Number, sample_kg_m3: Number, reference_kg_m3: float = CONVENTIONAL_DENSITY
) -> Number:
    """Mass of a sample by its reading: (1 - rho_a/rho_ref) / (1 - rho_a/rho) (NIST SOP 2; EURAMET cg-18).

    Args:
        air_kg_m3: density of the air.
        sample_kg_m3: density of what is weighed.
        reference_kg_m3: density of the weights the balance was adjusted with.

    Raises:
        ValueRefusedError: a density not positive and finite, or the sample is lighter than air.
    """
    _check(air_kg_m3.real, sample_kg_m3.real)
    _check(air_kg_m3.real, reference_kg_m3)
    return (1 - air_kg_m3 / reference_kg_m3) / (1 - air_kg_m3 / sample_kg_m3)


def conventional_difference(conventional_mass: Number, air_kg_m3: Number, density_kg_m3: Number) -> Number:
    """What buoyancy adds to a weight's reading against its conventional mass, in the unit of the mass.

    -m_c (rho_a - 1.2 kg/m3) (1/rho - 1/8000 kg/m3): positive where the weight seems heavier than its
    conventional mass, as a weight denser than 8000 kg/m3 does in air denser than 1.2 kg/m3. It is the term
    delta m_B of the reference value m_ref = m_N + delta m_c + delta m_B + … (EURAMET cg-18).

    Args:
        conventional_mass: m_c, in any unit of mass.
        air_kg_m3: density of the air.
        density_kg_m3: density of the weight.

    Raises:
        ValueRefusedError: a density not positive and finite, or lighter than air.
    """
    _check(air_kg_m3.real, density_kg_m3.real)
    excess = air_kg_m3 - CONVENTIONAL_AIR_DENSITY
    return -conventional_mass * excess * (1 / density_kg_m3 - 1 / CONVENTIONAL_DENSITY)


def conventional_mass(mass: Number, density_kg_m3: Number) -> Number:
    """Conventional mass of a body of this mass, in the unit of the mass (OIML D 28).

    m_c = m (1 - 1.2/rho) / (1 - 1.2/8000), at 20 degC.

    Raises:
        ValueRefusedError: the density is not positive and finite, or lighter than air.
    """
    _check(CONVENTIONAL_AIR_DENSITY, density_kg_m3.real)
    in_air = 1 - CONVENTIONAL_AIR_DENSITY / density_kg_m3
    return mass * in_air / (1 - CONVENTIONAL_AIR_DENSITY / CONVENTIONAL_DENSITY)


def _check(air_kg_m3: float, density_kg_m3: float) -> None:
    if not 0 <= air_kg_m3 < density_kg_m3 < float("inf"):
        raise ValueRefusedError(
            f"air of {air_kg_m3:g} kg/m3 and a body of {density_kg_m3:g} kg/m3: no buoyancy can be computed"
        )
