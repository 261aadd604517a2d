"""What the two processes of colliding velocities share: what they leave behind, and the checks of how they start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._jit import inlined_jit
from .._validate import finite

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Walk:
    """What a walk leaves behind.

    Attributes
    ----------
    times : (T,)
    v : (T, n) or (T, R, n); in the plane and in space (T, n, d) or (T, R, n, d)
        The velocities at these times.
    collisions : int
        How many took place, in all the copies together.
    """

    times: Array
    v: Array
    collisions: int


def velocities(v0: ArrayLike, shape: str, dims: tuple[int, ...]) -> Array:
    """The start of a walk as an array of the shape (n, …) or (R, n, …); `dims` are the d allowed, () for numbers."""
    try:
        array = np.ascontiguousarray(v0, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"v0 must be an array of real numbers, got {type(v0).__name__}") from error
    axes = 2 if dims else 1
    right = array.ndim in (axes, axes + 1) and (not dims or array.shape[-1] in dims)
    if not right or array.shape[-axes] < 2 or array.size == 0:
        raise ValueError(f"v0 must have shape {shape} and n >= 2, got shape {array.shape}")
    finite("v0", array)
    return array


@inlined_jit
def power(square, gamma):
    """square^{γ/2}."""
    return np.sqrt(square) if gamma == 1.0 else square ** (0.5 * gamma)


@inlined_jit
def accepted(chance, square, bound, gamma):
    """Is chance < (square/bound)^{γ/2}?  For γ = 1, the usual case, without a root."""
    if gamma == 1.0:
        return chance * chance * bound < square
    return chance < power(square / bound, gamma)


@inlined_jit
def floor_of(remaining):
    """How far a product of uniform numbers may fall before its logarithm is taken: waits are −log of such numbers."""
    return max(np.exp(-remaining), 1e-200)
