"""The hand at the simulated laboratory, on its own line and as the real drivers see what it does."""

import json
import re
import socket
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.clock import SystemClock
from drivers.errors import HandError, LinkError
from drivers.fast_clock import FastClock
from drivers.instrument import Instrument, InstrumentSettings
from drivers.links import make_link
from drivers.profiles import load_profiles
from drivers.sims.bench import WEIGHTS_G
from drivers.sims.hand import LONGEST_LINE, Hand, HandTwin
from drivers.sims.laboratory import DEVIATIONS, start_laboratory
from drivers.sims.steered import Deviation
from tests.clocks import HandClock
from tests.simulated_bench import Technician

PROFILES = {
    name: replace(profile, quiet_s=0.06, min_interval_s=0.0) for name, profile in load_profiles().items()
}
DAY_NS = 86_400_000_000_000


class Bench:
    """A laboratory in which nobody is but the hand, and the real drivers of its instruments."""

    def __init__(self, laboratory, clock, stack):
        self.laboratory, self.clock, self._stack = laboratory, clock, stack
        self.hand = laboratory.hand
        self._instruments = {}

    def poll(self, name):
        """The reading of each channel, by the driver over the wire."""
        return {reading.channel: reading for reading in self.instrument(name).poll().readings}

    def instrument(self, name):
        if name not in self._instruments:
            entry = next(each for each in self.laboratory.instruments if each.name == name)
            link = make_link(entry.url, PROFILES[entry.profile], SystemClock())
            self._stack.callback(link.close)
            told = InstrumentSettings(name, simulated=True)
            self._instruments[name] = Instrument(told, PROFILES[entry.profile], link, SystemClock())
        return self._instruments[name]

    def do(self, line, then_s=15.0):
        """Let the hand do it, and let the bench's time pass."""
        self.hand.do(line)
        self.clock.pass_time(then_s)

    def mass(self, name="B-01"):
        return self.poll(name)["mass"]

    def true_g(self, *things):
        return sum(self.hand.bench().body(thing).mass_g for thing in things)

    def shown_g(self, name, load_g):
        """What a balance without noise shows of a load."""
        return load_g + DEVIATIONS[name].offset_g + DEVIATIONS[name].per_g * load_g


@contextmanager
def bench(folder, *, resting=True, clock=None):
    clock = clock or HandClock()
    with start_laboratory(folder, clock, resting=resting) as laboratory, ExitStack() as stack:
        yield Bench(laboratory, clock, stack)


def say(url, *lines):
    """Whole replies of one connection to the hand's line."""
    with (
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10) as line,
        line.makefile("rb") as replies,
    ):
        line.sendall(b"".join(each if isinstance(each, bytes) else each.encode() + b"\n" for each in lines))
        return [json.loads(replies.readline()) for _ in lines]


def test_the_drivers_read_what_the_hand_puts_on_the_pans(tmp_path):
    with bench(tmp_path) as here:
        assert abs(here.mass().value) < 0.0003
        here.do("put dish1 weight-100g balance")
        assert here.mass().value == pytest.approx(here.shown_g("B-01", here.true_g("dish1") + 100), abs=3e-4)
        assert here.mass().quality.stable
        here.do("put dish1 B-02")
        assert here.mass().value == pytest.approx(100.0002, abs=3e-4)
        assert here.mass("B-02").value == pytest.approx(here.shown_g("B-02", here.true_g("dish1")), abs=0.015)
        here.do("put weight-200g weight-20g balance")
        assert here.poll("B-01") == {}, "320 g are too much for it"


def test_weights_and_errors_are_those_of_the_demos_certificates():
    folder = resources.files("config.demo") / "certificates"
    weights, balance = (
        tomllib.loads(re.sub(r"\{today[^}]*\}", "2026-01-01", (folder / name).read_text(encoding="utf-8")))
        for name in ("w-01-weights.toml", "b-01-mass.toml")
    )
    for value in weights["value"]:
        assert WEIGHTS_G[f"weight-{value['name'].replace(' ', '')}"] == value["value"]
    offset_mg, per_g_mg = balance["curve"]["coefficients"]
    assert DEVIATIONS["B-01"] == Deviation(-offset_mg / 1000, -per_g_mg / 1000)


