"""Where the particles live: the flat torus of side L, or all of space."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._validate import positive_integer, positive_number

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Torus:
    """The flat torus Π^d = (R/LZ)^d; its points live in [0, L)^d.

    Parameters
    ----------
    dim : int
        The dimension d.
    length : float
        The side L of the box, 1 by default, so that the uniform law has density 1 and entropy 0.

    Examples
    --------
    >>> torus = Torus(dim=1)
    >>> torus.wrap([-0.25, 1.0])
    array([0.75, 0.  ])
    >>> torus.displacement([0.9], [0.1])
    array([-0.2])
    """

    dim: int = 1
    length: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "dim", positive_integer("dim", self.dim))
        object.__setattr__(self, "length", positive_number("length", self.length))

    @property
    def volume(self) -> float:
        """L^d."""
        return self.length**self.dim

    def wrap(self, x: ArrayLike) -> Array:
        """The representative of x in [0, L)^d."""
        wrapped = np.mod(np.asarray(x, dtype=float), self.length)
        # np.mod(-1e-20, 1.0) rounds up to 1.0, which is the point 0.
        return np.where(wrapped >= self.length, 0.0, wrapped)

    def displacement(self, x: ArrayLike, y: ArrayLike) -> Array:
        """The representative of x − y in [−L/2, L/2)^d."""
        difference: Array = np.asarray(x, dtype=float) - np.asarray(y, dtype=float)
        return difference - self.length * np.floor(difference / self.length + 0.5)  # type: ignore[return-value]

    def axis(self, points: int) -> Array:
        """The grid x_j = jL/points, j = 0, …, points − 1, of one axis."""
        return np.arange(points, dtype=np.float64) * (self.length / points)

    def grid(self, points: int) -> Array:
        """The grid as points: shape (points, …, points, d), axis 0 being x_1."""
        return np.stack(np.meshgrid(*[self.axis(points)] * self.dim, indexing="ij"), axis=-1)

    def wavenumbers(self, points: int) -> tuple[NDArray[np.int64], ...]:
        """The integer wave numbers (k_1, …, k_d) of a real FFT on `points` points an axis.

        The mode is exp(2πi k·x/L).  The d arrays broadcast against each other; the last one is halved
        (k_d = 0, …, points//2), as in `numpy.fft.rfftn`.
        """
        full = np.fft.fftfreq(points, 1.0 / points).round().astype(np.int64)
        half = np.arange(points // 2 + 1)
        axes = [full] * (self.dim - 1) + [half]
        shape = np.eye(self.dim, dtype=int)
        return tuple(k.reshape(np.where(shape[i], -1, 1)) for i, k in enumerate(axes))


@dataclass(frozen=True)
class Euclidean:
    """All of R^d.

    Parameters
    ----------
    dim : int
        The dimension d.
    """

    dim: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "dim", positive_integer("dim", self.dim))

    @property
    def volume(self) -> float:
        """Infinite."""
        return math.inf

    def wrap(self, x: ArrayLike) -> Array:
        """x itself: there is nothing to wrap."""
        return np.asarray(x, dtype=float)

    def displacement(self, x: ArrayLike, y: ArrayLike) -> Array:
        """x − y."""
        return np.asarray(x, dtype=float) - np.asarray(y, dtype=float)


Domain = Torus | Euclidean
