"""NIST Monograph 175 / IEC 60584-1: reference functions of thermocouples."""

import itertools
import math

import numpy as np
import pytest

from calibration.errors import OutOfRangeError, ValueRefusedError
from calibration.thermocouple import Thermocouple
from calibration.thermocouple_tables import TABLES
from calibration.uncertain import Uncertain, independent

ICE = Uncertain(0.0)

# E in mV as printed to 0.001 mV in the NIST ITS-90 tables
PRINTED = {
    "B": {1000: 4.834, 1500: 10.099, 1800: 13.591},
    "E": {-100: -5.237, 100: 6.319, 500: 37.005, 1000: 76.373},
    "J": {-100: -4.633, 100: 5.269, 500: 27.393, 1000: 57.953},
    "K": {-200: -5.891, 100: 4.096, 1000: 41.276, 1300: 52.410},
    "N": {-100: -2.407, 100: 2.774, 500: 16.748, 1300: 47.513},
    "R": {100: 0.647, 1000: 10.506, 1500: 17.451, 1700: 20.222},
    "S": {100: 0.646, 1000: 9.587, 1500: 15.582, 1700: 17.947},
    "T": {-200: -5.603, -100: -3.379, 100: 4.279, 400: 20.872},
}


def test_nist_monograph_175_types_k_and_t(problem):
    given = problem("P-thermocouple-reference")
    for case, expected in zip(given["inputs"]["cases"], given["expected"]["E_mV"], strict=True):
        found = Thermocouple(case["type"]).emf_mV(
            Uncertain(float(case["t_degC"])), Uncertain(float(case["t_ref"]))
        )
        assert found.value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("letter", "t"), [(letter, t) for letter, row in PRINTED.items() for t in row])
def test_nist_its90_tables(letter, t):
    assert Thermocouple(letter).emf_mV(Uncertain(float(t)), ICE).value == pytest.approx(
        PRINTED[letter][t], abs=0.00051
    )


@pytest.mark.parametrize("letter", TABLES)
def test_the_ranges_of_a_type_join(letter):
    couple = Thermocouple(letter)
    assert couple.low_degC == TABLES[letter][0][0]
    for (_, end, _), (start, _, _) in itertools.pairwise(TABLES[letter]):
        assert end == start
        below, above = (
            couple.emf_mV(Uncertain(t), ICE).value for t in (end, float(np.nextafter(end, math.inf)))
        )
        assert above == pytest.approx(below, abs=2e-7)


@pytest.mark.parametrize("letter", TABLES)
def test_there_and_back(letter):
    couple = Thermocouple(letter)
    cold = Uncertain(21.7)
    for t in np.linspace(max(couple.low_degC, 50.0 if letter == "B" else -1e9), couple.high_degC, 41):
        emf = couple.emf_mV(Uncertain(float(t)), cold)
        assert couple.temperature_degC(emf, cold).value == pytest.approx(t, abs=1e-7)


def test_both_junctions_enter_the_uncertainty():
    couple = Thermocouple("K")
    emf, cold = independent(4.096, 0.002, "voltmeter"), independent(20.0, 0.05, "cold junction")
    found = couple.temperature_degC(emf, cold)
    step = 1e-4
    slope = {
        t: (couple.emf_mV(Uncertain(t + step), ICE).value - couple.emf_mV(Uncertain(t - step), ICE).value)
        / (2 * step)
        for t in (20.0, found.value)
    }
    by_hand = math.hypot(0.002, slope[20.0] * 0.05) / slope[found.value]
    assert found.u == pytest.approx(by_hand, rel=1e-6, abs=0)
    # the difference to the cold junction, measured with the same one, cancels most of its error
    assert (found - cold).u < found.u


def test_type_b_does_not_tell_room_temperatures_apart():
    with pytest.raises(ValueRefusedError, match=r"at 11\.009 degC and 31\.0522 degC"):
        Thermocouple("B").temperature_degC(Uncertain(-0.002), ICE)


def test_bad_input_is_named():
    with pytest.raises(ValueRefusedError, match="type 'X' is none of B E J K N R S T"):
        Thermocouple("X")
    couple = Thermocouple("T")
    with pytest.raises(OutOfRangeError, match=r"400\.1 degC lies outside type T"):
        couple.emf_mV(Uncertain(400.1), ICE)
    with pytest.raises(OutOfRangeError, match="outside type T: -270 to 400 degC"):
        couple.temperature_degC(Uncertain(20.9), ICE)
    with pytest.raises(ValueRefusedError, match="must be a finite number"):
        couple.temperature_degC(Uncertain(math.nan), ICE)
