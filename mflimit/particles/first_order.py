"""First-order particle systems: the simulation of (IPS)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..model import Model
from .drift import prepare
from .flow import Flow, check_cloud
from .march import draw_noise, march
from .noise import BrownianPath
from .observers import Observables, Recorder, Run
from .steppers import Scheme, choose_scheme
from .timegrid import TimeGrid

Array = NDArray[np.float64]


def simulate(
    model: Model,
    x0: ArrayLike,
    times: ArrayLike,
    dt: float = 1e-3,
    rng: Any = 0,
    *,
    scheme: str | Scheme = "auto",
    sums: str = "auto",
    tol: float = 1e-10,
    path: BrownianPath | None = None,
    observe: Observables | None = None,
    keep: bool = True,
    unwrap: bool = False,
    progress: bool | None = None,
) -> Run:
    """N particles with pair interaction and noise, from `x0` at `times[0]` on.

    (IPS)   dX_i = (1/N) Σ_{j≠i} K(X_i − X_j) dt + √(2σ) dW_i,   i = 1, …, N

    Parameters
    ----------
    model : Model
    x0 : (n, d), or (R, n, d) for R independent copies of the system
        Starting points.  On a torus they are wrapped into [0, L)^d, as the particles are after each step.
    times : (T,)
        Increasing output times; the first is that of `x0`.
    dt : float
        Each interval between output times is cut into equal steps, the largest that are <= dt.
    rng : int or numpy.random.Generator
        The noise; by default 0, the same at each call: for independent runs pass one Generator or use
        the axis R.  The same seed gives the same bits for any number of threads, and the same noise to any two systems
        of the same shape that take the same steps with schemes that use the same increments.
    scheme : str or Scheme
        "euler" (strong order 1), "heun" (strong 1, weak 2), "sra1" (strong 1.5, weak 2), "srk4" (the same, and order 4
        as σ → 0), "rk4" (σ = 0 only).  "auto" is "rk4" for σ = 0 and "sra1" otherwise.  The orders are those for smooth
        kernels and fixed N: a jump or a singularity lowers them.
    sums, tol
        How the drift is summed, and how accurately: see `drift`.
    path : BrownianPath, optional
        Noise, and with it the time steps, to be used in place of `rng` and `dt`.
    observe : dict, optional
        Functions by name; each is called with x at every output time, and its values are stacked in `run.observed`.
    keep : bool
        False does not store x, only the observables and `run.final`.
    unwrap : bool
        On a torus, return positions that are continuous in time instead of those in [0, L)^d.  Observables see the
        wrapped ones all the same.
    progress : bool, optional
        Show a progress bar; by default on long runs only.

    Returns
    -------
    Run
        `times` (T,), `x` (T, n, d) or (T, R, n, d), `observed`, `final`, `steps`, `scheme`.

    Raises
    ------
    TypeError, ValueError
        For an argument that makes no sense; the message names it.
    Diverged
        When a particle meets NaN or Inf; it holds the time, the particle and the run so far.

    Examples
    --------
    Two vortices at distance D each move at half of |K| = 1/(2πD), and so turn about their centre in the time 4π² D²:

    >>> import numpy as np, mflimit as mf
    >>> model = mf.Model(mf.kernels.BiotSavart(), mf.Euclidean(dim=2))
    >>> period = 4 * np.pi**2
    >>> run = mf.simulate(model, [[0.5, 0.0], [-0.5, 0.0]], [0, period / 2, period], dt=period / 200)
    >>> run.x[1:, 0].round(6) + 0.0
    array([[-0.5,  0. ],
           [ 0.5,  0. ]])
    """
    if not isinstance(model, Model):
        raise TypeError(f"model must be a Model, got {model!r}")
    rule = choose_scheme(scheme, model.sigma)
    grid = TimeGrid.uniform(times, dt) if path is None else TimeGrid.of_path(times, path)
    flow = model_flow(model, check_cloud("x0", x0, model.domain), sums, tol, unwrap)
    noise = draw_noise(path, rng, flow.x.shape, grid, rule, model.sigma > 0)
    recorder = Recorder(grid, flow, rule, keep, observe)
    march([flow], grid, rule, noise, recorder, lambda: recorder.run, progress)
    return recorder.run


def model_flow(model: Model, x: Array, sums: str, tol: float, unwrap: bool = False) -> Flow:
    """The flow of (IPS) from x."""
    drift = prepare(model, tol=tol, sums=sums)

    def velocity(t: float, x: Array, out: Array) -> None:
        out[...] = drift(x)

    return Flow(velocity, model.domain, model.sigma, x, np.zeros_like(x) if unwrap else None)
