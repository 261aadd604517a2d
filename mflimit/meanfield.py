"""The mean-field equation on a torus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._interpolant import Interpolant
from ._laws import grid_values
from ._progress import progress_bar
from ._validate import increasing_times, positions, positive_integer, positive_number
from ._watch import Resolution, aggregates
from .domains import Torus
from .errors import BlowUp, Unresolved
from .etd import DAMPED, ETDRK4, STABLE, StepCollapse, StepSize, trajectory
from .model import Model
from .spectral import FluxDivergence, FourierGrid, Spectrum

Array = NDArray[np.float64]

_POINTS = {1: 256, 2: 256, 3: 64}
_MASS_TOLERANCE = 1e-8
#: A minimum below −(this · resolution · maximum) is not a rounding error of the series.
_NEGATIVE = 10.0
_SMALLEST_STEP = 1e-12


@dataclass(frozen=True)
class MeanFieldSolution:
    """ρ̄ at the output times.

    Attributes
    ----------
    times : (T,) array
    values : (T, points, …, points) array
        On the grid of the domain.
    domain : Torus
    tail : (T,) array
        The L² norm of the outermost modes kept, relative to that of ρ̄ minus its mean: a measure of the error in space.
    steps, rejected : int
        The steps taken, and those tried in vain before.
    """

    times: Array
    values: Array
    domain: Torus
    tail: Array
    steps: int
    rejected: int = 0

    @property
    def points(self) -> int:
        """The number of grid points an axis."""
        return self.values.shape[-1]

    @property
    def mass(self) -> Array:
        """∫ρ̄, shape (T,)."""
        return self._over_space(np.mean) * self.domain.volume

    @property
    def minimum(self) -> Array:
        """min ρ̄ on the grid, shape (T,)."""
        return self._over_space(np.min)

    @property
    def maximum(self) -> Array:
        """max ρ̄ on the grid, shape (T,)."""
        return self._over_space(np.max)

    def at(self, x: ArrayLike) -> Array:
        """ρ̄ at any points, by its Fourier series; x of shape (..., d), result (T, ...)."""
        points = positions("x", x, self.domain.dim)
        flat = self.domain.wrap(points).reshape(-1, self.domain.dim) / self.domain.length
        return np.stack([Interpolant(v)(flat).reshape(points.shape[:-1]) for v in self.values])

    def coefficient(self, k: ArrayLike) -> NDArray[np.complex128]:
        """∫ρ̄ e^{−2πik·x/L} dx for d integers k (or one, in d = 1), shape (T,)."""
        wave = np.atleast_1d(np.asarray(k))
        if wave.shape != (self.domain.dim,) or not np.issubdtype(wave.dtype, np.integer):
            raise ValueError(f"k must be {self.domain.dim} integers, got {k!r}")
        result: NDArray[np.complex128] = self.values.astype(complex)
        for component in wave[::-1]:
            result = result @ np.exp(-2j * np.pi * component * np.arange(self.points) / self.points)
        return result * (self.domain.length / self.points) ** self.domain.dim

    def _over_space(self, reduction: Any) -> Array:
        return reduction(self.values.reshape(len(self.times), -1), axis=1)


def solve_mean_field(
    model: Model,
    rho0: Any,
    times: ArrayLike,
    points: int | None = None,
    dt: float | None = None,
    rtol: float = 1e-6,
    *,
    resolution: float = 1e-5,
    threads: int | None = None,
    progress: bool | None = None,
) -> MeanFieldSolution:
    """Solve (MFD) on a torus, d = 1, 2, 3, or say where that is no longer possible.

        ∂_t ρ̄ + div(ρ̄ K⋆ρ̄) = σ Δρ̄,    (K⋆ρ̄)^(k) = K̂(k) ρ̄^(k).

    A Fourier pseudo-spectral method, dealiased by the 2/3 rule, and ETDRK4 in time (`mflimit.etd`): the diffusion is
    integrated exactly, and the mean is a constant of the scheme.  Output times are hit exactly.

    Parameters
    ----------
    model : Model
        Its domain is a Torus; for a problem on R^d take one large enough.
    rho0 : function or (points,) * d array
        ρ̄ at times[0]: a function on (…, d), or its values on the grid; ρ ≥ 0 with ∫ρ = 1.
    times : increasing sequence
    points : int, optional
        Grid points an axis, at least 4; a third of them is spent on dealiasing.  By default those of the grid values,
        or 256 (64 in d = 3).
    dt : float, optional
        The largest time step; each interval between output times is cut into equal steps.  None: adaptive.
    rtol : float
        The tolerance of adaptive steps: the L² error of a step, relative to the L² norm of ρ̄ minus its mean.
    resolution : float
        The field is resolved while the outermost shell of the modes kept (an eighth of them an axis) carries less than
        this fraction of the L² norm of ρ̄ minus its mean, and min ρ̄ ≥ −10 resolution max ρ̄.
    threads : int, optional
        By default those of numba, or one for a small grid.
    progress : bool, optional
        Show a progress bar; by default on long runs only.

    Returns
    -------
    MeanFieldSolution

    Raises
    ------
    Unresolved
        When the grid, or a step size, no longer resolves the field; `.solution` holds it up to the last time it did.
    BlowUp
        The same, where the kernel is singular and attractive and the maximum grows as in a finite-time blow-up.
    TypeError, ValueError
        For a domain that is not a torus, a density that is negative, not finite, wrongly shaped or of another mass
        than 1 (to 1e-8), times that do not increase, or dt, rtol, resolution ≤ 0.

    References
    ----------
    See `mflimit.etd.ETDRK4`; S. A. Orszag, On the elimination of aliasing in finite-difference schemes by filtering
    high-wavenumber components, J. Atmos. Sci. 28 (1971).

    Examples
    --------
    >>> import numpy as np, mflimit as mf
    >>> flow = mf.exact.TaylorGreen(sigma=0.01)
    >>> model = mf.Model(mf.kernels.BiotSavart(), mf.Torus(dim=2), sigma=0.01)
    >>> rho = solve_mean_field(model, flow.density, [0.0, 1.0], points=32)
    >>> rho.values.shape, bool(abs(rho.at([0.3, 0.1])[1] - flow.density([0.3, 0.1], 1.0)) < 1e-12)
    ((2, 32, 32), True)
    """
    if not isinstance(model, Model):
        raise TypeError(f"model must be a Model, got {model!r}")
    domain = model.domain
    if not isinstance(domain, Torus):
        raise ValueError(f"model.domain must be a Torus, large enough to hold the density, got {domain!r}")
    outputs = increasing_times("times", times)
    step = None if dt is None else positive_number("dt", dt)
    rtol, resolution = positive_number("rtol", rtol), positive_number("resolution", resolution)
    if threads is not None:
        threads = positive_integer("threads", threads)
    values = _initial_values(rho0, domain, points)
    grid = FourierGrid(domain, values.shape[0], threads)
    run = _Run(model, grid, outputs, step, resolution)
    run.start(grid.analyse(values), callable(rho0))

    span = float(outputs[-1] - outputs[0])
    first = step if step is not None else min(span or 1.0, 0.5 * run.stable_step())
    size = StepSize(first, step is None, _SMALLEST_STEP * span)
    percent = 0
    with progress_bar(100, progress, "mean field") as bar:
        try:
            for t, is_output in trajectory(run.scheme, outputs, size, run.error(rtol), run.stable_step):
                run.check(t, is_output)
                bar.update(int(100 * (t - outputs[0]) / span) - percent)
                percent = int(100 * (t - outputs[0]) / span)
        except StepCollapse:
            run.fail("no step size is small enough" if step is None else f"a step of dt = {step:g} gave NaN or Inf")
    return run.solution()


class _Run:
    """The state of a run: what is stepped, what is watched, what is kept."""

    def __init__(self, model: Model, grid: FourierGrid, outputs: Array, dt: float | None, resolution: float) -> None:
        self.grid, self.dt, self.resolution = grid, dt, resolution
        wave = 2 * np.pi / grid.domain.length
        symbol = model.kernel.symbol(grid.wavenumbers, grid.domain)
        self.flux = FluxDivergence(grid, -symbol)
        diffusion: Array = -model.sigma * wave**2 * grid.square.astype(float)
        self.scheme = ETDRK4(diffusion, self.flux, grid.threads)
        self.watch = Resolution(grid)
        half = grid.cutoff // 2
        first = np.broadcast_to(symbol[0], grid.shape).reshape(grid.shape[0], -1)[:, 0]
        self._aggregates = aggregates(complex(first[2 * half]), complex(first[half]), grid.domain.dim, model.sigma)
        self._fastest = wave * grid.cutoff
        self._sigma = model.sigma
        self._values: list[Array] = []
        self._tails: list[float] = []
        self._times: list[float] = []
        self._t = float(outputs[0])
        self._steps = self._attempts = 0

    def start(self, u: Spectrum, is_function: bool) -> None:
        """Set, check and record the initial density."""
        self._scale, tail = self.watch.measure(u)
        mass = u.flat[0].real * self.grid.domain.volume
        unresolved = tail > self.resolution
        if abs(mass - 1) > _MASS_TOLERANCE and not (unresolved and is_function):
            raise ValueError(f"rho0 must have mass 1, got {mass:.10g}: divide it by its integral")
        self.scheme.start(u)
        self._tail = tail
        self._stable = self._stable_step()
        self._keep()
        if unresolved:
            self._raise(
                f"rho0 is not resolved by points = {self.grid.points}: {self._in_words(tail)}"
                + (f", and its integral on the grid is {mass:.6g}" if abs(mass - 1) > _MASS_TOLERANCE else "")
            )
        self.watch.record(self._t, self.flux.range[1] - u.flat[0].real)

    def error(self, rtol: float) -> Any:
        """The norm of an error estimate in units of the tolerance; it counts the attempts as well."""

        def error(defect: Spectrum) -> float:
            self._attempts += 1
            return float(self.grid.norm(defect)) / (rtol * self._scale)

        return error

    def stable_step(self) -> float:
        """The largest step from the present state for which the transport by K⋆ρ̄ is stable."""
        return self._stable

    def check(self, t: float, is_output: bool) -> None:
        """Look at the state after a step, and keep it if it is an output."""
        u, (low, high) = self.scheme.state, self.flux.range
        scale, tail = self.watch.measure(u)
        if not tail <= self.resolution:
            self._back(t, self._in_words(tail))
        if not low >= -_NEGATIVE * self.resolution * high:
            self._back(t, f"the density has fallen to {low:.3g}, with a maximum of {high:.3g}")
        self.watch.record(t, high - u.flat[0].real)
        self._t, self._scale, self._tail, self._stable = t, scale, tail, self._stable_step()
        self._steps += 1
        if is_output:
            self._keep()

    def fail(self, why: str) -> None:
        """Raise Unresolved or BlowUp, the state being the last one that was resolved."""
        if self._times[-1] < self._t:
            self._keep()
        self._raise(f"the field is not resolved beyond t = {self._t:.6g} with points = {self.grid.points}: {why}")

    def solution(self) -> MeanFieldSolution:
        """What has been kept."""
        times, tails = np.array(self._times), np.array(self._tails)
        rejected = self._attempts - self._steps
        return MeanFieldSolution(times, np.stack(self._values), self.grid.domain, tails, self._steps, rejected)

    def _back(self, t: float, why: str) -> None:
        self.scheme.state, self.scheme.previous = self.scheme.previous, self.scheme.state
        if self.dt is not None and self.dt > self._stable:
            why += f" (dt = {self.dt:g} is beyond the stability bound, about {self._stable:.2g})"
        self.fail(f"at t = {t:.6g} {why}")

    def _keep(self) -> None:
        self._values.append(self.grid.synthesise(self.scheme.state))
        self._tails.append(self._tail)
        self._times.append(self._t)

    def _stable_step(self) -> float:
        """The largest h with h (sκ − DAMPED σκ²) ≤ STABLE for all κ ≤ 2πK/L, s = Σ_i max |(K⋆ρ̄)_i|: no mode grows."""
        speed = float(self.flux.speeds.sum())
        if not speed > 0:
            return np.inf
        damping = DAMPED * self._sigma
        fastest = min(self._fastest, speed / (2 * damping)) if damping > 0 else self._fastest
        return STABLE / (fastest * (speed - damping * fastest))

    def _in_words(self, tail: float) -> str:
        return f"the outermost modes carry {tail:.2g} of its deviation from the mean (resolution = {self.resolution:g})"

    def _raise(self, message: str) -> None:
        mean = self.scheme.state.flat[0].real
        estimate = self.watch.blow_up_time(mean) if self._aggregates and self._steps else None
        if estimate is not None:
            raise BlowUp(
                f"{message}. Its maximum grows as in a blow-up at t = {estimate:.4g}; "
                "more points carry the solution closer to it, not past it; .solution holds what there was before",
                self._t,
                self.solution(),
                estimate,
            )
        raise Unresolved(
            f"{message}. Take more points, a larger sigma or a shorter time; .solution holds what there was before",
            self._t,
            self.solution(),
        )


def _initial_values(rho0: Any, domain: Torus, points: int | None) -> Array:
    if points is not None:
        points = positive_integer("points", points)
    if callable(rho0):
        points = points or _POINTS[domain.dim]
        values = grid_values(rho0(domain.grid(points)), domain)
    else:
        values = grid_values(rho0, domain)
    if points is not None and len(values) != points:
        raise ValueError(f"rho0 must have points = {points} values an axis, got shape {values.shape}")
    if len(values) < 4:
        raise ValueError(f"points must be >= 4, got {len(values)}")
    return values
