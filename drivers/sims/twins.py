"""The twin of a profile: which dialect, which physics, which scenario."""

from collections.abc import Callable, Mapping

from drivers.errors import ProfileError
from drivers.profiles import Profile
from drivers.register_map import RegisterMap
from drivers.sims.endpoints import parse_listen
from drivers.sims.mt_sics import MtSicsTwin
from drivers.sims.physics import (
    BATCH,
    BOTTLE,
    Course,
    DryingRun,
    OperatedPan,
    Oven,
    Pan,
    Routine,
    StillPan,
    Wave,
    room_humidity,
    room_temperature,
    water_bath,
)
from drivers.sims.registers import EitherFraming, RegistersTwin
from drivers.sims.sartorius import MoistureTwin, SbiTwin
from drivers.sims.twin import Nameplate, Twin
from drivers.urls import Framing

SCENARIOS = {
    "mt-sics": ("default", "overload", "unstable"),
    "sartorius-sbi": ("default", "overload", "unstable"),
    "sartorius-moisture": ("default", "overload"),
    "modbus": ("default", "sensor-fault"),
}
"""What a dialect's twin can play. ``sensor-fault`` breaks the probe of the last channel."""


def framing_for(listen: str) -> Framing | None:
    """How Modbus messages are wrapped there: either way at ``tcp://``, RTU at ``rtu+tcp://`` and ``pty:``.

    Raises:
        ProfileError: ``listen`` cannot be understood.
    """
    return None if parse_listen(listen).scheme == "tcp" else Framing.RTU


def client_url(profile: Profile, listen: str) -> str:
    """The URL by which an instrument of ``profile`` that listens at ``listen`` is read.

    Raises:
        ProfileError: ``listen`` cannot be understood, or means RTU frames where the profile speaks text.
    """
    address = parse_listen(listen)
    if address.scheme == "rtu+tcp" and profile.dialect != "modbus":
        fitting = listen.removeprefix("rtu+")
        msg = (
            f"--listen {listen!r} is for Modbus, but {profile.name} speaks {profile.dialect}: write {fitting}"
        )
        raise ProfileError(msg)
    if profile.dialect == "modbus":
        scheme = {"tcp": "modbus://", "rtu+tcp": "modbus-rtu+tcp://", "pty": "modbus-rtu:"}[address.scheme]
    else:
        scheme = "serial:" if address.scheme == "pty" else "tcp://"
    where = str(address.path.absolute()) if address.scheme == "pty" else listen.partition("://")[2]
    return scheme + where


def make_twin(
    profile: Profile,
    scenario: str = "default",
    seed: int = 0,
    framing: Framing | None = None,
    serial_number: str = "",
) -> Twin:
    """A twin that speaks the profile's dialect.

    Args:
        profile: what kind of instrument it is.
        scenario: one of ``SCENARIOS``.
        seed: another seed is another story.
        framing: how Modbus messages are wrapped; None takes either.
        serial_number: what it tells when asked; empty makes one of the seed.

    Raises:
        ProfileError: the dialect's twin does not play that scenario.
    """
    if scenario not in SCENARIOS[profile.dialect]:
        allowed = ", ".join(SCENARIOS[profile.dialect])
        msg = f"scenario: found {scenario!r}; a twin of {profile.dialect} plays {allowed}"
        raise ProfileError(msg)
    if isinstance(profile.options, RegisterMap):
        return registers_twin(profile, _courses(profile, scenario, seed), framing)
    return _TEXT_TWINS[profile.dialect](scenario, seed, serial_number or f"SIM{seed:07}")


def registers_twin(profile: Profile, courses: Mapping[str, Course], framing: Framing | None = None) -> Twin:
    """A twin of a Modbus profile whose channels measure ``courses``.

    Raises:
        ProfileError: the profile speaks no Modbus.
    """
    if not isinstance(profile.options, RegisterMap):
        raise ProfileError(f"{profile.name} has no registers: it speaks {profile.dialect}")
    made = {each: RegistersTwin(profile.options, courses, each, profile.unit_id) for each in Framing}
    return made[framing] if framing else EitherFraming(made[Framing.RTU], made[Framing.MBAP])


def _mt_sics(scenario: str, seed: int, serial_number: str) -> Twin:
    plate = Nameplate("XS205DU", serial_number, "3.10 10.28.0.493.142", capacity_g=220.0, decimals=4)
    return MtSicsTwin(_pan(scenario, BOTTLE, plate, seed), plate)


def _sbi(scenario: str, seed: int, serial_number: str) -> Twin:
    plate = Nameplate("ENTRIS2202", serial_number, "00-39-12", capacity_g=2200.0, decimals=2)
    return SbiTwin(_pan(scenario, BATCH, plate, seed), plate)


def _moisture(scenario: str, seed: int, serial_number: str) -> Twin:
    plate = Nameplate("MA160-1", serial_number, "01-62-05", capacity_g=200.0, decimals=4)
    return MoistureTwin(DryingRun(seed, sample_g=250.0 if scenario == "overload" else 3.4253), plate)


_TEXT_TWINS: dict[str, Callable[[str, int, str], Twin]] = {
    "mt-sics": _mt_sics,
    "sartorius-sbi": _sbi,
    "sartorius-moisture": _moisture,
}


def _pan(scenario: str, routine: Routine, plate: Nameplate, seed: int) -> Pan:
    if scenario == "overload":
        return StillPan(1.1 * plate.capacity_g)
    if scenario == "unstable":
        return StillPan(routine.vessel_g, stable=False)
    return OperatedPan(routine, 10.0**-plate.decimals, seed)


def _courses(profile: Profile, scenario: str, seed: int) -> dict[str, Course]:
    """What each channel measures: a room where humidity is measured too, else oven, water bath, rooms."""
    is_room = any(channel.quantity == "humidity" for channel in profile.channels)
    places: list[Course] = [] if is_room else [Oven(seed).at, water_bath(seed).at]
    courses: dict[str, Course] = {}
    for index, channel in enumerate(profile.channels):
        if channel.quantity == "humidity":
            courses[channel.name] = room_humidity(seed).at
        elif channel.quantity == "temperature":
            courses[channel.name] = places.pop(0) if places else room_temperature(seed + index).at
        else:
            courses[channel.name] = Wave(20.0, swing=0.1, noise=0.01, key=channel.name, seed=seed).at
    if scenario == "sensor-fault":
        courses[profile.channels[-1].name] = _broken
    return courses


def _broken(_: float) -> None:
    """A probe whose wire is broken."""
