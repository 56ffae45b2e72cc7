"""The fields in which a piece of equipment is described."""

from typing import Any

from nicegui import ui

from daq.errors import EquipmentError
from daq.lab.equipment.description import (
    CLASSES,
    Description,
    EquipmentState,
    demand_sound,
    description_from,
)
from daq.web.equipment.words import FIELDS, KINDS, STATES
from daq.web.visit import Visit
from daq.web.words import Words

TEXTS = (
    "title_zh", "title_en", "maker", "model", "serial_number", "firmware", "room", "unit", "d", "e",
    "maximum", "note",
)  # fmt: skip


class EquipmentForm:
    """All that is written about a piece of equipment, to be filled in or changed."""

    def __init__(self, here: Visit, about: Description | None = None) -> None:
        """Build the fields, with what is there already."""
        say, self._words = here.words.say, here.words
        given: dict[str, Any] = about.as_json() if about is not None else {}
        kinds = {kind: say(text) for kind, text in KINDS.items()}
        states = {state.value: f"{mark} {say(text)}" for state, (mark, text) in STATES.items()}
        classes = {"": "—"} | {name: name for name in CLASSES}
        first_state = given.get("state", EquipmentState.IN_USE.value)
        self._fields: dict[str, Any] = {
            "kind": ui.select(kinds, label=say("Kind"), value=given.get("kind")),
            "state": ui.select(states, label=say("State"), value=first_state),
        }
        for key in TEXTS:
            self._fields[key] = ui.input(say(FIELDS[key]), value=given.get(key) or "")
        self._fields["accuracy_class"] = ui.select(
            classes, label=say("Accuracy class"), value=given.get("accuracy_class", "")
        )
        accessories = "\n".join(given.get("accessories", ()))
        self._accessories = ui.textarea(say("Accessories, one a line"), value=accessories)
        for field in (*self._fields.values(), self._accessories):
            field.props("outlined dense")
        needed = say("Measures only with a certificate in force")
        self._needs_certificate = ui.checkbox(needed, value=given.get("needs_certificate", True))

    def description(self) -> Description:
        """What is filled in.

        Raises:
            EquipmentError: it cannot be so; fields are called as they stand on the page.
        """
        try:
            about = description_from(self.values())
            demand_sound(about)
        except EquipmentError as error:
            raise named(error, self._words) from error
        return about

    def values(self) -> dict[str, Any]:
        """What is filled in, for ``description_from``; what is empty is left out."""
        found = {key: field.value for key, field in self._fields.items()}
        texts = {key: value.strip() for key, value in found.items() if isinstance(value, str)}
        lines = (line.strip() for line in str(self._accessories.value or "").splitlines())
        return {key: value for key, value in texts.items() if value} | {
            "accessories": tuple(line for line in lines if line),
            "needs_certificate": bool(self._needs_certificate.value),
        }


def named(error: EquipmentError, words: Words) -> EquipmentError:
    """The same refusal with the labels of the fields instead of their keys."""
    facts = dict(error.facts)
    for place in ("key", "keys"):
        if isinstance(facts.get(place), str):
            keys = str(facts[place]).split(", ")
            facts[place] = ", ".join(words.say(FIELDS[key]) if key in FIELDS else key for key in keys)
    return EquipmentError(error.template, **facts)
