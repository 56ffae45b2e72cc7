"""The rules in force: those that come with the program and the site's own; every mistake in one report."""

import json
import math
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from daq.errors import SettingsError
from daq.lab.methods.loading import Method
from daq.lab.methods.parts import Part, Word
from daq.lab.methods.steps import Environment, Hold, RepeatUntil
from daq.mistakes import Place, found_at, key_of, sentence_of
from daq.watch import windows
from daq.watch.message_parts import Messages, Severities, SeverityRule
from daq.watch.rule_parts import (
    RULE_TYPES,
    AnyRule,
    ChannelRule,
    Disagreement,
    Limit,
    Lost,
    OfMethod,
    PlateOfBalance,
    WindowedRule,
)

Band = tuple[Decimal | None, Decimal | None]
"""Lowest and highest value that is well."""
UNITS_OF_BANDS = {"temperature": "degC", "humidity": "%RH"}


@dataclass(frozen=True, slots=True)
class KnownChannel:
    """A channel that the site's profiles name."""

    instrument: str
    name: str
    kind: str
    """Kind of the instrument: ``balance`` …"""
    quantity: str
    unit: str
    period_s: float = 1.0
    """Between two readings."""

    @property
    def path(self) -> str:
        """``INSTRUMENT/CHANNEL``."""
        return f"{self.instrument}/{self.name}"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What is watched, and how people are told."""

    rules: tuple[AnyRule, ...]
    messages: Messages
    severities: Severities
    bands: Mapping[tuple[str, str], Band]
    """Limits of rules that take them from a method, by rule and quantity."""

    def band(self, rule: Limit, quantity: str) -> Band:
        """The limits of a rule for a channel of this quantity; none where its method says none."""
        if rule.of is None:
            return rule.low, rule.high
        return self.bands.get((rule.name, quantity), (None, None))

    def severity(self, name: str) -> SeverityRule:
        """What a severity means."""
        found: SeverityRule = getattr(self.severities, name)
        return found


class _File(Part):
    disabled: tuple[Word, ...] = ()
    messages: Messages | None = None
    severity: Severities | None = None
    rules: tuple[AnyRule, ...] = Field(alias="rule", default=())


def load_rulebook(own: Path | None, methods: Mapping[str, Method], targets: Collection[str]) -> Rulebook:
    """The rules that come with the program, changed and added to by the site's ``own`` file.

    A rule of the site replaces one of the same name; ``disabled`` switches rules off by name.

    Args:
        own: the site's file; None for none.
        methods: those whose limits rules may take.
        targets: names of the site's ``[[notify]]``.

    Raises:
        SettingsError: every mistake at once, each with file and key.
    """
    shipped_path = Path(str(resources.files("config") / "alerts.toml"))
    shipped, mistakes = _read(shipped_path)
    site, more = _read(own) if own is not None else (_File(), [])
    if shipped is None or site is None:
        raise SettingsError((*mistakes, *more))
    rules = {rule.name: rule for rule in shipped.rules} | {rule.name: rule for rule in site.rules}
    where = str(own)
    kept = tuple(rule for rule in rules.values() if rule.name not in site.disabled)
    found = [*_unknown_disabled(where, site, rules), *_twice(where, site.rules), *_twice_lost(where, kept)]
    found += _folded_in_a_ring(where, kept)
    bands: dict[tuple[str, str], Band] = {}
    for path, file in ((str(shipped_path), shipped), (where, site)):
        for number, rule in enumerate(file.rules, 1):
            key = f"{path}: rule[{number}] {rule.name}"
            found += _cross_mistakes(key, rule, rules, targets)
            if isinstance(rule, Limit) and rule.of is not None:
                try:
                    bands |= {(rule.name, quantity): band for quantity, band in _bands(rule.of, methods)}
                except LookupError as error:
                    found.append(f"{key}.of: {error.args[0]}")
    messages, severities = site.messages or shipped.messages, site.severity or shipped.severity
    if found or messages is None or severities is None:
        raise SettingsError(tuple(found))
    return Rulebook(kept, messages, severities, bands)


def rules_without_channel(own: Path, rulebook: Rulebook, channels: Sequence[KnownChannel]) -> Iterator[str]:
    """A sentence for each of the site's own rules that no channel of the site matches, or not in its unit."""
    file, _ = _read(own)
    for number, rule in enumerate(file.rules if file else (), 1):
        if not isinstance(rule, ChannelRule) or rule not in rulebook.rules:
            continue
        key = f"{own}: rule[{number}] {rule.name}"
        about = [each for each in channels if rule.is_about(each.path, each.kind, each.quantity)]
        if not about:
            names = ", ".join(each.path for each in channels)
            yield f"{key}: is about no channel of this site; it has {names}"
        if isinstance(rule, Disagreement) and rule.against not in {each.path for each in channels}:
            yield f"{key}.against: found {rule.against!r}, which is no channel of this site"
        if isinstance(rule, WindowedRule) or (isinstance(rule, Limit) and rule.indication):
            for each in about:
                if each.unit != rule.unit:
                    yield f"{key}.unit: found {rule.unit!r}; {each.path} indicates in {each.unit}"
            if isinstance(rule, WindowedRule):
                yield from _too_seldom(key, rule, about)
        elif isinstance(rule, Limit | Disagreement):
            yield from _of_other_quantities(key, rule, about)


