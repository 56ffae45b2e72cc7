"""Mistakes in a method's file that would be seen in the middle of a session only, or not be understood."""

import pytest

from tests.daq.lab.test_methods import changed, mistakes_in

DRYING = "direct-drying-gb-5009-3-1"
LOOP = '[[step.step]]\nid = "drying-again"\ndo = "hold"'
DEAD_ENDS = [
    (DRYING, LOOP, LOOP.replace("hold", "repeat-until"), "a loop stands in no other loop: write one after"),
    (DRYING, LOOP, '[[step.step]]\nid = "drying-again"', "step[8].step[1].do: is missing; allowed are"),
    (DRYING, 'id = "dish"', 'id = "Empty dish"', "lower-case letters, digits, dots and dashes are allowed"),
    (DRYING, 'name = "m3"', 'name = "m-3"', "found 'm-3'; a letter a-z or A-Z is needed, then letters"),
    (DRYING, 'unit = "mg"\nexpired', 'unit = "mgg"\nexpired', "instrument[1].unit: unit 'mgg' is not known"),
    (DRYING, 'unit = "mg"\nexpired', 'unit = "mL"\nexpired', "a balance is in a unit of mass"),
    (DRYING, "[[source]]", "[source]", "has two brackets each time"),
    (DRYING, "m3 = 20.6505", "m3 = nan", "example.portions[1].m3: found 'NaN'"),
    ("balance-daily-check", 'scope = "portion"\nfrom = "reference"', 'scope = "session"\nfrom = "reference"',
     "another one in each portion; what is done once for the whole session needs an instrument of scope"),
]  # fmt: skip
"""Mistakes that are told in the words of the guide, or that would only be seen in the middle of a session."""


@pytest.mark.parametrize(("name", "old", "new", "words"), DEAD_ENDS)
def test_a_dead_end_is_told_in_one_sentence(name, old, new, words):
    told = mistakes_in(changed(name, (old, new)))
    assert any(words in one for one in told), told


def test_nothing_is_captured_in_a_loop_but_its_mass_at_the_end():
    """It would be captured again in every turn, and the formulas take one."""
    text = changed(
        DRYING,
        (
            LOOP,
            f"""[[step.step]]
id = "dish-again"
do = "weigh"
scope = "portion"
title_zh = "称"
title_en = "Weigh"
role = "balance"
into = "m3"

{LOOP}""",
        ),
    )
    told = mistakes_in(text)
    assert (
        "m.toml: step[8].step[1].into: found 'm3'; a loop comes round again, so nothing is captured in it "
        "but m2 at its end" in told
    )
