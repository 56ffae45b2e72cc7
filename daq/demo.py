"""The demo's site: the simulated laboratory's instruments, its certificates with dates around today."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import tomli_w

from daq.errors import HengliangError
from daq.hand import HAND_FILE
from daq.i18n import N_
from daq.wiring import FAST_PERIOD_S, DataFiles
from drivers.clock import Clock, SystemClock
from drivers.fast_clock import FastClock
from drivers.sims.laboratory import LaboratoryInstrument

NS_PER_S = 1_000_000_000
LEAD_NS = 30 * 86_400 * NS_PER_S
"""A fast demo begins so long ago; at sixty times the speed it has caught up with today after twelve hours."""
PATIENCE = 4
"""So many readings fit into what the site of a fast demo calls one period."""
TODAY = re.compile(r"\{today([+-]\d+)d\}")


def site_document(
    instruments: Sequence[LaboratoryInstrument], web_port: int = 8080, timeseries_url: str | None = None
) -> dict[str, Any]:
    """What the demo's ``site.toml`` says."""
    site: dict[str, Any] = {
        "site": {
            "id": "shizhu-demo",
            "name_zh": "石柱县检验检测中心(仿真)",
            "name_en": "Shizhu county testing laboratory (simulated)",
            "language": "zh_CN",
            "timezone": "Asia/Shanghai",
        },
        "web": {"port": web_port},
        "laboratory": {
            "name_zh": "石柱县检验检测中心(仿真)",
            "name_en": "Shizhu county testing laboratory (simulated)",
            "address_zh": "重庆市石柱土家族自治县(仿真)",
            "address_en": "Shizhu, Chongqing, China (simulated)",
            "report_series": "BG-{year}-{number:04d}",
        },
        "instrument": [_entry(instrument) for instrument in instruments],
    }
    if timeseries_url is not None:
        site["timeseries"] = {"url": timeseries_url, "bucket": "hengliang"}
    return site


def write_site(
    folder: Path, instruments: Sequence[LaboratoryInstrument], web_port: int, timeseries_url: str | None
) -> Path:
    """Write ``site.toml`` for the simulated laboratory."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "site.toml"
    path.write_text(tomli_w.dumps(site_document(instruments, web_port, timeseries_url)), encoding="utf-8")
    return path


def write_certificates(folder: Path, today: date) -> Path:
    """Write the files of the demo's certificates where there are none yet, dated around a day.

    They stay as first written, so that their days run out as real ones do.
    """
    certificates = folder / "certificates"
    if not certificates.exists():
        certificates.mkdir(parents=True)
        for source in (resources.files("config.demo") / "certificates").iterdir():
            if source.name.endswith(".toml"):
                text = dated(source.read_text(encoding="utf-8"), today)
                (certificates / source.name).write_text(text, encoding="utf-8")
    return certificates


@contextmanager
def demo_time(files: DataFiles, fast: float | None) -> Iterator[Clock]:
    """The time of a demo: the machine's, or a fast one from a month ago that stands still between demos.

    Raises:
        HengliangError: the data were recorded in the other one.
    """
    if fast is None:
        if files.clock_file.exists():
            raise HengliangError(
                N_("{folder}: time runs fast in this folder; give --fast 60, or another one with --data"),
                folder=files.folder,
            )
        yield SystemClock()
        return
    if files.clock_file.exists():
        clock = FastClock(files.clock_file)
        clock.set_speed(fast)
    elif files.journal.exists():
        raise HengliangError(
            N_("{folder}: was recorded in the machine's time; give another folder with --data for --fast"),
            folder=files.folder,
        )
    else:
        clock = FastClock.begin(files.clock_file, SystemClock().now_ns() - LEAD_NS, fast)
    try:
        yield clock
    finally:
        clock.set_speed(0)


def in_time(instruments: Sequence[LaboratoryInstrument], fast: float | None) -> list[LaboratoryInstrument]:
    """The instruments with their periods in the time of the demo.

    They are asked more often than they say: on a busy machine a wait that is short for the wall is a long one
    for a fast time, and no reading of such a moment is to count as old, nor as a gap.
    """
    if fast is None:
        return list(instruments)
    return [replace(each, period_s=PATIENCE * FAST_PERIOD_S * fast) for each in instruments]


def day_of(clock: Clock) -> date:
    """The day it is in the demo's time."""
    return datetime.fromtimestamp(clock.now_ns() // NS_PER_S, UTC).astimezone().date()


@contextmanager
def hand_file(folder: Path, url: str) -> Iterator[None]:
    """While the demo runs, its folder tells where its hand takes words."""
    path = folder / HAND_FILE
    path.write_text(f"{url}\n", encoding="ascii")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _entry(instrument: LaboratoryInstrument) -> dict[str, str | float | bool]:
    return {
        "name": instrument.name,
        "title_zh": instrument.title_zh,
        "title_en": instrument.title_en,
        "room_zh": instrument.room_zh,
        "room_en": instrument.room_en,
        "url": instrument.url,
        "profile": instrument.profile,
        "serial_number": instrument.serial_number,
        "period_s": instrument.period_s,
        "simulated": True,
    }


def dated(template: str, today: date) -> str:
    """Replace ``{today-30d}`` and the like by ISO dates."""
    return TODAY.sub(lambda match: (today + timedelta(days=int(match[1]))).isoformat(), template)
