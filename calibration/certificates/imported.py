"""What an importer found in a document, before a person has said anything about it.

Nothing here is in force: a ``Proposal`` is shown beside its document, completed by a person
(``calibration.certificates.completing``) and checked by another.
"""

import datetime
import enum
from dataclasses import dataclass
from decimal import Decimal

from calibration.certificates.kind import Kind
from calibration.sentences import Sentence, placed


class Severity(enum.StrEnum):
    """What a finding asks for."""

    ERROR = "error"
    """Cannot be used as it stands: correct a cell, or ask the laboratory."""
    WARNING = "warning"
    """Can be used after a person looked at it."""
    NOTE = "note"
    """How something was read that could have been read otherwise."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one place of the document: what was found, what is allowed, what to do."""

    severity: Severity
    place: str
    """XPath of an element, or sheet and cell."""
    sentence: Sentence

    def __str__(self) -> str:
        return str(self.said)

    @property
    def said(self) -> Sentence:
        """The sentence with its place before it."""
        return placed(self.place, self.sentence)


class Words(tuple[tuple[str, str], ...]):
    """A text in several languages: pairs of language ("" if the document does not say) and text."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.in_language("en")

    @property
    def all(self) -> str:
        """Every language, for looking for a word."""
        return " / ".join(text for _, text in self)

    def in_language(self, language: str) -> str:
        """The text in a language, or without one, or the first; empty if there is none."""
        by_language = dict(reversed(self))
        return by_language.get(language) or by_language.get("") or (self[0][1] if self else "")


NO_WORDS = Words()


@dataclass(frozen=True, slots=True)
class Identification:
    """One number of an item, and who gave it: manufacturer, customer, calibrationLaboratory …."""

    issuer: str
    value: str
    name: Words = NO_WORDS


@dataclass(frozen=True, slots=True)
class Item:
    """What was calibrated."""

    name: Words
    manufacturer: str = ""
    model: str = ""
    serial_number: str = ""
    identifications: tuple[Identification, ...] = ()


class Relation(enum.StrEnum):
    """How another document stands to this one."""

    STANDARD = "standard"
    """Certificate of a standard that was used: the traceability edge."""
    PREVIOUS = "previous-report"
    REPLACED = "replaced"
    LINKED = "linked-report"


@dataclass(frozen=True, slots=True)
class Link:
    """Another document, by its number and (where the laboratory gave one) the hash of its bytes."""

    relation: Relation
    number: str
    place: str
    equipment: str = ""
    """Name and number of the standard."""
    sha256: str = ""
    """Lower-case hexadecimal; empty for a paper or another kind of hash."""
    procedure: str = ""
    """As the document says it: SHA256, analogue …."""
    referral: str = ""


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file inside the document; its name is for people, never a path."""

    name: str
    mime_type: str
    size: int
    sha256: str
    place: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Conformity:
    """A verdict, as the document words it: pass, fail, conditionalPass, 合格 …."""

    verdict: str
    place: str
    norm: str = ""
    text: Words = NO_WORDS
    """Declaration: the decision rule, if it is said at all, is in these words."""
    authority: str = ""


class Shape(enum.StrEnum):
    """What kind of curve a proposal can become."""

    ERRORS = "errors"
    """Indications and their errors: becomes a curve of corrections."""
    VALUES = "values"
    """Indications in one quantity, references in another (ohm, degC): becomes a curve of values."""
    MATERIAL_MEASURE = "material-measure"
    """Values of weights, resistors …: nothing is indicated, so there is no curve."""
    COEFFICIENTS = "coefficients"
    """Constants of an equation."""


