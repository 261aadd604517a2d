"""Synchronous coupling: two systems driven by the same noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..model import Model
from .first_order import model_flow
from .flow import Flow, check_cloud
from .march import draw_noise, march
from .noise import BrownianPath
from .observers import Observables, Recorder, Run, Watch
from .steppers import Scheme, Velocity, choose_scheme
from .timegrid import TimeGrid

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Coupled:
    """Two runs with the same noise; `observed` holds the observables of both together."""

    a: Run
    b: Run
    observed: dict[str, Array]


def couple(
    model: Model,
    x0: ArrayLike,
    other: Model | Callable[[float, Array], ArrayLike],
    y0: ArrayLike,
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
    progress: bool | None = None,
) -> Coupled:
    """A particle system and another one, or its McKean copies, driven by the same Brownian motions.

        dX_i = (1/N) Σ_{j≠i} K(X_i − X_j) dt + √(2σ) dW_i,        dY_i = b(t, Y_i) dt + √(2σ) dW_i

    With b = K⋆ρ̄_t and Y_i(0) = X_i(0) these are the two sides of Sznitman's coupling.

    Parameters
    ----------
    model, x0 : the first system and its starting points, (n, d) or (R, n, d)
    other : Model or function
        A second model, with its own σ and on the same domain; or a velocity field b(t, y) that takes points in the
        shape of `y0` and returns as many vectors, with the domain and the σ of `model`.
    y0 : starting points of the second system, in the same shape
    observe : dict, optional
        Functions of both systems by name, f(x, y), called at every output time.

    All other arguments are those of `simulate`; "auto" takes the scheme for the larger of the two σ.

    Returns
    -------
    Coupled
        `a` and `b`, the two runs, and `observed`.

    Raises
    ------
    TypeError, ValueError, Diverged
        As `simulate` does; also when the shapes or the domains differ.

    Examples
    --------
    For K = −a x a centred law stays centred, so that b(t, y) = −a y: here the particles and their copies differ by one
    and the same vector, the fluctuation of the centre of mass.

    >>> import numpy as np, mflimit as mf
    >>> model = mf.Model(mf.kernels.Linear(a=1.0), mf.Euclidean(dim=1), sigma=0.5)
    >>> x0 = np.random.default_rng(0).standard_normal((100, 1))
    >>> pair = mf.couple(model, x0, lambda t, y: -y, x0, times=[0.0, 1.0], dt=0.01)
    >>> gap = pair.a.x[-1] - pair.b.x[-1]
    >>> bool(np.ptp(gap) < 1e-12), bool(abs(gap[0, 0]) < 0.5)
    (True, True)
    """
    if not isinstance(model, Model):
        raise TypeError(f"model must be a Model, got {model!r}")
    x = check_cloud("x0", x0, model.domain)
    y = check_cloud("y0", y0, model.domain)
    if x.shape != y.shape:
        raise ValueError(f"y0 must have the shape {x.shape} of x0, got shape {y.shape}")
    first = model_flow(model, x, sums, tol)
    second = _flow(other, model, y, sums, tol)
    sigma = max(first.sigma, second.sigma)
    rule = choose_scheme(scheme, sigma)
    grid = TimeGrid.uniform(times, dt) if path is None else TimeGrid.of_path(times, path)
    noise = draw_noise(path, rng, x.shape, grid, rule, sigma > 0)
    recorders = [Recorder(grid, flow, rule, keep, None) for flow in (first, second)]
    watch = Watch(observe)

    def record() -> None:
        for recorder in recorders:
            recorder()
        watch(first.x, second.x)

    def result() -> Coupled:
        return Coupled(recorders[0].run, recorders[1].run, watch.values)

    march([first, second], grid, rule, noise, record, result, progress)
    return result()


def _flow(other: Any, model: Model, y: Array, sums: str, tol: float) -> Flow:
    if isinstance(other, Model):
        if other.domain != model.domain:
            raise ValueError(f"other must live on {model.domain!r}, got a model on {other.domain!r}")
        return model_flow(other, y, sums, tol)
    if not callable(other):
        raise TypeError(f"other must be a Model or a function of (t, y), got {other!r}")
    return Flow(_checked(other), model.domain, model.sigma, y)


def _checked(field: Callable[[float, Array], ArrayLike]) -> Velocity:
    def velocity(t: float, x: Array, out: Array) -> None:
        value = np.asarray(field(t, x))
        if value.shape != x.shape:
            raise ValueError(f"other must return an array of shape {x.shape}, got shape {value.shape}")
        out[...] = value

    return velocity
