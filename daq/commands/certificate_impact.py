"""Where a certificate comes from and what stands on it, at the console."""

import datetime
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from calibration.sentences import either
from daq.commands.console import (
    DEFAULT_DATA,
    DEFAULT_SITE,
    DataOption,
    JsonOption,
    SiteOption,
    clear_errors,
    complain,
    say_json,
    write_file,
)
from daq.commands.people import RecordsOption
from daq.commands.register import RecordArgument, open_counter
from daq.commands.speech import say, sentence, word
from daq.errors import JournalMissingError
from daq.i18n.speech import Speech
from daq.journal import JournalReader
from daq.lab.certificates.register import Register
from daq.lab.papers.tables import Table, as_csv, as_xlsx
from daq.lab.results.outcome import number_text
from daq.lab.tracing.chain import Chain, NodeKind
from daq.lab.tracing.chain_svg import LOOKS, chain_svg, word_of
from daq.lab.tracing.impact import Impact, Window, impact_of_certificate
from daq.lab.tracing.impact_tables import impact_tables, samples_of
from daq.lab.tracing.records import chain_of_certificate
from daq.records.database import reading
from daq.security.audit import Json
from daq.wiring import DataFiles

_LINKS = {state: look.word for state, look in LOOKS.items()}
_DAY = ["%Y-%m-%d"]


