"""Coptis moisture in duplicate, in Chromium, at the simulated bench: from the sample's number to the report.

The demo runs with a fast time; the test is the operator's hand, and whoever sits at the screen.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from daq.demo_register import PEOPLE
from daq.hand import tell
from drivers.sims.moves import MATERIALS
from tests.browser.conftest import SHOTS, free_port
from tests.daq.lab.papers.looking import need_chinese_font

pytestmark = pytest.mark.browser

HENGLIANG = Path(sys.executable).with_name("hengliang")
PASSWORDS = {one.account: one.password for one in PEOPLE}
SAMPLE = "HL-{year}-0150"
"""Waits to be tested, as the demo leaves it."""
USUAL, FASTEST = 60, 3600
"""Speeds: for what hands do, and for hours in oven and desiccator."""
HOUR_NS = 3_600_000_000_000
NUMBER = re.compile(r"[\d.]+")


class Demo:
    """The demo as a user starts it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        command = [HENGLIANG, "demo", "--fast", str(FASTEST), "--port", str(port), "--data", folder]
        self._log = (folder.parent / "demo.log").open("wb")
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, env=environment)

    def wait(self) -> None:
        """Until it says that it is live."""
        log = self.folder.parent / "demo.log"
        while "it is 20" not in log.read_text(encoding="utf-8"):
            assert self._process.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.1)

    def hand(self, words: str) -> dict:
        return tell(self.folder, words)

    def pass_time(self, hours: float) -> None:
        """Hours in a few seconds."""
        end_ns = self.hand("state")["t_ns"] + hours * HOUR_NS
        self.hand(f"speed {FASTEST}")
        while self.hand("state")["t_ns"] < end_ns:
            time.sleep(0.05)
        self.hand(f"speed {USUAL}")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)
        self._log.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    need_chinese_font()
    made = Demo(tmp_path_factory.mktemp("fast") / "data", free_port())
    try:
        made.wait()
        made.hand(f"speed {USUAL}")
        yield made
    finally:
        made.stop()


@pytest.fixture
def page(chromium: Browser, demo: Demo) -> Iterator[Page]:
    """One person's browser; at the end nothing went wrong in it."""
    size = {"width": 1366, "height": 768}
    context = chromium.new_context(viewport=size, accept_downloads=True, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    troubles: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda one: troubles.append(one.text) if one.type == "error" else None)
    yield page
    context.close()
    assert troubles == []


