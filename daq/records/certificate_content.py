"""What one version of a certificate says, as it is kept: JSON, with the native content in it as TOML.

The native content lacks what the certificate's life adds: since when it is in force, until when it may be
used, who entered and who checked it.
"""

import datetime
import enum
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import tomli_w

LIFE_KEYS = ("in_force_from", "valid_until", "entered_by", "checked_by")
"""Keys of the native [certificate] that the life of the certificate decides."""


class Form(enum.StrEnum):
    """What a certificate gives."""

    CURVE = "curve"
    """Points or coefficients: readings are corrected by it."""
    MEASURES = "measures"
    """Values of weights and the like."""
    VERDICT = "verdict"
    """A verification (检定) without numbers: the instrument may be used, nothing is corrected."""


class CountedFrom(enum.StrEnum):
    """From which day the laboratory counts the interval to the next calibration."""

    CALIBRATED = "calibrated"
    RECEIVED = "received"
    ISSUED = "issued"
    PUT_IN_USE = "put-in-use"


@dataclass(frozen=True, slots=True)
class Due:
    """Until when it may be used, and who says so."""

    last_day: datetime.date
    """The last day, in the laboratory's time."""
    until_ns: int
    """Its end: UTC since 1970, in ns, excluded."""
    counted_from: CountedFrom | None = None
    """None where the document decides: a verification, or a native file of the laboratory."""
    first_day: datetime.date | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell of the document that a person corrected."""

    target: str
    """Path inside the ``Imported``: ``proposals[0].points[3].error``, ``administrative.number`` …."""
    document: str
    """What the document said, as it was read; empty where nothing was."""
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A finding that stood in the way, and why it does not any more."""

    finding: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All of one version; a draft may lack much of it."""

    form: Form
    native: Mapping[str, Any]
    """Tables of a native file, numbers as ``Decimal``; with [[value]] for material measures."""
    file_name: str
    verdict: str = ""
    """合格, pass …, as the document words it."""
    received_on: datetime.date | None = None
    issued_on: datetime.date | None = None
    stated_due: datetime.date | None = None
    """Valid until, or next calibration, as the document states it; of a calibration it is only shown."""
    stated_from_ns: int | None = None
    """In force from, as a native file of the laboratory proposes it."""
    due: Due | None = None
    stage: str = ""
    """``as-found`` or ``as-left``; empty without an adjustment."""
    format: str = ""
    """Such as ``DCC 3.3.0``, ``PDF``, ``native``."""
    import_sha256: str = ""
    """Document that holds everything an importer found."""
    proposal: int | None = None
    """Which of its proposals this is."""
    as_found: int | None = None
    """Which of its proposals tells how the same channel was before the adjustment."""
    errors: tuple[str, ...] = ()
    """Findings of the importer that stand in the way until they are settled."""
    corrections: tuple[Correction, ...] = ()
    settled: tuple[Settled, ...] = ()

    def said(self, table: str, key: str) -> Any:
        """A key of a native table; None if it is not there."""
        found = self.native.get(table, {})
        return found.get(key) if isinstance(found, Mapping) else None

    @property
    def kind(self) -> str:
        """``calibration``, ``verification``, or empty as long as nobody said it."""
        return str(self.said("certificate", "kind") or "")


def content_text(content: Content) -> str:
    """The content as it is kept."""
    found = asdict(content)
    found["native"] = tomli_w.dumps(_plain(content.native))
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_day)


def content_from(text: str) -> Content:
    """The content that ``content_text`` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        found = json.loads(text)
        found["native"] = tomllib.loads(found["native"], parse_float=Decimal)
        found["form"] = Form(found["form"])
        for key in ("received_on", "issued_on", "stated_due"):
            found[key] = _date(found[key])
        found["due"] = _due(found["due"])
        found["errors"] = tuple(found["errors"])
        found["corrections"] = tuple(Correction(**each) for each in found["corrections"])
        found["settled"] = tuple(Settled(**each) for each in found["settled"])
        return Content(**found)
    except (KeyError, TypeError) as error:
        msg = f"not the content of a certificate: {error}"
        raise ValueError(msg) from error


def _due(found: dict[str, Any] | None) -> Due | None:
    if found is None:
        return None
    counted = found["counted_from"]
    return Due(
        datetime.date.fromisoformat(found["last_day"]),
        found["until_ns"],
        CountedFrom(counted) if counted else None,
        _date(found["first_day"]),
        found["months"],
    )


def _date(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _day(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    msg = f"{type(value).__name__} does not stand in a certificate"
    raise TypeError(msg)


def _plain(value: Any) -> Any:
    """For TOML: a number without decimals must not get one, for its last digit says how far it is known."""
    if isinstance(value, Decimal) and value.is_finite() and value.as_tuple().exponent == 0:
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
