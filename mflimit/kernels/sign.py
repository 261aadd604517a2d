"""The sign interaction in one dimension: ranks, Burgers' equation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._validate import number
from ..domains import Domain
from .base import (
    Array,
    Kernel,
    Pair,
    Regularity,
    Wavenumbers,
    displacements,
    powered,
    regularity,
    require_dim,
    require_torus,
)
from .coulomb import sign_pair, sign_potential, sign_sum


@dataclass(frozen=True)
class Sign(Kernel):
    """K(x) = (γ/2) sgn(x),  V(x) = −(γ/2)|x|,  d = 1.

    On the line the distribution function F of the mean-field law solves Burgers' equation
    F_t + γ(F − ½)F_x = σF_xx.  On a circle K is the zero-mean periodisation (γ/2)(sgn(x) − 2x/L), and
    V̂(k) = γL²/(4π²k²).  Repulsive for γ > 0.

    Parameters
    ----------
    gamma : float

    Examples
    --------
    >>> import mflimit as mf
    >>> mf.kernels.Sign(1.0).force([[-3.0], [0.0], [3.0]], mf.Euclidean(1)).ravel()
    array([-0.5,  0. ,  0.5])
    """

    gamma: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "gamma", number("gamma", self.gamma))

    def check(self, domain: Domain) -> None:
        """d = 1."""
        require_dim(self, domain, 1)

    def regularity(self, dim: int) -> Regularity:
        """Bounded."""
        return regularity("bounded")

    def pair(self, domain: Domain, tol: float = 1e-10) -> Pair:
        """(γ/2) sgn(x)."""
        return sign_pair(self.gamma / 2, domain)

    def sum_over(self, at: Array, x: Array, domain: Domain) -> Array | None:
        """Σ_j K(at_i − x_j) by sorting: exact, O(N log N)."""
        return sign_sum(self.gamma / 2, at, x, domain)

    def potential_symbol(self, k: Wavenumbers, domain: Domain) -> Array:
        """V̂(k) = γL²/(4π²k²)."""
        torus = require_torus(domain, "potential_symbol")
        return self.gamma * torus.length**2 / (4 * np.pi**2) * powered(k, -2)

    def potential(self, x: ArrayLike, domain: Domain) -> Array:
        """−(γ/2)|x|; on a circle −(γ/2)(|x| − x²/L − L/6)."""
        return self.gamma / 2 * sign_potential(displacements(x, domain), domain)
