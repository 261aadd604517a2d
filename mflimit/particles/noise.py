"""Brownian motion as increments: drawn step by step, or held as a path that can be refined and coarsened.

Over a step from t to t + h a scheme is given two numbers per particle and axis,

    ΔW = W_{t+h} − W_t            and            ΔZ = ∫_t^{t+h} (W_s − W_t) ds,

jointly Gaussian with Var ΔW = h, Var ΔZ = h³/3, Cov(ΔW, ΔZ) = h²/2.  Equivalently ΔZ = (h/2) ΔW + ζ, where the area
ζ ~ N(0, h³/12) between the path and its chord is independent of ΔW.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._random import generator
from .._validate import increasing_times, positive_integer

Array = NDArray[np.float64]
Increments = Iterator[tuple[Array, Array | None]]

#: Normals drawn at a time: enough to hide the cost of a call, and they still fit in the cache.
_BLOCK = 1 << 15


def increments(rng: np.random.Generator, shape: tuple[int, ...], sizes: Array, area: bool) -> Increments:
    """(ΔW, ΔZ) for each step size in turn; ΔZ is None without `area`.

    The arrays are overwritten by later draws: use them before asking for the next pair.
    """
    draws = (2 if area else 1, *shape)
    block = max(1, min(len(sizes), _BLOCK // math.prod(draws)))
    buffer = np.empty((block, *draws))
    chord = np.empty(shape)
    for start in range(0, len(sizes), block):
        now = sizes[start : start + block]
        normals = buffer[: len(now)]
        rng.standard_normal(out=normals)
        for h, xi in zip(now, normals, strict=True):
            dw = np.multiply(xi[0], math.sqrt(h), out=xi[0])
            if not area:
                yield dw, None
                continue
            dz = np.multiply(xi[1], math.sqrt(h**3 / 12), out=xi[1])
            dz += np.multiply(dw, h / 2, out=chord)
            yield dw, dz


class FreshNoise:
    """The increments of a run, drawn on the way; iteration can be taken up again at any step, to the same bits.

    With `raw` a step is given the generator itself in the place of ΔW, for schemes that draw what they need.
    """

    def __init__(
        self, rng: np.random.Generator, shape: tuple[int, ...], sizes: Array, area: bool, raw: bool = False
    ) -> None:
        self.rng, self.shape, self.sizes, self.area, self.raw = rng, shape, sizes, area, raw
        self.first = self.begun = 0
        self.state = rng.bit_generator.state

    def mark(self, step: int) -> dict[str, Any]:
        """What `resume` needs to go on after `step` steps."""
        if self.raw:
            return {"begun": step, "state": self.rng.bit_generator.state}
        return {"begun": self.begun, "state": self.state}

    def resume(self, mark: dict[str, Any], step: int) -> None:
        """Go on after `step` steps."""
        self.rng.bit_generator.state = self.state = mark["state"]
        self.begun, self.first = mark["begun"], step

    def __iter__(self) -> Iterator[tuple[Any, Array | None]]:
        if self.raw:
            yield from itertools.repeat((self.rng, None), len(self.sizes) - self.first)
            return
        block = max(1, _BLOCK // math.prod((2 if self.area else 1, *self.shape)))
        for start in range(self.begun, len(self.sizes), block):
            self.begun, self.state = start, self.rng.bit_generator.state
            draws = increments(self.rng, self.shape, self.sizes[start : start + block], self.area)
            yield from itertools.islice(draws, max(0, self.first - start), None)


class GivenNoise:
    """The increments of a path, or for None those of a run without noise."""

    def __init__(self, path: BrownianPath | None) -> None:
        self.path, self.first = path, 0

    def mark(self, step: int) -> dict[str, Any]:
        """Nothing: a path is what it is."""
        return {}

    def resume(self, mark: dict[str, Any], step: int) -> None:
        """Go on after `step` steps."""
        self.first = step

    def __iter__(self) -> Increments:
        if self.path is None:
            return itertools.repeat((np.empty(0), None))
        return itertools.islice(iter(self.path), self.first, None)


Noise = FreshNoise | GivenNoise


@dataclass(frozen=True)
class BrownianPath:
    """One Brownian path, known through ΔW and ΔZ on a grid of times.

    The same path on a finer or a coarser grid comes from `refine` and `coarsen`, so that the error of a scheme along a
    path, and two systems driven by one path, are a line each.

    Attributes
    ----------
    times : (S + 1,)
    dw, dz : (S, …)
        ΔW and ΔZ of each of the S steps; the other axes are those of the particles, (n, d) or (R, n, d).

    Examples
    --------
    >>> path = BrownianPath.draw((3, 2), times=[0.0, 0.5, 1.0], rng=0)
    >>> fine = path.refine(rng=0)
    >>> fine.times
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    >>> bool(np.allclose(fine.coarsen(2).dz, path.dz))
    True
    """

    times: Array
    dw: Array
    dz: Array

    def __post_init__(self) -> None:
        steps = len(increasing_times("times", self.times)) - 1
        if steps < 1:
            raise ValueError(f"times of a path must be at least two, got {self.times}")
        for name, value in (("dw", self.dw), ("dz", self.dz)):
            if value.ndim == 0 or len(value) != steps or value.shape != self.dw.shape:
                raise ValueError(f"{name} must have shape ({steps}, ...), alike for dw and dz, got shape {value.shape}")

    @classmethod
    def draw(cls, shape: tuple[int, ...], times: ArrayLike, rng: Any = 0) -> BrownianPath:
        """A new path on the given times; `shape` is that of the points, (n, d) or (R, n, d).

        With the same seed these are the increments that `simulate` draws for a scheme that uses ΔZ.
        """
        grid = increasing_times("times", times)
        draws = increments(generator(rng, "noise"), tuple(shape), np.diff(grid), area=True)
        pairs = [(dw.copy(), dz.copy()) for dw, dz in draws if dz is not None]
        dw = np.array([pair[0] for pair in pairs]).reshape(len(grid) - 1, *shape)
        dz = np.array([pair[1] for pair in pairs]).reshape(len(grid) - 1, *shape)
        return cls(grid, dw, dz)

    @property
    def sizes(self) -> Array:
        """The step sizes h."""
        return np.diff(self.times)

    @property
    def w(self) -> Array:
        """W at `times`, from W = 0."""
        return np.concatenate([np.zeros((1, *self.dw.shape[1:])), np.cumsum(self.dw, axis=0)])

    def coarsen(self, steps: int) -> BrownianPath:
        """The same path with every `steps` steps joined into one.

        ΔW adds up; ΔZ = Σ_k (ΔZ_k + (t_end − t_{k+1}) ΔW_k), each increment being carried along to the end.
        """
        m = positive_integer("steps", steps)
        if len(self.dw) % m:
            raise ValueError(f"steps must divide the number of steps {len(self.dw)}, got {steps}")
        shape = (-1, m, *self.dw.shape[1:])
        times = self.times[::m]
        carry = (times[1:, None] - self.times[1:].reshape(-1, m)).reshape(-1, m, *[1] * (self.dw.ndim - 1))
        dw = self.dw.reshape(shape)
        return BrownianPath(times, dw.sum(axis=1), (self.dz.reshape(shape) + carry * dw).sum(axis=1))

    def refine(self, rng: Any = 0) -> BrownianPath:
        """The same path with every step cut in two halves, drawn from the Brownian bridge law given ΔW and ΔZ.

        With ζ = ΔZ − (h/2) ΔW, and D = ΔW_1 − ΔW_2, S = ζ_1 + ζ_2, R = ζ_1 − ζ_2 of the two halves, ζ = (h/4) D + S,
        where D ~ N(0, h) and S, R ~ N(0, h³/48) are independent.  Hence, given ζ,

            D = 3ζ/h + (√h/2) ξ,    S = ζ − (h/4) D,    R = √(h³/48) ξ',    ξ, ξ' ~ N(0, 1).

        A seed gives each level of refinement numbers of its own.
        """
        source = generator(rng, "bridge", level=len(self.dw))
        h = self.sizes.reshape(-1, *[1] * (self.dw.ndim - 1))
        area = self.dz - h / 2 * self.dw
        difference = 3 / h * area + np.sqrt(h) / 2 * source.standard_normal(self.dw.shape)
        total = area - h / 4 * difference
        skew = np.sqrt(h**3 / 48) * source.standard_normal(self.dw.shape)
        dw = np.stack([self.dw + difference, self.dw - difference], axis=1) / 2
        dz = np.stack([total + skew, total - skew], axis=1) / 2 + h[:, None] / 4 * dw
        times = np.empty(2 * len(self.dw) + 1)
        times[::2] = self.times
        times[1::2] = (self.times[:-1] + self.times[1:]) / 2
        fine = (-1, *self.dw.shape[1:])
        return BrownianPath(times, dw.reshape(fine), dz.reshape(fine))

    def __iter__(self) -> Increments:
        return iter(zip(self.dw, self.dz, strict=True))
