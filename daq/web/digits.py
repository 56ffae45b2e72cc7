"""Numbers as a person in a laboratory writes them: never a float's tail, never an exponent."""

from calibration.rounding import plain, round_to_digits, round_to_place, round_uncertainty
from daq.i18n.figures import typeset
from daq.lab.meaning import Meant


def decimals(meant: Meant, most_digits: int | None = None) -> int:
    """Digits after the decimal point: as many as the instrument sent, but none beyond the last one of U.

    Where the value has another unit than the indication, as ohm has become degC: as many as U has. A binary
    number has no zeros at its end, and its digits come and go: as many as U has, too.

    Args:
        meant: the reading.
        most_digits: significant digits that an indication can have, if there is a limit.
    """
    sent = len(meant.row.raw_text.partition(".")[2])
    if most_digits is not None:
        before = len(str(abs(int(meant.row.raw))))
        held = max(0, most_digits - before)
        sent = min(sent, held) if meant.U is None else held
    if meant.U is None:
        return sent
    certain = len(expanded(meant.U).partition(".")[2])
    certificate = meant.certificate
    if certificate is not None and certificate.value_unit != certificate.unit:
        return certain
    return min(sent, certain)


def number(meant: Meant, most_digits: int | None = None) -> str:
    """The corrected value; the indication where there is none."""
    text = meant.row.raw_text
    places = decimals(meant, most_digits)
    if meant.value is not None:
        text = plain(round_to_place(meant.value, -places))
    elif places < len(text.partition(".")[2]):
        text = plain(round_to_place(meant.row.raw, -places))
    return typeset(text)


def unit(meant: Meant, channel_unit: str) -> str:
    """The unit of ``number``, in the project's spelling."""
    if meant.value is not None and meant.certificate is not None:
        return meant.certificate.value_unit
    return channel_unit


def expanded(uncertainty: float) -> str:
    """U in at most two significant digits."""
    return plain(round_uncertainty(uncertainty)) if uncertainty > 0 else "0"


def figure(value: float, digits: int = 3) -> str:
    """A computed number in so many significant digits, such as an error or a centre."""
    return typeset(plain(round_to_digits(value, digits))) if value else "0"
