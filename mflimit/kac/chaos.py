"""Is a symmetric law of N particles chaotic?  What independent copies of the system say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._random import generator
from .._validate import finite, number, positive_integer, positive_number
from ..functionals.observables import mean_and_error

Array = NDArray[np.float64]

_GROUPS = 16


def to_sphere(v: ArrayLike) -> Array:
    """The multiples of v, (..., n), on the sphere Σ v_i² = n: independent velocities become Kac's chaotic data.

    >>> to_sphere([3.0, 4.0]).round(6)
    array([0.848528, 1.131371])
    """
    array = np.asarray(v, dtype=float)
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(f"v must have shape (..., n), got shape {array.shape}")
    finite("v", array)
    norms = np.linalg.norm(array, axis=-1, keepdims=True)
    if norms.min(initial=np.inf) == 0:
        raise ValueError("v must not be 0, got a copy without energy")
    return array * (np.sqrt(array.shape[-1]) / norms)


def mixture(first: ArrayLike, second: ArrayLike, weight: float = 0.5, rng: Any = 0) -> Array:
    """Each copy, as a whole, from `first` with probability `weight` and else from `second`: arrays (R, n).

    Of two symmetric laws it is symmetric.  Of two chaotic laws with different limits it is not chaotic: the limit of
    its k-marginals is weight f₁^⊗k + (1 − weight) f₂^⊗k, which is a product for k = 1 only.

    >>> mixed = mixture(np.zeros((1000, 2)), np.ones((1000, 2)))
    >>> bool(np.all(mixed[:, 0] == mixed[:, 1])), bool(abs(mixed.mean() - 0.5) < 0.1)
    (True, True)
    """
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape != other.shape or one.ndim < 2:
        raise ValueError(f"first and second must have one shape (R, n), got {one.shape} and {other.shape}")
    share = number("weight", weight)
    if not 0 <= share <= 1:
        raise ValueError(f"weight must be in [0, 1], got {weight!r}")
    chosen = generator(rng, "kac.mixture").random(len(one)) < share
    return np.where(chosen.reshape(-1, *[1] * (one.ndim - 1)), one, other)


def joint_expectation(x: ArrayLike, observables: Sequence[Callable[[Array], ArrayLike]]) -> tuple[Any, Any]:
    """E[φ_1(x_1) ⋯ φ_k(x_k)], k <= 3, with its standard error, from copies of a symmetric system.

    In each copy it is averaged over all choices of k different particles, which costs O(nk).  For a chaotic law its
    limit is the product of the E[φ_l(x_1)].

    Parameters
    ----------
    x : (R, n) or (R, n, d)
        R >= 2 copies.
    observables : 1, 2 or 3 functions of x of shape (R, n) or (R, n, d), with real or complex values (R, n)

    Examples
    --------
    On S¹(√2), v_1² v_2² = 4 cos² sin² has mean ½, not 1:

    >>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 10_000)
    >>> v = np.sqrt(2) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> mean, error = joint_expectation(v, [np.square, np.square])
    >>> bool(abs(mean - 0.5) < 4 * error < 0.1)
    True
    """
    copies, n = _copies(x)
    k = len(observables)
    if not 1 <= k <= 3 or k > n:
        raise ValueError(f"observables must be 1, 2 or 3 functions, no more than particles, got {k} for n = {n}")
    values = [_evaluated(observable, copies) for observable in observables]
    total = [value.sum(axis=1) for value in values]
    if k == 1:
        return mean_and_error(total[0] / n)
    if k == 2:
        return mean_and_error((total[0] * total[1] - (values[0] * values[1]).sum(axis=1)) / (n * (n - 1)))
    sums = total[0] * total[1] * total[2] + 2 * (values[0] * values[1] * values[2]).sum(axis=1)
    for i, j, other in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
        sums = sums - (values[i] * values[j]).sum(axis=1) * total[other]
    return mean_and_error(sums / (n * (n - 1) * (n - 2)))


def empirical_variance(x: ArrayLike, observable: Callable[[Array], ArrayLike]) -> tuple[float, float]:
    """The variance over copies of μ_N(φ) = (1/N) Σ_i φ(x_i), with its standard error: → 0 for all φ iff chaotic.

    Var μ_N(φ) = (1/N) Var φ(x_1) + (1 − 1/N) Cov(φ(x_1), φ(x_2)): why two particles suffice for all k.

    Parameters
    ----------
    x : (R, n) or (R, n, d)
        R >= 4 copies.
    observable : function

    >>> x = np.random.default_rng(0).normal(size=(4000, 25))
    >>> variance, error = empirical_variance(x, lambda x: x)
    >>> bool(abs(variance - 1 / 25) < 4 * error < 0.01)
    True
    """
    copies, _ = _copies(x)
    if len(copies) < 4:
        raise ValueError(f"x must hold at least 4 copies, got shape {copies.shape}")
    averages = _evaluated(observable, copies).mean(axis=1)
    squares = np.abs(averages - averages.mean()) ** 2 * (len(copies) / (len(copies) - 1))
    mean, error = mean_and_error(squares)
    return float(mean), float(error)


def chaos_defect(x: ArrayLike, scale: float = 1.0, nodes: int = 12) -> tuple[float, float]:
    """How far the law of two particles is from a product: a squared distance D², and its standard error.

        D² = ∬ |E e^{i(ξx_1 + ηx_2)} − E e^{iξx_1} E e^{iηx_2}|² γ(dξ)γ(dη),   γ = N(0, 1/scale²),

    by Gauss–Hermite quadrature: the Hilbert–Schmidt independence criterion of x_1 and x_2 with Gaussian kernels of
    width `scale`.  It is 0 for a product only; D² = O(1/N²) on the sphere, and stays above 0 for a law that is not
    chaotic.  The estimate is unbiased, hence may be < 0: it multiplies covariances from different groups of copies,
    and its error is that of a jackknife over 16 groups.

    Parameters
    ----------
    x : (R, n)
        R >= 32 copies of a symmetric system on the line, n >= 2.
    scale : float
        The width of the structures looked for.
    nodes : int
        Of the quadrature, each way.

    Source: A. Gretton et al., Measuring statistical dependence with Hilbert–Schmidt norms, ALT 2005.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(3200, 8))
    >>> defect, error = chaos_defect(x)
    >>> bool(abs(defect) < 4 * error), chaos_defect(mixture(x, x + 1))[0] > 0.001
    (True, True)
    """
    copies, n = _copies(x)
    if copies.ndim != 2 or len(copies) < 2 * _GROUPS or n < 2:
        raise ValueError(f"x must have shape (R, n) with R >= {2 * _GROUPS} and n >= 2, got shape {copies.shape}")
    points, weights = np.polynomial.hermite_e.hermegauss(positive_integer("nodes", nodes))
    waves, weights = points / positive_number("scale", scale), weights / np.sqrt(2 * np.pi)
    found = np.array([_covariances(group, waves) for group in np.array_split(copies, _GROUPS)])
    return _product_of_groups(found, weights)


def _covariances(x: Array, waves: Array) -> NDArray[np.complex128]:
    """Unbiased: Cov(e^{iξx_1}, e^{iηx_2}) for all pairs of waves, from copies (R, n)."""
    runs, n = x.shape
    phases = np.exp(1j * waves[:, None, None] * x)
    sums = phases.sum(axis=2)
    together = (sums @ sums.T - np.tensordot(phases, phases, ([1, 2], [1, 2]))) / (runs * n * (n - 1))
    total = sums.sum(axis=1)
    return together - (np.outer(total, total) - sums @ sums.T) / (runs * (runs - 1) * n**2)


def _product_of_groups(found: NDArray[np.complex128], weights: Array) -> tuple[float, float]:
    """Σ w_a w_b C_ab conj(C'_ab) over the pairs of different groups, and the jackknife over groups."""
    root = np.sqrt(np.outer(weights, weights))
    rows = (found * root).reshape(len(found), -1)
    gram = (rows @ rows.conj().T).real
    np.fill_diagonal(gram, 0.0)
    groups = len(gram)
    value = gram.sum() / (groups * (groups - 1))
    without = (gram.sum() - 2 * gram.sum(axis=1)) / ((groups - 1) * (groups - 2))
    return float(value), float(np.sqrt((groups - 1) / groups * np.sum((without - without.mean()) ** 2)))


def _copies(x: ArrayLike) -> tuple[Array, int]:
    try:
        array = np.asarray(x, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"x must be an array of real numbers, got {type(x).__name__}") from error
    if array.ndim not in (2, 3) or array.shape[0] < 2 or array.shape[1] < 1:
        raise ValueError(f"x must have shape (R, n) or (R, n, d) with R >= 2, got shape {array.shape}")
    finite("x", array)
    return array, array.shape[1]


def _evaluated(observable: Callable[[Array], ArrayLike], x: Array) -> NDArray[Any]:
    if not callable(observable):
        raise TypeError(f"observable must be a function, got {observable!r}")
    values = np.asarray(observable(x))
    if values.shape != x.shape[:2]:
        raise ValueError(f"observable must return one value a particle, shape {x.shape[:2]}, got shape {values.shape}")
    return values
