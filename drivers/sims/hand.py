"""The operator's hand at the simulated laboratory: it takes words, and keeps the script of what it did.

The script lies in the demo's folder, so a laboratory that was ended goes on where it was: what stood in the
oven has been there all the time.
"""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from drivers.clock import Clock
from drivers.errors import ClockError, HandError
from drivers.fast_clock import FastClock
from drivers.sims.bench import BALANCES, Bench
from drivers.sims.moves import VERBS, Words, number
from drivers.sims.script import Script
from drivers.sims.twin import line_end

SCRIPT_FILE = "bench.txt"
FORMAT = "hengliang-bench-1"
LONGEST_LINE = 200
KEYS = ("tare", "zero", "print")
OWN_USAGE = ("cut INSTRUMENT", "mend INSTRUMENT", "speed FACTOR", "state", "help")
NICKNAMES = {"balance": BALANCES[0]}
NS_PER_S = 1_000_000_000
_Thing = TypeVar("_Thing")


class Wire(Protocol):
    """The line of an instrument."""

    is_cut: bool

    def cut(self) -> None:
        """Pull the plug."""
        ...

    def mend(self) -> None:
        """Put it in again."""
        ...


class Keyboard(Protocol):
    """The keys of a balance."""

    def press(self, key: str) -> None:
        """One of ``KEYS``."""
        ...


class Hand:
    """Does what it is told, one thing after the other; several threads may tell it."""

    def __init__(self, clock: Clock, folder: Path | None = None, seed: int = 0) -> None:
        """Args: ``folder`` keeps the script, and may hold that of an earlier laboratory.

        Raises:
            HandError: the script there cannot be used.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self.fastest = clock.factor if isinstance(clock, FastClock) else 1.0
        """How fast the hand may let time run: as the laboratory was started, which may stand still first."""
        self._origin_ns = clock.now_ns()
        self._script = Script(seed)
        self._file = None if folder is None else folder / SCRIPT_FILE
        self.wires: dict[str, Wire] = {}
        self.keyboards: dict[str, Keyboard] = {}
        if self._file is not None:
            self._take_up(self._file)

    def bench(self) -> Bench:
        """The bench as it is now."""
        script = self._script
        return script.at(max(self._now_s(), script.end_s))

    def do(self, line: str) -> dict[str, object]:
        """Do what ``line`` says, and tell what has come of it.

        Raises:
            HandError: it cannot be done, or is not understood.
        """
        if len(line) > LONGEST_LINE:
            raise HandError(f"a line of {len(line)} characters: at most {LONGEST_LINE} are taken")
        if not line.isascii():
            raise HandError(f"{line[:40]!r}: only ASCII is understood")
        words = tuple(NICKNAMES.get(word, word) for word in line.split())
        match words:
            case ("help",):
                return {"words": [*(verb.usage for verb in VERBS.values()), *OWN_USAGE]}
            case ("state",):
                return self._state()
            case ("speed", factor):
                self._set_speed(factor)
            case ("cut", name):
                _known(self.wires, name).cut()
            case ("mend", name):
                _known(self.wires, name).mend()
            case (("help" | "state" | "speed" | "cut" | "mend") as verb, *_):
                usage = next(each for each in OWN_USAGE if each.startswith(verb))
                raise HandError(f"{verb} is written as: {usage}")
            case _:
                self._move(words)
                if words[0] in KEYS:
                    _known(self.keyboards, words[1]).press(words[0])
        return {"done": " ".join(words)}

    def _now_s(self) -> float:
        return round((self._clock.now_ns() - self._origin_ns) / NS_PER_S, 6)

    def _move(self, words: Words) -> None:
        with self._lock:
            t_s = max(self._now_s(), self._script.end_s)
            script = self._script.then(t_s, words)
            if self._file is not None:
                try:
                    with self._file.open("a", encoding="ascii") as file:
                        file.write(f"{t_s:.6f} {' '.join(words)}\n")
                except OSError as error:
                    raise HandError(f"{self._file}: cannot be written ({error.strerror})") from error
            self._script = script

    def _set_speed(self, factor: str) -> None:
        """Not faster than at the start: nothing is read as often as it was promised then."""
        if not isinstance(self._clock, FastClock):
            raise HandError("time runs as everywhere here: `hengliang demo --fast 60` has a time of its own")
        try:
            self._clock.set_speed(number(factor, 0.0, self.fastest))
        except ClockError as error:
            raise HandError(str(error)) from error

    def _take_up(self, path: Path) -> None:
        """Go on with the script of an earlier laboratory, or begin one."""
        try:
            if not path.exists():
                path.write_text(f"{FORMAT} {self._origin_ns} {self._script.seed}\n", encoding="ascii")
            head, *lines = path.read_text(encoding="ascii").splitlines()
            name, origin_ns, seed = head.split()
            if name != FORMAT:
                raise HandError(f"begins with {name!r}, not with {FORMAT}")
            self._origin_ns, self._script = int(origin_ns), Script(int(seed))
            for line in lines:
                t_s, *words = line.split()
                self._script = self._script.then(float(t_s), tuple(words))
        except OSError as error:
            raise HandError(f"{path}: cannot be used ({error.strerror})") from error
        except (ValueError, HandError) as error:
            msg = f"{path}: is no script of a bench ({error}); take it away to begin with a clean bench"
            raise HandError(msg) from error

    def _state(self) -> dict[str, object]:
        bench = self.bench()
        things = {
            name: {
                "place": bench.places[name],
                "mass_g": round(body.mass_g, 6),
                "sample_g": round(body.dry_g + body.room_water_g, 6),
                "water_g": round(body.water_g, 6),
                "temperature_degC": round(body.degc, 2),
            }
            for name, body in sorted(bench.bodies.items())
        }
        return {
            "simulated": True,
            "t_ns": self._clock.now_ns(),
            "speed": self._clock.factor if isinstance(self._clock, FastClock) else 1.0,
            "things": things,
            "air": {name: round(air.value, 2) for name, air in bench.air.items()},
            "oven_door": "open" if bench.door_is_open else "closed",
            "instruments_cut_off": sorted(name for name, wire in self.wires.items() if wire.is_cut),
        }


class HandTwin:
    """The hand on a wire: a line in, a line of JSON out; what cannot be done has ``error`` in it."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    def cut(self, buffer: bytes) -> int:
        """A request is a line."""
        return line_end(buffer)

    def answer(self, request: bytes, now_s: float) -> bytes:
        """Do it, and say what has come of it."""
        try:
            return _json(self._hand.do(request.decode("ascii")))
        except UnicodeDecodeError:
            return _json({"error": "bytes that are no ASCII text"})
        except HandError as error:
            return _json({"error": str(error)})

    def spontaneous(self, now_s: float) -> bytes:
        """Nothing."""
        return b""


def _json(reply: Mapping[str, object]) -> bytes:
    return json.dumps(reply, allow_nan=False).encode("ascii") + b"\n"


def _known(things: dict[str, _Thing], name: str) -> _Thing:
    if name not in things:
        raise HandError(f"{name!r} cannot be reached: {', '.join(things) or 'nothing'} can")
    return things[name]
