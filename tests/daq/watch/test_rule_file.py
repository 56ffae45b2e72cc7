"""Files of rules: what comes with the program is sound, and every mistake of a site is told at once."""

from dataclasses import replace
from decimal import Decimal
from importlib import resources

import pytest

from daq.errors import SettingsError
from daq.lab.methods.loading import load_methods
from daq.watch.rule_file import KnownChannel, load_rulebook, rules_without_channel
from daq.watch.rule_parts import RULE_TYPES
from tests.daq.watch.alert_site import HEAD, LIMIT

SHIPPED = resources.files("config").joinpath("alerts.toml").read_text(encoding="utf-8")
CHANNELS = (
    KnownChannel("H-01", "temperature", "thermo-hygrometer", "temperature", "degC"),
    KnownChannel("B-01", "mass", "balance", "mass", "g"),
)


@pytest.fixture(scope="module")
def methods():
    return load_methods()


@pytest.fixture
def book(tmp_path, methods):
    def load(text, targets=("metrology",)):
        own = tmp_path / "alerts.toml"
        own.write_text(text, encoding="utf-8")
        return load_rulebook(own, methods, targets)

    return load


def mistakes(book, text, **more):
    with pytest.raises(SettingsError) as caught:
        book(text, **more)
    return [mistake.partition(": ")[2] for mistake in caught.value.mistakes]


def test_the_shipped_rules_are_sound_and_take_their_limits_from_methods(methods):
    book = load_rulebook(None, methods, ())
    climate = next(rule for rule in book.rules if rule.name == "room-temperature")
    assert book.band(climate, "temperature") == (Decimal(15), Decimal(30))
    assert book.band(climate, "moisture") == (None, None)
    assert book.severity("alarm").quiet == ""


def test_every_duty_that_a_rule_can_be_about_is_watched():
    duties = RULE_TYPES["duty"].model_fields["duty"].annotation.__args__
    assert [duty for duty in duties if f'duty = "{duty}"' not in SHIPPED] == []


def test_a_site_adds_replaces_and_switches_off(book):
    text = HEAD + LIMIT + LIMIT.replace('"hot"', '"room-temperature"')
    found = book('disabled = ["room-humidity"]\n' + text)
    names = [rule.name for rule in found.rules]
    assert "hot" in names
    assert "room-humidity" not in names
    assert next(rule for rule in found.rules if rule.name == "room-temperature").channels == "*/temperature"
    assert names.count("room-temperature") == 1


def test_all_mistakes_come_in_one_report_with_file_and_key(book):
    text = """
disabled = ["room-humidty"]

[[rule]]
name = "hot"
kind = "limit"
title_zh = "热"
title_en = ""
action_zh = "检查"
action_en = "Look"
severity = "loud"
chanels = "H-*"
unit = "degrees"
high = "thirty"
schedule = "8-18"
"""
    found = "\n".join(mistakes(book, text))
    assert "rule[1].title_en: found ''" in found
    assert "rule[1].severity: found 'loud'; input should be 'info', 'warning' or 'alarm'" in found
    assert "rule[1].chanels: unknown key; did you mean 'channels'?" in found
    assert "rule[1].unit: found 'degrees'; unit 'degrees' is not known" in found
    assert "rule[1].high: found 'thirty'" in found
    assert "rule[1].schedule: found '8-18'; times of a week, such as Mon-Fri 08:00-18:00" in found


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("low = 40", "low must be below high"),
        ('of = { method = "m", step = "s" }', "limits are given by low and high"),
        ("deadband = -1", "greater than or equal to 0"),
        ('who = ["mail", "metrology"]', "hot.who: there is no [[notify]] 'mail' in site.toml"),
        ('folds = ["cold"]', "hot.folds: there is no rule 'cold'"),
    ],
)
def test_each_mistake_of_one_rule_is_named(book, more, sentence):
    assert any(sentence in mistake for mistake in mistakes(book, LIMIT + more))


@pytest.mark.parametrize(
    ("of", "sentence"),
    [
        ('{ method = "m", step = "s" }', "hot.of: there is no method 'm'"),
        ('{ method = "coptis-moisture-chp-0832-2", step = "crush" }', "it has room, first-drying"),
    ],
)
def test_limits_of_a_method_that_has_none_are_refused(book, of, sentence):
    text = LIMIT.replace("high = 30", f"of = {of}")
    assert any(sentence in mistake for mistake in mistakes(book, text))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[rule]]\n", "rule[1].kind: found None; allowed are limit, rate"),
        ('[[rule]]\nkind = "limits"\n', "rule[1].kind: found 'limits'; allowed are limit, rate"),
        ("[messages]\nat_most = 1\n", "messages.at_most: found 1"),
        ('[messages]\nat_most = 5\ndigest_from = 2\nsign_of_life = "8:00"\n', "messages.sign_of_life"),
        ('[severity.alarm]\nquite = ""\n', "did you mean 'quiet'?"),
        ("[severity.loud]\n", "severity.loud: unknown key"),
        ("rule = 1", "rule: found 1"),
        ("a = ", "not valid TOML"),
        ("\ufeff[[rule]]\n", "rule[1].kind: found None"),
        (
            '[messages]\nat_most = 5\ndigest_from = 2\nsign_of_life = "24:00"\n',
            "found '24:00'; a time of day such as 08:00 is wanted",
        ),
        (LIMIT + LIMIT, "rule[2].name: 'hot' is used twice"),
        (LIMIT.replace('"limit"', '"lost"').replace('"hot"', '"gone"'), "rule[1].channels: unknown key"),
        (
            LIMIT.replace('kind = "limit"', 'kind = "noise"\nwindow_s = 60')
            .replace("indication = true", "")
            .replace("high = 30", "least = 2\nmost = 1"),
            "least must be below most",
        ),
    ],
)
def test_what_cannot_be_understood_is_told(book, text, sentence):
    assert any(sentence in mistake for mistake in mistakes(book, text))


