"""Optimal transport on the line and on the circle, from a sorted cloud to a law or to another cloud.

On the circle of length L everything is lifted: F(y + L) = F(y) + 1, Q(u + 1) = Q(u) + L, and one number is left to
choose, the offset of F for W_1 and the shift of the quantiles for W_2.
Source: J. Delon, J. Salomon and A. Sobolevski, Fast transport optimization for Monge costs on the circle, SIAM J.
Appl. Math. 70 (2010); J. Rabin, J. Delon and Y. Gousseau, Transportation distances on the circle, J. Math. Imaging
Vis. 41 (2011).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ._line import LineLaw

Array = NDArray[np.float64]

# four Gauss nodes: exact for (x − y)²ρ(y), ρ a quintic
_NODES, _WEIGHTS = (array / 2 for array in np.polynomial.legendre.leggauss(4))
_NODES = _NODES + 0.5


def w1_to_law(x: Array, law: LineLaw, length: float | None) -> float:
    """∫|F_N − F|, or the minimum over θ of ∫|F_N − F − θ| on the circle: x sorted, shape (n,)."""
    lower, upper = min(law.lower, x[0]), max(law.upper, x[-1])
    edges = np.concatenate(([lower], x, [upper]))
    levels = np.arange(x.size + 1) / x.size
    if length is not None:
        levels = levels - _median_offset(edges, levels, law)
    left, right = edges[:-1], edges[1:]
    cdf, primitive = law.cdf(edges), law.primitive(edges)
    area = np.abs(levels * (right - left) - np.diff(primitive))
    # where F crosses the level inside the cell, the two sides have to be taken apart
    cut = np.flatnonzero((cdf[:-1] < levels) & (levels < cdf[1:]))
    root = np.clip(law.quantile(levels[cut]), left[cut], right[cut])
    at_root = law.primitive(root)
    below = levels[cut] * (root - left[cut]) - (at_root - primitive[cut])
    above = (primitive[cut + 1] - at_root) - levels[cut] * (right[cut] - root)
    area[cut] = below + above
    return float(area.sum())


def _median_offset(edges: Array, levels: Array, law: LineLaw) -> float:
    """The median of F_N − F under Lebesgue: the cost is stationary there, so a rough quantile is enough."""
    left, right = edges[:-1], edges[1:]
    half = (edges[-1] - edges[0]) / 2
    low, high = -1.0, 1.0
    for _ in range(48):
        middle = (low + high) / 2
        # on a cell F_N − F > θ up to the point where F reaches level − θ
        above = np.sum(np.clip(law.rough_quantile(levels - middle), left, right) - left)
        low, high = (middle, high) if above > half else (low, middle)
    return (low + high) / 2


def w1_between(x: Array, y: Array, length: float | None) -> float:
    """∫|F_x − F_y| of two sorted clouds, minus a weighted median on the circle."""
    edges = np.sort(np.concatenate((x, y)))
    difference = np.searchsorted(x, edges, "right") / x.size - np.searchsorted(y, edges, "right") / y.size
    if length is None:
        return float(np.sum(np.abs(difference[:-1]) * np.diff(edges)))
    widths = np.diff(edges, append=edges[0] + length)
    order = np.argsort(difference)
    reached = min(int(np.searchsorted(np.cumsum(widths[order]), length / 2)), order.size - 1)
    return float(np.sum(np.abs(difference - difference[order[reached]]) * widths))


def w2_to_law(x: Array, law: LineLaw, length: float | None) -> float:
    """√∫|Q_N(u) − Q(u)|² du, or the minimum over α with Q_N(u + α) on the circle: x sorted, shape (n,)."""
    if length is None:
        cuts, targets = law.quantile(np.arange(1, x.size) / x.size), x
    else:
        shift = _best_shift(x, lambda u: length * np.floor(u) + law.rough_quantile(u - np.floor(u)), length)
        # the cells of x_i that begin in [0, 1), from the first one cut by 0
        u = np.arange(x.size) / x.size - shift
        first = np.floor(u).astype(int)
        order = np.argsort(u - first)
        cuts = law.quantile((u - first)[order])
        targets = (x - length * first)[order]
        # what lies before the first cut belongs to the last cell, one turn back
        targets = np.concatenate(([targets[-1] - length], targets))
    return float(np.sqrt(max(_cost(cuts, targets, law), 0.0)))


def _cost(cuts: Array, targets: Array, law: LineLaw) -> float:
    """Σ_i ∫ (x_i − y)²ρ(y) dy over the cells between the cuts, panel by panel so that the quadrature is exact."""
    edges = np.sort(np.concatenate((law.knots, cuts)))
    left, width = edges[:-1], np.diff(edges)
    target = targets[np.searchsorted(cuts, left, side="right")]
    total = 0.0
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        y = left + node * width
        total += weight * np.sum(width * (target - y) ** 2 * law.density(y))
    return float(total)


def _best_shift(x: Array, quantile: Callable[[Array], Array], length: float) -> float:
    """The zero α of the increasing derivative Σ_i (x_{i+1} − x_i)(x_{i+1} + x_i − 2 Q(i/n − α)) of the cost."""
    after = np.append(x[1:], x[0] + length)
    gap, middle = after - x, (after + x) / 2
    u = np.arange(1, x.size + 1) / x.size
    low, high = -1.0, 1.0
    for _ in range(52):
        shift = (low + high) / 2
        low, high = (shift, high) if np.sum(gap * (middle - quantile(u - shift))) < 0 else (low, shift)
    return (low + high) / 2


def w2_between(x: Array, y: Array, length: float | None) -> float:
    """√∫|Q_x(u + α) − Q_y(u)|² du of two sorted clouds, α = 0 on the line and optimal on the circle."""
    n, m = x.size, y.size
    shift = 0.0
    if length is not None:
        shift = _best_shift(x, lambda u: _step_quantile(y, u, length), length)
    cuts = np.concatenate((np.arange(m + 1) / m, np.mod(np.arange(n) / n - shift, 1.0)))
    cuts = np.sort(cuts)
    middle = (cuts[:-1] + cuts[1:]) / 2
    difference = _step_quantile(x, middle + shift, length or 0.0) - _step_quantile(y, middle, length or 0.0)
    return float(np.sqrt(np.sum(np.diff(cuts) * difference**2)))


def _step_quantile(x: Array, u: Array, length: float) -> Array:
    """Q of a sorted cloud, lifted: Q(u + 1) = Q(u) + L."""
    index = np.floor(u * x.size).astype(int)
    turns = index // x.size
    return x[index - turns * x.size] + length * turns
