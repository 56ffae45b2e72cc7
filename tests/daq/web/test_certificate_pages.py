"""What the pages of certificates say and draw, before anything of it is on a screen."""

import math
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from calibration.certificates.imported import Finding, Imported, Particular, Severity, Stage, Stated
from calibration.certificates.imported import Words as Texts
from calibration.sentences import Sentence, about
from daq.errors import EquipmentError, RegisterError
from daq.lab.certificates.cell_corrections import CellCorrection
from daq.lab.certificates.documents import document_of
from daq.lab.certificates.draft import Document, DueRule
from daq.lab.equipment.description import EquipmentState
from daq.lab.equipment.validity import Reason, Validity
from daq.records.certificate_content import CountedFrom
from daq.security.signature_report import unsigned
from daq.security.uploads import examine
from daq.settings import CertificatesSettings
from daq.web.certificates.additions import Additions, additions_of, tables_of
from daq.web.certificates.cells import sheet_of, target_text
from daq.web.certificates.loading import Loaded, load, loaded_or_refused
from daq.web.certificates.picture import look_options
from daq.web.certificates.suggestions import InUse, suggestions
from daq.web.certificates.words import is_past, place_text, shortcoming_text, signature_rows, state_text
from daq.web.documents import document_routes
from daq.web.equipment.form import named
from daq.web.equipment.validity_words import in_short, shown
from daq.web.equipment.words import changes
from daq.web.theme import Theme
from daq.web.visit import TOKEN_COOKIE
from daq.web.words import Words
from drivers.reading import Channel
from tests.calibration.certificates.own_files import BALANCE
from tests.daq.lab.register.conftest import laboratory  # noqa: F401 - a fixture
from tests.daq.lab.register.laboratory import BALANCE_ABOUT, DAY_NS, START_NS, certificate_text, scan
from tests.daq.lab.register.test_certificate_as_found import PLATE, describe, in_force, off
from tests.daq.lab.register.test_certificate_drafts import document, proposal, said, save
from tests.daq.lab.register.test_certificate_life import version_now

ZH, EN = Words("zh_CN", "Asia/Shanghai"), Words("en", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("place", "zh"),
    [
        ("page 3", "第 3 页"),
        ("page 1, box 240 276 330 294", "第 1 页"),
        ("line 4, column 2", "第 4 行第 2 列"),
        ("curve.degree", "多项式次数"),
        ("point[3].U", "第 3 点 U"),
        ("value[2]", "第 2 点"),
        ("signature", "签名"),
        ("//dcc:results/dcc:result[2]", "//dcc:results/dcc:result[2]"),
        ("示值误差 Errors!D4", "示值误差 Errors!D4"),
    ],
)
def test_places_are_named_as_on_the_page(place, zh):
    assert place_text(place, ZH) == zh


def test_shortcomings_name_the_fields_of_the_page():
    missing = Sentence("is missing; needed is {allowed}", allowed=Sentence("a coverage factor"))
    assert shortcoming_text(about("a.xml", missing, "curve.kind"), EN, {}) == "Kind of curve: to be filled in"
    assert shortcoming_text(about("a.xml", missing, "point[2].k"), ZH, {}) == "第 2 点 k：缺少；需要包含因子"
    finding = Finding(Severity.ERROR, "page 2", Sentence("no k is found for this U"))
    settled = Sentence("not settled: {finding}", finding=str(finding))
    assert shortcoming_text(settled, ZH, {str(finding): finding}) == "尚未处理：第 2 页：没有找到该 U 的 k"
    assert shortcoming_text(settled, ZH, {}) == "尚未处理：page 2: no k is found for this U"
    before = Sentence("results before the adjustment: {sentence}", sentence=about("a", missing, "point[1].U"))
    assert shortcoming_text(before, ZH, {}).startswith("调整前的结果：第 1 点 U：缺少")
    assert shortcoming_text("as it was kept", ZH, {}) == "as it was kept"


def test_what_a_later_one_supersedes_counts_until_then(laboratory):  # noqa: F811
    first = laboratory.in_force(from_ns=START_NS)
    now_ns, later_ns = START_NS + DAY_NS, START_NS + 8 * DAY_NS
    second = laboratory.in_force(certificate_text("LX-2026-0500"), from_ns=later_ns)
    first, second = (version_now(laboratory, one) for one in (first, second))
    assert (state_text(first, EN, now_ns), is_past(first, now_ns)) == ("● in force until 2026-03-13", False)
    assert (state_text(second, EN, now_ns), is_past(second, now_ns)) == ("◔ in force from 2026-03-13", False)
    assert (state_text(first, EN, later_ns), is_past(first, later_ns)) == ("◌ superseded", True)
    assert (state_text(second, EN, later_ns), is_past(second, later_ns)) == ("● in force", False)
    over_ns = second.content.due.until_ns
    assert (state_text(second, EN, over_ns), is_past(second, over_ns)) == ("◌ expired", False)


