"""The site's configuration: every mistake at once, with file, key, what was found, what is allowed."""

from pathlib import Path

import pytest

from daq.errors import SettingsError
from daq.settings import load_settings

GOOD = """
[site]
id = "shizhu"
name_zh = "石柱县检验检测中心"
name_en = "Shizhu county laboratory"

[timeseries]
url = "http://127.0.0.1:8428"
token_file = "token"

[[instrument]]
name = "B-01"
url = "tcp://127.0.0.1:4001"
profile = "mettler-toledo-mt-sics"
period_s = 2

[[instrument]]
name = "B-02"
url = "/dev/ttyUSB0"
profile = "sartorius-sbi"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(write(folder, text))
    return caught.value.mistakes


def test_a_good_site_is_read_and_its_paths_are_beside_it(tmp_path):
    settings = load_settings(write(tmp_path, GOOD))
    assert [entry.name for entry in settings.instruments] == ["B-01", "B-02"]
    assert settings.instruments[0].period_s == 2
    assert settings.records is None
    assert settings.timeseries is not None
    assert settings.timeseries.token_file == tmp_path / "token"
    assert settings.web.host == "127.0.0.1"


def test_all_mistakes_come_in_one_report(tmp_path):
    text = GOOD.replace("period_s = 2", "peroid_s = 2\nunit_id = 300\nserial_number = 7").replace(
        'id = "shizhu"', 'id = "Shi Zhu"\ntimezone = "Asia/Chongqin"'
    )
    found = mistakes(tmp_path, text)
    assert len(found) == 5
    report = "\n".join(found)
    assert "site.id: found 'Shi Zhu'" in report
    assert "site.timezone: found 'Asia/Chongqin'; a time zone of the IANA list" in report
    assert "instrument[1].peroid_s: unknown key; did you mean 'period_s'?" in report
    assert "instrument[1].unit_id: found 300; input should be less than or equal to 255" in report
    assert "instrument[1].serial_number: found 7; input should be a valid string" in report
    assert all(str(tmp_path / "site.toml") in mistake for mistake in found)


def test_a_missing_section_and_no_instrument_are_named(tmp_path):
    assert any("site: is missing" in mistake for mistake in mistakes(tmp_path, "[web]\nport = 8081\n"))
    assert any("instrument: is missing" in mistake for mistake in mistakes(tmp_path, "[web]\nport = 8081\n"))


def test_a_name_or_an_address_used_twice_is_a_mistake(tmp_path):
    twice = GOOD.replace('name = "B-02"', 'name = "b-01"').replace("/dev/ttyUSB0", "tcp://127.0.0.1:4001")
    found = mistakes(tmp_path, twice)
    assert any("instrument[2].name: 'b-01' is used twice" in mistake for mistake in found)
    assert any("b-01 has the same url and unit_id as B-01" in mistake for mistake in found)


def test_text_that_is_not_toml_names_its_line(tmp_path):
    (mistake,) = mistakes(tmp_path, "[site\n")
    assert "not valid TOML" in mistake
    assert "line 1" in mistake


def test_an_absent_file_says_what_to_do(tmp_path):
    with pytest.raises(SettingsError, match="no such file; `hengliang demo` writes one"):
        load_settings(tmp_path / "nowhere.toml")


LABORATORY = """
[laboratory]
name_zh = "石柱县检验检测中心"
name_en = "Shizhu county laboratory"
address_zh = "重庆市石柱县"
address_en = "Shizhu, Chongqing"
logo_file = "logo.svg"
marks = [{ name = "CMA", number = "232201060123" }, { name = "CNAS", number = "L12345" }]
"""


def test_the_head_of_the_papers_and_their_series(tmp_path):
    laboratory = load_settings(write(tmp_path, GOOD + LABORATORY)).laboratory
    assert laboratory is not None
    assert laboratory.logo_file == tmp_path / "logo.svg"
    assert [mark.name for mark in laboratory.marks] == ["CMA", "CNAS"]
    assert laboratory.report_number(2026, 157) == "HL-2026-0157"
    assert load_settings(write(tmp_path, GOOD)).laboratory is None


@pytest.mark.parametrize(
    "series",
    ["HL-{year}", "HL-{number}", "{year}{number}{number}", "{year.real}-{number}", "{year}-{number", ""],
)
def test_a_series_that_would_number_two_reports_alike_is_a_mistake(tmp_path, series):
    (mistake,) = mistakes(tmp_path, f'{GOOD}{LABORATORY}report_series = "{series}"\n')
    assert "laboratory.report_series" in mistake
    assert "such as HL-{year}-{number:04d}" in mistake


def test_an_unknown_key_of_a_mark_is_told_with_the_known_ones(tmp_path):
    (mistake,) = mistakes(
        tmp_path, GOOD + LABORATORY.replace('number = "L12345"', 'numbr = "L1", number = "L2"')
    )
    assert (
        "laboratory.marks[2].numbr: unknown key; did you mean 'number'? allowed here: name, number" in mistake
    )


CERTIFICATES = """
[certificates]
schema_dir = "schemas"
trust_dir = "trust"
signers = [{laboratory = "Calibration A", subject = "CN=Lab A1,O=Calibration A GmbH,C=DE"}]
"""


def test_certificates_are_checked_against_folders_beside_the_site(tmp_path):
    found = load_settings(write(tmp_path, GOOD + CERTIFICATES)).certificates
    assert (found.schema_dir, found.trust_dir) == (tmp_path / "schemas", tmp_path / "trust")
    assert found.signers[0].subject.startswith("CN=Lab A1")
    bare = load_settings(write(tmp_path, GOOD)).certificates
    assert (bare.schema_dir, bare.trust_dir, bare.signers) == (None, None, ())


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("", "certificates.signers[1]: found {'laboratory': 'A'}; subject or sha256 must say which"),
        (', subject = "somebody"', "certificates.signers[1].subject: found 'somebody'; a distinguished name"),
        (', sha256 = "12:34"', "certificates.signers[1].sha256: found '12:34'"),
        (', sha265 = "12"', "certificates.signers[1].sha265: unknown key; did you mean 'sha256'?"),
    ],
)
def test_a_signer_that_says_nothing_usable_is_a_mistake(tmp_path, entry, sentence):
    signers = f'[certificates]\nsigners = [{{laboratory = "A"{entry}}}]\n'
    assert any(sentence in mistake for mistake in mistakes(tmp_path, GOOD + signers))
