"""The uniform law of S^{N−1}(√N), the equilibrium of Kac's walk: its marginals, and how the walk gets there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betainc, digamma, gammainc, gammaln

from .._random import generator
from .._validate import nonnegative_array, number, positive_integer

Array = NDArray[np.float64]


@dataclass(frozen=True)
class KacSphere:
    """The uniform law of {v ∈ R^N : |v|² = N}; its k-marginals tend to Gaussians, k < N:

        p_k(v) = Γ(N/2)/(Γ((N−k)/2) (πN)^{k/2}) (1 − |v|²/N)^{(N−k−2)/2},   |v|² < N,  v ∈ R^k;

    |v|²/N has the law Beta(k/2, (N−k)/2).

    Parameters
    ----------
    n : int
        N >= 2.

    References
    ----------
    P. Diaconis and D. Freedman, A dozen de Finetti-style results in search of a theory, Ann. IHP B 23 (1987).
    E. A. Carlen, M. C. Carvalho and M. Loss, Acta Math. 191 (2003).

    Examples
    --------
    On S²(√3) the 1-marginal is uniform (Archimedes):

    >>> KacSphere(3).density([[0.0], [1.7], [1.8]]).round(6)
    array([0.288675, 0.288675, 0.      ])
    >>> sphere = KacSphere(1000)
    >>> bool(sphere.variation_distance(2) < sphere.variation_bound(2))
    True
    """

    n: int

    def __post_init__(self) -> None:
        if positive_integer("n", self.n) < 2:
            raise ValueError(f"n must be >= 2, got {self.n!r}")

    def density(self, v: ArrayLike) -> Array:
        """p_k at v of shape (..., k), 1 <= k < N."""
        points = np.asarray(v, dtype=float)
        if points.ndim == 0:
            raise ValueError("v must have shape (..., k), got a number")
        k = self._marginal(points.shape[-1], "the last axis of v")
        inside = 1 - np.sum(points**2, axis=-1) / self.n
        power = (self.n - k - 2) / 2
        # k = N − 1 has an integrable singularity at |v|² = N
        with np.errstate(divide="ignore"):
            logarithm = power * np.log(np.where(inside > 0, inside, 1.0))
        return np.where(inside > 0, np.exp(self._log_ratio_at_0(k) - k / 2 * np.log(2 * np.pi) + logarithm), 0.0)

    def cdf(self, v: ArrayLike) -> Array:
        """P(v_1 <= v), any shape; for the test of Kolmogorov and Smirnov."""
        points = np.asarray(v, dtype=float)
        inner = betainc(0.5, (self.n - 1) / 2, np.minimum(points**2 / self.n, 1.0))
        return (1 + np.sign(points) * inner) / 2

    def sample(self, copies: int | None = None, rng: Any = 0) -> Array:
        """Independent points: (n,), or (copies, n)."""
        count = 1 if copies is None else positive_integer("copies", copies)
        v = generator(rng, "kac.sphere").normal(size=(count, self.n))
        v *= np.sqrt(self.n) / np.linalg.norm(v, axis=1, keepdims=True)
        return v[0] if copies is None else v

    def variation_distance(self, k: int) -> float:
        """∫ |p_k − M^⊗k| = 2 sup_A |∫_A p_k − ∫_A M^⊗k|, M the density of N(0, 1), exactly.

        p_k/M^⊗k is a function of s = |v|² that exceeds 1 on one interval, whose ends are roots; its masses are
        incomplete Beta and Gamma functions.
        """
        k = self._marginal(k, "k")
        power = (self.n - k - 2) / 2

        def log_ratio(s: float) -> float:
            return constant + power * np.log1p(-s / self.n) + s / 2

        constant = self._log_ratio_at_0(k)
        # it rises up to s = k + 2, and falls from there to s = N if the power is > 0
        lower = brentq(log_ratio, 0.0, k + 2.0 if power > 0 else self.n * (1 - 1e-15), xtol=1e-14 * self.n)
        upper = float(self.n)
        if power > 0:
            upper = brentq(log_ratio, k + 2.0, self.n * (1 - 1e-15), xtol=1e-14 * self.n)
        ends = np.array([lower, upper])
        excess = np.diff(betainc(k / 2, (self.n - k) / 2, ends / self.n) - gammainc(k / 2, ends / 2))
        return float(2 * excess[0])

    def variation_bound(self, k: int) -> float:
        """2(k + 3)/(N − k − 3), the bound of Diaconis and Freedman for 1 <= k <= N − 4."""
        if positive_integer("k", k) > self.n - 4:
            raise ValueError(f"k must be <= n - 4 = {self.n - 4}, got {k!r}")
        return 2 * (k + 3) / (self.n - k - 3)

    def relative_entropy(self, k: int) -> float:
        """∫ p_k log(p_k/M^⊗k) = k(k + 2)/(4N²) + O(N^{−3}), in closed form.

        With a = N/2, b = (N−k)/2 it is log(Γ(a)/(Γ(b) a^{k/2})) + (b − 1)(ψ(b) − ψ(a)) + k/2, evaluated by Stirling's
        formula with its remainder μ, so that the terms of order N, 1 and log N cancel on paper.
        """
        k = self._marginal(k, "k")
        (whole, whole_slope), (part, part_slope) = _remainder(self.n / 2), _remainder((self.n - k) / 2)
        power = (self.n - k - 2) / 2
        leading = -np.log1p(-k / self.n) / 2 - power * k / (self.n * (self.n - k))
        return float(leading + whole - part + power * (part_slope - whole_slope))

    def gap(self, cosine4: float = 0.0) -> float:
        """(1 − ⟨cos 4θ⟩)(N + 2)/(2(N − 1)): the rate at which Σ v_i⁴ relaxes under N collisions in unit time.

        For the uniform law of the angle it is the spectral gap of the walk.
        """
        average = number("cosine4", cosine4)
        if not -1 <= average <= 1:
            raise ValueError(f"cosine4 must be in [-1, 1], got {cosine4!r}")
        return (1 - average) * (self.n + 2) / (2 * (self.n - 1))

    def moment4(self, start: float, t: ArrayLike, cosine4: float = 0.0) -> Array:
        """E (1/N) Σ v_i⁴ at the times t after it was `start`, on the sphere |v|² = N: it tends to 3N/(N + 2)."""
        final = 3 * self.n / (self.n + 2)
        decay = np.exp(-self.gap(cosine4) * nonnegative_array("t", t))
        return final + (number("start", start) - final) * decay

    def _marginal(self, k: int, name: str) -> int:
        if positive_integer(name, k) >= self.n:
            raise ValueError(f"{name} must be < n = {self.n}, for a density to exist, got {k!r}")
        return int(k)

    def _log_ratio_at_0(self, k: int) -> float:
        """The logarithm of p_k(0) (2π)^{k/2} = Γ(N/2)/(Γ((N−k)/2) (N/2)^{k/2})."""
        change = _remainder(self.n / 2)[0] - _remainder((self.n - k) / 2)[0]
        return float(-(self.n - k - 1) / 2 * np.log1p(-k / self.n) - k / 2 + change)


def _remainder(z: float) -> tuple[float, float]:
    """μ and μ' in log Γ(z) = (z − ½) log z − z + ½ log 2π + μ(z)."""
    if z < 20:
        rest = gammaln(z) - (z - 0.5) * np.log(z) + z - 0.5 * np.log(2 * np.pi)
        return float(rest), float(digamma(z) - np.log(z) + 1 / (2 * z))
    odd = np.arange(1, 12, 2)
    terms = np.array([1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360]) / z**odd
    return float(terms.sum()), float(-(odd * terms).sum() / z)
