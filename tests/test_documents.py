"""What the documents tell a user to write is what the program takes."""

import configparser
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daq.cli import app
from daq.settings import InstrumentEntry, SiteSettings, TimeSeriesSettings, WebSettings, load_settings

ROOT = Path(__file__).resolve().parents[1]


def toml_in(name):
    (example,) = re.findall(
        r"^```toml\n(.*?)^```", (ROOT / "docs" / name).read_text(encoding="utf-8"), re.S | re.M
    )
    return example


def test_the_example_of_site_toml_is_sound_and_names_every_key(tmp_path):
    example = toml_in("site.md")
    path = tmp_path / "site.toml"
    path.write_text(example, encoding="utf-8")
    (tmp_path / "instruments").mkdir()
    for folder in ("certificates", "schemas", "trust"):
        (tmp_path / folder).mkdir()
    (tmp_path / "logo.svg").touch()
    (tmp_path / "alerts.toml").write_text(toml_in("alerts.md"), encoding="utf-8")
    (tmp_path / "metrology.url").write_text("json://192.0.2.1/\n", encoding="utf-8")
    assert len(load_settings(path).instruments) == 3
    for section in (SiteSettings, TimeSeriesSettings, WebSettings, InstrumentEntry):
        for key in section.model_fields:
            assert re.search(rf"^{key} = ", example, re.M) or key == "simulated", key
    checked = CliRunner().invoke(app, ["check", "--site", str(path)])
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize("name", ["acquire", "stream", "watch", "web"])
def test_every_unit_starts_a_command_that_exists(name):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(ROOT / "systemd" / f"hengliang-{name}.service", encoding="utf-8")
    command = unit["Service"]["ExecStart"].split()
    assert command[0].endswith("/hengliang")
    assert CliRunner().invoke(app, [*command[1:], "--help"]).exit_code == 0
    assert unit["Install"]["WantedBy"] == "hengliang.target"


def test_links_between_the_documents_lead_somewhere():
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "systemd").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.relative_to(ROOT)}: {target}"


def test_no_package_lists_an_address():
    for name in ("constraints.txt", "pyproject.toml"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8"), name
