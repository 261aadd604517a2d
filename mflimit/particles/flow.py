"""A system on its way: its velocity, its domain, and its points."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import finite
from ..domains import Domain, Torus
from .steppers import Velocity

Array = NDArray[np.float64]


@dataclass
class Flow:
    """A system on its way: what moves it, and where it is now."""

    velocity: Velocity
    domain: Domain
    sigma: float
    x: Array
    turns: Array | None = None
    scratch: Array = field(init=False)

    def __post_init__(self) -> None:
        self.scratch = np.empty_like(self.x)

    def wrap(self) -> None:
        """Put the points back into [0, L)^d, in place; count the turns where that is asked for."""
        if not isinstance(self.domain, Torus):
            return
        length = self.domain.length
        turns = np.floor(np.divide(self.x, length, out=self.scratch), out=self.scratch)
        if self.turns is not None:
            self.turns += turns
        self.x -= np.multiply(turns, length, out=turns)
        # Rounding leaves points an ulp outside: below 0 they are 0, at L they are 0 one turn further.
        np.maximum(self.x, 0.0, out=self.x)
        over = self.x >= length
        if over.any():
            self.x[over] = 0.0
            if self.turns is not None:
                self.turns[over] += 1

    @property
    def position(self) -> Array:
        """x, unwrapped where the turns are counted."""
        if self.turns is None or not isinstance(self.domain, Torus):
            return self.x
        return self.x + self.domain.length * self.turns


def check_cloud(name: str, value: ArrayLike, domain: Domain) -> Array:
    """A copy of n points, (n, d), or of R copies of them, (R, n, d), wrapped into the domain."""
    try:
        cloud = np.array(value, dtype=np.float64, order="C")
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of real numbers, got {type(value).__name__}") from error
    if cloud.ndim not in (2, 3) or cloud.shape[-1] != domain.dim or cloud.size == 0:
        raise ValueError(f"{name} must have shape (n, {domain.dim}) or (R, n, {domain.dim}), got shape {cloud.shape}")
    finite(name, cloud)
    return domain.wrap(cloud)
