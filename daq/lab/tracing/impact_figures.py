"""What many results would become under another version of a certificate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from calibration.certificates.model import Certificate
from calibration.checks import FloatArray
from calibration.coverage import coverage_factors
from calibration.errors import CertificateError
from daq.errors import RegisterError
from daq.i18n import N_
from daq.lab.tracing.impact_readings import readings_behind
from daq.lab.tracing.impact_records import Chosen, KeptResults
from daq.lab.tracing.impact_shares import Figures, Readings, exchanged, shares_of
from daq.lab.tracing.impact_verdicts import decided, words_of
from daq.records.certificate_versions import find_version
from daq.records.certificates import built

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class ResultsBelow:
    """m results in their newest versions, and what they would become; m of each."""

    kept: KeptResults
    is_tried: BoolArray
    """Whether the other version was tried: a reading behind the result was corrected by the first one."""
    value: FloatArray
    """What it would be, to first order; as it is where nothing was tried; NaN outside of the other range."""
    u: FloatArray
    """NaN where a result has none."""
    expanded: FloatArray
    verdict: Sequence[str]

    def __len__(self) -> int:
        return len(self.kept.id)

    @property
    def verdict_changed(self) -> BoolArray:
        """Where the decision would be another one, or none any more."""
        pairs = zip(self.kept.verdict, self.verdict, strict=True)
        return np.array([old != new for old, new in pairs], dtype=bool)


def as_they_are(kept: KeptResults) -> ResultsBelow:
    """Results under which nothing is tried."""
    nothing = np.zeros(len(kept.id), dtype=bool)
    return ResultsBelow(kept, nothing, kept.value, kept.u, kept.expanded, kept.verdict)


def under_another(
    connection: Connection, chosen: Chosen, kept: KeptResults, swap: tuple[str, str]
) -> ResultsBelow:
    """Results with one certificate version in the place of another.

    Their value moves by sum c_i (x_i' - x_i); of their variance the readings' part is exchanged, and k, U and
    the verdict follow by the limits and the rule that they were kept with.

    Args:
        connection: to the records.
        chosen: as for ``kept_results``.
        kept: from ``kept_results``.
        swap: record of the version, and of the one that is tried in its place.

    Raises:
        RegisterError: a version that cannot correct these readings.
    """
    readings, records = readings_behind(connection, chosen, kept)
    if swap[0] not in records:
        return as_they_are(kept)
    place = records.index(swap[0])
    is_tried = np.bincount(readings.result[readings.certificate == place], minlength=readings.results) > 0
    readings = _of_results(readings, is_tried)
    used = sorted(set(readings.certificate.tolist()) - {-1})
    before = {which: curve_of(connection, records[which]) for which in used}
    after = before | {place: curve_of(connection, swap[1])}
    _demand_alike(before[place], after[place])
    numbered = _numbered(readings, used)
    old, new = (shares_of(numbered, [curves[which] for which in used]) for curves in (before, after))
    found = exchanged(Figures(kept.value, kept.u, kept.dof), old, new)
    value, u = np.where(is_tried, found.value, kept.value), np.where(is_tried, found.u, kept.u)
    expanded = np.where(is_tried, _expanded(found, kept.level), kept.expanded)
    verdict = _verdicts(kept, is_tried, (value, u, expanded))
    return ResultsBelow(kept, is_tried, value, u, expanded, verdict)


def curve_of(connection: Connection, record: str) -> Certificate:
    """The certificate of a version, whatever became of it.

    Raises:
        RegisterError: there is none, or it corrects no readings.
    """
    version = find_version(connection, record)
    try:
        found = built(version)
    except CertificateError as error:
        raise RegisterError(
            N_("Certificate {record} cannot be used: {why}"), record=record, why=str(error)
        ) from error
    if not isinstance(found, Certificate):
        raise RegisterError(
            N_("Certificate {record} has no curve: no reading is corrected by it."), record=record
        )
    return found


def _demand_alike(one: Certificate, other: Certificate) -> None:
    if (one.unit, one.value_unit) != (other.unit, other.value_unit):
        raise RegisterError(
            N_("{record} corrects {unit} into {value_unit}, and {other} corrects {other_unit} into {into}."),
            record=one.record,
            unit=one.unit,
            value_unit=one.value_unit,
            other=other.record,
            other_unit=other.unit,
            into=other.value_unit,
        )


def _of_results(readings: Readings, chosen: BoolArray) -> Readings:
    """Only the readings behind some of the results."""
    kept = chosen[readings.result]
    return Readings(
        readings.result[kept],
        readings.sensitivity[kept],
        readings.raw[kept],
        readings.certificate[kept],
        readings.results,
    )


def _numbered(readings: Readings, used: Sequence[int]) -> Readings:
    """Certificates numbered among those that are used."""
    place = np.searchsorted(np.array(used), readings.certificate)
    certificate = np.where(readings.certificate < 0, -1, place)
    return Readings(readings.result, readings.sensitivity, readings.raw, certificate, readings.results)


def _expanded(found: Figures, level: FloatArray) -> FloatArray:
    k = np.empty_like(found.u)
    dof = np.where(np.isnan(found.dof), np.inf, found.dof)
    for each in np.unique(level):
        same = level == each
        k[same] = coverage_factors(float(each), dof[same])
    return np.asarray(k * found.u)


def _verdicts(
    kept: KeptResults, is_tried: BoolArray, figures: tuple[FloatArray, FloatArray, FloatArray]
) -> Sequence[str]:
    """Decided anew where something was tried; a statistic, which has no u, stays as it was judged."""
    value, u, expanded = figures
    verdict = np.array(kept.verdict, dtype=object)
    judged = is_tried & ~np.isnan(kept.u)
    for place, spec in enumerate(kept.limits):
        same = np.flatnonzero(judged & (kept.limit == place))
        verdict[same] = words_of(decided(value[same], u[same], expanded[same], spec))
    return [str(word) for word in verdict]
