"""The BBGKY hierarchy, closed at order 1, 2 or 3 in cumulants."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._laws import periodic_law
from .._validate import increasing_times, positive_integer, positive_number
from ..domains import Torus
from ..etd import ETDRK4, StepCollapse, StepSize, trajectory
from ..model import Model
from .cumulants import Cumulants, Fields
from .invariant import pair_correlation

Array = NDArray[np.float64]
Spectrum = NDArray[np.complex128]

_LARGEST = 2e9
_RUNAWAY = 100.0


@dataclass(frozen=True)
class Hierarchy:
    """The marginals of N particles, from the closed hierarchy.

    Attributes
    ----------
    model : Model
    n_particles : int or inf
    times : (T,) array
    order : int
        Cumulants beyond it are taken to be 0.
    steps : int
        The number of time steps.
    """

    model: Model
    n_particles: float
    times: Array
    order: int
    steps: int
    _f: Array
    _h: Array | None = None
    _h3: Array | None = None
    _correction: Array | None = None

    @property
    def domain(self) -> Torus:
        """The torus."""
        return self.model.domain  # type: ignore[return-value]

    @property
    def _invariant(self) -> bool:
        """Whether h is a function of the difference r alone."""
        return self._h is not None and self._h.ndim == 1 + self.domain.dim and self.domain.dim > 1

    def marginal(self, k: int) -> Array:
        """ρ_{N,k} for k = 1, 2, 3 from the cumulants up to the order; shape (T, points, …, points), k·d axes.

        For N = ∞ this is ρ̄^{⊗k}.

        Raises
        ------
        ValueError
            For k > 3 (k > 2 in d = 2), or where the result would take more than 2 GB.
        """
        k = positive_integer("k", k)
        most = 2 if self.domain.dim > 1 else 3
        if k > most:
            raise ValueError(f"k must be <= {most}, got {k}")
        f = self._f
        size = 8.0 * len(f) * float(f.shape[1]) ** (k * self.domain.dim)
        if size > _LARGEST:
            raise ValueError(f"k = {k} with points = {f.shape[1]} takes {size:.3g} bytes: see correlation()")
        if k == 1:
            return f.copy()
        h = None if self._h is None else self._h / self.n_particles
        if self._invariant:
            return _differences(h, self.domain.dim) + self.domain.volume**-2  # type: ignore[arg-type]
        if k == 2:
            pair = f[:, :, None] * f[:, None, :]
            return pair if h is None else pair + h
        triple = f[:, :, None, None] * f[:, None, :, None] * f[:, None, None, :]
        if h is not None:
            triple = triple + f[:, :, None, None] * h[:, None] + f[:, None, :, None] * h[:, :, None, :]
            triple = triple + f[:, None, None, :] * h[..., None]
        return triple if self._h3 is None else triple + self._h3 / self.n_particles**2

    def correlation(self, k: int = 2) -> Array:
        """N^{k−1} g_k, the scaled cumulant: N(ρ_{N,2} − ρ_{N,1} ⊗ ρ_{N,1}) for k = 2; its limit where N = ∞.

        Shape (T, points, …, points), k axes; in d = 2 N g_2 is a function of r = x_1 − x_2 on the grid.

        Raises
        ------
        ValueError
            For k above the order.
        """
        if positive_integer("k", k) not in (2, 3) or k > self.order:
            raise ValueError(f"k must be 2 or 3 and <= order = {self.order}, got {k}")
        return (self._h if k == 2 else self._h3).copy()  # type: ignore[union-attr]

    def correction(self) -> Array:
        """lim N(ρ_{N,1} − ρ̄), shape (T, points); for n_particles=math.inf and an order of 2 or 3.

        Raises
        ------
        ValueError
            For a finite N, or order 1.
        """
        if self._correction is None:
            raise ValueError(
                f"correction needs n_particles = inf and order >= 2, got {self.n_particles} and {self.order}"
            )
        return self._correction.copy()


def solve_hierarchy(
    model: Model,
    rho0: Any,
    n_particles: float,
    times: ArrayLike,
    order: int = 2,
    points: int = 64,
    *,
    tol: float = 1e-10,
) -> Hierarchy:
    """The marginals of N initially independent particles from the BBGKY hierarchy,

        ∂_t ρ_{N,k} = Σ_{i<=k} σΔ_i ρ_{N,k} − (1/N) Σ_{i≠j<=k} div_i(K(x_i − x_j) ρ_{N,k})
                      − ((N − k)/N) Σ_{i<=k} div_i ∫K(x_i − y) ρ_{N,k+1}(…, y) dy,

    closed by setting the cumulant g_{order+1} to 0.  Order 1 assumes molecular chaos: the mean-field equation, with
    (N − 1)/N.  Since g_k = O(N^{1−k}) the closure error of the marginals is O(N^{−order}): exactly, order 2 errs by
    terms of size (N − 1)(N − 2)/N⁴ in ρ_{N,1} and (N − 2)/N³ in ρ_{N,2}, and order N is exact.

    N g_2 and N² g_3 are the unknowns, so that n_particles may be math.inf: then `.marginal(k)` is ρ̄^{⊗k},
    `.correlation()` is lim N g_2 and `.correction()` is lim N(ρ_{N,1} − ρ̄).

    Pseudo-spectral with the 2/3 rule, and ETDRK4 steps of adapted length in time.  From the uniform law in d = 2, 3, at
    order 2, the pair correlation is a function of the difference.

    Parameters
    ----------
    model : Model
        On Torus(1); on Torus(2) or Torus(3) for a uniform rho0.
    rho0 : density
        A function or grid values.
    n_particles : int or math.inf
    times : (T,) increasing array
    order : int
        1, 2 or 3.
    points : int
        Modes are kept below points/3.
    tol : float
        The estimated error of a time step in the Fourier coefficients of f, N g_2 and N² g_3, for L = 1: that of a
        companion of third order, which overestimates it.

    Raises
    ------
    TypeError, ValueError
        For a model that is not on a torus, a law in d >= 2 that is not uniform, an order above 3 or above N, and a grid
        that would not fit.
    ArithmeticError
        Where the closed equations blow up: a closure is not a probability, and need not stay one far from chaos.

    References
    ----------
    N. N. Bogoliubov (1946), M. Born and H. S. Green (1946), J. G. Kirkwood (1946), J. Yvon (1935).  M. Duerinckx, On
    the size of chaos via Glauber calculus in the classical mean-field dynamics, Commun. Math. Phys. 382 (2021):
    g_k = O(N^{1−k}).

    Examples
    --------
    >>> import math, numpy as np, mflimit as mf
    >>> from mflimit.hierarchy import solve_hierarchy
    >>> model = mf.Model(mf.kernels.Kuramoto(1.0), mf.Torus(1), sigma=0.1)
    >>> rho0 = lambda x: 1 + 0.5 * np.cos(2 * np.pi * x[..., 0])
    >>> bbgky = solve_hierarchy(model, rho0, 1000, [0.0, 0.5], order=2, points=32)
    >>> bbgky.marginal(2).shape
    (2, 32, 32)
    >>> limit = solve_hierarchy(model, rho0, math.inf, [0.0, 0.5], order=2, points=32)
    >>> gap = 1000 * (bbgky.marginal(1) - limit.marginal(1))[1] - limit.correction()[1]
    >>> bool(np.abs(gap).max() < 0.01 * np.abs(limit.correction()[1]).max())
    True
    """
    if not isinstance(model, Model) or not isinstance(model.domain, Torus):
        raise ValueError(f"model must be on a Torus, got domain = {getattr(model, 'domain', model)!r}")
    torus = model.domain
    n_particles, epsilon = _particles(n_particles)
    times = increasing_times("times", times)
    order, points, tol = (
        positive_integer("order", order),
        positive_integer("points", points),
        positive_number("tol", tol),
    )
    if order > min(3, n_particles):
        raise ValueError(f"order must be 1, 2 or 3 and <= n_particles = {n_particles}, got {order}")
    if points < 8:
        raise ValueError(f"points must be >= 8, got {points}")
    if 8.0 * (times.size + 60) * float(points) ** (order if torus.dim == 1 else torus.dim) > _LARGEST:
        raise ValueError(
            f"points = {points} with order = {order} at {times.size} times needs too much memory: lower one"
        )

    law = periodic_law(rho0, torus, 0.0)
    f = law.density(Torus(torus.dim).grid(points).reshape(-1, torus.dim)).reshape((points,) * torus.dim)
    f = f / (f.mean() * torus.volume)
    if torus.dim > 1:
        if order != 2 or np.abs(f * torus.volume - 1).max() > 1e-12:
            raise ValueError(
                f"on {torus!r} order must be 2 and rho0 uniform, got order = {order}, rho0 from {f.min()} to {f.max()}"
            )
        h, steps = pair_correlation(model, epsilon, times, points, tol)
        return Hierarchy(model, n_particles, times, order, steps, np.stack([f] * times.size), h)

    system = Cumulants(model, epsilon, order, points)
    zeros = [np.zeros((points,) * k) for k in (1, 2, 3)]
    start = system.pack(Fields(f, zeros[1], zeros[2], zeros[0]))
    orders = np.concatenate([np.full(part.size, float(part.ndim)) for part in system.laplacians])
    orders = np.concatenate([orders, np.ones(start.size - orders.size)])
    scale = torus.length**-orders
    # For a law those of g_k are of order one; far beyond, the closure has nothing to do with one.
    most = _RUNAWAY * scale * max(epsilon, 1e-6) ** (1 - orders)
    if system.with_correction:
        most[-system.laplacians[0].size :] *= 1e6
    states, steps = _march(system, start, times, tol * scale, most)
    fields = [system.unpack(state) for state in states]

    def stacked(name: str) -> Array | None:
        values = [getattr(field, name) for field in fields]
        return None if values[0] is None else np.stack(values)

    return Hierarchy(
        model, n_particles, times, order, steps, np.stack([field.f for field in fields]), stacked("h"), stacked("h3"),
        stacked("correction"),
    )  # fmt: skip


def _march(system: Cumulants, start: Spectrum, times: Array, tol: Array, most: Array) -> tuple[list[Spectrum], int]:
    """The coefficients at the output times, and the number of steps.

    A step's error estimate stays below `tol`, coefficient by coefficient, and the coefficients below `most`.
    """
    states, steps = [start], 0
    if times.size == 1:
        return states, steps
    scheme = ETDRK4(system.heat(), system.rates)
    scheme.start(start)
    whole = float(times[-1] - times[0])
    size = StepSize(1e-2 * whole, adaptive=True, smallest=1e-9 * whole)
    now = float(times[0])

    def error(estimate: Spectrum) -> float:
        runaway = (np.abs(scheme.state) > most).any()
        return math.inf if runaway else float(np.abs(estimate / tol).max())

    try:
        for time, is_output in trajectory(scheme, times, size, error, lambda: math.inf):
            now = time
            steps += 1
            if is_output:
                states.append(scheme.state.copy())
    except StepCollapse as collapse:
        raise ArithmeticError(
            f"the closed equations cannot be followed beyond t = {now:.6g}: take a lower order, a larger n_particles, "
            "or earlier times"
        ) from collapse
    return states, steps


def _particles(value: float) -> tuple[float, float]:
    """N and 1/N."""
    if isinstance(value, numbers.Real) and value == math.inf:
        return math.inf, 0.0
    count = positive_integer("n_particles", value)
    return count, 1 / count


def _differences(values: Array, dim: int) -> Array:
    """values(x_1 − x_2) on the grid, (T, P, …) → (T, P, …, P, …)."""
    points = values.shape[1]
    index = np.arange(points)
    table = (index[:, None] - index) % points
    indices = []
    for axis in range(dim):
        shape = [1] * (2 * dim)
        shape[axis] = shape[dim + axis] = points
        indices.append(table.reshape(shape))
    return values[(slice(None), *indices)]
