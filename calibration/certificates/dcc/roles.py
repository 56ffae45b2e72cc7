"""What a column of a table is for: by its refType (vocabulary of PTB and DKD), otherwise by its name.

Names of refTypes are agreed by convention and never checked by a schema, so the name in words (German,
English, Chinese) helps where they are missing. error = indication - reference; a correction is its negative.
"""

import enum
import re


class Role(enum.Enum):
    """Of a column in a table of results."""

    REFERENCE = enum.auto()
    INDICATION = enum.auto()
    ERROR = enum.auto()
    CORRECTION = enum.auto()
    NOMINAL = enum.auto()
    VALUE = enum.auto()
    DEVIATION = enum.auto()
    """Standard deviation of a repeatability test."""
    DIFFERENCE = enum.auto()
    """Largest difference of an eccentricity test."""
    COUNT = enum.auto()
    FROM_NOMINAL = enum.auto()
    """Of a material measure: its value minus the nominal value."""
    UNCERTAINTY = enum.auto()
    """Uncertainties or k in a column of their own, where D-SI has a place beside each value."""
    RELATIVE = enum.auto()
    """Relative errors, correction factors, limits: shown in the document, not read."""
    OTHER = enum.auto()


_BY_REF_TYPE = (
    ("uncertainty", Role.UNCERTAINTY),
    ("coverageFactor", Role.UNCERTAINTY),
    ("correction", Role.CORRECTION),
    ("measurementError", Role.ERROR),
    ("measurementError_error", Role.ERROR),
    ("errorOfIndication", Role.ERROR),
    ("referenceValue", Role.REFERENCE),
    ("measuredValue", Role.INDICATION),
    ("indicatedValue", Role.INDICATION),
    ("nominalValue", Role.NOMINAL),
    ("calibrationValue", Role.NOMINAL),
    ("standardDeviation", Role.DEVIATION),
    ("largestDifference", Role.DIFFERENCE),
    ("numberOfWeighings", Role.COUNT),
    ("numberOfMeasurements", Role.COUNT),
    ("conventionalMass", Role.VALUE),
    ("mass_mass", Role.VALUE),
)
_UNCERTAINTY = re.compile(
    r"uncertaint|unsicherheit|不确定度|coverage factor|erweiterungsfaktor|包含因子|扩展因子", re.I
)
_READ_OF_STANDARD = re.compile(
    r"(?<!at )(?<!at the )(?<!bei )\b(reference|standard|master|referenz|bezugs?)[\w-]*\W+(\w+\W+){0,2}"
    r"(reading|indicat|display|anzeige)"
    r"|(reading|indicat\w*|display|anzeige)\W+(of|des|der|vom)\W+(the\W+)?(reference|standard|master|referenz|normal)"
    r"|(?<!at )(?<!at the )\b(true|reference|standard) temperature"
    r"|标准(?!偏差|差|不确定)",
    re.I,
)
"""What the standard shows is the reference, though it is a reading too."""
_OF_ITEM = re.compile(
    r"\b(item|uut|dut|under (test|calibration))\b|prüfling|kalibriergegenstand|被校|被检|被测", re.I
)
_BY_NAME = (
    (
        r"relative (error|deviation)|relative abweichung|相对误差|correction factor|korrekt\w*faktor",
        Role.RELATIVE,
    ),
    (r"maximum permissible|fehlergrenze|toleran|最大允许|允许误差|limit", Role.RELATIVE),
    (r"standard deviation|standardabweichung|标准偏差|\bs\b|重复性", Role.DEVIATION),
    (r"eccentric|largest difference|偏载|最大差", Role.DIFFERENCE),
    (r"number of (weighings|measurements)|anzahl|测量次数|次数|\bn\b", Role.COUNT),
    (r"hysteres|linearit|rückkehr|回程|滞后|线性", Role.OTHER),
    (
        r"(deviation|difference|error|abweichung)\w* (from|to|of|vom|von|zum) (the |its )?(nominal|nenn)"
        r"|conventional mass (correction|deviation|error)"
        r"|标称值?的?(偏差|误差)|折算质量(修正|误差|偏差)|质量修正值",
        Role.FROM_NOMINAL,
    ),
    (r"\bcorrection\b|korrektur|korrektion|修正", Role.CORRECTION),
    (r"error|\bbias\b|deviation|abweichung|误差|偏差", Role.ERROR),
    (r"conventional mass|konventionelle\w* (masse|w[äa]gewert)|折算质量", Role.VALUE),
    (r"nominal|nennwert|calibration value|set ?point|kalibrierpunkt|标称|设定|校准点|温度点", Role.NOMINAL),
    (r"indicat|displayed|measured value|reading|anzeige|angezeigt|示值|读数|测得值|显示", Role.INDICATION),
    (
        r"\btrue value|reference|referenz|bezug|standard value|calibration pressure|\bload\b|\blast\b",
        Role.REFERENCE,
    ),
    (r"标准值|参考值|实际值|真值|载荷", Role.REFERENCE),
)
_NAMES = tuple((re.compile(pattern, re.I), role) for pattern, role in _BY_NAME)


def role_of(ref_types: str, name: str, *, has_uncertainty: bool = False) -> Role:
    """The role of a column.

    Args:
        ref_types: its attribute refType.
        name: its name in all languages.
        has_uncertainty: whether its numbers have uncertainties beside them, so that it is no column of these.
    """
    for token in ref_types.split():
        _, _, word = token.partition("_")
        for ending, role in _BY_REF_TYPE:
            if token == ending or word.lower().endswith(ending.lower()):
                return role
    if _UNCERTAINTY.search(name) and not has_uncertainty:
        return Role.UNCERTAINTY
    role = next((role for pattern, role in _NAMES if pattern.search(name)), Role.OTHER)
    is_shown_or_other = role in (Role.INDICATION, Role.OTHER)
    if is_shown_or_other and _READ_OF_STANDARD.search(name) and not _OF_ITEM.search(name):
        return Role.REFERENCE
    return role
