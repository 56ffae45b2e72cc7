"""Numbers of D-SI in every form in which certificates have them, by PTB's own examples and our own."""

from decimal import Decimal

import pytest
from lxml import etree

from calibration.certificates.dsi import NAMESPACE, is_number_element, read_alternatives
from calibration.certificates.findings import Findings
from calibration.certificates.safe_xml import parse_xml


def numbers(xml, gaps=True):
    findings = Findings("x.xml")
    element = etree.fromstring(f'<r xmlns:si="{NAMESPACE}">{xml}</r>')[0]
    found = read_alternatives(element, findings, gaps=gaps)
    assert findings.refusals == ()
    return found, [str(finding) for finding in findings.all]


def refusals(xml):
    findings = Findings("x.xml")
    read_alternatives(etree.fromstring(f'<r xmlns:si="{NAMESPACE}">{xml}</r>')[0], findings, gaps=True)
    return "\n".join(findings.refusals)


REAL = r"<si:real><si:label>t</si:label><si:value>1.50</si:value><si:unit>\metre</si:unit>{}</si:real>"
LIST = (
    r"<si:realListXMLList><si:valueXMLList> 1.0  2.0{}3.0 </si:valueXMLList>"
    r"<si:unitXMLList>\metre</si:unitXMLList>{}</si:realListXMLList>"
)
EXPANDED = (
    "<si:{0}><si:{1}>0.2</si:{1}><si:coverageFactor>1.96</si:coverageFactor>"
    "<si:coverageProbability>0.95</si:coverageProbability><si:distribution>normal</si:distribution></si:{0}>"
)
STANDARD = "<si:standardMU><si:valueStandardMU>0.1</si:valueStandardMU></si:standardMU>"
WRAP = "<si:measurementUncertaintyUnivariate>{}</si:measurementUncertaintyUnivariate>"


@pytest.mark.parametrize(
    ("uncertainty", "u", "k", "p"),
    [
        (EXPANDED.format("expandedUnc", "uncertainty"), "0.2", "1.96", "0.95"),
        (WRAP.format(EXPANDED.format("expandedMU", "valueExpandedMU")), "0.2", "1.96", "0.95"),
        (WRAP.format(STANDARD), "0.1", "1", None),
        (
            "<si:coverageInterval><si:standardUnc>0.1</si:standardUnc><si:intervalMin>1</si:intervalMin>"
            "<si:intervalMax>2</si:intervalMax><si:coverageProbability>0.95</si:coverageProbability>"
            "</si:coverageInterval>",
            "0.1",
            "1",
            None,
        ),
        ("", None, None, None),
    ],
)  # fmt: skip
def test_every_form_of_uncertainty(uncertainty, u, k, p):
    (series,), findings = numbers(REAL.format(uncertainty))
    number = series.numbers[0]
    assert (number.value, number.unit, number.label) == (Decimal("1.50"), r"\metre", "t")
    assert str(number.value) == "1.50"
    stated = [None if n is None else str(n) for n in (number.expanded, number.k, number.probability)]
    assert stated == [u, k, p]
    assert findings == []


def test_a_list_with_one_or_as_many_entries_and_any_white_space():
    each = (
        "<si:expandedUncXMLList><si:uncertaintyXMLList>0.1 0.2 0.3</si:uncertaintyXMLList>"
        "<si:coverageFactorXMLList>2</si:coverageFactorXMLList><si:coverageProbabilityXMLList>0.95</si:coverageProbabilityXMLList>"
        "</si:expandedUncXMLList>"
    )
    (series,), findings = numbers(LIST.format("\n\t", each))
    assert [str(n.value) for n in series.numbers] == ["1.0", "2.0", "3.0"]
    assert [str(n.expanded) for n in series.numbers] == ["0.1", "0.2", "0.3"]
    assert {str(n.k) for n in series.numbers} == {"2"}
    assert findings == []


def test_the_old_list_overrides_and_inherits():
    xml = (
        r"<si:list><si:listUnit>\gram</si:listUnit><si:listUnivariateUnc><si:expandedUnc><si:uncertainty>0.5"
        r"</si:uncertainty><si:coverageFactor>2</si:coverageFactor><si:coverageProbability>0.95"
        r"</si:coverageProbability></si:expandedUnc></si:listUnivariateUnc><si:real><si:value>1</si:value></si:real>"
        r"<si:real><si:value>2</si:value><si:unit>\kilogram</si:unit><si:expandedUnc><si:uncertainty>0.7"
        r"</si:uncertainty><si:coverageFactor>3</si:coverageFactor><si:coverageProbability>0.99"
        r"</si:coverageProbability></si:expandedUnc></si:real></si:list>"
    )
    for name in ("list", "realList"):
        (series,), findings = numbers(xml.replace("si:list>", f"si:{name}>"))
        rows = [(str(n.value), n.unit, str(n.expanded), str(n.k)) for n in series.numbers]
        assert rows == [("1", r"\gram", "0.5", "2"), ("2", r"\kilogram", "0.7", "3")]
        assert findings == []


def test_a_hybrid_gives_every_choice_of_units():
    xml = (
        r"<si:hybrid><si:real><si:value>293.15</si:value><si:unit>\kelvin</si:unit></si:real>"
        r"<si:real><si:value>20.00</si:value><si:unit>\degreecelsius</si:unit></si:real></si:hybrid>"
    )
    alternatives, _ = numbers(xml)
    assert [(str(s.numbers[0].value), s.unit) for s in alternatives] == [
        ("293.15", r"\kelvin"),
        ("20.00", r"\degreecelsius"),
    ]


