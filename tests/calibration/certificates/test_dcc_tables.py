"""Tables of certificates whose columns could be mistaken for others: what is read, and what is only named."""

from decimal import Decimal

import pytest

from calibration.certificates.dcc.importer import read_dcc
from calibration.certificates.imported import Shape, Stage
from tests.calibration.certificates.own_files import BALANCE, TODAY

_FRAME = BALANCE[: BALANCE.index("<dcc:results>")] + "<dcc:results>{}</dcc:results>" + (
    BALANCE[BALANCE.index("</dcc:results>") + len("</dcc:results>") :]
)  # fmt: skip
U = (
    "<si:expandedUncXMLList><si:uncertaintyXMLList>0.05</si:uncertaintyXMLList>"
    "<si:coverageFactorXMLList>2</si:coverageFactorXMLList></si:expandedUncXMLList>"
)


def column(name, values, unit=r"\degreecelsius", uncertainty="", ref_type=""):
    attribute = f' refType="{ref_type}"' if ref_type else ""
    return (
        f"<dcc:quantity{attribute}><dcc:name><dcc:content>{name}</dcc:content></dcc:name>"
        f"{numbers(values, unit, uncertainty)}</dcc:quantity>"
    )


def numbers(values, unit, uncertainty=""):
    return (
        f"<si:realListXMLList><si:valueXMLList>{values}</si:valueXMLList>"
        f"<si:unitXMLList>{unit}</si:unitXMLList>{uncertainty}</si:realListXMLList>"
    )


def constants(*named):
    """A table of labelled constants."""
    return "".join(
        f"<dcc:quantity><si:real><si:label>{label}</si:label><si:value>{value}</si:value>"
        f"<si:unit>{unit}</si:unit></si:real></dcc:quantity>"
        for label, value, unit in named
    )


def read(*columns, data=None):
    content = data if data is not None else f"<dcc:list>{''.join(columns)}</dcc:list>"
    name = "<dcc:name><dcc:content>r</dcc:content></dcc:name>"
    result = f"<dcc:result>{name}<dcc:data>{content}</dcc:data></dcc:result>"
    imported = read_dcc(_FRAME.replace("{}", result).encode(), "own.xml", TODAY)
    return imported.proposals, "\n".join(str(finding) for finding in imported.findings)


def values_of(proposal, name):
    return [None if (value := getattr(point, name)) is None else str(value) for point in proposal.points]


@pytest.mark.parametrize(
    ("standard", "item"),
    [
        ("Reference reading", "Reading of the item"),
        ("Reading of the reference thermometer", "UUT reading"),
        ("Indication of the standard", "Indication at reference temperature"),
        ("Anzeige des Normals", "Anzeige Prüfling"),
        ("Standard temperature", "Displayed temperature"),
        ("True temperature", "Mean reading"),
        ("标准器示值", "被校仪器示值"),
        ("标准温度", "显示温度"),
    ],
)
def test_what_the_standard_shows_is_no_indication(standard, item):
    (proposal,), found = read(
        column(standard, "10 20"), column(item, "10.1 20.2"), column("Error", "0.1 0.2", uncertainty=U)
    )
    assert values_of(proposal, "reference") == ["10", "20"]
    assert values_of(proposal, "indication") == ["10.1", "20.2"]
    assert "error" not in found


@pytest.mark.parametrize(
    ("name", "ref_type"),
    [
        ("Expanded uncertainty of the error", ""),
        ("Uncertainty of the measured value", ""),
        ("Messunsicherheit der Abweichung", ""),
        ("示值误差的测量不确定度", ""),
        ("U", "basic_expandedUncertainty"),
    ],
)
def test_a_column_of_uncertainties_is_no_error_and_is_named(name, ref_type):
    (proposal,), found = read(
        column("Reference", "10 20"),
        column("Indication", "10.1 20.2", uncertainty=U),
        column(name, "0.05 0.06", ref_type=ref_type),
    )
    assert values_of(proposal, "error") == [None, None]
    assert "the uncertainty stands in a column of its own" in found


def test_an_error_with_its_uncertainty_beside_it_stays_an_error():
    (proposal,), found = read(
        column("Reference", "10 20"), column("Error with uncertainty", "0.1 0.2", uncertainty=U)
    )
    assert values_of(proposal, "error") == ["0.1", "0.2"]
    assert "column of its own" not in found


