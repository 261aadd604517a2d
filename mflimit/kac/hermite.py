"""Expansions f = M Σ_m a_m h_m in Hermite polynomials, M a Gaussian density: values, and the a_m of a given f."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import positive_number

Array = NDArray[np.float64]

_FEWEST_NODES, _MOST_NODES = 2**10, 2**17


def hermite(x: Array, degree: int) -> Array:
    """h_0, …, h_degree at x: shape (degree + 1, ...)."""
    values = np.ones((degree + 1, *x.shape))
    if degree:
        values[1] = x
    for m in range(1, degree):
        values[m + 1] = (x * values[m] - np.sqrt(m) * values[m - 1]) / np.sqrt(m + 1)
    return values


def series(coefficients: Array, v: ArrayLike, scale: float) -> Array:
    """M(v) Σ_m a_m h_m(v/√S) for each row of coefficients: (T, ...)."""
    x = np.asarray(v, dtype=float) / np.sqrt(scale)
    column = (slice(None), *[None] * x.ndim)
    gauss = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi * scale)
    previous, current = np.zeros_like(gauss), gauss
    total = coefficients[:, 0][column] * current
    for m in range(1, coefficients.shape[1]):
        previous, current = current, (x * current - np.sqrt(m - 1) * previous) / np.sqrt(m)
        total += coefficients[:, m][column] * current
    return total


def largest_last(coefficients: Array) -> float:
    """The largest of the last eighth of the coefficients."""
    return float(np.abs(coefficients[..., -(coefficients.shape[-1] // 8) :]).max())


def _values(f0: Callable[[Array], ArrayLike], v: Array) -> Array:
    values = np.asarray(f0(v), dtype=float)
    if values.shape != v.shape:
        raise ValueError(f"f0 must return an array of the shape it is given, {v.shape}, got {values.shape}")
    if not np.isfinite(values).all() or values.min() < 0:
        raise ValueError(f"f0 must be finite and >= 0, got a minimum of {values.min()}")
    return values


def temperature(f0: Callable[[Array], ArrayLike]) -> float:
    """∫ v² f0 on all of the line, by v = sinh u: scales from 1e-3 to 1e3 are seen."""
    if not callable(f0):
        raise TypeError(f"f0 must be a function, got {f0!r}")
    u = np.linspace(-9.0, 9.0, 2**14)
    v, weight = np.sinh(u), np.cosh(u) * (u[1] - u[0])
    return positive_number("the temperature of f0", float(np.sum(weight * v**2 * _values(f0, v))))


def projected(f0: Callable[[Array], ArrayLike], degree: int, scale: float, tol: float) -> Array:
    """a_m = ∫ f0 h_m, by the trapezoidal rule with doubled numbers of points."""
    if not callable(f0):
        raise TypeError(f"f0 must be a function, got {f0!r}")
    reach, previous, points = 2 * np.sqrt(degree + 1) + 10, None, _FEWEST_NODES
    while points <= _MOST_NODES:
        x, width = np.linspace(-reach, reach, points, retstep=True)
        found = hermite(x, degree) @ (_values(f0, x * np.sqrt(scale)) * width * np.sqrt(scale))
        if previous is not None and np.abs(found - previous).max() <= 1e-3 * tol:
            break
        previous, points = found, 2 * points
    else:
        raise ValueError(
            f"f0 is too rough for tol = {tol!r}, or its tails are above exp(-v^2/4S), S = scale = {scale!r}"
        )
    if abs(found[0] - 1) > tol:
        raise ValueError(f"f0 must have mass 1, got {found[0]:.10g}")
    return found / found[0]
