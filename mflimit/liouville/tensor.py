"""The Liouville equation on a tensor grid: the plain twin of the occupation numbers, and two vortices in the plane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike, NDArray

from .._laws import periodic_law
from .._validate import increasing_times, positive_integer, positive_number
from ..domains import Torus
from ..model import Model
from .krylov import exponential

Array = NDArray[np.float64]

_KRYLOV = 30


@dataclass(frozen=True)
class GridLaw:
    """ρ_N on a tensor grid at the times `times`.

    Attributes
    ----------
    model : Model
    n_particles : int
    times : (T,) array
    values : (T, points, …, points) array
        N·d axes: x_1 in R^d first.
    steps : int
        The number of Krylov steps.
    """

    model: Model
    n_particles: int
    times: Array
    values: Array
    steps: int

    def marginal(self, k: int) -> Array:
        """ρ_{N,k} on the same grid, shape (T, points, …, points), k·d axes.

        Raises
        ------
        ValueError
            For k above N.
        """
        if positive_integer("k", k) > self.n_particles:
            raise ValueError(f"k must be <= n_particles = {self.n_particles}, got {k}")
        dim = self.model.domain.dim
        others = tuple(range(1 + k * dim, self.values.ndim))
        return self.values.mean(axis=others) * self.model.domain.volume ** (self.n_particles - k)

    def coefficient(self, k: ArrayLike) -> NDArray[np.complex128]:
        """E exp(−2πi Σ_j k_j·x_j/L) at each time; k holds up to N integers, or up to N rows of d integers."""
        rows = np.asarray(k, dtype=np.int64).reshape(-1, self.model.domain.dim)
        spectrum: NDArray[Any] = self.marginal(len(rows))
        for component in rows.reshape(-1):
            points = spectrum.shape[1]
            wave = np.exp(-2j * np.pi * component * np.arange(points) / points)
            spectrum = np.tensordot(spectrum, wave, axes=(1, 0)) * self.model.domain.length / points  # type: ignore[union-attr]
        return spectrum


def solve_liouville_grid(
    model: Model,
    rho0: Any,
    n_particles: int,
    times: ArrayLike,
    points: int = 24,
    *,
    tol: float = 1e-11,
    memory: float = 2e9,
) -> GridLaw:
    """The law of N particles on a torus of any dimension, on a tensor grid of points^{dN} points:

        ∂_t ρ_N + Σ_i div_i(ρ_N (1/N) Σ_{j≠i} K(x_i − x_j)) = σ Σ_i Δ_i ρ_N,

    pseudo-spectral in space, Krylov exponentials in time.  Nothing is assumed of ρ_N: it need not be symmetric.  K is
    its Fourier series up to the grid's modes, so a singular K is cut there.  Practical for d = 1, N <= 4, and d = 2,
    N = 2.

    Parameters
    ----------
    model : Model
        On a Torus.
    rho0 : density, or (points,)*(d N) array
        A density, function or grid values (points,)*d, means independent particles; else ρ_N itself on the grid.
    n_particles : int
    times : (T,) increasing array
    points : int
    tol : float
        The error of time stepping in the root mean square of L^{dN} ρ_N.
    memory : float
        Bytes that may be used.

    Raises
    ------
    TypeError, ValueError
        For a model that is not on a Torus, bad arguments, and a grid that would not fit, before it is allocated.

    Examples
    --------
    >>> import numpy as np, mflimit as mf
    >>> from mflimit.liouville import solve_liouville_grid
    >>> vortices = mf.Model(mf.kernels.BiotSavart(), mf.Torus(2), sigma=0.05)
    >>> rho0 = lambda x: 1 + 0.5 * np.cos(2 * np.pi * x[..., 0]) * np.cos(2 * np.pi * x[..., 1])
    >>> law = solve_liouville_grid(vortices, rho0, 2, [0.0, 0.1], points=8)
    >>> law.marginal(1).shape, round(float(law.values[1].mean()), 12)
    ((2, 8, 8), 1.0)
    """
    if not isinstance(model, Model) or not isinstance(model.domain, Torus):
        raise ValueError(f"model must be on a Torus, got domain = {getattr(model, 'domain', model)!r}")
    torus = model.domain
    n_particles, points = positive_integer("n_particles", n_particles), positive_integer("points", points)
    times = increasing_times("times", times)
    shape = (points,) * (torus.dim * n_particles)
    size = float(points) ** len(shape)
    needed = 8 * size * (_KRYLOV + 6 + len(shape) + times.size)
    if needed > positive_number("memory", memory):
        raise ValueError(
            f"points = {points} with n_particles = {n_particles} in dimension {torus.dim} need {size:.3g} grid points "
            f"and {needed / 1e9:.3g} GB, more than memory = {memory / 1e9:.3g} GB: lower points or n_particles"
        )
    start = torus.volume**n_particles * _initial(rho0, torus, n_particles, points)
    operator = _Operator(model, n_particles, points)
    scale = np.sqrt(size)
    result = exponential(operator, start.reshape(-1) / scale, times, positive_number("tol", tol), _KRYLOV)
    values = result.values.reshape(times.size, *shape) * (scale / torus.volume**n_particles)
    return GridLaw(model, n_particles, times, values, result.steps)


class _Operator:
    """y ↦ σΔy − Σ_i div_i(b_i y), b_i = (1/N) Σ_{j≠i} K(x_i − x_j)."""

    def __init__(self, model: Model, n_particles: int, points: int) -> None:
        torus: Torus = model.domain  # type: ignore[assignment]
        dim, axes = torus.dim, torus.dim * n_particles
        self.shape = (points,) * axes
        self.drift = _drift(model, n_particles, points)
        wave = 2 * np.pi / torus.length * np.fft.fftfreq(points, 1 / points)
        # The derivative of the highest frequency of an even grid is 0 on the grid.
        derivative = np.where(2 * np.arange(points) == points, 0.0, wave)
        half = points // 2 + 1

        def along(values: NDArray[Any], axis: int) -> NDArray[Any]:
            column = [1] * axes
            column[axis] = -1
            return (values[:half] if axis == axes - 1 else values).reshape(column)

        self.divergence = [-1j * along(derivative, axis) for axis in range(axes)]
        self.heat = -model.sigma * reduce(np.add, [along(wave**2, axis) for axis in range(axes)])
        self.dim = dim

    def __call__(self, y: Array, out: Array) -> None:
        """out = Ay, on flat arrays."""
        grid = y.reshape(self.shape)
        total = self.heat * scipy.fft.rfftn(grid)
        for factor, velocity in zip(self.divergence, self.drift, strict=True):
            total += factor * scipy.fft.rfftn(velocity * grid)
        out[:] = scipy.fft.irfftn(total, s=self.shape, overwrite_x=True).reshape(-1)


def _drift(model: Model, n_particles: int, points: int) -> list[Array]:
    """The N·d components of the drift on the grid, each with the axes it depends on, and 1 for the others."""
    torus: Torus = model.domain  # type: ignore[assignment]
    dim = torus.dim
    k = torus.wavenumbers(points)
    highest = reduce(np.logical_or, [2 * np.abs(component) == points for component in k])
    symbol = np.where(highest, 0.0, model.kernel.symbol(k, torus))
    axes = tuple(range(1, dim + 1))
    force = scipy.fft.irfftn(symbol, s=(points,) * dim, axes=axes) * (points / torus.length) ** dim
    index = np.arange(points)
    difference = (index[:, None] - index) % points
    components = []
    for i in range(n_particles):
        for c in range(dim):
            total: Any = 0.0
            for j in range(n_particles):
                if j == i:
                    continue
                pairs = []
                for axis in range(dim):
                    shape = [1] * (dim * n_particles)
                    shape[i * dim + axis] = shape[j * dim + axis] = points
                    # For j < i the axis of x_j comes first, and the matrix is x_i − x_j transposed.
                    pairs.append((difference if i < j else difference.T).reshape(shape))
                total = total + force[c][tuple(pairs)]
            components.append(np.asarray(total / n_particles))
    return components


def _initial(rho0: Any, torus: Torus, n_particles: int, points: int) -> Array:
    axes = torus.dim * n_particles
    if not callable(rho0) and np.ndim(rho0) == axes and n_particles > 1:
        values = np.asarray(rho0, dtype=float)
        mass = values.mean() * torus.volume**n_particles
        if values.shape != (points,) * axes or not np.isfinite(values).all() or abs(mass - 1) > 1e-8:
            raise ValueError(
                f"rho0 must be finite, of mass 1 and of shape {(points,) * axes}, got shape {values.shape}, mass {mass}"
            )
        return values
    law = periodic_law(rho0, torus, 0.0)
    single = law.density(Torus(torus.dim).grid(points).reshape(-1, torus.dim)).reshape((points,) * torus.dim)
    single = single / single.mean() / torus.volume
    return reduce(np.multiply.outer, [single] * n_particles)
