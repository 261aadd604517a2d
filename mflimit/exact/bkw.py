"""The solution of Bobylev, Krook and Wu of Boltzmann's equation for Maxwellian molecules, and of Kac's equation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._random import generator
from .._validate import positions, positive_integer, positive_number

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BKW:
    """f̂(t, ξ) = e^{−(1−α)T|ξ|²/2} (1 − αT|ξ|²/2),  α(t) = α_0 e^{−rate t}, in dimension 1 (Kac), 2 or 3 (Boltzmann).

        f(t, v) = M_τ(v) (1 − dα/(2(1−α)) + α|v|²/(2(1−α)τ)),   τ = (1 − α)T,   M_τ the density of N(0, τ I).

    Time is that of N collisions in unit time among N particles, so 2 a particle: ∂_t f = 2 Q(f, f) with ∫Q⁺ = 1.  A
    collision splits |ξ|² into |ξ|² cos² and |ξ|² sin² of χ/2 (d = 1: of θ), and the rate is ½⟨sin² χ⟩: 1/4 for d = 1
    and 2, 1/3 for d = 3 when θ, and the direction after a collision, is uniform.  In the classical time, 1 collision a
    particle, all rates are halved (1/6 for d = 3).

    Parameters
    ----------
    dim : int
        1, 2 or 3.
    alpha : float, optional
        α_0 in (0, 2/(d + 2)]; by default the largest, for which f(0, v) is a multiple of |v|² M_τ(v).
    temperature : float
        T = (1/d) ∫|v|² f.
    rate : float, optional
        Of α; needed for another law of the angle: ½⟨sin² 2θ⟩ = (1 − ⟨cos 4θ⟩)/4 for d = 1.

    References
    ----------
    A. V. Bobylev, Sov. Phys. Dokl. 20 (1975); M. Krook and T. T. Wu, Phys. Rev. Lett. 36 (1976).
    M. H. Ernst, Nonlinear model-Boltzmann equations and exact solutions, Phys. Rep. 78 (1981).

    Examples
    --------
    >>> law = BKW(dim=3)
    >>> law.moment4([0.0, np.inf]).round(12)                    # α_0 = 2/5; 15 T² in the end
    array([12.6, 15. ])
    """

    dim: int = 1
    alpha: float | None = None
    temperature: float = 1.0
    rate: float | None = None

    def __post_init__(self) -> None:
        dim = positive_integer("dim", self.dim)
        if dim > 3:
            raise ValueError(f"dim must be 1, 2 or 3, got {self.dim!r}")
        largest = 2 / (dim + 2)
        alpha = largest if self.alpha is None else positive_number("alpha", self.alpha)
        if alpha > largest:
            raise ValueError(f"alpha must be <= 2/(dim + 2) = {largest!r}, for f >= 0, got {self.alpha!r}")
        usual = 1 / 3 if dim == 3 else 1 / 4
        object.__setattr__(self, "alpha", alpha)
        object.__setattr__(self, "temperature", positive_number("temperature", self.temperature))
        object.__setattr__(self, "rate", usual if self.rate is None else positive_number("rate", self.rate))

    def alpha_at(self, t: ArrayLike) -> Array:
        """α_0 e^{−rate t}."""
        times = np.asarray(t, dtype=float)
        if np.isnan(times).any() or (times < 0).any():
            raise ValueError(f"t must be >= 0, got {t!r}")
        assert self.alpha is not None and self.rate is not None
        return self.alpha * np.exp(-self.rate * times)

    def density(self, v: ArrayLike, t: float) -> Array:
        """f(t, v), v of shape (..., d)."""
        square = np.sum(positions("v", v, self.dim) ** 2, axis=-1)
        alpha = self.alpha_at(t)
        tau = (1 - alpha) * self.temperature
        polynomial = 1 + alpha / (2 * (1 - alpha)) * (square / tau - self.dim)
        return polynomial * np.exp(-square / (2 * tau)) / (2 * np.pi * tau) ** (self.dim / 2)

    def moment4(self, t: ArrayLike) -> Array:
        """∫|v|⁴ f = d(d + 2) T² (1 − α²): it relaxes at twice the rate."""
        return self.dim * (self.dim + 2) * self.temperature**2 * (1 - self.alpha_at(t) ** 2)

    def sample(self, n: int, t: float = 0.0, rng: Any = 0) -> Array:
        """n independent velocities with the law f(t, ·): (n, d).

        f is a mixture: |v|²/τ is χ² with d + 2 degrees of freedom with probability dα/(2(1 − α)), otherwise with d.
        """
        count, source = positive_integer("n", n), generator(rng, "bkw")
        alpha = float(self.alpha_at(t))
        wide = source.random(count) < self.dim * alpha / (2 * (1 - alpha))
        square = source.chisquare(np.where(wide, self.dim + 2, self.dim))
        direction = source.normal(size=(count, self.dim))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        return direction * np.sqrt((1 - alpha) * self.temperature * square)[:, None]
