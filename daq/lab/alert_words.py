"""An alert in words, in one language: what happened, where, since when, and what to do."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from calibration.rounding import align, plain, round_to_digits
from daq.i18n import N_
from daq.i18n.figures import typeset, with_unit
from daq.i18n.speech import Speech
from daq.lab.reasons import REASONS
from daq.records.alerts import Alert
from daq.settings import Settings

Facts = Mapping[str, Any]

SEVERITIES = {"info": N_("notice"), "warning": N_("warning"), "alarm": N_("alarm")}
STATES = {"raised": N_("raised"), "acknowledged": N_("acknowledged"), "cleared": N_("cleared")}
CAUSES = {
    "host": N_("network address {address}"),
    "link": N_("line {address}"),
    "site": N_("all instruments of the site"),
}
"""What several instruments hang on, as ``daq.watch.place`` names it."""
TURNS = {
    "raised": N_("raised"),
    "cleared": N_("cleared"),
    "folded": N_("folded under its cause"),
    "unfolded": N_("stands alone again"),
    "escalated": N_("told to more people: nobody had acknowledged"),
    "acknowledged": N_("acknowledged"),
    "shelved": N_("shelved"),
    "unshelved": N_("taken off the shelf"),
}
"""What happened to an alert."""
DELIVERIES = {
    "waiting": N_("waits to be sent"),
    "delivered": N_("delivered"),
    "not-needed": N_("not needed any more"),
}
"""What became of a message."""
MANY = 8
"""Instruments, or findings of a duty, that are told one by one."""


class AlertWords:
    """Says alerts to readers of one language."""

    def __init__(self, speech: Speech, settings: Settings) -> None:
        self.speech = speech
        self._settings = settings
        self._sayers: Mapping[str, Callable[[Facts], str]] = {
            "limit": self._limit,
            "hold": self._limit,
            "rate": self._rate,
            "step": self._step,
            "noise": self._noise,
            "stuck": self._stuck,
            "zero-drift": self._zero,
            "disagreement": self._disagreement,
            "fault": self._reason,
            "lost": self._reason,
            "stale": self._last,
            "stopped": self._last,
            "clock": self._clock,
            "certificate": self._certificate,
            "duty": self._duty,
            "check": self._duty,
        }

    def title(self, alert: Alert) -> str:
        """What kind of thing it is."""
        return self.speech.either(alert.body.get("title_zh", ""), alert.body.get("title_en", ""))

    def action(self, alert: Alert) -> str:
        """What to do."""
        return self.speech.either(alert.body.get("action_zh", ""), alert.body.get("action_en", ""))

    def severity(self, alert: Alert) -> str:
        """``warning`` …"""
        return self.speech.say(SEVERITIES[alert.severity])

    def state(self, alert: Alert) -> str:
        """``raised``, ``acknowledged`` or ``cleared``."""
        return self.speech.say(STATES[alert.state])

    def instrument(self, alert: Alert) -> str:
        """Label, title and serial number, and the channel: ``H-01 Thermo-hygrometer · temperature``."""
        entry = self._settings.instrument(alert.instrument)
        if entry is None:
            return self._cause(alert) if alert.kind == "lost" else ""
        title = self.speech.either(entry.title_zh, entry.title_en)
        label = f"{entry.name} {title}".strip()
        if entry.serial_number:
            label = self.speech.say(
                "{label} (serial number {number})", label=label, number=entry.serial_number
            )
        return f"{label} · {self.speech.channel(alert.channel)}" if alert.channel else label

    def place(self, alert: Alert) -> str:
        """For the head of a message: the instrument, or what several hang on; empty for neither."""
        return alert.instrument or (self._cause(alert) if alert.kind == "lost" else "")

    def source(self, alert: Alert) -> str:
        """Instrument and channel, as short as a list needs them: ``H-01 temperature``."""
        return f"{alert.instrument} {self.speech.channel(alert.channel)}".strip()

    def _cause(self, alert: Alert) -> str:
        """What several lost instruments hang on: a network address, a line, the whole site."""
        what, _, address = alert.key.partition("|")[2].partition(" ")
        return self.speech.say(CAUSES[what], address=address) if what in CAUSES else what

    def room(self, alert: Alert) -> str:
        """Where the instrument stands; empty where that is not known."""
        entry = self._settings.instrument(alert.instrument)
        return self.speech.either(entry.room_zh, entry.room_en) if entry else ""

    def what(self, alert: Alert) -> str:
        """The figures that decided, against the limit; empty where there are none."""
        facts: Facts = alert.body.get("facts") or {}
        if "wanted_unit" in facts:
            return self.speech.say(
                "indicates in {found}, but the rule is for {wanted}",
                found=facts["found_unit"],
                wanted=facts["wanted_unit"],
            )
        return self._sayers[alert.kind](facts)

    def now(self, alert: Alert) -> str:
        """What was shown when it cleared; empty where that is no value."""
        facts: Facts = alert.body.get("cleared") or {}
        return self._value(facts) if alert.kind in ("limit", "hold") and "seq" in facts else ""

    def _value(self, facts: Facts) -> str:
        """``31.24 ± 0.20 °C (k=2.00)``, or the indication with a word that it is one."""
        unit = str(facts.get("unit", ""))
        if facts.get("value") is None:
            shown = with_unit(typeset(str(facts.get("indication", ""))), unit)
            return self.speech.say("{value} (as indicated, not corrected)", value=shown)
        if not facts.get("U"):
            return with_unit(typeset(_figure(facts["value"])), unit)
        text = typeset(align(facts["value"], facts["U"]).text)
        return f"{with_unit(text, unit)} (k={facts['k']:.2f})"

    def _limit(self, facts: Facts) -> str:
        low, high, unit = facts.get("low"), facts.get("high"), str(facts.get("unit", ""))
        if low is not None and high is not None:
            limits = self.speech.say(
                "limits {low} to {high}", low=typeset(low), high=with_unit(typeset(high), unit)
            )
        elif high is not None:
            limits = self.speech.say("at most {limit}", limit=with_unit(typeset(high), unit))
        else:
            limits = self.speech.say("at least {limit}", limit=with_unit(typeset(str(low)), unit))
        return self.speech.say("{value}; {limits}", value=self._value(facts), limits=limits)

    def _rate(self, facts: Facts) -> str:
        return self.speech.say(
            "changed by {change} within {span}; at most {most}",
            change=self._with_unit(facts, "change"),
            span=self.speech.span(facts["window_s"]),
            most=self._with_unit(facts, "most"),
        )

    def _step(self, facts: Facts) -> str:
        return self.speech.say(
            "jumped by {change}; at most {most}",
            change=self._with_unit(facts, "change"),
            most=self._with_unit(facts, "most"),
        )

    def _noise(self, facts: Facts) -> str:
        limits = N_("at least {least}")
        if facts.get("most"):
            limits = N_("{least} to {most}") if float(facts["least"]) else N_("at most {most}")
        return self.speech.say(
            "standard deviation {s} within {span}; expected {limits}",
            s=self._with_unit(facts, "s"),
            span=self.speech.span(facts["window_s"]),
            limits=self.speech.say(
                limits,
                least=self._with_unit(facts, "least"),
                most=self._with_unit(facts, "most") if facts.get("most") else "",
            ),
        )

    def _stuck(self, facts: Facts) -> str:
        return self.speech.say(
            "{value}, unchanged since {time}",
            value=with_unit(typeset(str(facts["indication"])), str(facts["unit"])),
            time=self.speech.time(facts["unchanged_since_ns"]),
        )

    def _zero(self, facts: Facts) -> str:
        return self.speech.say(
            "the empty pan shows {zero}; at most {most}",
            zero=self._with_unit(facts, "zero"),
            most=self._with_unit(facts, "most"),
        )

    def _disagreement(self, facts: Facts) -> str:
        return self.speech.say(
            "{value}; differs from {other} by {difference}, with their uncertainties at most {allowed}",
            value=self._value(facts),
            other=facts["other"],
            difference=self._with_unit(facts, "difference"),
            allowed=self._with_unit(facts, "allowed"),
        )

    def _reason(self, facts: Facts) -> str:
        codes = str(facts.get("reason")).split("+")  # flags of a reading may be several
        known = [REASONS[code] for code in codes if code in REASONS] or [N_("no indication")]
        reason = ", ".join(self.speech.say(word) for word in known)
        named: Sequence[str] = facts.get("instruments") or ()
        if named:
            names = ", ".join(named[:MANY]) + (" …" if len(named) > MANY else "")
            return self.speech.say(
                "{reason}; {number} instruments: {names}", reason=reason, number=len(named), names=names
            )
        sentence = facts.get("sentence")
        if not sentence:
            return reason
        return self.speech.say("{reason} ({sentence})", reason=reason, sentence=sentence)

    def _clock(self, facts: Facts) -> str:
        if "to_ns" not in facts:
            return str(facts.get("sentence", ""))
        return self.speech.say("it was set back to {time}", time=self.speech.time(facts["to_ns"]))

    def _last(self, facts: Facts) -> str:
        return self.speech.say("the last sign of life was at {time}", time=self.speech.time(facts["last_ns"]))

    def _certificate(self, facts: Facts) -> str:
        if "number" not in facts:
            return ""
        until = self.speech.date(facts["until_ns"] - 1)
        return self.speech.say("certificate {number}, valid until {date}", number=facts["number"], date=until)

    def _duty(self, facts: Facts) -> str:
        found: Sequence[Mapping[str, Any]] = facts.get("sentences", ())
        said = [
            self.speech.say(each["message"], **each["parts"]) if each["parts"] else each["message"]
            for each in found[:MANY]
        ]
        if len(found) > MANY:
            said.append(self.speech.say("… and {number} more", number=len(found) - MANY))
        return "; ".join(said)

    def _with_unit(self, facts: Facts, name: str) -> str:
        return with_unit(typeset(_figure(facts[name])), str(facts["unit"]))


def _figure(number: float | str) -> str:
    """A written limit as it is written; a computed number to three digits."""
    if isinstance(number, str):
        return number
    return plain(round_to_digits(number, 3)) if number else "0"
