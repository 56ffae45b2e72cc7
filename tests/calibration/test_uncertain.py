"""Propagation with correlation: GUM problems, and GTC as an oracle on random models."""

import math
import operator

import GTC
import numpy as np
import pytest

from calibration import functions
from calibration.distributions import Normal, correlated_normals
from calibration.errors import CovarianceError, ValueRefusedError
from calibration.inputs import simultaneous_means
from calibration.montecarlo import Settings, monte_carlo
from calibration.uncertain import (
    Uncertain,
    contributions,
    correlated,
    correlation,
    covariance,
    covariance_matrix,
    independent,
    propagate,
)


def test_gum_h2_simultaneous_resistance_and_reactance(problem):
    p = problem("P-gum-H2-impedance")
    given, expected = p["inputs"], p["expected"]
    series = {"V": given["V"], "I": given["I_A"], "phi": given["phi_rad"]}
    means = simultaneous_means(series, "V, I and phi")
    v, i, phi = means["V"], means["I"], means["phi"]
    r, x, z = v * functions.cos(phi) / i, v * functions.sin(phi) / i, v / i
    found = {"R": r.value, "X": x.value, "Z": z.value, "u_R": r.u, "u_X": x.u, "u_Z": z.u}
    found |= {"u_V": v.u, "u_I": i.u, "u_phi": phi.u}
    found |= {"r_RX": correlation(r, x), "r_RZ": correlation(r, z), "r_XZ": correlation(x, z)}
    assert found == pytest.approx(expected, rel=1e-8)
    assert r.dof == pytest.approx(4)


def test_gum_h2_z_squared_is_consistent():
    means = simultaneous_means({"V": [5.0, 5.1, 4.9], "phi": [1.0, 1.1, 1.05]}, "both")
    r, x = means["V"] * functions.cos(means["phi"]), means["V"] * functions.sin(means["phi"])
    assert functions.sqrt(r**2 + x**2).u == pytest.approx(means["V"].u, rel=1e-12)


def test_gum_5_2_2_ten_resistors_against_one_standard(problem):
    p = problem("P-gum-5.2.2-ten-resistors")
    given, expected = p["inputs"], p["expected"]
    standard = independent(1000.0, given["u_each"], "standard")
    assert sum(standard for _ in range(given["n"])).u == pytest.approx(expected["u_correlated"], rel=1e-12)
    apart = [independent(1000.0, given["u_each"], "standard") for _ in range(given["n"])]
    assert sum(apart, Uncertain(0.0)).u == pytest.approx(expected["u_if_independent"], rel=1e-12)


def test_shared_influence_cancels_in_a_difference_and_equal_keys_are_one_effect():
    x = independent(5.0, 0.1, "offset")
    assert (x - x).u == 0
    a, b = (independent(5.0, u, "offset", key="certificate 17") for u in (0.1, 0.2))
    assert (b - a).u == pytest.approx(0.1)
    assert correlation(a, b) == pytest.approx(1.0)


def test_arithmetic_is_that_of_the_derivatives():
    a, b = independent(3.0, 0.1, "a"), independent(2.0, 0.05, "b")
    parts = {
        "a + b": (a + b, (1, 1)),
        "1 - a": (1 - a, (-1, 0)),
        "a - 1": (a - 1, (1, 0)),
        "a b": (a * b, (2, 3)),
        "2 a": (2 * a, (2, 0)),
        "a / b": (a / b, (1 / 2, -3 / 4)),
        "a / 2": (a / 2, (1 / 2, 0)),
        "1 / b": (1 / b, (0, -1 / 4)),
        "a^b": (a**b, (2 * 3, 9 * math.log(3))),
        "a^-2": (a**-2, (-2 / 27, 0)),
        "2^b": (2**b, (0, 4 * math.log(2))),
        "-a": (-a, (-1, 0)),
    }
    for name, (result, (c_a, c_b)) in parts.items():
        assert covariance(result, a) / a.u**2 == pytest.approx(c_a), name
        assert covariance(result, b) / b.u**2 == pytest.approx(c_b), name
    assert (a**b).value == pytest.approx(9.0)
    assert (a + 1).components == a.components


