"""Twins of Sartorius instruments: balances that speak SBI, and moisture analysers of the MA series.

Sources: manuals of Entris II p. 3, Combics p. 98, Practum p. 86, MA160 p. 67, MA150 p. 40; SBI commands of
the Cubis manual.
"""

from drivers.sims.physics import DryingRuns, Pan
from drivers.sims.twin import Keys, Nameplate, fixed

ESC = b"\x1b"


def sbi_cut(buffer: bytes) -> int:
    """Length of one SBI command: ESC and a letter, or up to ``_``; CR LF after it is optional.

    Bytes before an ESC are nothing to a balance: they are cut off as a request of their own, unanswered.
    """
    start = buffer.find(ESC)
    if start != 0:
        return len(buffer) if start < 0 else start
    if len(buffer) < 2:
        return 0
    end = 2
    if chr(buffer[1]).islower():  # the long commands: letters and digits up to an underline
        end = buffer.find(b"_") + 1
        if end == 0:
            return len(buffer) if len(buffer) > 64 else 0
    while buffer[end : end + 1] in (b"\r", b"\n"):
        end += 1
    return end


def text_line(label: str, text: str) -> str:
    """Identity line of 20 characters: the label, then the text to the right."""
    return f"{label:<10}{text:>10}\r\n"


class SbiTwin:
    """A balance that prints 22 characters on ``ESC P`` and keeps silent on all that only acts."""

    def __init__(self, pan: Pan, plate: Nameplate) -> None:
        self.pan = pan
        self.plate = plate
        self.keys = Keys()
        self._zero_g = 0.0
        self._tare_g = 0.0

    def cut(self, buffer: bytes) -> int:
        """A request begins with ESC."""
        return sbi_cut(buffer)

    def answer(self, request: bytes, now_s: float) -> bytes:
        """A line for printing commands, silence for the others and for the unknown."""
        match request.strip(b"\r\n")[1:]:
            case b"P" | b"kP_":
                return self._line(now_s).encode("ascii")
            case b"T":
                self._zero_or_tare(now_s)
            case b"U":
                self._tare(now_s)
            case b"V":
                self._zero(now_s)
            case b"x1_":
                return text_line("Model", self.plate.model).encode("ascii")
            case b"x2_":
                return text_line("SerNo.", self.plate.serial_number).encode("ascii")
            case b"x3_":
                return text_line("Vers.", self.plate.firmware).encode("ascii")
        return b""

    def spontaneous(self, now_s: float) -> bytes:
        """A line for the print key; automatic printing is off."""
        if not self.keys or not self.pan.at(now_s).stable:
            return b""
        match self.keys.take():
            case "print":
                return self._line(now_s).encode("ascii")
            case "tare":
                self._tare(now_s)
            case "zero":
                self._zero(now_s)
        return b""

    def _tare(self, now_s: float) -> None:
        self._tare_g = self.pan.at(now_s).mass_g - self._zero_g

    def _zero_or_tare(self, now_s: float) -> None:
        gross_g = self.pan.at(now_s).mass_g - self._zero_g
        if abs(gross_g) <= 0.02 * self.plate.capacity_g:
            self._zero(now_s)
        else:
            self._tare_g = gross_g

    def _zero(self, now_s: float) -> None:
        mass_g = self.pan.at(now_s).mass_g
        if abs(mass_g - self._zero_g) <= 0.02 * self.plate.capacity_g:
            self._zero_g, self._tare_g = mass_g, 0.0

    def _line(self, now_s: float) -> str:
        weighing = self.pan.at(now_s)
        gross_g = weighing.mass_g - self._zero_g
        if gross_g > self.plate.capacity_g:
            return f"{'Stat':<12}{'High':<8}\r\n"
        if gross_g < -0.02 * self.plate.capacity_g:
            return f"{'Stat':<12}{'Low':<8}\r\n"
        text = fixed(gross_g - self._tare_g, self.plate.decimals)
        sign, digits = ("-", text[1:]) if text.startswith("-") else ("+", text)
        unit = "g" if weighing.stable else ""
        return f"{'N':<6}{sign} {digits:>8} {unit:<3}\r\n"


class MoistureTwin:
    """A moisture analyser: ``N`` while it weighs, ``Moist`` while it dries and when it has ended."""

    def __init__(self, runs: DryingRuns, plate: Nameplate, interval_s: float | None = None) -> None:
        self.runs = runs
        self.plate = plate
        self._interval_s = interval_s
        """Seconds between lines printed unasked while drying; None is off."""
        self._printed_s = 0.0

    def cut(self, buffer: bytes) -> int:
        """A request begins with ESC."""
        return sbi_cut(buffer)

    def answer(self, request: bytes, now_s: float) -> bytes:
        """A line for printing commands, silence for the others and for the unknown."""
        match request.strip(b"\r\n")[1:]:
            case b"P" | b"kP_":
                return self._line(now_s).encode("ascii")
            case b"x1_":
                return text_line("Model", self.plate.model).encode("ascii")
            case b"x2_":
                return text_line("SerNo.", self.plate.serial_number).encode("ascii")
            case b"x3_":
                return text_line("Vers.", self.plate.firmware).encode("ascii")
        return b""

    def spontaneous(self, now_s: float) -> bytes:
        """An interval line: time since the start of the drying, then the moisture so far (MA150 p. 40)."""
        state = self.runs.at(now_s)
        if state.phase != "drying":
            self._printed_s = 0.0
            return b""
        if self._interval_s is None or state.phase_s < self._printed_s + self._interval_s:
            return b""
        self._printed_s = state.phase_s
        minutes, seconds = divmod(int(state.phase_s), 60)
        return self._field(f"{minutes:>2}:{seconds:02}", state.moisture_percent, 2, "%M").encode("ascii")

    def _line(self, now_s: float) -> str:
        state = self.runs.at(now_s)
        if state.mass_g > self.plate.capacity_g:
            return f"{'Stat':<12}{'High':<8}\r\n"
        if state.phase in {"drying", "result"}:
            return self._field("Moist", state.moisture_percent, 2, "%M")
        return self._field("N", state.mass_g, self.plate.decimals, "g" if state.stable else "")

    def _field(self, header: str, value: float, decimals: int, unit: str) -> str:
        text = fixed(value, decimals)
        sign, digits = ("-", text[1:]) if text.startswith("-") else ("+", text)
        return f"{header:<6}{sign}{digits:>9} {unit:<3}\r\n"
