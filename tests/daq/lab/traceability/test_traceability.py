"""The chain of certificates: what matches, is open, is broken; and its picture in both languages."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daq.i18n.speech import Speech
from daq.lab.tracing.chain import LinkState, NodeKind, Use, chain_of, is_national
from daq.lab.tracing.chain_svg import LOOKS, chain_svg
from tests.daq.lab.traceability.chains import (
    LABORATORY_SHA,
    WEIGHTS_SHA,
    WHOLE,
    Known,
    chain,
    ns,
    version,
)


def states(found):
    return {(edge.below, edge.above): edge.state for edge in found.edges}


def test_a_whole_chain_ends_at_the_national_institute():
    found = chain(WHOLE)
    assert [node.equipment for node in found.nodes if node.kind is NodeKind.CERTIFICATE] == [
        "B-01",
        "W-01",
        "W-E1",
    ]
    assert list(states(found).values()) == [
        LinkState.MATCHED,
        LinkState.MATCHED,
        LinkState.MATCHED,
        LinkState.NATIONAL,
    ]
    assert found.is_sound
    assert found.is_closed


def test_a_standard_that_had_expired_on_the_day_of_the_calibration_is_a_fault():
    balance, weights, institute = WHOLE
    late = version("1.1", "B-01", ("E2-0008", WEIGHTS_SHA), calibrated="2026-06-01")
    assert states(chain((late, weights, institute)))["1.1", "2.1"] is LinkState.EXPIRED
    in_time = version("1.1", "B-01", ("E2-0008", WEIGHTS_SHA), calibrated="2026-05-31")
    assert states(chain((in_time, weights, institute)))["1.1", "2.1"] is LinkState.MATCHED
    revoked = version("2.1", "W-01", number="E2-0008", begins="2025-06-01", revoked=True)
    assert states(chain((balance, revoked, institute)))["1.1", "2.1"] is LinkState.EXPIRED


def test_the_certificate_of_the_instrument_itself_counts_at_the_time_of_use():
    assert chain(WHOLE, at="2027-01-09").is_sound
    late = chain(WHOLE, at="2027-01-10")
    assert [edge.state for edge in late.faults] == [LinkState.EXPIRED]
    assert late.faults[0].below.startswith("use B-01")


def test_another_document_with_the_number_is_a_broken_link():
    balance = version("1.1", "B-01", ("E2-0008", "f" * 64))
    found = chain((balance, *WHOLE[1:]))
    assert states(found)["1.1", "2.1"] is LinkState.BROKEN
    assert not found.is_sound


def test_a_link_that_was_written_before_its_certificate_came_is_found_by_hash_or_number():
    by_hash = version("1.1", "B-01", ("another spelling of E2-0008", WEIGHTS_SHA))
    by_number = version("1.1", "B-01", "E2-0008")
    assert states(chain((by_hash, *WHOLE[1:])))["1.1", "2.1"] is LinkState.MATCHED
    assert states(chain((by_number, *WHOLE[1:])))["1.1", "2.1"] is LinkState.BY_NUMBER
    older = version("7.1", "W-01", number="E2-0008", begins="2024-06-01", ends="2025-06-01")
    newer = version("8.1", "W-01", number="E2-0008", begins="2026-06-01", ends="2027-06-01")
    assert ("1.1", "2.1") in states(chain((by_number, older, newer, *WHOLE[1:])))


def test_what_these_records_do_not_have_is_on_paper_or_open():
    balance = version("1.1", "B-01", "paper 77", ("ghost", "e" * 64))
    found = chain((balance,))
    ends = {node.number: node.key for node in found.nodes if node.kind is NodeKind.END}
    assert states(found)["1.1", ends["paper 77"]] is LinkState.PAPER
    assert states(found)["1.1", ends["ghost"]] is LinkState.OPEN
    assert found.is_sound
    assert not found.is_closed
    unnamed = chain((version("1.1", "B-01"),))
    assert [edge.state for edge in unnamed.edges] == [LinkState.MATCHED, LinkState.OPEN]
    nothing = chain((), record="")
    assert [edge.state for edge in nothing.edges] == [LinkState.OPEN]


def test_a_national_institute_needs_no_more_links():
    named = version("1.1", "W-E1", "NIM-2020-1", laboratory="中国计量科学研究院")
    assert [edge.state for edge in chain((named,)).edges] == [LinkState.MATCHED, LinkState.NATIONAL]


@pytest.mark.parametrize(
    ("laboratory", "national"),
    [
        ("中国计量科学研究院 National Institute of Metrology", True),
        ("Physikalisch-Technische Bundesanstalt (PTB)", True),
        ("PTB", True),
        ("NIM", True),
        ("NIMBUS Calibration Ltd", False),
        ("County Institute of Metrology", False),
        ("", False),
    ],
)
def test_national_institutes_are_known_by_their_names(laboratory, national):
    assert is_national(laboratory) is national


def test_a_chain_that_leads_back_to_itself_ends_and_says_so():
    first = version("1.1", "B-01", "two", number="one")
    second = version("2.1", "W-01", "one", number="two", begins="2025-01-10")
    found = chain((first, second))
    assert states(found)["2.1", "1.1"] is LinkState.CIRCULAR
    alone = version("1.1", "B-01", "one", number="one")
    assert states(chain((alone,)))["1.1", "1.1"] is LinkState.CIRCULAR


def test_two_ways_to_one_standard_are_no_circle_and_several_uses_are_one_graph():
    balance = version("1.1", "B-01", "E2-0008", "C-4.1")
    other = version("4.1", "T-01", "E2-0008", begins="2025-07-01")
    uses = [Use("B-01", "1.1", ns("2026-09-21")), Use("T-01", "4.1", ns("2026-06-21"))]
    found = chain_of(Known(balance, other, *WHOLE[1:]), uses)
    assert found.is_sound
    assert len([node for node in found.nodes if node.record == "2.1"]) == 1
    assert len([edge for edge in found.edges if edge.above == "2.1"]) == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=24, unique=True))
def test_whatever_is_linked_the_chain_ends_and_every_edge_has_its_nodes(pairs):
    found = [
        version(
            f"{one}.1",
            f"X-{one}",
            *(f"N-{upper}" for lower, upper in pairs if lower == one),
            number=f"N-{one}",
        )
        for one in range(1, 9)
    ]
    drawn = chain(found)
    keys = {node.key for node in drawn.nodes}
    assert len(keys) == len(drawn.nodes)
    assert all({edge.below, edge.above} <= keys for edge in drawn.edges)
    root = ET.fromstring(chain_svg(drawn, Speech("zh_CN", "Asia/Shanghai")))
    assert len(root.findall(".//{*}rect")) == len(drawn.nodes)


FAULTY = (
    version("1.1", "B-01", "E2-0008", ("C-5.1", "f" * 64), "paper 77", ("ghost", "e" * 64), number="LX-0417"),
    version(
        "2.1", "W-01", ("C-3.1", LABORATORY_SHA), number="E2-0008", begins="2024-06-01", ends="2025-06-01"
    ),
    version("3.1", "W-E1", "loop", begins="2023-03-01", ends="2026-03-01"),
    version("4.1", "W-4", "C-3.1", number="loop", begins="2023-03-01", ends="2026-03-01"),
    version("5.1", "T-05", laboratory="PTB"),
)
"""Every state at once."""


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_picture_tells_every_state_by_colour_shape_and_word(language):
    words = Speech(language, "Asia/Shanghai")
    drawn = chain(FAULTY)
    assert {edge.state for edge in drawn.edges} == set(LinkState)
    root = ET.fromstring(chain_svg(drawn, words))
    text = " ".join("".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}title"))
    for state in LinkState:
        assert root.findall(f".//{{*}}g[@class='edge {state}']"), state
        assert words.say(LOOKS[state].word) in text
    assert len({(look.colour, look.shape, look.dashes) for look in LOOKS.values()}) == len(LOOKS)
    assert len({(look.shape, look.dashes) for look in LOOKS.values()}) == len(LOOKS), "and without colour"


def test_everything_below_a_fault_is_marked():
    root = ET.fromstring(chain_svg(chain(FAULTY), Speech("en", "UTC")))
    marked = [one.find("{*}text").text for one in root.findall(".//{*}g") if "fault" in one.get("class", "")]
    assert marked == ["B-01", "B-01", "W-01", "W-E1", "W-4"]
    sound = ET.fromstring(chain_svg(chain(WHOLE), Speech("en", "UTC")))
    assert not [one for one in sound.findall(".//{*}g") if "fault" in one.get("class", "")]


def test_names_from_documents_are_text_and_never_markup():
    nasty = version(
        "1.1", '<script>alert("1")</script>&\x00\x1b', "]]>", number="a<b>&amp;", laboratory="日" * 60
    )
    text = chain_svg(chain((nasty,), equipment="<x>"), Speech("zh_CN", "Asia/Shanghai"))
    root = ET.fromstring(text)
    assert not root.findall(".//{*}script")
    assert '<script>alert("1")</script>&' in "".join(root.itertext())
    lines = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "".join(line for line in lines if set(line) == {"日"}) == "日" * 60, (
        "long names are broken, not cut"
    )
