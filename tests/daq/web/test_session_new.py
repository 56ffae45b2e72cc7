"""What the page that starts a session chooses before anybody does."""

import pytest

from daq.web.pages.session_new import first_choice, first_count

OVEN = ("O-02", "O-01/temperature-1", "O-01/temperature-2")


@pytest.mark.parametrize(
    ("offered", "asked", "chosen"),
    [
        (("B-01", "B-02"), "", "B-01"),
        (("B-01", "B-02"), "B-02/mass", "B-02"),
        (OVEN, "O-01/temperature-2", "O-01/temperature-2"),
        (("B-01", "B-02"), "B-03/mass", None),
        (("B-01", "B-02"), "B-0/mass", None),
        ((), "", None),
    ],
)
def test_a_check_begins_with_the_instrument_of_its_plan_and_with_no_other(offered, asked, chosen):
    assert first_choice(offered, asked) == chosen


@pytest.mark.parametrize(("asked", "count"), [("2", 2), ("", 1), ("3", 1), ("two", 1)])
def test_a_check_of_two_points_begins_with_two_determinations(asked, count):
    """With fewer the plan stays overdue: every point of it wants its check."""
    assert first_count([1, 2], asked) == count
