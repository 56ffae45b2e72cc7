"""Fonts: a missing Chinese font is a sentence, never boxes."""

import pytest
import typst

from daq.errors import PaperError
from daq.lab.papers.laboratory import laboratory_of
from daq.lab.papers.typesetting import typeset_pdf
from daq.settings import LaboratorySettings
from tests.daq.lab.papers import examples as ex


def test_without_a_chinese_font_there_is_a_sentence_that_says_what_to_install():
    fonts = typst.Fonts(include_system_fonts=False)
    with pytest.raises(PaperError, match="apt install fonts-noto-cjk"):
        typeset_pdf("labels.typ", {}, 0, fonts)


def settings(**changes):
    content = {
        "name_zh": "石柱县检验检测中心",
        "name_en": "Shizhu county laboratory",
        "address_zh": "石柱",
        "address_en": "Shizhu",
        "marks": [{"name": "CMA", "number": "1"}],
    }
    return LaboratorySettings(**{**content, **changes})


def test_the_head_comes_from_the_configuration(tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_bytes(ex.LOGO)
    laboratory = laboratory_of(settings(logo_file=logo), "any")
    assert laboratory.logo == ex.LOGO
    assert laboratory.name.en == "Shizhu county laboratory"
    assert [mark.name for mark in laboratory.marks] == ["CMA"]


def test_without_a_head_or_with_a_lost_logo_no_paper_is_made(tmp_path):
    with pytest.raises(PaperError, match=r"no section \[laboratory\]"):
        laboratory_of(None)
    with pytest.raises(
        PaperError, match=r"gone\.png: the logo of \[laboratory\] cannot be read: No such file"
    ):
        laboratory_of(settings(logo_file=tmp_path / "gone.png"))
