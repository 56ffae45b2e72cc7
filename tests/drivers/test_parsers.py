"""Whatever the bytes are, a parser answers with a Decoded, and no digit is ever invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.profiles import load_profiles
from drivers.reading import Decoded, Outcome
from drivers.registry import DIALECTS, make_dialect

PROFILES = load_profiles()
TEXT = [name for name, profile in PROFILES.items() if profile.dialect != "modbus"]
LINE_CHARACTERS = b'SITADZM@+-.,:[] 0123456789gkmNP%G#tarcloHLESC\x1b"\r\n\x00\xff'


def near_lines() -> st.SearchStrategy[bytes]:
    """Bytes that are almost lines of these dialects: real ones with parts taken out and put in."""
    seeds = [
        b"S S    52.1873 g\r\n",
        b"S D   -52.1873 mg\r\n",
        b"TA A     5.0000 g\r\n",
        b"M28 B 1 21.8\r\n",
        b'I4 A "B123456789"\r\n',
        b"N     +   123.56 g  \r\n",
        b"+  123.5[6]g  \r\n",
        b"SerNo.    0031801165\r\n",
        b"Stat     ERR 054    \r\n",
        b"Moist +    12.50 %M \r\n",
        b"10:23 +    0.23 %M/S\r\n",
    ]
    edit = st.tuples(st.integers(0, 22), st.integers(0, 3), st.binary(max_size=2))
    noise = st.lists(st.sampled_from(LINE_CHARACTERS), max_size=30).map(bytes)

    def edited(parts: tuple[bytes, list[tuple[int, int, bytes]]]) -> bytes:
        line, edits = parts
        for start, length, inserted in edits:
            line = line[:start] + inserted + line[start + length :]
        return line

    return st.one_of(st.tuples(st.sampled_from(seeds), st.lists(edit, max_size=3)).map(edited), noise)


def check(decoded: Decoded) -> None:
    assert isinstance(decoded, Decoded)
    assert (decoded.outcome is Outcome.OK) is bool(decoded.indications)
    if decoded.outcome is not Outcome.OK and decoded.refusals:
        assert decoded.outcome is decoded.refusals[0].outcome
    assert all(refusal.detail for refusal in decoded.refusals)


@pytest.mark.parametrize("name", PROFILES)
@given(frame=st.binary(max_size=80))
def test_any_bytes_are_decoded(name, frame):
    check(make_dialect(PROFILES[name]).decode(frame))


@pytest.mark.parametrize("name", TEXT)
@given(frame=near_lines())
def test_no_digit_is_invented(name, frame):
    decoded = make_dialect(PROFILES[name]).decode(frame)
    check(decoded)
    for indication in decoded.indications:
        sent = frame.decode("ascii").replace("[", "").replace("]", "").replace(",", ".")
        assert indication.text.removeprefix("-") in sent
        if indication.text.startswith("-"):
            assert "-" in sent
        float(indication.text)


@pytest.mark.parametrize("name", TEXT)
@given(frame=near_lines())
def test_on_the_wire_any_bytes_are_judged(name, frame):
    dialect = make_dialect(PROFILES[name])
    for question in (*dialect.questions(), *dialect.identity_questions()):
        dialect.answers(question, frame)
        dialect.interpret(question, frame)
        assert 0 <= question.cut(frame) <= len(frame)


def test_profiles_use_every_dialect_there_is():
    assert {profile.dialect for profile in PROFILES.values()} == set(DIALECTS)