def sign_in(page: Page, demo: Demo, account: str, path: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{demo.url}/sign-in?next={quote(path)}")
    page.locator("input[name=account]").fill(account)
    page.locator("input[name=password]").fill(PASSWORDS[account])
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector(".who form")


def sign(page: Page, account: str) -> None:
    dialog = page.locator(".ask")
    dialog.get_by_label("账号").fill(account)
    dialog.get_by_label("密码").fill(PASSWORDS[account])
    dialog.get_by_role("button").last.click()


class Bench:
    """The page of a session and the bench before it."""

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page = page
        self.demo = demo
        self.portion = 1

    def button(self, name: str):
        return self.page.locator(".task .bar > .q-btn").filter(has_text=name)

    def press(self, name: str) -> None:
        """The one big button, and what it changes."""
        before = self.page.locator(".did").count()
        self.button(name).click()
        self.await_capture(before)

    def await_capture(self, before: int) -> None:
        """Until something was done besides; if nothing comes, what the page says instead."""
        try:
            expect(self.page.locator(".did")).not_to_have_count(before, timeout=20_000)
        except AssertionError as error:
            shown = " | ".join(self.page.locator(".task, .q-notification").all_inner_texts())
            raise AssertionError(f"nothing was captured; the page shows: {shown}") from error

    def at(self, portion: int, step: str) -> None:
        """The page stands at a step of a determination."""
        if self.portion != portion:
            self.page.locator(".tabs a").filter(has_text=str(portion)).click()
            self.portion = portion
        expect(self.page.locator(".task .big")).to_have_text(step)
        expect(self.page.locator(".task > .detail").first).to_contain_text(f"平行 {portion}")

    def weigh(self, portion: int, step: str, words: str, by: str = "button") -> None:
        """The hand does something with the dish; when its number stands on the page, it is captured."""
        self.at(portion, step)
        before = self.page.locator(".did").count()
        toggle = self.page.locator(".task .q-toggle")
        if by == "rest" and toggle.get_attribute("aria-checked") != "true":
            toggle.click()
            self.page.wait_for_timeout(500)  # what moved before it was switched on does not count
        self.demo.hand(words)
        if by != "rest":
            self.await_mass(self.demo.hand("state")["things"][words.split()[1]]["mass_g"])
        if by == "button":
            self.button("记录").click()
        elif by == "pedal":
            self.page.keyboard.press("F9")
        elif by == "print":
            self.demo.hand("print balance")
        self.await_capture(before)

    def await_mass(self, true_g: float) -> None:
        """Until the page shows what lies on the balance, at rest."""
        number, status = self.page.locator(".task .number"), self.page.locator(".task .status")
        for _ in range(200):
            text = NUMBER.search(number.inner_text())
            if text and abs(float(text[0]) - true_g) < 0.003 and "●" in status.inner_text():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the page shows {number.inner_text()}, not {true_g} g")

    def dry(self, hours: float, oven: str, cooling: str) -> None:
        """Both dishes through oven and desiccator."""
        self.demo.hand("put dish1 dish2 oven")
        for portion in (1, 2):
            self.at(portion, oven)
            self.press("开始")
        self.demo.pass_time(hours)
        for portion in (1, 2):
            self.at(portion, oven)
            self.press("结束")
        self.demo.hand("put dish1 dish2 desiccator")
        for portion in (1, 2):
            self.at(portion, cooling)
            self.press("开始")
        self.demo.pass_time(0.5)
        for portion in (1, 2):
            self.at(portion, cooling)
            self.press("结束")


def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def pictures(pdf: bytes, name: str) -> str:
    """Every page of a PDF as a picture for a person to look at; returns its text."""
    document = pypdfium2.PdfDocument(pdf)
    texts = []
    for index in range(len(document)):
        sheet = document[index]
        sheet.render(scale=1.5).to_pil().save(SHOTS / f"{name}-{index + 1}.png")
        texts.append(sheet.get_textpage().get_text_range())
    document.close()
    return "\n".join(texts)


def test_every_stage_of_a_session_is_there_to_be_looked_at(page, demo):
    """What the demo was seeded with, in the first minute."""
    sign_in(page, demo, "inspector", "/sessions")
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator(".rack-line .left")).to_have_count(4)
    for word in ("已出结果，待签名", "已签名，待复核", "已复核"):
        expect(page.get_by_text(word).first).to_be_visible()
    shoot(page, "sessions-zh")
    page.goto(f"{demo.url}/wall?lang=en")
    expect(page.locator(".wall .card")).to_have_count(3)
    shoot(page, "wall-en")
    page.goto(f"{demo.url}/reports")
    expect(page.locator("tbody tr")).to_have_count(4)


