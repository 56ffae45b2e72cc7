"""What can be wrong with a number, a unit or a certificate; every sentence names the datum and what to do.

::

    CalibrationError
    ├── UnitError
    │   ├── UnknownUnitError     a spelling that is not in the table, or that means more than one amount
    │   └── UnitMismatchError    units of different kinds: there is no factor between them
    └── ValueRefusedError        a datum that cannot be used: NaN, infinite, negative u, out of range
"""


class CalibrationError(Exception):
    """Any refusal of this package."""


class UnitError(CalibrationError):
    """A unit that cannot be used here."""


class UnknownUnitError(UnitError):
    """A spelling that is not in the table, or that means more than one amount."""


class UnitMismatchError(UnitError):
    """Units of different kinds, or a unit that does not belong to the quantity: there is no factor."""


class ValueRefusedError(CalibrationError):
    """A datum that cannot be used; nothing is clipped, extrapolated or defaulted."""
