"""Dealiased Fourier series on a torus, and the quadratic term of a transport equation at the cost of its FFTs."""

from __future__ import annotations

from typing import Any

import ducc0
import numba
import numpy as np
from numpy.typing import NDArray

from ._jit import jit, parallel_jit
from .domains import Torus

Array = NDArray[np.float64]
Spectrum = NDArray[np.complex128]

#: Bytes a thread of the slabs in which rows are brought to the grid, multiplied and brought back: what a cache holds.
_SLAB = 1 << 21
#: Grids with fewer points are left to one thread: waking a second one takes longer.
_SMALL = 1 << 17
#: Lines are multiplied in so many groups, each with its own extremes.
_GROUPS = 8


class FourierGrid:
    """Trigonometric polynomials of degree K on Π^d, through their values on a grid of P > 3K points an axis.

    f(x) = Σ_k f_k e^{2πik·x/L}, |k_i| ≤ K = ⌈P/3⌉ − 1: a product of two of them, formed on the grid, has exact
    coefficients up to degree K (the 2/3 rule).  Coefficients are kept for k_d ≥ 0 alone, in arrays of shape
    (2K + 1, …, 2K + 1, K + 1), the first axes ordered 0, …, K, −K, …, −1; the mean of f is their entry 0.

    Parameters
    ----------
    domain : Torus
        d = 1, 2 or 3.
    points : int
        P ≥ 4.
    threads : int, optional
        By default those of numba, or one thread on a small grid.

    Attributes
    ----------
    cutoff : int
        K.
    shape : tuple
        That of the coefficients.
    wavenumbers : d integer arrays
        k_1, …, k_d, broadcastable to `shape`.

    Examples
    --------
    >>> torus = Torus(1)
    >>> grid = FourierGrid(torus, 8)
    >>> f = 1 + np.cos(2 * np.pi * torus.axis(8))
    >>> grid.analyse(f).real.round(12)
    array([1. , 0.5, 0. ])
    """

    def __init__(self, domain: Torus, points: int, threads: int | None = None) -> None:
        if domain.dim > 3:
            raise ValueError(f"domain must have dim 1, 2 or 3, got {domain!r}")
        if points < 4:
            raise ValueError(f"points must be >= 4, got {points!r}")
        self.domain, self.points = domain, points
        self.cutoff = (points - 1) // 3
        self.shape = (2 * self.cutoff + 1,) * (domain.dim - 1) + (self.cutoff + 1,)
        self.threads = threads or (1 if points**domain.dim < _SMALL else numba.get_num_threads())
        self.wavenumbers = tuple(
            k[np.abs(k) <= self.cutoff].reshape([-1 if axis == i else 1 for axis in range(domain.dim)])
            for i, k in enumerate(domain.wavenumbers(points))
        )
        #: How often a coefficient counts in a sum over k ≠ 0: twice where it stands for −k as well.
        self.weight = np.broadcast_to(np.where(self.wavenumbers[-1] == 0, 1.0, 2.0), self.shape).copy()
        self.weight.flat[0] = 0.0
        self.loops = _SERIAL if self.threads == 1 else _PARALLEL
        self._partial = np.empty(_GROUPS)

    @property
    def square(self) -> NDArray[np.int64]:
        """|k|²."""
        return sum(k**2 for k in self.wavenumbers)  # type: ignore[return-value]

    @property
    def degree(self) -> NDArray[np.int64]:
        """max |k_i|."""
        degree = np.zeros(self.shape, dtype=np.int64)
        for k in self.wavenumbers:
            np.maximum(degree, np.abs(k), out=degree)
        return degree

    def analyse(self, values: Array) -> Spectrum:
        """The coefficients up to degree K of the function with these values on the grid."""
        full = ducc0.fft.r2c(values, inorm=2, nthreads=self.threads)
        return np.ascontiguousarray(full[self._kept])

    def synthesise(self, coefficients: Spectrum) -> Array:
        """The values on the grid."""
        full = np.zeros((self.points,) * (self.domain.dim - 1) + (self.points // 2 + 1,), dtype=complex)
        full[self._kept] = coefficients
        return ducc0.fft.c2r(full, lastsize=self.points, forward=False, nthreads=self.threads)

    def norm(self, coefficients: Spectrum) -> float:
        """(Σ_{k ≠ 0} |f_k|²)^{1/2}, the L² norm of f minus its mean, for volume one."""
        return self.weighted_norm(self.weight, coefficients)

    def weighted_norm(self, weight: Array, coefficients: Spectrum) -> float:
        """(Σ_k w_k |f_k|²)^{1/2}, the sum over the coefficients kept."""
        square = self.loops["square"](weight.reshape(-1), coefficients.reshape(-1), self._partial)
        return float(np.sqrt(square))

    @property
    def _kept(self) -> tuple[Any, ...]:
        rows = np.arange(-self.cutoff, self.cutoff + 1)
        order = np.concatenate([rows[self.cutoff :], rows[: self.cutoff]])
        return np.ix_(*[order] * (self.domain.dim - 1), np.arange(self.cutoff + 1))


class FluxDivergence:
    """û ↦ the coefficients of div(u · M u), where M multiplies by a symbol: (M u)_i^(k) = m_i(k) û(k).

    2d + 1 real FFTs: u and the d components of M u to the grid, the d products back.  They are taken axis by axis and
    along kept columns alone; the last axes come slab by slab, so that the products are formed in cache.  A call
    allocates no array.

    Parameters
    ----------
    grid : FourierGrid
    symbol : array, broadcastable to (d, *grid.shape)
        m; m(−k) must be the conjugate of m(k).

    Examples
    --------
    >>> grid = FourierGrid(Torus(1), 8)
    >>> u = grid.analyse(np.cos(2 * np.pi * grid.domain.axis(8)))
    >>> burgers = FluxDivergence(grid, np.ones((1, 3)))                     # ∂_x u² = −2π sin 4πx
    >>> (burgers(u, np.empty_like(u)) / np.pi).round(12) + 0
    array([0.+0.j, 0.+0.j, 0.+1.j])
    """

    def __init__(self, grid: FourierGrid, symbol: NDArray[Any]) -> None:
        self.grid = grid
        dim, points, kept = grid.domain.dim, grid.points, grid.cutoff + 1
        # Every dimension has three axes here, (slabs, rows, line): (1, 1, P), (P, 1, P) or (P, P, P).
        self._slabs, rows = points if dim > 1 else 1, points if dim > 2 else 1
        slab_modes, row_modes = (2 * grid.cutoff + 1 if n > 1 else 1 for n in (self._slabs, rows))
        self._modes = (slab_modes, row_modes, kept)
        slab_waves, row_waves = _frequencies(slab_modes), _frequencies(row_modes)
        #: Where the kept wave numbers are among those of an FFT.
        self._slab_at, self._row_at = slab_waves % self._slabs, row_waves % rows
        scale = 2 * np.pi / (grid.domain.length * points**dim)
        self._slopes = scale * slab_waves, scale * row_waves, scale * np.arange(kept)

        table = np.broadcast_to(symbol, (dim, *grid.shape)).reshape(dim, *self._modes)
        #: The symbol of an odd kernel is imaginary: half a table to read.
        self._unit = 1.0 + 0j if table.real.any() else 1j
        self._symbol = np.ascontiguousarray(table if table.real.any() else table.imag)

        half = points // 2 + 1
        # In d = 3 only what is kept is transformed along the first axis, and each slab is widened to its full size.
        width = half if dim < 3 else kept
        self._spectra = np.empty((dim + 1, self._slabs, row_modes, width), dtype=complex)
        depth = min(self._slabs, max(1, _SLAB * grid.threads // (16 * (dim + 1) * rows * points)))
        slab = np.empty((dim + 1) * depth * rows * half if dim > 2 else 0, dtype=complex)
        values = np.empty((dim + 1) * depth * rows * points)
        self._work = []
        for start in range(0, self._slabs, depth):
            count = min(depth, self._slabs - start)
            shape = (dim + 1, count, rows, half)
            full = _view(slab, shape) if dim > 2 else self._spectra[:, start : start + count]
            self._work.append((start, full, _view(values, (*shape[:3], points))))
        self._extremes = np.empty((dim + 2, _GROUPS, points))

    def __call__(self, u: Spectrum, out: Spectrum) -> Spectrum:
        """Write the coefficients of div(u · M u) to `out`."""
        fft, loops, kept, line = ducc0.fft, self.grid.loops, self._modes[2], self.grid.points
        threads, spectra, dim = self.grid.threads, self._spectra, self.grid.domain.dim
        self._extremes[0], self._extremes[1:] = np.inf, -np.inf
        loops["spread"](u.reshape(self._modes), self._symbol, self._unit, self._slab_at, spectra)
        if dim > 1:
            columns = spectra[..., :kept]
            fft.c2c(columns, axes=(1,), out=columns, forward=False, nthreads=threads)
        for start, slab, values in self._work:
            if dim > 2:
                loops["load"](spectra, start, self._row_at, slab)
                columns = slab[..., :kept]
                fft.c2c(columns, axes=(2,), out=columns, forward=False, nthreads=threads)
            fft.c2r(slab, axes=(3,), lastsize=line, out=values, forward=False, nthreads=threads)
            loops["multiply"](values.reshape(dim + 1, -1, line), self._extremes)
            fft.r2c(values[1:], axes=(3,), out=slab[1:], nthreads=threads)
            if dim > 2:
                columns = slab[1:, ..., :kept]
                fft.c2c(columns, axes=(2,), out=columns, nthreads=threads)
                loops["store"](slab, start, self._row_at, spectra)
        if dim > 1:
            columns = spectra[1:, ..., :kept]
            fft.c2c(columns, axes=(1,), out=columns, nthreads=threads)
        loops["divergence"](spectra, self._slab_at, *self._slopes, out.reshape(self._modes))
        return out

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest value of u on the grid, in the last call."""
        return float(self._extremes[0].min()), float(self._extremes[1].max())

    @property
    def speeds(self) -> Array:
        """max |(M u)_i| on the grid, in the last call; shape (d,)."""
        return self._extremes[2:].max(axis=(1, 2))


def _view(memory: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """The first entries of a buffer, in a shape."""
    return memory[: int(np.prod(shape))].reshape(shape)


def _frequencies(count: int) -> NDArray[np.int64]:
    """0, …, K, −K, …, −1 for count = 2K + 1."""
    return np.fft.ifftshift(np.arange(count) - count // 2)


def _spread(u, symbol, unit, at, out):  # type: ignore[no-untyped-def]
    """out_0 = u and out_i = m_i u, with zeros for the wave numbers that are not kept."""
    kept = u.shape[2]
    for a in numba.prange(at.size):
        for b in range(out.shape[2]):
            for c in range(kept):
                out[0, at[a], b, c] = u[a, b, c]
            for i in range(symbol.shape[0]):
                for c in range(kept):
                    out[i + 1, at[a], b, c] = symbol[i, a, b, c] * (unit * u[a, b, c])
            for i in range(out.shape[0]):
                for c in range(kept, out.shape[3]):
                    out[i, at[a], b, c] = 0
    gap = at.size // 2 + 1
    for a in numba.prange(out.shape[1] - at.size):
        out[:, gap + a] = 0


def _load(spectra, start, at, slab):  # type: ignore[no-untyped-def]
    """A slab of spectra, with zeros for the wave numbers that are not kept."""
    gap, kept = at.size // 2 + 1, spectra.shape[3]
    for s in numba.prange(slab.shape[1]):
        for i in range(slab.shape[0]):
            for b in range(at.size):
                for c in range(kept):
                    slab[i, s, at[b], c] = spectra[i, start + s, b, c]
                for c in range(kept, slab.shape[3]):
                    slab[i, s, at[b], c] = 0
            for b in range(slab.shape[2] - at.size):
                slab[i, s, gap + b] = 0


def _store(slab, start, at, spectra):  # type: ignore[no-untyped-def]
    """The kept part of the products in a slab, back to where it came from."""
    for s in numba.prange(slab.shape[1]):
        for i in range(1, slab.shape[0]):
            for b in range(at.size):
                for c in range(spectra.shape[3]):
                    spectra[i, start + s, b, c] = slab[i, s, at[b], c]


def _multiply(values, extremes):  # type: ignore[no-untyped-def]
    """v_i ← v_0 v_i on each line; least and largest v_0, largest |v_i|, column by column so that it vectorises."""
    lines = values.shape[1]
    for group in numba.prange(extremes.shape[1]):
        for row in range(group * lines // extremes.shape[1], (group + 1) * lines // extremes.shape[1]):
            factor, low, high = values[0, row], extremes[0, group], extremes[1, group]
            for j in range(factor.size):
                low[j] = min(low[j], factor[j])
                high[j] = max(high[j], factor[j])
            for i in range(1, values.shape[0]):
                other, speed = values[i, row], extremes[i + 1, group]
                for j in range(factor.size):
                    speed[j] = max(speed[j], abs(other[j]))
                    other[j] *= factor[j]


def _divergence(spectra, at, slab_slopes, row_slopes, slopes, out):  # type: ignore[no-untyped-def]
    """i Σ_i (2πk_i/L) v_i, with the scale of the inverse transform in the slopes."""
    dim = spectra.shape[0] - 1
    for a in numba.prange(out.shape[0]):
        for b in range(out.shape[1]):
            for c in range(out.shape[2]):
                total = slopes[c] * spectra[dim, at[a], b, c]
                if dim > 1:
                    total += slab_slopes[a] * spectra[1, at[a], b, c]
                if dim > 2:
                    total += row_slopes[b] * spectra[2, at[a], b, c]
                out[a, b, c] = 1j * total


def _weighted_square(weight, f, partial):  # type: ignore[no-untyped-def]
    """Σ_k w_k |f_k|² in parts that do not depend on the number of threads, nor does the sum."""
    for part in numba.prange(partial.size):
        total = 0.0
        for i in range(part * f.size // partial.size, (part + 1) * f.size // partial.size):
            total += weight[i] * (f[i].real ** 2 + f[i].imag ** 2)
        partial[part] = total
    return partial.sum()


_LOOPS = {
    "spread": _spread,
    "load": _load,
    "store": _store,
    "multiply": _multiply,
    "divergence": _divergence,
    "square": _weighted_square,
}
_SERIAL = {name: jit(loop) for name, loop in _LOOPS.items()}
_PARALLEL = {name: parallel_jit(loop) for name, loop in _LOOPS.items()}
