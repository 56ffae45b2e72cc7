"""What a person sees, in a real browser."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect

from drivers.reading import EventKind

pytestmark = pytest.mark.browser

WIDTHS = "[...document.querySelectorAll('.number')].map(e => e.getBoundingClientRect().width)"
TOO_WIDE = """[...document.querySelectorAll('.reading, .status, .uncertainty')]
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"""
NO_SIDEWAYS = "document.documentElement.scrollWidth <= window.innerWidth"


def card(page, name):
    return page.locator(f'a.card[href="/instrument/{name}"]')


def channel(page, name, number=0):
    return card(page, name).locator(".channel").nth(number)


def hollow(locator):
    return locator.evaluate("e => getComputedStyle(e).color") == "rgba(0, 0, 0, 0)"


def test_all_instruments_fit_on_a_laboratory_pc(visit, shoot):
    page = visit("/", 1366, 768)
    expect(page.locator("a.card")).to_have_count(5)
    expect(page.locator(".channel")).to_have_count(7)
    expect(channel(page, "B-01").locator(".number")).to_have_text(re.compile(r"^−?\d+\.\d{4}$"))
    assert page.evaluate("document.documentElement.scrollHeight") <= 768
    assert page.evaluate(NO_SIDEWAYS)
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    for box in page.locator("a.card").all():
        place = box.bounding_box()
        assert place["y"] + place["height"] <= 768
    shoot(page, "live-zh-1366")


def test_numbers_can_be_read_from_two_metres_and_do_not_dance(visit):
    page = visit()
    number = channel(page, "B-01").locator(".number")
    expect(number).not_to_have_text("")
    assert number.evaluate("e => getComputedStyle(e).fontSize") == "56px"
    page.wait_for_timeout(1000)
    widths, texts = set(), set()
    for _ in range(8):
        widths.add(json.dumps(page.evaluate(WIDTHS)))
        texts.add(number.inner_text())
        page.wait_for_timeout(500)
    assert len(texts) > 1, "the number must run"
    assert len(widths) == 1, "and its box must not"


def test_nothing_moves_for_a_person_who_asked_for_less_motion(visit):
    page = visit("/sign-in?lang=en")
    moving = (
        "[...document.querySelectorAll('*')].map(e => getComputedStyle(e))"
        ".flatMap(s => [s.transitionDuration, s.animationDuration].join().split(','))"
        ".filter(d => parseFloat(d) > 0.001).length"
    )
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) > 0, "otherwise this test proves nothing"


def test_no_number_touches_its_neighbour(visit):
    """Nothing on a card is wider than the place it has, but for texts that end in an ellipsis."""
    for path, width in (("/?lang=zh_CN", 1366), ("/?lang=en", 1366), ("/?lang=en", 390)):
        page = visit(path, width, 844)
        expect(page.locator(".number").first).not_to_have_text("")
        assert page.evaluate(TOO_WIDE) == []


def test_value_uncertainty_certificate_and_state(visit):
    page = visit("/?lang=zh_CN")
    first = channel(page, "B-01")
    expect(first.locator(".uncertainty")).to_have_text(re.compile(r"^± 0\.000\d\d \(k=\d\.\d\d\)$"))
    expect(first.locator(".note")).to_have_text(re.compile(r"^示值 −?\d+\.\d{4}\u2009g$"))
    expect(card(page, "B-01").locator(".certificate")).to_have_text("证书 2026-0311 · 剩 98 天")
    expect(channel(page, "B-02").locator(".note")).to_have_text("未校准：无证书")
    expect(channel(page, "B-02").locator(".status")).to_have_text("● 稳定")
    expect(channel(page, "M-01").locator(".status")).to_have_text("○ 未稳定")
    expect(channel(page, "M-01").locator(".unit")).to_have_text("%")
    expect(channel(page, "H-01").locator(".status")).to_have_text("● 实时")
    expect(card(page, "H-01").locator(".certificate")).to_have_text("证书 RH2025-1187 · 剩 12 天")
    expect(card(page, "H-01").locator(".certificate")).to_have_class(re.compile("due"))
    expect(channel(page, "O-01").locator(".note")).to_have_text("未校准：证书已到期")
    expect(card(page, "O-01").locator(".certificate")).to_have_class(re.compile("bad"))
    expect(page.locator(".strip")).to_contain_text("证书 30 天内到期：H-01")
    expect(page.locator(".strip")).to_contain_text("证书已到期：O-01")
    expect(page.locator(".strip")).to_contain_text("无证书：B-02 O-01")
    expect(card(page, "B-01").locator(".hatch")).to_have_text("仿真")
    expect(page.locator(".band")).to_contain_text("仿真")
    expect(page.locator(".clock")).to_have_text(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\+08:00$"))


def test_language_and_theme_are_chosen_by_a_click_and_kept(visit, shoot):
    page = visit("/?lang=zh_CN")
    page.get_by_role("link", name="English").click()
    expect(channel(page, "B-02").locator(".status")).to_have_text("● stable")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator("a.theme").click()
    expect(page.locator("a.theme")).to_contain_text("Light")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(14, 19, 21)"
    page.goto(page.url.partition("?")[0])
    expect(channel(page, "B-02").locator(".note")).to_have_text("not corrected: no certificate")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert page.evaluate("document.documentElement.scrollHeight") <= 768
    shoot(page, "live-en-dark-1366")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_phone(visit, shoot, language):
    page = visit(f"/?lang={language}", 390, 844)
    expect(page.locator(".number").first).not_to_have_text("")
    assert page.evaluate(NO_SIDEWAYS)
    shoot(page, f"live-{language}-390")
    page.goto(page.url + "instrument/B-01")
    expect(page.locator("table.record tbody tr")).to_have_count(20)
    assert page.evaluate(NO_SIDEWAYS)
    shoot(page, f"instrument-{language}-390")


def test_wall_screen(visit, shoot):
    page = visit("/?lang=zh_CN&theme=dark", 1920, 1080)
    expect(page.locator("a.card")).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    shoot(page, "live-zh-dark-1920")


def test_card_opens_the_instrument(visit, shoot, laboratory):
    laboratory.feed.frame = b"S S <b>50.1234</b> g\r\n"
    page = visit("/?lang=zh_CN")
    card(page, "B-01").click()
    page.wait_for_url("**/instrument/B-01")
    expect(page.locator(".heading .big")).to_have_text("B-01 分析天平")
    expect(page.locator(".why")).to_have_count(7)
    expect(page.locator(".why .mark").first).to_have_text("✓")
    expect(page.locator(".identity")).to_contain_text("B-01-SN")
    expect(page.locator("table.record tbody tr")).to_have_count(20)
    expect(page.locator("table.record tbody tr").first).to_contain_text("S S <b>50.1234</b> g\\r\\n")
    expect(page.locator("table.record tbody tr").first).to_contain_text("53 20 53 20 3c 62 3e")
    expect(page.locator(".chart canvas")).to_be_visible()
    page.wait_for_timeout(700)
    shoot(page, "instrument-zh-1366")
    page.get_by_role("link", name="1 小时").click()
    expect(page.locator(".tabs .chosen")).to_have_text("1 小时")
    expect(page.locator(".chart canvas")).to_be_visible()


def test_channel_of_an_instrument_is_chosen(visit, shoot):
    page = visit("/instrument/H-01?lang=en&theme=light")
    page.get_by_role("link", name="humidity", exact=True).click()
    expect(page.locator(".look .unit")).to_have_text("%RH")
    expect(page.locator(".tabs .chosen").first).to_have_text("humidity")
    page.wait_for_timeout(700)
    shoot(page, "instrument-en-1366")


def test_instrument_that_is_not_there(visit):
    page = visit("/instrument/X-99?lang=zh_CN")
    expect(page.locator(".main .big")).to_have_text("本站点没有仪器 X-99")


def test_lost_and_refused_instruments_look_so_at_once(visit, shoot, laboratory):
    feed = laboratory.feed
    feed.muted = {"O-01", "B-02"}
    page = visit("/?lang=zh_CN&theme=light")
    try:
        feed.happen(EventKind.LINK_LOST, "O-01", "tcp://127.0.0.1:4005: connection refused")
        feed.happen(EventKind.REFUSED, "B-02", "overload: more than 4200 g lie on the pan", "mass")
        for number in (0, 1):
            lost = channel(page, "O-01", number)
            expect(lost.locator(".status")).to_have_text("■ 断线")
            expect(lost.locator(".reason")).to_have_text("线路中断")
            expect(lost.locator(".number")).to_have_text("")
            expect(lost.locator(".note")).to_have_text(
                re.compile(r"^最后读数 \d+\.\d{3,4}\u2009°C，\d\d:\d\d:\d\d$")
            )
        refused = channel(page, "B-02")
        expect(refused.locator(".status")).to_have_text("▲ 报警")
        expect(refused.locator(".reason")).to_have_text("超载")
        expect(page.locator(".strip")).to_contain_text("断线：O-01")
        expect(page.locator(".strip")).to_contain_text("报警：B-02")
        shoot(page, "live-zh-trouble-1366")
        page.goto(f"{laboratory.url}/instrument/O-01")
        expect(page.locator(".detail")).to_have_text("tcp://127.0.0.1:4005: connection refused")
    finally:
        feed.muted = set()
    page.goto(laboratory.url)
    expect(channel(page, "O-01").locator(".status")).to_have_text("● 实时")
    expect(channel(page, "O-01").locator(".number")).not_to_have_text("")


def test_old_number_never_passes_for_a_new_one(visit, shoot, laboratory):
    """The feed stops, the service runs: hollow, grey, with its age; then the strip asks after acquisition."""
    page = visit("/?lang=zh_CN")
    number = channel(page, "B-01").locator(".number")
    expect(number).not_to_have_text("")
    assert not hollow(number)
    try:
        laboratory.feed.muted = {"B-01", "B-02", "M-01", "H-01", "O-01"}
        expect(channel(page, "B-01").locator(".status")).to_have_text("◌ 过期", timeout=10_000)
        expect(channel(page, "B-01").locator(".note")).to_have_text(
            re.compile(r"^\d+ 秒前（\d\d:\d\d:\d\d）$")
        )
        assert hollow(number)
        expect(page.locator(".strip")).to_contain_text("没有新记录", timeout=20_000)
        shoot(page, "live-zh-stale-1366")
        with urllib.request.urlopen(f"{laboratory.url}/healthz", timeout=5) as answer:
            health = json.load(answer)
        assert health["channels"]["B-01/mass"] == "stale"
    finally:
        laboratory.feed.muted = set()
    expect(channel(page, "B-01").locator(".status")).not_to_have_text("◌ 过期")
    assert not hollow(number)


def test_page_whose_server_died_says_so_and_comes_back(visit, shoot, laboratory):
    page = visit("/?lang=zh_CN", expect_troubles=True)
    number = channel(page, "B-01").locator(".number")
    expect(number).not_to_have_text("")
    assert laboratory.stop_web() == 0
    try:
        expect(page.locator(".offline")).to_be_visible(timeout=15_000)
        expect(page.locator(".offline")).to_have_text("与服务器的连接已断开：以下示值已过期")
        assert hollow(number)
        state = channel(page, "B-01").locator(".status")
        assert state.evaluate("e => getComputedStyle(e, '::after').content") == '"◌ 过期"'
        assert state.evaluate("e => getComputedStyle(e).fontSize") == "0px"
        shoot(page, "live-zh-offline-1366")
    finally:
        laboratory.start_web()
    expect(page.locator(".offline")).to_be_hidden(timeout=20_000)
    expect(channel(page, "B-01").locator(".number")).not_to_have_text("")
    assert not hollow(channel(page, "B-01").locator(".number"))