def test_a_load_settles_and_a_draught_never_does(tmp_path):
    with bench(tmp_path) as here:
        here.do("put weight-50g balance", then_s=0.2)
        assert here.mass().quality.stable is False
        here.clock.pass_time(10)
        assert here.mass().quality.stable
        here.do("draught balance on")
        shaking = set()
        for _ in range(5):
            here.clock.pass_time(1)
            assert here.mass().quality.stable is False
            shaking.add(here.mass().text)
        assert len(shaking) > 2
        here.do("draught balance off")
        assert here.mass().quality.stable


def test_a_hot_dish_seems_lighter_and_trembles_until_it_has_cooled(tmp_path):
    with bench(tmp_path) as here:
        here.do("put dish1 oven", then_s=2 * 3600)
        here.do("put dish1 balance", then_s=10)
        hot = here.mass()
        assert 0.006 < here.true_g("dish1") - hot.value < 0.010
        assert hot.quality.stable is False
        here.do("put dish1 desiccator", then_s=1800)
        here.do("put dish1 balance", then_s=10)
        cool = here.mass()
        assert cool.quality.stable
        assert cool.value == pytest.approx(here.shown_g("B-01", here.true_g("dish1")), abs=2.5e-4)


def test_keys_of_both_balances(tmp_path):
    with bench(tmp_path) as here, ExitStack() as stack:
        entry = here.laboratory.instruments[0]
        printer = stack.enter_context(
            socket.create_connection(("127.0.0.1", int(entry.url.rpartition(":")[2])), timeout=10)
        )
        lines = stack.enter_context(printer.makefile("rb"))
        here.do("put weight-100g balance")
        here.do("print balance")
        assert lines.readline() == b"S S   100.0002 g\r\n"
        here.do("tare balance")
        here.do("print balance")
        assert abs(float(lines.readline().split()[2])) < 0.0003
        here.do("take weight-100g")
        here.do("zero balance")
        here.do("print balance")
        assert abs(float(lines.readline().split()[2])) < 0.0003
        here.do("put weight-500g B-02")
        assert here.mass("B-02").value == pytest.approx(here.shown_g("B-02", 500.0), abs=0.015)
        here.do("tare B-02")
        here.do("print B-02")
        wait_for_event(here, "B-02", b"N     +     0.0")


def wait_for_event(here, name, beginning):
    """The printed line comes unasked, so the driver reports it with its bytes."""
    for _ in range(200):
        events = here.instrument(name).poll().events
        if any(event.frame.startswith(beginning[:8]) for event in events):
            return
    pytest.fail("nothing was printed")


def test_a_key_waits_until_the_pan_is_still(tmp_path):
    with bench(tmp_path) as here:
        here.do("put weight-100g balance", then_s=0.1)
        here.do("tare balance", then_s=0.0)
        assert here.mass().value > 50
        here.clock.pass_time(10)
        for _ in range(200):
            if abs(here.mass().value) < 0.0003:
                return
        pytest.fail("the tare key was never served")


def test_oven_and_room_as_the_drivers_read_them(tmp_path):
    with bench(tmp_path) as here:
        usual = here.poll("O-01")
        assert 102.8 < usual["temperature-1"].value < 104.4
        assert 59.8 < usual["temperature-2"].value < 60.2
        here.do("open oven", then_s=120)
        assert here.poll("O-01")["temperature-1"].value < 85
        here.do("close oven", then_s=900)
        assert 102.8 < here.poll("O-01")["temperature-1"].value < 104.4
        here.do("set oven 118", then_s=3600)
        assert 117.0 < here.poll("O-01")["temperature-1"].value < 119.0
        assert 20 < here.poll("H-01")["temperature"].value < 25
        here.do("set room 33", then_s=0)
        here.do("set humidity 88", then_s=3600)
        room = here.poll("H-01")
        assert room["temperature"].value > 30.5
        assert room["humidity"].value > 80


