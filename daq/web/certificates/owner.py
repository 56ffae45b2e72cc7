"""Whose certificate it is: equipment of the register, and one of its channels if it has a wire."""

from collections.abc import Sequence

from nicegui import ui

from daq.web.certificates.upload import channels_of
from daq.web.visit import Visit


class Owner:
    """Two choices that follow each other."""

    def __init__(
        self, here: Visit, names: Sequence[str], equipment: str = "", channel: str = "", quantity: str = ""
    ) -> None:
        """Build them.

        Args:
            here: the page.
            names: of everything in the register.
            equipment: that is chosen, if it is registered.
            channel: of it that is chosen; empty for the one of the quantity.
            quantity: of the result.
        """
        say = here.words.say
        self._here = here
        self._quantity = quantity
        self._given = channel
        value = equipment if equipment in names else None
        self.equipment = ui.select(list(names), label=say("Equipment"), value=value, with_input=True)
        self.channel = ui.select({"": say("no channel: a standard")}, label=say("Channel"), value="")
        for field in (self.equipment, self.channel):
            field.props("outlined dense").classes("chooser")
        self.equipment.on_value_change(self._offer)
        self._offer()

    def _offer(self) -> None:
        """The channels of the chosen equipment, first the one of the result's quantity."""
        found = channels_of(self._here.desk, self.name)
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
        return str(self.channel.value or "")

    def lock(self) -> None:
        """Only to look at."""
        for field in (self.equipment, self.channel):
            field.disable()
