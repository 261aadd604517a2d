"""The Coulomb (strength > 0) and Newton (strength < 0) interaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import pi
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._validate import number
from ..domains import Domain, Torus
from ._source import compiled, wrapped
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
from .inverse_power import inverse_power
from .log import log_potential
from .riesz import inverse_potential

#: |S^{d−1}|: the flux of x/|x|^d.
SPHERE = {1: 2.0, 2: 2 * pi, 3: 4 * pi}


@dataclass(frozen=True)
class Coulomb(Kernel):
    """K(x) = strength · x/|x|^d = −∇V, with −ΔV = strength · |S^{d−1}| δ (δ − 1/L^d on a torus).

    V = −strength|x|, −strength log|x|, strength/|x| in d = 1, 2, 3; repulsive for strength > 0, gravity for
    strength < 0.  V̂(k) = strength · |S^{d−1}| L²/(4π²|k|²), |S^{d−1}| = 2, 2π, 4π.

    Parameters
    ----------
    strength : float
        On the torus of side L in d = 1 the plasma E_x = Lρ − 1 is `Coulomb(strength=L/2)`.

    Examples
    --------
    >>> import mflimit as mf
    >>> mf.kernels.Coulomb().force([[0.0, 2.0]], mf.Euclidean(2))
    array([[0. , 0.5]])
    """

    strength: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", number("strength", self.strength))

    def check(self, domain: Domain) -> None:
        """d = 1, 2 or 3."""
        require_dim(self, domain, 1, 2, 3)

    def regularity(self, dim: int) -> Regularity:
        """Bounded in d = 1, log-singular in d = 2, Riesz with s = 1 in d = 3."""
        if dim == 1:
            return regularity("bounded")
        kind = "repulsive" if self.strength > 0 else "attractive"
        return regularity(("log-" if dim == 2 else "Riesz-") + kind)

    def pair(self, domain: Domain, tol: float = 1e-10) -> Pair:
        """strength · x/|x|^d."""
        if domain.dim == 1:
            return sign_pair(self.strength, domain)
        return inverse_power(float(domain.dim), domain, tol, self.strength)

    def sum_over(self, at: Array, x: Array, domain: Domain) -> Array | None:
        """Σ_j K(at_i − x_j) in d = 1, by sorting: exact, O(N log N)."""
        return sign_sum(self.strength, at, x, domain) if domain.dim == 1 else None

    def potential_symbol(self, k: Wavenumbers, domain: Domain) -> Array:
        """V̂(k) = strength · |S^{d−1}| L²/(4π²|k|²)."""
        torus = require_torus(domain, "potential_symbol")
        return self.strength * SPHERE[torus.dim] * torus.length**2 / (4 * pi**2) * powered(k, -2)

    def potential(self, x: ArrayLike, domain: Domain) -> Array:
        """−strength|x|, −strength log|x|, strength/|x|; periodised on a torus."""
        points = displacements(x, domain)
        if domain.dim == 1:
            return self.strength * sign_potential(points, domain)
        if domain.dim == 2:
            return -self.strength * log_potential(points, domain)
        return self.strength * inverse_potential(1.0, points, domain)


@cache
def _sign(periodic: bool) -> Callable[..., Any]:
    lines = [wrapped("x")] if periodic else []
    lines += ["s = 1.0 if x > 0.0 else (-1.0 if x < 0.0 else 0.0)", f"return (s{' - 2.0 * x' if periodic else ''},)"]
    return compiled("force", "def force(x):\n" + "\n".join(f"    {line}" for line in lines) + "\n")


def sign_pair(strength: float, domain: Domain) -> Pair:
    """strength · sgn(x); on a circle its zero-mean periodisation strength · (sgn(x) − 2x/L)."""
    torus = isinstance(domain, Torus)
    return Pair(_sign(torus), strength, domain.length if isinstance(domain, Torus) else 1.0)


def sign_potential(x: Array, domain: Domain) -> Array:
    """−|x|; on a circle −(|x| − x²/L − L/6)."""
    z = domain.displacement(x, 0.0)[..., 0]
    if isinstance(domain, Torus):
        return -(np.abs(z) - z * z / domain.length - domain.length / 6)
    return -np.abs(z)


def sign_sum(strength: float, at: Array, x: Array, domain: Domain) -> Array:
    """Σ_j K(at_i − x_j) for K = strength · sgn, periodised on a circle; at (R, m, 1), x (R, n, 1) in [0, L).

    What is to the left counts +1, what is to the right −1, ties 0; on the circle each pair (i, j) adds −2(a_i − x_j)/L.
    """
    out = np.empty_like(at)
    for target, source, total in zip(at[..., 0], x[..., 0], out[..., 0], strict=True):
        ordered = np.sort(source)
        left = np.searchsorted(ordered, target, side="left")
        right = source.size - np.searchsorted(ordered, target, side="right")
        total[:] = left - right
        if isinstance(domain, Torus):
            # Differences from the mean keep the rounding small.
            mean = source.mean()
            total -= 2 * source.size / domain.length * (target - mean)
    return strength * out
