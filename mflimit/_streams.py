"""Random numbers inside compiled loops: one stream a system, the same for any number of threads.

The generator is xoshiro256++ of D. Blackman and S. Vigna (ACM Trans. Math. Softw. 47, 2021): its state is 4 words of 64
bits, drawn once a system from the `numpy.random.Generator` of the caller, so that a period of 2^256 − 1 is shared out
at random.  A jump process needs a number of draws that only the process knows: they cannot be handed in as an array.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ._jit import inlined_jit

_TO_UNIT = 2.0**-53


def streams(source: np.random.Generator, count: int) -> NDArray[np.uint64]:
    """The states of so many streams, shape (count, 4); the all-zero state, a fixed point, has probability 2^−256."""
    return source.integers(0, 2**64, size=(count, 4), dtype=np.uint64)


@inlined_jit
def _rotated(word, bits):
    return (word << np.uint64(bits)) | (word >> np.uint64(64 - bits))


@inlined_jit
def uniform(state):
    """A number in [0, 1), a multiple of 2^−53; `state` (4,) moves on."""
    first, second, third, fourth = state[0], state[1], state[2], state[3]
    word = _rotated(first + fourth, 23) + first
    third ^= first
    fourth ^= second
    state[0] = first ^ fourth
    state[1] = second ^ third
    state[2] = third ^ (second << np.uint64(17))
    state[3] = _rotated(fourth, 45)
    return np.float64(word >> np.uint64(11)) * _TO_UNIT


@inlined_jit
def index(state, size):
    """A whole number in [0, size), uniform to a relative 2^−53 size."""
    return np.int64(uniform(state) * size)


@inlined_jit
def pair(state, size):
    """Two different whole numbers in [0, size), each ordered pair with probability 1/(size(size − 1))."""
    i = index(state, size)
    j = index(state, size - 1)
    return i, j + (j >= i)


@inlined_jit
def disc(state):
    """A uniform point of the unit disc, by rejection, and the square of its distance to the centre."""
    while True:
        x, y = 2.0 * uniform(state) - 1.0, 2.0 * uniform(state) - 1.0
        square = x * x + y * y
        if 0.0 < square < 1.0:
            return x, y, square
