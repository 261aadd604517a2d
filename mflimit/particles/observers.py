"""What is kept of a run: positions and observables at the output times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .flow import Flow
from .steppers import Rule
from .timegrid import TimeGrid

Array = NDArray[np.float64]
Observables = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Run:
    """What a simulation leaves behind.

    Attributes
    ----------
    times : (T,)
        The output times.
    x : (T, n, d) or (T, R, n, d), or None
        The particles at these times; None after `keep=False`.
    observed : dict
        For each observable its values, stacked along a first axis of length T.
    final : (n, d) or (R, n, d)
        The particles at the last of the times.
    steps : int
        The number of time steps taken.
    scheme : str
        The scheme that took them.
    """

    times: Array
    x: Array | None
    observed: dict[str, Array]
    final: Array
    steps: int
    scheme: str


class Recorder:
    """Keeps the positions of one flow at the output times, unless told not to."""

    def __init__(self, grid: TimeGrid, flow: Flow, scheme: Rule, keep: bool, observe: Observables | None) -> None:
        self.grid, self.flow, self.scheme = grid, flow, scheme
        self.x = np.empty((len(grid.times), *flow.x.shape)) if keep else None
        self.watch = Watch(observe)
        self.final = flow.position.copy()
        self.count = 0

    def __call__(self) -> None:
        """Record the present state as that of the next output time."""
        self.final = self.flow.position.copy()
        if self.x is not None:
            self.x[self.count] = self.final
        self.watch(self.flow.x)
        self.count += 1

    @property
    def run(self) -> Run:
        """What was recorded so far."""
        done = int(self.grid.done[self.count - 1])
        x = None if self.x is None else self.x[: self.count]
        return Run(self.grid.times[: self.count], x, self.watch.values, self.final, done, self.scheme.name)


class Watch:
    """Evaluates the observables of one or several systems, and keeps their values."""

    def __init__(self, observe: Observables | None) -> None:
        self.functions = check_observables(observe)
        self.seen: dict[str, list[Array]] = {name: [] for name in self.functions}

    def __call__(self, *x: Array) -> None:
        """Evaluate every observable at the points given."""
        for name, function in self.functions.items():
            self.seen[name].append(np.array(function(*x)))

    @property
    def values(self) -> dict[str, Array]:
        """For each observable, its values stacked."""
        return {name: np.array(values) for name, values in self.seen.items()}


def check_observables(observe: Observables | None) -> dict[str, Callable[..., Any]]:
    """The observables as a dict of functions by name."""
    if observe is None:
        return {}
    if not isinstance(observe, Mapping) or not all(callable(function) for function in observe.values()):
        raise TypeError(f"observe must be a dict of functions by name, got {observe!r}")
    return dict(observe)
