"""Every text of the pages has its Chinese, and no catalogue has one that nobody says."""

import ast
import re
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

import calibration
import daq
from daq.cli import app
from daq.i18n import messages as catalogue
from daq.i18n import translation
from daq.i18n.catalogue import compile_catalogue, read_catalogue

ROOT = Path(daq.__file__).parent
METROLOGY = Path(calibration.__file__).parent
PLACE = re.compile(r"\{(\w+)\}")


def messages_of(source):
    """Messages in calls of ``N_``, ``say`` and ``count``, as keys of a catalogue."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        number = {"N_": 1, "say": 1, "count": 2}.get(name)
        texts = [
            a.value for a in node.args[:number] if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        if number and len(texts) == number:
            yield "\x00".join(texts)


NOTED = ("error", "warn", "note", "refuse", "mistake")
"""Methods of what collects findings and mistakes; their second argument is the message."""


def sentences_of(source):
    """Messages of ``calibration.sentences``: of a ``Sentence``, of a finding, of an error with its facts."""
    for node in ast.walk(ast.parse(source)):
        message = _message(node) if isinstance(node, ast.Call) else None
        assert not isinstance(message, ast.JoinedStr), f"its facts are lost: {ast.unparse(node)}"
        if isinstance(message, ast.Constant) and isinstance(message.value, str):
            yield message.value


def _message(call):
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    has_facts = call.keywords or name.startswith("_")
    if name == "Sentence" or (name.endswith("Error") and has_facts and name != "CertificateError"):
        return next(iter(call.args), None)
    if name == "_refused" or (isinstance(call.func, ast.Attribute) and name in NOTED):
        return next(iter(call.args[1:2]), None)
    return None


def texts_of_console(command):
    """Help and prompts of a command and of all that belong to it."""
    yield command.help
    for parameter in command.params:
        yield getattr(parameter, "help", None)
        yield getattr(parameter, "prompt", None)
    if isinstance(command, TyperGroup):
        for name in command.list_commands(None):
            yield from texts_of_console(command.get_command(None, name))


@pytest.fixture(scope="module")
def messages():
    sources = {
        path: path.read_text(encoding="utf-8")
        for root in (ROOT, METROLOGY)
        for path in sorted(root.rglob("*.py"))
    }
    found: set[str] = set()
    for path, text in sources.items():
        found |= set(messages_of(text)) if path.is_relative_to(ROOT) else set(sentences_of(text))
        found |= set(sentences_of(text)) if "calibration.sentences" in text else set()
    found |= {text for text in texts_of_console(typer.main.get_command(app)) if text}
    assert len(found) > 500
    return found


def test_catalogue_has_every_message_and_no_other(messages):
    assert set(catalogue("zh_CN")) - {""} == messages


def test_every_message_is_translated():
    missing = [key for key, text in catalogue("zh_CN").items() if not all(text.split("\x00"))]
    assert missing == []


def test_translations_fill_the_same_places():
    for key, text in catalogue("zh_CN").items():
        if key:
            wanted = set(PLACE.findall(key))
            assert all(set(PLACE.findall(each)) == wanted for each in text.split("\x00")), key


def test_chinese_is_chinese():
    """No English sentence was left standing, and no half-width colon or comma between Chinese words."""
    for key, text in catalogue("zh_CN").items():
        if key:
            rest = PLACE.sub("", text)
            assert re.search(r"[\u4e00-\u9fff]", rest) or not re.search(r"[a-z]", PLACE.sub("", key)), key
            assert not re.search(r"[\u4e00-\u9fff][,:;]|[,:;][\u4e00-\u9fff]", rest), key


def test_plurals():
    zh, en = translation("zh_CN"), translation("en")
    one, many = "{number} day left", "{number} days left"
    assert [en.ngettext(one, many, n) for n in (0, 1, 2)] == [many, one, many]
    assert [zh.ngettext(one, many, n) for n in (1, 2)] == ["剩 {number} 天"] * 2


def test_message_without_translation_stands_as_it_is():
    assert translation("zh_CN").gettext("not in any catalogue") == "not in any catalogue"


def test_unknown_language_is_refused():
    with pytest.raises(FileNotFoundError):
        translation("tlh")


def test_long_texts_contexts_and_comments():
    text = (
        'msgctxt "menu"\nmsgid ""\n"a "\n"b\\n"\nmsgstr ""\n"A "\n"B\\n"\n\n# note\nmsgid "c"\nmsgstr "C"\n'
    )
    assert read_catalogue(text, "x.po") == {"menu\x04a b\n": "A B\n", "c": "C"}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('msgid "a"\nmsgstr oops\n', "x.po, line 2"),
        ('"lonely"\n', "x.po, line 1"),
        ('msgid "a"\nmsgstr "b"\nmsgid "a"\nmsgstr "c"\n', "comes twice"),
    ],
)
def test_damaged_catalogue_is_named(text, where):
    with pytest.raises(ValueError, match=where):
        read_catalogue(text, "x.po")


def test_untranslated_messages_are_left_out_of_the_binary_form():
    assert compile_catalogue({"a": "", "b": "\x00"}) == compile_catalogue({})
