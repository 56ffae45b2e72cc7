"""The reasons for which equipment may be used or not, as they are said on pages."""

from daq.i18n import N_
from daq.lab.equipment.validity import Reason, Validity
from daq.web.equipment.words import STATES
from daq.web.live.instrument_views import Reason as Shown
from daq.web.words import Words

MET = {
    "registered": N_("in the register, version {version}"),
    "in-use": N_("in use"),
    "not-away": N_("in the laboratory"),
    "not-suspended": N_("not suspended"),
    "certificate": N_("certificate {number} ({record}) of {channel}, until {last_day}"),
    "check-passed": N_("checks passed; next check {due}"),
    "check-due": N_("checks passed; the next one is due today"),
    "no-nonconformity": N_("no nonconforming work is open"),
}
UNMET = {
    "registered": N_("not in the register: add it first"),
    "in-use": N_("{state}: {reason}"),
    "not-away": N_("sent away: {reason}"),
    "not-suspended": N_("suspended: {reason}"),
    "certificate": N_("no certificate in force for {channel}: have it calibrated, or enter its certificate"),
    "certificate-none": N_("no certificate in force: have it calibrated, or enter its certificate"),
    "check-never-done": N_("check plan {plan}: no check was ever done"),
    "check-failed": N_("check plan {plan}: the last check was not passed"),
    "check-not-since-adjustment": N_("check plan {plan}: adjusted since the last check"),
    "check-overdue": N_("check plan {plan}: overdue since {due}"),
    "no-nonconformity": N_("nonconforming work is open: {numbers}"),
}
OPEN = {
    "certificate": N_("needs no certificate"),
    "check-not-planned": N_("no intermediate check is planned"),
    "check-overdue": N_("check plan {plan}: overdue since {due}; the plan only warns"),
}


KEYS = ("version", "number", "record", "channel", "last_day", "due", "reason", "plan", "numbers", "state")
"""Facts that the sentences name; one that is not known is a dash."""


def shown(found: Validity, words: Words) -> list[Shown]:
    """Each reason, ticked or crossed."""
    return [Shown(one.met, _text(one, words)) for one in found.reasons]


def in_short(found: Validity, words: Words) -> str:
    """Valid, or the first thing that stands in the way."""
    if found.is_valid:
        return f"✓ {words.say('valid')}"
    return f"✗ {_text(found.unmet[0], words)}"


def _text(one: Reason, words: Words) -> str:
    messages = {True: MET, False: UNMET, None: OPEN}[one.met]
    code = "certificate-none" if one.code == "certificate" and not one.facts.get("channel") else one.code
    facts: dict[str, object] = {key: one.facts.get(key) or "—" for key in KEYS}
    states = {state.value: words.say(text) for state, (_, text) in STATES.items()}
    facts["state"] = states.get(str(facts["state"]), facts["state"])
    return words.say(messages.get(code, messages.get(one.code, one.code)), **facts)
