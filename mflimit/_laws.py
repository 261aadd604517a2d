"""Densities on a periodic cube: what is checked of them, and how points are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._interpolant import Interpolant
from .domains import Torus

Array = NDArray[np.float64]
Density = Callable[[Array], ArrayLike]

#: Grids on which a function is looked at, coarse to fine, by dimension.
_GRIDS = {1: (1024, 4096, 16384, 65536), 2: (64, 128, 256, 512, 1024), 3: (32, 64, 128)}
_MASS_TOLERANCE = 1e-8
#: A function is resolved when the outer modes are below this fraction of its mass.
_RESOLVED = 1e-13


@dataclass(frozen=True)
class Law:
    """A checked density on a cube of side 1, in the unit of the cube: its interpolant if resolved, and its bound."""

    density: Callable[[Array], Array]
    interpolant: Interpolant | None
    bound: float


def periodic_law(rho0: Any, cube: Torus, low: float) -> Law:
    """Check rho0 on the cube, and bring it to [0, 1)^d."""
    if cube.dim > 3:
        raise ValueError(f"domain must have dim 1, 2 or 3, got {cube!r}")
    if not callable(rho0):
        values = cube.volume * grid_values(rho0, cube)
        interpolant = Interpolant(values)
        _check_mass(interpolant.mass, _MASS_TOLERANCE)
        fine = interpolant.on_grid(max(4 * interpolant.modes + 2, values.shape[0]))
        if -np.minimum(fine, 0).mean() > _MASS_TOLERANCE:
            raise ValueError(
                "rho0 must be resolved by its grid, got values whose trigonometric interpolant falls to "
                f"{fine.min() / cube.volume:.3g} between the grid points: take more points, or give a function"
            )
        return Law(interpolant, interpolant, interpolant.upper_bound())

    def density(x: Array) -> Array:
        return cube.volume * _evaluate(rho0, low + cube.length * x)

    masses = []
    for points in _GRIDS[cube.dim]:
        values = density(Torus(cube.dim).grid(points))
        _check_sign(values / cube.volume)
        masses.append(float(values.mean()))
        # A wrong mass may be that of a grid too coarse to see a peak, and is not believed before the last one.
        if points < _GRIDS[cube.dim][-1] and abs(masses[-1] - 1) > _MASS_TOLERANCE:
            continue
        interpolant = Interpolant(values)
        if interpolant.tail < _RESOLVED:
            _check_mass(masses[-1], _MASS_TOLERANCE)
            return Law(density, interpolant, interpolant.upper_bound())
    # Never resolved: jumps or kinks, where the quadrature is as good as its last refinements say.
    _check_mass(masses[-1], max(_MASS_TOLERANCE, float(np.abs(np.diff(masses[-3:])).sum())))
    return Law(density, None, 1.25 * float(values.max()))


def draw(law: Law, n: int, cube: Torus, low: float, rng: np.random.Generator, quiet: bool) -> Array:
    """n points of the cube [0, L)^d."""
    if quiet and law.interpolant is None:
        raise ValueError("quiet starts need a rho0 that Fourier modes resolve, got one with jumps or kinks")
    if law.interpolant is not None and (quiet or cube.dim == 1):
        return cube.length * law.interpolant.quantile(uniform(n, cube.dim, rng, quiet))
    bound = law.bound
    accepted: list[Array] = []
    found = 0
    while found < n:
        candidates = rng.random((min(1 << 18, int((n - found) * max(bound, 1.0) * 1.1) + 16), cube.dim))
        values = law.density(candidates)
        if values.max() > bound:
            bound, accepted, found = 1.5 * float(values.max()), [], 0
            continue
        kept = candidates[bound * rng.random(len(candidates)) < values]
        accepted.append(kept)
        found += len(kept)
    return cube.length * np.concatenate(accepted)[:n]


def uniform(n: int, dim: int, rng: np.random.Generator, quiet: bool) -> Array:
    """n points in the open cube (0, 1)^d: independent, or a shifted Hammersley set in random order."""
    if not quiet:
        return np.maximum(rng.random((n, dim)), 2.0**-54)
    u = np.empty((n, dim))
    u[:, 0] = (rng.permutation(n) + rng.random()) / n
    if dim > 1:
        from scipy.stats import qmc

        order = np.argsort(u[:, 0])
        u[order, 1:] = qmc.Halton(dim - 1, rng=rng).random(n)
    return np.clip(u, 2.0**-54, 1 - 2.0**-53)


def grid_values(rho0: Any, domain: Torus) -> Array:
    """A density given by its values on the grid: a finite, nonnegative array of shape (points,) * d."""
    try:
        values = np.ascontiguousarray(rho0, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"rho0 must be a function or an array of grid values, got {type(rho0).__name__}") from error
    if values.ndim != domain.dim or len(set(values.shape)) != 1 or values.size == 0:
        raise ValueError(f"rho0 must have shape (points,) * {domain.dim}, got shape {values.shape}")
    _check_sign(values)
    return values


def _evaluate(rho0: Density, x: Array) -> Array:
    values = np.asarray(rho0(x), dtype=float)
    shaped("rho0(x), for x of shape (..., d),", values, x.shape[:-1])
    if not np.isfinite(values).all():
        raise ValueError(f"rho0 must be finite, got {values[~np.isfinite(values)][0]}")
    return values


def shaped(name: str, values: Any, shape: tuple[int, ...]) -> Array:
    array = np.asarray(values, dtype=float)
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got shape {array.shape}")
    return array


def _check_sign(values: Array) -> None:
    if not np.isfinite(values).all():
        raise ValueError(f"rho0 must be finite, got {values[~np.isfinite(values)][0]}")
    if values.min() < -1e-10 * np.abs(values).max():
        raise ValueError(f"rho0 must be >= 0, got a minimum of {values.min():.6g}")


def _check_mass(mass: float, tolerance: float) -> None:
    if not abs(mass - 1) <= tolerance:
        raise ValueError(f"rho0 must have mass 1, got {mass:.10g}: divide it by its integral")
