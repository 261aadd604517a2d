"""The linear kernel K = −a x on R^d: particles, limit and every distance between them are Gaussian."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import nonnegative_array, nonnegative_number, number, positions, positive_integer, positive_number

Array = NDArray[np.float64]

# Gauss–Legendre on [0, 1]: full precision for the entire integrands of `_excess` and `_memory`.
_NODES, _WEIGHTS = (array / 2 for array in np.polynomial.legendre.leggauss(20))
_NODES = _NODES + 0.5


@dataclass(frozen=True)
class LinearGaussian:
    """`Linear(a)` on `Euclidean(dim)` from independent N(0, v₀ I) particles.

    The drift is −a (X_i − X̂), X̂ the centre of mass: X̂ diffuses freely and the differences are Ornstein–Uhlenbeck.
    With

        s(t) = v₀ e^{−2at} + (σ/a)(1 − e^{−2at}),   u(t) = v₀ + 2σt,   r = u/s,

    the limit is ρ̄(t) = N(0, s I), and the law of the particles is centred Gaussian with Cov(X_i, X_j) = s δ_ij + (u
    − s)/N on each axis.  The k-marginal has, beside ρ̄^⊗k, one eigenvalue q = 1 + (r − 1) k/N out of k that is not 1,
    hence

        k H_k = (d/2)(q − 1 − log q) ≈ (d/4)(r − 1)² k²/N²,   N H_N = (d/2)(r − 1 − log r).

    Parameters
    ----------
    a : float
        The strength of the attraction; a < 0 repels.
    sigma : float
        σ ≥ 0.
    initial_variance : float
        v₀ > 0.
    dim : int
        d.

    References
    ----------
    D. Lacker, Hierarchies, entropy, and quantitative propagation of chaos for mean field diffusions, Probab. Math.
    Phys. 4 (2023), where this example shows the rate k²/N² to be sharp.

    Examples
    --------
    >>> law = LinearGaussian(a=1.0, sigma=1.0)
    >>> float(law.variance(3.0))                      # v₀ = σ/a: the limit is stationary
    1.0
    >>> law.covariance(0.5, n_particles=10, k=2)
    array([[1.1, 0.1],
           [0.1, 1.1]])
    >>> bool(np.isclose(law.entropy(0.5, n_particles=10), (2 - 1 - np.log(2)) / 2))
    True
    """

    a: float
    sigma: float
    initial_variance: float = 1.0
    dim: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "a", number("a", self.a))
        object.__setattr__(self, "sigma", nonnegative_number("sigma", self.sigma))
        object.__setattr__(self, "initial_variance", positive_number("initial_variance", self.initial_variance))
        object.__setattr__(self, "dim", positive_integer("dim", self.dim))

    def variance(self, t: ArrayLike) -> Array:
        """s(t), the variance of each coordinate under ρ̄(t); v₀ + 2σt when a = 0."""
        t = nonnegative_array("t", t)
        # ∫₀¹ e^{−2atτ} dτ = (1 − e^{−2at})/(2at)
        return self.initial_variance * np.exp(-2 * self.a * t) + 2 * self.sigma * t * _mean_decay(2 * self.a * t)

    def free_variance(self, t: ArrayLike) -> Array:
        """u(t) = v₀ + 2σt, so that the centre of mass has variance u/N on each axis."""
        return self.initial_variance + 2 * self.sigma * nonnegative_array("t", t)

    def excess(self, t: ArrayLike, n_particles: int, k: int | None = None) -> Array:
        """q − 1 = (r − 1) k/N, with full relative accuracy; k = N if None."""
        n_particles, k = _subset(n_particles, k)
        t = nonnegative_array("t", t)
        z = 2 * self.a * t
        # u − s = v₀(1 − e^{−z}) + 2σt(1 − (1 − e^{−z})/z), z = 2at
        difference = -self.initial_variance * np.expm1(-z) + 2 * self.sigma * t * _lost_decay(z)
        return difference / self.variance(t) * (k / n_particles)

    def density(self, x: ArrayLike, t: ArrayLike = 0.0) -> Array:
        """ρ̄(t, x), x of shape (..., d)."""
        variance = self.variance(t)
        squares = np.sum(positions("x", x, self.dim) ** 2, axis=-1)
        return np.exp(-squares / (2 * variance)) / (2 * np.pi * variance) ** (self.dim / 2)

    def covariance(self, t: float, n_particles: int, k: int | None = None) -> Array:
        """Cov(X_i, X_j), i, j ≤ k, of one coordinate: shape (k, k).  Coordinates are independent and the mean is 0."""
        n_particles, k = _subset(n_particles, k)
        t = nonnegative_number("t", t)
        variance = self.variance(t)
        return variance * (np.eye(k) + self.excess(t, n_particles, 1))

    def sample(self, t: float, n_particles: int, rng: int | np.random.Generator | None = 0) -> Array:
        """One draw of (X_1, …, X_N) at time t from its exact law, shape (N, d): X_i = √s (Z_i − Ẑ) + √u Ẑ."""
        n_particles, t = positive_integer("n_particles", n_particles), nonnegative_number("t", t)
        normal = np.random.default_rng(rng).standard_normal((n_particles, self.dim))
        centre = normal.mean(axis=0)
        return np.sqrt(self.variance(t)) * (normal - centre) + np.sqrt(self.free_variance(t)) * centre

    def entropy(self, t: ArrayLike, n_particles: int, k: int | None = None) -> Array:
        """The relative entropy ∫ρ_{N,k} log(ρ_{N,k}/ρ̄^⊗k) = k H_k, not divided by k; N H_N if k is None."""
        return self.dim / 2 * _excess_of_log(self.excess(t, n_particles, k))

    def reverse_entropy(self, t: ArrayLike, n_particles: int, k: int | None = None) -> Array:
        """∫ρ̄^⊗k log(ρ̄^⊗k/ρ_{N,k}) = (d/2)(1/q − 1 + log q)."""
        q = 1 + self.excess(t, n_particles, k)
        return self.dim / 2 * _excess_of_log((1 - q) / q)

    def fisher_information(self, t: ArrayLike, n_particles: int, k: int | None = None) -> Array:
        """∫|∇log(ρ_{N,k}/ρ̄^⊗k)|² dρ_{N,k} = d (q − 1)²/(q s), not divided by k."""
        excess = self.excess(t, n_particles, k)
        return self.dim * excess**2 / ((1 + excess) * self.variance(t))

    def wasserstein2(self, t: ArrayLike, n_particles: int, k: int | None = None) -> Array:
        """W_2(ρ_{N,k}, ρ̄^⊗k) = √(ds) |√q − 1|, not divided by √k."""
        excess = self.excess(t, n_particles, k)
        return np.sqrt(self.dim * self.variance(t)) * np.abs(excess) / (np.sqrt(1 + excess) + 1)

    def coupling_error(self, t: ArrayLike, n_particles: int) -> Array:
        """E|X_i − X̄_i|² for the McKean copies X̄_i: dX̄_i = −a X̄_i dt + √(2σ) dW_i, X̄_i(0) = X_i(0), the same noise.

        The noise of X_i − X̄_i cancels: it is a∫₀^t e^{−a(t−τ)} X̂(τ) dτ, the same for all i, and

            E|X_i − X̄_i|² = (d/N) (v₀ (1 − e^{−at})² + 2σ ∫₀^t (1 − e^{−aτ})² dτ).
        """
        n_particles, t = positive_integer("n_particles", n_particles), nonnegative_array("t", t)
        z = self.a * t
        start = self.initial_variance * np.expm1(-z) ** 2
        return self.dim / n_particles * (start + 2 * self.sigma * t * _memory(z))


def _subset(n_particles: int, k: int | None) -> tuple[int, int]:
    n_particles = positive_integer("n_particles", n_particles)
    k = n_particles if k is None else positive_integer("k", k)
    if k > n_particles:
        raise ValueError(f"k must be <= n_particles = {n_particles}, got {k}")
    return n_particles, k


def _near_zero(z: Array, radius: float, quadrature: Array, closed: Array) -> Array:
    """The quadrature where |z| ≤ radius, where the closed form cancels."""
    return np.where(np.abs(z) <= radius, quadrature, closed)


def _mean_decay(z: Array) -> Array:
    """∫₀¹ e^{−zτ} dτ = (1 − e^{−z})/z."""
    safe = np.where(z == 0, 1.0, z)
    return np.where(z == 0, 1.0, -np.expm1(-safe) / safe)


def _lost_decay(z: Array) -> Array:
    """1 − (1 − e^{−z})/z = z ∫₀¹ (1 − τ) e^{−zτ} dτ."""
    small = np.clip(z, -1, 1)
    quadrature = small * (np.exp(-small[..., None] * _NODES) @ (_WEIGHTS * (1 - _NODES)))
    return _near_zero(z, 1.0, quadrature, 1 - _mean_decay(z))


def _memory(z: Array) -> Array:
    """∫₀¹ (1 − e^{−zτ})² dτ = 1 − 2(1 − e^{−z})/z + (1 − e^{−2z})/(2z)."""
    small = np.clip(z, -1, 1)
    quadrature = np.expm1(-small[..., None] * _NODES) ** 2 @ _WEIGHTS
    return _near_zero(z, 1.0, quadrature, 1 - 2 * _mean_decay(z) + _mean_decay(2 * z))


def _excess_of_log(z: Array) -> Array:
    """z − log(1 + z) = z² ∫₀¹ τ/(1 + zτ) dτ for z > −1."""
    small = np.clip(z, -0.5, 0.5)
    quadrature = small**2 * (1 / (1 + small[..., None] * _NODES) @ (_WEIGHTS * _NODES))
    return _near_zero(z, 0.5, quadrature, z - np.log1p(z))
