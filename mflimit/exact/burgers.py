"""Particles that push by sign, K = (γ/2) sgn on the line: Burgers' equation by Cole–Hopf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_ndtr, ndtr

from .._validate import nonnegative_number, number, positions, positive_number

Array = NDArray[np.float64]

# e^{−z²/4} < 1e-18 beyond: the width of the heat kernel kept, in units of √(σt)
_REACH = 13.0
_MOST_NODES = 2**16


class Law(Protocol):
    """A law on the line, as Cole–Hopf needs it; the arguments are arrays of real numbers."""

    def density(self, y: ArrayLike) -> Array:
        """ρ."""

    def cdf(self, y: ArrayLike) -> Array:
        """F = ∫_{−∞}^y ρ."""

    def primitive(self, y: ArrayLike) -> Array:
        """∫_{−∞}^y F."""


@dataclass(frozen=True)
class GaussianLaw:
    """N(0, variance)."""

    variance: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "variance", positive_number("variance", self.variance))

    def density(self, y: ArrayLike) -> Array:
        """e^{−y²/2v}/√(2πv)."""
        return np.exp(-np.square(y) / (2 * self.variance)) / np.sqrt(2 * np.pi * self.variance)

    def cdf(self, y: ArrayLike) -> Array:
        """The normal distribution function of y/√v."""
        return ndtr(np.asarray(y, dtype=float) / np.sqrt(self.variance))

    def primitive(self, y: ArrayLike) -> Array:
        """yF + vρ."""
        return np.asarray(y, dtype=float) * self.cdf(y) + self.variance * self.density(y)


@dataclass(frozen=True)
class LogisticLaw:
    """The logistic law F(y) = 1/(1 + e^{−y/scale}), of variance π² scale²/3."""

    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", positive_number("scale", self.scale))

    def density(self, y: ArrayLike) -> Array:
        """F(1 − F)/scale."""
        z = np.asarray(y, dtype=float) / self.scale
        return expit(z) * expit(-z) / self.scale

    def cdf(self, y: ArrayLike) -> Array:
        """1/(1 + e^{−y/scale})."""
        return expit(np.asarray(y, dtype=float) / self.scale)

    def primitive(self, y: ArrayLike) -> Array:
        """scale log(1 + e^{y/scale})."""
        return self.scale * np.logaddexp(0.0, np.asarray(y, dtype=float) / self.scale)


@dataclass(frozen=True)
class Burgers:
    """(MFD) for `Sign(gamma)` on `Euclidean(1)`: F, the distribution function of ρ̄, solves Burgers' equation.

    K⋆ρ̄ = γ(F − ½), hence F_t + γ(F − ½) F_x = σ F_xx, and w = γ(F − ½) = −2σ ∂_x log ϕ with ϕ_t = σϕ_xx:

        F(t, x) = ⟨F₀⟩,   ρ̄(t, x) = ⟨ρ₀⟩ − (γ/2σ)(⟨F₀²⟩ − ⟨F₀⟩²),
        ⟨g⟩ = ∫ g(y) e^{−E(y)} dy / ∫ e^{−E(y)} dy,   E(y) = (x − y)²/(4σt) + (γ/2σ) ∫₀^y (F₀ − ½),

    by the trapezoidal rule with doubled numbers of nodes until F and ρ̄ have settled to `tol`.  From a point mass at
    0, with Φ the normal distribution function and c = √(2σt), F/(1 − F) = e^{−γx/2σ} Φ((x − γt/2)/c)/Φ(−(x + γt/2)/c).

    Parameters
    ----------
    gamma : float
        γ > 0 repels (a rarefaction), γ < 0 attracts (a viscous shock).
    sigma : float
        σ > 0.
    initial : object with density(y), cdf(y), primitive(y), or None
        The law at t = 0: `GaussianLaw`, `LogisticLaw`, `LineLaw.from_density(rho, lower, upper)` for any other
        density, or one's own; None is the point mass at 0.
    tol : float
        The absolute accuracy of F, and of ρ̄ relative to its maximum; a rough initial law may need a larger one.

    References
    ----------
    E. Hopf, The partial differential equation u_t + u u_x = μ u_xx, Comm. Pure Appl. Math. 3 (1950).
    M. Bossy and D. Talay, A stochastic particle method for the McKean–Vlasov and the Burgers equation, Math. Comp. 66
    (1997).

    Examples
    --------
    >>> shock = Burgers(gamma=-1.0, sigma=0.5, initial=LogisticLaw(scale=1.0))     # stationary: scale = 2σ/|γ|
    >>> x = np.array([[-1.0], [0.0], [2.0]])
    >>> np.allclose(shock.cdf(x, t=3.0), shock.stationary_cdf(x), atol=1e-12)
    True
    """

    gamma: float
    sigma: float
    initial: Law | None = None
    tol: float = 1e-12

    def __post_init__(self) -> None:
        object.__setattr__(self, "gamma", number("gamma", self.gamma))
        object.__setattr__(self, "sigma", positive_number("sigma", self.sigma))
        object.__setattr__(self, "tol", positive_number("tol", self.tol))
        if self.initial is not None and not all(hasattr(self.initial, f) for f in ("density", "cdf", "primitive")):
            raise TypeError(f"initial must have the methods density, cdf and primitive, got {self.initial!r}")

    def cdf(self, x: ArrayLike, t: float) -> Array:
        """F(t, x), x of shape (..., 1)."""
        return self._solve(x, t)[0]

    def density(self, x: ArrayLike, t: float) -> Array:
        """ρ̄(t, x), x of shape (..., 1)."""
        return self._solve(x, t)[1]

    def stationary_cdf(self, x: ArrayLike) -> Array:
        """1/(1 + e^{−|γ|x/2σ}), the centred stationary F for γ < 0; x of shape (..., 1)."""
        return self._stationary_law().cdf(positions("x", x, 1)[..., 0])

    def stationary_density(self, x: ArrayLike) -> Array:
        """(|γ|/8σ) sech²(γx/4σ), the centred stationary ρ̄ for γ < 0; x of shape (..., 1)."""
        return self._stationary_law().density(positions("x", x, 1)[..., 0])

    def _stationary_law(self) -> LogisticLaw:
        if self.gamma >= 0:
            raise ValueError(f"gamma must be < 0 for a stationary state, got {self.gamma!r}")
        return LogisticLaw(2 * self.sigma / -self.gamma)

    def _solve(self, x: ArrayLike, t: float) -> tuple[Array, Array]:
        y, t = positions("x", x, 1)[..., 0], nonnegative_number("t", t)
        if self.initial is None:
            if t == 0:
                raise ValueError("t must be > 0 from a point mass, got 0")
            return self._from_point_mass(y, t)
        if t == 0:
            return self.initial.cdf(y), self.initial.density(y)
        spread = np.sqrt(self.sigma * t)
        nodes = max(128, int(2 * abs(self.gamma) * t / spread))
        if nodes > _MOST_NODES:
            raise ValueError(
                f"sigma * t = {self.sigma * t!r} is too small for quadrature with gamma * t = {self.gamma * t!r}"
            )
        cdf, density = self._average(y, t, nodes)
        while True:
            nodes *= 2
            finer_cdf, finer_density = self._average(y, t, nodes)
            scale = max(float(np.max(np.abs(finer_density), initial=0.0)), np.finfo(float).tiny)
            change = max(
                float(np.max(np.abs(finer_cdf - cdf), initial=0.0)),
                float(np.max(np.abs(finer_density - density), initial=0.0)) / scale,
            )
            cdf, density = finer_cdf, finer_density
            if change <= self.tol:
                return cdf, density
            if 2 * nodes > _MOST_NODES:
                raise ValueError(
                    f"tol = {self.tol!r} is out of reach for this initial law: {change:.1e} at {nodes} nodes"
                )

    def _average(self, x: Array, t: float, nodes: int) -> tuple[Array, Array]:
        """⟨F₀⟩ and ⟨ρ₀⟩ − (γ/2σ) Var F₀ with so many nodes around each x: all that moves is within |γ|t/2 of it."""
        assert self.initial is not None
        reach = abs(self.gamma) * t / 2 + _REACH * np.sqrt(self.sigma * t)
        offset = np.linspace(-reach, reach, nodes)
        cdf, density = np.empty(x.shape), np.empty(x.shape)
        flat, rows = x.reshape(-1), max(1, 2**20 // nodes)
        for start in range(0, flat.size, rows):
            part = slice(start, start + rows)
            y = flat[part, None] + offset
            exponent = -(offset**2) / (4 * self.sigma * t)
            exponent = exponent - self.gamma / (2 * self.sigma) * (self.initial.primitive(y) - y / 2)
            weight = np.exp(exponent - exponent.max(axis=1, keepdims=True))
            weight /= weight.sum(axis=1, keepdims=True)
            initial_cdf = self.initial.cdf(y)
            mean = np.sum(weight * initial_cdf, axis=1)
            spread = np.sum(weight * (initial_cdf - mean[:, None]) ** 2, axis=1)
            cdf.reshape(-1)[part] = mean
            density.reshape(-1)[part] = (
                np.sum(weight * self.initial.density(y), axis=1) - self.gamma / (2 * self.sigma) * spread
            )
        return cdf, density

    def _from_point_mass(self, x: Array, t: float) -> tuple[Array, Array]:
        width, shift = np.sqrt(2 * self.sigma * t), self.gamma * t / 2
        left, right = (x - shift) / width, -(x + shift) / width
        log_odds = -self.gamma * x / (2 * self.sigma) + log_ndtr(left) - log_ndtr(right)
        slope = -self.gamma / (2 * self.sigma) + (_mills(left) + _mills(right)) / width
        return expit(log_odds), expit(log_odds) * expit(-log_odds) * slope


def _mills(z: Array) -> Array:
    """The derivative of log Φ."""
    ratio: Array = np.exp(-(z**2) / 2 - log_ndtr(z)) / np.sqrt(2 * np.pi)
    return ratio