def test_one_error_of_two_channels_belongs_to_none_of_them():
    proposals, found = read(
        column("Indication 1", "10.1 20.2"),
        column("Indication 2", "10.4 20.4"),
        column("Reference", "10 20"),
        column("Error", "0.4 0.4", uncertainty=U),
    )
    assert [values_of(proposal, "error") for proposal in proposals] == [[None, None]] * 2
    assert "not known to which of 2 columns this one belongs" in found


def test_several_errors_are_taken_in_their_order_and_that_is_said():
    proposals, found = read(
        column("Indication 1", "10.1 20.2"),
        column("Indication 2", "10.4 20.4"),
        column("Error 1", "0.1 0.2", uncertainty=U),
        column("Error 2", "0.4 0.4", uncertainty=U),
    )
    assert [values_of(proposal, "error") for proposal in proposals] == [["0.1", "0.2"], ["0.4", "0.4"]]
    assert "taken in their order, check it" in found


def test_a_ref_type_counts_more_than_a_name():
    (proposal,), _ = read(
        column("Reference", "10 20"),
        column("Indication", "10.1 20.2"),
        column("Drift error", "0.5 0.5"),
        column("E", "0.1 0.2", uncertainty=U, ref_type="basic_measurementError"),
    )
    assert values_of(proposal, "error") == ["0.1", "0.2"]


def test_values_in_several_units_are_read_in_one():
    (proposal,), found = read(
        column("Nominal value", "100 500", r"\gram \milli\gram", ref_type="basic_nominalValue"),
        column("Conventional mass", "100.0001 500.01", r"\gram \milli\gram", U),
    )
    assert proposal.shape is Shape.MATERIAL_MEASURE
    assert values_of(proposal, "nominal") == ["100 g", "0.5 g"]
    assert [point.value for point in proposal.points] == [Decimal("100.0001"), Decimal("0.50001")]
    assert [point.expanded for point in proposal.points] == [Decimal("0.05"), Decimal("0.00005")]
    assert "the values are in several units, g mg" in found


@pytest.mark.parametrize("unit", [r"\gram \kelvin", r"\gram \stone"])
def test_values_that_do_not_convert_are_left_out(unit):
    (proposal,), found = read(column("Conventional mass", "1 2", unit, U))
    assert values_of(proposal, "value") == [None, None]
    assert "units that do not convert into one another" in found


@pytest.mark.parametrize(
    "name", ["Deviation from nominal value", "Conventional mass correction", "折算质量修正值"]
)
def test_the_deviation_of_a_weight_from_its_nominal_value_makes_no_curve(name):
    (proposal,), _ = read(
        column("Nominal value", "100 50", r"\gram", ref_type="basic_nominalValue"),
        column(name, "0.1 0.2", r"\milli\gram", U),
    )
    assert proposal.shape is Shape.MATERIAL_MEASURE
    assert values_of(proposal, "correction") == ["0.1", "0.2"]
    assert proposal.error_unit == "mg"


def test_the_measured_value_of_a_weight_is_its_value():
    (proposal,), found = read(
        column("Nominal", "1.0e0", r"\kilogram", ref_type="basic_nominalValue"),
        column("Mass", "1.000000271", r"\kilogram", U, "basic_measuredValue"),
    )
    assert (proposal.shape, values_of(proposal, "nominal")) == (Shape.MATERIAL_MEASURE, ["1.0 kg"])
    assert values_of(proposal, "value") == ["1.000000271"]
    assert "error" not in found


def test_what_an_item_states_has_the_unit_of_the_house():
    stated = (
        '<dcc:itemQuantities><dcc:itemQuantity refType="hl_maximumCapacity"><si:real><si:value>220</si:value>'
        r"<si:unit>\gram</si:unit></si:real></dcc:itemQuantity></dcc:itemQuantities></dcc:item>"
    )
    imported = read_dcc(BALANCE.replace("</dcc:item>", stated).encode(), "own.xml", TODAY)
    assert (Decimal(220), "g") in [(one.value, one.unit) for one in imported.stated]


@pytest.mark.parametrize("name", ["Eccentricity", "重复性"])
def test_readings_of_a_test_are_no_results(name):
    table = column("Load", "100", r"\gram") + column("Indication", "100.1 100.2", r"\gram")
    table += column("Difference from centre", "0 0.1", r"\gram")
    listed = f"<dcc:list><dcc:name><dcc:content>{name}</dcc:content></dcc:name>{table}</dcc:list>"
    proposals, found = read(data=listed)
    assert proposals == ()
    assert "without the column that says it; key it in by hand" in found


