"""Taylor–Green vortices: the Biot–Savart flow on the torus that only decays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import nonnegative_array, nonnegative_number, number, positions, positive_integer, positive_number

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TaylorGreen:
    """The Taylor–Green solution of (MFD) for `BiotSavart(strength)` on `Torus(2, length)`.

    With κ = 2πm/L, m the mode, and K⋆1 = 0,

        ρ̄(t, x) = L^{−2} (1 + A(t) cos κx₁ cos κx₂),   A(t) = a e^{−2κ²σt}   (a e^{−8π²σt} for L = m = 1).

    The velocity u = K⋆ρ̄ = ∇^⊥ψ has Δψ = strength (ρ̄ − L^{−2}), hence ψ = −strength (ρ̄ − L^{−2})/(2κ²): the
    streamfunction is a function of ρ̄, u·∇ρ̄ = 0, and only the heat flow is left.

    Parameters
    ----------
    sigma : float
        σ ≥ 0.
    amplitude : float
        a, with |a| ≤ 1 so that ρ̄ ≥ 0.
    mode : int
        m ≥ 1, the number of periods a side.
    length : float
        L.
    strength : float
        That of the kernel K = strength·x^⊥/(2π|x|²).

    References
    ----------
    G. I. Taylor and A. E. Green, Mechanism of the production of small eddies from large ones, Proc. R. Soc. A 158
    (1937).

    Examples
    --------
    >>> flow = TaylorGreen(sigma=0.01)
    >>> float(flow.density([0.0, 0.0]))
    1.5
    >>> round(float(flow.velocity([0.25, 0.0])[1]) * 8 * np.pi, 12)
    1.0
    """

    sigma: float
    amplitude: float = 0.5
    mode: int = 1
    length: float = 1.0
    strength: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", nonnegative_number("sigma", self.sigma))
        object.__setattr__(self, "amplitude", number("amplitude", self.amplitude))
        object.__setattr__(self, "mode", positive_integer("mode", self.mode))
        object.__setattr__(self, "length", positive_number("length", self.length))
        object.__setattr__(self, "strength", number("strength", self.strength))
        if abs(self.amplitude) > 1:
            raise ValueError(f"amplitude must lie in [-1, 1] for the density to be >= 0, got {self.amplitude!r}")

    @property
    def wavenumber(self) -> float:
        """κ = 2πm/L."""
        return 2 * np.pi * self.mode / self.length

    @property
    def decay_rate(self) -> float:
        """2κ²σ, the rate at which A(t) decays."""
        return 2 * self.wavenumber**2 * self.sigma

    def density(self, x: ArrayLike, t: ArrayLike = 0.0) -> Array:
        """ρ̄(t, x), x of shape (..., 2)."""
        return (1 + self._wave(np.cos, np.cos, x, t)) / self.length**2

    def vorticity(self, x: ArrayLike, t: ArrayLike = 0.0) -> Array:
        """curl u = strength (ρ̄ − L^{−2}), shape (...)."""
        return self.strength / self.length**2 * self._wave(np.cos, np.cos, x, t)

    def velocity(self, x: ArrayLike, t: ArrayLike = 0.0) -> Array:
        """u = K⋆ρ̄ = strength A(t)/(2κL²) (−cos κx₁ sin κx₂, sin κx₁ cos κx₂), shape (..., 2)."""
        scale = self.strength / (2 * self.wavenumber * self.length**2)
        first = -scale * self._wave(np.cos, np.sin, x, t)
        second = scale * self._wave(np.sin, np.cos, x, t)
        return np.stack([first, second], axis=-1)

    def _wave(self, first: np.ufunc, second: np.ufunc, x: ArrayLike, t: ArrayLike) -> Array:
        x = positions("x", x, 2)
        amplitude = self.amplitude * np.exp(-self.decay_rate * nonnegative_array("t", t))
        return amplitude * first(self.wavenumber * x[..., 0]) * second(self.wavenumber * x[..., 1])
