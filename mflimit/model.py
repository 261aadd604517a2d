"""The model: an interaction, a place and a noise."""

from __future__ import annotations

from dataclasses import dataclass

from ._validate import nonnegative_number
from .domains import Domain, Euclidean, Torus
from .kernels.base import Kernel


@dataclass(frozen=True)
class Model:
    """N particles with pair interaction K and noise σ, and their mean-field limit.

    (IPS)   dX_i = (1/N) Σ_{j≠i} K(X_i − X_j) dt + √(2σ) dW_i,   i = 1, …, N
    (MFD)   ∂_t ρ̄ + div(ρ̄ K⋆ρ̄) = σ Δρ̄

    Parameters
    ----------
    kernel : Kernel
        The interaction K, one of `mflimit.kernels`, a sum of them, or a user's own.
    domain : Torus or Euclidean
    sigma : float
        σ ≥ 0; the noise has variance 2σ per unit time and axis.

    Raises
    ------
    TypeError, ValueError
        For a negative sigma, or a kernel that has no meaning on the domain.
    """

    kernel: Kernel
    domain: Domain
    sigma: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.kernel, Kernel):
            raise TypeError(f"kernel must be a Kernel, got {self.kernel!r}")
        if not isinstance(self.domain, (Torus, Euclidean)):
            raise TypeError(f"domain must be a Torus or Euclidean, got {self.domain!r}")
        object.__setattr__(self, "sigma", nonnegative_number("sigma", self.sigma))
        self.kernel.check(self.domain)
