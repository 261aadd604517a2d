"""The Riesz interaction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._validate import number, positive_number
from ..domains import Domain, Torus
from . import periodic
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


@dataclass(frozen=True)
class Riesz(Kernel):
    """V(x) = strength |x|^{−s},  K(x) = −∇V(x) = strength · s x/|x|^{s+2},  0 < s < d.

    On a torus V is the zero-mean periodisation,
    V̂(k) = strength · π^{s−d/2} Γ((d−s)/2)/Γ(s/2) · L^{d−s} |k|^{s−d}.  s = d − 2 is Coulomb;
    repulsive for strength > 0.

    Parameters
    ----------
    s : float
    strength : float

    Raises
    ------
    ValueError
        s ≤ 0 at once; s ≥ d (V is not integrable, and has no mean) as soon as the domain is known.

    Examples
    --------
    >>> import mflimit as mf
    >>> mf.kernels.Riesz(1.0).force([[2.0, 0.0, 0.0]], mf.Euclidean(3))
    array([[0.25, 0.  , 0.  ]])
    """

    s: float
    strength: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "s", positive_number("s", self.s))
        object.__setattr__(self, "strength", number("strength", self.strength))

    def check(self, domain: Domain) -> None:
        """d = 1, 2 or 3, and s < d."""
        require_dim(self, domain, 1, 2, 3)
        if self.s >= domain.dim:
            raise ValueError(f"s must be < d = {domain.dim}, got s = {self.s}")

    def regularity(self, dim: int) -> Regularity:
        """Riesz; repulsive for strength > 0."""
        return regularity("Riesz-repulsive" if self.strength > 0 else "Riesz-attractive")

    def pair(self, domain: Domain, tol: float = 1e-10) -> Pair:
        """strength · s x/|x|^{s+2}."""
        self.check(domain)
        return inverse_power(self.s + 2, domain, tol, self.strength * self.s)

    def potential_symbol(self, k: Wavenumbers, domain: Domain) -> Array:
        """V̂(k) = strength · π^{s−d/2} Γ((d−s)/2)/Γ(s/2) · L^{d−s} |k|^{s−d}."""
        self.check(domain)
        torus = require_torus(domain, "potential_symbol")
        constant = self.strength * torus.length ** (torus.dim - self.s) * periodic.symbol_constant(self.s, torus.dim)
        return constant * powered(k, self.s - torus.dim)

    def potential(self, x: ArrayLike, domain: Domain) -> Array:
        """strength |x|^{−s}, periodised on a torus."""
        self.check(domain)
        return self.strength * inverse_potential(self.s, displacements(x, domain), domain)


def inverse_potential(s: float, x: Array, domain: Domain) -> Array:
    """|x|^{−s} on Euclidean space, its zero-mean periodisation on a torus; inf at 0."""
    if isinstance(domain, Torus):
        return periodic.potential(s, x / domain.length) * domain.length**-s
    with np.errstate(divide="ignore"):
        return np.linalg.norm(x, axis=-1) ** -s
