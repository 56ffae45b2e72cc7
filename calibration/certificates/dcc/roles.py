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
    RELATIVE = enum.auto()
    """Relative errors, correction factors, limits: shown in the document, not read."""
    OTHER = enum.auto()


_BY_REF_TYPE = (
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
_BY_NAME = (
    (
        r"relative (error|deviation)|relative abweichung|相对误差|correction factor|korrekt\w*faktor",
        Role.RELATIVE,
    ),
    (r"maximum permissible|fehlergrenze|toleran|最大允许|允许误差|limit", Role.RELATIVE),
    (r"standard deviation|standardabweichung|标准偏差|\bs\b|重复性", Role.DEVIATION),
    (r"eccentric|largest difference|偏载|最大差", Role.DIFFERENCE),
    (r"number of (weighings|measurements)|anzahl|测量次数|次数|\bn\b", Role.COUNT),
    (r"\bcorrection\b|korrektur|korrektion|修正", Role.CORRECTION),
    (r"error|deviation|abweichung|误差|偏差", Role.ERROR),
    (r"nominal|nennwert|calibration value|set ?point|kalibrierpunkt|标称|设定|校准点|温度点", Role.NOMINAL),
    (r"indicat|displayed|measured value|reading|anzeige|angezeigt|示值|读数|测得值|显示", Role.INDICATION),
    (r"reference|referenz|bezug|standard value|calibration pressure|\bload\b|\blast\b", Role.REFERENCE),
    (r"标准值|参考值|实际值|真值|载荷", Role.REFERENCE),
)
_NAMES = tuple((re.compile(pattern, re.I), role) for pattern, role in _BY_NAME)


def role_of(ref_types: str, name: str) -> Role:
    """The role of a column.

    Args:
        ref_types: its attribute refType.
        name: its name in all languages.
    """
    for token in ref_types.split():
        _, _, word = token.partition("_")
        for ending, role in _BY_REF_TYPE:
            if token == ending or word.lower().endswith(ending.lower()):
                return role
    return next((role for pattern, role in _NAMES if pattern.search(name)), Role.OTHER)