def test_signatures_are_answered_in_shape_word_and_sentence():
    rows = signature_rows(unsigned(), ZH)
    assert rows[0] == ("完整性", "· 未签名", "未签名：除送达途径外，没有任何东西说明其来源")
    assert [row[1] for row in rows[1:]] == ["· 未核查"] * 4


def test_cells_of_both_results_can_be_corrected(laboratory):  # noqa: F811
    one = document(off("3.1"), proposal(Stage.AS_LEFT))
    cell = CellCorrection("proposals[0].points[1].error", "3.2", "page 2")
    version = save(laboratory, one, said(corrections=(cell,)))
    left, found = sheet_of(one.imported, version.content).results
    assert (left.title, found.title) == ("", "Results before the adjustment")
    assert found.headings[:3] == ("Reference value", "Indication", "Error")
    (corrected,) = [cell for row in found.points for cell in row if cell.is_corrected]
    assert (corrected.read, corrected.said) == ("3.1", "3.2")
    assert target_text(corrected.target, ZH) == "第 2 点 示值误差"
    assert target_text("administrative.ended_on", EN) == "Calibrated on"


def test_a_table_that_is_keyed_in_is_kept_and_shown_again(laboratory):  # noqa: F811
    rows = ({"reference": "100.00", "indication": "−100.01", "U": "", "k": "2"}, {"reference": " "})
    keys = {("equipment", "unit"): "g", ("equipment", "quantity"): "mass"}
    tables = tables_of(Additions(keys=keys, keyed="point", rows=rows))
    assert tables["point"] == [
        {"reference": Decimal("100.00"), "indication": Decimal("-100.01"), "k": Decimal(2)}
    ]
    assert (tables["curve"], tables["equipment"]["quantity"]) == ({"unit": "g"}, "mass")
    version = save(laboratory, scan(), said(due=None, tables=tables))
    again = additions_of(version.content)
    assert (again.keyed, again.rows) == ("point", ({**rows[0], "indication": "-100.01"},))
    weights = Additions(
        keys={}, keyed="value", rows=({"name": "100 g *", "value": "100", "U": "1", "k": "2"},)
    )
    assert tables_of(weights)["value"][0]["name"] == "100 g *"


@pytest.mark.parametrize("text", ["0,1", "1e999", "NaN", "1_000", "٣", "1" * 40, "--1"])
def test_what_is_no_number_is_named_by_row_and_column(text):
    with pytest.raises(RegisterError, match=r"2, U: .* is no number"):
        tables_of(Additions(keys={}, keyed="point", rows=({"U": "1"}, {"U": text})))


def test_what_is_said_of_the_instrument_is_offered_in_its_unit(laboratory):  # noqa: F811
    stated = (
        Stated(
            particular=Particular.REPEATABILITY,
            name=Texts(),
            value=Decimal("0.08"),
            unit="mg",
            place="t",
            count=10,
        ),
        Stated(
            particular=Particular.ECCENTRICITY,
            name=Texts((("zh", "偏载"),)),
            value=Decimal("0.2"),
            unit="mg",
            place="t",
        ),
        Stated(
            particular=Particular.RESOLUTION, name=Texts(), value=Decimal("0.1"), unit="furlong", place="t"
        ),
    )
    imported = replace(scan().imported, stated=stated)
    about_it = SimpleNamespace(d=Decimal("0.0001"), unit="g")
    repeatability, eccentricity, odd, registered = suggestions(
        imported, InUse(about_it, None, {"quantity": "mass", "unit": "g"}), ZH
    )
    assert repeatability.fills == {
        ("in_use", "repeatability"): "0.00008",
        ("in_use", "repeatability_dof"): "9",
    }
    assert repeatability.text == "重复性: 0.08\u2009mg (n = 10)"
    assert (eccentricity.fills, odd.fills) == ({}, {})
    assert registered.fills == {("in_use", "resolution"): "0.0001"}
    wire = InUse(None, Channel("mass", "mass", "g"), {})
    (first,) = suggestions(scan().imported, wire, EN)
    assert first.fills == {("equipment", "quantity"): "mass", ("equipment", "unit"): "g"}


