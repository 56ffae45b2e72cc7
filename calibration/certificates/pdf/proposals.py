"""From the tables of a document to proposals; what is not understood is said."""

import re
from collections.abc import Sequence

from calibration.certificates.findings import Findings
from calibration.certificates.imported import Proposal
from calibration.certificates.pdf.columns import groups_of
from calibration.certificates.pdf.located import Located
from calibration.certificates.pdf.parameters import by_parameter
from calibration.certificates.pdf.points import Table
from calibration.certificates.pdf.tables import Grid
from calibration.certificates.pdf.text import place_on
from calibration.certificates.pdf.uncertainty import Around

_CHAMBER = re.compile(r"均\s*匀\s*[度性]|波\s*动\s*[度性]|[上下]\s*偏\s*差|uniformity|fluctuation", re.I)


def _heads_of(grid: Grid) -> str:
    return " | ".join(" ".join(column.head) for column in grid.columns)


def _is_of_chamber(grid: Grid, findings: Findings) -> bool:
    """Ovens and chambers (JJF 1101): how a space deviates from its set point is no error of indication."""
    if not _CHAMBER.search(_heads_of(grid)):
        return False
    sentence = "a table of an oven or chamber (uniformity, fluctuation): its deviations are no errors of an "
    findings.warn(place_on(grid.page, grid.box), f"{sentence}indication, so nothing of it is read")
    return True


def _say_not_understood(grid: Grid, has_known_heads: bool, findings: Findings) -> None:
    heads = _heads_of(grid)
    rows = len(grid.columns[0].cells)
    if has_known_heads:
        sentence = f"this table is not understood ({heads[:100]}); key in what is wanted"
    elif rows > 1 and len(grid.columns) > 1 and not heads.strip(" |"):
        sentence = f"{rows} rows of numbers without a head are not read; key in what is wanted"
    else:
        return
    findings.warn(place_on(grid.page, grid.box), sentence)


def proposals_of(
    grids: Sequence[Grid], around: Around, findings: Findings
) -> tuple[tuple[Proposal, ...], list[Located]]:
    """Everything that the tables of a document propose, and the place of every cell."""
    proposals: list[Proposal] = []
    located: list[Located] = []
    for grid in (part for whole in grids if whole.has_numbers for part in by_parameter(whole)):
        groups = groups_of(grid)
        results = [] if _is_of_chamber(grid, findings) else [g for g in groups if g.says_results]
        if not results and not _CHAMBER.search(_heads_of(grid)):
            _say_not_understood(grid, any(group.core for group in groups), findings)
        for group in results:
            table = Table(grid, group, findings)
            proposal = table.proposal(around)
            if proposal is not None:
                prefix = f"proposals[{len(proposals)}]"
                located += [Located(f"{prefix}.{t}", c.text, c.page, c.box) for t, c in table.located]
                proposals.append(proposal)
    return tuple(proposals), located
