"""The simulated laboratory: five instruments on real wires, one of which drops off the line now and then."""

import socket
import time
from pathlib import Path

import pytest

from drivers.errors import LinkError, ProfileError
from drivers.profiles import load_profiles
from drivers.sims.laboratory import start_laboratory
from drivers.sims.twins import SCENARIOS, client_url, framing_for, make_twin
from drivers.sims.wire import SimServer
from drivers.urls import Framing
from tests.clocks import HandClock


def listens(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def wait_for(listening: bool, url: str) -> None:
    """The sims look at their clock every few hundredths of a second."""
    while listens(url) != listening:
        time.sleep(0.02)


def test_five_instruments_in_rooms_with_names_in_both_languages(tmp_path):
    with start_laboratory(tmp_path, HandClock()) as laboratory:
        by_name = {each.name: each for each in laboratory.instruments}
        assert list(by_name) == ["B-01", "B-02", "M-01", "H-01", "O-01"]
        assert [each.url.partition(":")[0] for each in laboratory.instruments] == [
            "tcp",
            "serial",
            "tcp",
            "modbus-rtu+tcp",
            "modbus",
        ]
        profiles = load_profiles()
        channels = sum(len(profiles[each.profile].channels) for each in laboratory.instruments)
        assert channels >= 7
        for each in laboratory.instruments:
            assert all((each.title_zh, each.title_en, each.room_zh, each.room_en))
            assert 0 < each.period_s <= 2
        assert (tmp_path / "b-02").is_symlink()
    assert not (tmp_path / "b-02").is_symlink()
    assert not any(listens(each.url) for each in laboratory.instruments if each.name != "B-02")


def test_the_transmitter_drops_off_after_25_s_and_comes_back_8_s_later(tmp_path):
    clock = HandClock()
    with start_laboratory(tmp_path, clock) as laboratory:
        by_name = {each.name: each.url for each in laboratory.instruments}
        clock.pass_time(22.0)
        assert listens(by_name["H-01"])
        clock.pass_time(4.0)
        wait_for(False, by_name["H-01"])
        assert listens(by_name["B-01"])
        clock.pass_time(8.0)
        wait_for(True, by_name["H-01"])
        clock.pass_time(142.0)
        wait_for(False, by_name["H-01"])


def test_a_laboratory_after_one_that_was_killed(tmp_path):
    (tmp_path / "b-02").symlink_to("/dev/ptmx")  # the number of its terminal was given to somebody else
    with start_laboratory(tmp_path, HandClock()):
        assert (tmp_path / "b-02").readlink() != Path("/dev/ptmx")


def test_a_laboratory_that_cannot_start_takes_down_what_it_began(tmp_path):
    missing = tmp_path / "missing"
    with pytest.raises(LinkError, match="in a folder that does"):
        start_laboratory(missing, HandClock())


@pytest.mark.parametrize("name", list(load_profiles()))
def test_every_profile_has_a_twin_for_every_scenario(name):
    profile = load_profiles()[name]
    for scenario in SCENARIOS[profile.dialect]:
        assert make_twin(profile, scenario).cut(b"") == 0
    with pytest.raises(ProfileError, match=f"a twin of {profile.dialect} plays default"):
        make_twin(profile, "earthquake")


def test_scenarios_show_on_the_wire():
    profiles = load_profiles()
    balance = make_twin(profiles["mettler-toledo-mt-sics"], "overload")
    assert balance.answer(b"SI\r\n", 0.0) == b"S +\r\n"
    shaking = make_twin(profiles["sartorius-sbi"], "unstable")
    assert shaking.answer(b"\x1bP", 0.0) == b"N     +   312.46    \r\n"
    analyser = make_twin(profiles["sartorius-ma-moisture"], "overload")
    assert analyser.answer(b"\x1bP", 8.0) == b"Stat        High    \r\n"
    broken = make_twin(profiles["pt100-2ch-float"], "sensor-fault", framing=Framing.RTU)
    reply = broken.answer(bytes.fromhex("010300000004440 9".replace(" ", "")), 0.0)
    assert reply[7:9] == b"\x7f\xc0"
    serial = make_twin(profiles["sartorius-sbi"], seed=7, serial_number="0031801165")
    assert serial.answer(b"\x1bx2_", 0.0) == b"SerNo.    0031801165\r\n"
    assert make_twin(profiles["sartorius-sbi"], seed=7).answer(b"\x1bx2_", 0.0) == b"SerNo.    SIM0000007\r\n"


@pytest.mark.parametrize(
    ("profile", "listen", "framing", "url"),
    [
        ("renke-rs-ws-n01", "tcp://127.0.0.1:15020", None, "modbus://127.0.0.1:15020"),
        ("renke-rs-ws-n01", "rtu+tcp://127.0.0.1:15020", Framing.RTU, "modbus-rtu+tcp://127.0.0.1:15020"),
        ("renke-rs-ws-n01", "pty:/tmp/line", Framing.RTU, "modbus-rtu:/tmp/line"),
        ("sartorius-sbi", "tcp://127.0.0.1:4001", None, "tcp://127.0.0.1:4001"),
        ("sartorius-sbi", "pty:/tmp/line", Framing.RTU, "serial:/tmp/line"),
        ("sartorius-sbi", "pty:line", Framing.RTU, f"serial:{Path.cwd()}/line"),
    ],
)
def test_where_a_sim_listens_decides_the_framing_and_how_it_is_read(profile, listen, framing, url):
    assert framing_for(listen) is framing
    assert client_url(load_profiles()[profile], listen) == url


def test_a_profile_of_a_text_dialect_cannot_listen_with_rtu_frames():
    profile = load_profiles()["sartorius-sbi"]
    with pytest.raises(ProfileError, match="speaks sartorius-sbi"):
        client_url(profile, "rtu+tcp://127.0.0.1:4001")
    with SimServer(make_twin(profile), "tcp://127.0.0.1:0") as server:
        assert client_url(profile, server.url) == server.url
