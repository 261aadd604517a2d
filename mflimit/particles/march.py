"""The loop over time steps: one or several systems driven by the same noise, with a word at each output time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._progress import progress_bar
from .._random import generator
from ..errors import Collapsed, Diverged
from .flow import Flow
from .noise import BrownianPath, FreshNoise, GivenNoise, Noise
from .steppers import Rule
from .timegrid import TimeGrid


def march(
    flows: Sequence[Flow],
    grid: TimeGrid,
    scheme: Rule,
    noise: Noise,
    record: Callable[[], None],
    result: Callable[[], Any],
    progress: bool | None,
    first: int = 0,
    save: Callable[[int], None] | None = None,
) -> None:
    """Carry all flows through all steps with the same increments, recording at the output times.

    A run that is taken up again has `first` steps behind it; `save` is told the number of steps after each one.
    """
    works = [scheme.workspace(flow.x.shape) for flow in flows]
    outputs = set(grid.done[1:].tolist())
    if first == 0:
        record()
    with progress_bar(len(grid.sizes), progress, "steps") as bar:
        bar.update(first)
        steps = zip(grid.starts[first:].tolist(), grid.sizes[first:].tolist(), noise, strict=False)
        for done, (t, h, (dw, dz)) in enumerate(steps, start=first + 1):
            for flow, work in zip(flows, works, strict=True):
                # An overflow is told by Diverged, with time and particle, and needs no warning besides.
                with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                    try:
                        scheme.step(flow.velocity, t, flow.x, h, flow.sigma, dw, dz, work=work, out=flow.x)
                    except Collapsed as collapse:
                        collapse.run = result()
                        raise
                    suspect = not np.isfinite(flow.x.sum())
                # The sum sees every NaN and Inf; only then is each particle looked at.
                if suspect and len(bad := np.argwhere(~np.isfinite(flow.x))):
                    where = tuple(int(i) for i in bad[0][:-1])
                    raise Diverged(t + h, where if len(where) > 1 else where[0], h, result())
                flow.wrap()
            if done in outputs:
                record()
            if save is not None:
                save(done)
            bar.update(1)


def draw_noise(
    path: BrownianPath | None, rng: Any, shape: tuple[int, ...], grid: TimeGrid, scheme: Rule, noisy: bool
) -> Noise:
    """The increments of a run: of the path given, or fresh ones, or none at all for sigma = 0."""
    source = generator(rng, "noise")
    if path is not None and path.dw.shape[1:] != shape:
        raise ValueError(f"path must be for points of shape {shape}, got one for shape {path.dw.shape[1:]}")
    if path is not None or not noisy:
        return GivenNoise(path)
    return FreshNoise(source, shape, grid.sizes, scheme.uses_area, scheme.draws)
