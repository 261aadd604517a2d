"""Relative entropy of densities on a grid."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import rel_entr

from ..domains import Torus

Array = NDArray[np.float64]

#: Negative values that rounding errors may leave, relative to the largest.
_ROUNDING = 1e-12
_MASS_TOLERANCE = 1e-8


def relative_entropy(p: ArrayLike, q: ArrayLike, domain: Any) -> float:
    """H(p | q) = ∫ p log(p/q) over the domain, by the trapezoidal rule; 0 log 0 = 0.

    Not divided by a number of particles: for marginals ρ_{N,k} in d = 1, which live on Torus(k), the k H_k of Jabin and
    Wang.  It is ≥ 0, and ≥ ½‖p − q‖²_{L¹} (Csiszár, Kullback, Pinsker).

    Parameters
    ----------
    p, q : (points, …, points) arrays
        Densities on the same grid of the domain, d axes, of equal mass.
    domain : Torus

    Returns
    -------
    float
        Infinite where q vanishes and p does not.

    Raises
    ------
    TypeError, ValueError
        For a domain that is not a torus, shapes that differ, NaN, values < 0 (beyond rounding errors of 1e-12), and
        masses that differ by more than 1e-8.

    Examples
    --------
    With p = 1 + a cos 2πx, H(p | 1) = 1 − √(1 − a²) + log((1 + √(1 − a²))/2):

    >>> import numpy as np, mflimit as mf
    >>> from mflimit.functionals.entropy import relative_entropy
    >>> circle = mf.Torus(1)
    >>> p = 1 + 0.8 * np.cos(2 * np.pi * circle.axis(64))
    >>> bool(np.isclose(relative_entropy(p, np.ones(64), circle), 0.4 + np.log(0.8), rtol=1e-12))
    True
    """
    if not isinstance(domain, Torus):
        raise TypeError(f"domain must be a Torus, got {domain!r}")
    first, second = _density("p", p, domain), _density("q", q, domain)
    if first.shape != second.shape:
        raise ValueError(f"p and q must be on the same grid, got shapes {first.shape} and {second.shape}")
    cell = domain.volume / first.size
    masses = first.sum() * cell, second.sum() * cell
    if abs(masses[0] - masses[1]) > _MASS_TOLERANCE * masses[1]:
        raise ValueError(f"p and q must have the same mass, got {masses[0]:.12g} and {masses[1]:.12g}")
    # p log(p/q) − p + q ≥ 0 pointwise: no cancellation where p is close to q.
    return float(np.sum(rel_entr(first, second) - first + second) * cell)


def _density(name: str, value: ArrayLike, domain: Torus) -> Array:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of real numbers, got {type(value).__name__}") from error
    if array.ndim != domain.dim or array.size == 0:
        raise ValueError(f"{name} must have {domain.dim} axes on {domain!r}, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)][0]}")
    if array.min() < -_ROUNDING * np.abs(array).max():
        where = [int(i) for i in np.unravel_index(int(array.argmin()), array.shape)]
        raise ValueError(f"{name} must be >= 0, got {name}{where} = {array.min():.6g}")
    return np.maximum(array, 0.0)
