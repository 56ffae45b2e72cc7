"""Whose certificate it is: equipment of the register, and one of its channels if it has a wire."""

from collections.abc import Mapping

from nicegui import ui

from daq.lab.equipment.records import Equipment
from daq.web.certificates.upload import channels_of
from daq.web.visit import Visit


class Owner:
    """Two choices that follow each other."""

    def __init__(
        self,
        here: Visit,
        known: Mapping[str, Equipment],
        equipment: str = "",
        channel: str = "",
        quantity: str = "",
    ) -> None:
        """Build them.

        Args:
            here: the page.
            known: everything in the register, by short name.
            equipment: that is chosen, if it is registered.
            channel: of it that is chosen; empty for the one of the quantity.
            quantity: of the result.
        """
        say = here.words.say
        self._here = here
        self._quantity = quantity
        self._given = channel
        self._known = known
        value = equipment if equipment in known else None
        self.equipment = ui.select(sorted(known), label=say("Equipment"), value=value, with_input=True)
        self.channel = ui.select({"": say("no channel: a standard")}, label=say("Channel"), value="")
        self.planned = ui.input(say("Channel; none for a standard"))
        for field in (self.equipment, self.channel, self.planned):
            field.props("outlined dense").classes("chooser")
        self.equipment.on_value_change(self._offer)
        self._offer()

    def _offer(self) -> None:
        """The channels of the chosen equipment, first the one of the result's quantity.

        What measures and is not on the wire yet has none to choose from: it is written, as it will be.
        """
        found = channels_of(self._here.desk, self.name)
        is_planned = bool(self.name) and not found
        self.channel.set_visibility(not is_planned)
        self.planned.set_visibility(is_planned)
        if is_planned:
            about = self._known.get(self.name)
            is_standard = about is None or about.is_standard or about.kind == "weight"
            self.planned.value = self._given or ("" if is_standard else self._quantity)
            self._given = ""
            return
        options = {"": self._here.words.say("no channel: a standard")} | {one: one for one in found}
        if self._given and self._given not in options:  # what the draft has, whatever the site says now
            options[self._given] = self._given
        fitting = [name for name, of in found.items() if of == self._quantity]
        first = self._given or (fitting or [*found, ""])[0]
        self._given = ""
        self.channel.set_options(options, value=first)

    @property
    def name(self) -> str:
        """Short name of the chosen equipment; empty if none is."""
        return str(self.equipment.value or "")

    @property
    def channel_name(self) -> str:
        """The chosen channel; empty for a standard without one."""
        field = self.channel if self.channel.visible else self.planned
        return str(field.value or "").strip()

    def lock(self) -> None:
        """Only to look at."""
        for field in (self.equipment, self.channel, self.planned):
            field.disable()
