"""Sentences: English like any text, and what they are made of for those who speak another language."""

import copy
import json
import pickle

import pytest

from calibration.errors import CertificateError, UnknownUnitError, ValueRefusedError
from calibration.sentences import Sentence, about, either, joined, made, placed, sentence_of, verbatim, word


def test_sentence_is_its_english_and_remembers_its_facts():
    said = Sentence("found {found}; allowed is {allowed}", found=3, allowed=Sentence("a number from 0 to 1"))
    assert said == "found 3; allowed is a number from 0 to 1"
    assert said.message == "found {found}; allowed is {allowed}"
    assert said.facts["found"] == "3"
    assert said.facts["allowed"].message == "a number from 0 to 1"
    assert json.loads(json.dumps([said])) == [str(said)]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))])
def test_sentence_is_copied_with_its_facts(copied):
    said = Sentence("{{x}} is {what}", what=Sentence("none"))
    other = copied(said)
    assert (other, other.message, other.facts["what"].message) == ("{x} is none", "{{x}} is {what}", "none")


def test_words_of_others_are_left_alone_whatever_they_are():
    assert verbatim("a {brace} }{").facts == {"text": "a {brace} }{"}
    assert word("a {brace}") == "a {brace}"
    assert verbatim(word("mass")).message == "mass"


def test_glue():
    assert placed("", "x") == "x"
    assert about("a.xml", Sentence("is missing"), "b.c") == "a.xml: b.c: is missing"
    assert about("a.xml", Sentence("is missing")) == "a.xml: is missing"
    assert either(["one"]) == "one"
    assert either(f'"{each}"' for each in "abc") == '"a" or "b" or "c"'
    assert joined("; ", ["a", Sentence("none")]) == "a; none"


def test_errors_remember_too():
    error = UnknownUnitError("unit {symbol} is not known", symbol="'x'")
    assert str(error) == "unit 'x' is not known"
    assert sentence_of(error).facts == {"symbol": "'x'"}
    assert sentence_of(ValueRefusedError("a {brace}")).facts == {"text": "a {brace}"}
    assert sentence_of(CertificateError((Sentence("none"), Sentence("nothing")))) == "none\nnothing"
    said = Sentence("none")
    assert made(said, {}) is said
