"""Sartorius lines beyond the shared vectors: Practum p. 86, Entris II p. 3, Combics p. 98, MA160 p. 67."""

from decimal import Decimal

import pytest

from drivers.dialects.base import Answer
from drivers.profiles import load_profiles
from drivers.reading import Identity, Outcome, Quality
from drivers.registry import make_dialect

COMMANDS = "P T U V K N O R S Q Z W x1_ x2_ f0_ f6_ s3_ p_ kP_ w0_ w8_ ars_ acc_ kF1_ kF11_"
VALUE_LINES = [
    b"+   1255.7 g  \r\n",
    b"+111.25507 mg \r\n",
    b"-     0.05 kg \r\n",
    b"N     +   123.56 g  \r\n",
    b"N     -   123.56 mg \r\n",
    b"+  123.5[6]g  \r\n",
]


@pytest.fixture(scope="module")
def balance():
    return make_dialect(load_profiles()["sartorius-sbi"])


@pytest.fixture(scope="module")
def analyser():
    return make_dialect(load_profiles()["sartorius-ma-moisture"])


def readings(decoded):
    return [(each.channel, each.text, each.unit, each.quality.stable) for each in decoded.indications]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"-   1255.7 g  ", ("mass", "-1255.7", "g", True)),
        (b"    1255.7 g  ", ("mass", "1255.7", "g", True)),  # a blank for plus
        (b"+   1255,7 g  ", ("mass", "1255.7", "g", True)),
        (b"+   1255.7    ", ("mass", "1255.7", "", False)),
        (b"+   1255.7", ("mass", "1255.7", "", False)),  # blanks at the end left out
        (b"-[123.456] kg ", None),
        (b"+  [23.456]kg  ", ("mass", "23.456", "kg", True)),
        (b"G#    +   1255.7 g  ", ("gross", "1255.7", "g", True)),
        (b"T     +     12.0 g  ", ("tare", "12.0", "g", True)),
        (b"T1    -     12.0 g  ", ("tare", "-12.0", "g", True)),
        (b"      +    12.00 g  ", ("mass", "12.00", "g", True)),
        (b"Prc   +    98.50 %  ", ("percent", "98.50", "%", True)),
        (b"Qnt   +      253    ", ("count", "253", "pcs", False)),
        (b"Setp  +   100.00 g  ", ("setp", "100.00", "g", True)),
        (b"+  0.00000 kg ", ("mass", "0.00000", "kg", True)),
        (b"+   62.916 gn ", ("mass", "62.916", "GN", True)),
    ],
)
def test_lines_as_real_balances_print_them(balance, line, expected):
    decoded = balance.decode(line + b"\r\n")
    assert readings(decoded) == ([expected] if expected else [])


def test_bracketed_digits_are_marked(balance):
    (indication,) = balance.decode(b"+  123.5[6]g  \r\n").indications
    assert indication.quality is Quality.UNVERIFIED_DIGITS


@pytest.mark.parametrize("line", VALUE_LINES)
def test_a_lost_byte_never_changes_the_value(balance, line):
    """The columns are the line's only redundancy: sign, digit or the m of mg lost must not go unnoticed."""
    (true,) = balance.decode(line).indications
    for index in range(len(line) - 2):
        decoded = balance.decode(line[:index] + line[index + 1 :])
        for indication in decoded.indications:
            assert Decimal(indication.text) == Decimal(true.text), (index, decoded)
            assert indication.unit in {true.unit, ""}, (index, decoded)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (b"Stat        High    ", Outcome.OVERLOAD),
        (b"      HH      ", Outcome.OVERLOAD),
        (b"      LL      ", Outcome.UNDERLOAD),
        (b"      L       ", Outcome.UNDERLOAD),
        (b"      C       ", Outcome.ADJUSTING),
        (b"Stat     Cal.Ext.   ", Outcome.ADJUSTING),
        (b"Stat       OFF      ", Outcome.OFF),
        (b"Stat     Err  54    ", Outcome.DEVICE_ERROR),
        (b"   APP.ERR    ", Outcome.DEVICE_ERROR),
        (b"Stat                ", Outcome.UNAVAILABLE),
        (b"+   1255.7 x  ", Outcome.UNKNOWN_UNIT),
        (b"N     +   123.56 lb:oz", Outcome.MALFORMED),
        (b"+  1.255,7 g  ", Outcome.MALFORMED),
        (b"+    12.3. g  ", Outcome.MALFORMED),
        (b"   1255.7 g  ", Outcome.MALFORMED),
        (b"Model     QUINTIX224-1S", Outcome.IDENTITY),
        (b"Ser. no.  0031801165", Outcome.IDENTITY),
        (b"--------------------", Outcome.TEXT),
        (b"23.11.2026    10:15", Outcome.TEXT),
        (b"QUINTIX224-1S", Outcome.TEXT),
    ],
)
def test_lines_without_value(balance, line, outcome):
    decoded = balance.decode(line + b"\r\n")
    assert decoded.outcome is outcome
    assert not decoded.indications