def trace(
    record: RecordArgument,
    picture: Annotated[Path | None, typer.Option("--svg", help="File to draw it into.")] = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a certificate up to the national standard; exit code 1 where a link does not hold."""
    with clear_errors(), open_counter(site, data, records) as counter:
        register = counter.register
        with reading(register.engine) as connection:
            chain = chain_of_certificate(connection, record, register.clock.now_ns())
        about = counter.settings.site
        if picture is not None:
            write_file(picture, chain_svg(chain, Speech(about.language, about.timezone)).encode())
    if as_json:
        say_json(_chain_json(chain))
    else:
        for line in _chain_lines(chain, register):
            typer.echo(line)
    if not chain.is_sound:
        raise typer.Exit(1)


def impact(
    record: RecordArgument,
    other: Annotated[
        str, typer.Option("--to", metavar="OTHER", help="Version to try in its place, such as 17.3.")
    ] = "",
    begin: Annotated[
        datetime.datetime | None, typer.Option("--from", formats=_DAY, help="First day; by default all.")
    ] = None,
    end: Annotated[
        datetime.datetime | None, typer.Option("--until", formats=_DAY, help="Last day; by default all.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="List to write: FILE.xlsx or FILE.csv.")] = None,
    site: SiteOption = DEFAULT_SITE,
    data: DataOption = DEFAULT_DATA,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what stands on a certificate, and what the results would become under another version."""
    if out is not None and out.suffix not in _WRITERS:
        complain(
            say("{path}: write a file that ends in {endings}", path=out, endings=sentence(either(_WRITERS)))
        )
        raise typer.Exit(2)
    with clear_errors(), open_counter(site, data, records) as counter, ExitStack() as stack:
        register = counter.register
        connection = stack.enter_context(reading(register.engine))
        window = Window(
            register.start_of(begin.date()) if begin else None, register.end_of(end.date()) if end else None
        )
        journal = _journal(stack, DataFiles(data))
        found = impact_of_certificate(connection, record, other=other, window=window, journal=journal)
        if out is not None:
            tables = impact_tables(found, samples_of(connection), counter.settings.site.timezone)
            write_file(out, _WRITERS[out.suffix](tables))
    if as_json:
        say_json(_impact_json(found))
    else:
        for line in _impact_lines(found):
            typer.echo(line)


_WRITERS: dict[str, Callable[[tuple[Table, ...]], bytes]] = {
    ".xlsx": as_xlsx,
    ".csv": lambda tables: as_csv(tables[0]),
}
"""A workbook has every table, CSV the results."""


def _journal(stack: ExitStack, files: DataFiles) -> JournalReader | None:
    """The journal of the site, if there is one yet."""
    try:
        return stack.enter_context(JournalReader.open(files.journal))
    except JournalMissingError:
        return None


def _chain_lines(chain: Chain, register: Register) -> Iterator[str]:
    """The chain as an indented list; what was met before is named and not followed again."""
    shown: set[str] = set()

    def lines(key: str, depth: int, how: str) -> Iterator[str]:
        node = chain.node(key)
        name = " ".join(part for part in (node.equipment, node.number) if part) or node.laboratory or "?"
        if node.kind is NodeKind.CERTIFICATE:
            name += f" ({node.record})  {node.laboratory}"
            if node.period:
                days = [register.day_of(t_ns) for t_ns in (node.period[0], node.period[1] - 1)]
                name += "  " + say("{first} to {last}", first=days[0], last=days[1])
        yield f"{'  ' * depth}{name}{how}"
        if key in shown:
            return
        shown.add(key)
        for edge in chain.edges:
            if edge.below == key:
                mark = "! " if edge.state.is_fault else ""
                yield from lines(edge.above, depth + 1, f"  [{mark}{say(word_of(edge))}]")

    return lines(chain.nodes[0].key, 0, "")


def _chain_json(chain: Chain) -> dict[str, Json]:
    return {
        "sound": chain.is_sound,
        "closed": chain.is_closed,
        "nodes": [
            {
                "key": node.key,
                "kind": node.kind.value,
                "equipment": node.equipment,
                "number": node.number,
                "record": node.record,
                "laboratory": node.laboratory,
                "period_ns": list(node.period) if node.period else None,
            }
            for node in chain.nodes
        ],
        "edges": [
            {"below": edge.below, "above": edge.above, "state": edge.state.value} for edge in chain.edges
        ],
    }


def _impact_lines(found: Impact) -> Iterator[str]:
    results = found.results
    below = [one for one in found.certificates if one.link is not None]
    yield say("certificates below: {number}", number=len(below))
    for one in below:
        version = one.version
        where = f"{version.equipment} {version.channel}".strip()
        yield f"  {version.record}  {version.number}  {where}  [{word(str(one.link), _LINKS)}]"
    for taken in found.captures:
        yield say(
            "captures of {channel} under {record}: {number}",
            channel=f"{taken.instrument} {taken.channel}",
            record=taken.record,
            number=taken.count,
        )
    for read in found.readings:
        yield say(
            "readings of {channel} under {record}: {number} (rows {first} to {last})",
            channel=f"{read.instrument} {read.channel}",
            record=read.record,
            number=read.count,
            first=read.first_seq,
            last=read.last_seq,
        )
    yield say("results: {results}, reports: {reports}", results=len(results), reports=len(found.reports))
    if not found.other:
        return
    tried = int(np.count_nonzero(results.is_tried))
    moved = int(np.count_nonzero(results.is_tried & (results.value != results.kept.value)))
    turned = int(np.count_nonzero(results.verdict_changed))
    yield say(
        "under {record}: {tried} results tried, {moved} values change, {turned} verdicts change",
        record=found.other,
        tried=tried,
        moved=moved,
        turned=turned,
    )


def _impact_json(found: Impact) -> dict[str, Json]:
    return {
        "other": found.other,
        "certificates": [
            {"record": one.version.record, "link": one.link.value if one.link else None}
            for one in found.certificates
        ],
        "captures": [
            {"instrument": one.instrument, "channel": one.channel, "record": one.record, "count": one.count}
            for one in found.captures
        ],
        "readings": [
            {
                "instrument": one.instrument,
                "channel": one.channel,
                "record": one.record,
                "count": one.count,
                "first_seq": one.first_seq,
                "last_seq": one.last_seq,
            }
            for one in found.readings
        ],
        "reports": [
            {"number": one.number, "version": one.version, "session": one.session} for one in found.reports
        ],
        "results": [_result_json(found, i) for i in range(len(found.results))],
    }


def _result_json(found: Impact, i: int) -> dict[str, Json]:
    results, kept = found.results, found.results.kept
    is_tried = bool(results.is_tried[i])
    return {
        "result": f"{kept.id[i]}.{kept.version[i]}",
        "session": kept.session[i],
        "formula": kept.formula[i],
        "unit": kept.unit[i],
        "value": _text(kept.value[i]),
        "U": _text(kept.expanded[i]),
        "verdict": kept.verdict[i],
        "tried": is_tried,
        "new_value": _text(results.value[i]) if is_tried else None,
        "new_U": _text(results.expanded[i]) if is_tried else None,
        "new_verdict": results.verdict[i] if is_tried else None,
    }


def _text(number: float) -> str | None:
    return None if math.isnan(number) else number_text(float(number))


COMMANDS: dict[str, Callable[..., None]] = {"trace": trace, "impact": impact}