@pytest.mark.parametrize("name", ["sqrt", "exp", "log", "log10", "sin", "cos", "tan", "asin", "acos", "atan"])
def test_functions_carry_three_derivatives_and_run_on_arrays(name):
    function = getattr(functions, name)
    x, h = 0.6, 1e-3

    class Probe:
        value = x

        @staticmethod
        def chain(value, derivatives):
            return [value, *derivatives]

    value, first, second, third = function(Probe())
    at = {k: function(x + k * h) for k in (-2, -1, 0, 1, 2)}
    assert isinstance(at[0], float)
    assert value == at[0]
    assert first == pytest.approx((at[1] - at[-1]) / (2 * h), rel=1e-4)
    assert second == pytest.approx((at[1] - 2 * at[0] + at[-1]) / h**2, rel=1e-4)
    assert third == pytest.approx((at[2] - 2 * at[1] + 2 * at[-1] - at[-2]) / (2 * h**3), rel=1e-3)
    assert function(np.array([x, x])) == pytest.approx([value, value])
    assert function(independent(x, 0.01, "x")).u == pytest.approx(abs(first) * 0.01)


def test_complex_step_and_arithmetic_agree():
    a, b = correlated([1.2, 0.7], [[0.01, -0.004], [-0.004, 0.02]], "a and b")

    def model(x, y):
        return functions.exp(x * y) / (1 + x**2) - functions.sin(y)

    by_step, by_arithmetic = propagate(model, [a, b]), model(a, b)
    assert (by_step.value, by_step.u) == pytest.approx((by_arithmetic.value, by_arithmetic.u), rel=1e-13)
    assert covariance(by_step, a) == pytest.approx(covariance(by_arithmetic, a), rel=1e-12)


def test_covariance_matrix_is_j_v_jt():
    v = np.array([[4.0, 1.0, -0.5], [1.0, 2.0, 0.3], [-0.5, 0.3, 1.0]])
    inputs = correlated([1, 2, 3], v, "x")
    j = np.array([[1.0, -1.0, 0.0], [2.0, 0.5, 1.0]])
    outputs = [sum((c * x for c, x in zip(row, inputs, strict=True)), Uncertain(0.0)) for row in j]
    assert covariance_matrix(outputs) == pytest.approx(j @ v @ j.T, rel=1e-12)


def test_a_correlated_block_is_one_component_of_the_degrees_of_freedom():
    a, b = correlated([1.0, 2.0], [[0.04, 0.01], [0.01, 0.09]], "fit", dof=5)
    own = independent(0.0, 0.3, "own", dof=8)
    y = a + b + own
    block = 0.04 + 0.09 + 2 * 0.01
    assert sorted(contributions(y).values()) == [
        (pytest.approx(0.3), 8),
        (pytest.approx(math.sqrt(block)), 5),
    ]
    assert y.dof == pytest.approx((block + 0.09) ** 2 / (block**2 / 5 + 0.09**2 / 8))


class Gtc:
    """The functions of the oracle, under the names used here."""

    exp, log, sin, cos, sqrt, atan = GTC.exp, GTC.log, GTC.sin, GTC.cos, GTC.sqrt, GTC.atan


