"""Words of the papers: decisions, rules and statements as a laboratory prints them."""

from collections.abc import Iterable
from decimal import Decimal

from calibration.conformity import Comparison, Decision
from calibration.rounding import plain, round_to_digits
from daq.i18n import N_
from daq.i18n.figures import THIN_SPACE, typeset, with_unit
from daq.i18n.speech import Speech
from daq.lab.methods.results import DECISION_RULES
from daq.lab.papers.blocks import DASH
from daq.lab.results.outcome import Judgement
from daq.lab.results.words import Words

DECISIONS = {
    Decision.PASS: ("●", N_("conforms")),
    Decision.CONDITIONAL_PASS: ("◐", N_("conforms, conditionally")),
    Decision.CONDITIONAL_FAIL: ("◑", N_("does not conform, conditionally")),
    Decision.FAIL: ("▲", N_("does not conform")),
}
"""Shape and word."""

COMPARISONS = {
    Comparison.FULL_VALUE: N_("full value (GB/T 8170): the unrounded value is compared with the limit"),
    Comparison.ROUNDED_VALUE: N_(
        "rounded value (GB/T 8170): the value is rounded once to the places of the limit, then compared"
    ),
}

_RULES = {
    "simple-acceptance": N_(
        "simple acceptance: a value at or within the limit conforms; the uncertainty is not subtracted"
    ),
    "guard-band-u": N_("guard band w = U: a value conforms if it is within the limit by at least U"),
    "guard-band-1.5u": N_(
        "guard band w = 1.5 U: a value conforms if it is within the limit by at least 1.5 U"
    ),
    "guard-band-3u": N_("guard band w = 3 U: a value conforms if it is within the limit by at least 3 U"),
    "guarded-rejection-u": N_(
        "guarded rejection w = U: a value fails to conform only if it is beyond the limit by more than U"
    ),
    "iso-14253-1": N_("guard band w = 0.83 U: a value conforms if it is within the limit by at least 0.83 U"),
    "non-binary-u": N_(
        "guard band w = U with conditional statements: within U of the limit, on either side, the statement "
        "is a conditional one"
    ),
}

DISTRIBUTIONS = {
    "normal": N_("Gaussian"),
    "rectangular": N_("rectangular"),
    "triangular": N_("triangular"),
    "arcsine": N_("arcsine"),
    "trapezoidal": N_("trapezoidal"),
    "t": N_("t-distribution"),
}
"""Of an input quantity; one that is not here keeps its own name."""

_SMALL_RISK = 0.001


class PaperWords(Speech):
    """Says what stands on papers, in one language and one time zone."""

    @property
    def label_mm(self) -> float:
        """Width of the names beside facts."""
        return 23 if self.language == "zh_CN" else 32

    def of(self, text: Words) -> str:
        """The text in this language, if it has one."""
        return self.either(text.zh, text.en)

    def other(self, text: Words) -> str:
        """The text in the other language; empty where that says nothing new."""
        other = text.en if self.language == "zh_CN" else text.zh
        return other if other != self.of(text) else ""

    def decision(self, decision: Decision) -> str:
        """Shape and word: ``● conforms``."""
        shape, word = DECISIONS[decision]
        return f"{shape} {self.say(word)}"

    def rule(self, name: str) -> str:
        """A decision rule in words, with its source."""
        sentence = self.say(_RULES[name])
        return self.say("{sentence} ({source})", sentence=sentence, source=DECISION_RULES[name].source)

    def listed(self, texts: Iterable[str]) -> str:
        """Each of the texts once, one after another."""
        return self.say(", ").join(dict.fromkeys(texts))

    def risk(self, risk: float) -> str:
        """A probability in percent, with two digits."""
        if risk < _SMALL_RISK:
            return f"<{THIN_SPACE}0.1{THIN_SPACE}%"
        return with_unit(plain(round_to_digits(risk * 100, 2)), "%")

    def limit(self, judgement: Judgement) -> str:
        """``≤ 14.0``, ``≥ 15.0`` or ``10.0 – 12.0``, as it is written in the specification."""
        lower, upper = judgement.lower, judgement.upper
        if lower is None and upper is None:
            return DASH
        if lower is None or upper is None:
            return f"≤ {plain(upper)}" if upper is not None else f"≥ {plain(lower or Decimal(0))}"
        return typeset(f"{plain(lower)} – {plain(upper)}")

    def level(self, level: Decimal) -> str:
        """A coverage probability: ``95.45 %``."""
        return with_unit(plain((level * 100).normalize()), "%")

    def band(self, lowest: str, highest: str, unit: str) -> str:
        """``21.8 – 22.4 °C``; one number where both are the same."""
        numbers = lowest if lowest == highest else f"{lowest} – {highest}"
        return with_unit(typeset(numbers), unit)

    def days(self, begun_ns: int, ended_ns: int) -> str:
        """``2026-11-21 – 2026-11-23``; one day where both are the same."""
        first, last = self.date(begun_ns), self.date(ended_ns)
        return first if first == last else f"{first} – {last}"