def test_everything_is_loaded_before_the_page_is_built(laboratory):  # noqa: F811
    describe(laboratory, **PLATE)
    first = in_force(laboratory, laboratory.check(laboratory.enter(save(laboratory, document(), said()))))
    laboratory.clock.pass_time(100 * 86_400)
    admin = replace(document().imported.administrative, number="LX-8", received_on=None)
    admin = replace(admin, ended_on=date(2026, 6, 11), issued_on=date(2026, 6, 12))
    one = document(off("1.5"), proposal(Stage.AS_LEFT, "0.10"))
    later = Document(
        "LX-8.pdf", b"%PDF-1.7 LX-8", "application/pdf", replace(one.imported, administrative=admin)
    )
    version = save(laboratory, later, said(due=DueRule(CountedFrom.CALIBRATED, 12)))
    loaded = load(laboratory.register, version.record)
    assert isinstance(loaded, Loaded)
    assert (loaded.missing, loaded.found.was_adjusted, loaded.is_newest) == ((), True, True)
    fit = loaded.fit
    assert (fit.previous.record, fit.refusals) == (first.record, ())
    assert len(fit.look.points) == len(fit.look.changes) == 3
    # the line through 0, 1.5 and 0.25 mg is off by 0.458 mg at zero, where 1 mg is permitted
    assert fit.advice.part_of_mpe == pytest.approx(0.4583, abs=1e-3)
    assert fit.advice.advice
    for words in (ZH, EN):
        for theme in Theme:
            options = look_options(fit.look, words, theme)
            assert len(options["grid"]) == 2
            numbers = [
                y for one in options["series"] for pair in one["data"] if isinstance(pair, list) for y in pair
            ]
            assert all(number is None or math.isfinite(number) for number in numbers)


def test_what_cannot_be_loaded_is_said(laboratory):  # noqa: F811
    assert "没有" in loaded_or_refused(laboratory.register, "7.1", ZH)
    version = save(laboratory, document(), said())
    draft = loaded_or_refused(laboratory.register, version.record, ZH)
    assert isinstance(draft, Loaded)
    folder = laboratory.register.blobs._folder
    sha256 = version.content.import_sha256
    (folder / sha256[:2] / sha256[2:]).unlink()
    assert sha256[:8] in loaded_or_refused(laboratory.register, version.record, EN)
    broken = replace(laboratory.register, engine=None)
    assert loaded_or_refused(broken, "1.1", ZH) == "1.1 无法显示；原因见服务日志。"


def test_a_fit_that_is_not_there_yet_says_when_it_will_be(laboratory):  # noqa: F811
    version = save(laboratory, document(), said(tables={}))
    fit = load(laboratory.register, version.record).fit
    assert fit.look is None
    assert ZH.sentence(fit.refusals[0]) == "补齐所缺内容后即绘制曲线"


@pytest.fixture
def served(laboratory):  # noqa: F811
    """The routes of documents, and a DCC with a file in it."""
    data = BALANCE.encode()
    examined = examine(data, "b.xml", CertificatesSettings(), _noon())
    one = document_of(examined, data)
    version = save(laboratory, one, said(due=None, tables={}))
    person = SimpleNamespace(account="wang.fang")
    desk = SimpleNamespace(
        engine=laboratory.engine,
        register=laboratory.register,
        sign_ins=SimpleNamespace(person=lambda token: person if token == "here" else None),
    )
    app = FastAPI()
    app.include_router(document_routes(desk))
    with TestClient(app) as client:
        yield client, version, one.imported


def _noon():
    import datetime

    return datetime.datetime.fromtimestamp(START_NS // 10**9, datetime.UTC)


def test_files_inside_a_document_are_only_ever_downloads(served):
    client, version, imported = served
    address = f"/documents/{version.document_sha256}/file/{imported.files[0].sha256}"
    assert client.get(address).status_code == 401
    client.cookies.set(TOKEN_COOKIE, "here")
    answer = client.get(address)
    assert answer.content == imported.files[0].content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert client.get(f"/documents/{version.document_sha256}/file/{'0' * 64}").status_code == 404
    assert client.get(f"/documents/{'0' * 64}").status_code == 404
    assert client.get(f"/documents/{version.document_sha256}/page/1").status_code == 404
    assert isinstance(imported, Imported)


def test_changes_of_equipment_are_told_in_words():
    old = BALANCE_ABOUT
    new = replace(old, state=EquipmentState.SUSPENDED, e=Decimal("0.001"), accessories=("printer",), room="")
    assert list(changes(old, new, EN)) == [
        "Room: 101 → —",
        "State: ● in use → ■ suspended",
        "Accessories: — → printer",
        "Verification interval e: — → 0.001",
    ]
    assert list(changes(old, replace(old, kind="oven", needs_certificate=False), ZH)) == [
        "类别: 天平 → 干燥箱",
        f"{ZH.say('Measures only with a certificate in force')}: ✓ → ✗",
    ]


def test_equipment_without_any_certificate_is_told_what_to_do():
    found = Validity((Reason("certificate", False, {"channel": ""}),))
    assert shown(found, EN)[0].text == "no certificate in force: have it calibrated, or enter its certificate"
    named = Validity((Reason("certificate", False, {"channel": "mass"}),))
    assert "mass" in in_short(named, ZH)


def test_what_is_missing_of_equipment_is_called_as_on_the_page():
    error = EquipmentError("{keys} is missing.", keys="kind, title_zh")
    assert ZH.error(named(error, ZH)) == "缺少 类别, 中文名称。"
