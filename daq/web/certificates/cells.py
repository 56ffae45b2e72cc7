"""The cells of a document as a page shows them: what was read, where it stands, what a person says."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from calibration.certificates.imported import Imported, Proposal, ProposedPoint, Shape
from calibration.certificates.native_points import MOST_POINTS
from calibration.certificates.pdf.located import ImportedPdf, Located
from daq.errors import RegisterError
from daq.i18n import N_
from daq.lab.certificates.cell_corrections import CellCorrection
from daq.records.certificate_content import Content, Correction
from daq.web.words import Words

ABOUT = (
    ("number", N_("Certificate number")),
    ("laboratory", N_("Laboratory")),
    ("kind", N_("Kind of certificate")),
    ("received_on", N_("Instrument received on")),
    ("ended_on", N_("Calibrated on")),
    ("issued_on", N_("Certificate issued on")),
    ("due_on", N_("Valid until / next, as stated")),
)
UNITS = (
    ("quantity", N_("Quantity")),
    ("unit", N_("Unit of the indication")),
    ("reference_unit", N_("Unit of the reference")),
    ("error_unit", N_("Unit of the error")),
    ("uncertainty_unit", N_("Unit of U")),
)
COLUMNS = (
    ("nominal", N_("Nominal")),
    ("reference", N_("Reference value")),
    ("indication", N_("Indication")),
    ("error", N_("Error")),
    ("correction", N_("Correction")),
    ("value", N_("Value")),
    ("expanded", "U"),
    ("k", "k"),
)
_POINT = re.compile(r"proposals\[\d+\]\.points\[(\d+)\]\.\w+")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell or field."""

    target: str
    """Path inside the ``Imported``, as corrections name it."""
    read: str
    """As the importer read it; empty where the document says nothing."""
    said: str
    """What counts: as read, or as a person corrected it."""
    reason: str
    """Why it was corrected; empty where it was not."""
    place: Located | None
    """Where it is printed; None in documents without pages."""

    @property
    def is_corrected(self) -> bool:
        """Whether a person put something else in the place of what was read."""
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A field with its name."""

    label: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a document: its units and its points."""

    title: str
    """Of a result that stands beside the one that counts."""
    units: tuple[Labelled, ...]
    headings: tuple[str, ...]
    points: tuple[tuple[Cell, ...], ...]
    """A row a point, a cell a heading."""
    left_out: int
    """Points that are not shown, since no curve is made of so many."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything of one certificate in a document that a person can correct."""

    about: tuple[Labelled, ...]
    results: tuple[Result, ...]


def sheet_of(imported: Imported, content: Content) -> Sheet:
    """The cells of one certificate; of a scan without text only the fields about the document.

    Args:
        imported: as the importer found it.
        content: of the version: which result counts, how it was before an adjustment, what people have said.
    """
    corrections = content.corrections
    reader = _Reader(imported, {one.target: one for one in corrections})
    admin = imported.administrative
    about = [reader.field(label, "administrative", admin, name) for name, label in ABOUT]
    about += [
        reader.field(N_("Serial number"), f"administrative.items[{i}]", item, "serial_number")
        for i, item in enumerate(admin.items)
    ]
    which = ((content.proposal, ""), (content.as_found, N_("Results before the adjustment")))
    results = tuple(_result(imported, i, title, reader) for i, title in which if i is not None)
    return Sheet(tuple(about), results)


def _result(imported: Imported, index: int, title: str, reader: "_Reader") -> Result:
    one, path = imported.proposals[index], f"proposals[{index}]"
    columns = [column for column in COLUMNS if _has(one, path, column[0], reader.targets)]
    return Result(
        title,
        tuple(reader.field(label, path, one, name) for name, label in UNITS),
        tuple(_heading(one, name, label) for name, label in columns),
        tuple(
            tuple(reader.cell(f"{path}.points[{i}]", point, name) for name, _ in columns)
            for i, point in enumerate(one.points[:MOST_POINTS])
        ),
        max(0, len(one.points) - MOST_POINTS),
    )


def corrections_from(
    before: Sequence[Correction], edited: Mapping[str, str], reason: str
) -> tuple[CellCorrection, ...]:
    """What a new draft says of the cells: as before, but for those that were edited now.

    A cell that was edited back to what the document says is not corrected any more.
    """
    kept = {one.target: CellCorrection(one.target, one.person, one.reason) for one in before}
    read = {one.target: one.document for one in before}
    for target, text in edited.items():
        kept.pop(target, None)
        if text != read.get(target):
            kept[target] = CellCorrection(target, text, reason)
    return tuple(kept.values())


def _heading(proposal: Proposal, name: str, label: str) -> str:
    """A weight has no correction; what is stated beside its nominal value is the deviation from it."""
    is_deviation = name == "correction" and proposal.shape is Shape.MATERIAL_MEASURE
    return N_("Deviation from nominal") if is_deviation else label


def target_text(target: str, words: Words) -> str:
    """A cell as the page calls it: ``point 2 U``; one that it does not show by its path."""
    row = _POINT.fullmatch(target)
    labels = dict(COLUMNS if row is not None else (*ABOUT, *UNITS, ("serial_number", N_("Serial number"))))
    label = labels.get(target.rpartition(".")[2])
    if label is None:
        return target
    if row is None:
        return words.say(label)
    return f"{words.say('point {number}', number=int(row[1]) + 1)} {words.say(label)}"


def named(error: RegisterError, words: Words) -> RegisterError:
    """The same refusal, its cell called as the page calls it."""
    target = error.facts.get("target")
    if not isinstance(target, str):
        return error
    return RegisterError(error.template, **(error.facts | {"target": target_text(target, words)}))


def _has(proposal: Proposal, path: str, column: str, corrected: Collection[str]) -> bool:
    """A column that the document has, that somebody filled, or that every table of its shape needs."""
    if column in _needed(proposal.shape):
        return True
    return any(_text(point, column) for point in proposal.points) or any(
        target.startswith(f"{path}.points[") and target.endswith(f".{column}") for target in corrected
    )


def _needed(shape: Shape) -> tuple[str, ...]:
    if shape is Shape.MATERIAL_MEASURE:
        return ("nominal", "value", "expanded", "k")
    if shape is Shape.COEFFICIENTS:
        return ()
    return ("reference", "indication", "expanded", "k")


def _text(owner: object, name: str) -> str:
    value = getattr(owner, name)
    return "" if value is None else str(value)


class _Reader:
    """Puts together what was read, where it stands, and what was said about it."""

    def __init__(self, imported: Imported, corrections: Mapping[str, Correction]) -> None:
        located = imported.located if isinstance(imported, ImportedPdf) else ()
        self._places = {one.target: one for one in located}
        self._corrections = corrections

    @property
    def targets(self) -> Collection[str]:
        """Cells that somebody corrected."""
        return self._corrections.keys()

    def cell(self, path: str, owner: object | ProposedPoint, name: str) -> Cell:
        """The cell ``name`` of ``owner``, which lies at ``path``."""
        target = f"{path}.{name}"
        read, correction = _text(owner, name), self._corrections.get(target)
        said = correction.person if correction else read
        return Cell(target, read, said, correction.reason if correction else "", self._places.get(target))

    def field(self, label: str, path: str, owner: object, name: str) -> Labelled:
        """The same with its name."""
        return Labelled(label, self.cell(path, owner, name))
