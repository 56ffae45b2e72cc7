"""The order of channels, and the digits of a float, come from the profiles."""

from daq.settings import Settings
from daq.web.live.plan import ChannelPlan, channel_plans
from drivers.profiles import load_profiles


def site(*profiles: str) -> Settings:
    instruments = [
        {"name": f"I-{i}", "url": f"tcp://127.0.0.1:{i + 1}", "profile": profile}
        for i, profile in enumerate(profiles)
    ]
    return Settings.model_validate(
        {"site": {"id": "test", "name_zh": "站", "name_en": "site"}, "instrument": instruments}
    )


def test_moisture_comes_before_mass():
    plans = channel_plans(site("sartorius-ma-moisture"), load_profiles())
    assert plans["I-0", "moisture"] == ChannelPlan(0, None)
    assert plans["I-0", "mass"] == ChannelPlan(1, None)


def test_float_registers_have_six_sure_digits_and_integers_all_of_theirs():
    plans = channel_plans(site("pt100-2ch-float", "renke-rs-ws-n01"), load_profiles())
    assert plans["I-0", "temperature-2"] == ChannelPlan(1, 6)
    assert plans["I-1", "temperature"].most_digits is None


def test_unknown_profile_has_no_plan():
    assert channel_plans(site("no such profile"), load_profiles()) == {}
