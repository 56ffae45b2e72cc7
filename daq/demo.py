"""The demo's site: the simulated laboratory's instruments, its certificates with dates around today."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import tomli_w

from drivers.sims.laboratory import LaboratoryInstrument

TODAY = re.compile(r"\{today([+-]\d+)d\}")


def write_site(
    folder: Path, instruments: Sequence[LaboratoryInstrument], web_port: int, timeseries_url: str | None
) -> Path:
    """Write ``site.toml`` for the simulated laboratory, and its certificates where there are none yet.

    The certificates stay as first written, so that their days run out as real ones do.
    """
    template = resources.files("config.demo")
    site = {
        "certificates_dir": "certificates",
        "site": {
            "id": "shizhu-demo",
            "name_zh": "石柱县检验检测中心(仿真)",
            "name_en": "Shizhu county testing laboratory (simulated)",
            "language": "zh_CN",
            "timezone": "Asia/Shanghai",
        },
        "web": {"port": web_port},
        "instrument": [_entry(instrument) for instrument in instruments],
    }
    if timeseries_url is not None:
        site["timeseries"] = {"url": timeseries_url, "bucket": "hengliang"}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "site.toml"
    path.write_text(tomli_w.dumps(site), encoding="utf-8")
    certificates = folder / "certificates"
    if not certificates.exists():
        certificates.mkdir()
        for source in (template / "certificates").iterdir():
            if source.name.endswith(".toml"):
                text = dated(source.read_text(encoding="utf-8"), date.today())  # noqa: DTZ011 - a certificate's day is local
                (certificates / source.name).write_text(text, encoding="utf-8")
    return path


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
