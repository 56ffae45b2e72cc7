"""Twin of a Mettler-Toledo balance: MT-SICS levels 0 and 1, as far as a balance room uses them.

Sources: MT-SICS reference manual for Excellence balances; operating instructions AL/IC p. 72, AT/AB p. 87.
"""

from drivers.sims.physics import Pan, Weighing
from drivers.sims.twin import Command, Keys, Nameplate, fixed, line_end

STABILITY_TIMEOUT_S = 10.0
"""How long ``S``, ``Z`` and ``T`` wait for stability before they give up with ``I``."""

STREAM_PERIOD_S = 0.2
"""``SIR`` sends five times a second, the factory setting (AT/AB p. 23)."""

ADJUSTMENT_S = 60.0
"""Time between ``C3 B`` and ``C3 A``; a real one takes one to three minutes."""


class MtSicsTwin:
    """Zero, tare and what waits for stability; the pan itself belongs to the physics."""

    def __init__(self, pan: Pan, plate: Nameplate, probe_degc: float = 21.8) -> None:
        self.pan = pan
        self.plate = plate
        self.keys = Keys()
        self._name = ""
        self._zero_g = 0.0
        self._tare_g = 0.0
        self._waiting = ""
        """``S``, ``Z``, ``T`` until the pan is stable, or ``C3`` until the adjustment has ended."""
        self._wait_ends_s = 0.0
        self._stream_due_s: float | None = None
        self._commands: dict[str, Command] = {
            "S": self._when_stable("S"),
            "Z": self._when_stable("Z"),
            "T": self._when_stable("T"),
            "SI": lambda _, now_s: self._weight("S", now_s),
            "SIR": self._stream,
            "ZI": lambda _, now_s: self._zero("ZI", now_s),
            "TI": lambda _, now_s: self._tare("TI", now_s),
            "TA": self._preset_tare,
            "TAC": self._clear_tare,
            "I0": lambda _a, _t: self._list_commands(),
            "I1": lambda _a, _t: 'I1 A "01" "2.30" "2.20" "" ""\r\n',
            "I2": lambda _a, _t: f'I2 A "{plate.model} {plate.capacity_g:.{plate.decimals}f} g"\r\n',
            "I3": lambda _a, _t: f'I3 A "{plate.firmware}"\r\n',
            "I4": lambda _a, _t: f'I4 A "{plate.serial_number}"\r\n',
            "I5": lambda _a, _t: 'I5 A "11781363A"\r\n',
            "I10": self._own_name,
            "I11": lambda _a, _t: f'I11 A "{plate.model}"\r\n',
            "C3": self._adjust,
            "M28": lambda _a, _t: f"M28 B 1 {probe_degc:.1f}\r\nM28 A 2 {probe_degc + 0.3:.1f}\r\n",
            "@": self._reset,
        }

    def cut(self, buffer: bytes) -> int:
        """A request is a line."""
        return line_end(buffer)

    def answer(self, request: bytes, now_s: float) -> bytes:
        """Reply to one line; a command the balance does not know is ``ES``, a byte it cannot read ``ET``."""
        try:
            head, _, rest = request.decode("ascii").strip("\r\n").partition(" ")
        except UnicodeDecodeError:
            return b"ET\r\n"
        command = self._commands.get(head)
        if command is None:
            return b"ES\r\n"
        if rest and head not in {"TA", "I10"}:
            return b"EL\r\n"
        if self._waiting and head != "@":
            return f"{'S' if head == 'SI' else head} I\r\n".encode()
        if head in {"S", "SI", "@"}:
            self._stream_due_s = None
        return command(rest, now_s).encode("ascii")

    def spontaneous(self, now_s: float) -> bytes:
        """The reply that waited, a line for the print key, or the next line of a stream."""
        if self._waiting:
            return self._end_wait(now_s).encode("ascii")
        if self.keys and self._load(now_s).stable:
            return self._serve_key(self.keys.take(), now_s).encode("ascii")
        if self._stream_due_s is None or now_s < self._stream_due_s:
            return b""
        self._stream_due_s = now_s + STREAM_PERIOD_S
        return self._weight("S", now_s).encode("ascii")

    def _serve_key(self, key: str, now_s: float) -> str:
        """The print key sends a stable weight (``ST 1`` of the manual); the others act in silence."""
        if key == "print":
            return self._weight("S", now_s)
        if key == "tare":
            self._tare("T", now_s)
        else:
            self._zero("Z", now_s)
        return ""

    def _end_wait(self, now_s: float) -> str:
        waiting = self._waiting
        if waiting == "C3":
            if now_s < self._wait_ends_s:
                return ""
            self._waiting = ""
            return "C3 A\r\n"
        if self._load(now_s).stable:
            self._waiting = ""
            return self._finish(waiting, now_s)
        if now_s < self._wait_ends_s:
            return ""
        self._waiting = ""
        return f"{waiting} I\r\n"

    def _when_stable(self, name: str) -> Command:
        def ask(_: str, now_s: float) -> str:
            if self._out_of_range(now_s) or self._load(now_s).stable:
                return self._finish(name, now_s)
            self._waiting, self._wait_ends_s = name, now_s + STABILITY_TIMEOUT_S
            return ""

        return ask

    def _finish(self, name: str, now_s: float) -> str:
        if name == "Z":
            return self._zero("Z", now_s)
        return self._tare("T", now_s) if name == "T" else self._weight("S", now_s)

    def _load(self, now_s: float) -> Weighing:
        weighing = self.pan.at(now_s)
        return Weighing(weighing.mass_g - self._zero_g, weighing.stable)

    def _out_of_range(self, now_s: float) -> str:
        gross_g = self._load(now_s).mass_g
        if gross_g > self.plate.capacity_g:
            return "+"
        return "-" if gross_g < -0.02 * self.plate.capacity_g else ""

    def _field(self, mass_g: float) -> str:
        return f"{fixed(mass_g, self.plate.decimals):>10} g"

    def _weight(self, name: str, now_s: float) -> str:
        if beyond := self._out_of_range(now_s):
            return f"{name} {beyond}\r\n"
        load = self._load(now_s)
        return f"{name} {'S' if load.stable else 'D'} {self._field(load.mass_g - self._tare_g)}\r\n"

    def _zero(self, name: str, now_s: float) -> str:
        load = self._load(now_s)
        limit_g = 0.02 * self.plate.capacity_g
        if abs(load.mass_g) > limit_g:
            return f"{name} {'+' if load.mass_g > 0 else '-'}\r\n"
        self._zero_g += load.mass_g
        self._tare_g = 0.0
        if name == "Z":
            return "Z A\r\n"
        return f"ZI {'S' if load.stable else 'D'}\r\n"

    def _tare(self, name: str, now_s: float) -> str:
        if beyond := self._out_of_range(now_s):
            return f"{name} {beyond}\r\n"
        load = self._load(now_s)
        self._tare_g = load.mass_g
        return f"{name} {'S' if load.stable else 'D'} {self._field(self._tare_g)}\r\n"

    def _preset_tare(self, rest: str, _: float) -> str:
        if rest:
            value, unit = rest.strip().partition(" ")[::2]
            if unit != "g" or not value.replace(".", "", 1).isdigit() or float(value) > self.plate.capacity_g:
                return "TA L\r\n"
            self._tare_g = float(value)
        return f"TA A {self._field(self._tare_g)}\r\n"

    def _clear_tare(self, _: str, _now_s: float) -> str:
        self._tare_g = 0.0
        return "TAC A\r\n"

    def _stream(self, _: str, now_s: float) -> str:
        self._stream_due_s = now_s + STREAM_PERIOD_S
        return self._weight("S", now_s)

    def _adjust(self, _: str, now_s: float) -> str:
        self._waiting, self._wait_ends_s = "C3", now_s + ADJUSTMENT_S
        return "C3 B\r\n"

    def _own_name(self, rest: str, _: float) -> str:
        if rest:
            name = rest.strip('"')
            if len(name) > 20 or rest != f'"{name}"':
                return "I10 L\r\n"
            self._name = name
            return "I10 A\r\n"
        return f'I10 A "{self._name}"\r\n'

    def _list_commands(self) -> str:
        level_0 = {"@", "I0", "I1", "I2", "I3", "I4", "I5", "S", "SI", "SIR", "Z", "ZI"}
        names = sorted(self._commands, key=lambda name: (name not in level_0, name))
        lines = [f'I0 B {0 if name in level_0 else 1} "{name}"\r\n' for name in names[:-1]]
        return "".join(lines) + f'I0 A 1 "{names[-1]}"\r\n'

    def _reset(self, _: str, _now_s: float) -> str:
        if self._waiting == "C3":
            self._waiting = ""
            return f'C3 I\r\nI4 A "{self.plate.serial_number}"\r\n'
        self._waiting = ""
        self._tare_g = 0.0
        return f'I4 A "{self.plate.serial_number}"\r\n'