def test_the_thermostat_stays_within_the_methods_band(tmp_path):
    with bench(tmp_path) as here:
        readings = []
        for _ in range(40):
            here.clock.pass_time(146.3)
            readings.append(here.poll("O-01")["temperature-1"].value)
    assert 100.0 < min(readings) < max(readings) < 105.0


def test_a_gentle_drift_of_b_02(tmp_path):
    with bench(tmp_path) as here:
        here.do("put weight-1000g B-02")
        before = here.mass("B-02").value
        here.do("drift B-02 0.05", then_s=2 * 3600)
        assert here.mass("B-02").value - before == pytest.approx(0.1, abs=0.03)


def test_an_instrument_is_cut_off_and_mended(tmp_path):
    with bench(tmp_path) as here:
        assert here.poll("H-01")
        here.do("cut H-01", then_s=0)
        assert here.hand.do("state")["instruments_cut_off"] == ["H-01"]
        with pytest.raises(LinkError):
            for _ in range(100):
                here.poll("H-01")
        here.do("mend H-01", then_s=0)
        assert here.hand.do("state")["instruments_cut_off"] == []
        for _ in range(100):
            try:
                assert here.poll("H-01")
            except LinkError:
                time.sleep(0.02)  # the sims look at their plan every few hundredths of a second
                continue
            return
        pytest.fail("H-01 did not come back")


def test_the_routine_yields_to_the_hand_and_goes_on_without_it(tmp_path):
    with bench(tmp_path, resting=False) as here:
        here.clock.pass_time(60)
        assert 23 < here.mass().value < 28, "the routine's bottle"
        here.do("put weight-100g balance")
        assert here.mass().value == pytest.approx(100.0002, abs=3e-4)
        here.do("take weight-100g", then_s=600)
        assert abs(here.mass().value) < 3e-4
        here.clock.pass_time(400)
        masses = []
        for _ in range(10):
            here.clock.pass_time(11)
            masses.append(here.mass().value)
        assert max(masses) > 20, "nobody has been there for a quarter of an hour"


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize(("material", "rounds"), [("coptis", 2), ("coptis-coarse", 4)])
def test_coptis_moisture_in_duplicate_is_found_within_the_balances_noise(tmp_path, fast, material, rounds):
    """Dish, dish and sample, 5 h, cool, weigh, 1 h, cool, weigh … over the real driver."""
    wall = HandClock()
    clock = (
        FastClock.begin(tmp_path / "clock.jsonl", wall.now_ns() - 30 * DAY_NS, 60.0, wall) if fast else wall
    )
    with bench(tmp_path, clock=clock) as here:
        technician = Technician(
            here.hand,
            lambda seconds: wall.pass_time(seconds / (60 if fast else 1)),
            lambda: here.mass().value,
        )
        both = technician.moisture(material)
        for one in both:
            body = here.hand.bench().body(one.dish)
            assert len(one.dry) == rounds
            assert 0 <= one.dry[-2] - one.dry[-1] + 2e-4
            assert one.wet - one.empty == pytest.approx(3.0, abs=4e-4)
            lost_percent = (body.room_water_g - body.water_g) / 3.0 * 100
            assert one.moisture_percent == pytest.approx(lost_percent, abs=0.012)
        if material == "coptis":
            assert sum(one.moisture_percent for one in both) / 2 == pytest.approx(14.04, abs=0.01)


def test_a_laboratory_that_was_ended_goes_on_where_it_was(tmp_path):
    clock = HandClock()
    with bench(tmp_path, clock=clock) as here:
        here.do("put dish1 balance")
        here.do("fill dish1 chili")
        here.do("put dish1 oven", then_s=600)
        before = here.hand.bench()
    clock.pass_time(3600)
    with bench(tmp_path, clock=clock) as here:
        now = here.hand.bench()
        assert now.t_s == before.t_s + 3600
        assert now.body("dish1").water_g == pytest.approx(before.at(now.t_s).body("dish1").water_g, rel=1e-9)
        assert now.body("dish1").water_g < before.body("dish1").water_g
        with pytest.raises(HandError, match="dish1 is in the oven"):
            here.hand.do("empty dish1")


