"""What a person says about a document at the console: options, and a file for what is longer."""

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from calibration.sentences import Sentence
from daq.errors import RegisterError
from daq.i18n import N_
from daq.lab.certificates.cell_corrections import CellCorrection
from daq.lab.certificates.draft import DueRule, Said
from daq.records.certificate_content import CountedFrom, Settled

_OWN = ("due", "correct", "settle", "proposal", "verdict", "reason", "equipment_name", "channel")


@dataclass(frozen=True, slots=True)
class Options:
    """What the options of ``certificate add`` say; None where they say nothing."""

    equipment: str | None = None
    channel: str | None = None
    proposal: int | None = None
    verdict: str | None = None
    reason: str | None = None
    counted_from: CountedFrom | None = None
    months: int | None = None
    day: datetime.date | None = None


def said_by(options: Options, file: Path | None) -> Said:
    """What the file says, with the options winning.

    Raises:
        RegisterError: the file is no TOML, or says something of another form.
    """
    tables = _read(file) if file is not None else {}
    name = str(file)
    native = {key: value for key, value in tables.items() if key not in _OWN}
    return Said(
        equipment=options.equipment or _text(tables, "equipment_name", name),
        channel=options.channel or _text(tables, "channel", name),
        proposal=options.proposal if options.proposal is not None else _whole(tables, "proposal", name),
        tables=native,
        corrections=tuple(
            CellCorrection(_text(one, "cell", name), _text(one, "text", name), _text(one, "reason", name))
            for one in _tables(tables, "correct", name)
        ),
        settled=tuple(
            Settled(_text(one, "finding", name), _text(one, "reason", name))
            for one in _tables(tables, "settle", name)
        ),
        due=_due(options, tables, name),
        verdict=options.verdict or _text(tables, "verdict", name),
        reason=options.reason or _text(tables, "reason", name),
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise RegisterError(
            N_("{path} cannot be read ({words})."), path=file, words=error.strerror
        ) from error
    except ValueError as error:  # TOML and UTF-8
        raise RegisterError(N_("{path} is no TOML: {words}."), path=file, words=error) from error


def _due(options: Options, tables: Mapping[str, Any], name: str) -> DueRule | None:
    said = tables.get("due", {})
    if not isinstance(said, dict):
        raise _wrong(name, "due", Sentence("a table [due]"))
    counted = options.counted_from or _text(said, "counted_from", name)
    months = options.months if options.months is not None else _whole(said, "months", name)
    day = options.day or said.get("day")
    if not counted and months is None and day is None:
        return None
    if counted not in set(CountedFrom) or months is None:
        raise RegisterError(
            N_("When it is due: say from which day it is counted ({words}) and how many months."),
            words=", ".join(CountedFrom),
        )
    if day is not None and type(day) is not datetime.date:
        raise _wrong(name, "due.day", Sentence("a date such as 2026-03-02"))
    return DueRule(CountedFrom(counted), months, day)


def _tables(tables: Mapping[str, Any], key: str, name: str) -> list[dict[str, Any]]:
    found = tables.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _wrong(name, key, Sentence("tables [[{key}]]", key=key))
    return found


def _text(table: Mapping[str, Any], key: str, name: str) -> str:
    found = table.get(key, "")
    if isinstance(found, bool) or not isinstance(found, str | int | Decimal | datetime.date):
        raise _wrong(name, key, Sentence("a text in quotes"))
    return str(found)


def _whole(table: Mapping[str, Any], key: str, name: str) -> int | None:
    found = table.get(key)
    if found is not None and type(found) is not int:
        raise _wrong(name, key, Sentence("a whole number"))
    return found


def _wrong(name: str, key: str, allowed: Sentence) -> RegisterError:
    return RegisterError(N_("{path}: {key}: allowed is {allowed}."), path=name, key=key, allowed=allowed)
