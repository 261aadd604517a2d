"""The linear interaction: everything is Gaussian."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from numpy.typing import ArrayLike

from .._validate import number
from ..domains import Domain, Torus
from ._source import compiled
from .base import Array, Kernel, Pair, Regularity, displacements, regularity, require_dim


@dataclass(frozen=True)
class Linear(Kernel):
    """K(x) = −a x,  V(x) = a|x|²/2,  on Euclidean(d): the solvable model of the course.

    Attractive for a > 0.

    Parameters
    ----------
    a : float
        A rate, 1/time.

    Examples
    --------
    >>> import mflimit as mf
    >>> mf.kernels.Linear(2.0).force([[1.0, -1.0]], mf.Euclidean(2))
    array([[-2.,  2.]])
    """

    a: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "a", number("a", self.a))

    def check(self, domain: Domain) -> None:
        """Euclidean space: −a x is not periodic."""
        require_dim(self, domain, 1, 2, 3)
        if isinstance(domain, Torus):
            raise ValueError(f"{self!r} is not periodic: it needs Euclidean({domain.dim}), got domain = {domain!r}")

    def regularity(self, dim: int) -> Regularity:
        """Lipschitz."""
        return regularity("Lipschitz")

    def pair(self, domain: Domain, tol: float = 1e-10) -> Pair:
        """−a x."""
        self.check(domain)
        return Pair(_identity(domain.dim), -self.a, 1.0)

    def sum_over(self, at: Array, x: Array, domain: Domain) -> Array | None:
        """Σ_j K(at_i − x_j) = −aN(at_i − mean): exact, O(N)."""
        return -self.a * x.shape[-2] * (at - x.mean(axis=-2, keepdims=True))

    def potential(self, x: ArrayLike, domain: Domain) -> Array:
        """a|x|²/2."""
        self.check(domain)
        return 0.5 * self.a * (displacements(x, domain) ** 2).sum(axis=-1)


@cache
def _identity(dim: int) -> Callable[..., Any]:
    names = ", ".join("xyz"[:dim])
    return compiled("force", f"def force({names}):\n    return ({names},)\n")
