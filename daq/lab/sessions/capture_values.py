"""What a captured reading means: value and uncertainty by the certificate that counts, kept with it."""

from dataclasses import replace

from calibration.certificates.model import Certificate, in_force, precedence
from daq.journal import JournalChannel
from daq.lab.meaning import Meant
from daq.lab.sessions.bench import Certificates
from daq.lab.sessions.events import Place
from daq.lab.sessions.evidence import Capture


def channel_certificates(
    certificates: Certificates, channel: JournalChannel, allowed_until_ns: int | None = None
) -> tuple[Certificate, ...]:
    """All certificates of a channel, for ``meaning``.

    Args:
        certificates: those that count.
        channel: whose.
        allowed_until_ns: two people have allowed the instrument until now: where none is in force then, the
            one that ended last still counts. None where nobody has.
    """
    found = tuple(certificates.load().get((channel.instrument, channel.name), ()))
    if allowed_until_ns is None or in_force(found, allowed_until_ns) is not None:
        return found
    own = [one for one in found if channel.serial_number in ("", one.serial_number)]
    ended = [one for one in own if one.valid_until_ns <= allowed_until_ns]
    if not ended:
        return found
    last = max(ended, key=precedence)
    return (*(one for one in found if one is not last), replace(last, valid_until_ns=allowed_until_ns + 1))


def captured(session: str, place: Place, into: str, channel: JournalChannel, meant: Meant) -> Capture:
    """The capture of a reading at a place; its number is given when it is kept."""
    certificate = meant.certificate if meant.value is not None else None
    row = meant.row
    return Capture(
        id=0,
        session=session,
        step=place.step,
        portion=place.portion,
        into=into,
        turn=place.turn,
        instrument=channel.instrument,
        channel=channel.name,
        channel_id=channel.id,
        seq=row.seq,
        t_ns=row.t_ns,
        raw=row.raw,
        raw_text=row.raw_text,
        unit=channel.unit,
        quality=row.quality,
        frame=row.frame,
        value=meant.value,
        u=meant.u,
        value_unit=certificate.value_unit if certificate else "",
        certificate=certificate.record if certificate else "",
    )
