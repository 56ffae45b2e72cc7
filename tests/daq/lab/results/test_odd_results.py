"""Results at the edges: nothing lost, a loss below zero, differences that lie exactly at what is allowed."""

from decimal import Decimal

import pytest

from calibration.units import convert, unit_of
from daq.lab.results.computing import compute_results
from daq.lab.results.verdict import side_by_side
from tests.daq.lab.results.bench import METHODS, Session, certificate, method, moisture

DRYING = METHODS["direct-drying-gb-5009-3-1"]


def drying(*masses):
    return compute_results(moisture(DRYING, masses=masses).given())[0]


def test_a_loss_of_nothing_is_reported_to_the_place_of_its_uncertainty():
    """A zero has no significant digit: 0.000 with U of 0.057 would be 0.000 by no rule at all."""
    same = ("20.0000", "25.0000", "25.0000", "25.0000")
    outcome = drying(same, same)
    assert (outcome.value, outcome.parallels.met) == (0, True)
    assert Decimal(outcome.reported).as_tuple().exponent == Decimal(outcome.reported_U).as_tuple().exponent


def test_a_gain_instead_of_a_loss_is_a_result_and_its_determinations_are_not_accepted():
    heavier = ("20.0000", "25.0000", "25.0003", "25.0003")
    outcome = drying(heavier, ("20.0000", "25.0000", "25.0002", "25.0002"))
    assert outcome.reported == "-0.0050"
    assert not outcome.parallels.met
    assert outcome.parallels.limit == 0


@pytest.mark.parametrize(
    ("difference", "limit", "shown"),
    [
        ("2.0099799", "2.02024646", ("2.01", "2.02")),
        ("0.2", "0.2", ("0.2", "0.2")),
        ("0.20004", "0.2", ("0.20004", "0.2")),
        ("0.0067", "0.2", ("0.007", "0.2")),
        ("0.0001", "0", ("0.0001", "0")),
        ("0", "0", ("0", "0")),
    ],
)
def test_a_difference_and_its_limit_are_shown_so_that_one_sees_which_is_larger(difference, limit, shown):
    found = side_by_side(Decimal(difference), Decimal(limit))
    assert tuple(str(one) for one in found) == shown


@pytest.mark.parametrize(
    ("unit", "factor"), [("g/100 g", 100), ("g/kg", 1000), ("mg/g", 1000), ("mg/kg", 10**6), ("%", 100)]
)
def test_a_mass_fraction_is_reported_in_any_unit_of_mass_by_mass(unit, factor):
    text = METHODS["water-shield-dried-solids"].document.decode()
    text = text.replace('unit = "%"', f'unit = "{unit}"').replace("* 100", f"* {factor}")
    figures = {"S": 5 * factor // 100, "S_mean": Decimal("0.05075") * factor}
    text = text[: text.index("gives =")] + f"gives = {{ S = {figures['S']}, S_mean = {figures['S_mean']} }}\n"
    session, one = Session(method(text)), certificate("B-01")
    for portion, (m3, m1, m2) in enumerate((("40", "50", "40.5"), ("41", "51", "41.515")), 1):
        session.read("m3", portion, m3, one)
        session.read("m1", portion, m1, one)
        session.read("m2", portion, m2, one)
        session.read("m2", portion, m2, one, step="dry-mass-again")
    outcome = compute_results(session.given())[0]
    assert convert(outcome.value, unit, "1") == Decimal("0.05075")


@pytest.mark.parametrize("unit", ["mol/L", "g/mol", "mL/100 g", "g/mL", "mg/L", "mmol/kg"])
def test_quotients_of_titrations_and_solutions_are_units(unit):
    assert unit_of(unit).symbol == unit
