"""Certificates in force that do not fit the instruments of a site: other channel, unit or serial number."""

from collections.abc import Iterator, Mapping

from calibration.certificates.model import Certificate, in_force
from daq.records.certificates import ByChannel
from daq.settings import InstrumentEntry, Settings
from drivers.profiles import Profile
from drivers.reading import Channel


def misfits(
    settings: Settings, profiles: Mapping[str, Profile], certificates: ByChannel, now_ns: int
) -> tuple[str, ...]:
    """A sentence for each certificate that counts now for an instrument of the site and does not fit it.

    Certificates of equipment that is not on the wire here are not looked at.
    """
    return tuple(_misfits(settings, profiles, certificates, now_ns))


def _misfits(
    settings: Settings, profiles: Mapping[str, Profile], certificates: ByChannel, now_ns: int
) -> Iterator[str]:
    for (instrument, name), several in sorted(certificates.items()):
        entry = settings.instrument(instrument)
        certificate = in_force(several, now_ns)
        if entry is None or certificate is None or entry.profile not in profiles:
            continue
        where = f"certificate {certificate.record} ({certificate.number})"
        channels = {channel.name: channel for channel in profiles[entry.profile].channels}
        if name in channels:
            yield from (f"{where}: {what}" for what in _of_channel(certificate, entry, channels[name]))
        else:
            yield f"{where}: is for {instrument} {name}, which is none of its channels: {', '.join(channels)}"


def _of_channel(certificate: Certificate, entry: InstrumentEntry, channel: Channel) -> Iterator[str]:
    if certificate.quantity != channel.quantity:
        yield f"is for {certificate.quantity}, but {entry.name} {channel.name} measures {channel.quantity}"
    elif certificate.unit != channel.unit:
        yield (
            f"is for indications in {certificate.unit}, but {entry.name} {channel.name} indicates in "
            f"{channel.unit}; enter the certificate in the unit of the indication"
        )
    if entry.serial_number not in {"", certificate.serial_number}:
        yield (
            f"is for serial number {certificate.serial_number}, but {entry.name} is registered with "
            f"{entry.serial_number}"
        )
