"""Initial laws of N particles: independent, a mixture of independent ones, or any symmetric law by its coefficients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._laws import periodic_law
from .._validate import number
from ..domains import Torus

Integers = NDArray[np.int64]
Complex = NDArray[np.complex128]

#: Points on which a density with jumps or kinks is looked at.
_POINTS = 1 << 16


def density_modes(rho0: Any, torus: Torus, modes: int) -> Complex:
    """ρ̂(k) = ∫ρ e^{−2πi k x/L} dx for k = −modes, …, modes, of a function or of grid values, checked.

    Raises
    ------
    TypeError, ValueError
        For a wrong mass, negative values, NaN, or a wrong shape.
    """
    law = periodic_law(rho0, torus, 0.0)
    out = np.zeros(2 * modes + 1, dtype=complex)
    if law.interpolant is not None:
        have = law.interpolant.modes
        kept = min(modes, have)
        out[modes - kept : modes + kept + 1] = law.interpolant.coefficients[have - kept : have + kept + 1]
    else:
        # Midpoints: a jump at a grid point is then met by neither side.
        x = (np.arange(_POINTS) + 0.5) / _POINTS
        k = np.arange(-modes, modes + 1)
        out[:] = np.fft.fft(law.density(x[:, None]))[k] / _POINTS * np.exp(-1j * np.pi * k / _POINTS)
    # A mass that is off by rounding or quadrature errors would be raised to the power N.
    return out / out[modes].real


@dataclass(frozen=True)
class Mixture:
    """ρ_N = Σ_a w_a ρ_a^{⊗N}: symmetric, and chaotic only if there is one density.

    Parameters
    ----------
    weights : sequence of numbers >= 0
        They add up to 1.
    densities : sequence of densities
        Functions of x or grid values.

    Examples
    --------
    >>> import numpy as np, mflimit as mf
    >>> left, right = (lambda x, s=s: 1 + s * np.sin(2 * np.pi * x[..., 0]) for s in (-0.8, 0.8))
    >>> start = Mixture([0.5, 0.5], [left, right])
    >>> start.coefficients(np.array([[1, 0], [1, -1]]), mf.Torus(1)).real.round(12)
    array([0.  , 0.16])
    """

    weights: Sequence[float]
    densities: Sequence[Any]

    def __post_init__(self) -> None:
        weights = tuple(number("weights", w) for w in self.weights)
        if len(weights) != len(self.densities) or not weights:
            raise ValueError(
                f"weights and densities must be as many, at least one, got {len(weights)} and {len(self.densities)}"
            )
        if min(weights) < 0 or abs(sum(weights) - 1) > 1e-12:
            raise ValueError(f"weights must be >= 0 and add up to 1, got {self.weights!r}")

    def coefficients(self, k: Integers, torus: Torus) -> Complex:
        """Σ_a w_a Π_i ρ̂_a(k_i), for rows k of wave numbers."""
        reach = int(np.abs(k).max(initial=1))
        tables = [density_modes(density, torus, reach) for density in self.densities]
        return sum(w * table[k + reach].prod(axis=1) for w, table in zip(self.weights, tables, strict=True))


def initial_coefficients(rho0: Any, k: Integers, torus: Torus) -> Complex:
    """c(k) = E e^{−2πi k·x/L} of the initial law, for rows k of wave numbers.

    rho0 is a density, for independent particles, or has a method `coefficients(k, torus)`.
    """
    if not hasattr(rho0, "coefficients"):
        rho0 = Mixture([1.0], [rho0])
    method: Callable[[Integers, Torus], ArrayLike] = rho0.coefficients
    values = np.asarray(method(k, torus), dtype=complex)
    if values.shape != k.shape[:1]:
        raise ValueError(f"rho0.coefficients(k) must have shape {k.shape[:1]} for k of {k.shape}, got {values.shape}")
    if not np.isfinite(values).all() or np.abs(values).max() > 1 + 1e-10:
        raise ValueError(f"rho0.coefficients(k) must be of modulus <= 1, got {values[np.argmax(np.abs(values))]}")
    return values