def test_nan_is_a_gap_where_the_version_knows_it():
    (series,), findings = numbers(LIST.format(" NaN ", ""))
    assert [n.value for n in series.numbers] == [Decimal("1.0"), Decimal("2.0"), None, Decimal("3.0")]
    assert "the document has no value here" in findings[0]
    _, findings = numbers(LIST.format(" NaN ", ""), gaps=False)
    assert "allowed from DCC 3.3.0 on" in findings[0]


@pytest.mark.parametrize(
    "text", ["1,5", "１", "INF", "-INF", "1 5", "1e", "0x10", "1_000", "", "1" * 61, "−1", "1\u00a0"]
)
def test_text_that_is_no_number_is_refused(text):
    assert "found" in refusals(REAL.replace("1.50", text).format(""))


def test_too_many_values_are_refused():
    assert "allowed are 10000" in refusals(LIST.format(" 1" * 10_001, ""))


def test_published_examples_are_read_or_refused_in_words(shared):
    """32 files of PTB, with units from metre to knot: nothing but findings may come of them."""
    count = 0
    for path in sorted(shared("certificates/samples/dsi_examples").glob("*.xml")):
        findings = Findings(path.name)
        for element in parse_xml(path.read_bytes(), path.name).iter(f"{{{NAMESPACE}}}*"):
            parent = element.getparent()
            if is_number_element(element) and etree.QName(parent).namespace != NAMESPACE:
                count += sum(
                    len(series.numbers) for series in read_alternatives(element, findings, gaps=True)
                )
        tier = path.name.split("__")[0]
        if tier in ("PLATINUM", "GOLD", "SILVER", "BRONZE"):
            assert not [r for r in findings.refusals if "coverage" not in r], path.name
    assert count > 300


def test_published_examples_have_the_values_they_show(shared):
    path = shared("certificates/samples/dsi_examples/PLATINUM__2021-10-26-PLATINUM-examples-xmllists.xml")
    elements = list(parse_xml(path.read_bytes(), path.name).iter(f"{{{NAMESPACE}}}realListXMLList"))
    findings = Findings("p.xml")
    mixed = read_alternatives(elements[0], findings, gaps=True)[0]
    assert [(str(n.value), n.unit) for n in mixed.numbers] == [
        ("234.0003", r"\kilogram"),
        ("112.0004", r"\second"),
        ("3.55", r"\ampere"),
    ]
    expanded = read_alternatives(elements[3], findings, gaps=True)[0].numbers[1]
    assert (str(expanded.expanded), str(expanded.k), expanded.distribution) == ("2.0", "1.96", "rectangular")


@pytest.mark.parametrize(
    ("found", "instead", "sentence"),
    [
        ("</si:value>", "</si:value><si:value>9</si:value>", "<value> occurs twice; which one holds?"),
        ("</si:unit>", r"</si:unit><si:unit>\gram</si:unit>", "<unit> occurs twice; which one holds?"),
        ("1.50", "1<si:x>5</si:x>0", "an element stands inside of a number"),
        ("<si:coverageFactor>1.96<", "<si:coverageFactor> <", "no coverage factor k; 2 is not assumed"),
        ("<si:coverageFactor>1.96</si:coverageFactor>", "", "no coverage factor k; 2 is not assumed"),
        (
            "</si:expandedUnc>",
            "</si:expandedUnc>" + WRAP.format(STANDARD),
            "the uncertainty is stated twice; which statement holds?",
        ),
    ],
)
def test_a_number_that_says_two_things_is_refused(found, instead, sentence):
    xml = REAL.format(EXPANDED.format("expandedUnc", "uncertainty"))
    assert xml.count(found) == 1
    assert sentence in refusals(xml.replace(found, instead))


def test_a_mistake_of_all_values_is_said_once():
    unc = (
        "<si:expandedUncXMLList><si:uncertaintyXMLList>-1</si:uncertaintyXMLList>"
        "<si:coverageFactorXMLList>2</si:coverageFactorXMLList></si:expandedUncXMLList>"
    )
    assert refusals(LIST.format(" ", unc)).count("found an uncertainty of -1") == 1


@pytest.mark.parametrize(
    ("low", "high", "sentence"),
    [
        ("1.4", "1.6", ""),
        ("1.4", "1.9", "the coverage interval from 1.4 to 1.9 is not symmetric about 1.50"),
        ("-0.1", "0.1", "1.50 lies outside its coverage interval from -0.1 to 0.1"),
    ],
)
def test_a_coverage_interval_is_compared_with_its_value(low, high, sentence):
    interval = (
        "<si:coverageIntervalMU><si:valueStandardMU>0.05</si:valueStandardMU>"
        f"<si:intervalMin>{low}</si:intervalMin><si:intervalMax>{high}</si:intervalMax>"
        "<si:coverageProbability>0.95</si:coverageProbability></si:coverageIntervalMU>"
    )
    (series,), findings = numbers(REAL.format(WRAP.format(interval)))
    assert (series.numbers[0].expanded, series.numbers[0].k) == (Decimal("0.05"), Decimal(1))
    assert (sentence in findings[0]) if sentence else not findings
