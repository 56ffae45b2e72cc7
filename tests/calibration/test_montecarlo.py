"""JCGM 101:2008: published examples, the adaptive procedure, the check of the linear result."""

import math

import numpy as np
import pytest
from scipy import stats

from calibration.budget import budget, second_order
from calibration.distributions import (
    Arcsine,
    InexactRectangular,
    Normal,
    Rectangular,
    StudentT,
    Trapezoidal,
    Triangular,
    correlated_normals,
)
from calibration.errors import CovarianceError, ValueRefusedError
from calibration.montecarlo import (
    Interval,
    Linear,
    MonteCarlo,
    Settings,
    Validated,
    coverage_interval,
    monte_carlo,
    numerical_tolerance,
    validate,
)
from calibration.uncertain import independent

MILLION = 1_000_000


def total(**x):
    return sum(x.values())


def squares(x1, x2):
    return x1**2 + x2**2


def mass_difference(m_Rc, dm_Rc, rho_a, rho_W, rho_R):
    return (m_Rc + dm_Rc) * (1 + (rho_a - 1.2) * (1 / rho_W - 1 / rho_R)) - 100000.0


def mass_inputs(x):
    return {
        "m_Rc": Normal(x["m_Rc"]["x"], x["m_Rc"]["u"]),
        "dm_Rc": Normal(x["dm_Rc"]["x"], x["dm_Rc"]["u"]),
        **{name: Rectangular(x[name]["low"], x[name]["high"]) for name in ("rho_a", "rho_W", "rho_R")},
    }


def test_jcgm101_9_2_2_sum_of_normals(problem):
    expected = problem("P-s1-9.2.2-gaussian-sum")["expected"]
    inputs = {f"x{i}": Normal(0, 1) for i in range(4)}
    found = monte_carlo(total, inputs, Settings(seed=1, trials=MILLION))
    for name, value in (("y", found.y), ("u", found.u), ("low", found.low), ("high", found.high)):
        assert value == pytest.approx(expected[name], abs=0.02)
    checked = validate(total, inputs, Settings(seed=1))
    assert checked.valid
    assert checked.reported == Linear(0.0, 2.0, math.inf, pytest.approx(1.959964))


def test_jcgm101_9_2_3_sum_of_rectangulars(problem):
    expected = problem("P-s1-9.2.3-rectangular-sum")["expected"]
    inputs = {f"x{i}": Rectangular(-math.sqrt(3), math.sqrt(3)) for i in range(4)}
    checked = validate(total, inputs, Settings(seed=2, trials=MILLION))
    found = checked.monte_carlo
    for name, value in (("y", found.y), ("u", found.u), ("low", found.low), ("high", found.high)):
        assert value == pytest.approx(expected[name], abs=0.02)
    assert [checked.linear.low, checked.linear.high] == pytest.approx(
        expected["gum_interval"], rel=1e-9, abs=0
    )
    assert checked.d_high == pytest.approx(0.04, abs=0.02)


def test_jcgm101_9_3_mass_calibration(problem):
    given = problem("P-s1-9.3-mass-calibration")
    expected = given["expected"]
    checked = validate(mass_difference, mass_inputs(given["inputs"]), Settings(seed=3, trials=MILLION))
    found = checked.monte_carlo
    assert found.y == pytest.approx(expected["y"], abs=0.001)
    assert found.u == pytest.approx(expected["u_mc"], abs=0.001)
    assert [found.low, found.high] == pytest.approx([expected["low"], expected["high"]], abs=0.002)
    assert checked.linear.u == pytest.approx(expected["u_gum_first_order"], rel=1e-6, abs=0)
    linear_ends = [checked.linear.low, checked.linear.high]
    assert linear_ends == pytest.approx(expected["gum_first_order_interval"], rel=1e-6, abs=0)
    assert not checked.valid
    assert checked.reported is found


