"""The log gas: Dyson's partition function on the circle, and Wigner's semicircle on the line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln

from .._validate import nonnegative_array, nonnegative_number, number, positions, positive_integer, positive_number

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DysonGas:
    """N particles with V = λ log|2 sin(πx/L)| on `Torus(1, length)`, at equilibrium.

    Their Gibbs density e^{−(1/σN) Σ_{i<j} V(x_i − x_j)}/(Z_N L^N) is Dyson's circular ensemble, β = −λ/(σN), and the
    limit is uniform, with V⋆ρ̄ = 0.  For N ≥ 2

        Z_N = Γ(1 + βN/2)/Γ(1 + β/2)^N = Γ(1 − λ/2σ)/Γ(1 − λ/(2σN))^N    if λ < 2σ,    Z_N = ∞ if λ ≥ 2σ,

    so that λ = 2σ = 2dσ, where all N may collapse into a point, is the constant of the theorem on modulated free
    energy.

    Parameters
    ----------
    lam : float
        λ; > 0 attracts.
    sigma : float
        σ > 0.

    References
    ----------
    F. J. Dyson, Statistical theory of the energy levels of complex systems I, J. Math. Phys. 3 (1962).
    J. Gunson, Proof of a conjecture by Dyson in the statistical theory of energy levels, J. Math. Phys. 3 (1962).

    Examples
    --------
    >>> round(float(np.exp(DysonGas(lam=-4.0, sigma=1.0).log_partition(2))), 12)     # β = 2: the mean of |2 sin πx|²
    2.0
    >>> DysonGas(lam=2.0, sigma=1.0).log_partition(10)
    inf
    """

    lam: float
    sigma: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "lam", number("lam", self.lam))
        object.__setattr__(self, "sigma", positive_number("sigma", self.sigma))

    def beta(self, n_particles: int) -> float:
        """β = −λ/(σN), the power of Π_{i<j} |e^{2πix_i/L} − e^{2πix_j/L}| in the density."""
        return -self.lam / (self.sigma * positive_integer("n_particles", n_particles))

    def log_partition(self, n_particles: int) -> float:
        """log Z_N; inf for λ ≥ 2σ and N ≥ 2, and 0 for N = 1."""
        half = self.beta(n_particles) / 2
        if n_particles == 1:
            return 0.0
        if self.lam >= 2 * self.sigma:
            return np.inf
        return float(gammaln(1 + half * n_particles) - n_particles * gammaln(1 + half))

    def mean_energy(self, n_particles: int) -> float:
        """E (1/N²) Σ_{i<j} V(X_i − X_j) = (λ/2N)(ψ(1 − λ/2σ) − ψ(1 − λ/(2σN))), ψ the digamma function.

        It is −(σλ/N) d log Z_N/dλ; −inf at and past the threshold.
        """
        half = self.beta(n_particles) / 2
        if n_particles == 1:
            return 0.0
        if self.lam >= 2 * self.sigma:
            return -np.inf
        return float(self.lam / (2 * n_particles) * (digamma(1 + half * n_particles) - digamma(1 + half)))

    def entropy(self, n_particles: int) -> float:
        """H_N(ρ_N|ρ̄^⊗N) = (1/N) ∫ρ_N log(ρ_N L^N) = −mean_energy/σ − (1/N) log Z_N, for λ < 2σ."""
        if n_particles > 1 and self.lam >= 2 * self.sigma:
            raise ValueError(f"lam must be < 2 sigma = {2 * self.sigma!r} for an equilibrium, got {self.lam!r}")
        return -self.mean_energy(n_particles) / self.sigma - self.log_partition(n_particles) / n_particles

    def free_energy(self, n_particles: int) -> float:
        """E_N = H_N + (1/σ) E (1/N²) Σ_{i<j} V = −(1/N) log Z_N, the least value over all laws; −inf for λ ≥ 2σ."""
        return -self.log_partition(n_particles) / n_particles

    def sample(self, n_particles: int, rng: int | np.random.Generator | None = 0, length: float = 1.0) -> Array:
        """One exact draw for λ ≤ 0 (β ≥ 0), shape (N, 1) in [0, L): eigenvalues of a random unitary CMV matrix, O(N³).

        The Verblunsky coefficients α_0, …, α_{N−1} are independent and rotation invariant, with |α_k|² of law
        Beta(1, β(N − k − 1)/2) and |α_{N−1}| = 1.

        Source: R. Killip and I. Nenciu, Matrix models for circular ensembles, Int. Math. Res. Not. 2004.
        """
        beta, length = self.beta(n_particles), positive_number("length", length)
        if beta < 0:
            raise ValueError(f"lam must be <= 0 for the sampler, got {self.lam!r}")
        rng = np.random.default_rng(rng)
        if beta == 0:
            return length * rng.random((n_particles, 1))
        radius = np.ones(n_particles)
        radius[:-1] = np.sqrt(rng.beta(1.0, beta / 2 * np.arange(n_particles - 1, 0, -1)))
        angles = np.angle(np.linalg.eigvals(_cmv(radius * np.exp(2j * np.pi * rng.random(n_particles)))))
        x = np.mod(angles * (length / (2 * np.pi)), length)
        return np.where(x >= length, 0.0, x)[:, None]


def _cmv(alpha: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """The N × N unitary CMV matrix LM of Verblunsky coefficients: blocks [[ᾱ, ρ], [ρ, −α]], even k in L, odd k in M."""
    n = alpha.size
    left, right = np.eye(n, dtype=complex), np.eye(n, dtype=complex)
    for k, a in enumerate(alpha[:-1]):
        rho = np.sqrt(max(1 - abs(a) ** 2, 0.0))
        (left if k % 2 == 0 else right)[k : k + 2, k : k + 2] = [[a.conjugate(), rho], [rho, -a]]
    (left if (n - 1) % 2 == 0 else right)[n - 1, n - 1] = alpha[-1].conjugate()
    return left @ right


@dataclass(frozen=True)
class Semicircle:
    """The repulsive log gas without noise on `Euclidean(1)`: V = λ log|x|, λ < 0, K = |λ|/x, σ = 0 (or σ_N → 0).

    The Stieltjes transform G = ∫ρ̄(y)/(z − y) solves G_t + |λ| G G_z = 0; from a semicircle of variance v₀ ≥ 0 the
    solution stays one, of variance v₀ + |λ|t and radius R = 2√(v₀ + |λ|t):

        ρ̄(t, x) = 2√(R² − x²)/(πR²).

    Parameters
    ----------
    lam : float
        λ < 0.
    variance : float
        v₀; 0 is the point mass at 0.

    References
    ----------
    L. C. G. Rogers and Z. Shi, Interacting Brownian particles and the Wigner law, Probab. Theory Relat. Fields 95
    (1993).

    Examples
    --------
    >>> float(Semicircle().radius(4.0))
    4.0
    >>> float(Semicircle().density([0.0], 1.0)) * np.pi
    1.0
    """

    lam: float = -1.0
    variance: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "lam", number("lam", self.lam))
        object.__setattr__(self, "variance", nonnegative_number("variance", self.variance))
        if self.lam >= 0:
            raise ValueError(f"lam must be < 0 for a semicircle, got {self.lam!r}")

    def radius(self, t: ArrayLike) -> Array:
        """R(t) = 2√(v₀ + |λ|t)."""
        return 2 * np.sqrt(self.variance - self.lam * nonnegative_array("t", t))

    def density(self, x: ArrayLike, t: ArrayLike) -> Array:
        """ρ̄(t, x), x of shape (..., 1)."""
        squared = self._positive_radius(t) ** 2
        return 2 * np.sqrt(np.maximum(squared - positions("x", x, 1)[..., 0] ** 2, 0.0)) / (np.pi * squared)

    def cdf(self, x: ArrayLike, t: ArrayLike) -> Array:
        """F(t, x) = ½ + (y√(1 − y²) + arcsin y)/π, y = x/R, x of shape (..., 1)."""
        y = np.clip(positions("x", x, 1)[..., 0] / self._positive_radius(t), -1, 1)
        return 0.5 + (y * np.sqrt(1 - y**2) + np.arcsin(y)) / np.pi

    def particles(self, n_particles: int, t: float) -> Array:
        """N ≥ 2 particles that left the origin at −v₀/|λ|, in increasing order, shape (N, 1): x_i = √(2(v₀ + |λ|t)/N)
        h_i.

        The zeros h_i of the Hermite polynomial H_N have h_i = Σ_{j≠i} 1/(h_i − h_j) (Stieltjes): an exact solution of
        x_i' = (|λ|/N) Σ_{j≠i} 1/(x_i − x_j).
        """
        from scipy.special import roots_hermite

        n_particles = positive_integer("n_particles", n_particles)
        scale = self.radius(nonnegative_number("t", t)) / np.sqrt(2 * n_particles)
        return scale * roots_hermite(n_particles)[0][:, None]

    def _positive_radius(self, t: ArrayLike) -> Array:
        radius = self.radius(t)
        if not (radius > 0).all():
            raise ValueError("t must be > 0 from a point mass, got 0")
        return radius