def test_readings_alone_are_no_values_of_a_measure():
    proposals, found = read(column("Indication", "10.1 10.2"))
    assert proposals == ()
    assert "nothing of this result is read as numbers" in found


def test_the_error_of_a_weight_is_left_to_a_person():
    (proposal,), found = read(
        column("Conventional mass", "100.1", r"\gram", U), column("Error", "0.1", r"\gram")
    )
    assert values_of(proposal, "value") == ["100.1"]
    assert "an error of a material measure is not taken over" in found


R0, A, B = (
    ("R0", "100.02", r"\ohm"),
    ("A", "3.9e-3", r"\kelvin\tothe{-1}"),
    ("B", "-5.8e-7", r"\per\kelvin\tothe{2}"),
)


@pytest.mark.parametrize(
    "named",
    [
        (R0, A, B),
        (B, ("R0", "0.10002", r"\kilo\ohm"), A),
        (R0, ("A", "3.9e-6", r"\milli\kelvin\tothe{-1}"), B),
        (R0, ("A", "3.9e-3", r"\degreecelsius\tothe{-1}"), B),
    ],
)
def test_coefficients_come_in_the_order_and_units_of_the_equation(named):
    (proposal,), _ = read(constants(*named))
    assert proposal.coefficients is not None
    assert proposal.coefficients.names == ("R0", "A", "B")
    assert proposal.coefficients.values == (Decimal("100.02"), Decimal("0.0039"), Decimal("-5.8e-7"))


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ((R0, ("A", "0.39", r"\ohm\kelvin\tothe{-1}"), B), "A has the unit '\\\\ohm\\\\kelvin"),
        ((R0, ("A", "3.9e-3", r"\one"), B), "A has the unit '\\\\one'"),
        ((R0, ("A", "NaN", r"\kelvin\tothe{-1}"), B), "A of the equation has no value"),
        ((R0, A, B, ("R0", "200", r"\ohm")), "a coefficient of the equation is stated twice"),
    ],
)
def test_coefficients_of_another_form_are_not_taken(named, sentence):
    proposals, found = read(constants(*named))
    assert sentence in found
    assert all(proposal.coefficients is None for proposal in proposals)


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (numbers("283.25", r"\kelvin", U), "283.25 K is not 10.00 degC: which is right?"),
        (
            numbers("283.15", r"\kelvin", U.replace("0.05", "0.09")),
            "0.09 K is not 0.05 degC: which is right?",
        ),
        (numbers("283.15", r"\kelvin", U.replace(">2<", ">3<")), "k is 3 in one unit and 2 in the other"),
        (numbers("10.00", r"\gram", U), "the choices of units of one quantity are of different kinds"),
    ],
)
def test_the_choices_of_a_hybrid_say_the_same(second, sentence):
    first = numbers("10.00", r"\degreecelsius", U)
    both = f"<si:hybrid>{second}{first}</si:hybrid>"
    quantity = f"<dcc:quantity><dcc:name><dcc:content>Reference</dcc:content></dcc:name>{both}</dcc:quantity>"
    _, found = read(quantity, column("Indication", "10.1"))
    assert sentence in found


def test_a_quantity_with_two_numbers_has_none():
    quantity = column("Error", "0.1 0.2", uncertainty=U)
    twice = quantity.replace("</dcc:quantity>", numbers("9 9", r"\kelvin", U) + "</dcc:quantity>")
    (proposal,), found = read(column("Reference", "10 20"), column("Indication", "10.1 20.2"), twice)
    assert values_of(proposal, "error") == [None, None]
    assert "the quantity has 2 numbers; which one holds?" in found


def test_a_region_of_all_values_is_said():
    region = "<si:ellipsoidalRegionXMLList/>"
    _, found = read(column("Reference", "10 20"), column("Error", "0.1 0.2", uncertainty=region))
    assert "the uncertainty is that of all values together" in found


def test_an_uncertainty_beside_the_reference_alone_is_asked_about():
    (proposal,), found = read(column("Reference", "10 20", uncertainty=U), column("Indication", "10.1 20.2"))
    assert [point.expanded for point in proposal.points] == [Decimal("0.05")] * 2
    assert "U stands beside the reference and nowhere else" in found
    ohm = column("Indication", "100.1 107.2", r"\ohm")
    _, found = read(column("Reference", "10 20", uncertainty=U), ohm)
    assert "U stands beside the reference" not in found


