"""OIML R 76, OIML R 111, USP <41>, general notices of the Chinese Pharmacopoeia."""

from decimal import Decimal

import pytest

from calibration.conformity import Decision, decide
from calibration.errors import OutOfRangeError, UnitMismatchError, ValueRefusedError
from calibration.limits import Measured
from calibration.mpe import (
    JJG_1036,
    OIML_R76,
    VerifiedBalance,
    WeightClass,
    accept_weight,
    balance_mpe_in_e,
    weight_mpe_mg,
)
from calibration.pharmacopoeia import (
    about_range,
    stated_range,
    usp41_accuracy,
    usp41_minimum_weight,
    usp41_minimum_weight_of,
)

VERDICTS = {True: "conforms", False: "does not conform", None: "uncertainty too large, no verdict"}


def test_oiml_r76_3_5_1_table_6(problem):
    given = problem("P-r76-mpe")
    cases, expected = given["inputs"]["cases"], given["expected"]
    initial = [balance_mpe_in_e(case["cls"], case["load_in_e"]) for case in cases]
    in_service = [balance_mpe_in_e(case["cls"], case["load_in_e"], in_service=True) for case in cases]
    assert initial == [Decimal(str(mpe)) for mpe in expected["mpe_initial_e"]]
    assert in_service == [Decimal(str(mpe)) for mpe in expected["mpe_in_service_e"]]


@pytest.mark.parametrize(("cls", "last"), [("II", 100_000), ("III", 10_000), ("IIII", 1_000)])
def test_beyond_its_class_a_load_has_no_mpe(cls, last):
    assert balance_mpe_in_e(cls, last) == Decimal("1.5")
    with pytest.raises(OutOfRangeError, match=f"class {cls} ends at {last} e"):
        balance_mpe_in_e(cls, Decimal(last) + Decimal("0.001"))
    assert balance_mpe_in_e("I", 10_000_000) == Decimal("1.5")


def test_verification_of_a_class_i_balance():
    balance = VerifiedBalance("I", Decimal("0.001"), Decimal(220), "g", OIML_R76)
    assert balance.error_limits(Decimal("50")).upper == Decimal("0.0005")
    assert balance.error_limits(Decimal("50.0001")).upper == Decimal("0.0010")
    assert balance.error_limits(Decimal("200.01"), in_service=True).lower == Decimal("-0.0030")
    limits = balance.error_limits(Decimal("50"))
    assert decide(Measured(Decimal("0.0005"), 0.0001, 2, "g"), limits).decision is Decision.PASS
    assert decide(Measured(Decimal("-0.00051"), 0.0001, 2, "g"), limits).decision is Decision.FAIL
    with pytest.raises(OutOfRangeError, match="above Max = 220 g"):
        balance.error_limits(Decimal("220.001"))


def test_what_is_to_be_checked_on_paper_stays_visible():
    balance = VerifiedBalance("I", Decimal("0.001"), Decimal(220), "g", JJG_1036)
    assert balance.error_limits(Decimal(100)).specification == "JJG 1036-2022 [B]"


def test_oiml_r111_table_1(problem):
    given = problem("P-r111-mpe")
    for weight_class in given["inputs"]["classes"]:
        found = []
        for nominal in given["inputs"]["nominal"]:
            number, unit = nominal.split()
            found.append(weight_mpe_mg(Decimal(number), unit, WeightClass(weight_class)))
        assert found == [Decimal(str(mpe)) for mpe in given["expected"][weight_class]]


# a public table of error limits by OIML R 111 (KERN, en.kern-lab.com), whose 0.02 for 5 mg M1 is a misprint
KERN = """
1mg 0.003 0.006 0.020 0.06 0.20
2mg 0.003 0.006 0.020 0.06 0.20
5mg 0.003 0.006 0.020 0.06 0.20
10mg 0.003 0.008 0.025 0.08 0.25
20mg 0.003 0.010 0.03 0.10 0.3
50mg 0.004 0.012 0.04 0.12 0.4
100mg 0.005 0.016 0.05 0.16 0.5 1.6
200mg 0.006 0.020 0.06 0.20 0.6 2.0
500mg 0.008 0.025 0.08 0.25 0.8 2.5
1g 0.010 0.03 0.10 0.3 1.0 3.0 10
2g 0.012 0.04 0.12 0.4 1.2 4.0 12
5g 0.016 0.05 0.16 0.5 1.6 5.0 16
10g 0.020 0.06 0.20 0.6 2.0 6.0 20
20g 0.025 0.08 0.25 0.8 2.5 8.0 25
50g 0.03 0.10 0.3 1.0 3.0 10 30
100g 0.05 0.16 0.5 1.6 5.0 16 50
"""


@pytest.mark.parametrize("row", KERN.strip().split("\n"))
def test_oiml_r111_rows_of_a_makers_table(row):
    nominal, *limits = row.split()
    number = nominal.rstrip("mg")
    for weight_class, limit in zip(WeightClass, limits, strict=False):
        assert weight_mpe_mg(Decimal(number), nominal[len(number) :], weight_class) == Decimal(limit)


