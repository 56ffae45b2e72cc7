"""Profiles: what kind of instrument it is, its dialect, its line settings and its channels, from TOML files.

A profile is data. Its name is its file's name; ``docs/instruments.md`` tells how to write one.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drivers.errors import ProfileError
from drivers.reading import Channel
from drivers.register_map import Block, RegisterChannel, RegisterMap, Word, mistakes_in
from drivers.units import PROJECT_UNITS

Evidence = Literal["manual", "vendor", "code", "tried", "hardware", "remembered", "derived"]
Kind = Literal["balance", "moisture-analyser", "thermometer", "thermo-hygrometer", "controller"]
DialectName = Literal["mt-sics", "sartorius-sbi", "sartorius-moisture", "modbus"]
Text = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(ge=0, le=120)]


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How a serial line is set; the URL of an instrument may overrule each."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    baudrate: Literal[300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    bytesize: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    handshake: Literal["none", "xonxoff", "rtscts"] = "none"

    def __str__(self) -> str:
        return f"{self.baudrate} Bd {self.bytesize}{self.parity}{self.stopbits}"


@dataclass(frozen=True, slots=True)
class TextOptions:
    """What an instrument that speaks lines of ASCII may say."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    units: Annotated[tuple[str, ...], Field(min_length=1)]
    """Units that are believed, in the project's spelling; a line in any other is refused."""
    identity: bool = True
    """Whether it can be asked for model and serial number."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of instrument."""

    name: str
    title_en: str
    title_zh: str
    maker: str
    models: tuple[str, ...]
    kind: Kind
    dialect: DialectName
    evidence: Evidence
    """How well its facts are known: the weakest of those that matter."""
    sources: tuple[str, ...]
    line: LineSettings
    timeout_s: float
    """Longest wait for an answer."""
    quiet_s: float
    """How long the wire must be silent after a failure before it is trusted again."""
    min_interval_s: float
    """Silence kept on the wire before each question."""
    channels: tuple[Channel, ...]
    options: TextOptions | RegisterMap

    @property
    def unit_id(self) -> int:
        """The Modbus unit id it leaves the works with; 1 where there is none."""
        return self.options.unit_id if isinstance(self.options, RegisterMap) else 1

    @property
    def text(self) -> TextOptions:
        """The options of a profile whose dialect is text; ProfileError for another."""
        if isinstance(self.options, TextOptions):
            return self.options
        msg = f"profile {self.name}: has registers, not text"
        raise ProfileError(msg)

    @property
    def registers(self) -> RegisterMap:
        """The map of a profile whose dialect is Modbus; ProfileError for another."""
        if isinstance(self.options, RegisterMap):
            return self.options
        msg = f"profile {self.name}: has no registers"
        raise ProfileError(msg)


