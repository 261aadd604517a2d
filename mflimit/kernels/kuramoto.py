"""The Kuramoto interaction: one Fourier mode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import pi
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._validate import number
from ..domains import Domain
from ._source import compiled
from .base import Array, Kernel, Pair, Regularity, Wavenumbers, displacements, regularity, require_torus, squared


@dataclass(frozen=True)
class Kuramoto(Kernel):
    """K(x) = −κ sin(2πx/L),  V(x) = −(κL/2π) cos(2πx/L), component by component on Torus(d, L).

    The noisy Kuramoto (Brownian mean-field) model; attractive for κ > 0.  On the unit circle the uniform law loses
    stability at κ = 4πσ.  V̂(±e_i) = −κL^{d+1}/(4π), and 0 otherwise.

    Parameters
    ----------
    kappa : float

    Examples
    --------
    >>> import mflimit as mf
    >>> mf.kernels.Kuramoto(2.0).force([[0.25]], mf.Torus(1))
    array([[-2.]])
    """

    kappa: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "kappa", number("kappa", self.kappa))

    def check(self, domain: Domain) -> None:
        """A torus: the period is the box's."""
        require_torus(domain, repr(self))

    def regularity(self, dim: int) -> Regularity:
        """Lipschitz."""
        return regularity("Lipschitz")

    def pair(self, domain: Domain, tol: float = 1e-10) -> Pair:
        """−κ sin(2πx/L)."""
        return Pair(_sine(domain.dim), -self.kappa, require_torus(domain, "pair").length)

    def sum_over(self, at: Array, x: Array, domain: Domain) -> Array | None:
        """Σ_j K(at_i − x_j) by sin(a − b) = sin a cos b − cos a sin b: exact, O(N)."""
        angle = 2 * pi / require_torus(domain, "sum_over").length
        sines = np.sin(angle * x)
        cosines = np.cos(angle * x)
        at_sines, at_cosines = (sines, cosines) if at is x else (np.sin(angle * at), np.cos(angle * at))
        total = at_sines * cosines.sum(axis=-2, keepdims=True) - at_cosines * sines.sum(axis=-2, keepdims=True)
        return -self.kappa * total

    def potential_symbol(self, k: Wavenumbers, domain: Domain) -> Array:
        """V̂(±e_i) = −κL^{d+1}/(4π)."""
        torus = require_torus(domain, "potential_symbol")
        return np.where(squared(k) == 1, -self.kappa * torus.volume * torus.length / (4 * pi), 0.0)

    def potential(self, x: ArrayLike, domain: Domain) -> Array:
        """−(κL/2π) Σ_i cos(2πx_i/L)."""
        length = require_torus(domain, "potential").length
        return -self.kappa * length / (2 * pi) * np.cos(2 * pi * displacements(x, domain) / length).sum(axis=-1)


@cache
def _sine(dim: int) -> Callable[..., Any]:
    names = "xyz"[:dim]
    values = ", ".join(f"np.sin({2 * pi!r} * {v})" for v in names)
    return compiled("force", f"def force({', '.join(names)}):\n    return ({values},)\n")
