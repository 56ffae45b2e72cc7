"""Texts and times in one language and one time zone."""

import datetime
from zoneinfo import ZoneInfo

from calibration.sentences import Sentence
from daq.i18n import N_, translation
from drivers.reading import Quality

NS_PER_S = 1_000_000_000

QUALITIES = {
    Quality.UNSTABLE: N_("settling"),
    Quality.UNKNOWN_STABILITY: N_("stability not told"),
    Quality.OVER_RANGE: N_("over range"),
    Quality.UNDER_RANGE: N_("under range"),
    Quality.STALE: N_("stale"),
    Quality.COMM_FAULT: N_("communication fault"),
    Quality.SENSOR_FAULT: N_("sensor fault"),
    Quality.SIMULATED: N_("simulated"),
    Quality.UNVERIFIED_DIGITS: N_("last digit not verified"),
}

QUANTITIES = {
    "mass": N_("mass"),
    "temperature": N_("temperature"),
    "humidity": N_("humidity"),
    "moisture": N_("moisture"),
    "resistance": N_("resistance"),
    "pressure": N_("pressure"),
    "voltage": N_("voltage"),
    "current": N_("current"),
    "time": N_("time"),
}


class Speech:
    """Says things to readers of one language, who live in one time zone."""

    def __init__(self, language: str, timezone: str) -> None:
        self.language = language
        self.timezone = timezone
        self._catalogue = translation(language)
        self._zone = ZoneInfo(timezone)

    def say(self, message: str, **parts: object) -> str:
        """``message`` in this language, ``{parts}`` filled in."""
        return self._catalogue.gettext(message).format(**parts)

    def whole(self, message: str) -> str:
        """``message`` in this language, which has no places; its braces, if any, are its own."""
        return self._catalogue.gettext(message)

    def sentence(self, text: str) -> str:
        """A sentence of the program in this language, with all that stands in it; other texts as they are."""
        if not isinstance(text, Sentence):
            return text
        facts = {place: self.sentence(fact) for place, fact in text.facts.items()}
        return self._catalogue.gettext(text.message).format(**facts)

    def count(self, one: str, many: str, number: int, **parts: object) -> str:
        """``one`` or ``many`` by ``number``, which fills ``{number}``."""
        return self._catalogue.ngettext(one, many, number).format(number=number, **parts)

    def either(self, zh: str, en: str) -> str:
        """The site's own name for something, in this language if it has one."""
        return (zh or en) if self.language == "zh_CN" else (en or zh)

    def quality(self, quality: Quality) -> str:
        """The flags in words."""
        flags = [self.say(word) for flag, word in QUALITIES.items() if flag in quality]
        if not quality & ~Quality.SIMULATED:
            flags.insert(0, self.say("stable"))
        return " · ".join(flags)

    def quantity(self, quantity: str) -> str:
        """The quantity's name; one that has none keeps its own spelling."""
        return self.say(QUANTITIES[quantity]) if quantity in QUANTITIES else quantity

    def channel(self, name: str) -> str:
        """A channel by its quantity: ``temperature 2`` of ``temperature-2``; another as it is spelt."""
        quantity, _, number = name.partition("-")
        return f"{self.quantity(quantity)} {number}".strip() if quantity in QUANTITIES else name

    def time(self, t_ns: int) -> str:
        """Date and time of the site: ``2026-11-23 14:03:22``."""
        return f"{self._local(t_ns):%Y-%m-%d %H:%M:%S}"

    def precise_time(self, t_ns: int) -> str:
        """Time of the site to the millisecond: ``14:03:22.125``."""
        return f"{self._local(t_ns):%H:%M:%S}.{t_ns % NS_PER_S // 1_000_000:03d}"

    def clock_time(self, t_ns: int, now_ns: int) -> str:
        """Time of the site, with the date unless it is today's."""
        local = self._local(t_ns)
        return f"{local:%H:%M:%S}" if local.date() == self._local(now_ns).date() else self.time(t_ns)

    def date(self, t_ns: int) -> str:
        """Date of the site: ``2026-11-23``."""
        return f"{self._local(t_ns):%Y-%m-%d}"

    def offset(self, t_ns: int) -> str:
        """The site's offset from UTC: ``UTC+08:00``."""
        offset = f"{self._local(t_ns):%z}"
        return f"UTC{offset[:3]}:{offset[3:5]}"

    def offset_s(self, t_ns: int) -> int:
        """The site's offset from UTC in seconds."""
        offset = self._local(t_ns).utcoffset()
        return int(offset.total_seconds()) if offset else 0

    def ago(self, age_s: float) -> str:
        """How long ago, in one unit."""
        return self.say("{span} ago", span=self.span(age_s))

    def span(self, span_s: float) -> str:
        """A span of time in one unit, rounded down."""
        seconds = max(0, int(span_s))
        if seconds < 60:
            return self.say("{number} s", number=seconds)
        if seconds < 3600:
            return self.say("{number} min", number=seconds // 60)
        if seconds < 86_400:
            return self.say("{number} h", number=seconds // 3600)
        return self.count("{number} day", "{number} days", seconds // 86_400)

    def _local(self, t_ns: int) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(t_ns // NS_PER_S, self._zone)
