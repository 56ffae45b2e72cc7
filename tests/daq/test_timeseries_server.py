"""The local VictoriaMetrics of the demo and the tests."""

import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from daq.errors import StreamError
from daq.timeseries_server import LocalVictoriaMetrics, find_victoria_metrics
from drivers.clock import SystemClock

CLOCK = SystemClock()


@pytest.fixture
def program(need_program: Callable[[str], str]) -> str:
    return need_program("victoria-metrics")


def is_there(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False).text == "OK"
    except httpx.TransportError:
        return False


@pytest.mark.peer
def test_it_answers_once_started_and_no_more_once_stopped(program: str, tmp_path: Path) -> None:
    assert find_victoria_metrics() == program
    with LocalVictoriaMetrics(program, tmp_path / "ts", CLOCK) as server:
        assert is_there(server.url)
    assert not is_there(server.url)


@pytest.mark.peer
def test_it_keeps_port_and_data_over_a_restart(program: str, tmp_path: Path) -> None:
    with LocalVictoriaMetrics(program, tmp_path / "ts", CLOCK) as server:
        url = server.url
        now_ns = CLOCK.now_ns()
        httpx.post(f"{url}/api/v2/write", content=f"mass,site=lab raw=1 {now_ns}", trust_env=False)
        server.stop()
        server.start()
        assert server.url == url
        query = {"match[]": "mass_raw", "start": "0", "end": str(now_ns // 10**9 + 60)}
        assert "mass_raw" in httpx.get(f"{url}/api/v1/export", params=query, trust_env=False).text


@pytest.mark.peer
def test_stop_and_kill_may_be_repeated(program: str, tmp_path: Path) -> None:
    server = LocalVictoriaMetrics(program, tmp_path / "ts", CLOCK)
    server.stop()
    server.start()
    server.kill()
    server.kill()
    server.stop()
    assert not is_there(server.url)


def test_a_program_that_ends_at_once_is_an_error_that_names_the_log(tmp_path: Path) -> None:
    with pytest.raises(StreamError, match=r"does not start; see .*server\.log"):
        LocalVictoriaMetrics("false", tmp_path / "ts", CLOCK).start()


@pytest.mark.peer
def test_a_port_in_use_is_an_error_that_names_the_log(program: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(StreamError, match="does not start"):
        LocalVictoriaMetrics(program, tmp_path / "ts", CLOCK, taken.getsockname()[1]).start()
    assert "address already in use" in (tmp_path / "ts" / "server.log").read_text()


@pytest.mark.peer
def test_another_victoria_metrics_on_the_port_is_not_taken_for_ours(program: str, tmp_path: Path) -> None:
    with LocalVictoriaMetrics(program, tmp_path / "other", CLOCK) as other:
        port = int(other.url.rpartition(":")[2])
        with pytest.raises(StreamError, match="does not start"):
            LocalVictoriaMetrics(program, tmp_path / "ts", CLOCK, port).start()
        assert is_there(other.url)


@pytest.mark.peer
def test_the_next_start_takes_the_same_port_or_another_one(program: str, tmp_path: Path) -> None:
    with LocalVictoriaMetrics(program, tmp_path / "ts", CLOCK) as server:
        first = server.url
    with LocalVictoriaMetrics(program, tmp_path / "ts", CLOCK) as server:
        assert server.url == first
    with (
        socket.create_server(("127.0.0.1", int(first.rpartition(":")[2]))),
        LocalVictoriaMetrics(program, tmp_path / "ts", CLOCK) as server,
    ):
        assert server.url != first
        assert is_there(server.url)
