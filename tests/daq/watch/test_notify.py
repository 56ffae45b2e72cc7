"""Messages to real mail servers and web services that fail in every way they can, and robots that lie."""

import base64
import hashlib
import hmac
import itertools
from urllib.parse import parse_qs, urlsplit

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot
from sqlalchemy import select

from daq.errors import NotifyError, RecordsError
from daq.records.alerts_tables import messages
from daq.records.database import changing, reading
from daq.records.messages import NewMessage, is_refusal, queue_message, tries_of
from daq.settings import NotifyEntry
from daq.watch.apprise_delivery import LONGEST_WECOM, deliver
from daq.watch.notify import AppriseSender, Courier, back_off_s
from daq.watch.wording import Text
from tests.clocks import HandClock
from tests.daq.watch.alert_site import NOON_NS
from tests.daq.watch.peers import HANG, HttpReceiver, MailServer, silent_port, text_of

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

CHINESE = "【报警】室温超限 · H-01 · 试验站"
BODY = "情况：31.24 ± 0.20 °C (k=2.00)，上限 30 °C\n地点：天平室"
SITE = "couriers"
NUMBERS = itertools.count()


class Outbox:
    """Messages to one target, and the courier that delivers them."""

    def __init__(self, records, folder, url):
        self.records = records
        self.clock = HandClock(NOON_NS)
        self.name = f"target-{next(NUMBERS)}"
        self.file = folder / "target.url"
        self.file.write_text(url + "\n", encoding="utf-8")
        self.courier = self.made()

    def made(self):
        entry = NotifyEntry(name="target", url_file=self.file)
        return Courier(self.records, SITE, self.name, AppriseSender(entry), self.clock)

    def put(self, key):
        new = NewMessage(self.name, key, "raised", f"{CHINESE} {key}", f"{BODY}\n{key}", {})
        with changing(self.records) as connection:
            queue_message(connection, SITE, new, self.clock.now_ns())

    def rows(self):
        with reading(self.records) as connection:
            where = (messages.c.site == SITE, messages.c.target == self.name)
            return connection.execute(select(messages).where(*where).order_by(messages.c.id)).all()

    def tries(self, index=0):
        with reading(self.records) as connection:
            return tries_of(connection, self.rows()[index].id)

    def deliver_all(self, most_steps):
        for _ in range(most_steps):
            self.courier.step()
            if all(row.state == "delivered" for row in self.rows()):
                return
            self.clock.pass_time(30)
        pytest.fail(f"not delivered: {[row.state for row in self.rows()]}")


@pytest.fixture
def outbox(shared_records, tmp_path):
    return lambda url: Outbox(shared_records, tmp_path, url)


def test_a_web_service_that_fails_in_every_way_gets_every_message(outbox):
    receiver = HttpReceiver(answers=(500, 404, 503, HANG, 429, 302, 401))
    box = outbox(f"json://127.0.0.1:{receiver.port}/lab?rto=0.3&cto=0.3")
    for number in range(5):
        box.put(f"no. {number}")
    for _ in range(3):  # nobody listens yet
        box.courier.step()
        box.clock.pass_time(15)
    assert [row.state for row in box.rows()] == ["waiting"] * 5
    with receiver.running():
        box.deliver_all(most_steps=60)
    assert sorted(payload["title"] for _, payload in receiver.taken) == [
        f"{CHINESE} no. {n}" for n in range(5)
    ]
    assert all(payload["message"].startswith(BODY) for _, payload in receiver.taken)
    words = [tried.words for n in range(5) for tried in box.tries(n) if not tried.delivered]
    assert len(words) >= 8
    assert any("error=500" in each for each in words)
    assert box.tries(0)[-1].delivered


def test_a_mail_server_that_fails_in_every_way_gets_every_message(outbox):
    server = MailServer(answers=("451 try again", "550 no", "452 full"))
    with silent_port() as silent:
        box = outbox(f"mailto://127.0.0.1:{silent}?from=watch@lab.test&to=wu@lab.test&mode=insecure&cto=0.3")
        for number in range(3):
            box.put(f"no. {number}")
        box.courier.step()  # it hangs
    good = box.file.read_text().replace(str(silent), str(server.port))
    box.file.write_text(good)  # a corrected file is enough
    box.clock.pass_time(5)
    box.courier.step()  # nobody listens
    with server.running():
        box.deliver_all(most_steps=40)
    subjects = sorted(text_of(mail).partition("\n")[0] for mail in server.taken)
    assert subjects == [f"{CHINESE} no. {n}" for n in range(3)]
    assert all("31.24 ± 0.20 °C" in text_of(mail) for mail in server.taken)
    assert {mail["to"] for mail in server.taken} == {"wu@lab.test"}


