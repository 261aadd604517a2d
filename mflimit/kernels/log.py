"""The logarithmic interaction: log gases on the line and the circle, Patlak–Keller–Segel in the plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._validate import number
from ..domains import Domain, Torus
from . import periodic, weierstrass
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
class Log(Kernel):
    """V(x) = λ log|x|,  K(x) = −∇V(x) = −λ x/|x|².

    On a torus V is the zero-mean periodisation: λ log|2 sin(πx/L)| in d = 1, and ΔV = 2πλ(δ − 1/L²) in d = 2.
    Attractive for λ > 0; in d = 2 the mean-field equation is then Patlak–Keller–Segel.
    V̂(k) = −λ π^{−d/2} Γ(d/2)/2 · L^d |k|^{−d}: −λL/(2|k|), −λL²/(2π|k|²), −λL³/(4π|k|³).

    Parameters
    ----------
    lam : float
        λ, a length² per unit time; λ < 2dσ is the hypothesis of Bresch–Jabin–Wang 2023.

    Examples
    --------
    >>> import numpy as np, mflimit as mf
    >>> mf.kernels.Log(1.0).force([[0.25]], mf.Torus(1)) / np.pi      # −π cot(π/4)
    array([[-1.]])
    """

    lam: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "lam", number("lam", self.lam))

    def check(self, domain: Domain) -> None:
        """d = 1, 2 or 3."""
        require_dim(self, domain, 1, 2, 3)

    def regularity(self, dim: int) -> Regularity:
        """Log-singular; attractive for λ > 0."""
        return regularity("log-attractive" if self.lam > 0 else "log-repulsive")

    def pair(self, domain: Domain, tol: float = 1e-10) -> Pair:
        """−λ x/|x|²."""
        return inverse_power(2.0, domain, tol, -self.lam)

    def potential_symbol(self, k: Wavenumbers, domain: Domain) -> Array:
        """V̂(k) = −λ π^{−d/2} Γ(d/2)/2 · L^d |k|^{−d}."""
        torus = require_torus(domain, "potential_symbol")
        return -self.lam * torus.volume * periodic.symbol_constant(0.0, torus.dim) * powered(k, -torus.dim)

    def potential(self, x: ArrayLike, domain: Domain) -> Array:
        """λ log|x|, periodised on a torus."""
        return self.lam * log_potential(displacements(x, domain), domain)


def log_potential(x: Array, domain: Domain) -> Array:
    """log|x| on Euclidean space, its zero-mean periodisation on a torus; −inf at 0."""
    with np.errstate(divide="ignore"):
        if not isinstance(domain, Torus):
            return np.log(np.linalg.norm(x, axis=-1))
        z = domain.displacement(x, 0.0) / domain.length
        if domain.dim == 1:
            return np.log(2 * np.abs(np.sin(np.pi * z[..., 0])))
        if domain.dim == 2:
            return weierstrass.log_potential(z[..., 0], z[..., 1])
        return -periodic.potential(0.0, z)
