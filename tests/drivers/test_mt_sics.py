"""MT-SICS beyond the shared vectors: AT/AB manual p. 87 (grammar), AL/IC p. 72 (commands), labmcp."""

from dataclasses import replace

import pytest

from drivers.dialects.base import Answer
from drivers.profiles import load_profiles
from drivers.reading import Identity, Outcome, Quality
from drivers.registry import make_dialect

COMMANDS = "S SI SIR SR SNR SU ST Z ZI T TI TA TAC @ I0 I1 I2 I3 I4 I5 I10 I11 DW C0 C3 DAT TIM M28 WS"


@pytest.fixture(scope="module")
def balance():
    return make_dialect(load_profiles()["mettler-toledo-mt-sics"])


def texts(decoded):
    return [(each.channel, each.text, each.unit, each.quality) for each in decoded.indications]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_every_line_end_is_accepted(balance, end):
    assert texts(balance.decode(b"S S     100.00 g" + end)) == [("mass", "100.00", "g", Quality.GOOD)]


@pytest.mark.parametrize(
    ("line", "channel", "text", "unit"),
    [
        (b"S S 0.00 g", "mass", "0.00", "g"),  # value not padded
        (b"S D   - 12.3456 kg", "mass", "-12.3456", "kg"),  # sign apart from its digits
        (b"S S   +12.3456 mg", "mass", "12.3456", "mg"),
        (b"S S  -0.0000 g", "mass", "-0.0000", "g"),
        (b"S S  1234567.12345 g", "mass", "1234567.12345", "g"),  # overflows its ten columns
        (b"S S   62.916 gn", "mass", "62.916", "GN"),
        (b"S S   52.187 KG", "mass", "52.187", "kg"),
        (b"S S      253 PCS", "count", "253", "pcs"),
        (b"S S    50.00 %", "percent", "50.00", "%"),
        (b"SIR S   1.00 g", "mass", "1.00", "g"),
        (b"SU D   5.1234 ct", "mass", "5.1234", "ct"),
    ],
)
def test_weights_as_real_balances_write_them(balance, line, channel, text, unit):
    (indication,) = balance.decode(line + b"\r\n").indications
    assert (indication.channel, indication.text, indication.unit) == (channel, text, unit)


def test_bracketed_digits_are_kept_and_marked(balance):
    (indication,) = balance.decode(b"S S   100.0[0] g\r\n").indications
    assert indication.text == "100.00"
    assert indication.quality is Quality.UNVERIFIED_DIGITS
    (unstable,) = balance.decode(b"S D   100.0[0] g\r\n").indications
    assert unstable.quality == Quality.UNVERIFIED_DIGITS | Quality.UNSTABLE


@pytest.mark.parametrize(
    "line",
    [
        b"S S   1.234,50 g",  # comma and point
        b"S S   1,234,50 g",
        b"S S   12. g",
        b"S S   .5 g",
        b"S S   1.2.3 g",
        b"S S   1.5e3 g",
        b"S S   100.00",  # no unit: the rest was lost
        b"S S   100.00g",
        b"S S   100.00 g x",
        b"S S",
        b"S  52.1873 g",  # the status was lost
        b"S A   52.1873 g",
        b"S S   [100.00 g",
        b"S S   10[]0 g",
        b"S I 12.3 g",
        b"XYZ 1",
        b"s s 100.00 g",
        b"S S   100.00\tg",
        b"SI 100.00 g",
    ],
)
def test_what_is_no_mt_sics_is_malformed(balance, line):
    decoded = balance.decode(line + b"\r\n")
    assert decoded.outcome is Outcome.MALFORMED
    assert not decoded.indications
    assert decoded.refusals[0].detail


@pytest.mark.parametrize("line", [b"S S  1:02.5 lb:oz", b"S S   12.34 tlh", b"S S  12.34 lb:oz", b"S S 1 qq"])
def test_units_that_are_not_expected_are_refused(balance, line):
    assert balance.decode(line + b"\r\n").outcome in {Outcome.UNKNOWN_UNIT, Outcome.MALFORMED}
    assert balance.decode(b"S S  12.34 lb:oz\r\n").outcome is Outcome.UNKNOWN_UNIT


