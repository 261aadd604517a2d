"""The drift of (IPS): (1/N) Σ_{j≠i} K(x_i − x_j), for every particle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import finite, option, positive_number
from ..domains import Torus
from ..kernels.base import Pair
from ..model import Model
from . import sweeps

Array = NDArray[np.float64]

SUMS = ("auto", "direct")


def drift(model: Model, x: ArrayLike, at: ArrayLike | None = None, *, tol: float = 1e-10, sums: str = "auto") -> Array:
    """u_i = (1/N) Σ_{j≠i} K(x_i − x_j), or the field (1/N) Σ_j K(a_i − x_j) at other points.

    K(0) := 0: coincident particles exert nothing on each other, and a particle nothing on itself.

    Parameters
    ----------
    model : Model
    x : array (n, d), or (R, n, d) for R independent clouds
        On a torus any representative will do.
    at : array (m, d) or (R, m, d), optional
        Where to evaluate the field instead.
    tol : float
        For direct sums on a torus the absolute error of the periodised kernel, for a unit box.
    sums : {"auto", "direct"}
        "direct" visits all pairs, unless the kernel has an exact shorter way: `Linear` and `Kuramoto` are summed in
        O(N), `Sign` and one-dimensional `Coulomb` by sorting.

    Returns
    -------
    array of the shape of x, or of `at`

    Raises
    ------
    TypeError, ValueError
        For points of the wrong shape, NaN or Inf, tol ≤ 0, unknown `sums`.

    Examples
    --------
    >>> import mflimit as mf
    >>> model = mf.Model(mf.kernels.Coulomb(), mf.Euclidean(1))
    >>> mf.drift(model, [[0.0], [1.0], [3.0]]) * 3
    array([[-2.],
           [ 0.],
           [ 2.]])
    """
    sources = _clouds("x", x, model.domain.dim)
    targets = None if at is None else _clouds("at", at, model.domain.dim)
    if targets is not None and targets.shape[:-2] != sources.shape[:-2]:
        raise ValueError(f"at must have as many clouds as x, got shapes {targets.shape} and {sources.shape}")
    return prepare(model, tol=tol, sums=sums)(sources, targets)


def prepare(model: Model, *, tol: float = 1e-10, sums: str = "auto") -> Callable[..., Array]:
    """`drift` with everything that does not depend on the points done beforehand: a function of (x, at=None).

    For inner loops: the points are not checked again.
    """
    if not isinstance(model, Model):
        raise TypeError(f"model must be a Model, got {model!r}")
    option("sums", sums, SUMS)
    tol = positive_number("tol", tol)
    domain = model.domain
    torus = isinstance(domain, Torus)

    def field(x: Array, at: Array | None = None) -> Array:
        sources = domain.wrap(x) if torus else x
        targets = sources if at is None else domain.wrap(at) if torus else at
        batched = (sources if sources.ndim == 3 else sources[None], targets if targets.ndim == 3 else targets[None])
        if targets is sources:
            batched = (batched[0], batched[0])
        total = np.zeros(batched[1].shape)
        for term in model.kernel.terms:
            shortcut = term.sum_over(batched[1], batched[0], domain)
            total += _direct(term.pair(domain, tol), *batched) if shortcut is None else shortcut
        total /= batched[0].shape[-2]
        return total.reshape(targets.shape)

    return field


def _direct(pair: Pair, x: Array, at: Array) -> Array:
    columns = _columns(x, pair.length)
    out = np.zeros((at.shape[2], at.shape[0], at.shape[1]))
    sweeps.add_sum(pair, columns, out, None if at is x else _columns(at, pair.length))
    return np.moveaxis(out, 0, -1)


def _columns(x: Array, length: float) -> Array:
    """(R, n, d) → (d, R, n), contiguous, in units of the length; a point of [0, L) stays below 1."""
    return (
        np.minimum(np.moveaxis(x, -1, 0) / length, np.nextafter(1.0, 0.0))
        if length != 1.0
        else (np.ascontiguousarray(np.moveaxis(x, -1, 0)))
    )


def _clouds(name: str, value: ArrayLike, dim: int) -> Array:
    try:
        array = np.ascontiguousarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of real numbers, got {type(value).__name__}") from error
    if array.ndim not in (2, 3) or array.shape[-1] != dim or array.size == 0:
        raise ValueError(f"{name} must have shape (n, {dim}) or (R, n, {dim}), got shape {array.shape}")
    finite(name, array)
    return array