class Stage(enum.StrEnum):
    """Before or after the instrument was adjusted; without an adjustment it is neither."""

    AS_FOUND = "as-found"
    AS_LEFT = "as-left"
    UNADJUSTED = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedPoint:
    """One calibration point, with the digits that were written; None where the document says nothing."""

    reference: Decimal | None = None
    """What the standards gave, in the proposal's ``reference_unit``."""
    indication: Decimal | None = None
    """In the proposal's ``unit``."""
    error: Decimal | None = None
    """Indication minus reference, in ``error_unit``."""
    correction: Decimal | None = None
    """Minus the error (修正值), in ``error_unit``."""
    value: Decimal | None = None
    """Of a material measure, in ``unit``."""
    expanded: Decimal | None = None
    """U, in ``uncertainty_unit``."""
    k: Decimal | None = None
    probability: Decimal | None = None
    distribution: str = ""
    nominal: str = ""
    """Nominal value or set point, with its unit, as written."""
    conformity: str = ""
    tolerance: tuple[Decimal | None, Decimal | None] = (None, None)
    """Lower and upper limit of the error, in ``error_unit``."""
    acceptance: tuple[Decimal | None, Decimal | None] = (None, None)
    """The same with guard bands."""
    standard: str = ""
    """Which of the standards was used for this point."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Constants of an equation, as stated, with their covariance if the document has one."""

    equation: str
    """"callendar-van-dusen"."""
    names: tuple[str, ...]
    values: tuple[Decimal, ...]
    units: tuple[str, ...]
    """As written."""
    covariance: tuple[tuple[Decimal, ...], ...] = ()
    low: Decimal | None = None
    """Valid range in degC."""
    high: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The result for one measurand of one channel, to be confirmed by a person."""

    name: Words
    place: str
    shape: Shape
    quantity: str
    """``mass``, ``temperature`` …; of the indication. Empty where it is not one of the project's."""
    unit: str
    """Of indication or value: the project's spelling, otherwise the document's."""
    reference_unit: str = ""
    error_unit: str = ""
    uncertainty_unit: str = ""
    stage: Stage = Stage.UNADJUSTED
    points: tuple[ProposedPoint, ...] = ()
    coefficients: Coefficients | None = None


class Particular(enum.StrEnum):
    """What a certificate says besides its points and is wanted for the instrument in use."""

    RESOLUTION = "resolution"
    VERIFICATION_INTERVAL = "verification-interval"
    MAXIMUM = "maximum"
    REPEATABILITY = "repeatability"
    """Standard deviation of single readings."""
    ECCENTRICITY = "eccentricity"
    """Largest difference of the indications off the centre from that in the centre."""
    AMBIENT = "ambient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One particular, as a hint for the person who completes the proposal."""

    particular: Particular
    name: Words
    value: Decimal
    unit: str
    place: str
    load: str = ""
    """At which load or point, with its unit."""
    count: int | None = None
    """Number of weighings behind a standard deviation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrative:
    """Who calibrated what, for whom and when."""

    number: str
    laboratory: str
    laboratory_code: str = ""
    customer: str = ""
    kind: Kind = Kind.CALIBRATION
    items: tuple[Item, ...] = ()
    received_on: datetime.date | None = None
    begun_on: datetime.date | None = None
    ended_on: datetime.date | None = None
    """The day that the native certificate calls calibrated_on."""
    issued_on: datetime.date | None = None
    due_on: datetime.date | None = None
    """Next calibration or end of validity as the document states it; who decides is another matter."""
    performed_at: str = ""
    country: str = ""
    signers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Everything that was found in the bytes of one document."""

    file_sha256: str
    format: str
    """Such as "DCC 3.3.0" or "workbook 1 (balance)"."""
    administrative: Administrative
    proposals: tuple[Proposal, ...] = ()
    stated: tuple[Stated, ...] = ()
    conformity: tuple[Conformity, ...] = ()
    """Of the document as a whole."""
    links: tuple[Link, ...] = ()
    files: tuple[EmbeddedFile, ...] = ()
    signatures: int = 0
    """Signatures that are there; nothing is said about their validity."""
    findings: tuple[Finding, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether a finding must be settled before anything of this can come into force."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)
