"""The time steps of a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import increasing_times, positive_number
from .noise import BrownianPath

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TimeGrid:
    """The steps between the output times.

    Attributes
    ----------
    times : (T,) output times
    starts, sizes : (S,) the beginning and the size of each step
    done : (T,) the number of steps that come before each output time
    """

    times: Array
    starts: Array
    sizes: Array
    done: NDArray[np.int64]

    @classmethod
    def uniform(cls, times: ArrayLike, dt: float) -> TimeGrid:
        """Each interval between two output times in equal steps, the largest that are <= dt."""
        outputs = increasing_times("times", times)
        lengths = np.diff(outputs)
        # An interval of 0.3 is three steps of 0.1, whatever the last bit of 0.3/0.1 says.
        counts = np.maximum(1, np.ceil(lengths / positive_number("dt", dt) * (1 - 1e-12))).astype(np.int64)
        sizes = np.repeat(lengths / counts, counts)
        done = np.concatenate([[0], np.cumsum(counts)])
        index = np.arange(done[-1]) - np.repeat(done[:-1], counts)
        return cls(outputs, np.repeat(outputs[:-1], counts) + index * sizes, sizes, done)

    @classmethod
    def of_path(cls, times: ArrayLike, path: BrownianPath) -> TimeGrid:
        """The steps of a given path."""
        outputs = increasing_times("times", times)
        done = np.minimum(np.searchsorted(path.times, outputs - 1e-9 * path.sizes.min()), len(path.sizes))
        missing = ~np.isclose(path.times[done], outputs, rtol=0, atol=1e-9 * path.sizes.min())
        if missing.any() or done[0] != 0:
            value = outputs[int(np.argmax(missing))]
            raise ValueError(f"times must start with the path and be among path.times, got times with {value}")
        return cls(outputs, path.times[: done[-1]], path.sizes[: done[-1]], done)