def test_jcgm101_9_3_mass_calibration_with_second_order_terms(problem):
    given = problem("P-s1-9.3-mass-calibration")
    x, expected = given["inputs"], given["expected"]
    inputs = {name: independent(x[name]["x"], x[name]["u"], name) for name in ("m_Rc", "dm_Rc")}
    for name in ("rho_a", "rho_W", "rho_R"):
        low, high = x[name]["low"], x[name]["high"]
        inputs[name] = independent((low + high) / 2, (high - low) / math.sqrt(12), name)
    difference = mass_difference(**inputs)
    found = budget(difference, 0.95, second_order(mass_difference, inputs))
    assert difference.u == pytest.approx(expected["u_gum_first_order"], rel=1e-6, abs=0)
    assert found.u == pytest.approx(expected["u_gum_with_higher_order"], abs=0.0005), (
        "printed with two digits"
    )


@pytest.mark.parametrize("name", ["P-s1-9.4-x0-r0", "P-s1-9.4-x0.05-r0", "P-s1-9.4-x0.01-r0.9"])
def test_jcgm101_9_4_comparison_loss(problem, name):
    given = problem(name)
    x, expected = given["inputs"], given["expected"]
    shared = x["r"] * x["u1"] * x["u2"]
    x1, x2 = correlated_normals([x["x1"], x["x2"]], [[x["u1"] ** 2, shared], [shared, x["u2"] ** 2]])
    settings = Settings(seed=4, trials=MILLION, interval=Interval.SHORTEST)
    checked = validate(squares, {"x1": x1, "x2": x2}, settings)
    found = checked.monte_carlo
    assert found.y == pytest.approx(expected["y_exact"], rel=0.005, abs=0)
    assert found.u == pytest.approx(expected["u_exact"], rel=0.005, abs=0)
    assert found.high - found.low == pytest.approx(expected["high"] - expected["low"], rel=0.01, abs=0)
    assert [found.low, found.high] == pytest.approx([expected["low"], expected["high"]], abs=15e-6)
    assert checked.linear.y == pytest.approx(expected["gum_first_order"]["y"])
    assert checked.linear.u == pytest.approx(expected["gum_first_order"]["u"], abs=1e-18)
    assert not checked.valid


def test_jcgm101_9_5_gauge_block():
    # JCGM 101:2008, tables 10 and 11; lengths in nm. Printed: GUM 838, 32; Monte Carlo 838, 36, [745, 932]
    nominal = 50_000_000.0

    def deviation(L_s, D, d1, d2, alpha, theta_0, swing, d_alpha, d_theta):
        theta = theta_0 + swing
        return (L_s * (1 + alpha * (theta - d_theta)) + D + d1 + d2) / (
            1 + (alpha + d_alpha) * theta
        ) - nominal

    inputs = {
        "L_s": StudentT(50_000_623, 25, 18),
        "D": StudentT(215, 6, 24),
        "d1": StudentT(0, 4, 5),
        "d2": StudentT(0, 7, 8),
        "alpha": Rectangular(9.5e-6, 13.5e-6),
        "theta_0": Normal(-0.1, 0.2),
        "swing": Arcsine(-0.5, 0.5),
        "d_alpha": InexactRectangular(-1.0e-6, 1.0e-6, 0.1e-6),
        "d_theta": InexactRectangular(-0.050, 0.050, 0.025),
    }
    settings = Settings(seed=5, level=0.99, interval=Interval.SHORTEST, trials=2 * MILLION)
    checked = validate(deviation, inputs, settings)
    assert checked.linear.y == pytest.approx(838, abs=0.5)
    assert checked.linear.u == pytest.approx(32, abs=0.5)
    found = checked.monte_carlo
    assert (found.y, found.u) == (pytest.approx(838, abs=0.5), pytest.approx(36, abs=0.5))
    assert [found.low, found.high] == pytest.approx([745, 932], abs=1.5)


def test_jcgm101_7_9_stops_when_all_four_are_stable():
    inputs = {f"x{i}": Normal(0, 1) for i in range(4)}
    coarse = monte_carlo(total, inputs, Settings(seed=6, digits=1))
    fine = monte_carlo(total, inputs, Settings(seed=6, digits=2))
    assert (coarse.stable, fine.stable) == (True, True)
    assert coarse.trials < fine.trials
    assert fine.trials % 10_000 == 0
    # stable means: other seeds stay within the tolerance of u = 2.0, which is 0.05
    others = [monte_carlo(total, inputs, Settings(seed=seed)) for seed in range(7, 17)]
    for name in ("y", "u", "low", "high"):
        values = np.array([getattr(run, name) for run in others])
        assert np.std(values, ddof=1) < 0.05
    assert all(run.trials > 20_000 for run in others)


