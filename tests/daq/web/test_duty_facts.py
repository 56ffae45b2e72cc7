"""What the regular duties found reaches the strip."""

import pytest

from daq.watch.notebook import Fact as Found
from daq.watch.notebook import Notebook
from daq.web.live.duty_facts import duty_facts
from daq.web.live.facts import Fact, FactKind


@pytest.mark.parametrize(
    ("duty", "kind"),
    [
        ("journal", FactKind.DAMAGED),
        ("disk", FactKind.DISK),
        ("time-series", FactKind.COPY_DIFFERS),
        ("records", FactKind.RECORDS_DAMAGED),
        ("alerts", FactKind.NOT_WATCHED),
    ],
)
def test_what_is_not_well_is_shown_with_its_sentence(tmp_path, duty, kind):
    path = tmp_path / "watch.json"
    notebook = Notebook(path)
    notebook.note("other", [Found("other", True, "all is well", 0)])
    notebook.note(duty, [Found(duty, False, "row 7 is not as it was written", 0)])
    assert duty_facts(path) == [Fact(kind, detail="row 7 is not as it was written")]
    notebook.note(duty, [Found(duty, True, "well again", 0)])
    assert duty_facts(path) == []


def test_certificates_are_not_told_twice_and_no_notebook_is_no_fact(tmp_path):
    path = tmp_path / "watch.json"
    assert duty_facts(path) == []
    Notebook(path).note("certificates", [Found("certificates", False, "ends soon", 0)])
    assert duty_facts(path) == []
    path.write_text("{", encoding="utf-8")
    assert duty_facts(path) == []
