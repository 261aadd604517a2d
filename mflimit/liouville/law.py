"""The law of N particles on the circle, as a function of time: what `solve_liouville` returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import positive_integer
from ..domains import Torus
from ..model import Model
from .states import States

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = int | slice

#: Bytes that the values of a marginal on a grid may take.
_LARGEST = 2e9


@dataclass(frozen=True)
class Law:
    """The law ρ_N of N exchangeable particles on the circle at the times `times`.

    Attributes
    ----------
    model : Model
    times : (T,) array
    states : States
        The Fourier modes kept: |k_i| <= states.modes, at most states.nonzero of them not 0.
    order : int
        Coefficients with at most this many nonzero modes are stored; marginals exist up to it.
    steps : int
        The number of Krylov steps taken, over all blocks of states.
    products : int
        The number of products with the generator, each counted as the part of the states it moved.
    """

    model: Model
    times: Array
    states: States
    order: int
    steps: int
    products: float
    _stored: NDArray[np.inexact] = field(repr=False)
    _column: NDArray[np.int64] = field(repr=False)
    _phase: Complex = field(repr=False)
    _coarser: Callable[[], Any] = field(repr=False)

    @property
    def n_particles(self) -> int:
        """N."""
        return self.states.n_particles

    @property
    def domain(self) -> Torus:
        """The circle."""
        return self.model.domain  # type: ignore[return-value]

    def coefficient(self, k: Sequence[int]) -> Complex:
        """E exp(−2πi (k_1 x_1 + … + k_j x_j)/L) at each time, shape (T,).

        Parameters
        ----------
        k : up to N integers
            In any order: the particles are exchangeable.

        Raises
        ------
        ValueError
            For more than N wave numbers, for modes outside the truncation, or for more nonzero modes than are stored.

        Examples
        --------
        >>> import numpy as np, mflimit as mf
        >>> from mflimit.liouville import solve_liouville
        >>> model = mf.Model(mf.kernels.Kuramoto(0.0), mf.Torus(1), sigma=0.1)
        >>> law = solve_liouville(model, lambda x: 1 + np.cos(2 * np.pi * x[..., 0]), 3, [0.0, 0.5], modes=1)
        >>> bool(np.allclose(law.coefficient((1, -1)), [0.25, 0.25 * np.exp(-0.4 * np.pi**2)]))     # the heat flow
        True
        """
        row = np.atleast_1d(np.asarray(k if np.size(k) else 0))
        if row.ndim != 1 or not np.issubdtype(row.dtype, np.integer):
            raise TypeError(f"k must be a sequence of integers, got {k!r}")
        if row.size > self.n_particles:
            raise ValueError(f"k must have at most n_particles = {self.n_particles} entries, got {row.size}")
        if np.abs(row).max(initial=0) > self.states.modes or np.count_nonzero(row) > self.order:
            raise ValueError(
                f"k must have |k_i| <= modes = {self.states.modes} and at most {self.order} nonzero entries, got {k!r}"
            )
        return self._values(row[None], slice(None))[:, 0]

    def coefficients(self, k: ArrayLike, torus: Torus | None = None) -> Complex:
        """c(k) at the last time for rows k of wave numbers, shape (rows,); 0 outside the truncation.

        With it a law starts another run, with more or fewer modes: `solve_liouville(model, law, …)`.

        Raises
        ------
        ValueError
            For a torus that is not that of the model.
        """
        if torus is not None and torus != self.domain:
            raise ValueError(f"torus must be that of the law, {self.domain!r}, got {torus!r}")
        return self._values(k, -1)

    def _values(self, k: ArrayLike, at: Index) -> Complex:
        """(rows,) at one time, (T, rows) for a slice of times."""
        position, flipped, inside = self.states.locate(k)
        column = np.where(inside, self._column[position], -1)
        values = self._stored[at][..., column] * self._phase[column]
        values = np.where(flipped, values.conj(), values)
        return np.where(column >= 0, values, 0.0)

    def marginal(self, k: int, points: int = 64, at: Index = slice(None)) -> Array:
        """ρ_{N,k}, the law of k of the particles, on the grid x_j = jL/points: shape (T, points, …, points), k axes.

        Its Fourier coefficients are those with N − k zeros: nothing is integrated.

        Parameters
        ----------
        k : int
            1 <= k <= N.
        points : int
        at : int or slice
            Which of the times; an integer gives shape (points, …, points).

        Raises
        ------
        ValueError
            For k above N or above the order stored, or where the result would take more than 2 GB.

        Examples
        --------
        >>> import numpy as np, mflimit as mf
        >>> from mflimit.liouville import solve_liouville
        >>> model = mf.Model(mf.kernels.Kuramoto(1.0), mf.Torus(1), sigma=0.1)
        >>> law = solve_liouville(model, lambda x: 1 + 0.5 * np.cos(2 * np.pi * x[..., 0]), 4, [0.0, 0.3], modes=4)
        >>> pair = law.marginal(2, points=16)
        >>> pair.shape, bool(np.abs(pair.mean(axis=2) - law.marginal(1, points=16)).max() < 1e-14)
        ((2, 16, 16), True)
        """
        k, points = positive_integer("k", k), positive_integer("points", points)
        if k > self.n_particles:
            raise ValueError(f"k must be <= n_particles = {self.n_particles}, got {k}")
        if k > self.order:
            raise ValueError(f"k must be <= {self.order}, the number of nonzero modes stored, got {k}")
        width = 2 * self.states.modes + 1
        count = len(self.times[at]) if isinstance(at, slice) else 1
        size = 16.0 * count * max(points, width) ** k
        if size > _LARGEST:
            raise ValueError(
                f"points = {points} with k = {k} at {count} times takes {size:.3g} bytes: lower one of them"
            )
        levels = np.arange(-self.states.modes, self.states.modes + 1)
        rows = np.stack(np.meshgrid(*[levels] * k, indexing="ij"), axis=-1).reshape(-1, k)
        values = self._values(rows, at)
        values = values.reshape(*values.shape[:-1], *(width,) * k)
        length = self.domain.length
        waves = np.exp(2j * np.pi / points * np.outer(levels, np.arange(points))) / length
        for _ in range(k):
            values = np.tensordot(values, waves, axes=(values.ndim - k, 0))
        return np.ascontiguousarray(values.real)

    def density(self, points: int = 16, at: Index = slice(None)) -> Array:
        """ρ_N itself on the grid, shape (T, points, …, points), N axes; for N <= 5 or so."""
        return self.marginal(self.n_particles, points, at)

    def truncation_error(self) -> Array:
        """What the truncation did to one- and two-particle coefficients, at most, at each time; shape (T,).

        The run is repeated with one mode (or, where their number is cut, one nonzero mode) fewer, and compared on the
        modes of that run: an error bar of the coarser run, and so a cautious one of this.

        Raises
        ------
        ValueError
            Where there is no coarser run.
        """
        coarse = self._coarser()
        modes = np.arange(-coarse.states.modes, coarse.states.modes + 1)
        count = min(2, self.n_particles, coarse.order)
        rows = np.stack(np.meshgrid(*[modes] * count, indexing="ij"), axis=-1).reshape(-1, count)
        gap = self._values(rows, slice(None)) - coarse._values(rows, slice(None))
        return np.abs(gap).max(axis=1)
