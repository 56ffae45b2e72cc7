"""The one file that touches Apprise: a URL and a text, and whether the other side took it.

The chat robots of DingTalk, WeCom, Feishu and Lark say HTTP 200 also when they refuse a message; only the
code in their answer tells, and Apprise 2.2 does not read it. It reads their URLs; the answers are read here.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import unquote

import httpx
from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, NotifyType, PersistentStoreMode
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.lark import NotifyLark
from apprise.plugins.wecombot import NotifyWeComBot

from daq.errors import NotifyError
from daq.records.messages import REFUSED

TIMEOUT_S = 30.0
"""For one message, whatever the other side does."""
ROBOT_TIMEOUT_S = 10.0
LONGEST_WECOM = 2000
"""Bytes of UTF-8; the robot takes 2048."""
LONGEST = 18_000
"""Likewise of the other robots, which take 20 KB."""
LATER = frozenset({130101, 45009, 45033, 11232})
"""Codes of robots that were sent too many messages: DingTalk, WeCom, Feishu."""
TYPES = {
    "info": NotifyType.INFO,
    "warning": NotifyType.WARNING,
    "alarm": NotifyType.FAILURE,
    "well": NotifyType.SUCCESS,
}

logging.getLogger("apprise").addHandler(logging.NullHandler())  # what matters is in the record of each try


def deliver(url: str, subject: str, body: str, mood: str) -> None:
    """Hand one message to the service behind ``url``; returns when that said yes.

    Args:
        url: as Apprise spells it: ``mailto://…``, ``dingtalk://…``, ``json://…``.
        subject: one line.
        body: plain text.
        mood: a key of ``TYPES``.

    Raises:
        NotifyError: it did not; the sentence has its words.
    """
    asset = AppriseAsset(
        app_id="Hengliang",
        app_desc="Hengliang 衡量",
        storage_mode=PersistentStoreMode.MEMORY,
        http_redirects=False,  # a log-in page says 200 too
        service_timeout=TIMEOUT_S,
    )
    plugin = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise NotifyError("The URL is none that Apprise understands, or something in it is not valid.")
    if isinstance(plugin, NotifyDingTalk | NotifyWeComBot | NotifyFeishu | NotifyLark):
        for address, payload in _requests(plugin, f"{subject}\n{body}"):
            _post(address, payload, plugin)
        return
    result = Apprise(plugin, asset=asset).notify(
        body, subject, TYPES[mood], NotifyFormat.TEXT, timeout=TIMEOUT_S
    )
    if not result:
        words = " ".join(dict.fromkeys(entry.message for entry in result.logs()))
        raise NotifyError(words or "It was not taken, and nothing was said why.")


def _requests(plugin: NotifyBase, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What to post where, for one message."""
    if isinstance(plugin, NotifyDingTalk):
        address = httpx.URL(plugin.notify_url.format(token=plugin.token))
        if plugin.secret:
            t_ms, signature = cast(Any, plugin).get_signature()
            address = address.copy_merge_params({"timestamp": t_ms, "sign": unquote(signature)})
        at = {"atMobiles": plugin.targets, "isAtAll": False}
        for part in _parts(text, LONGEST):
            yield str(address), {"msgtype": "text", "text": {"content": part}, "at": at}
    elif isinstance(plugin, NotifyWeComBot):
        for part in _parts(text, LONGEST_WECOM):
            yield plugin.api_url, {"msgtype": "text", "text": {"content": part}}
    elif isinstance(plugin, NotifyFeishu):
        for part in _parts(text, LONGEST):
            hook = plugin.notify_url.format(token=plugin.token)
            yield hook, {"msg_type": "text", "content": {"text": part}}
    elif isinstance(plugin, NotifyLark):
        for part in _parts(text, LONGEST):
            yield plugin.webhook_url, {"msg_type": "text", "content": {"text": part}}


def _post(address: str, payload: Mapping[str, Any], plugin: NotifyBase) -> None:
    """Hand a message to a robot.

    Raises:
        NotifyError: no answer, or one with another code than 0.
    """
    try:
        response = httpx.post(
            address, json=payload, verify=plugin.verify_certificate, timeout=ROBOT_TIMEOUT_S
        )
    except httpx.HTTPError as error:
        raise NotifyError(f"The robot does not answer ({type(error).__name__}).") from error
    try:
        answer = response.json()
        codes = [answer[name] for name in ("errcode", "code", "StatusCode") if name in answer]
        said = str(answer.get("errmsg") or answer.get("msg") or "")
    except (ValueError, TypeError, AttributeError):
        codes, said = [], ""
    if response.status_code != httpx.codes.OK or codes[:1] != [0]:
        code = codes[0] if codes else "none"
        is_later = code in LATER or response.status_code == httpx.codes.TOO_MANY_REQUESTS
        is_later = is_later or response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
        begin = "The robot asks to wait: " if is_later else REFUSED
        raise NotifyError(f"{begin}HTTP {response.status_code}, code {code} {said}".strip())


def _parts(text: str, longest: int) -> Iterator[str]:
    """The text in pieces of at most ``longest`` bytes, broken between lines; within one that is longer."""
    part = ""
    for line in (piece for whole in text.splitlines() for piece in _pieces(whole, longest)):
        longer = f"{part}\n{line}" if part else line
        if part and len(longer.encode()) > longest:
            yield part
            longer = line
        part = longer
    yield part


def _pieces(line: str, longest: int) -> Iterator[str]:
    """A line in pieces of at most ``longest`` bytes; no character takes more than four."""
    if len(line.encode()) <= longest:
        yield line
        return
    step = longest // 4
    for start in range(0, len(line), step):
        yield line[start : start + step]
