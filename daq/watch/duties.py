"""The regular duties of a laboratory's record: each looks at one thing and says in a sentence how it is."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from calibration.certificates.model import in_force
from daq.journal import verify
from daq.records.certificates import RecordedCertificates
from daq.settings import Settings
from daq.watch.notebook import Fact

DUE_SOON = timedelta(days=30)
DISK_WARNING = 0.85


def check_journal(journal: Path, now_ns: int) -> Fact:
    """Recompute the whole hash chain."""
    if not journal.exists():
        return Fact("journal", False, f"{journal} does not exist yet: has acquisition been started?", now_ns)
    verification = verify(journal)
    return Fact("journal", verification.ok, verification.sentence, now_ns)


def check_disk(data_dir: Path, now_ns: int) -> Fact:
    """Warn before the disk is full, while there is still time to act."""
    usage = shutil.disk_usage(data_dir)
    share = usage.used / usage.total
    sentence = f"{usage.free / 1e9:.1f} GB free on the disk of {data_dir} ({share:.0%} used)"
    return Fact("disk", share < DISK_WARNING, sentence, now_ns)


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
            facts.append(Fact("certificates", False, f"{where}: no certificate is in force today", now_ns))
        elif in_force(certificates, limit_ns) is None:
            last_day = datetime.fromtimestamp(current.valid_until_ns / 1e9, UTC).date()
            facts.append(
                Fact(
                    "certificates", False, f"{where}: certificate {current.number} ends on {last_day}", now_ns
                )
            )
    if not facts:
        facts.append(
            Fact("certificates", True, f"{len(by_channel)} channels with a certificate in force", now_ns)
        )
    return tuple(facts)
