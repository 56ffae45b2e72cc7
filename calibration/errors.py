"""What can be wrong with a number, a unit or a certificate; every sentence names the datum and what to do.

::

    CalibrationError
    ├── UnitError
    │   ├── UnknownUnitError     a spelling that is not in the table, or that means more than one amount
    │   └── UnitMismatchError    units of different kinds: there is no factor between them
    ├── ValueRefusedError        a datum that cannot be used: NaN, infinite, negative u
    │   ├── OutOfRangeError      outside the range in which a curve is valid: nothing is extrapolated
    │   └── CovarianceError      a matrix that is not the covariance of anything
    ├── FitError                 good data that do not determine the curve, or an iteration that does not end
    └── CertificateError         a certificate file with all its mistakes: file, key, found, allowed
"""

from calibration.sentences import Sentence


class CalibrationError(Exception):
    """Any refusal of this package: a message, and the facts that stand in its places."""

    def __init__(self, message: str = "", /, **facts: object) -> None:
        super().__init__(Sentence(message, **facts) if facts else message)


class UnitError(CalibrationError):
    """A unit that cannot be used here."""


class UnknownUnitError(UnitError):
    """A spelling that is not in the table, or that means more than one amount."""


class UnitMismatchError(UnitError):
    """Units of different kinds, or a unit that does not belong to the quantity: there is no factor."""


class ValueRefusedError(CalibrationError):
    """A datum that cannot be used; nothing is clipped, extrapolated or defaulted."""


class OutOfRangeError(ValueRefusedError):
    """Outside the range in which a curve is valid: nothing is extrapolated."""


class CovarianceError(ValueRefusedError):
    """A matrix that is not symmetric and positive (semi-)definite; the sentence names the row."""


class FitError(CalibrationError):
    """Data that do not determine the curve asked for, or an iteration that does not come to an end."""


class CertificateError(CalibrationError):
    """A certificate file that cannot be used; ``mistakes`` holds one sentence for each, with file and key."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes
