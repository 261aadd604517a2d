"""The loop over time steps: one or several systems driven by the same noise, with a word at each output time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._progress import progress_bar
from .._random import generator
from ..errors import Collapsed, Diverged
from .flow import Flow
from .noise import BrownianPath, Increments, increments
from .steppers import Scheme
from .timegrid import TimeGrid


def march(
    flows: Sequence[Flow],
    grid: TimeGrid,
    scheme: Scheme,
    noise: Increments,
    record: Callable[[], None],
    result: Callable[[], Any],
    progress: bool | None,
) -> None:
    """Carry all flows through all steps with the same increments, recording at the output times."""
    works = [scheme.workspace(flow.x.shape) for flow in flows]
    outputs = set(grid.done[1:].tolist())
    record()
    with progress_bar(len(grid.sizes), progress, "steps") as bar:
        steps = zip(grid.starts.tolist(), grid.sizes.tolist(), noise, strict=False)
        for done, (t, h, (dw, dz)) in enumerate(steps, start=1):
            for flow, work in zip(flows, works, strict=True):
                # An overflow is told by Diverged, with time and particle, and needs no warning besides.
                with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                    scheme.step(flow.velocity, t, flow.x, h, flow.sigma, dw, dz, work=work, out=flow.x)
                    suspect = not np.isfinite(flow.x.sum())
                # The sum sees every NaN and Inf; only then is each particle looked at.
                if suspect and len(bad := np.argwhere(~np.isfinite(flow.x))):
                    where = tuple(int(i) for i in bad[0][:-1])
                    raise Diverged(t + h, where if len(where) > 1 else where[0], h, result())
                flow.wrap()
            if done in outputs:
                record()
            bar.update(1)


def draw_noise(
    path: BrownianPath | None, rng: Any, shape: tuple[int, ...], grid: TimeGrid, scheme: Scheme, noisy: bool
) -> Increments:
    """The increments of a run: of the path given, or fresh ones, or none at all for sigma = 0."""
    source = generator(rng, "noise")
    if path is not None:
        if path.dw.shape[1:] != shape:
            raise ValueError(f"path must be for points of shape {shape}, got one for shape {path.dw.shape[1:]}")
        return iter(path)
    if not noisy:
        return itertools.repeat((np.empty(0), None))
    return increments(source, shape, grid.sizes, scheme.uses_area)
