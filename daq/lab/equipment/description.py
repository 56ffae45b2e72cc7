"""What is written about one piece of equipment, and what of it cannot be."""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, get_args

from calibration.errors import UnitError
from calibration.units import unit_of
from daq.errors import EquipmentError
from daq.i18n import N_
from daq.lab.methods.parts import InstrumentKind
from daq.lab.typed_numbers import typed_number
from daq.security.audit import Json

STANDARD = "standard-"
KINDS: tuple[str, ...] = (
    *get_args(InstrumentKind),
    "standard-weight",
    "standard-thermometer",
    "standard-hygrometer",
    "standard-other",
)
"""Kinds of instrument as methods name them; what is kept to check others with is a standard of its kind."""
CLASSES = ("I", "II", "III", "IIII")
LONGEST = 200
MOST_ACCESSORIES = 50
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}", re.ASCII)


class EquipmentState(enum.StrEnum):
    """Where a piece of equipment stands."""

    IN_USE = "in-use"
    AWAY = "away"
    """Sent out, for calibration for instance (送检)."""
    UNDER_REPAIR = "under-repair"
    SUSPENDED = "suspended"
    RETIRED = "retired"
    """For good; it stays in the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What people know of a piece of equipment, as of one version."""

    title_zh: str
    title_en: str
    kind: str
    """One of ``KINDS``."""
    maker: str = ""
    model: str = ""
    serial_number: str = ""
    """As on its type plate; the certificate and the instrument on the wire must say the same."""
    firmware: str = ""
    room: str = ""
    state: EquipmentState = EquipmentState.IN_USE
    accessories: tuple[str, ...] = ()
    needs_certificate: bool = True
    """Whether it may measure only with a certificate in force."""
    unit: str = ""
    """Of ``d``, ``e`` and ``maximum``."""
    d: Decimal | None = None
    """Resolution: one step of the indication."""
    e: Decimal | None = None
    """Verification interval of a balance."""
    maximum: Decimal | None = None
    """Max of a balance."""
    accuracy_class: str = ""
    """I, II, III or IIII of a balance."""
    note: str = ""

    @property
    def is_standard(self) -> bool:
        """Whether it is there to check others."""
        return self.kind.startswith(STANDARD)

    def fits(self, kind: str) -> bool:
        """Whether it can take the role of that kind in a method; a standard weight is a weight too."""
        return self.kind.removeprefix(STANDARD) == kind.removeprefix(STANDARD)

    def as_json(self) -> dict[str, Json]:
        """For a row of the register."""
        found: dict[str, Json] = {}
        for field in fields(Description):
            value = getattr(self, field.name)
            found[field.name] = str(value) if isinstance(value, Decimal) else value
        return found | {"state": self.state.value, "accessories": list(self.accessories)}


def description_from(body: Mapping[str, Any]) -> Description:
    """The description that ``as_json`` gave, or that a person's form holds.

    Raises:
        EquipmentError: something is unknown, missing, or of another form.
    """
    known = {field.name for field in fields(Description)}
    unknown = sorted(body.keys() - known)
    if unknown:
        raise EquipmentError(
            N_("{keys}: unknown; allowed are {known}."),
            keys=", ".join(unknown),
            known=", ".join(sorted(known)),
        )
    missing = sorted({"title_zh", "title_en", "kind"} - body.keys())
    if missing:
        raise EquipmentError(N_("{keys} is missing."), keys=", ".join(missing))
    values = dict(body)
    for key in ("d", "e", "maximum"):
        values[key] = _decimal(key, values.get(key))
    values["accessories"] = tuple(values.get("accessories", ()))
    state = values.get("state", EquipmentState.IN_USE)
    if state not in set(EquipmentState):
        raise EquipmentError(
            N_("{state} is no state; allowed are {allowed}."),
            state=repr(state),
            allowed=", ".join(EquipmentState),
        )
    values["state"] = EquipmentState(state)
    return Description(**values)


def demand_name(name: str) -> None:
    """Check the short name of a new piece of equipment.

    Raises:
        EquipmentError: it cannot be a name.
    """
    if not _NAME.fullmatch(name):
        raise EquipmentError(
            N_(
                "{name} cannot be a short name: up to 41 letters, digits, '.', '_' and '-', as on the label, "
                "beginning with a letter or digit."
            ),
            name=repr(name),
        )


def demand_sound(about: Description) -> None:
    """Check what is written about a piece of equipment.

    Raises:
        EquipmentError: a text, kind or number that cannot be.
    """
    _demand_texts(about)
    if about.kind not in KINDS:
        raise EquipmentError(
            N_("{kind} is no kind of equipment; allowed are {allowed}."),
            kind=repr(about.kind),
            allowed=", ".join(KINDS),
        )
    if about.accuracy_class not in ("", *CLASSES):
        raise EquipmentError(
            N_("{name} is no accuracy class; allowed are {allowed}."),
            name=repr(about.accuracy_class),
            allowed=", ".join(CLASSES),
        )
    if about.accuracy_class and about.e is None:
        raise EquipmentError(N_("A balance with an accuracy class has a verification interval e: enter it."))
    numbers = [value for value in (about.d, about.e, about.maximum) if value is not None]
    if any(not value.is_finite() or value <= 0 for value in numbers):
        raise EquipmentError(N_("d, e and Max are numbers greater than 0."))
    if numbers and not about.unit:
        raise EquipmentError(N_("d, e and Max need their unit."))
    if about.unit:
        try:
            unit_of(about.unit)
        except UnitError as error:
            raise EquipmentError(str(error)) from error


def _demand_texts(about: Description) -> None:
    texts = {
        field.name: value
        for field in fields(Description)
        if isinstance(value := getattr(about, field.name), str) and field.name != "state"
    }
    for name, text in (*texts.items(), *(("accessories", each) for each in about.accessories)):
        if not isinstance(text, str) or len(text) > LONGEST or not text.isprintable() or text != text.strip():
            raise EquipmentError(
                N_("{key}: one line of at most {longest} characters, without blanks around it."),
                key=name,
                longest=LONGEST,
            )
    if not about.title_zh or not about.title_en:
        raise EquipmentError(N_("Equipment needs its name in Chinese and in English."))
    if len(about.accessories) > MOST_ACCESSORIES:
        raise EquipmentError(N_("More than {most} accessories are not taken."), most=MOST_ACCESSORIES)


def _decimal(key: str, value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return typed_number(str(value))
    except ValueError as error:
        raise EquipmentError(N_("{key}: {value} is no number."), key=key, value=repr(value)) from error