def test_coptis_moisture_from_the_sample_to_the_report(page, demo):
    year = demo.hand("state")["t_ns"] // 31_556_952_000_000_000 + 1970
    sample = SAMPLE.format(year=year)
    sign_in(page, demo, "chen.yu", "/session-new")
    field = page.get_by_label("样品：扫描标签或输入编号")
    field.fill(f"{demo.url}/sample/HL-0")
    expect(page.locator(".why-not .refusal")).to_have_text("✗ 没有样品 HL-0，请先登记收样。")
    field.fill(f"{demo.url}/sample/{sample}")
    expect(page.locator(".why-not").first).to_contain_text(f"✓ {sample}")
    expect(page.get_by_label("方法")).to_have_value(re.compile("黄连水分测定"))
    page.get_by_role("button", name="开始").dblclick()  # and one session is begun
    page.wait_for_selector(".task")
    assert page.request.get(f"{demo.url}/sample/{sample}").text().count("/session/S-") == 1
    number = page.url.rsplit("/", 1)[1]

    bench = Bench(page, demo)
    bench.press("记录")
    bench.press("完成")
    page.locator(".task input[type=file]").set_input_files(
        {"name": "黄连.png", "mimeType": "image/png", "buffer": page.screenshot()}
    )
    bench.at(1, "称空称量瓶")
    for portion, grams, ways in ((1, "3.0214", ("button", "print")), (2, "3.0588", ("pedal", "rest"))):
        dish = f"dish{portion}"
        bench.weigh(portion, "称空称量瓶", f"put {dish} balance", ways[0])
        bench.weigh(portion, "加入供试品，精密称定", f"fill {dish} coptis {grams}", ways[1])
        demo.hand(f"put {dish} desiccator")
    shoot(page, "session-weighed-zh")
    bench.dry(5, "首次干燥", "干燥器中放冷")
    for portion in (1, 2):
        bench.weigh(portion, "干燥后称量", f"put dish{portion} balance", "rest")
        expect(page.locator(".because")).to_contain_text("首次")
        demo.hand(f"put dish{portion} desiccator")
    bench.dry(1, "再干燥 1 小时", "干燥器中放冷")
    bench.weigh(1, "再次称量", "put dish1 balance", "rest")
    demo.hand("put dish1 desiccator")
    bench.weigh(2, "再次称量", "put dish2 balance", "rest")
    ended = re.compile(r"已恒重：2\d\.\d{4}.g，前次 2\d\.\d{4}.g，相差 [0-4]\.?\d?.mg，不超过 5.mg")
    expect(page.locator(".loop")).to_have_text([ended, ended])
    page.get_by_role("button", name="计算结果").click()

    answer = page.locator(".result .answer")
    expect(answer).to_be_visible()
    full = float(NUMBER.search(page.locator(".result > .detail.nums").inner_text())[0])
    expanded = float(NUMBER.search(page.locator(".result .uncertainty").inner_text())[0])
    assert abs(full - MATERIALS["coptis"].moisture_percent) <= expanded, "the true moisture is within U"
    assert NUMBER.search(answer.inner_text())[0] == "14.0"
    expect(page.locator(".verdict-word")).to_have_text("✓ 符合")
    expect(page.get_by_text("偏离", exact=True)).to_have_count(0)  # the oven was held, and heard, throughout
    page.get_by_role("button", name="签名").click()
    sign(page, "chen.yu")
    expect(page.locator(".state").first).to_contain_text("待复核")

    sign_in(page, demo, "wang.fang", f"/session/{number}")
    page.get_by_text("所依据的读数").click()
    ways = []
    for index in range(4):  # both dishes empty, and with their samples
        page.locator(".trace .q-btn").nth(index).click()
        evidence = page.locator(".evidence").last
        expect(evidence).to_contain_text("S S ")  # the bytes that the balance sent
        ways += [way for way in ("按钮", "打印键", "脚踏", "稳定后自动") if way in evidence.inner_text()]
        evidence.get_by_role("button").click()
        expect(page.locator(".evidence")).to_have_count(0)
    assert sorted(ways) == sorted(("按钮", "打印键", "脚踏", "稳定后自动"))
    page.get_by_role("button", name="复核签名").click()
    sign(page, "wang.fang")
    expect(page.locator(".state").first).to_contain_text("已复核")
    page.get_by_role("button", name="签发报告").click()
    sign(page, "wang.fang")
    report = page.locator(".paper-line").first
    expect(report).to_contain_text("BG-")
    shoot(page, "session-reviewed-zh")
    for language, name, words in (("zh_CN", "中文 PDF", "检测报告"), ("en", "English PDF", "Test report")):
        answer = page.request.get(demo.url + report.get_by_text(name).get_attribute("href"))
        text = pictures(answer.body(), f"report-{language}")
        assert sample in text
        assert words.casefold() in text.casefold()
    page.goto(f"{demo.url}/session/{number}?lang=en")
    expect(page.locator(".verdict-word")).to_have_text("✓ conforms")
    shoot(page, "session-reviewed-en")


def test_two_people_allow_what_the_method_refuses(page, demo):
    demo.hand("take dish1 dish2")
    year = demo.hand("state")["t_ns"] // 31_556_952_000_000_000 + 1970
    sign_in(page, demo, "chen.yu", f"/session-new?sample=HL-{year}-0151&method=direct-drying-gb-5009-3-1")
    page.get_by_role("button", name="开始").click()
    page.wait_for_selector(".task")
    bench = Bench(page, demo)
    bench.press("记录")
    bench.press("完成")
    bench.weigh(1, "称空称量瓶", "put dish5 balance")
    bench.at(1, "称取试样 2～10 g（精确至 0.0001 g）")
    demo.hand("fill dish5 chili 1.0")
    bench.await_mass(demo.hand("state")["things"]["dish5"]["mass_g"])
    bench.button("记录").click()
    refused = page.locator(".refused:has(.refusal)")
    expect(refused).to_contain_text(re.compile(r"✗ 取样量 (0\.999|1\.000)\d*.g，少于 2.g"))
    refused.get_by_role("button").click()
    expect(page.locator(".ask").get_by_label("理由")).to_be_focused()
    page.locator(".ask").get_by_label("理由").fill("客户只送来这些")
    sign(page, "wang.fang")
    expect(page.locator(".ask").get_by_label("账号")).to_have_value("")
    expect(page.locator(".ask").get_by_label("账号")).to_be_focused()
    sign(page, "li.jun")
    expect(page.locator(".caution").last).to_contain_text("客户只送来这些")
    bench.press("记录")
    page.get_by_role("button", name="说明").click()
    page.locator(".ask").get_by_label("内容").fill("5 号称量瓶")
    page.locator(".ask").get_by_role("button").last.click()
    expect(page.locator(".did").first).to_contain_text("✎ 5 号称量瓶")
    shoot(page, "session-allowed-zh")
    demo.hand("take dish5")
