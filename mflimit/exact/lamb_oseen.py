"""Vortices in the plane: Lamb–Oseen's for the mean field, two points and polygons for the particles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import (
    nonnegative_array,
    nonnegative_number,
    number,
    points,
    positions,
    positive_integer,
    positive_number,
)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LambOseen:
    """The Lamb–Oseen vortex: a solution of (MFD) for `BiotSavart(strength)` on `Euclidean(2)`.

    A radial density turns on itself, u·∇ρ̄ = 0, so that only the heat flow acts:

        ρ̄(t, x) = e^{−|x|²/2v}/(2πv),   v(t) = v₀ + 2σt,   u(t, x) = strength x^⊥/(2π|x|²) (1 − e^{−|x|²/2v}).

    Parameters
    ----------
    sigma : float
        σ ≥ 0.
    variance : float
        v₀ > 0, the initial variance of each coordinate.
    strength : float
        That of the kernel: the circulation Γ of the whole vortex, whose density has mass 1.

    Examples
    --------
    >>> vortex = LambOseen(sigma=0.5, variance=1.0)
    >>> float(vortex.variance_at(2.0))
    3.0
    >>> rate = vortex.velocity([1e-6, 0.0], t=2.0)[1] / 1e-6
    >>> round(float(rate) * 4 * np.pi * 3.0, 9)             # the centre turns at the rate strength/(4πv)
    1.0
    """

    sigma: float
    variance: float = 1.0
    strength: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", nonnegative_number("sigma", self.sigma))
        object.__setattr__(self, "variance", positive_number("variance", self.variance))
        object.__setattr__(self, "strength", number("strength", self.strength))

    def variance_at(self, t: ArrayLike) -> Array:
        """v(t) = v₀ + 2σt, so that E|X|² = 2v(t); the N particles have E(1/N)Σ|X_i|² = 2v(t) too, for every N."""
        return self.variance + 2 * self.sigma * nonnegative_array("t", t)

    def density(self, x: ArrayLike, t: ArrayLike = 0.0) -> Array:
        """ρ̄(t, x), x of shape (..., 2)."""
        variance = self.variance_at(t)
        return np.exp(-np.sum(positions("x", x, 2) ** 2, axis=-1) / (2 * variance)) / (2 * np.pi * variance)

    def velocity(self, x: ArrayLike, t: ArrayLike = 0.0) -> Array:
        """u = K⋆ρ̄, shape (..., 2)."""
        x = positions("x", x, 2)
        variance = self.variance_at(t)
        exponent = np.sum(x**2, axis=-1) / (2 * variance)
        # (1 − e^{−z})/z, which tends to 1 at the centre
        ratio = np.divide(-np.expm1(-exponent), exponent, out=np.ones_like(exponent), where=exponent > 0)
        rate = self.strength / (4 * np.pi * variance) * ratio
        return rate[..., None] * np.stack([-x[..., 1], x[..., 0]], axis=-1)


def polygon_rotation_rate(n_particles: int, radius: float, strength: float = 1.0) -> float:
    """The angular velocity strength (N − 1)/(4πNR²) of N vortices on a regular polygon of radius R (σ = 0).

    In X_i' = (1/N) Σ_{j≠i} K(X_i − X_j) a vortex at Re^{iθ} feels strength/(2πNR) Σ_{j=1}^{N−1} Re 1/(1 −
    e^{2πij/N}), and each term of the sum is 1/2.  N = 2 at distance r = 2R: strength/(2πr²), the period being
    4π²r²/strength.

    Source: J. J. Thomson, A Treatise on the Motion of Vortex Rings (1883), in the scaling 1/N.

    >>> polygon_rotation_rate(2, 0.5) * 2 * np.pi
    1.0
    """
    n_particles = positive_integer("n_particles", n_particles)
    radius, strength = positive_number("radius", radius), number("strength", strength)
    return strength * (n_particles - 1) / (4 * np.pi * n_particles * radius**2)


def two_vortices(x0: ArrayLike, t: ArrayLike, strength: float = 1.0) -> Array:
    """The orbit of two vortices in the plane (N = 2, σ = 0): they turn about their midpoint at the rate
    strength/(2πr²).

    Parameters
    ----------
    x0 : array (2, 2)
        The two points at t = 0, distinct, at distance r.
    t : float or array (...)
    strength : float

    Returns
    -------
    array (..., 2, 2)

    Examples
    --------
    >>> quarter = np.pi**2
    >>> bool(np.allclose(two_vortices([[0.5, 0.0], [-0.5, 0.0]], quarter), [[0.0, 0.5], [0.0, -0.5]]))
    True
    """
    x0 = points("x0", x0, 2)
    if x0.shape != (2, 2):
        raise ValueError(f"x0 must have shape (2, 2), got shape {x0.shape}")
    centre = x0.mean(axis=0)
    arm = complex(*(x0[0] - centre))
    if arm == 0:
        raise ValueError(f"x0 must hold two distinct points, got {x0.tolist()}")
    turned = arm * np.exp(1j * polygon_rotation_rate(2, abs(arm), strength) * nonnegative_array("t", t))
    first = np.stack([turned.real, turned.imag], axis=-1)
    return centre + np.stack([first, -first], axis=-2)


def hamiltonian(x: ArrayLike, strength: float = 1.0) -> float:
    """H(x) = −strength/(2πN²) Σ_{i<j} log|x_i − x_j|, conserved by N vortices in the plane (σ = 0): X_i' = −N ∇_i^⊥ H.

    Its limit is ½∬ G ρ̄ρ̄ strength with −ΔG = δ, the energy of the Euler flow up to a factor strength.

    >>> hamiltonian([[0.0, 0.0], [1.0, 0.0]])
    0.0
    """
    x = points("x", x, 2)
    strength = number("strength", strength)
    total = 0.0
    for i in range(1, len(x)):
        total += np.log(np.sum((x[:i] - x[i]) ** 2, axis=1)).sum()
    return float(-strength / (4 * np.pi * len(x) ** 2) * total) + 0.0
