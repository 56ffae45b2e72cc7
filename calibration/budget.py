"""The budget: the table behind u, coverage factor, expanded uncertainty (JCGM 100:2008, 5.1, 6, 7.2, G)."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from calibration.checks import FloatArray
from calibration.coverage import coverage_factor
from calibration.errors import ValueRefusedError
from calibration.taylor import expanded
from calibration.uncertain import Influence, Uncertain, covariance


@dataclass(frozen=True, slots=True)
class Row:
    """One line: an independent input, or a correlated block as a whole."""

    quantity: str
    value: float | None
    """Estimate of the input; None for a block."""
    u: float | None
    """Standard uncertainty of the input, in its own unit; None for a block."""
    distribution: str
    sensitivity: float | None
    """c_i = dy/dx_i, in units of y per unit of x; None for a block."""
    contribution: float
    """u_i(y) = |c_i| u_i, in the unit of y."""
    share: float
    """Part of the variance of y; the shares add up to 1."""
    dof: float
    source: str


@dataclass(frozen=True, slots=True)
class Budget:
    """A result and its table."""

    value: float
    u: float
    """Combined standard uncertainty: the root of the sum of squared contributions, second order included."""
    dof: float
    """Effective degrees of freedom, untruncated (Welch-Satterthwaite over the rows)."""
    level: float
    k: float
    rows: tuple[Row, ...]
    second_order_variance: float

    @property
    def U(self) -> float:  # noqa: N802
        """Expanded uncertainty k u."""
        return self.k * self.u


def budget(y: Uncertain, level: float, second_order_variance: float = 0.0) -> Budget:
    """The table behind a result; rows in falling order of contribution.

    Args:
        y: the result.
        level: level of confidence of k, such as 0.9545.
        second_order_variance: from ``second_order``; it may be negative, and has no degrees of freedom.

    Raises:
        ValueRefusedError: level not inside (0, 1), or a variance that is not above 0.
    """
    variance = y.u**2 + second_order_variance
    if not (math.isfinite(variance) and variance > 0):
        raise ValueRefusedError(
            f"the variance of the result is {variance:g}: linear propagation does not describe it; "
            "use Monte Carlo"
        )
    gathered: dict[str, list[tuple[Influence, float]]] = {}
    for influence, part in y.components.items():
        gathered.setdefault(influence.block or influence.key, []).append((influence, part))
    rows = [_row(members, variance) for members in gathered.values() if any(part for _, part in members)]
    if second_order_variance:
        rows.append(_second_order_row(second_order_variance, variance))
    rows.sort(key=lambda row: -abs(row.share))
    dof = y.dof
    return Budget(
        value=y.value,
        u=math.sqrt(variance),
        dof=dof,
        level=level,
        k=coverage_factor(level, dof),
        rows=tuple(rows),
        second_order_variance=second_order_variance,
    )


def _row(members: list[tuple[Influence, float]], variance: float) -> Row:
    influence, part = members[0]
    contribution = math.hypot(*(part for _, part in members))
    alone = not influence.block
    u = influence.u if alone else None
    return Row(
        quantity=influence.name or influence.key,
        value=influence.estimate if alone else None,
        u=u,
        distribution=influence.distribution,
        sensitivity=part / u if u else None,
        contribution=contribution,
        share=contribution**2 / variance,
        dof=influence.dof,
        source=influence.source or ("" if alone else "correlated, one component"),
    )


def _second_order_row(extra: float, variance: float) -> Row:
    return Row(
        quantity="second-order terms",
        value=None,
        u=None,
        distribution="",
        sensitivity=None,
        contribution=math.copysign(math.sqrt(abs(extra)), extra),
        share=extra / variance,
        dof=math.inf,
        source="JCGM 100, 5.1.2 note",
    )


def second_order(model: Callable[..., object], inputs: Mapping[str, Uncertain]) -> float:
    """Variance that the curvature of the model adds (JCGM 100, 5.1.2, note); it may be negative.

    sum over i, j of [f_ij^2 / 2 + f_i f_ijj] u_i^2 u_j^2, for independent and normal inputs.

    Args:
        model: called with every input by name; made of arithmetic and ``functions``.
        inputs: the quantities by name.

    Raises:
        ValueRefusedError: inputs that share an influence (Monte Carlo draws such ones), or a model that
            cannot be differentiated.
    """
    for (a, x), (b, y) in combinations(inputs.items(), 2):
        if covariance(x, y) != 0:
            raise ValueRefusedError(f"{a} and {b} are correlated: second-order terms need independent inputs")
    at = expanded(model, {name: x.value for name, x in inputs.items()})  # type: ignore[arg-type]
    variances: FloatArray = np.array([x.u**2 for x in inputs.values()])
    terms = at.second**2 / 2 + at.first[:, None] * at.third
    return float(variances @ terms @ variances)
