"""Numbers as a person in a laboratory writes them: never a float's tail, never an exponent."""

from calibration.rounding import plain, round_to_place, round_uncertainty
from daq.lab.meaning import Meant

MINUS = "\u2212"


def decimals(meant: Meant) -> int:
    """Digits after the decimal point: as many as the instrument sent.

    Where the value has another unit than the indication, as ohm has become degC: as many as U has.
    """
    certificate = meant.certificate
    converted = certificate is not None and certificate.value_unit != certificate.unit
    text = expanded(meant.U) if converted and meant.U is not None else meant.row.raw_text
    return len(text.partition(".")[2])


def number(meant: Meant) -> str:
    """The corrected value; the indication where there is none."""
    if meant.value is None:
        return typeset(meant.row.raw_text)
    return typeset(plain(round_to_place(meant.value, -decimals(meant))))


def unit(meant: Meant, channel_unit: str) -> str:
    """The unit of ``number``, in the project's spelling."""
    if meant.value is not None and meant.certificate is not None:
        return meant.certificate.value_unit
    return channel_unit


def expanded(uncertainty: float) -> str:
    """U in at most two significant digits."""
    return plain(round_uncertainty(uncertainty)) if uncertainty > 0 else "0"


def typeset(text: str) -> str:
    """A number with a minus sign in place of a hyphen."""
    return text.replace("-", MINUS)
