"""Every remark that the program makes has its message, every message is made, and its places are filled."""

import ast
import re
from pathlib import Path

import daq.lab.sessions
from daq.lab.sessions.instruments import _UNMET
from daq.lab.sessions.remarks import MESSAGES, Remark, remark, remarks_of

PLACE = re.compile(r"\{(\w+)\}")
LAB = Path(daq.lab.sessions.__file__).parent


def made():
    """Calls of ``remark`` and ``Remark`` with a code that stands there: code, and facts if they do too."""
    for path in sorted(LAB.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("remark", "Remark"):
                codes = [one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
                named = {keyword.arg for keyword in node.keywords}
                for code in codes:
                    if code in MESSAGES:
                        yield code, None if None in named or node.func.id == "Remark" else named


def test_every_message_is_made_and_every_code_has_one():
    codes = {code for code, _ in made()} | set(_UNMET.values())
    text = "".join(path.read_text(encoding="utf-8") for path in LAB.glob("*.py"))
    assert {code for code in MESSAGES if code not in codes and text.count(f'"{code}"') < 2} == set()
    assert set(_UNMET.values()) <= set(MESSAGES)


def test_facts_fill_the_places():
    for code, facts in made():
        if facts is not None:
            assert facts == set(PLACE.findall(MESSAGES[code])), code


def test_remarks_survive_the_records():
    one = remark("too-short", elapsed="20 min", minimum="30 min")
    assert remarks_of([one.as_json()]) == (one,)
    assert remarks_of(None) == ()
    assert one.sentence == "20 min have passed, at least 30 min are needed."
    assert Remark("unstable", {"instrument": "B-01"}).message == MESSAGES["unstable"]
