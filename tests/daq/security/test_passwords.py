"""OWASP ASVS 5.0, 6.2: long enough, not the commonest, not the name; nothing else is demanded."""

import pytest
from argon2 import PasswordHasher

from daq.errors import PasswordError
from daq.security.common_passwords import COMMON_PASSWORDS
from daq.security.passwords import LONGEST, PasswordKeeper, demand_good_password


@pytest.mark.parametrize(
    "password",
    [
        "mvqzbkwy",  # 6.2.1: eight are enough
        "onlylowercaseletters",  # 6.2.5: no rules about kinds of characters
        "92837465",
        "两只黄鹂鸣翠柳。",  # eight characters, not bytes
        "blanks are taken too",
        ("eight calm herons over forty green fields, " * 2)[:64],  # 6.2.9: at least 64 are allowed
        "".join(chr(0x4E00 + 7 * number) for number in range(LONGEST)),
        "🧪🧫🔬⚖️🌡️🧂🥣🌶️",
    ],
)
def test_6_2_passwords_that_are_taken(password):
    demand_good_password(password, "wu.fang", "吴芳")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "0 characters; at least 8"),
        ("1234567", "7 characters; at least 8"),
        ("两只黄鹂鸣翠柳", "7 characters; at least 8"),
        ("x" * (LONGEST + 1), "at most 256"),
        ("password", "tried first"),
        ("PassWord", "tried first"),
        ("12345678", "tried first"),
        ("1qaz2wsx", "tried first"),
        ("woaini1314", "tried first"),
        ("!!!!!!!!!!!!", "tried first"),
        ("Hengliang", "tried first"),
        ("wu.fang.2", "is the name"),
        ("Wu.Fang.2", "is the name"),
        ("欧阳娜娜·司马相如", "is the name"),
        ("Maria  Kowalska", "is the name"),
        ("half a \ud83d pair", "not Unicode"),
    ],
)
def test_6_2_4_passwords_that_are_refused(password, words):
    with pytest.raises(PasswordError, match=words):
        demand_good_password(password, "wu.fang.2", "欧阳娜娜·司马相如", "maria kowalska")


def test_the_list_holds_what_the_rules_would_take():
    assert len(COMMON_PASSWORDS) > 450
    assert all(len(word) >= 8 and word == word.casefold() for word in COMMON_PASSWORDS)


def test_11_4_2_kept_as_argon2id_with_own_salt():
    keeper = PasswordKeeper()
    one, other = keeper.hash("forty green pheasants"), keeper.hash("forty green pheasants")
    assert one != other
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert keeper.matches(one, "forty green pheasants")
    assert not keeper.matches(one, "forty green pheasant")


class CountingHasher:
    """The hasher, and how often it was asked."""

    def __init__(self):
        self._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.hash = self._hasher.hash
        self.asked = 0

    def verify(self, kept, password):
        self.asked += 1
        return self._hasher.verify(kept, password)


def test_a_name_that_nobody_has_takes_the_same_work():
    """The time does not tell which accounts exist."""
    hasher = CountingHasher()
    keeper = PasswordKeeper(hasher)
    assert not keeper.matches(None, "forty green pheasants")
    assert not keeper.matches(None, "nobody has this password")
    assert hasher.asked == 2