def test_an_adaptive_run_that_gives_up_says_so():
    inputs = {"x": Normal(0, 1)}
    stopped = monte_carlo(total, inputs, Settings(seed=1, most_trials=20_000))
    assert (stopped.stable, stopped.trials) == (False, 20_000)
    assert monte_carlo(total, inputs, Settings(seed=1, trials=5000)).stable is None


def test_the_seed_is_recorded_and_repeats_the_result():
    inputs = {"a": StudentT(1.0, 0.1, 5), "b": Arcsine(-1, 1)}
    first = monte_carlo(total, inputs, Settings(seed=42))
    assert first == monte_carlo(total, inputs, Settings(seed=42))
    assert first != monte_carlo(total, inputs, Settings(seed=43))
    assert first.settings.seed == 42
    assert first.generator == f"NumPy {np.__version__} PCG64"


@pytest.mark.parametrize(
    ("quantity", "law"),
    [
        (Normal(2, 0.5), stats.norm(2, 0.5)),
        (StudentT(2, 0.5, 4), stats.t(4, 2, 0.5)),
        (StudentT(2, 0.5, math.inf), stats.norm(2, 0.5)),
        (Rectangular(1, 3), stats.uniform(1, 2)),
        (Triangular(1, 3), stats.triang(0.5, 1, 2)),
        (Arcsine(1, 3), stats.arcsine(1, 2)),
        (Trapezoidal(1, 3, 0.4), stats.trapezoid(0.3, 0.7, 1, 2)),
        (Trapezoidal(1, 3, 0.0), stats.triang(0.5, 1, 2)),
        (Trapezoidal(1, 3, 1.0), stats.uniform(1, 2)),
    ],
    ids=lambda one: one.dist.name if hasattr(one, "dist") else repr(one),  # a frozen law's repr is an address
)
def test_jcgm101_6_4_draws_follow_their_law(quantity, law):
    drawn = quantity.draw(np.random.default_rng(64), 200_000)
    assert stats.kstest(drawn, law.cdf).pvalue > 0.001
    assert quantity.value == pytest.approx(law.mean())
    if not isinstance(quantity, StudentT):
        assert quantity.u == pytest.approx(law.std(), rel=1e-9, abs=0)


def test_jcgm101_6_4_3_inexact_limits():
    quantity = InexactRectangular(-1.0, 3.0, 0.5)
    drawn = quantity.draw(np.random.default_rng(643), MILLION)
    assert quantity.u == pytest.approx(math.sqrt(4**2 / 12 + 0.5**2 / 9))
    assert drawn.std() == pytest.approx(quantity.u, rel=0.003, abs=0)
    assert drawn.mean() == pytest.approx(1.0, abs=0.005)
    assert drawn.min() > -1.5
    assert drawn.max() < 3.5


def test_correlated_draws_have_the_covariance_and_stay_together():
    covariance = np.array([[4.0, 1.5, 0.0], [1.5, 1.0, 0.0], [0.0, 0.0, 0.0]])
    a, b, exact = correlated_normals([1.0, 2.0, 3.0], covariance)
    assert (a.u, b.u, exact.u, a.value, exact.dof) == (2.0, pytest.approx(1.0), 0.0, 1.0, math.inf)
    inputs = {"a": a, "b": b, "exact": exact}
    checked = validate(lambda a, b, exact: a - 2 * b + exact, inputs, Settings(seed=8, trials=MILLION))
    exact_u = math.sqrt(4 + 4 * 1 - 4 * 1.5)
    assert checked.linear.u == pytest.approx(exact_u)
    assert checked.monte_carlo.u == pytest.approx(exact_u, rel=0.003, abs=0)
    assert checked.monte_carlo.y == pytest.approx(0.0, abs=0.01)


def test_few_degrees_of_freedom_widen_the_trials_and_k():
    # one t input is its own distribution: linear with k = t_p and Monte Carlo must agree
    checked = validate(total, {"x": StudentT(10.0, 0.1, 5)}, Settings(seed=9, trials=MILLION))
    assert checked.linear.k == pytest.approx(stats.t(5).ppf(0.975))
    assert checked.monte_carlo.u == pytest.approx(0.1 * math.sqrt(5 / 3), rel=0.01, abs=0)
    assert checked.monte_carlo.high == pytest.approx(checked.linear.high, abs=0.002)