def _too_seldom(key: str, rule: WindowedRule, about: Sequence[KnownChannel]) -> Iterator[str]:
    """Channels whose readings never fill the window: nothing would ever be judged."""
    for each in about:
        least_s = math.ceil(each.period_s * windows.LEAST_PARTS)
        if rule.window_s < least_s:
            yield (
                f"{key}.window_s: found {rule.window_s}; {each.path} is read every {each.period_s:g} s, "
                f"take {least_s} or more"
            )


def _of_other_quantities(
    key: str, rule: Limit | Disagreement, about: Sequence[KnownChannel]
) -> Iterator[str]:
    """Channels that a pattern caught beside those it is for; a certificate may give another unit of one."""
    meant = {each.quantity for each in about if each.unit == rule.unit}
    for each in about:
        if meant and each.quantity not in meant:
            wanted = " or ".join(sorted(repr(quantity) for quantity in meant))
            yield f"{key}: is also about {each.path}, which indicates in {each.unit}; add quantity = {wanted}"


def _read(path: Path) -> tuple[_File | None, list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a byte-order mark
        document = tomllib.loads(text, parse_float=Decimal)
    except (OSError, UnicodeDecodeError) as error:
        return None, [f"{path}: cannot be read: {error}"]
    except tomllib.TOMLDecodeError as error:
        return None, [f"{path}: not valid TOML: {error}"]
    try:
        # by way of JSON, so that strict types take a TOML array for a tuple, and decimals keep their digits
        return _File.model_validate_json(json.dumps(document, default=str)), []
    except ValidationError as error:
        shown = tomllib.loads(text)
        details = error.errors(include_url=False)
        return None, [_sentence(path, shown, each) for each in details if not _is_result(each, details)]


def _is_result(detail: ErrorDetails, others: Sequence[ErrorDetails]) -> bool:
    """A list that is too short only because what it holds is wrong, which is said by itself."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(place)] == place for other in others if other is not detail
    )


def _sentence(path: Path, document: Any, detail: ErrorDetails) -> str:
    place = tuple(
        part
        for index, part in enumerate(detail["loc"])
        if not (index == 2 and detail["loc"][0] == "rule" and part in RULE_TYPES)
    )
    if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
        found = found_at(document, (*place, "kind"))
        kind = found if isinstance(found, str) else None
        return f"{path}: rule[{int(place[1]) + 1}].kind: found {kind!r}; allowed are {', '.join(RULE_TYPES)}"
    if isinstance(found_at(document, place), dict) and detail["type"] == "value_error":
        # about several keys of a table, which the message names
        return f"{path}: {key_of(place)}: {detail['msg'].removeprefix('Value error, ')}"
    return sentence_of(str(path), document, {**detail, "loc": place}, _allowed(document, place[:-1]))


def _allowed(document: Any, around: Place) -> list[str]:
    tables: dict[str, type[Part]] = {
        "messages": Messages,
        "severity": Severities,
        "of": OfMethod,
        "mpe": PlateOfBalance,
    }
    names = [part for part in around if isinstance(part, str)]
    table: type[Part] = _File
    if around and around[0] == "rule" and len(around) == 2:
        table = RULE_TYPES[found_at(document, (*around, "kind"))]
    elif names:
        table = tables.get(names[-1], SeverityRule)
    return [field.alias or name for name, field in table.model_fields.items()]


def _unknown_disabled(where: str, site: _File, rules: Mapping[str, AnyRule]) -> Iterator[str]:
    for number, name in enumerate(site.disabled, 1):
        if name not in rules:
            yield f"{where}: disabled[{number}]: there is no rule {name!r}; there are {', '.join(rules)}"


def _twice(where: str, rules: Sequence[AnyRule]) -> Iterator[str]:
    seen: set[str] = set()
    for number, rule in enumerate(rules, 1):
        if rule.name in seen:
            yield f"{where}: rule[{number}].name: {rule.name!r} is used twice; every rule needs its own name"
        seen.add(rule.name)


def _twice_lost(where: str, rules: Sequence[AnyRule]) -> Iterator[str]:
    lost = [rule.name for rule in rules if isinstance(rule, Lost)]
    if len(lost) > 1:
        yield (
            f"{where}: {' and '.join(lost)} are of kind 'lost': one cause is one alert, so only one of them "
            "can hold; add the other to disabled"
        )


def _folded_in_a_ring(where: str, rules: Sequence[AnyRule]) -> Iterator[str]:
    """Alerts of rules that fold each other would all be hidden, and nobody told."""
    folds = {rule.name: rule.folds for rule in rules}
    for name in folds:
        seen: set[str] = set()
        below = set(folds[name])
        while below - seen:
            seen |= below
            below = {deeper for each in below for deeper in folds.get(each, ())}
        if name in seen:
            yield f"{where}: rule {name}.folds: it is folded under itself in the end; leave a name out"


def _cross_mistakes(
    key: str, rule: AnyRule, rules: Mapping[str, AnyRule], targets: Collection[str]
) -> Iterator[str]:
    for name in rule.folds:
        if name not in rules:
            yield f"{key}.folds: there is no rule {name!r}; there are {', '.join(rules)}"
    for name in rule.who:
        if name not in targets:
            yield f"{key}.who: there is no [[notify]] {name!r} in site.toml; there are {', '.join(targets)}"


def _bands(of: OfMethod, methods: Mapping[str, Method]) -> Iterator[tuple[str, Band]]:
    """Limits by quantity.

    Raises:
        LookupError: no such method or step, or one without limits.
    """
    method = methods.get(of.method)
    if method is None:
        msg = f"there is no method {of.method!r}; there are {', '.join(methods)}"
        raise LookupError(msg)
    steps = [
        inner
        for step in method.procedure.steps
        for inner in ((step, *step.steps) if isinstance(step, RepeatUntil) else (step,))
    ]
    step = next((each for each in steps if each.id == of.step), None)
    if isinstance(step, Hold):
        yield "temperature", (step.low_degC, step.high_degC)
    elif isinstance(step, Environment):
        for quantity, band in (
            ("temperature", step.temperature_degC),
            ("humidity", step.humidity_percent),
        ):
            if band is not None:
                yield quantity, band
    else:
        with_limits = ", ".join(each.id for each in steps if isinstance(each, Hold | Environment))
        msg = f"method {of.method!r} has no step {of.step!r} with limits; it has {with_limits or 'none'}"
        raise LookupError(msg)
