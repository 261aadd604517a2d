"""Random numbers: one seed, several independent streams."""

from __future__ import annotations

import numbers
import zlib
from typing import Any

import numpy as np


def generator(rng: Any, stream: str, level: int = 0, name: str = "rng") -> np.random.Generator:
    """The generator behind `rng`, a seed or a `numpy.random.Generator`.

    A generator is used as it is.  A seed is combined with the name of the stream, and with a level where a stream has
    several: `sample(…, rng=0)` and `simulate(…, rng=0)` must not use the same random bits, for then the noise of a
    particle would be a function of its starting point.

    Raises
    ------
    TypeError, ValueError
        For anything but a Generator or an integer >= 0.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, (bool, np.bool_)) or not isinstance(rng, (numbers.Integral, np.integer)):
        raise TypeError(f"{name} must be a seed (an integer) or a numpy.random.Generator, got {rng!r}")
    if rng < 0:
        raise ValueError(f"{name} must be a seed >= 0, got {rng!r}")
    return np.random.default_rng(np.random.SeedSequence(int(rng), spawn_key=(zlib.crc32(stream.encode()), level)))
