"""The distances W_1 and W_2 of optimal transport, from a cloud to a density or to another cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import positive_integer
from ..domains import Domain, Euclidean, Torus
from ._line import LineLaw
from ._measures import box, checked_domain, clouds, grid_values, is_cloud
from ._transport_1d import w1_between, w1_to_law, w2_between, w2_to_law
from .quantisation import quantise

Array = NDArray[np.float64]

_LINE_POINTS = 8192
_CIRCLE_POINTS = 2048


def wasserstein1(x: ArrayLike, rho: Any, domain: Domain, *, points: int | None = None, bounds: Any = None) -> Any:
    """W_1(μ_N, ρ), μ_N = (1/N) Σ δ_{x_i}, in dimension 1, exactly.

    On the line W_1 = ∫|F_N − F| dx; on the circle min over θ of ∫|F_N − F − θ| dx, attained at a median of F_N − F.
    The density is read as the quintic spline of its values (for grid values, of their trigonometric interpolant), and
    for that the integral is exact; nothing is sampled.  The cost is that of a sort.

    Parameters
    ----------
    x : array (n, 1), or a batch (R, n, 1)
    rho : density, or cloud (m, 1)
        A callable on (..., 1), or grid values (points,) on the torus.
    domain : Torus(1, L) or Euclidean(1)
    points : int
        Where a callable is sampled: 2048 points of the circle, 8192 of an interval of the line, unless told.
    bounds : (lower, upper)
        The interval that carries a density on the line; if None, one with all but 1e-8 of the mass is looked for
        around x.

    Returns
    -------
    float, or array (R,) for a batch

    Raises
    ------
    TypeError, ValueError
        For clouds or densities that are not such (shape, NaN, mass ≠ 1, negative), or a domain of dimension ≥ 2.

    Source: S. S. Vallender, Theory Probab. Appl. 18 (1974); on the circle C. A. Cabrelli and U. M. Molter, J. Comput.
    Appl. Math. 57 (1995).

    Examples
    --------
    >>> import mflimit as mf
    >>> circle = mf.Torus(1)
    >>> x, y = [[0.95]], [[0.05]]
    >>> round(wasserstein1(x, y, circle), 12), round(wasserstein1(x, y, mf.Euclidean(1)), 12)
    (0.1, 0.9)
    >>> round(wasserstein1([[0.3]], lambda x: np.ones(x.shape[:-1]), circle), 12)       # the mean distance to a point
    0.25
    """
    if checked_domain(domain).dim != 1:
        raise ValueError(f"domain must be one-dimensional for wasserstein1, got {domain!r}")
    return _in_one_dimension(x, rho, domain, points, bounds, w1_between, w1_to_law)


def wasserstein2(x: ArrayLike, rho: Any, domain: Domain, *, points: int | None = None, bounds: Any = None) -> Any:
    """W_2(μ_N, ρ), the root of the least mean squared displacement (on the torus: along shortest ways).

    In dimension 1 it is exact for a cloud or a density, by quantiles, and on the circle by the best shift of them; ρ
    is read as in `wasserstein1`.  In dimension d ≥ 2:

    - between clouds it is exact, by assignment (equal sizes) or linear programming (POT): O(n³), up to a few thousand
      points;
    - to a density ρ, what is returned is W_2(μ_N, ρ_q), ρ_q being `quantise(rho, domain, points)`.  It differs from
      W_2(μ_N, ρ) by at most the `radius` that `quantise` gives, about h√(d/12) for cells of side h: the number says
      nothing about distances below that, and a cloud as large as the number of cells is already there.

    Parameters
    ----------
    x : array (n, d), or a batch (R, n, d)
    rho : density, or cloud (m, d)
        A callable on (..., d), or grid values (points,)*d on the torus.
    domain : Torus or Euclidean
    points : int
        d = 1: as in `wasserstein1`; d ≥ 2: the number of cells an axis, 40 for d = 2 and 11 for d = 3 unless told.
    bounds : (lower, upper)
        The box that carries a density in space, numbers or arrays (d,); needed for d ≥ 2.

    Returns
    -------
    float, or array (R,) for a batch

    Raises
    ------
    TypeError, ValueError
        As `wasserstein1`.

    Examples
    --------
    >>> import mflimit as mf
    >>> torus = mf.Torus(2)
    >>> round(wasserstein2([[0.9, 0.1], [0.5, 0.5]], [[0.5, 0.5], [0.1, 0.1]], torus), 12)      # √(½ 0.2²)
    0.141421356237
    >>> uniform = lambda x: np.ones(x.shape[:-1])
    >>> bool(abs(wasserstein2([[0.3]], uniform, mf.Torus(1)) ** 2 - 1 / 12) < 1e-12)
    True
    """
    if checked_domain(domain).dim == 1:
        return _in_one_dimension(x, rho, domain, points, bounds, w2_between, w2_to_law)
    batch, batched = clouds("x", x, domain)
    weights = None
    if is_cloud(rho, domain):
        target = _one_cloud(rho, domain)
    else:
        target, weights, _ = quantise(rho, domain, points=points, bounds=bounds)
    values = np.array([_transport_cost(cloud, target, weights, domain) for cloud in batch])
    return np.sqrt(values) if batched else float(np.sqrt(values[0]))


def _transport_cost(x: Array, y: Array, weights: Array | None, domain: Domain) -> float:
    """The least mean squared displacement from uniform weights on x to y."""
    squares = np.zeros((len(x), len(y)))
    for axis in range(domain.dim):
        squares += domain.displacement(x[:, None, axis], y[None, :, axis]) ** 2
    if weights is None and len(x) == len(y):
        from scipy.optimize import linear_sum_assignment

        rows, columns = linear_sum_assignment(squares)
        return float(squares[rows, columns].mean())
    try:
        import ot
    except ImportError as error:
        raise ImportError("wasserstein2 to a density or a cloud of another size needs POT: pip install POT") from error
    source = np.full(len(x), 1 / len(x))
    target = np.full(len(y), 1 / len(y)) if weights is None else weights
    cost, log = ot.emd2(source, target, squares, numItermax=10**8, log=True)
    if log["warning"] is not None:
        raise RuntimeError(f"the transport problem of {len(x)} and {len(y)} points was not solved: {log['warning']}")
    return float(cost)


def _in_one_dimension(
    x: ArrayLike,
    rho: Any,
    domain: Domain,
    points: int | None,
    bounds: Any,
    between: Callable[[Array, Array, float | None], float],
    to_law: Callable[[Array, LineLaw, float | None], float],
) -> Any:
    batch, batched = clouds("x", x, domain)
    ordered = np.sort(batch[..., 0], axis=1)
    length = domain.length if isinstance(domain, Torus) else None
    if is_cloud(rho, domain):
        other = np.sort(_one_cloud(rho, domain)[:, 0])
        values = [between(cloud, other, length) for cloud in ordered]
    else:
        law = _circle_law(rho, domain, points) if isinstance(domain, Torus) else _line_law(rho, ordered, points, bounds)
        values = [to_law(cloud, law, length) for cloud in ordered]
    return np.array(values) if batched else values[0]


def _one_cloud(rho: Any, domain: Domain) -> Array:
    target, batched = clouds("rho", rho, domain)
    if batched:
        raise ValueError(f"rho must be one cloud (m, {domain.dim}), got shape {np.shape(rho)}")
    return target[0]


def _circle_law(rho: Any, domain: Torus, points: int | None) -> LineLaw:
    values = grid_values(rho, domain, _CIRCLE_POINTS if points is None else points)
    if not callable(rho) and values.size < _CIRCLE_POINTS:
        values = _trigonometric_refinement(values, -(-_CIRCLE_POINTS // values.size) * values.size)
    if values.size < 6:
        raise ValueError(f"points must be >= 6 for a density, got {values.size}")
    nodes = np.linspace(0.0, domain.length, values.size + 1)
    return LineLaw.from_samples(nodes, np.append(values, values[0]), periodic=True)


def _trigonometric_refinement(values: Array, points: int) -> Array:
    coefficients = np.fft.rfft(values)
    if values.size % 2 == 0:
        # the mode ±size/2, one on the coarse grid, is two on the fine one
        coefficients[-1] /= 2
    return np.fft.irfft(coefficients, points) * (points / values.size)


def _line_law(rho: Any, ordered: Array, points: int | None, bounds: Any) -> LineLaw:
    if not callable(rho):
        raise TypeError(f"rho must be callable on {Euclidean(1)!r}, got {type(rho).__name__}")
    points = _LINE_POINTS if points is None else positive_integer("points", points)
    if bounds is not None:
        lower, upper = box(bounds, 1)
        return LineLaw.from_density(rho, float(lower[0]), float(upper[0]), points)
    centre, reach = (ordered.min() + ordered.max()) / 2, max(float(np.ptp(ordered)), 1e-3)
    for _ in range(24):
        nodes = np.linspace(centre - reach, centre + reach, points)
        mass = float(np.trapezoid(np.asarray(rho(nodes[:, None]), dtype=float), nodes))
        if abs(mass - 1) < 1e-8:
            return LineLaw.from_density(rho, nodes[0], nodes[-1], points)
        reach *= 2
    raise ValueError(f"bounds must be given: no interval around x holds the mass of rho, got mass {mass}")