def test_a_file_that_is_not_there_is_named(tmp_path, methods):
    with pytest.raises(SettingsError, match=r"gone.toml: cannot be read"):
        load_rulebook(tmp_path / "gone.toml", methods, ())


def test_a_second_rule_about_what_there_is_once_is_refused(book):
    lost = '[[rule]]\nname = "x"\nkind = "lost"\nseverity = "info"\n'
    lost += 'title_zh = "a"\ntitle_en = "a"\naction_zh = "a"\naction_en = "a"\n'
    assert any("instrument-lost and x are of kind 'lost'" in each for each in mistakes(book, lost))
    assert book('disabled = ["instrument-lost"]\n' + lost)


def test_a_rule_of_the_site_that_is_about_nothing_is_told(tmp_path, book):
    text = LIMIT.replace("*/temperature", "H-01/temprature") + LIMIT.replace('"hot"', '"cold"')
    text += """
[[rule]]
name = "two"
kind = "disagreement"
title_zh = "a"
title_en = "a"
action_zh = "a"
action_en = "a"
severity = "info"
channels = "H-01/temperature"
against = "H-09/temperature"
unit = "degC"
"""
    text += LIMIT.replace('"hot"', '"warm"').replace('"degC"', '"K"')
    found = list(rules_without_channel(tmp_path / "alerts.toml", book(text), CHANNELS))
    assert [each.partition(": ")[2] for each in found] == [
        "rule[1] hot: is about no channel of this site; it has H-01/temperature, B-01/mass",
        "rule[3] two.against: found 'H-09/temperature', which is no channel of this site",
        "rule[4] warm.unit: found 'K'; H-01/temperature indicates in degC",
    ]


OTHER = """
[[rule]]
name = "other"
kind = "{kind}"
title_zh = "甲"
title_en = "A"
action_zh = "看"
action_en = "Look"
severity = "warning"
"""


@pytest.mark.parametrize("reasons", ['["sensor fault"]', '["ok"]', "[]"])
def test_a_fault_that_never_happens_is_refused(book, reasons):
    found = mistakes(book, OTHER.format(kind="fault") + f"reasons = {reasons}\n")
    assert len(found) == 1
    assert "rule[1].reasons" in found[0]
    assert reasons == "[]" or "allowed are busy, overload" in found[0]


def test_a_channel_is_not_compared_with_itself(book):
    text = OTHER.format(kind="disagreement") + 'channels = "H-01/t"\nagainst = "H-01/t"\nunit = "degC"\n'
    assert mistakes(book, text) == ["rule[1]: channels and against are one and the same channel"]


def test_alerts_that_would_be_folded_under_themselves_are_refused(book):
    ring = LIMIT + 'folds = ["other"]\n' + OTHER.format(kind="stale") + 'folds = ["hot"]\n'
    assert any("rule hot.folds: it is folded under itself" in each for each in mistakes(book, ring))
    assert any("hot.folds" in each for each in mistakes(book, LIMIT + 'folds = ["hot"]\n'))


def test_a_window_that_readings_never_fill_is_told(book, tmp_path):
    text = OTHER.format(kind="noise") + 'channels = "H-*/*"\nwindow_s = 60\nmost = 1\nunit = "degC"\n'
    slow = replace(CHANNELS[0], period_s=30.0)
    found = list(rules_without_channel(tmp_path / "alerts.toml", book(text), (slow,)))
    assert [mistake.rpartition("other")[2] for mistake in found] == [
        ".window_s: found 60; H-01/temperature is read every 30 s, take 210 or more"
    ]
    enough = book(text.replace("60", "210"))
    assert not list(rules_without_channel(tmp_path / "alerts.toml", enough, (slow,)))


def test_a_rule_that_also_catches_another_quantity_is_told(book, tmp_path):
    humidity = KnownChannel("H-01", "humidity", "thermo-hygrometer", "humidity", "%RH")
    text = LIMIT.replace("indication = true", "").replace('channels = "*/temperature"', 'channels = "H-01/*"')
    found = list(rules_without_channel(tmp_path / "alerts.toml", book(text), (*CHANNELS, humidity)))
    assert len(found) == 1
    assert "is also about H-01/humidity, which indicates in %RH; add quantity = 'temperature'" in found[0]
    named = text + 'quantity = "temperature"\n'
    assert not list(rules_without_channel(tmp_path / "alerts.toml", book(named), (*CHANNELS, humidity)))
