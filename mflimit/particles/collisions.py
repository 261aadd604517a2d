"""Molecules in space, without positions: pairs collide and scatter in all directions alike."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._jit import inlined_jit, parallel_jit
from .._random import generator
from .._streams import disc, index, pair, streams, uniform
from .._validate import increasing_times, nonnegative_number, option, positive_number
from .jumps import Walk, accepted, floor_of, power, velocities

Array = NDArray[np.float64]

_SCHEMES = ("bird", "nanbu")


def simulate_collisions(
    v0: ArrayLike,
    times: ArrayLike,
    rng: Any = 0,
    *,
    gamma: float = 0.0,
    scheme: str = "bird",
    dt: float | None = None,
) -> Walk:
    """N molecules in the plane or in space whose velocities collide in pairs, from `v0` at `times[0]` on.

    Each pair i < j collides at the rate (2/(N − 1)) |v_i − v_j|^γ,

        v_i, v_j  ↦  (v_i + v_j)/2 ± |v_i − v_j| ω/2,   ω uniform on the unit sphere.

    γ = 0 are Maxwellian molecules, with N collisions in unit time, 2 a molecule; γ = 1 hard spheres.  As N → ∞ their
    law tends to the solution of Boltzmann's equation, homogeneous in space, ∂_t f = 2 ∫∫ |v − w|^γ (f(v')f(w') −
    f(v)f(w)) dw dω: of `exact.BKW` for γ = 0.  Momentum and energy are kept up to rounding errors.

    Parameters
    ----------
    v0 : (n, d), or (R, n, d) for R independent copies
        d = 2 or 3, n >= 2.
    times : (T,)
        Increasing output times; the first is that of `v0`.
    rng : int or numpy.random.Generator
        The same seed gives the same bits for any number of threads.
    gamma : float
        γ in [0, 2].
    scheme : str
        "bird" is this jump process itself, one collision after the other, with no error in time; candidates come at
        a bound of their rate and are thinned.  "nanbu" is Nanbu's scheme in the form of Babovsky, which conserves in
        each collision: in each step of length dt the molecules are paired at random, once, and a pair collides with
        the probability 1 − exp(−2 |v_i − v_j|^γ dt); of first order in dt.
    dt : float
        The longest step of "nanbu".

    Returns
    -------
    Walk
        `times` (T,), `v` (T, n, d) or (T, R, n, d), `collisions`.

    Raises
    ------
    TypeError, ValueError
        For an argument that makes no sense; the message names it.

    Sources: G. A. Bird, Molecular gas dynamics and the direct simulation of gas flows (1994); K. Nanbu, J. Phys. Soc.
    Japan 49 (1980); H. Babovsky, Eur. J. Mech. B 8 (1989).

    Examples
    --------
    >>> v0 = np.random.default_rng(0).choice([-1.0, 1.0], size=(1000, 3))
    >>> run = simulate_collisions(v0, [0.0, 5.0])
    >>> bool(np.allclose(run.v.sum(axis=1)[1], v0.sum(axis=0), atol=1e-10)), run.v.shape
    (True, (2, 1000, 3))
    """
    start = velocities(v0, "(n, d) or (R, n, d) with d = 2 or 3", (2, 3))
    grid = increasing_times("times", times)
    exponent = nonnegative_number("gamma", gamma)
    if exponent > 2:
        raise ValueError(f"gamma must be in [0, 2], got {gamma!r}")
    steps = _steps(option("scheme", scheme, _SCHEMES), dt, grid)
    source = generator(rng, "collisions")
    copies = start.reshape(-1, *start.shape[-2:])
    v = np.empty((grid.size, *copies.shape))
    v[0] = copies
    states = streams(source, len(copies))
    durations = np.diff(grid)
    counts = np.zeros((durations.size, len(copies)), dtype=np.int64)
    if steps is not None:
        _paired(v, durations, steps, exponent, counts, states)
    elif exponent == 0:
        counts[:] = source.poisson(copies.shape[1] * durations[:, None], size=counts.shape)
        _maxwellian(v, counts, states)
    else:
        _thinned(v, durations, exponent, counts, states)
    return Walk(grid, v.reshape(grid.size, *start.shape), int(counts.sum()))


def _steps(scheme: str, dt: float | None, grid: Array) -> NDArray[np.int64] | None:
    if scheme == "bird":
        if dt is not None:
            raise ValueError(f"dt is for scheme='nanbu', got dt = {dt!r} with scheme='bird'")
        return None
    if dt is None:
        raise ValueError("dt must be given for scheme='nanbu', got None")
    longest = positive_number("dt", dt)
    return np.array([max(1, math.ceil(gap / longest * (1 - 1e-12))) for gap in np.diff(grid)], dtype=np.int64)


@inlined_jit
def _direction(state, dim):
    """A uniform point of the unit circle or sphere (Marsaglia 1972); the third coordinate is 0 in the plane."""
    x, y, square = disc(state)
    if dim == 2:
        return (x * x - y * y) / square, 2.0 * x * y / square, 0.0
    root = 2.0 * np.sqrt(1.0 - square)
    return x * root, y * root, 1.0 - 2.0 * square


@inlined_jit
def _collide(v, i, j, state):
    """v_i, v_j ↦ (v_i + v_j)/2 ± |v_i − v_j| ω/2, in place."""
    dim = v.shape[1]
    half = 0.5 * np.sqrt(_square_distance(v, i, j))
    direction = _direction(state, dim)
    for axis in range(dim):
        mean, kick = 0.5 * (v[i, axis] + v[j, axis]), half * direction[axis]
        v[i, axis] = mean + kick
        v[j, axis] = mean - kick


@inlined_jit
def _square_distance(v, i, j):
    total = 0.0
    for axis in range(v.shape[1]):
        total += (v[i, axis] - v[j, axis]) ** 2
    return total


@inlined_jit
def _square_from(v, i, centre):
    total = 0.0
    for axis in range(v.shape[1]):
        total += (v[i, axis] - centre[axis]) ** 2
    return total


@inlined_jit
def _bound(v, centre):
    """4 max_i |v_i − centre|², which bounds |v_i − v_j|²."""
    largest = 0.0
    for i in range(v.shape[0]):
        largest = max(largest, _square_from(v, i, centre))
    return 4.0 * largest


@parallel_jit
def _maxwellian(v, counts, states):
    """counts[t, r] collisions of copy r between the times t and t + 1."""
    n = v.shape[2]
    for r in numba.prange(v.shape[1]):
        state = states[r]
        for t in range(counts.shape[0]):
            now = v[t + 1, r]
            now[:] = v[t, r]
            for _ in range(counts[t, r]):
                i, j = pair(state, n)
                _collide(now, i, j, state)


@parallel_jit
def _thinned(v, durations, gamma, counts, states):
    """Candidates at the rate N bound^{γ/2}, the bound known from the past, so that thinning is exact.

    `remaining` is the time left in units of the mean wait for a candidate, which changes with the bound; the waits
    are −log of uniform numbers, of which the product is kept.
    """
    n, dim = v.shape[2], v.shape[3]
    for r in numba.prange(v.shape[1]):
        state = states[r]
        centre = np.zeros(dim)
        for i in range(n):
            for axis in range(dim):
                centre[axis] += v[0, r, i, axis] / n
        for t in range(durations.size):
            now = v[t + 1, r]
            now[:] = v[t, r]
            bound = _bound(now, centre)
            remaining, done = n * power(bound, gamma) * durations[t], 0
            product, floor = 1.0, floor_of(remaining)
            while bound > 0.0:
                product *= 1.0 - uniform(state)
                if product < floor:
                    remaining += np.log(product)
                    if remaining < 0.0:
                        break
                    product, floor = 1.0, floor_of(remaining)
                i, j = pair(state, n)
                if not accepted(uniform(state), _square_distance(now, i, j), bound, gamma):
                    continue
                _collide(now, i, j, state)
                done += 1
                fresh = 4.0 * max(_square_from(now, i, centre), _square_from(now, j, centre))
                if done % n == 0:
                    fresh = _bound(now, centre)
                if fresh > bound or done % n == 0:
                    remaining = (remaining + np.log(product)) * power(fresh / bound, gamma)
                    bound, product, floor = fresh, 1.0, floor_of(remaining)
            counts[t, r] = done


@parallel_jit
def _paired(v, durations, steps, gamma, counts, states):
    """In each step a random permutation (Fisher and Yates), cut into pairs; of an odd number, one is left out.

    A molecule is in a pair with probability 1 (n even) or (n − 1)/n: its partner is any other with 1/(n − 1), or 1/n.
    """
    n = v.shape[2]
    for r in numba.prange(v.shape[1]):
        state = states[r]
        order = np.arange(n)
        # the share of the pairs that are formed, to be made up for when n is odd
        weight = 2.0 * (n / (n - 1.0) if n % 2 else 1.0)
        for t in range(durations.size):
            now = v[t + 1, r]
            now[:] = v[t, r]
            step = weight * durations[t] / steps[t]
            for _ in range(steps[t]):
                for last in range(n - 1, 0, -1):
                    other = index(state, last + 1)
                    order[last], order[other] = order[other], order[last]
                for first in range(0, n - 1, 2):
                    i, j = order[first], order[first + 1]
                    rate = step * power(_square_distance(now, i, j), gamma)
                    if uniform(state) < -np.expm1(-rate):
                        _collide(now, i, j, state)
                        counts[t, r] += 1