def random_model(rng, size):
    """A tree of operations on all inputs, twice over; the same for any kind of number."""
    steps = []
    for _ in range(int(rng.integers(size, 2 * size + 3))):
        kind = str(rng.choice(["add", "sub", "mul", "div", "exp", "log", "sin", "atan", "sqrt", "pow"]))
        steps.append(
            (kind, int(rng.integers(0, 10**6)), int(rng.integers(0, 10**6)), float(rng.uniform(0.5, 2)))
        )

    def model(inputs, m):
        known = list(inputs)
        for kind, i, j, c in steps:
            a, b = known[i % len(known)], known[j % len(known)]
            safe = 1.5 + m.sin(b)
            known.append(
                {
                    "add": lambda a=a, b=b, c=c: c * a + b,
                    "sub": lambda a=a, b=b, c=c: a - c * b,
                    "mul": lambda a=a, b=b: m.sin(a) * b,
                    "div": lambda a=a, safe=safe: a / safe,
                    "exp": lambda a=a: m.exp(m.sin(a)),
                    "log": lambda safe=safe: m.log(safe),
                    "sin": lambda a=a, b=b: m.sin(a) - m.cos(b),
                    "atan": lambda a=a: m.atan(a),
                    "sqrt": lambda safe=safe: m.sqrt(safe),
                    "pow": lambda safe=safe, c=c: safe**c,
                }[kind]()
            )
        return known[-1] + known[len(inputs)] * known[0], known[-2] - 2.0 * known[1]

    return model


@pytest.mark.peer
@pytest.mark.parametrize("seed", range(200))
def test_gtc_agrees_on_random_models(seed):
    rng = np.random.default_rng(seed)
    alone, together = int(rng.integers(1, 4)), int(rng.integers(2, 5))
    x, u = rng.uniform(-2, 3, alone), rng.uniform(0.01, 0.3, alone)
    dof = [float(d) for d in rng.choice([3, 5, 9, 30, math.inf], alone)]
    block_x, factor = rng.uniform(-2, 3, together), rng.normal(size=(together, together + 1))
    block_v, block_dof = 0.01 * factor @ factor.T, float(rng.choice([4, 12, math.inf]))
    block_u = np.sqrt(block_v.diagonal())

    ours = [independent(float(v), float(s), "x", dof=d) for v, s, d in zip(x, u, dof, strict=True)]
    ours += correlated(block_x, block_v, "block", dof=block_dof)
    theirs = [GTC.ureal(float(v), float(s), df=d) for v, s, d in zip(x, u, dof, strict=True)]
    block = GTC.multiple_ureal([float(v) for v in block_x], [float(s) for s in block_u], df=block_dof)
    for i in range(together):
        for j in range(i):
            GTC.set_correlation(float(block_v[i, j] / block_u[i] / block_u[j]), block[i], block[j])
    theirs += block

    model = random_model(rng, alone + together)
    mine, his = model(ours, functions), model(theirs, Gtc)
    for a, b in zip(mine, his, strict=True):
        assert a.value == pytest.approx(GTC.value(b), rel=1e-9)
        assert a.u == pytest.approx(GTC.uncertainty(b), rel=1e-9)
        assert 1 / a.dof == pytest.approx(1 / GTC.dof(b), rel=1e-9, abs=1e-12)
    scale = mine[0].u * mine[1].u
    assert covariance(*mine) / scale == pytest.approx(GTC.get_covariance(*his) / scale, abs=1e-9)


