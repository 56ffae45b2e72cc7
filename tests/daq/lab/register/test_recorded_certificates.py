"""What the records give is what somebody would put together by hand from the signed steps."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import event

from calibration.certificates.model import in_force
from calibration.certificates.native import read_native
from calibration.correction import correct
from daq.lab.certificates.life import InForce, resume, revoke, suspend
from daq.records.certificate_versions import State
from daq.records.certificates import RecordedCertificates
from tests.calibration.native_files import BALANCE, TABLE
from tests.daq.lab.register.laboratory import DAY_NS, START_NS, certificate_text

END_NS = START_NS - 14 * 3600 * 10**9 + 365 * DAY_NS
"""2027-03-05 00:00 in Shanghai: what the file says."""


def by_hand(text, record, from_ns, until_ns):
    return replace(
        read_native(text.encode(), "by hand"),
        in_force_from_ns=from_ns,
        valid_until_ns=until_ns,
        entered_by="wang.fang",
        checked_by="li.jun",
        record=record,
    )


def everything_but_curve(certificate):
    return {name: getattr(certificate, name) for name in certificate.__dataclass_fields__ if name != "curve"}


def test_equals_certificates_put_together_by_hand_at_many_times(on_both):
    """All that can happen: superseded, corrected, suspended, resumed, revoked, an older one found."""
    laboratory = on_both
    register, day = laboratory.register, START_NS

    def sign(state):
        return laboratory.signature("li.jun", state)

    first = BALANCE
    laboratory.in_force(first, START_NS)
    laboratory.clock.pass_time(10 * 86400)
    suspend(register, sign(State.SUSPENDED), "1.1", InForce(day + 5 * DAY_NS, "dropped"))
    laboratory.clock.pass_time(5 * 86400)
    resume(register, sign(State.IN_FORCE), "1.1", "checked")
    second = certificate_text("LX-2026-0500", {"U = 0.20": "U = 0.24"})
    laboratory.in_force(second, day + 40 * DAY_NS)
    corrected = certificate_text("LX-2026-0500", {"U = 0.20": "U = 0.26"})
    laboratory.in_force(corrected, day + 40 * DAY_NS, of=2)
    third = certificate_text("LX-2026-0600")
    laboratory.in_force(third, day + 80 * DAY_NS)
    revoke(register, sign(State.REVOKED), "3.1", "wrong balance")
    older = certificate_text("LX-2025-0001", {"2026-03-02": "2026-02-01"})
    laboratory.in_force(older, day - 20 * DAY_NS)

    wanted = (
        by_hand(first, "1.1", day, day + 5 * DAY_NS),
        by_hand(first, "1.1", day + 15 * DAY_NS, day + 40 * DAY_NS),
        by_hand(corrected, "2.2", day + 40 * DAY_NS, day + 80 * DAY_NS),
        by_hand(older, "4.1", day - 20 * DAY_NS, day),
    )
    recorded = RecordedCertificates(laboratory.engine)
    found = recorded.load()["B-01", "mass"]
    assert recorded.findings == ()
    edges = [
        t + step for one in wanted for t in (one.in_force_from_ns, one.valid_until_ns) for step in (-1, 0, 1)
    ]
    for at_ns in (*edges, *range(day - 30 * DAY_NS, END_NS + 30 * DAY_NS, 3 * DAY_NS)):
        here, there = in_force(found, at_ns), in_force(wanted, at_ns)
        assert (here is None) == (there is None), at_ns
        if here is not None and there is not None:
            assert everything_but_curve(here) == everything_but_curve(there)
    t_ns = np.array([day + days * DAY_NS for days in range(-25, 100, 5)], dtype=np.int64)
    raw = np.full(len(t_ns), 120.0)
    got, expected = (correct(raw, t_ns, "g", certificates) for certificates in (found, wanted))
    np.testing.assert_array_equal(got.value, expected.value)
    np.testing.assert_array_equal(got.u, expected.u)
    np.testing.assert_array_equal(got.state, expected.state)


def test_nothing_counts_before_two_people_signed(laboratory):
    recorded = RecordedCertificates(laboratory.engine)
    draft = laboratory.draft()
    assert recorded.load() == {}
    laboratory.enter(draft)
    assert recorded.load() == {}
    checked = laboratory.check(draft)
    assert recorded.load() == {}
    laboratory.put_in_force(checked)
    assert len(recorded.load()["B-01", "mass"]) == 1


def test_looking_again_is_one_question_and_gives_the_same_object(laboratory):
    laboratory.in_force()
    recorded = RecordedCertificates(laboratory.engine)
    first = recorded.load()
    asked = []
    event.listen(laboratory.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    assert recorded.load() is first
    assert sum("SELECT" in statement for statement in asked) == 1
    laboratory.draft(certificate_text("LX-2"))
    second = recorded.load()
    assert second is not first
    assert second["B-01", "mass"][0].curve is first["B-01", "mass"][0].curve


@pytest.mark.parametrize("text", [BALANCE, TABLE])
def test_digits_survive(laboratory, text):
    """Points are kept with the digits of the paper: 0.0 is not 0.00, and a whole number stays whole."""
    text = text.replace("U = 0.10", "U = 1e-1").replace("U = 0.20", "U = 2")
    version = laboratory.draft(text)
    assert [str(point["U"]) for point in version.content.native["point"]] == ["0.1", "0.15", "2"]
    assert [str(point["reference"]) for point in version.content.native["point"]] == [
        "0.0",
        "100.00002",
        "200.00005",
    ]