def test_a_nominal_value_may_be_stated_in_any_unit_of_mass():
    assert weight_mpe_mg(Decimal("0.2"), "kg", WeightClass.F1) == weight_mpe_mg(
        Decimal(200), "g", WeightClass.F1
    )
    with pytest.raises(UnitMismatchError):
        weight_mpe_mg(Decimal(200), "degC", WeightClass.F1)
    for nominal, unit, cls in [
        ("3", "g", "F1"),
        ("0.5", "mg", "E1"),
        ("50", "mg", "M2"),
        ("100", "kg", "E2"),
    ]:
        with pytest.raises(OutOfRangeError, match="has no weight"):
            weight_mpe_mg(Decimal(nominal), unit, WeightClass(cls))


def test_oiml_r111_5_2_5_3_acceptance(problem):
    given = problem("P-r111-acceptance")
    for index, case in enumerate(given["inputs"]["cases"]):
        found = accept_weight(
            Decimal(case["nominal_g"]), "g", WeightClass(case["cls"]), case["err_mg"], case["U_mg"]
        )
        expected = given["expected"]
        assert found.verdict.value == expected["verdict"][index]
        assert found.verdict.value == VERDICTS[expected["conventional_mass_ok"][index]]
        assert (found.acceptance_mg is not None) == expected["uncertainty_ok"][index]


def test_r111_acceptance_is_inclusive_and_exact():
    at_the_limit = accept_weight(Decimal(1), "g", WeightClass.E2, Decimal("-0.02"), Decimal("0.01"))
    assert at_the_limit.verdict.value == "conforms"  # U is mpe/3 exactly, and the error mpe - U
    beyond = accept_weight(Decimal(1), "g", WeightClass.E2, Decimal("-0.0201"), Decimal("0.01"))
    assert beyond.verdict.value == "does not conform"


def test_usp_41_minimum_weight(problem):
    given = problem("P-usp41-minimum-weight")
    found = [usp41_minimum_weight(case["s_mg"], case["d_mg"]) for case in given["inputs"]["cases"]]
    assert [float(one.minimum_mg) for one in found] == pytest.approx(
        given["expected"]["min_weight_mg"], rel=1e-12
    )
    assert [one.floor_applied for one in found] == given["expected"]["floor_applied"]


def test_usp_41_asks_for_ten_weighings():
    readings = [100.01, 100.03, 100.02, 100.02, 100.04, 100.01, 100.02, 100.03, 100.02, 100.01]
    assert float(usp41_minimum_weight_of(readings, 0.01).minimum_mg) == pytest.approx(
        2000 * 0.00994428926, rel=1e-6
    )
    with pytest.raises(ValueRefusedError, match="10 weighings or more, found 9"):
        usp41_minimum_weight_of(readings[:-1], 0.01)


def test_usp_41_accuracy():
    weight, capacity = Decimal(20_000), Decimal(220_000)
    assert usp41_accuracy(Decimal("-20"), weight, capacity)
    assert not usp41_accuracy(Decimal("20.01"), weight, capacity)
    for outside in (Decimal(10_999), Decimal(220_001)):
        with pytest.raises(OutOfRangeError, match="5 to 100 %"):
            usp41_accuracy(Decimal(0), outside, capacity)


def test_chp_general_notices_weighing(problem):
    given = problem("P-chp-weighing-precision")
    found = [[float(end) for end in stated_range(stated)] for stated in given["inputs"]["stated"]]
    assert found == given["expected"]["range_g"]
    assert stated_range("0.1") == (Decimal("0.06"), Decimal("0.14"))  # printed so, not 0.05 to 0.15
    assert stated_range("0.10") == (Decimal("0.095"), Decimal("0.105"))
    assert about_range("2.0") == (Decimal("1.800"), Decimal("2.200"))


@pytest.mark.parametrize("text", ["", "0", "-2", "2,0", "1e3", "NaN", "2.0.0", "二", "²"])
def test_chp_a_stated_amount_is_digits(text):
    with pytest.raises(ValueRefusedError, match="is not an amount"):
        stated_range(text)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: balance_mpe_in_e("V", 100),
        lambda: balance_mpe_in_e("I", -1),
        lambda: balance_mpe_in_e("I", Decimal("NaN")),
        lambda: VerifiedBalance("I", Decimal(0), Decimal(220), "g", OIML_R76),
        lambda: VerifiedBalance("I", Decimal("0.001"), Decimal("Infinity"), "g", OIML_R76),
        lambda: accept_weight(Decimal(1), "g", WeightClass.F1, 0.0, 0.0),
        lambda: accept_weight(Decimal(1), "g", WeightClass.F1, float("nan"), 0.01),
        lambda: usp41_minimum_weight(-0.1, 0.1),
        lambda: usp41_minimum_weight(0.1, 0.0),
        lambda: usp41_minimum_weight(float("inf"), 0.1),
    ],
)
def test_bad_input_is_refused(wrong):
    with pytest.raises(ValueRefusedError):
        wrong()