def test_a_message_that_one_side_never_takes_holds_up_no_other(outbox):
    """The first one is refused for good, as a body that is too long might be."""
    with HttpReceiver(answers=(413, 200, 413, 200, 413)).running() as receiver:
        box = outbox(f"json://127.0.0.1:{receiver.port}/")
        box.put("poison")
        box.courier.step()
        box.put("fine")
        box.clock.pass_time(1)
        box.courier.step()
        assert [row.state for row in box.rows()] == ["waiting", "delivered"]


def test_every_try_is_recorded_and_the_pauses_grow(outbox):
    with HttpReceiver(answers=(500,) * 4).running() as receiver:
        box = outbox(f"json://127.0.0.1:{receiver.port}/")
        box.put("x")
        while box.rows()[0].state == "waiting":
            box.courier.step()
            box.clock.pass_time(1)
    tries = box.tries()
    assert [tried.delivered for tried in tries] == [False] * 4 + [True]
    pauses = [round((b.t_ns - a.t_ns) / 1e9) for a, b in itertools.pairwise(tries)]
    assert pauses == [5, 10, 20, 40]
    assert [back_off_s(n) for n in (0, 6, 7, 8, 10_000)] == [5, 320, 600, 600, 600]


def test_a_courier_that_dies_after_the_yes_says_it_once_more_and_no_more(outbox):
    with HttpReceiver().running() as receiver:
        box = outbox(f"json://127.0.0.1:{receiver.port}/")
        box.put("x")
        with changing(box.records) as connection:
            connection.exec_driver_sql(
                "CREATE TRIGGER full BEFORE INSERT ON message_tries BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
        for _ in range(3):  # the same courier knows that it was taken
            with pytest.raises(RecordsError, match="full"):
                box.courier.step()
        assert receiver.asked == 1
        with changing(box.records) as connection:
            connection.exec_driver_sql("DROP TRIGGER full")
        box.courier = box.made()  # another one does not
        for _ in range(3):
            box.courier.step()
        assert receiver.asked == 2
    assert [tried.delivered for tried in box.tries()] == [True]


def test_a_clock_that_was_set_back_delays_no_message(outbox):
    with HttpReceiver().running() as receiver:
        box = outbox(f"json://127.0.0.1:{receiver.port}/")
        box.put("x")
        box.clock.step_wall_clock(-86_400)
        box.courier.step()
        assert len(receiver.taken) == 1


@pytest.mark.parametrize("content", [None, "", "json://a/\njson://b/\n", b"\xff\xfe"])
def test_a_file_that_holds_no_url_is_named_and_waited_for(outbox, content):
    box = outbox("")
    if content is None:
        box.file.unlink()
    else:
        box.file.write_bytes(content if isinstance(content, bytes) else content.encode())
    box.put("x")
    box.courier.step()
    (tried,) = box.tries()
    assert str(box.file) in tried.words


@pytest.mark.parametrize("url", ["nonsense", "foo://bar/", "dingtalk://", "mailto://", "https://example.com"])
def test_a_url_that_apprise_does_not_know_is_told_without_the_secret(url):
    with pytest.raises(NotifyError, match="none that Apprise understands"):
        deliver(url, "s", "b", "info")


def test_the_words_of_a_failure_hold_no_secret():
    with pytest.raises(NotifyError) as caught:
        deliver("json://user:s3cretpass@127.0.0.1:9/t0ken?cto=0.2", "s", "b", "info")
    assert "s3cretpass" not in str(caught.value)
    assert "t0ken" not in str(caught.value)


# ---- robots: HTTP 200 means nothing

SECRET = "SEC0123456789abcdef"


@pytest.fixture
def robots(monkeypatch):
    """The robots' addresses, led to a receiver here."""

    def lead(port):
        base = f"http://127.0.0.1:{port}"
        monkeypatch.setattr(NotifyDingTalk, "notify_url", base + "/robot/send?access_token={token}")
        monkeypatch.setattr(NotifyWeComBot, "notify_url", base + "/cgi-bin/webhook/send?key={key}")
        monkeypatch.setattr(NotifyFeishu, "notify_url", base + "/open-apis/bot/v2/hook/{token}/")

    return lead


URLS = {
    "dingtalk://0123456789abcdef/": ("/robot/send?access_token=0123456789abcdef", "errcode"),
    "wecombot://botkey-1/": ("/cgi-bin/webhook/send?key=botkey-1", "errcode"),
    "feishu://0123456789abcdef/": ("/open-apis/bot/v2/hook/0123456789abcdef/", "code"),
}


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize(
    "answer", ['{"%s": 310000, "errmsg": "keywords not in content"}', "", "[]", "{}", "<html>"]
)
def test_a_robot_that_says_200_and_refuses_has_not_taken_it(robots, url, answer):
    words = answer.replace("%s", URLS[url][1]).encode()
    with HttpReceiver(words=words).running() as receiver:
        robots(receiver.port)
        with pytest.raises(NotifyError, match="The robot refuses: HTTP 200, code") as caught:
            deliver(url, CHINESE, BODY, "alarm")
    assert "0123456789abcdef" not in str(caught.value)
    assert ("keywords not in content" in str(caught.value)) is ("310000" in answer)


@pytest.mark.parametrize("url", URLS)
def test_a_robot_that_takes_it_gets_subject_and_body(robots, url):
    path, code = URLS[url]
    with HttpReceiver(words=b'{"%s": 0, "errmsg": "ok"}' % code.encode()).running() as receiver:
        robots(receiver.port)
        deliver(url, CHINESE, BODY, "alarm")
    ((asked, payload),) = receiver.taken
    assert asked == path
    text = payload["content"]["text"] if "content" in payload else payload["text"]["content"]
    assert text == f"{CHINESE}\n{BODY}"


def test_a_robot_that_does_not_answer_has_not_taken_it(robots):
    robots(9)
    with pytest.raises(NotifyError, match="The robot does not answer"):
        deliver("wecombot://botkey/", CHINESE, BODY, "alarm")


def test_the_signature_of_dingtalk_is_what_its_server_computes(robots):
    with HttpReceiver(words=b'{"errcode": 0}').running() as receiver:
        robots(receiver.port)
        deliver(f"dingtalk://{SECRET}@0123456789abcdef/", CHINESE, BODY, "alarm")
    ((asked, _),) = receiver.taken
    query = parse_qs(urlsplit(asked).query)
    signed = f"{query['timestamp'][0]}\n{SECRET}".encode()
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(digest).decode()]
    assert query["access_token"] == ["0123456789abcdef"]


