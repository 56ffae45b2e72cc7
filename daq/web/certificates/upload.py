"""What a document can become a certificate of: its results, and the channels of an instrument."""

from collections.abc import Iterator

from calibration.certificates.imported import Imported, Stage
from calibration.certificates.kind import Kind
from daq.web.desk import Desk
from daq.web.words import Words
from drivers.reading import Channel


def results_of(imported: Imported, words: Words) -> Iterator[tuple[int | None, str]]:
    """Each result that can become a certificate, with its name; None is the document as a whole.

    Of a verification whose errors have no U, only the verdict can be used.
    """
    usable = [(i, one) for i, one in enumerate(imported.proposals) if one.stage is not Stage.AS_FOUND]
    for i, one in usable:
        name = one.name.in_language(words.language.partition("_")[0]) or words.quantity(one.quantity)
        count = words.count("{number} point", "{number} points", len(one.points))
        yield i, f"{name} · {one.unit} · {count}"
    if not usable:
        yield None, words.say("no table was found: key it in, or use the verdict alone")
    elif imported.administrative.kind is Kind.VERIFICATION:
        yield None, words.say("the verdict alone: it is valid, and readings are not corrected")


def channels_of(desk: Desk, name: str) -> dict[str, str]:
    """Channels of an instrument on the wire with their quantities; none of anything else."""
    entry = desk.settings.instrument(name)
    profile = desk.profiles.get(entry.profile) if entry else None
    return {one.name: one.quantity for one in profile.channels} if profile else {}


def channel_of(desk: Desk, name: str, channel: str) -> Channel | None:
    """One channel of an instrument on the wire; None of anything else."""
    entry = desk.settings.instrument(name)
    profile = desk.profiles.get(entry.profile) if entry else None
    return next((one for one in profile.channels if one.name == channel), None) if profile else None