@pytest.mark.parametrize(
    "text",
    ["", "hello\n", "other-bench-1 0 0\n", "hengliang-bench-1 0 0\n5 dance\n", "hengliang-bench-1 x 0\n"],
)
def test_a_script_that_cannot_be_used_is_one_sentence(tmp_path, text):
    (tmp_path / "bench.txt").write_text(text)
    with pytest.raises(HandError, match="take it away to begin with a clean bench"):
        Hand(HandClock(), tmp_path)


def test_the_speed_of_a_fast_laboratory(tmp_path):
    wall = HandClock()
    clock = FastClock.begin(tmp_path / "clock.jsonl", wall.now_ns() - 30 * DAY_NS, 60.0, wall)
    hand = Hand(clock)
    assert hand.do("state")["speed"] == 60.0
    hand.do("speed 1")
    wall.pass_time(1)
    assert hand.do("state")["speed"] == 1.0
    with pytest.raises(HandError, match="found '61' where a number from 0 to 60"):
        hand.do("speed 61")
    with pytest.raises(HandError, match="speed is written as: speed FACTOR"):
        hand.do("speed")
    with pytest.raises(HandError, match="`hengliang demo --fast 60`"):
        Hand(HandClock()).do("speed 60")


def test_the_line_of_the_hand(tmp_path):
    with bench(tmp_path) as here:
        done, state, wrong, unreachable, helped = say(
            here.laboratory.hand_url, "put dish3 desiccator", "state", "put dish3", "cut Z-99", "help"
        )
        assert done == {"done": "put dish3 desiccator"}
        assert state["simulated"] is True
        assert state["things"]["dish3"]["place"] == "desiccator"
        assert wrong == {"error": "put is written as: put THING… PLACE"}
        assert unreachable == {"error": "'Z-99' cannot be reached: B-01, B-02, M-01, H-01, O-01 can"}
        assert "put THING… PLACE" in helped["words"]
        assert here.laboratory.hand_url.startswith("tcp://127.0.0.1:")


def test_hostile_input_is_answered_or_forgotten_and_the_next_is_served(tmp_path):
    with bench(tmp_path) as here:
        url = here.laboratory.hand_url
        replies = say(
            url,
            b"\xff\xfe\x00 put\n",
            b"\n",
            b"GET / HTTP/1.1\r\n",
            b"put " + b"dish1 " * 200 + b"oven\n",
            "put 碟子 oven",
            "fill dish1 coptis 1e999",
            "fill dish1 coptis -inf",
            "state state",
            "set oven 3\x00",
        )
        assert all(list(reply) == ["error"] for reply in replies)
        assert f"at most {LONGEST_LINE} are taken" in replies[3]["error"]
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10) as line:
            line.sendall(b"x" * 300_000)  # a line that never ends is forgotten, piece by piece
        assert say(url, "state")[0]["things"] == {}


def test_many_at_once_are_all_served(tmp_path):
    with bench(tmp_path) as here, ThreadPoolExecutor(20) as crowd:
        url = here.laboratory.hand_url
        replies = list(crowd.map(lambda n: say(url, f"put dish{n} desiccator", "state"), range(1, 41)))
        assert all(done == {"done": f"put dish{n} desiccator"} for n, (done, _) in enumerate(replies, 1))
        assert len(here.hand.do("state")["things"]) == 40


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_bring_the_line_down(request):
    reply = HandTwin(Hand(HandClock())).answer(request + b"\n", 0.0)
    assert reply.endswith(b"\n")
    assert reply.count(b"\n") == 1
    json.loads(reply)


def test_only_ascii_goes_into_a_script(tmp_path):
    with pytest.raises(HandError, match="only ASCII is understood"):
        Hand(HandClock(), tmp_path).do("fill dish1 coptis ３.０")


def test_a_disk_that_takes_no_script_is_one_sentence_and_nothing_was_done(tmp_path):
    folder = tmp_path / "demo"
    folder.mkdir()
    hand = Hand(HandClock(), folder)
    (folder / "bench.txt").unlink()
    folder.rmdir()
    with pytest.raises(HandError, match="cannot be written"):
        hand.do("put dish1 oven")
    assert hand.bench().places == {}
