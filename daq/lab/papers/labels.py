"""Labels for instruments (设备标识): 合格 green, 准用 yellow, 停用 red, told apart by word and shape too."""

from collections.abc import Sequence
from typing import Any

from daq.errors import PaperError
from daq.i18n import N_
from daq.i18n.speech import NS_PER_S
from daq.lab.papers.blocks import DASH
from daq.lab.papers.content import EquipmentLabel, Standing
from daq.lab.papers.qr import qr_svg
from daq.lab.papers.typesetting import typeset_pdf
from daq.lab.results.words import Words, words

STANDINGS = {
    Standing.QUALIFIED: ("●", N_("QUALIFIED")),
    Standing.LIMITED: ("▲", N_("LIMITED USE")),
    Standing.STOPPED: ("■", N_("OUT OF SERVICE")),
}
"""Shape and word."""


def render_labels(labels: Sequence[EquipmentLabel], printed_ns: int, *, sheet: bool) -> bytes:
    """Labels of 50 mm x 30 mm as PDF, in both languages.

    Args:
        labels: at least one.
        printed_ns: UTC since 1970, in ns.
        sheet: 36 of them on each page of A4; otherwise one a page, for a label printer.

    Raises:
        PaperError: no label, no Chinese font, or a character that no font has.
    """
    if not labels:
        raise PaperError(N_("There is no equipment to print a label for."))
    data = {
        "title": "Labels" if sheet else f"Label {labels[0].name}",
        "sheet": sheet,
        "labels": [_label(each) for each in labels],
    }
    return typeset_pdf("labels.typ", data, printed_ns // NS_PER_S)


def _label(label: EquipmentLabel) -> dict[str, Any]:
    shape, message = STANDINGS[label.standing]
    word = words(message)
    due = label.due_on.isoformat() if label.due_on else ""
    code = " ".join(
        part
        for part in (
            f"HENGLIANG EQ:{label.name}",
            f"CERT:{label.certificate}" if label.certificate else "",
            f"DUE:{due}" if due else "",
        )
        if part
    )
    return {
        "standing": label.standing.value,
        "shape": shape,
        "word": word.zh,
        "word2": word.en,
        "laboratory": label.laboratory.zh,
        "title": label.title.zh or label.title.en,
        "title2": label.title.en if label.title.zh else "",
        "rows": [{"name": name, "value": value or DASH} for name, value in _rows(label, due)],
        "qr": qr_svg(code),
        "alt": code,
    }


def _rows(label: EquipmentLabel, due: str) -> list[tuple[str, str]]:
    calibrated = label.calibrated_on.isoformat() if label.calibrated_on else ""
    rows = [
        ("编号 No.", label.name),
        ("机号 S/N", label.serial_number),
        ("证书 Cert.", label.certificate),
        ("校准 Cal.", calibrated),
        ("到期 Due", due),
    ]
    if label.standing is Standing.LIMITED:
        rows[3] = ("限用 Limit", _both(label.limits))
    return rows


def _both(text: Words) -> str:
    return " ".join(dict.fromkeys(part for part in (text.zh, text.en) if part))
