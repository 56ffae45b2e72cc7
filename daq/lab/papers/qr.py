"""QR codes as drawings that a template can place."""

import io

import segno


def qr_svg(text: str) -> str:
    """A QR code of ``text`` as SVG; a quarter of it may be dirty or scratched."""
    picture = io.BytesIO()
    segno.make(text, error="q", micro=False).save(picture, kind="svg", border=0, xmldecl=False, svgns=True)
    return picture.getvalue().decode("ascii")