class _File(BaseModel):
    """What every profile file holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title_zh: Text
    title_en: Text
    maker: Text
    models: Annotated[tuple[Text, ...], Field(min_length=1)]
    kind: Kind
    dialect: DialectName
    evidence: Evidence
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    notes: str = ""
    """For the reader of the file."""
    line: LineSettings = LineSettings()
    timeout_s: Annotated[float, Field(gt=0, le=120)]
    quiet_s: Seconds
    min_interval_s: Seconds = 0.0


class _TextChannel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Word
    quantity: Word
    unit: Text


class _TextFile(_File):
    channel: Annotated[tuple[_TextChannel, ...], Field(min_length=1)]
    text: TextOptions


class _ModbusFile(_File):
    channel: Annotated[tuple[RegisterChannel, ...], Field(min_length=1)]
    block: Annotated[tuple[Block, ...], Field(min_length=1)]
    unit_id: Annotated[int, Field(ge=1, le=247)] = 1


def load_profiles(extra: Path | None = None) -> dict[str, Profile]:
    """The profiles that come with the program, and those in a site's own folder ``extra``, by name.

    Raises:
        ProfileError: one line for each mistake in any file: file, key, what was found, what is allowed.
    """
    mistakes: list[str] = []
    files = _toml_files(Path(str(resources.files("config") / "instruments")))
    if extra is not None:
        if extra.is_dir():
            files += _toml_files(extra)
        else:
            mistakes.append(f"{extra}: is not a folder; profiles_dir must be a folder with profiles (*.toml)")
    profiles: dict[str, Profile] = {}
    for path in files:
        if path.stem in profiles:
            mistakes.append(
                f"{path}: a profile {path.stem!r} comes with the program; choose another file name"
            )
            continue
        try:
            profiles[path.stem] = read_profile(path.stem, path.read_bytes(), str(path))
        except ProfileError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ProfileError("\n".join(mistakes))
    return profiles


def _toml_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == ".toml")


def named(profiles: Mapping[str, Profile], name: str) -> Profile:
    """The profile called ``name``.

    Raises:
        ProfileError: there is none; the sentence lists those that there are.
    """
    if name in profiles:
        return profiles[name]
    msg = f"profile: found {name!r}; `hengliang profiles` lists them: {', '.join(profiles)}"
    raise ProfileError(msg)


def read_profile(name: str, data: bytes, where: str) -> Profile:
    """One profile from the bytes of its TOML file; ``where`` names the file in sentences.

    Raises:
        ProfileError: one line for each mistake in the file.
    """
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"{where}: is not a TOML file in UTF-8: {error}"
        raise ProfileError(msg) from error
    model: type[_TextFile | _ModbusFile] = _ModbusFile if table.get("dialect") == "modbus" else _TextFile
    try:
        # by way of JSON, so that strict types still take a TOML array for a tuple and a text for a decimal
        entry = model.model_validate_json(json.dumps(table, default=str))
    except ValidationError as error:
        raise ProfileError("\n".join(_sentences(where, error))) from error
    mistakes = [f"{where}: {mistake}" for mistake in _mistakes_in(entry)]
    if mistakes:
        raise ProfileError("\n".join(mistakes))
    return _profile(name, entry)


def _profile(name: str, entry: _TextFile | _ModbusFile) -> Profile:
    options: TextOptions | RegisterMap
    if isinstance(entry, _ModbusFile):
        options = RegisterMap(entry.unit_id, entry.block, entry.channel)
    else:
        options = entry.text
    return Profile(
        name=name,
        title_en=entry.title_en,
        title_zh=entry.title_zh,
        maker=entry.maker,
        models=entry.models,
        kind=entry.kind,
        dialect=entry.dialect,
        evidence=entry.evidence,
        sources=entry.sources,
        line=entry.line,
        timeout_s=entry.timeout_s,
        quiet_s=entry.quiet_s,
        min_interval_s=entry.min_interval_s,
        channels=tuple(Channel(each.name, each.quantity, each.unit) for each in entry.channel),
        options=options,
    )


def _mistakes_in(entry: _TextFile | _ModbusFile) -> list[str]:
    found = []
    counts = Counter(channel.name for channel in entry.channel)
    found += [f"channel.name: {name!r} stands {count} times" for name, count in counts.items() if count > 1]
    units = {channel.unit for channel in entry.channel}
    is_always_fenced = False
    if isinstance(entry, _ModbusFile):
        found += mistakes_in(RegisterMap(entry.unit_id, entry.block, entry.channel))
    else:
        units |= set(entry.text.units)
        is_always_fenced = entry.dialect == "mt-sics" and entry.text.identity
    if entry.quiet_s <= entry.timeout_s and not is_always_fenced:
        found.append(
            f"quiet_s: found {entry.quiet_s:g}; it must exceed timeout_s ({entry.timeout_s:g}), because "
            "where no identity is told only silence keeps a late answer from being taken for the next"
        )
    unknown = ", ".join(sorted(units - PROJECT_UNITS))
    if unknown:
        found.append(f"unit: found {unknown}; allowed are {' '.join(sorted(PROJECT_UNITS))}")
    return found


def _sentences(where: str, error: ValidationError) -> list[str]:
    sentences = []
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    for detail in details:
        loc = detail["loc"]
        if any(other[: len(loc)] == loc and len(other) > len(loc) for other in places):
            continue  # only says again that something inside is wrong
        key = ".".join(f"[{part + 1}]" if isinstance(part, int) else str(part) for part in loc)
        key = key.replace(".[", "[") or "file"
        if detail["type"] == "missing":
            sentences.append(f"{where}: {key}: is missing")
        elif detail["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
            sentences.append(f"{where}: {key}: is not a key that is known here")
        else:
            sentences.append(f"{where}: {key}: found {detail['input']!r}; {detail['msg']}")
    return sentences
