"""A density as a few weighted points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._validate import positive_integer
from ..domains import Domain, Torus
from ._measures import box, check_values, checked_domain, grid_values

Array = NDArray[np.float64]

_CELLS = {1: 400, 2: 40, 3: 11}
_SUBGRID = {1: 16, 2: 8}


def quantise(rho: Any, domain: Domain, *, points: int | None = None, bounds: Any = None) -> tuple[Array, Array, float]:
    """A density as a few weighted points ρ_q: the masses and the barycentres of points^d cells.

    Returns
    -------
    atoms : array (m, d)
    weights : array (m,), of sum 1
    radius : float
        (Σ over cells ∫|y − atom|² ρ(y) dy)^{1/2} ≥ W_2(ρ, ρ_q), by a sub-grid of each cell.

    Examples
    --------
    >>> import mflimit as mf
    >>> atoms, weights, radius = quantise(lambda x: np.ones(x.shape[:-1]), mf.Torus(2), points=10)
    >>> atoms.shape, round(weights.sum(), 12), bool(abs(radius - 0.1 * np.sqrt(2 / 12)) < 1e-3)
    ((100, 2), np.float64(1.0), True)
    """
    dim = checked_domain(domain).dim
    cells = positive_integer("points", points if points is not None else _CELLS.get(dim, 5))
    sub = _SUBGRID.get(dim, 4)
    if isinstance(domain, Torus):
        values = grid_values(rho, domain, cells * sub)
        nodes = domain.grid(len(values))
    else:
        lower, upper = box(bounds, dim)
        if not callable(rho):
            raise TypeError(f"rho must be callable on {domain!r}, got {type(rho).__name__}")
        middles = (np.arange(cells * sub) + 0.5) / (cells * sub)
        nodes = lower + (upper - lower) * np.stack(np.meshgrid(*[middles] * dim, indexing="ij"), axis=-1)
        values = np.asarray(rho(nodes), dtype=np.float64)
        check_values(values)
        mass = float(values.mean() * np.prod(upper - lower))
        if abs(mass - 1) > 1e-3:
            raise ValueError(f"bounds must hold the mass of rho, got mass {mass} in {bounds!r}")
    mass = np.clip(values, 0, None) / np.clip(values, 0, None).sum()
    starts = np.unique(np.arange(cells, dtype=np.int64) * len(mass) // cells)
    sums = _block_sums(np.concatenate([mass[..., None], mass[..., None] * nodes], axis=-1), starts, dim)
    second = float(np.sum(mass * np.sum(nodes**2, axis=-1)))
    sums = sums.reshape(-1, dim + 1)
    sums = sums[sums[:, 0] > 0]
    weights, atoms = sums[:, 0], sums[:, 1:] / sums[:, :1]
    radius = np.sqrt(max(second - float(np.sum(weights * np.sum(atoms**2, axis=-1))), 0.0))
    return atoms, weights / weights.sum(), float(radius)


def _block_sums(values: Array, starts: NDArray[np.int64], dim: int) -> Array:
    for axis in range(dim):
        values = np.add.reduceat(values, starts, axis=axis)
    return values
