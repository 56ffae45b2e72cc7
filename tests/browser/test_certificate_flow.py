"""From the paper to the live card: upload, compare, correct a cell, two signatures, in force."""

import datetime
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD
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


def sign_in(page: Page, account: str) -> None:
    page.locator("input[name=account]").fill(account)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".who")).to_contain_text("退出")


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


def test_from_the_paper_to_the_live_card(visit, shoot, tmp_path):
    paper = tmp_path / "TP2026-0815.pdf"
    paper.write_bytes(certificate_of_b02())
    page = visit("/equipment-new?lang=zh_CN")
    sign_in(page, FIRST)

    field(page, "设备编号（与标签一致）").fill("B-02")
    field(page, "中文名称").fill("精密天平")
    field(page, "英文名称").fill("Precision balance")
    field(page, "出厂编号").fill("B-02-SN")
    pick(page, "类别", "天平")
    page.get_by_role("button", name="登记设备").click()
    expect(page).to_have_url(re.compile("/equipment/B-02$"))
    expect(page.locator(".reasons")).to_contain_text("无有效证书")

    page.goto(page.url.replace("/equipment/B-02", "/certificates-new"))
    page.locator("input[type=file]").set_input_files(str(paper))
    expect(page.locator(".chooser").first).to_contain_text("B-02")  # found by its serial number
    page.get_by_role("button", name="建立草稿").click()
    expect(page).to_have_url(re.compile(r"/certificate/\d+\.1$"))

    page.locator("table.points tbody tr").nth(1).locator("input").nth(3).click()
    expect(page.locator(".spot.chosen")).to_be_visible()  # where it stands on the paper
    page.locator("table.points tbody tr").nth(1).locator("input").nth(3).fill("0.02")
    field(page, "使用中的分辨力 d，或填 included").fill("0.01")
    field(page, "使用中的重复性 s，或填 included").fill("0.005")
    field(page, "其自由度").fill("9")
    field(page, "包含概率").fill("0.9545")
    pick(page, "曲线类型", "polynomial")
    field(page, "多项式次数").fill("1")
    pick(page, "周期起算日", "校准日")
    field(page, "校准周期（月）").fill("12")
    shoot(page, "certificate-draft-zh")
    page.get_by_role("button", name="存为新草稿").click()
    page.locator(".ask").get_by_label("理由").fill("与纸质原件核对：漏印一个零")
    page.locator(".ask").get_by_role("button").last.click()
    expect(page).to_have_url(re.compile(r"/certificate/\d+\.2$"))
    expect(page.locator(".verdict")).to_contain_text("内容完整")
    expect(page.get_by_text("0.2 → 0.02")).to_be_visible()

    page.get_by_role("button", name="提交复核").click()
    sign(page, FIRST)
    expect(page.locator(".state").first).to_contain_text("待复核")
    page.get_by_role("button", name="复核").first.click()
    sign(page, FIRST, 意见="自己复核")
    expect(page.locator(".q-notification")).to_contain_text(FIRST)  # the same person is refused

    page.get_by_role("button", name="退出").click()
    page.goto(page.url.partition("/certificate")[0].rstrip("/") + "/certificates")
    sign_in(page, SECOND)
    page.get_by_text("TP2026-0815").first.wait_for()
    page.locator("a[href^='/certificate/']").first.click()
    page.get_by_role("button", name="复核").first.click()
    sign(page, SECOND, 意见="已核对，无标准器证书号，已电话确认")
    expect(page.locator(".state").first).to_contain_text("已复核")
    page.get_by_role("button", name="批准生效").click()
    today = (
        datetime.datetime.now(datetime.UTC).astimezone(datetime.timezone(datetime.timedelta(hours=8))).date()
    )
    sign(page, SECOND, **{f"自何日起（如 {today}）": today.isoformat(), "理由": "启用"})
    expect(page.locator(".state").first).to_contain_text("有效")
    shoot(page, "certificate-in-force-zh")

    page.goto(re.sub("/certificate/.*", "/", page.url))
    card = page.locator('a.card[href="/instrument/B-02"]')
    expect(card.locator(".uncertainty")).to_have_text(re.compile(r"^± 0\.\d+ \(k=\d\.\d\d\)$"))
    expect(card).to_contain_text("TP2026-0815")
