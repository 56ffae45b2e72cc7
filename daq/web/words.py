"""Numbers, units, times and states as a person in a laboratory reads them, in one language."""

from calibration.correction import State
from daq.error_words import error_text
from daq.i18n import N_
from daq.i18n.speech import Speech
from daq.lab.meaning import Meant
from daq.lab.reasons import REASONS
from daq.web.digits import expanded
from daq.web.live.facts import CertificateNow, CertificateState, ChannelState

MARKS = {
    ChannelState.STABLE: "●",
    ChannelState.SETTLING: "○",
    ChannelState.LIVE: "●",
    ChannelState.IDLE: "◌",
    ChannelState.WAITING: "◌",
    ChannelState.STALE: "◌",
    ChannelState.ALARM: "▲",
    ChannelState.LOST: "■",
}

STATES = {
    ChannelState.STABLE: N_("stable"),
    ChannelState.SETTLING: N_("settling"),
    ChannelState.LIVE: N_("live"),
    ChannelState.IDLE: N_("not shown now"),
    ChannelState.WAITING: N_("waiting"),
    ChannelState.STALE: N_("stale"),
    ChannelState.ALARM: N_("alarm"),
    ChannelState.LOST: N_("lost"),
}

UNCORRECTED = {
    State.NO_CERTIFICATE: N_("no certificate"),
    State.EXPIRED: N_("certificate expired"),
    State.NOT_YET_IN_FORCE: N_("certificate not yet in force"),
    State.OUT_OF_RANGE: N_("outside the range of the certificate"),
    State.WRONG_UNIT: N_("unit differs from the certificate"),
    State.WRONG_QUANTITY: N_("quantity differs from the certificate"),
}


class Words(Speech):
    """Says what the board knows, in one language and one time zone."""

    def error(self, error: Exception) -> str:
        """The sentence of an error: in this language, if it can be said in another than English."""
        return error_text(error, self)

    def state(self, state: ChannelState) -> str:
        """Shape and word: ``● stable``."""
        return f"{MARKS[state]} {self.say(STATES[state])}"

    def reason(self, code: str) -> str:
        """What stands where a number would."""
        return self.say(REASONS.get(code, "no indication"))

    def uncertainty(self, meant: Meant) -> str:
        """``± 0.00034 (k=2.00)``; empty where the value is not corrected."""
        if meant.U is None or meant.k is None:
            return ""
        return f"± {expanded(meant.U)} (k={meant.k:.2f})"

    def uncorrected(self, state: State) -> str:
        """Why a reading is shown as indicated."""
        return self.say("not corrected: {reason}", reason=self.say(UNCORRECTED[state]))

    def certificate(self, now: CertificateNow) -> str:
        """Number of the certificate and what it is worth."""
        if now.certificate is None:
            return self.say("no certificate")
        number = now.certificate.number
        if now.state is CertificateState.EXPIRED:
            until = self.date(now.certificate.valid_until_ns - 1)
            return self.say("certificate {number} · expired {date}", number=number, date=until)
        if now.state is CertificateState.NOT_YET:
            start = self.date(now.certificate.in_force_from_ns)
            return self.say("certificate {number} · in force from {date}", number=number, date=start)
        if now.days_left < 1:
            return self.say("certificate {number} · ends today", number=number)
        left = self.count("{number} day left", "{number} days left", now.days_left)
        return self.say("certificate {number} · {left}", number=number, left=left)
