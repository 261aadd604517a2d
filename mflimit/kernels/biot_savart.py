"""Point vortices in the plane and on the flat torus."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from .._validate import number
from ..domains import Domain
from .base import Kernel, Pair, Regularity, Wavenumbers, powered, regularity, require_dim, require_torus
from .inverse_power import inverse_power


@dataclass(frozen=True)
class BiotSavart(Kernel):
    """K(x) = strength · x^⊥/(2π|x|²),  x^⊥ = (−x_2, x_1),  d = 2.

    K = ∇^⊥ψ with ψ = strength · log|x|/(2π), so div K = 0 and curl K = strength · δ (δ − 1/L² on a torus): the
    mean-field equation is the vorticity form of Euler (σ = 0) and Navier–Stokes (σ > 0).
    K̂(k) = −i strength · L k^⊥/(2π|k|²).

    Parameters
    ----------
    strength : float
        The circulation carried by the whole cloud; positive turns counter-clockwise.

    Examples
    --------
    >>> import numpy as np, mflimit as mf
    >>> 2 * np.pi * mf.kernels.BiotSavart().force([[1.0, 0.0]], mf.Euclidean(2))
    array([[0., 1.]])
    """

    strength: float = 1.0
    gradient = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", number("strength", self.strength))

    def check(self, domain: Domain) -> None:
        """d = 2."""
        require_dim(self, domain, 2)

    def regularity(self, dim: int) -> Regularity:
        """W^{−1,∞}: K = div V with a bounded matrix field V, and div K = 0."""
        return regularity("W^{-1,inf}")

    def pair(self, domain: Domain, tol: float = 1e-10) -> Pair:
        """strength · x^⊥/(2π|x|²)."""
        self.check(domain)
        return inverse_power(2.0, domain, tol, self.strength / (2 * pi), perpendicular=True)

    def symbol(self, k: Wavenumbers, domain: Domain) -> NDArray[np.complex128]:
        """K̂(k) = −i strength · L k^⊥/(2π|k|²)."""
        torus = require_torus(domain, "symbol")
        factor = -1j * self.strength * torus.length / (2 * pi) * powered(k, -2)
        return np.stack([-k[1] * factor, k[0] * factor])
