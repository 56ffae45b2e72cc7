"""Many parallel determinations on one page: none stands on another, and each has its own number."""

import pytest

from daq.lab.papers.content import ParallelRow, Parallels
from daq.lab.papers.paper import parallel_blocks
from daq.lab.papers.words import PaperWords
from daq.lab.results.words import Words

ENGLISH = PaperWords("en", "Asia/Shanghai")


def tables(values, numbers=()):
    row = ParallelRow(name=Words("皿", "Dish"), symbol="m3", unit="g", values=values)
    found = parallel_blocks([Parallels(rows=(row,), numbers=numbers)], ENGLISH)
    return [
        (
            [one["title"] for one in block["columns"][3:]],
            [cell["text"] for cell in block["rows"][0]["cells"][3:]],
        )
        for block in found
        if block["kind"] == "table"
    ]


@pytest.mark.parametrize(
    ("value", "count", "sizes"),
    [
        ("20.1234", 2, [2]),
        ("20.1234", 6, [6]),
        ("20.1234", 7, [4, 3]),
        ("120.123456", 20, [4] * 5),
        ("9.1", 12, [12]),
    ],
)
def test_as_many_stand_side_by_side_as_there_is_room_for(value, count, sizes):
    found = tables((value,) * count)
    assert [len(cells) for _, cells in found] == sizes
    titles = [title for names, _ in found for title in names]
    assert titles == [f"No. {number}" for number in range(1, count + 1)]


def test_a_determination_that_was_given_up_leaves_its_number_free():
    assert tables(("20.1", "20.3"), (1, 3)) == [(["No. 1", "No. 3"], ["20.1", "20.3"])]


def test_a_series_is_broken_between_its_readings():
    series = " / ".join(["100.0001"] * 10)
    ((titles, _),) = tables((series, series, series))
    assert len(titles) == 3
