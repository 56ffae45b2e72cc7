"""Numbers and units as they are printed: the project's spelling is ASCII, a reader's is not."""

THIN_SPACE = "\u2009"
MINUS = "\u2212"

SYMBOLS = {
    "degC": "°C",
    "degF": "°F",
    "ug": "µg",
    "ohm": "Ω",
    "GN": "gr",
    "%M": "%",
    "1": "",
}
"""Units that are written differently from the project's spelling; all others stand as they are."""


def symbol(unit: str) -> str:
    """A unit as it is printed."""
    return SYMBOLS.get(unit, unit)


def with_unit(number: str, unit: str) -> str:
    """Number and unit, a thin space between them."""
    return f"{number}{THIN_SPACE}{symbol(unit)}" if symbol(unit) else number


def typeset(text: str) -> str:
    """A number with a minus sign in place of a hyphen."""
    return text.replace("-", MINUS)


def frame_text(frame: bytes) -> str:
    r"""A frame with what cannot be printed as ``\r``, ``\n`` or ``\x1b``."""
    return repr(frame)[2:-1].replace("\\'", "'")
