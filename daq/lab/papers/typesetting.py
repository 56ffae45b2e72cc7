"""Typst: content as data in, PDF bytes out. Works without network; no text of a user is ever markup.

Everything that a template shows comes as one JSON text in ``sys.inputs``; templates neither evaluate nor
include it. A character that no font has is an error of the compiler, never an empty box.
"""

import functools
import json
from importlib import resources
from pathlib import Path
from typing import Any

import typst

from daq.errors import PaperError
from daq.i18n import N_

SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Microsoft YaHei", "SimHei")
"""Families for text, the first that is there; each has Chinese and Latin."""
SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "SimSun")
MONO = ("Noto Sans Mono CJK SC", "Source Han Mono SC")
_FALLBACK_MONO = "DejaVu Sans Mono"
_SYMBOL = "Libertinus Serif"
"""Both come with Typst; Chinese families have no italics for symbols of quantities."""
_TEMPLATES = Path(str(resources.files("daq.lab.papers") / "templates"))


def typeset_pdf(
    template: str, data: dict[str, Any], timestamp_s: int, fonts: typst.Fonts | None = None
) -> bytes:
    """A PDF/A-3.

    Args:
        template: file in ``templates``.
        data: what it shows; plain JSON.
        timestamp_s: time of creation in the file, UTC since 1970 in s; the same content gives the same bytes.
        fonts: where to look for fonts; by default those of the system.

    Raises:
        PaperError: no Chinese font, or a character that none of the fonts has.
    """
    available = fonts or _system_fonts()
    text = json.dumps({**data, "fonts": _families(available)}, ensure_ascii=False, allow_nan=False)
    try:
        pdf = typst.compile(
            _TEMPLATES / template,
            root=_TEMPLATES,
            font_paths=available,
            sys_inputs={"data": text},
            pdf_standards=["a-3u"],
            timestamp=timestamp_s,
        )
    except typst.TypstError as error:
        raise PaperError(N_("The paper cannot be typeset: {reason}"), reason=_reason(error)) from error
    return pdf


@functools.cache
def _system_fonts() -> typst.Fonts:
    """Looked for once: it takes 0.2 s."""
    return typst.Fonts()


def _families(fonts: typst.Fonts) -> dict[str, str]:
    """One family for each style.

    Raises:
        PaperError: there is none with Chinese.
    """
    there = set(fonts.families())
    sans = next((name for name in SANS if name in there), None)
    serif = next((name for name in SERIF if name in there), None)
    if sans is None and serif is None:
        raise PaperError(
            N_(
                "No Chinese font is installed, so no paper can be made: install Noto Sans CJK "
                "(Debian and Ubuntu: apt install fonts-noto-cjk)."
            )
        )
    mono = next((name for name in MONO if name in there), _FALLBACK_MONO)
    return {"sans": str(sans or serif), "serif": str(serif or sans), "mono": mono, "symbol": _SYMBOL}


def _reason(error: typst.TypstError) -> str:
    return " ".join([error.message, *error.hints])
