"""Observables: averages of a test function over a cloud and under a density, and their statistics over runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._validate import positions
from ..domains import Torus
from ._measures import checked_torus, grid_values

TestFunction = Callable[[Any], Any]


def fourier(k: int | Sequence[int], domain: Torus) -> TestFunction:
    """The characteristic observable φ(x) = e^{−2πi k·x/L}, so that its average is the Fourier coefficient at k.

    Parameters
    ----------
    k : int (d = 1) or d integers
    domain : Torus

    Examples
    --------
    >>> import mflimit as mf
    >>> phi = fourier((1, 0), mf.Torus(2))
    >>> complex(phi([0.5, 0.2]).round(12))
    (-1-0j)
    """
    dim = checked_torus(domain).dim
    wave = np.atleast_1d(np.asarray(k))
    if wave.shape != (dim,) or not np.issubdtype(wave.dtype, np.integer):
        raise ValueError(f"k must be {dim} integers, got {k!r}")

    def observable(x: ArrayLike) -> Any:
        return np.exp(-2j * np.pi / domain.length * (positions("x", x, dim) @ wave))

    return observable


def average(observable: TestFunction) -> TestFunction:
    """The function x ↦ (1/N) Σ_i φ(x_i) of clouds (..., n, d): what `mflimit.simulate(observe=...)` records.

    >>> float(average(lambda x: x[..., 0])([[1.0], [3.0]]))
    2.0
    """

    def averaged(x: ArrayLike) -> Any:
        x = np.asarray(x, dtype=np.float64)
        if x.ndim < 2 or x.shape[-2] == 0:
            raise ValueError(f"x must have shape (..., n, d) with n >= 1, got shape {x.shape}")
        values = np.asarray(observable(x))
        if values.shape != x.shape[:-1]:
            raise ValueError(f"observable must map {x.shape} to {x.shape[:-1]}, got {values.shape}")
        return values.mean(axis=-1)

    return averaged


def observe(x: ArrayLike, observables: Mapping[str, TestFunction]) -> dict[str, Any]:
    """The averages ⟨μ_N, φ⟩ = (1/N) Σ_i φ(x_i) of named functions φ, each callable on (..., d).

    Parameters
    ----------
    x : array (..., n, d)
        A cloud, a trajectory (T, n, d), runs of it (R, T, n, d), …
    observables : dict of name → φ

    Returns
    -------
    dict of name → array (...)

    Examples
    --------
    >>> averages = observe([[0.0], [1.0], [5.0]], {"mean": lambda x: x[..., 0], "second": lambda x: x[..., 0] ** 2})
    >>> float(averages["mean"]), float(averages["second"])
    (2.0, 8.666666666666666)
    """
    if not isinstance(observables, Mapping):
        raise TypeError(f"observables must be a dict of name to function, got {observables!r}")
    return {name: average(observable)(x) for name, observable in observables.items()}


def expectation(rho: Any, observable: TestFunction, domain: Torus, points: int = 128) -> Any:
    """⟨ρ, φ⟩ = ∫φρ on the torus by the trapezoidal rule, spectrally accurate: what `observe` tends to.

    Examples
    --------
    >>> import mflimit as mf
    >>> circle = mf.Torus(1)
    >>> rho = lambda x: 1 + 0.5 * np.cos(2 * np.pi * x[..., 0])
    >>> round(float(expectation(rho, fourier(1, circle), circle).real), 12)
    0.25
    """
    domain = checked_torus(domain)
    values = grid_values(rho, domain, points)
    integrand = np.asarray(observable(domain.grid(len(values)))) * values
    return integrand.mean() * domain.volume


def mean_and_error(values: ArrayLike, axis: int = 0) -> tuple[Any, Any]:
    """The mean over independent runs, and its standard error √(Σ|v − v̄|²/(R(R − 1))); real or complex values.

    >>> mean, error = mean_and_error([1.0, 2.0, 3.0, 6.0])
    >>> float(mean), bool(np.isclose(error**2, 14 / 12))
    (3.0, True)
    """
    values = np.asarray(values)
    runs = values.shape[axis] if values.ndim else 0
    if runs < 2:
        raise ValueError(f"values must hold at least 2 runs on axis {axis}, got shape {values.shape}")
    return values.mean(axis=axis), values.std(axis=axis, ddof=1) / np.sqrt(runs)
