"""What may stand for a measure: a cloud of points, a density as a function, or its values on a grid."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import finite, positive_integer
from ..domains import Domain, Torus

Array = NDArray[np.float64]

MASS_TOLERANCE = 1e-6


def checked_domain(domain: Any) -> Domain:
    """A Torus or Euclidean."""
    if not hasattr(domain, "displacement"):
        raise TypeError(f"domain must be a Torus or Euclidean, got {domain!r}")
    return domain


def checked_torus(domain: Any) -> Torus:
    """A Torus."""
    if not isinstance(domain, Torus):
        raise TypeError(f"domain must be a Torus, got {domain!r}")
    return domain


def is_cloud(measure: Any, domain: Domain) -> bool:
    """Whether an array is a cloud: points (n, d) or a batch (R, n, d) of them; any other array is a grid."""
    shape: tuple[int, ...] = np.shape(measure) if not callable(measure) else ()
    return len(shape) in (2, 3) and shape[-1] == domain.dim


def clouds(name: str, value: ArrayLike, domain: Domain) -> tuple[Array, bool]:
    """Clouds as an array (R, n, d), wrapped into the domain, and whether a batch was given."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of real numbers, got {type(value).__name__}") from error
    if array.ndim not in (2, 3) or array.shape[-1] != domain.dim or array.size == 0:
        raise ValueError(f"{name} must have shape (n, {domain.dim}) or (R, n, {domain.dim}), got shape {array.shape}")
    finite(name, array)
    batched = array.ndim == 3
    return domain.wrap(array if batched else array[None]), batched


def grid_values(rho: Any, domain: Torus, points: int) -> Array:
    """The density on a grid of the torus, (P,)*d: a callable at `points` an axis, grid values as they are.

    Raises ValueError when rho is negative, not finite, wrongly shaped, or has not mass 1 to 1e-6.
    """
    if callable(rho):
        points = positive_integer("points", points)
        values = np.asarray(rho(domain.grid(points)), dtype=np.float64)
        shape = (points,) * domain.dim
        values = np.broadcast_to(values, shape) if values.ndim == 0 else values
        if values.shape != shape:
            raise ValueError(
                f"rho must map (..., {domain.dim}) to (...), got {values.shape} from {(*shape, domain.dim)}"
            )
    else:
        values = np.asarray(rho, dtype=np.float64)
        if values.ndim != domain.dim or len(set(values.shape)) != 1 or values.size == 0:
            raise ValueError(f"rho must have shape (points,)*{domain.dim} on this torus, got shape {values.shape}")
    check_values(values)
    check_mass(float(values.mean()) * domain.volume)
    return values


def check_values(values: Array) -> None:
    """Finite and ≥ 0 but for rounding; the error names the worst entry."""
    finite("rho", values)
    lowest = float(values.min())
    if lowest < -1e-9 * float(np.abs(values).max()):
        where = [int(i) for i in np.unravel_index(int(values.argmin()), values.shape)]
        raise ValueError(f"rho must be >= 0, got rho{where} = {lowest}")


def check_mass(mass: float) -> None:
    """Mass 1 to 1e-6."""
    if abs(mass - 1) > MASS_TOLERANCE:
        raise ValueError(f"rho must have mass 1, got mass {mass}")


def box(bounds: Any, dim: int) -> tuple[Array, Array]:
    """The corners of a box given as (lower, upper), numbers or arrays (d,)."""
    if bounds is None:
        raise ValueError("bounds must be given for a density in space, got None")
    try:
        lower, upper = (np.broadcast_to(np.asarray(b, dtype=np.float64), (dim,)) for b in bounds)
    except (TypeError, ValueError) as error:
        raise ValueError(f"bounds must be (lower, upper), got {bounds!r}") from error
    if not (np.isfinite(lower).all() and np.isfinite(upper).all() and (lower < upper).all()):
        raise ValueError(f"bounds must be finite with lower < upper, got {bounds!r}")
    return lower, upper
