"""The Kuramoto kernel on the circle: threshold, stationary states, growth rates, and the Gibbs measure of N."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import i0e, ive

from .._validate import number, positions, positive_integer, positive_number

Array = NDArray[np.float64]


@dataclass(frozen=True)
class KuramotoStates:
    """What is known of K = −κ sin(2πx/L) on `Torus(1, length)`, V = −(κL/2π) cos(2πx/L).

    A stationary density is ρ ∝ e^{−V⋆ρ/σ}; centred at 0, with r = ∫ cos(2πx/L) ρ its order parameter,

        ρ(x) = e^{z cos(2πx/L)}/(L I₀(z)),   z = κLr/(2πσ),   r = I₁(z)/I₀(z).

    Beside r = 0 there is one solution r > 0, if and only if κ > κ_c = 4πσ/L.

    Parameters
    ----------
    kappa : float
        κ; synchronising for κ > 0.
    sigma : float
        σ > 0.
    length : float
        L.

    References
    ----------
    H. Sakaguchi, Cooperative phenomena in coupled oscillator systems under external fields, Prog. Theor. Phys. 79
    (1988). L. Bertini, G. Giacomin and K. Pakdaman, Dynamical aspects of mean field plane rotators and the Kuramoto
    model, J. Stat. Phys. 138 (2010).

    Examples
    --------
    >>> states = KuramotoStates(kappa=2.0, sigma=2.0 / (8 * np.pi))     # twice the threshold
    >>> round(states.threshold, 12)
    1.0
    >>> round(states.order_parameter, 10)
    0.8314620248
    """

    kappa: float
    sigma: float
    length: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "kappa", number("kappa", self.kappa))
        object.__setattr__(self, "sigma", positive_number("sigma", self.sigma))
        object.__setattr__(self, "length", positive_number("length", self.length))

    @property
    def threshold(self) -> float:
        """κ_c = 4πσ/L."""
        return 4 * np.pi * self.sigma / self.length

    @property
    def order_parameter(self) -> float:
        """r ≥ 0 of the stable stationary states, to machine precision; 0 for κ ≤ κ_c.  r² ≈ 2(κ/κ_c − 1) just above."""
        return self._concentration * self.threshold / (2 * self.kappa) if self.kappa > self.threshold else 0.0

    @property
    def _concentration(self) -> float:
        """z > 0 with I₁(z)/I₀(z) = zκ_c/(2κ); 0 for κ ≤ κ_c."""
        from scipy.optimize import brentq

        if self.kappa <= self.threshold:
            return 0.0
        ratio = self.kappa / self.threshold
        if ratio < 2:
            # the same equation by I₀ − I₂ = 2I₁/z, without the cancellation near the threshold
            target = (self.kappa - self.threshold) / self.kappa
            return brentq(lambda z: ive(2, z) / i0e(z) - target, 0.0, 2 * ratio, xtol=1e-300, rtol=1e-15)
        return brentq(lambda z: ive(1, z) / i0e(z) - z / (2 * ratio), 1.0, 2 * ratio, xtol=1e-300, rtol=1e-15)

    def density(self, x: ArrayLike) -> Array:
        """The stable stationary density centred at 0 (1/L for κ ≤ κ_c), x of shape (..., 1)."""
        z = self._concentration
        cosine = np.cos(2 * np.pi * positions("x", x, 1)[..., 0] / self.length)
        return np.exp(z * (cosine - 1)) / (self.length * i0e(z))

    def growth_rate(self, mode: int = 1) -> float:
        """The rate at which a perturbation e^{2πi mode x/L} of the uniform state grows: πκ/L − 4π²σ/L² for mode 1.

        K̂(±1) = ±iκL/2 and no other: the modes from 2 on decay at 4π²mode²σ/L².
        """
        mode = positive_integer("mode", mode)
        drift = np.pi * self.kappa / self.length if mode == 1 else 0.0
        return drift - 4 * np.pi**2 * mode**2 * self.sigma / self.length**2

    def log_partition(self, n_particles: int) -> float:
        """log Z_N, Z_N = ∫ e^{−(1/σN) Σ_{i<j} V(x_i − x_j)} dx/L^N, the Gibbs measure of N particles at equilibrium.

        With b = κL/(2πσ) and S = Σ e^{2πix_j/L} the exponent is (b/2N)(|S|² − N), and for b > 0 a Gaussian integral
        over R² separates the particles: Z_N = e^{−b/2} (N/b) ∫₀^∞ y e^{−Ny²/2b} I₀(y)^N dy.  Below the threshold (b <
        2) it tends to e^{−b/2}/(1 − b/2).
        """
        coupling, _, weights, largest = self._radial_integral(n_particles)
        return float(np.log(n_particles / coupling * weights.sum()) + largest - coupling / 2)

    def mean_square_order(self, n_particles: int) -> float:
        """E|S/N|² at equilibrium, from the derivative of log Z_N in b: ⟨y²⟩/b² − 2/(Nb) under the integrand of Z_N."""
        coupling, y, weights, _ = self._radial_integral(n_particles)
        mean = np.sum(y**2 * weights) / weights.sum()
        return float(mean / coupling**2 - 2 / (n_particles * coupling))

    def _radial_integral(self, n_particles: int) -> tuple[float, Array, Array, float]:
        """b, nodes y, and weights dy·(integrand of Z_N)/e^max with that max."""
        n_particles = positive_integer("n_particles", n_particles)
        if self.kappa <= 0:
            raise ValueError(f"kappa must be > 0 for the Gibbs measure, got {self.kappa!r}")
        coupling = self.kappa * self.length / (2 * np.pi * self.sigma)
        nodes, weights = np.polynomial.legendre.leggauss(400)
        # log I₀(y) ≤ y: beyond y = b the integrand is below a Gaussian of standard deviation √(b/N)
        lower, upper = 0.0, coupling + 12 * np.sqrt(coupling / n_particles) + 12 / n_particles
        while True:
            width = upper - lower
            y = lower + width * (nodes + 1) / 2
            exponent = np.log(y) + n_particles * (np.log(i0e(y)) + y - y**2 / (2 * coupling))
            largest = float(exponent.max())
            kept = np.flatnonzero(exponent > largest - 50)
            # zoom in on a peak that takes little of the interval
            lower, upper = y[max(kept[0] - 1, 0)], y[min(kept[-1] + 1, y.size - 1)]
            if upper - lower > width / 4:
                return coupling, y, width / 2 * weights * np.exp(exponent - largest), largest