@pytest.mark.parametrize(
    "command",
    COMMANDS.split(),
)
@pytest.mark.parametrize("end", [b"\r\n", b"", b"\r"])
def test_every_command_of_the_host_is_a_request(balance, command, end):
    assert balance.decode(b"\x1b" + command.encode() + end).outcome is Outcome.REQUEST


def test_echo_and_answer_in_one_frame_is_an_echo(balance):
    assert balance.decode(b"\x1bP\r\n+   1255.7 g  \r\n").outcome is Outcome.ECHO


def test_identity_lines_are_told_from_values(balance):
    (show,) = balance.questions()
    model, serial_number = balance.identity_questions()
    value, labelled, bare = b"+   1255.7 g  \r\n", b"SerNo.    0031801165\r\n", b"QUINTIX224-1S\r\n"
    assert balance.answers(show, value) is Answer.YES
    assert balance.answers(show, b"Stat        Low     \r\n") is Answer.YES
    assert balance.answers(show, labelled) is Answer.FOREIGN
    assert balance.answers(show, bare) is Answer.FOREIGN
    assert balance.answers(show, b"G#    +   1255.7 g  \r\n") is Answer.FOREIGN
    assert balance.answers(show, b"T     +   1255.7 g  \r\n") is Answer.FOREIGN
    assert balance.answers(show, b"   1255.7 g  \r\n") is Answer.WRONG
    assert balance.answers(model, value) is Answer.FOREIGN
    assert balance.answers(model, labelled) is Answer.FOREIGN
    assert balance.answers(model, bare) is Answer.YES
    assert balance.answers(serial_number, labelled) is Answer.YES
    assert balance.answers(serial_number, b"31801165\r\n") is Answer.YES
    assert balance.answers(serial_number, b"+  31801165\xb0 \r\n") is Answer.WRONG
    assert balance.interpret(model, bare).identity == Identity(model="QUINTIX224-1S")
    assert balance.interpret(serial_number, b"31801165\r\n").identity == Identity(serial_number="31801165")
    assert balance.interpret(serial_number, labelled).identity == Identity(serial_number="0031801165")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"N     +   3.4253    ", ("mass", "3.4253", "", False)),
        (b"N     +    12.50 %M ", ("moisture", "12.50", "%M", None)),
        (b"10:23 +    0.23 %M/S", ("moisture-rate", "0.23", "%M/S", None)),
        (b"10:23 +     0.23%M/S", ("moisture-rate", "0.23", "%M/S", None)),
        (b" 2:05 +    12.50 %M ", None),
        (b"Moist +    98.00 %D ", ("dry-residue", "98.00", "%D", None)),
        (b"IniWgt+   3.4253 g  ", ("initial-mass", "3.4253", "g", None)),
        (b"Dev   -   567.87 g  ", ("deviation", "-567.87", "g", None)),
    ],
)
def test_lines_of_moisture_analysers(analyser, line, expected):
    assert readings(analyser.decode(line + b"\r\n")) == ([expected] if expected else [])


def test_a_moisture_analyser_refuses_what_is_no_value(analyser):
    assert analyser.decode(b"Stat     ERR 011    \r\n").outcome is Outcome.DEVICE_ERROR
    assert analyser.decode(b"Result display      \r\n").outcome is Outcome.TEXT
    assert analyser.decode(b" Moisture in %M   % \r\n").outcome is Outcome.TEXT
    assert analyser.decode(b"Moist +       22 %Q \r\n").outcome is Outcome.UNKNOWN_UNIT


def test_only_the_displayed_value_answers_a_moisture_analyser(analyser):
    (show,) = analyser.questions()
    assert analyser.answers(show, b"Moist +       22 %M \r\n") is Answer.YES
    assert analyser.answers(show, b"10:23 +    0.23 %M/S\r\n") is Answer.YES
    assert analyser.answers(show, b"Dev   +   567.87 g  \r\n") is Answer.FOREIGN
    assert analyser.answers(show, b"Standby         Off \r\n") is Answer.FOREIGN
