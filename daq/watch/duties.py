"""The regular duties of a laboratory's record: each looks at one thing and says in a sentence how it is."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from calibration.certificates.model import in_force
from daq.i18n import N_
from daq.journal import verify
from daq.records.certificates import RecordedCertificates
from daq.settings import Settings
from daq.watch.notebook import Fact

DUE_SOON = timedelta(days=30)
DUE = "certificates due"
"""These have rules of their own, with the days that are left."""
DISK_WARNING = 0.85
BACK_UP_HOURS = 26
"""A daily back-up that takes two hours is in time."""


def check_journal(journal: Path, now_ns: int) -> Fact:
    """Recompute the whole hash chain."""
    if not journal.exists():
        # nothing was damaged: that nothing is recorded is told elsewhere
        sentence = f"{journal} does not exist yet: has acquisition been started?"
        return Fact("journal absent", False, sentence, now_ns)
    verification = verify(journal)
    return Fact("journal", verification.ok, verification.sentence, now_ns)


def check_disk(data_dir: Path, now_ns: int) -> Fact:
    """Warn before the disk is full, while there is still time to act."""
    usage = shutil.disk_usage(data_dir)
    share = usage.used / usage.total
    message = N_("{free} GB free on the disk of {folder} ({used} used)")
    figures = {"free": f"{usage.free / 1e9:.1f}", "folder": str(data_dir), "used": f"{share:.0%}"}
    return Fact.said("disk", share < DISK_WARNING, message, now_ns, **figures)


def check_back_up(folder: Path, now_ns: int) -> Fact:
    """Whether the newest file where back-ups arrive is at most a day old."""
    try:
        newest_ns = max((each.stat().st_mtime_ns for each in folder.rglob("*") if each.is_file()), default=0)
    except OSError as error:
        message = N_("{folder} cannot be read: {why}")
        return Fact.said(
            "back-up", False, message, now_ns, folder=str(folder), why=error.strerror or str(error)
        )
    if not newest_ns:
        return Fact.said("back-up", False, N_("there is no back-up in {folder}"), now_ns, folder=str(folder))
    hours = (now_ns - newest_ns) // 3_600_000_000_000
    message = N_("the newest back-up in {folder} is {hours} h old")
    return Fact.said(
        "back-up", hours < BACK_UP_HOURS, message, now_ns, folder=str(folder), hours=max(0, hours)
    )


def check_certificates(settings: Settings, recorded: RecordedCertificates, now_ns: int) -> tuple[Fact, ...]:
    """Which certificates cannot be used, have run out, or run out within 30 days."""
    by_channel = recorded.load()
    facts = [Fact("certificates", False, finding, now_ns) for finding in recorded.findings]
    limit_ns = now_ns + int(DUE_SOON.total_seconds()) * 1_000_000_000
    names = {entry.name for entry in settings.instruments}
    for (instrument, channel), certificates in sorted(by_channel.items()):
        if instrument not in names:
            continue
        where = f"{instrument} {channel}"
        current = in_force(certificates, now_ns)
        if current is None:
            facts.append(Fact(DUE, False, f"{where}: no certificate is in force today", now_ns))
        elif in_force(certificates, limit_ns) is None:
            last_day = datetime.fromtimestamp(current.valid_until_ns / 1e9, UTC).date()
            sentence = f"{where}: certificate {current.number} ends on {last_day}"
            facts.append(Fact(DUE, False, sentence, now_ns))
    if not recorded.findings:
        sentence = f"the certificates of {len(by_channel)} channels can be used"
        facts.append(Fact("certificates", True, sentence, now_ns))
    return tuple(facts)