@pytest.mark.parametrize(
    ("frame", "outcome"),
    [
        (b"S S    52.18\x0073 g\r\n", Outcome.NOT_ASCII),
        (b"\xd3 S    52.1873 g\r\n", Outcome.NOT_ASCII),
        (b"S S    52.1873 g", Outcome.INCOMPLETE),
        (b"", Outcome.INCOMPLETE),
        (b"\r\n", Outcome.INCOMPLETE),
        (b"SI\r\nS S    52.1873 g\r\n", Outcome.ECHO),
        (b"S S    52.1873 g\r\nS S    53.0000 g\r\n", Outcome.AMBIGUOUS),
        (b"EL\r\n", Outcome.NOT_EXECUTABLE),
        (b"S -\r\n", Outcome.UNDERLOAD),
        (b"T L\r\n", Outcome.PARAMETER_ERROR),
        (b"C3 B\r\n", Outcome.ADJUSTING),
        (b"TA A    Error 3\r\n", Outcome.DEVICE_ERROR),
        (b"DAT A 23 11 2026\r\n", Outcome.TEXT),
        (b"I4 I\r\n", Outcome.BUSY),
        (b"I10 A\r\n", Outcome.ACKNOWLEDGED),
    ],
)
def test_outcomes(balance, frame, outcome):
    decoded = balance.decode(frame)
    assert decoded.outcome is outcome
    assert not decoded.indications


@pytest.mark.parametrize(
    "command",
    [
        *COMMANDS.split(),
        *("SR 10.0 g", "ST 1", "TA 100.00 g", 'I10 "bench 3"', 'D "hello"', "M21 0", "WS 1", "K 1", "PWR 1"),
        *("RST", "HA05", "P100"),
    ],
)
def test_every_command_of_the_host_is_a_request(balance, command):
    assert balance.decode(command.encode() + b"\r\n").outcome is Outcome.REQUEST


@pytest.mark.parametrize(
    ("line", "identity"),
    [
        (b'I4 A "B123456789"', Identity(serial_number="B123456789")),
        (b'I2 A "XS205DU Excellence 220.0000 g"', Identity(model="XS205DU Excellence")),
        (b'I2 A "ME204" "Standard" "220.0000 g"', Identity(model="ME204")),
        (b'I11 A "XS205DU"', Identity(model="XS205DU")),
        (b'I3 A "3.10 10.28.0.493.142"', Identity(firmware="3.10")),
        (b'I4 A "12345678"', Identity(serial_number="12345678")),
    ],
)
def test_identity_lines_tell_who_it_is_and_never_a_value(balance, line, identity):
    decoded = balance.decode(line + b"\r\n")
    assert decoded.outcome is Outcome.IDENTITY
    assert decoded.identity == identity
    assert not decoded.indications


def test_a_relative_that_knows_no_identity_is_not_asked():
    profile = load_profiles()["mettler-toledo-mt-sics"]
    plain = replace(profile, options=replace(profile.text, identity=False))
    assert make_dialect(plain).identity_questions() == ()


def test_a_reply_is_tied_to_its_question_by_its_identifier(balance):
    (weigh,) = balance.questions()
    who, model, *_ = balance.identity_questions()
    assert weigh.request == b"SI\r\n"
    assert who.request == b"I4\r\n"
    weight, serial_number = b"S S     100.00 g\r\n", b'I4 A "B1"\r\n'
    assert balance.answers(weigh, weight) is Answer.YES
    assert balance.answers(weigh, b"SI D    100.00 g\r\n") is Answer.YES
    assert balance.answers(weigh, b"S +\r\n") is Answer.YES
    assert balance.answers(weigh, b"ES\r\n") is Answer.YES
    assert balance.answers(weigh, serial_number) is Answer.FOREIGN
    assert balance.answers(weigh, b"T S     100.00 g\r\n") is Answer.FOREIGN
    assert balance.answers(weigh, b"K C 4\r\n") is Answer.FOREIGN
    assert balance.answers(weigh, b" S     100.00 g\r\n") is Answer.WRONG
    assert balance.answers(weigh, b"S S     10\xb0.00 g\r\n") is Answer.WRONG
    assert balance.answers(who, serial_number) is Answer.YES
    assert balance.answers(who, weight) is Answer.FOREIGN
    assert balance.answers(model, serial_number) is Answer.FOREIGN
    assert balance.answers(model, b"ES\r\n") is Answer.YES
