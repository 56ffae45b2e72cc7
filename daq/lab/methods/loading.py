"""Written methods: immutable data from ``config/methods/*.toml`` and a site's own folder.

The SHA-256 of a file's bytes is its version: a changed file is a new version, and nothing of an old one is
ever edited. ``docs/methods.md`` tells how to write one.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from daq.lab.methods.file import MethodError, Procedure, read_procedure
from daq.lab.methods.rules import mistakes_in

__all__ = ["Method", "MethodError", "load_methods", "missing_references", "read_method"]


_NAME = re.compile(r"\w[\w.-]{0,79}")


@dataclass(frozen=True, slots=True)
class Method:
    """One version of a written method."""

    name: str
    """The file's name without ``.toml``."""
    version: str
    """SHA-256 of the file's bytes, 64 hexadecimal digits."""
    document: bytes
    """The file itself, to be kept with the sessions that were led by it."""
    procedure: Procedure

    @property
    def short_version(self) -> str:
        """The first 12 digits of the version, for people."""
        return self.version[:12]


def read_method(name: str, data: bytes, where: str) -> Method:
    """One method from the bytes of its file; ``where`` names the file in sentences.

    Raises:
        MethodError: one sentence for each mistake: file, key, what was found, what is allowed.
    """
    if not _NAME.fullmatch(name):
        raise MethodError((f"{where}: {name!r} is no name of a method; up to 80 letters, digits, . - _",))
    procedure = read_procedure(data, where)
    mistakes = mistakes_in(procedure)
    if mistakes:
        raise MethodError(tuple(f"{where}: {mistake}" for mistake in mistakes))
    return Method(name, hashlib.sha256(data).hexdigest(), data, procedure)


def load_methods(extra: Path | None = None) -> dict[str, Method]:
    """The methods that come with the program, and those in a site's own folder ``extra``, by name.

    Raises:
        MethodError: one sentence for each mistake in any file, also for a method that another one needs.
    """
    mistakes: list[str] = []
    folders = [Path(str(resources.files("config") / "methods"))]
    if extra is not None and extra.is_dir():
        folders.append(extra)
    elif extra is not None:
        mistakes.append(f"{extra}: is not a folder; it must be a folder with methods (*.toml)")
    methods: dict[str, Method] = {}
    files = [path for folder in folders for path in sorted(folder.glob("*.toml"))]
    seen: dict[str, Path] = {}
    for path in files:
        if path.stem in seen:
            mistakes.append(
                f"{path}: a method {path.stem!r} is in {seen[path.stem]}; choose another file name"
            )
            continue
        seen[path.stem] = path
        try:
            methods[path.stem] = read_method(path.stem, path.read_bytes(), str(path))
        except OSError as error:
            mistakes.append(f"{path}: cannot be read: {error}")
        except MethodError as error:
            mistakes += error.mistakes
    for name, method in methods.items():
        mistakes += missing_references(str(seen[name]), method, seen, methods)
    if mistakes:
        raise MethodError(tuple(mistakes))
    return methods


def missing_references(
    where: str, method: Method, seen: Iterable[str], methods: Mapping[str, Method]
) -> Iterator[str]:
    """Methods that this one needs and that are not there, one sentence for each.

    Args:
        where: names the file in sentences.
        method: whose.
        seen: names that there are, also of files with mistakes, which are told already.
        methods: those without mistakes.
    """
    known = sorted(seen)
    for key, names, purpose in _needed(method.procedure):
        for name in names:
            if name not in known:
                yield f"{where}: {key}: found {name!r}; the methods are {', '.join(known) or 'none'}"
            elif name in methods and methods[name].procedure.purpose != purpose:
                yield f"{where}: {key}: found {name!r}; a method with purpose = {purpose!r} is needed"


def _needed(procedure: Procedure) -> Iterator[tuple[str, Sequence[str], str]]:
    for number, instrument in enumerate(procedure.instruments, 1):
        if instrument.check_before_use is not None:
            yield f"instrument[{number}].check_before_use", (instrument.check_before_use,), "check"
    for number, one in enumerate(procedure.inputs, 1):
        yield f"input[{number}].methods", one.methods, "sample"
    if procedure.equivalence is not None:
        yield "equivalence.reference_methods", procedure.equivalence.reference_methods, "sample"
