"""How soon a password is guessed by whoever tries what people like to take.

A password is cut into as few pieces as possible. A piece is a run of keys or digits, a year or a date, one
sign repeated, a word of log-ins or of this trade, a pinyin syllable of three letters or more, a part of the
person's own names, or a single sign. Their number is the effort: ``Zhangwei2026!`` are four pieces, though it
has thirteen signs. What is repeated costs one more. Blanks do not count, nor do capitals.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

LEAST_EFFORT = 5
"""Fewer pieces than this are among what is tried first."""
SHORTEST_RUN = 3
LONGEST_UNIT = 16
"""Of what is found as repeated."""

_RUNS = """
01234567890 abcdefghijklmnopqrstuvwxyz qwertyuiop asdfghjkl zxcvbnm qwertzuiop azertyuiop !@#$%^&*()
1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/ !qaz@wsx#edc$rfv 1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0
qpwoeiruty 789456123 147258369 123654789 0147258369 159753 13579 24680 qazwsxedcrfv mnbvcxz 1223334444
112233445566778899 aabbccddeeff
"""
_WORDS = """
password passwd passwort pass pwd secret login logon user admin administrator root guest test tester temp
default change changeme letmein welcome hello master manager operator system server computer internet
windows office oracle access super love iloveyou lovely angel baby dragon monkey sunshine princess
football baseball shadow summer winter spring autumn january february march april june july august
september october november december monday friday sunday china qwer asdf abc hengliang balance weighing
laboratory labor lab metrology metrologist quality inspector technician calibration calibrate measure
mettler toledo sartorius coptis chili sample company service support google apple samsung 520 521 1314
5201314 666 888 168 518 147 258 369
"""
_FINALS = {
    "": "ang yan yang yao yin ying yong you yuan yue yun wai wan wang wei wen weng",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
}
"""Which finals of pinyin follow an initial."""
_SYLLABLES = frozenset(
    initial + final
    for initial, finals in _FINALS.items()
    for final in finals.split()
    if len(initial + final) > 2
)
_DAY = r"(?:0[1-9]|1[0-2])[-./]?(?:0[1-9]|[12][0-9]|3[01])"
_TIME = re.compile(rf"(?:19|20)[0-9]{{2}}(?:[-./]?{_DAY})?|{_DAY}")
"""A year, a date, a day of the year."""
_SAME = re.compile(r"(.)\1{2,}")
_KNOWN = _SYLLABLES.union(_WORDS.split())
_LONGEST = max(map(len, _KNOWN))
_DISGUISES = (str.maketrans("@013457$!", "aoleastsi"), str.maketrans("@013457$!", "aoieasts1"))
"""Signs that stand for letters; 1 is an l or an i."""


def effort(password: str, names: Sequence[str] = ()) -> int:
    """The least number of pieces that make the password; ``names`` are the person's own."""
    plain = _plain(password)
    own = {part for name in names for part in re.split(r"[\W_]+", name.casefold()) if len(part) > 1}
    own |= {_plain(name) for name in names if len(name) > 1}
    return _fewest(plain, frozenset(own))


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def _fewest(plain: str, own: frozenset[str]) -> int:
    """The fewest pieces, from the end to the beginning: ``fewest[i]`` are those of ``plain[i:]``."""
    fewest = [0] * (len(plain) + 1)
    for start in range(len(plain) - 1, -1, -1):
        ends = [(start + 1, 1), *_pieces(plain, start, own)]
        fewest[start] = min(cost + fewest[end] for end, cost in ends)
    return fewest[0]


def _pieces(plain: str, start: int, own: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where the pieces that begin at ``start`` end, and what each costs."""
    for found in (_TIME.match(plain, start), _SAME.match(plain, start)):
        if found:
            yield found.end(), 1
    if (run := _run_length(plain[start:])) >= SHORTEST_RUN:
        yield start + run, 1
    longest = max(_LONGEST, *map(len, own), 0)
    for disguised in {plain, *(plain.translate(table) for table in _DISGUISES)}:
        for end in range(start + 2, min(start + longest, len(plain)) + 1):
            if (part := disguised[start:end]) in _KNOWN or part in own:
                yield end, 1
    for size in range(2, min(LONGEST_UNIT, (len(plain) - start) // 2) + 1):
        unit, end = plain[start : start + size], start + size
        while plain.startswith(unit, end):
            end += size
        if end > start + size:
            yield end, _fewest(unit, own) + 1


@cache
def _neighbours() -> frozenset[str]:
    """Every three signs that follow each other in a run, forwards or backwards."""
    both = [*_RUNS.split(), *_RUNS[::-1].split()]
    return frozenset(run[at : at + SHORTEST_RUN] for run in both for at in range(len(run) - SHORTEST_RUN + 1))


def _run_length(text: str) -> int:
    """How many signs at the beginning follow each other on a keyboard, in the alphabet or in counting."""
    end = SHORTEST_RUN
    while text[end - SHORTEST_RUN : end] in _neighbours() and end <= len(text):
        end += 1
    return end - 1 if end > SHORTEST_RUN else 0
