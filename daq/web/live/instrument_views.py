"""One instrument in words: identity, each reason for and against its certificate, its last readings."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from calibration.certificates.model import Certificate
from calibration.correction import State
from daq.i18n import N_
from daq.i18n.figures import frame_text, symbol, typeset
from daq.lab.meaning import Meant
from daq.web.digits import expanded, number
from daq.web.live.facts import CertificateState, ChannelNow, InstrumentNow
from daq.web.live.views import DASH
from daq.web.words import Words
from drivers.profiles import Profile

KINDS = {"calibration": N_("calibration certificate"), "verification": N_("verification certificate")}


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition of a valid correction: met, not met, or (None) not to be told."""

    met: bool | None
    text: str

    @property
    def mark(self) -> str:
        """Tick, cross, or a dash."""
        return {True: "✓", False: "✗", None: "–"}[self.met]


def identity_rows(
    instrument: InstrumentNow, channel: ChannelNow | None, profile: Profile | None, words: Words
) -> list[tuple[str, str]]:
    """Label and text of each line of the instrument's identity."""
    entry = instrument.entry
    serial = (channel.channel.serial_number if channel else "") or entry.serial_number
    rows = [
        (words.say("Instrument"), f"{entry.name} {words.either(entry.title_zh, entry.title_en)}"),
        (words.say("Room"), words.either(entry.room_zh, entry.room_en)),
        (words.say("Serial number"), serial),
        (words.say("Says of itself"), instrument.identity),
        (words.say("Profile"), _profile(entry.profile, profile, words)),
        (words.say("Connection"), entry.url),
        (words.say("Period"), f"{entry.period_s:g} s"),
    ]
    return [(label, text or DASH) for label, text in rows]


def _profile(name: str, profile: Profile | None, words: Words) -> str:
    if profile is None:
        return name
    title = words.either(profile.title_zh, profile.title_en)
    return f"{title} ({name})"


def reasons(channel: ChannelNow, words: Words) -> list[Reason]:
    """Each condition of a corrected value, met or not, in the order a person would check them."""
    certificate = channel.certificate.certificate
    if certificate is None:
        return [Reason(False, words.say("There is no certificate for this channel"))]
    return [
        _document(certificate, words),
        _validity(channel, certificate, words),
        _serial_number(channel, certificate, words),
        _measurand(channel, certificate, words),
        _range(channel, words),
        _two_persons(certificate, words),
        _traceability(certificate, words),
    ]


def _document(certificate: Certificate, words: Words) -> Reason:
    kind = words.say(KINDS[certificate.kind]) if certificate.kind in KINDS else certificate.kind
    return Reason(True, f"{kind} {certificate.number} · {certificate.laboratory}")


def _validity(channel: ChannelNow, certificate: Certificate, words: Words) -> Reason:
    text = words.say(
        "valid from {start} until {end}",
        start=words.date(certificate.in_force_from_ns),
        end=words.date(certificate.valid_until_ns - 1),
    )
    good = channel.certificate.state in (CertificateState.VALID, CertificateState.DUE)
    return Reason(good, text)


def _serial_number(channel: ChannelNow, certificate: Certificate, words: Words) -> Reason:
    told, number = channel.channel.serial_number, certificate.serial_number
    if not told:
        text = words.say("serial number {number}; the instrument does not tell its own", number=number)
        return Reason(None, text)
    if told == number:
        return Reason(True, words.say("serial number {number}, as the instrument says", number=told))
    text = words.say("serial number {number}, but the instrument says {told}", number=number, told=told)
    return Reason(False, text)


def _measurand(channel: ChannelNow, certificate: Certificate, words: Words) -> Reason:
    quantity, unit = words.quantity(certificate.quantity), symbol(certificate.unit) or "1"
    wrong = channel.meant is not None and channel.meant.state in (State.WRONG_UNIT, State.WRONG_QUANTITY)
    return Reason(not wrong, words.say("{quantity} in {unit}", quantity=quantity, unit=unit))


def _range(channel: ChannelNow, words: Words) -> Reason:
    state = channel.meant.state if channel.meant else None
    if state is State.OUT_OF_RANGE:
        return Reason(False, words.say("the indication is outside the range of the certificate"))
    if state is State.CORRECTED:
        return Reason(True, words.say("the indication is within the range of the certificate"))
    return Reason(None, words.say("range not looked at"))


def _two_persons(certificate: Certificate, words: Words) -> Reason:
    text = words.say(
        "entered by {entered}, checked by {checked}",
        entered=certificate.entered_by or DASH,
        checked=certificate.checked_by or DASH,
    )
    two = bool(certificate.checked_by) and certificate.checked_by != certificate.entered_by
    return Reason(two, text)


def _traceability(certificate: Certificate, words: Words) -> Reason:
    if not certificate.traceable_to:
        return Reason(False, words.say("no measurement standard is named"))
    names = " · ".join(str(standard) for standard in certificate.traceable_to)
    return Reason(True, words.say("traceable to {names}", names=names))


COLUMNS = (
    N_("time"),
    N_("indication"),
    N_("corrected value"),
    "U",
    "k",
    N_("quality"),
    N_("certificate"),
    N_("frame, as text"),
    N_("frame, hexadecimal"),
)


def record_table(recent: Sequence[Meant], unit: str, words: Words) -> str:
    """The last readings as an HTML table, newest first; everything in it is escaped."""
    heads = [words.say(name) if len(name) > 1 else name for name in COLUMNS]
    for i in (1, 2, 3):
        heads[i] += f" / {symbol(unit)}" if symbol(unit) else ""
    head = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
    rows = "".join(f"<tr>{_cells(meant, words)}</tr>" for meant in recent)
    return f'<table class="record"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _cells(meant: Meant, words: Words) -> str:
    row = meant.row
    corrected = meant.value is not None and meant.U is not None and meant.k is not None
    texts = (
        words.precise_time(row.t_ns),
        typeset(row.raw_text),
        number(meant) if corrected else DASH,
        expanded(meant.U) if meant.U is not None else DASH,
        f"{meant.k:.2f}" if meant.k is not None else DASH,
        words.quality(row.quality),
        meant.certificate.number if meant.certificate and corrected else words.uncorrected(meant.state),
        frame_text(row.frame),
        row.frame.hex(" "),
    )
    return "".join(f"<td>{html.escape(text)}</td>" for text in texts)
