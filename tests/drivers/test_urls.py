"""URLs of instruments: every form, every mistake in one sentence, and the form that fits the profile."""

import pytest

from drivers.clock import SystemClock
from drivers.errors import ProfileError
from drivers.links import SerialLink, TcpLink, make_link
from drivers.profiles import LineSettings, load_profiles
from drivers.urls import Framing, line_settings, parse_url

PROFILES = load_profiles()


@pytest.mark.parametrize(
    ("url", "framing", "where"),
    [
        ("/dev/ttyUSB0", None, "/dev/ttyUSB0"),
        ("/dev/serial/by-id/usb-FTDI_A1-if00-port0", None, "/dev/serial/by-id/usb-FTDI_A1-if00-port0"),
        ("serial:/dev/ttyUSB0", None, "/dev/ttyUSB0"),
        ("modbus-rtu:/dev/ttyUSB0?baudrate=4800", Framing.RTU, "/dev/ttyUSB0"),
        ("tcp://192.168.1.20:4001", None, ("192.168.1.20", 4001)),
        ("modbus://gateway", Framing.MBAP, ("gateway", 502)),
        ("modbus://gateway:1502", Framing.MBAP, ("gateway", 1502)),
        ("modbus-rtu+tcp://[fe80::1]:4001", Framing.RTU, ("fe80::1", 4001)),
    ],
)
def test_forms(url, framing, where):
    address = parse_url(url)
    assert address.url == url
    assert address.framing is framing
    assert (address.path or (address.host, address.port)) == where


def test_the_url_overrules_the_profile_s_line():
    address = parse_url("serial:/dev/ttyUSB0?baudrate=1200&bytesize=7&parity=O&stopbits=2&handshake=rtscts")
    assert line_settings(address, LineSettings()) == LineSettings(1200, 7, "O", 2, "rtscts")
    kept = line_settings(parse_url("serial:/dev/ttyUSB0?parity=E"), LineSettings(baudrate=4800))
    assert kept == LineSettings(baudrate=4800, parity="E")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "allowed are /dev/"),
        ("ttyUSB0", "allowed are /dev/"),
        ("http://a:1", "allowed are /dev/"),
        ("tcp://192.168.1.20", "host and port are needed, such as tcp://"),
        ("modbus-rtu+tcp://gateway", "host and port are needed"),
        ("tcp://:4001", "host and port are needed"),
        ("tcp://a:0", "host and port are needed"),
        ("tcp://a:99999", "a port is a number from 1 to 65535"),
        ("tcp://a:x", "a port is a number from 1 to 65535"),
        ("tcp://a:1/dev", "nothing may follow the port"),
        ("tcp://a:1?baudrate=9600", "nothing may follow the port"),
        ("serial:", "the port's path is needed"),
        ("serial://dev/ttyUSB0", "the port's path is needed"),
        ("serial:/dev/ttyUSB0?baudrate=9601", "baudrate: Input should be 300"),
        ("serial:/dev/ttyUSB0?parity=X&speed=1", "speed"),
        ("serial:/dev/ttyUSB0?parity=", "parity"),
    ],
)
def test_mistakes(url, sentence):
    with pytest.raises(ProfileError) as caught:
        parse_url(url)
    assert sentence in str(caught.value)
    assert repr(url) in str(caught.value)


@pytest.mark.parametrize(
    ("url", "profile", "sentence"),
    [
        ("tcp://a:1", "renke-rs-ws-n01", "write modbus://host:port (Modbus TCP) or modbus-rtu+tcp://"),
        ("/dev/ttyUSB0", "renke-rs-ws-n01", "write modbus-rtu:/dev/…"),
        ("modbus://a:1", "mettler-toledo-mt-sics", "speaks mt-sics; write tcp://host:port"),
        ("modbus-rtu:/dev/ttyUSB0", "sartorius-sbi", "speaks sartorius-sbi; write serial:/dev/…"),
    ],
)
def test_a_url_that_does_not_fit_the_profile_says_which_does(url, profile, sentence):
    with pytest.raises(ProfileError) as caught:
        make_link(url, PROFILES[profile], SystemClock())
    assert sentence in str(caught.value)


def test_links_are_made_closed():
    tcp = make_link("tcp://a:1", PROFILES["sartorius-sbi"], SystemClock())
    port = make_link("modbus-rtu:/dev/ttyUSB0", PROFILES["renke-rs-ws-n01"], SystemClock())
    assert isinstance(tcp, TcpLink)
    assert isinstance(port, SerialLink)
    assert not tcp.is_open
    assert not port.is_open
