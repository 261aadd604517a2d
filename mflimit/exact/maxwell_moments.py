"""N Maxwellian molecules in space: two fourth-order moments that obey a closed pair of equations, for every N."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm

from .._validate import finite, nonnegative_array, positive_integer

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MaxwellMoments:
    """The means of A = Σ|v_i|⁴ and B = |Σ v_i⊗v_i|² for γ = 0 in `simulate_collisions`, Σ v_i = 0, E = Σ|v_i|².

        A' = −((d−1)/d) (N/(N−1)) A + (2/(N−1)) ((d+1)E²/(2d) − B/d)
        B' = (2/(N−1)) [N(E²/d − B) + ((d−1)/(2d))(N A + E² + 2B)]

    As N → ∞ with B = E²/d (isotropic), A relaxes to d(d+2)T²N at the rate (d − 1)/d, twice that of `BKW`.

    Parameters
    ----------
    n : int
        N >= 2.
    dim : int
        d >= 2.

    Examples
    --------
    >>> model = MaxwellMoments(n=1000, dim=3)
    >>> values = model.at([0.0, 100.0], fourth=9000.0, stress=3e6, energy=3000.0)       # all |v_i|² = 3
    >>> bool(np.allclose(values[-1], model.equilibrium(3000.0)))
    True
    """

    n: int
    dim: int

    def __post_init__(self) -> None:
        if positive_integer("n", self.n) < 2:
            raise ValueError(f"n must be >= 2, got {self.n!r}")
        if positive_integer("dim", self.dim) < 2:
            raise ValueError(f"dim must be >= 2, got {self.dim!r}")

    @staticmethod
    def measure(v: ArrayLike) -> tuple[Array, Array, Array]:
        """A, B and E of clouds (..., n, d)."""
        array = np.asarray(v, dtype=float)
        if array.ndim < 2:
            raise ValueError(f"v must have shape (..., n, d), got shape {array.shape}")
        finite("v", array)
        square = np.sum(array**2, axis=-1)
        stress = np.swapaxes(array, -1, -2) @ array
        return np.sum(square**2, axis=-1), np.sum(stress**2, axis=(-2, -1)), square.sum(axis=-1)

    def equilibrium(self, energy: float) -> Array:
        """E²(N−1)(d+2)/(N(D+2)) and E²(N+d)/(D+2), D = d(N−1): the means of A and B under the uniform law of the sphere
        {Σ v_i = 0, Σ|v_i|² = E} in R^D.
        """
        n, d = self.n, self.dim
        return energy**2 * np.array([(n - 1) * (d + 2) / n, n + d]) / (d * (n - 1) + 2)

    def at(self, times: ArrayLike, fourth: float, stress: float, energy: float) -> Array:
        """The means of A and B at the times, from A = fourth, B = stress: shape (T, 2)."""
        t = np.atleast_1d(nonnegative_array("times", times))
        final = self.equilibrium(energy)
        start = np.array([fourth, stress], dtype=float) - final
        return np.array([final + expm(s * self._matrix) @ start for s in t])

    @property
    def _matrix(self) -> Array:
        n, d = self.n, self.dim
        rows = [[-(d - 1) * n / 2, -1.0], [(d - 1) * n / 2, d - 1 - d * n]]
        return np.array(rows) * (2 / (d * (n - 1)))
