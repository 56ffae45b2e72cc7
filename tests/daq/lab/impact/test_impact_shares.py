"""Shares of certificates in many results at once, against results computed one by one (JCGM 102, 6.2)."""

import dataclasses

import numpy as np
import pytest

from calibration.certificates.native import read_native
from calibration.correction import corrected
from calibration.uncertain import Uncertain, independent, linear
from daq.lab.tracing.impact_shares import Figures, Readings, exchanged, shares_of
from tests.calibration.native_files import BALANCE, COEFFICIENTS, TABLE

SHARE = '[[standard]]\ncertificate = "E2"\nu = 0.01\nu_relative = 1e-7\ndof = 20\n'
OTHER_SHARE = '[[standard]]\ncertificate = "E2"\nu = 0.012\nu_relative = 2e-7\ndof = 20\n'
DRIFT = (
    '[[influence]]\nname = "drift"\nhalf_width = 0.1\ndistribution = "rectangular"\ncommon = true\n'
    '[[influence]]\nname = "room"\nu = 0.02\ndof = 6\ncommon = false\n'
)
BENT = BALANCE.replace("200.0003", "200.0009").replace("correction = -0.25", "")
"""Its points do not lie on a line: a lack of fit is added."""


def certificate(text, **changes):
    return dataclasses.replace(read_native(text.encode(), "test"), **changes)


CERTIFICATES = (
    certificate(BALANCE + SHARE + DRIFT),
    certificate(BENT + DRIFT),
    certificate(COEFFICIENTS.replace("range", "dof = 4\nrange").replace("B-01", "B-02") + OTHER_SHARE),
    certificate(TABLE.replace("non_lin", "dof = 3\ncorrelation = 0.4\nnon_lin") + SHARE + DRIFT),
    certificate(
        BALANCE.replace("repeatability = 0.00008\nrepeatability_dof = 9", 'repeatability = "included"')
    ),
)
"""On two standards, with finite degrees of freedom, lack of fit, lines between points."""


def random_results(rng, count, most=7):
    """Readings of some results: several certificates in one result, equal indications among them."""
    rows = []
    for result in range(count):
        for _ in range(int(rng.integers(1, most))):
            raw = float(rng.choice([rng.uniform(0, 200), 50.0, 100.0]))
            rows.append((result, rng.normal(), raw, rng.integers(-1, len(CERTIFICATES))))
    result, sensitivity, raw, which = (np.array(column) for column in zip(*rows, strict=True))
    return Readings(result, sensitivity.astype(float), raw.astype(float), which, count)


def one_by_one(readings, certificates):
    """The same sums with values that carry their influences."""
    for place in range(readings.results):
        chosen = np.flatnonzero((readings.result == place) & (readings.certificate >= 0))
        terms = [
            (
                float(readings.sensitivity[i]),
                corrected(float(readings.raw[i]), "g", certificates[readings.certificate[i]]),
            )
            for i in chosen
        ]
        yield linear(sum(c * x.value for c, x in terms), terms)


def spread_of(y):
    return y.u**4 / y.dof if y.u else 0.0


@pytest.mark.parametrize("seed", range(5))
def test_shares_are_those_of_results_computed_one_by_one(seed):
    readings = random_results(np.random.default_rng(seed), 60)
    found = shares_of(readings, CERTIFICATES)
    for place, single in enumerate(one_by_one(readings, CERTIFICATES)):
        assert found.value[place] == pytest.approx(single.value, rel=1e-12, abs=1e-12)
        assert found.variance[place] == pytest.approx(single.u**2, rel=1e-9)
        assert found.spread[place] == pytest.approx(spread_of(single), rel=1e-9, abs=1e-30)
    assert not found.outside.any()


@pytest.mark.parametrize("seed", range(5))
def test_a_certificate_is_exchanged_for_another_exactly(seed):
    """u, dof and value after the exchange are those of the results under the other certificates."""
    rng = np.random.default_rng(100 + seed)
    readings = random_results(rng, 60)
    others = tuple(np.roll(np.array(CERTIFICATES, dtype=object), 1))
    own = [independent(float(rng.normal()), float(rng.uniform(1e-5, 1e-3)), "own", dof=7) for _ in range(60)]
    before = [single + extra for single, extra in zip(one_by_one(readings, CERTIFICATES), own, strict=True)]
    after = [single + extra for single, extra in zip(one_by_one(readings, others), own, strict=True)]
    figures = Figures(*(np.array([getattr(y, name) for y in before]) for name in ("value", "u", "dof")))
    found = exchanged(figures, shares_of(readings, CERTIFICATES), shares_of(readings, others))
    for place, single in enumerate(after):
        assert found.value[place] == pytest.approx(single.value, rel=1e-11, abs=1e-11)
        assert found.u[place] == pytest.approx(single.u, rel=1e-9)
        assert 1 / found.dof[place] == pytest.approx(1 / single.dof, rel=1e-7, abs=1e-12)


def test_what_is_common_cancels_in_a_difference_of_equal_indications():
    readings = Readings(np.array([0, 0]), np.array([1.0, -1.0]), np.array([50.0, 50.0]), np.array([1, 1]), 1)
    bent = dataclasses.replace(CERTIFICATES[1], resolution=0.0, repeatability=0.0, contributions=())
    assert shares_of(readings, [CERTIFICATES[0], bent]).variance[0] == pytest.approx(0.0, abs=1e-25)
    apart = dataclasses.replace(readings, raw=np.array([50.0, 51.0]))
    lack = bent.curve.model_u(50.0)
    assert shares_of(apart, [CERTIFICATES[0], bent]).variance[0] == pytest.approx(2 * lack**2, rel=1e-3)


def test_outside_of_the_new_range_there_is_no_number():
    readings = Readings(np.array([0, 1]), np.ones(2), np.array([150.0, 50.0]), np.zeros(2, dtype=int), 2)
    narrow = certificate(COEFFICIENTS.replace("220.0", "100.0"))
    figures = Figures(np.array([150.0, 50.0]), np.array([1e-3, 1e-3]), np.array([np.inf, np.inf]))
    found = exchanged(figures, shares_of(readings, [CERTIFICATES[0]]), shares_of(readings, [narrow]))
    assert np.isnan(found.value).tolist() == [True, False]
    assert np.isnan(found.u).tolist() == [True, False]


def test_readings_that_nothing_corrects_share_nothing():
    readings = Readings(np.array([0]), np.ones(1), np.array([150.0]), np.array([-1]), 1)
    assert shares_of(readings, CERTIFICATES).variance[0] == Uncertain(0.0).u