def test_a_long_text_comes_to_wecom_in_parts(robots):
    lines = [f"{n:03d} 天平室温度超限，请检查空调与门窗。" for n in range(120)]
    with HttpReceiver(words=b'{"errcode": 0}').running() as receiver:
        robots(receiver.port)
        deliver("wecombot://botkey/", CHINESE, "\n".join(lines), "alarm")
    texts = [payload["text"]["content"] for _, payload in receiver.taken]
    assert len(texts) > 2
    assert all(len(text.encode()) <= LONGEST_WECOM for text in texts)
    assert "\n".join(texts).split("\n") == [CHINESE, *lines]


def test_a_line_that_is_too_long_for_wecom_comes_in_pieces(robots):
    line = "证书无法读取" * 500
    with HttpReceiver(words=b'{"errcode": 0}').running() as receiver:
        robots(receiver.port)
        deliver("wecombot://botkey/", CHINESE, line, "alarm")
    texts = [payload["text"]["content"] for _, payload in receiver.taken]
    assert all(len(text.encode()) <= LONGEST_WECOM for text in texts)
    assert "".join(texts).replace("\n", "") == CHINESE + line


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize(
    ("answer", "is_final"),
    [
        ('{"%s": 310000, "errmsg": "keywords not in content"}', True),
        ('{"%s": 93000, "errmsg": "invalid webhook url"}', True),
        ('{"%s": 19021, "msg": "sign match fail or timestamp is not within one hour"}', True),
        ('{"%s": 130101, "errmsg": "send too fast, exceed 20 times per minute"}', False),
        ('{"%s": 45009, "errmsg": "api freq out of limit"}', False),
        ('{"%s": 11232, "msg": "frequency limited psm"}', False),
    ],
)
def test_a_robot_that_asks_to_wait_has_not_refused(robots, url, answer, is_final):
    words = answer.replace("%s", URLS[url][1]).encode()
    with HttpReceiver(words=words).running() as receiver:
        robots(receiver.port)
        with pytest.raises(NotifyError) as caught:
            deliver(url, CHINESE, BODY, "alarm")
    assert is_refusal(str(caught.value)) is is_final


@pytest.mark.parametrize(("status", "is_final"), [(413, True), (401, True), (429, False), (503, False)])
def test_a_web_service_that_asks_to_come_again_has_not_refused(status, is_final):
    with HttpReceiver(answers=(status,)).running() as receiver, pytest.raises(NotifyError) as caught:
        deliver(f"json://127.0.0.1:{receiver.port}/", CHINESE, BODY, "alarm")
    assert is_refusal(str(caught.value)) is is_final


def test_a_defect_in_a_sender_ends_no_courier(outbox):
    class Broken:
        def send(self, text: Text, mood: str) -> None:
            raise ZeroDivisionError

    box = outbox("json://x/")
    box.courier = Courier(box.records, SITE, box.name, Broken(), box.clock)
    box.put("x")
    box.courier.step()
    assert box.tries()[0].words == "It failed with ZeroDivisionError."
