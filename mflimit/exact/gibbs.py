"""The equilibrium of N particles whose interaction is a gradient: the Gibbs state, by quadrature for a few of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike, NDArray

from .._validate import positive_integer, positive_number
from ..domains import Torus
from ..model import Model

Array = NDArray[np.float64]

_LARGEST = 1 << 25


@dataclass(frozen=True)
class GibbsState:
    """ρ_N = e^{−H/σ}/Z,  H = (1/2N) Σ_{i≠j} V(x_i − x_j), on `Torus(1, L)`: stationary for (IPS) with K = −V'.

    It depends on differences only, so that one particle is put at 0 and the others are summed over a grid: the
    trapezoidal rule, exponentially accurate for a smooth V, and exact for V = λ log|2 sin(πx/L)| where −λ/(σN) is an
    even integer: the density is then a trigonometric polynomial.

    Parameters
    ----------
    model : Model
        On Torus(1), with a gradient kernel and sigma > 0.
    n_particles : int
    points : int
        Grid points an axis; points^{N−1} <= 2^25.

    Raises
    ------
    ValueError
        For a model without such a state, a potential that falls to −∞, and a grid that is too large.

    Examples
    --------
    >>> import numpy as np, mflimit as mf
    >>> model = mf.Model(mf.kernels.Kuramoto(1.0), mf.Torus(1), sigma=0.25)
    >>> state = GibbsState(model, n_particles=2, points=32)
    >>> from scipy.special import ive                         # of two particles, x_1 − x_2 is von Mises, κ/(4πσ)
    >>> z = 1 / np.pi
    >>> bool(np.allclose(state.coefficients([[1, -1], [1, 0]]), [ive(1, z) / ive(0, z), 0]))
    True
    """

    model: Model
    n_particles: int
    points: int = 32

    def __post_init__(self) -> None:
        domain = self.model.domain
        if not isinstance(domain, Torus) or domain.dim != 1:
            raise ValueError(f"model must be on Torus(1), got domain = {domain!r}")
        positive_number("model.sigma", self.model.sigma)
        n, points = positive_integer("n_particles", self.n_particles), positive_integer("points", self.points)
        if points ** (n - 1) > _LARGEST:
            raise ValueError(
                f"points = {points} with n_particles = {n} needs {float(points) ** (n - 1):.3g} grid points"
            )
        if np.isnan(self._potential).any() or np.min(self._potential) == -np.inf:
            raise ValueError(
                f"model.kernel must have a potential that is bounded from below, got {self.model.kernel!r}"
            )

    @property
    def _torus(self) -> Torus:
        return self.model.domain  # type: ignore[return-value]

    @cached_property
    def _potential(self) -> Array:
        return self.model.kernel.potential(self._torus.grid(self.points), self._torus)

    def _weight(self, free: int, pinned: bool) -> Array:
        """e^{−H/σ} up to a factor, on the grid of `free` particles, with one more at 0 if pinned."""
        index = np.arange(self.points)
        pair = self._potential[(index[:, None] - index) % self.points]
        exponent = np.zeros((self.points,) * free)
        for i in range(free):
            for j in range(i):
                exponent += pair.reshape([self.points if axis in (i, j) else 1 for axis in range(free)])
            if pinned:
                exponent += self._potential.reshape([self.points if axis == i else 1 for axis in range(free)])
        exponent *= -1 / (self.n_particles * self.model.sigma)
        return np.exp(exponent - exponent.max(initial=-np.inf))

    @cached_property
    def _spectrum(self) -> NDArray[np.complex128]:
        weight = self._weight(self.n_particles - 1, pinned=True)
        return scipy.fft.fftn(weight) / weight.sum()

    def density(self) -> Array:
        """ρ_N on the grid, shape (points,)*N."""
        if self.points**self.n_particles > _LARGEST:
            raise ValueError(f"points = {self.points} is too many for a grid in {self.n_particles} dimensions")
        weight = self._weight(self.n_particles, pinned=False)
        return weight / (weight.mean() * self._torus.length**self.n_particles)

    def coefficients(self, k: ArrayLike, torus: Torus | None = None) -> NDArray[np.complex128]:
        """E e^{−2πi k·x/L} for rows k of at most N wave numbers, |k_i| < points/2: 0 unless they add up to 0.

        An initial law for `solve_liouville`, which passes its torus.
        """
        rows = np.atleast_2d(np.asarray(k, dtype=np.int64))
        if rows.shape[1] > self.n_particles:
            raise ValueError(f"k must have at most n_particles = {self.n_particles} columns, got {rows.shape[1]}")
        if 2 * np.abs(rows).max(initial=0) >= self.points:
            raise ValueError(f"k must be below points/2 = {self.points / 2:g}, got {np.abs(rows).max()}")
        if torus is not None and torus != self._torus:
            raise ValueError(f"torus must be that of the model, {self._torus!r}, got {torus!r}")
        padded = np.zeros((len(rows), self.n_particles), dtype=np.int64)
        padded[:, : rows.shape[1]] = rows
        if self.n_particles == 1:
            return np.where(rows[:, 0] == 0, 1.0 + 0j, 0.0)
        return np.where(rows.sum(axis=1) == 0, self._spectrum[tuple(padded[:, :-1].T)], 0.0)
