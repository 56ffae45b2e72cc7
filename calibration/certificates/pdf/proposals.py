"""From the tables of a document to proposals; what is not understood is said."""

import re
from collections.abc import Sequence

from calibration.certificates.findings import Findings
from calibration.certificates.imported import Proposal
from calibration.certificates.pdf.columns import Group, groups_of
from calibration.certificates.pdf.located import Located
from calibration.certificates.pdf.parameters import by_label, by_parameter
from calibration.certificates.pdf.points import Table
from calibration.certificates.pdf.roles import OF_UNIT, part_of
from calibration.certificates.pdf.tables import Grid
from calibration.certificates.pdf.text import place_on
from calibration.certificates.pdf.uncertainty import Around
from calibration.sentences import Sentence

_CHAMBER = re.compile(r"均\s*匀\s*[度性]|波\s*动\s*[度性]|[上下]\s*偏\s*差|uniformity|fluctuation", re.I)


def proposals_of(
    grids: Sequence[Grid], around: Around, findings: Findings
) -> tuple[tuple[Proposal, ...], list[Located]]:
    """Everything that the tables of a document propose, and the place of every cell."""
    proposals: list[Proposal] = []
    located: list[Located] = []
    parts = (
        part for grid in grids if grid.has_numbers for whole in by_label(grid) for part in by_parameter(whole)
    )
    for grid in parts:
        for group in _results_of(grid, findings):
            table = Table(grid, group, findings)
            proposal = table.proposal(around)
            if proposal is not None:
                prefix = f"proposals[{len(proposals)}]"
                located += [Located(f"{prefix}.{t}", c.text, c.page, c.box) for t, c in table.located]
                proposals.append(proposal)
    return tuple(proposals), located


def _names_part(grid: Grid) -> bool:
    """Whether a single row begins with the name of a column of results."""
    return part_of((grid.columns[0].cells[0].text,)) in OF_UNIT


def _results_of(grid: Grid, findings: Findings) -> list[Group]:
    """The measurands of a table; none with a finding where it is not understood."""
    groups = groups_of(grid)
    results = [group for group in groups if group.says_results]
    heads = " | ".join(" ".join(column.head) for column in grid.columns)
    rows = len(grid.columns[0].cells)
    sentence: Sentence | None = None
    if _CHAMBER.search(heads):
        results = []
        sentence = Sentence(
            "a table of an oven or chamber (uniformity, fluctuation): how a space deviates from its set "
            "point is no error of an indication, so nothing of it is read"
        )
    elif not results and any(group.core for group in groups):
        sentence = Sentence(
            "this table is not understood ({heads}); key in what is wanted", heads=heads[:100]
        )
    elif (rows > 1 or _names_part(grid)) and len(grid.columns) > 1 and not heads.strip(" |"):
        sentence = Sentence(
            "{rows} rows of numbers without a head are not read; key in what is wanted", rows=rows
        )
    if sentence is not None:
        findings.warn(place_on(grid.page, grid.box), sentence)
    return results
