"""Sessions made up for tests: any method, any readings, certificates with known coefficients."""

import dataclasses
from decimal import Decimal
from importlib import resources
from pathlib import Path

from calibration.certificates.native import read_native
from calibration.mpe import OIML_R76, VerifiedBalance
from daq.lab.methods.loading import load_methods, read_method
from daq.lab.methods.steps import Enter, RepeatUntil
from daq.lab.results.computing import compute_results
from daq.lab.results.given import Given, Plate, StandardValue
from daq.lab.sessions.evidence import Capture, Entry
from drivers.reading import Quality

FOLDER = Path(str(resources.files("config") / "methods"))
COPTIS = "coptis-moisture-chp-0832-2"

METHODS = load_methods()
NOW_NS = 1_790_000_000_000_000_000
"""In September 2026, when the certificates of these tests are in force."""

CERTIFICATE = """
format = "hengliang-certificate-1"
[certificate]
number = "{number}"
kind = "calibration"
laboratory = "made up"
calibrated_on = 2026-03-02
in_force_from = 2026-03-05T00:00:00Z
valid_until = 2027-03-05T00:00:00Z
level = 0.9545
entered_by = "a"
checked_by = "b"
[equipment]
name = "{name}"
serial_number = "1"
channel = "{channel}"
quantity = "{quantity}"
unit = "{unit}"
[in_use]
{in_use}
[curve]
kind = "polynomial"
unit = "{unit}"
gives = "correction"
coefficients = {coefficients}
covariance = {covariance}
range = [-50, 400]
{more}
"""

QUANTITIES = {"g": "mass", "degC": "temperature", "%M": "moisture"}


def certificate(name, unit="g", *, coefficients=(0.0, 0.0), covariance=((0, 0), (0, 0)), **about):
    """A straight line of corrections in the unit of the indication.

    ``in_use`` and ``more`` are lines of TOML; ``number`` and ``record`` name it.
    """
    s, d = about.get("s", 8e-5), about.get("d", 1e-4)
    in_use = about.get("in_use", f"repeatability = {s!r}\nrepeatability_dof = 9\nresolution = {d!r}")
    text = CERTIFICATE.format(
        number=about.get("number", f"C-{name}"),
        name=name,
        channel=QUANTITIES[unit],
        quantity=QUANTITIES[unit],
        unit=unit,
        in_use=in_use,
        coefficients=plain_list(coefficients),
        covariance=[plain_list(row) for row in covariance],
        more=about.get("more", ""),
    ).replace("'", "")
    return dataclasses.replace(read_native(text.encode(), "test"), record=about.get("record", "1.1"))


def plain_list(numbers):
    return [float(number) for number in numbers]


def method(text, name="m"):
    return read_method(name, text.encode(), f"{name}.toml")


class Session:
    """Builds what a session has in hand, reading by reading."""

    def __init__(self, of, name="S-2026-0001"):
        self.method = of
        self.name = name
        self.captures = []
        self.entries = []
        self.certificates = {}

    def read(self, into, portion, text, certificate=None, **about):
        """One capture; ``certificate`` is what was in force, or None."""
        step = about.get("step") or next(s.id for s in self.steps() if getattr(s, "into", None) == into)
        earlier = [c for c in self.captures if (c.step, c.portion) == (step, portion)]
        if certificate is not None:
            self.certificates[certificate.record] = certificate
        wanted = next(one for one in self.method.procedure.inputs if one.name == into)
        capture = Capture(
            id=about.get("id", len(self.captures) + 1),
            session=self.name,
            step=step,
            portion=portion,
            into=into,
            turn=len(earlier) + 1,
            instrument=about.get("instrument") or (certificate.equipment if certificate else "X-00"),
            channel="",
            channel_id=1,
            seq=len(self.captures) + 1,
            t_ns=about.get("t_ns", NOW_NS + len(self.captures)),
            raw=float(text),
            raw_text=str(text),
            unit=about.get("unit", wanted.unit),
            quality=about.get("quality", Quality.GOOD),
            frame=b"",
            value=None,
            u=None,
            value_unit="",
            certificate=certificate.record if certificate else "",
        )
        self.captures.append(capture)
        return capture

    def enter(self, into, portion, text):
        step = next(s.id for s in self.steps() if isinstance(s, Enter) and s.into == into)
        self.entries.append(
            Entry(
                session=self.name,
                step=step,
                portion=portion,
                into=into,
                value=Decimal(text),
                account="wang.fang",
                t_ns=NOW_NS,
                reason="read by eye",
            )
        )

    def steps(self):
        for step in self.method.procedure.steps:
            yield from step.steps if isinstance(step, RepeatUntil) else (step,)

    def given(self, **about):
        return Given(
            method=self.method,
            captures=tuple(self.captures),
            entries=tuple(self.entries),
            certificates=self.certificates,
            session=self.name,
            **about,
        )


BALANCE_PLATE = Plate(
    name="B-01",
    unit="g",
    resolution=Decimal("0.0001"),
    verified=VerifiedBalance("I", Decimal("0.001"), Decimal(220), "g", OIML_R76),
)


def weight(value, u=2e-5, *, name="W-1", record="9.1"):
    return StandardValue(name=name, value=Decimal(str(value)), u=u, unit="g", certificate=record)


def text_of(number, unit):
    """A number as an instrument of these tests would send it."""
    digits = {"g": 4, "degC": 2, "%M": 2, "mL": 2}[unit]
    return f"{float(number):.{digits}f}"


def moisture(of=METHODS["coptis-moisture-chp-0832-2"], *, one=None, masses=None, name="S-2026-0001"):
    """A session of loss on drying in duplicate; masses are (dish, with sample, first dry, dry)."""
    one = one or certificate("B-01")
    session = Session(of, name)
    masses = masses or (
        ("20.1234", "23.1234", "22.7040", "22.7022"),
        ("19.8765", "23.0265", "22.5872", "22.5855"),
    )
    for portion, (m3, m1, first, m2) in enumerate(masses, 1):
        session.read("m3", portion, m3, one)
        session.read("m1", portion, m1, one)
        session.read("m2", portion, first, one)
        session.read("m2", portion, m2, one, step="dry-mass-again")
    return session


def changed(name, *changes):
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return method(text, name)


def with_moisture(percent, comparison="rounded-value"):
    """Two dishes that both lose so many percent of 2 g."""
    of = changed(COPTIS, ('comparison = "rounded-value"', f'comparison = "{comparison}"'))
    dry = Decimal(22) - Decimal(2) * Decimal(percent) / 100
    masses = ("20.0000", "22.0000", f"{dry + Decimal('0.0002'):.4f}", f"{dry:.4f}")
    session = moisture(of, masses=(masses, masses))
    return compute_results(session.given(product_limit="drug-chp-2025"))[0]
