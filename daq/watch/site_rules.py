"""What is watched at a site, from its configuration; and every mistake in that."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from daq.errors import NotifyError, SettingsError
from daq.lab.methods.loading import MethodError, load_methods
from daq.settings import Settings
from daq.watch.engine import Site
from daq.watch.notify import url_of
from daq.watch.place import site_map
from daq.watch.rule_file import KnownChannel, Rulebook, load_rulebook, rules_without_channel
from drivers.profiles import Profile


def site_rules(settings: Settings) -> Rulebook:
    """The rules in force.

    Raises:
        SettingsError: every mistake in the rules, and in the methods that they take limits from.
    """
    try:
        methods = load_methods(settings.methods_dir)
    except MethodError as error:
        raise SettingsError(error.mistakes) from error
    return load_rulebook(settings.alerts.rules_file, methods, [target.name for target in settings.notify])


def watched_site(
    settings: Settings, profiles: Mapping[str, Profile], journal: Path, period_s: float | None
) -> Site:
    """The site as the watch sees it.

    Args:
        settings: of the site.
        profiles: of its instruments.
        journal: the file.
        period_s: seconds of the site's time between two readings, where it is not that of each instrument.

    Raises:
        SettingsError: as ``site_rules``.
    """
    book = site_rules(settings)
    if period_s is not None:
        entries = [entry.model_copy(update={"period_s": period_s}) for entry in settings.instruments]
        settings = settings.model_copy(update={"instruments": tuple(entries)})
    return Site(settings, site_map(settings, profiles), book, journal)


def rule_mistakes(path: Path, settings: Settings, profiles: Mapping[str, Profile]) -> tuple[str, ...]:
    """Every mistake in the rules and in the list of those who are told; ``path`` is the site's file."""
    mistakes = list(_unreadable_targets(path, settings))
    try:
        book = site_rules(settings)
    except SettingsError as error:
        return (*mistakes, *error.mistakes)
    own = settings.alerts.rules_file
    if own is not None:
        mistakes += rules_without_channel(own, book, _known_channels(settings, profiles))
    return tuple(mistakes)


def _unreadable_targets(path: Path, settings: Settings) -> Iterator[str]:
    for number, target in enumerate(settings.notify, 1):
        try:
            url_of(target)
        except NotifyError as error:
            yield f"{path}: notify[{number}].url_file: {error}"


def _known_channels(settings: Settings, profiles: Mapping[str, Profile]) -> list[KnownChannel]:
    return [
        KnownChannel(entry.name, channel.name, profile.kind, channel.quantity, channel.unit, entry.period_s)
        for entry in settings.instruments
        if (profile := profiles.get(entry.profile)) is not None
        for channel in profile.channels
    ]
