"""Values between a process and the one it does not trust: nothing is lost, nothing else arrives."""

import dataclasses
import datetime
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.certificates.imported import (
    Administrative,
    EmbeddedFile,
    Finding,
    Imported,
    Proposal,
    ProposedPoint,
    Severity,
    Shape,
    Words,
)
from calibration.errors import CertificateError
from calibration.sentences import Sentence
from daq.security.carried import plain, typed
from daq.security.document_kinds import DocumentKind, kind_of
from daq.security.reading_process import Answer

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBER = st.none() | st.decimals(allow_nan=False, allow_infinity=False)
WORDS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(Words)
POINT = st.builds(
    ProposedPoint, reference=NUMBER, expanded=NUMBER, nominal=TEXT, tolerance=st.tuples(NUMBER, NUMBER)
)
PROPOSAL = st.builds(
    Proposal, name=WORDS, place=TEXT, shape=st.sampled_from(Shape), quantity=TEXT, unit=TEXT,
    points=st.lists(POINT, max_size=3).map(tuple),
)  # fmt: skip
IMPORTED = st.builds(
    Imported,
    file_sha256=TEXT,
    format=TEXT,
    administrative=st.builds(Administrative, number=TEXT, laboratory=TEXT, ended_on=st.none() | st.dates()),
    proposals=st.lists(PROPOSAL, max_size=2).map(tuple),
    files=st.lists(
        st.builds(EmbeddedFile, TEXT, TEXT, st.integers(), TEXT, TEXT, st.binary(max_size=9)), max_size=2
    ).map(tuple),
    findings=st.lists(st.builds(Finding, st.sampled_from(Severity), TEXT, TEXT), max_size=2).map(tuple),
)


def test_sentences_arrive_with_all_they_remember():
    said = Sentence("{what}: not verifiable here", what=Sentence("sealed {count} times", count=2))
    sent = Answer(refused=(said, "a plain text"))
    arrived = typed(Answer, json.loads(json.dumps(plain(sent)))).refused
    assert arrived == sent.refused
    assert arrived[0].facts["what"].facts == {"count": "2"}
    assert type(arrived[1]) is str


def _nested(depth):
    told = "x" * 100
    for _ in range(depth):
        told = {"message": "{a}{a}", "facts": {"a": told}}
    return told


@pytest.mark.parametrize(
    "told",
    [
        {"message": "{a}", "facts": {}},
        {"message": "{}", "facts": {"": "x"}},
        {"message": "{a.__class__}", "facts": {"a.__class__": "x"}},
        {"message": "{a:>99999999}", "facts": {"a": "x"}},
        {"message": "{a!r}", "facts": {"a": "x"}},
        {"message": "{a" , "facts": {"a": "x"}},
        {"message": "{a}" * 400, "facts": {"a": "x" * 4000}},
        {"message": {"message": "x", "facts": {}}, "facts": {}},
        {"message": "x", "facts": ["a"]},
        {"message": "x"},
        _nested(3),
        7,
    ],
)  # fmt: skip
def test_sentences_that_nobody_here_says_are_refused(told):
    with pytest.raises((TypeError, ValueError, KeyError, AttributeError)):
        typed(Answer, {"refused": [told]})


@given(IMPORTED)
def test_everything_arrives_as_it_was(imported: Imported) -> None:
    arrived = typed(Imported, json.loads(json.dumps(plain(imported))))
    assert arrived == imported
    assert type(arrived.administrative) is Administrative
    for one, other in zip(arrived.proposals, imported.proposals, strict=True):
        assert type(one.name) is Words
        assert [str(p.reference) for p in one.points] == [str(p.reference) for p in other.points]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.just("NaN"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from([field.name for field in dataclasses.fields(Answer)]) | TEXT, inner, max_size=4
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_anything_else_does_not_arrive(value: object) -> None:
    try:
        found = typed(Answer, value)
    except (TypeError, ValueError, KeyError, AttributeError, ArithmeticError):
        return
    assert isinstance(found, Answer)
    assert all(isinstance(sentence, str) for sentence in found.refused)


@dataclasses.dataclass(frozen=True)
class Sample:
    whole: int = 0
    number: float = 0.0
    flag: bool = False
    day: datetime.date | None = None


@pytest.mark.parametrize(
    "value",
    [
        {"whole": True},
        {"whole": "1"},
        {"whole": 1.0},
        {"number": "1"},
        {"flag": 1},
        {"day": 5},
        {"day": "x"},
        [1],
        "x",
    ],
)
def test_types_are_not_bent(value: object) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)):
        typed(Sample, value)


def test_numbers_and_days() -> None:
    assert typed(Sample, {"number": 1, "day": "2026-03-02"}) == Sample(
        number=1.0, day=datetime.date(2026, 3, 2)
    )
    assert plain(Decimal("0.10")) == "0.10"


@given(st.binary(max_size=200))
def test_any_bytes_are_of_a_kind_or_refused(data: bytes) -> None:
    try:
        assert isinstance(kind_of(data, "x"), DocumentKind)
    except CertificateError as error:
        assert error.mistakes[0].startswith("x: ")
