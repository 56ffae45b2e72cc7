"""An alert appears on the open page, is acknowledged with a comment, and stands in the audit trail."""

import os
import signal
import subprocess
import sys
import time

import pytest
from playwright.sync_api import expect

from daq.records.alerts import watch_place
from daq.records.database import make_engine, records_url
from drivers.reading import EventKind
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.browser

LAID_OUT = "e => [e.offsetWidth, e.offsetHeight]"
"""The size of an element, whatever is moving while it is measured."""


@pytest.fixture(scope="module")
def watch(laboratory):
    """The service that raises alerts, beside the pages."""
    arguments = ("--site", str(laboratory.folder / "site.toml"), "--data", str(laboratory.folder / "data"))
    with (laboratory.folder / "watch.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "daq", "watch", *arguments],
            cwd=laboratory.folder,
            stdout=log,
            stderr=log,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
    with make_engine(records_url(laboratory.folder / "data")).connect() as connection:
        # its first look begins at the end of the journal: what happens before is not its business
        while watch_place(connection, "test") is None:
            assert process.poll() is None, (laboratory.folder / "watch.log").read_text(encoding="utf-8")
            connection.rollback()
            time.sleep(0.1)
    connection.engine.dispose()
    yield process
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def signed_in(visit, laboratory, **size):
    page = visit("/alerts?lang=zh_CN", **size)
    page.locator("input[name=account]").fill("chen.yu")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(f"{laboratory.url}/alerts")
    return page


def test_an_alert_appears_is_acknowledged_and_is_in_the_trail(laboratory, watch, visit, shoot):
    page = signed_in(visit, laboratory)

    laboratory.feed.muted.add("M-01")
    laboratory.feed.happen(EventKind.LINK_LOST, "M-01", "tcp://127.0.0.1:4003: connection refused")
    card = page.locator(".alert", has_text="M-01 卤素水分仪")
    expect(card).to_be_visible(timeout=30_000)  # without reloading
    expect(page.locator(".nav .count")).not_to_be_empty()

    card.get_by_role("button", name="确认").click()
    page.locator(".ask").get_by_label("采取的措施").fill("电源线松动，已插好")
    page.locator(".ask").get_by_role("button").last.click()
    expect(card.locator(".state")).to_have_text("已确认")
    expect(card).to_contain_text("chen.yu")
    size = "each => parseFloat(getComputedStyle(each).fontSize)"
    assert card.locator(".detail").evaluate(size) <= 16  # it stays a card among others
    shoot(page, "alerts-zh")

    laboratory.feed.muted.discard("M-01")
    laboratory.feed.happen(EventKind.LINK_UP, "M-01", "back")
    page.goto(f"{laboratory.url}/audit?account=chen.yu")
    row = page.locator("tr", has_text="alert acknowledged")
    expect(row).to_contain_text("电源线松动，已插好")


def test_an_alert_is_acknowledged_in_one_hand(laboratory, watch, visit, shoot):
    page = signed_in(visit, laboratory, width=390, height=844)
    laboratory.feed.muted.add("B-02")
    laboratory.feed.happen(EventKind.LINK_LOST, "B-02", "tcp://127.0.0.1:4002: connection refused")
    card = page.locator(".alert", has_text="B-02 精密天平")
    expect(card).to_be_visible(timeout=30_000)
    button = card.get_by_role("button", name="确认")
    expect(button).to_be_visible()
    width, height = button.evaluate(LAID_OUT)  # in one go: the card is drawn again every second
    assert width > 250
    assert height >= 48  # a thumb
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    button.click()
    page.locator(".ask").get_by_label("采取的措施").fill("去看")
    shoot(page, "alert-acknowledging-390-zh")
    confirm = page.locator(".ask").get_by_role("button").last
    assert confirm.evaluate(LAID_OUT)[1] >= 48
    confirm.click()
    expect(card.locator(".state")).to_have_text("已确认")
    shoot(page, "alerts-390-zh")
    laboratory.feed.muted.discard("B-02")
    laboratory.feed.happen(EventKind.LINK_UP, "B-02", "back")
