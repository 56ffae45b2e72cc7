"""From the paper to the live card: upload, compare, correct a cell, two signatures, in force."""

import datetime
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD
from tests.calibration.certificates.own_files import BALANCE
from tests.calibration.certificates.pdf_layouts import cover
from tests.calibration.certificates.printed import pdf_of

pytestmark = pytest.mark.browser

FIRST, SECOND = "wang.fang", "li.jun"


def certificate_of_b02() -> bytes:
    """As an institute prints it; one U has lost a zero."""
    today = datetime.datetime.now(datetime.UTC).date()
    sheet, y = cover(
        "证书编号：TP2026-0815",
        "委托单位：石柱县检验检测中心",
        "器具名称：电子天平",
        "型号规格：ENTRIS",
        "出厂编号：B-02-SN",
        "发证单位：示例计量院",
        f"校准日期：{today - datetime.timedelta(days=9):%Y年%m月%d日}",
    )
    rows = [
        ["标准值/g", "示值/g", "示值误差/g", "U/g (k=2)"],
        ["100.00", "100.01", "0.01", "0.02"],
        ["500.00", "500.01", "0.01", "0.2"],
        ["1000.00", "1000.02", "0.02", "0.03"],
    ]
    sheet.ruled(y + 20, rows)
    return pdf_of(sheet)


def sign_in(page: Page, account: str, button: str = "登录") -> None:
    page.locator("input[name=account]").fill(account)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=button).click()
    page.locator(".who form").wait_for()


def field(page: Page, label: str):
    return page.get_by_label(label, exact=True)


def pick(page: Page, label: str, option: str) -> None:
    field(page, label).click()
    page.get_by_role("option", name=option, exact=True).click()


def sign(page: Page, account: str, **texts: str) -> None:
    dialog = page.locator(".ask")
    for label, text in texts.items():
        dialog.get_by_label(label, exact=True).fill(text)
    dialog.get_by_label("账号").fill(account)
    dialog.get_by_label("密码").fill(PASSWORD)
    dialog.get_by_role("button").last.click()


def upload(page: Page, name: str, data: bytes) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )


def drafted(page: Page, shoot, visit) -> None:
    """One person registers the balance, uploads, and corrects what was printed wrongly."""
    field(page, "设备编号（与标签一致）").fill("B-02")
    field(page, "中文名称").fill("精密天平")
    field(page, "英文名称").fill("Precision balance")
    field(page, "出厂编号").fill("B-02-SN")
    pick(page, "类别", "天平")
    page.get_by_role("button", name="登记设备").click()
    expect(page.locator(".reasons")).to_contain_text("无有效证书")

    page.goto(page.url.replace("/equipment/B-02", "/certificates-new"))
    upload(page, "TP2026-0815.pdf", certificate_of_b02())
    expect(page.locator(".chooser input").first).to_have_value("B-02")  # found by its serial number
    page.get_by_role("button", name="建立草稿").click()

    cell = page.locator("table.points tbody tr").nth(1).locator("input").nth(3)
    cell.click()
    expect(page.locator(".spot.chosen")).to_be_visible()  # where it stands on the paper
    expect(page.locator(".verdict")).to_contain_text("曲线类型：待填写")
    expect(page.get_by_role("button", name="提交复核")).to_be_disabled()
    cell.fill("0.02")
    field(page, "使用中的分辨力 d，或填 included").fill("0.01")
    field(page, "使用中的重复性 s，或填 included").fill("0.005")
    field(page, "其自由度").fill("9")
    field(page, "包含概率").fill("0.9545")
    pick(page, "曲线类型", "多项式")
    field(page, "多项式次数").fill("1")
    pick(page, "周期起算日", "校准日")
    field(page, "校准周期（月）").fill("12")
    page.get_by_role("button", name="存为新草稿").click()
    page.locator(".ask").get_by_label("理由").fill("与纸质原件核对：漏印一个零")
    page.locator(".ask").get_by_role("button").last.click()
    expect(page.locator(".verdict")).to_contain_text("内容完整")
    expect(page.get_by_text("第 2 点 U: 0.2 → 0.02")).to_be_visible()
    expect(page.get_by_text("各点与曲线一致")).to_be_visible()
    expect(page.locator(".nicegui-echart canvas")).to_be_visible()
    shoot(page, "certificate-draft-zh")


def test_from_the_paper_to_the_live_card(visit, shoot):
    page = visit("/equipment-new?lang=zh_CN")
    sign_in(page, FIRST)
    drafted(page, shoot, visit)
    address = page.url

    changed = page.locator("table.points tbody tr").first.locator("input").nth(3)
    changed.fill("0.05")
    page.get_by_role("button", name="提交复核").click()
    expect(page.locator(".q-notification")).to_contain_text("修改尚未保存")  # nobody signs what is not kept
    changed.fill("0.02")
    page.get_by_role("button", name="提交复核").dblclick()
    expect(page.locator(".ask")).to_have_count(1)
    sign(page, FIRST)
    expect(page.locator(".state").first).to_contain_text("待复核")
    page.get_by_role("button", name="复核").first.click()
    sign(page, FIRST, 意见="自己复核")
    expect(page.locator(".ask .refusal")).to_contain_text(FIRST)  # the same person is refused
    expect(page.locator(".ask").get_by_label("意见")).to_have_value("自己复核")  # and nothing typed is lost
    page.locator(".ask").get_by_role("button", name="取消").click()

    page.get_by_role("button", name="退出").click()
    page.goto(address)
    sign_in(page, SECOND)
    expect(page.get_by_text("未签名：除送达途径外")).to_be_visible()  # what was known at the upload
    page.get_by_role("button", name="复核").first.click()
    sign(page, SECOND, 意见="已核对，无标准器证书号，已电话确认")
    expect(page.locator(".state").first).to_contain_text("已复核")
    page.get_by_role("button", name="批准生效").click()
    zone = datetime.timezone(datetime.timedelta(hours=8))
    today = datetime.datetime.now(zone).date().isoformat()
    sign(page, SECOND, **{f"自何日起（如 {today}）": today, "理由": "启用"})
    expect(page.locator(".state").first).to_contain_text("有效")
    shoot(page, "certificate-in-force-zh")

    page.goto(re.sub("/certificate/.*", "/", page.url))
    card = page.locator('a.card[href="/instrument/B-02"]')
    expect(card.locator(".uncertainty")).to_have_text(re.compile(r"^± 0\.\d+ \(k=\d\.\d\d\)$"))
    expect(card).to_contain_text("TP2026-0815")


def test_a_digital_certificate_beside_everything_that_stands_in_it(visit, shoot):
    page = visit("/certificates-new?lang=en&theme=dark")
    sign_in(page, FIRST, "Sign in")
    upload(page, "hostile.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    expect(page.locator(".panel").last).to_contain_text("it has a DOCTYPE")
    upload(page, "balance.xml", BALANCE.encode())
    page.locator(".chooser").first.locator("input").fill("M-01")
    page.get_by_role("option", name="M-01").click()
    page.get_by_role("button", name="Make a draft").first.click()
    expect(page.locator(".verdict")).to_contain_text("it is for serial number")
    table = page.locator(".leaves")
    expect(table).to_contain_text("dcc:administrativeData")
    field(page, "Look for").fill("uniqueIdentifier")
    expect(table).not_to_contain_text("dccSoftware")
    with page.expect_download() as inside:
        page.locator(".embedded a").first.click()
    assert inside.value.suggested_filename
    page.get_by_role("button", name="Take over").first.click()
    shoot(page, "certificate-dcc-en-dark")