@pytest.mark.parametrize(
    ("u", "digits", "delta"),
    [(0.35, 1, 0.05), (0.00035, 2, 0.000005), (26, 1, 5), (0.0996, 2, 0.005), (2.0, 2, 0.05), (35.8, 2, 0.5)],
)
def test_jcgm101_7_9_2_numerical_tolerance(u, digits, delta):
    assert numerical_tolerance(u, digits) == pytest.approx(delta, rel=1e-12, abs=0)


def test_jcgm101_7_7_interval_indices():
    values = np.arange(1.0, 21.0)  # M = 20, p = 0.9: q = 18, r = 1
    assert coverage_interval(values[::-1], 0.9, Interval.SYMMETRIC) == (1.0, 19.0)
    skewed = np.concatenate([np.linspace(0, 1, 80), np.linspace(1.1, 50, 20)])
    low, high = coverage_interval(skewed, 0.8, Interval.SHORTEST)
    assert (low, high) == (0.0, pytest.approx(1.1))
    with pytest.raises(ValueRefusedError, match="too few"):
        coverage_interval([1.0, 2.0, 3.0], 0.95, Interval.SYMMETRIC)


def test_a_model_that_fails_names_the_inputs():
    settings = Settings(seed=1, trials=5000)
    with pytest.raises(ValueRefusedError, match=r"the model gives nan for x = -"):
        monte_carlo(lambda x: np.sqrt(x), {"x": Normal(0, 1)}, settings)
    with pytest.raises(ValueRefusedError, match="no input reaches the output"):
        monte_carlo(lambda x: 0 * x, {"x": Normal(0, 1)}, settings)
    with pytest.raises(ValueRefusedError, match=r"shape \(\) for 5000 trials"):
        monte_carlo(lambda x: x.mean(), {"x": Normal(0, 1)}, settings)
    with pytest.raises(ValueRefusedError, match="without inputs"):
        monte_carlo(total, {}, settings)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Normal(math.nan, 1),
        lambda: Normal(0, 0),
        lambda: StudentT(0, 1, 0.5),
        lambda: StudentT(0, -1, 5),
        lambda: Rectangular(1, 1),
        lambda: Triangular(2, 1),
        lambda: Arcsine(0, math.inf),
        lambda: Trapezoidal(0, 1, 1.1),
        lambda: Trapezoidal(1, 0, 0.5),
        lambda: InexactRectangular(0, 1, 0.6),
        lambda: correlated_normals([1.0, math.nan], np.eye(2)),
        lambda: Settings(seed=1, level=1.0),
        lambda: Settings(seed=1, digits=3),
        lambda: Settings(seed=1, trials=100),
        lambda: Settings(seed=1, most_trials=100),
    ],
)
def test_bad_input_is_refused(wrong):
    with pytest.raises(ValueRefusedError):
        wrong()


def test_an_impossible_correlation_is_refused():
    with pytest.raises(CovarianceError, match="not positive definite"):
        correlated_normals([0.0, 0.0], [[1.0, 1.1], [1.1, 1.0]])


def test_the_result_is_one_of_the_two():
    checked = validate(squares, {"x1": Normal(10, 0.01), "x2": Normal(10, 0.01)}, Settings(seed=11))
    assert isinstance(checked.reported, Linear)
    checked = validate(squares, {"x1": Normal(0, 1), "x2": Normal(0, 1)}, Settings(seed=11, digits=1))
    assert isinstance(checked.reported, MonteCarlo)
    assert checked.linear.u == 0.0


@pytest.mark.parametrize(
    ("low", "high", "valid"), [(-2.0, 2.0, True), (-2.06, 2.0, False), (-2.0, 2.06, False)]
)
def test_jcgm101_8_1_both_ends_count(low, high, valid):
    drawn = MonteCarlo(0.0, 1.0, low, high, 10**6, True, Settings(seed=1))
    checked = Validated(Linear(0.0, 1.0, math.inf, 2.0), drawn, numerical_tolerance(1.0, 2))
    assert checked.valid is valid
    assert checked.reported is (checked.linear if valid else drawn)
