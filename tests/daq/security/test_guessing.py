"""Passwords that people like to take: how few pieces they are made of."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daq.errors import PasswordError
from daq.security.common_passwords import COMMON_PASSWORDS
from daq.security.guessing import LEAST_EFFORT, effort
from daq.security.passwords import LONGEST, demand_good_password


@pytest.mark.parametrize(
    ("password", "pieces"),
    [
        ("qwertyuiop", 1),
        ("poiuytrewq", 1),
        ("1qaz2wsx3edc", 1),
        ("abcdefgh", 1),
        ("87654321", 1),
        ("159753456", 2),
        ("11111111", 1),
        ("19900101", 1),
        ("1990-01-01", 1),
        ("0314", 1),
        ("abcabcabc", 2),
        ("x7kx7k", 4),
        ("password", 1),
        ("P@ssw0rd", 1),
        ("P@ssw0rd2026", 2),
        ("admin123", 2),
        ("tianping", 2),
        ("Tian Ping 2026", 3),
        ("huanglian2026!", 4),
        ("wangfang1990", 3),
        ("x", 1),
        ("", 0),
        ("xkqzwv", 6),
        ("两只黄鹂", 4),
    ],
)
def test_pieces(password, pieces):
    assert effort(password) == pieces


def test_the_persons_own_names_are_pieces():
    assert effort("kowalskamaria", ("maria.kowalska", "Maria Kowalska")) == 2
    assert effort("kowalskamaria") > 5
    assert effort("李军李军2026", ("li.jun", "李军")) == 3


@pytest.mark.parametrize(
    "password", ["Zhangwei2026!", "qwe123asd456", "Beijing2008!", "aaaabbbbcccc", "admin@2026", "ababababab"]
)
def test_what_would_be_tried_first_is_refused(password):
    with pytest.raises(PasswordError, match="few pieces that are tried first"):
        demand_good_password(password, "wu.fang", "吴芳")


@pytest.mark.parametrize(
    "password",
    [
        "forty green pheasants",
        "correcthorsebatterystaple",
        "x7Kq9pLm",
        "两只黄鹂鸣翠柳。",
        "shi zhu tian ping 2031 ok",
    ],
)
def test_a_few_unusual_words_are_taken(password):
    demand_good_password(password, "wu.fang", "吴芳")


def test_rules_alone_find_most_of_the_common_ones():
    found = [word for word in COMMON_PASSWORDS if effort(word) < LEAST_EFFORT]
    assert len(found) > 0.75 * len(COMMON_PASSWORDS)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=10))
def test_never_more_pieces_than_signs_and_a_longer_one_never_takes_less(password, more):
    pieces = effort(password)
    assert 0 <= pieces <= len("".join(password.casefold().split()))
    assert effort(password + more, ()) <= pieces + len("".join(more.casefold().split()))


def test_the_longest_passwords_are_judged_at_once():
    began_s = time.process_time()
    for unit in ("ab", "zhangwei", "aB3$x", "0", "qwer"):
        effort((unit * LONGEST)[:LONGEST], ("zhang.wei", "张伟"))
    assert time.process_time() - began_s < 20.0, "not exponential"
