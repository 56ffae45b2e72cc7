"""The certificates of a site: a folder of native files, read again when one of them changes."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from calibration.certificates.model import Certificate
from calibration.certificates.native import read_native
from calibration.errors import CertificateError

ByChannel = Mapping[tuple[str, str], tuple[Certificate, ...]]


class CertificateFolder:
    """``*.toml`` in one folder; a file that cannot be used is a finding and leaves the others usable."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.findings: tuple[str, ...] = ()
        """One sentence for each mistake in a file, with file and key."""
        self._seen: dict[Path, tuple[int, int]] | None = None
        self._certificates: ByChannel = {}

    def load(self) -> ByChannel:
        """All certificates by (instrument, channel); cheap when no file has changed."""
        seen = self._state()
        if seen != self._seen:
            self._read(seen)
            self._seen = seen
        return self._certificates

    def _state(self) -> dict[Path, tuple[int, int]]:
        state = {}
        for path in sorted(self.path.glob("*.toml")):
            try:
                stat = path.stat()
            except FileNotFoundError:  # taken away since the listing
                continue
            state[path] = (stat.st_mtime_ns, stat.st_size)
        return state

    def _read(self, paths: Mapping[Path, object]) -> None:
        found: dict[tuple[str, str], list[Certificate]] = defaultdict(list)
        findings: list[str] = []
        numbers: dict[str, Path] = {}
        for path in paths:
            try:
                certificate = read_native(path.read_bytes(), str(path))
            except (CertificateError, OSError) as error:
                findings.extend(str(error).splitlines())
                continue
            key = f"{certificate.number} {certificate.equipment} {certificate.channel}"
            first = numbers.setdefault(key, path)
            if first != path:
                findings.append(
                    f"{path}: certificate {key} is in {first.name} already; this file is left out"
                )
                continue
            found[certificate.equipment, certificate.channel].append(certificate)
        self.findings = tuple(findings)
        self._certificates = {key: tuple(several) for key, several in found.items()}