def test_a_gap_among_the_uncertainties_is_an_error():
    gap = U.replace("0.05", "0.05 NaN")
    _, found = read(column("Reference", "10 20"), column("Error", "0.1 0.2", uncertainty=gap))
    assert "U or k is missing at 1 of 2 points" in found


def test_percent_of_humidity_in_words_needs_no_other_words():
    (proposal,), _ = read(column("Reference", "10 20", "%RH"), column("Error", "0.1 0.2", "%RH", U))
    assert (proposal.quantity, proposal.unit) == ("humidity", "%RH")


@pytest.mark.parametrize(
    ("item", "column_name", "unit"),
    [
        ("Moisture analyser", "Reference", "%M"),
        ("Moisture analyser", "Reference relative humidity", "%RH"),
        ("Thermo-hygrometer 湿度", "Reference", "%RH"),
        ("Thermo-hygrometer 湿度", "Reference, moisture content at 50 % relative humidity", "%M"),
        ("Balance", "Reference", "%"),
    ],
)
def test_of_percent_the_nearest_words_say_what_they_are_of(item, column_name, unit):
    table = column(column_name, "10", r"\percent") + column("Reading", "11", r"\percent", U)
    result = (
        "<dcc:result><dcc:name><dcc:content>r</dcc:content></dcc:name>"
        f"<dcc:data><dcc:list>{table}</dcc:list></dcc:data></dcc:result>"
    )
    text = _FRAME.replace("{}", result)
    for name in ("电子天平", "Electronic balance"):
        text = text.replace(name, item)
    imported = read_dcc(text.encode(), "own.xml", TODAY)
    assert imported.proposals[0].reference_unit == unit


def test_errors_in_percent_beside_a_temperature_are_named():
    (proposal,), found = read(
        column("Reference", "10 20"),
        column("Indication", "10.1 20.2", uncertainty=U),
        column("Error", "1 1", r"\percent"),
    )
    assert values_of(proposal, "error") == [None, None]
    assert "errors in % beside other indications: not taken" in found


def condition(name, status):
    return (
        f"<dcc:influenceCondition><dcc:name><dcc:content>{name}</dcc:content></dcc:name>"
        f"<dcc:status>{status}</dcc:status><dcc:data><dcc:text><dcc:content>t</dcc:content></dcc:text></dcc:data>"
        "</dcc:influenceCondition>"
    )


def measured(*conditions):
    """A measurement of one table under these conditions."""
    table = column("Reference", "10") + column("Indication", "10.1", uncertainty=U)
    return (
        "<dcc:measurementResult><dcc:name><dcc:content>m</dcc:content></dcc:name><dcc:influenceConditions>"
        f"{''.join(conditions)}</dcc:influenceConditions><dcc:results><dcc:result><dcc:name><dcc:content>r"
        f"</dcc:content></dcc:name><dcc:data><dcc:list>{table}</dcc:list></dcc:data></dcc:result></dcc:results>"
        "</dcc:measurementResult>"
    )


BEFORE, AFTER = condition("Room", "beforeAdjustment"), condition("Room", "afterAdjustment")
COMMON = f"<dcc:influenceConditions>{condition('Adjustment', 'beforeAdjustment')}</dcc:influenceConditions>"


@pytest.mark.parametrize(
    ("content", "stages"),
    [
        (measured(BEFORE), [Stage.UNADJUSTED]),
        (measured(AFTER), [Stage.AS_LEFT]),
        (measured(BEFORE) + measured(AFTER), [Stage.AS_FOUND, Stage.AS_LEFT]),
        (measured(AFTER) + measured(BEFORE, BEFORE), [Stage.AS_LEFT, Stage.AS_FOUND]),
        (measured(BEFORE, AFTER), [Stage.UNADJUSTED]),
        (COMMON + measured(BEFORE), [Stage.AS_FOUND]),
    ],
)
def test_before_and_after_an_adjustment(content, stages):
    start, end = BALANCE.index("<dcc:measurementResult>"), BALANCE.index("</dcc:measurementResults>")
    text = BALANCE[:start] + content + BALANCE[end:]
    imported = read_dcc(text.encode(), "own.xml", TODAY)
    assert [proposal.stage for proposal in imported.proposals] == stages


def test_a_result_without_numbers_is_named_and_a_certificate_without_any_is_no_good():
    proposals, found = read(data="<dcc:text><dcc:content>see the PDF</dcc:content></dcc:text>")
    assert proposals == ()
    assert "nothing of this result is read as numbers" in found
    assert "no numbers that could make a curve or values" in found