@pytest.mark.parametrize("seed", range(200))
def test_monte_carlo_agrees_within_two_per_cent_of_u_on_random_models(seed):
    rng = np.random.default_rng(1000 + seed)
    x, u = rng.uniform(-2, 3, 5), rng.uniform(1e-4, 1e-3, 5)
    factor = rng.normal(size=(3, 4))
    block_v = 1e-7 * factor @ factor.T
    model = random_model(rng, 5)
    ours = [independent(float(v), float(s), "x") for v, s in zip(x[:2], u[:2], strict=True)]
    linear_u = model(ours + list(correlated(x[2:], block_v, "block")), functions)[0].u
    drawn = {f"x{i}": Normal(float(x[i]), float(u[i])) for i in range(2)}
    drawn |= {f"x{i + 2}": member for i, member in enumerate(correlated_normals(x[2:], block_v))}
    found = monte_carlo(
        lambda **q: model(list(q.values()), functions)[0], drawn, Settings(seed, trials=40_000)
    )
    assert found.u == pytest.approx(linear_u, rel=0.02)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: independent(math.nan, 0.1, "x"), "x is nan; it must be a finite number"),
        (lambda: independent(1.0, 0.0, "x"), r"u\(x\) is 0; it must be greater than 0"),
        (lambda: independent(1.0, -0.1, "x"), r"u\(x\) is -0.1; it must be greater than 0"),
        (lambda: independent(1.0, math.inf, "x"), r"u\(x\) is inf"),
        (lambda: independent(1.0, 0.1, "x", dof=0.5), "x: 0.5 degrees of freedom"),
        (lambda: correlated([1.0, math.nan], np.eye(2), "block"), r"block\[2\] is nan"),
        (lambda: correlated([1.0], np.eye(2), "block"), "found 1 values, 2 rows"),
        (lambda: correlated([1.0, 2.0], np.eye(2), "block", dof=0), "block: 0 degrees of freedom"),
    ],
)
def test_inputs_that_cannot_be_are_refused_by_name(make, sentence):
    with pytest.raises(ValueRefusedError, match=sentence):
        make()


@pytest.mark.parametrize(
    ("matrix", "sentence"),
    [
        ([[1, 2], [2, 1]], "covariance of block is not positive definite at row 2"),
        ([[-1, 0], [0, 1]], "not positive definite at row 1"),
        ([[0, 0.1], [0.1, 1]], "not positive definite at row 1"),
        ([[1, 0.5], [0.4, 1]], "not symmetric: row 1, column 2 is 0.5, and row 2, column 1 is 0.4"),
        ([[1, math.nan], [math.nan, 1]], "row 1, column 2 is nan"),
        ([[1, 0]], "as many rows as columns"),
    ],
)
def test_a_covariance_that_cannot_be_is_refused_by_row(matrix, sentence):
    with pytest.raises(CovarianceError, match=sentence):
        correlated([1.0, 2.0], matrix, "block")


def test_a_semi_definite_covariance_is_a_covariance():
    a, b, c = correlated([1, 2, 3], [[1, 1, 0], [1, 1, 0], [0, 0, 0]], "block")
    assert (a - b).u == pytest.approx(0, abs=1e-12)
    assert c.u == 0


@pytest.mark.parametrize(
    "compute",
    [
        lambda x: x / 0,
        lambda x: 1 / (x - 2),
        lambda x: x / (x - 2),
        lambda x: (x - 3) ** 0.5,
        lambda x: (x - 2) ** 0.5,
        lambda x: (x - 2) ** -1,
        lambda x: (x - 3) ** x,
        lambda x: functions.log(x - 3),
        lambda x: functions.sqrt(x - 2),
        lambda x: functions.asin(x),
        lambda x: functions.exp(x * 1e3),
        lambda x: propagate(lambda z: abs(z) if isinstance(z, complex) else z, [x]) and math.nan / (x - 2),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow")
def test_where_there_is_no_value_or_no_derivative_it_is_said(compute):
    with pytest.raises(ValueRefusedError):
        compute(independent(2.0, 0.1, "x"))


def test_models_that_lose_complex_numbers_are_refused():
    with pytest.raises(ValueRefusedError, match="does not carry complex numbers"):
        propagate(lambda x: float(x), [independent(2.0, 0.1, "x")])


def test_no_correlation_without_uncertainty():
    with pytest.raises(ValueRefusedError, match="without uncertainty has no correlation"):
        correlation(Uncertain(1.0), independent(1.0, 0.1, "x"))


def test_exact_powers_of_zero_are_exact():
    zero = independent(0.0, 0.1, "x")
    assert operator.pow(zero, 2).u == 0
    assert (zero**1).u == pytest.approx(0.1)
    assert (zero**0).value == 1
