"""Kac's walk: N velocities on the line that collide in pairs and keep their energy."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._jit import inlined_jit, parallel_jit
from .._random import generator
from .._streams import disc, index, pair, streams, uniform
from .._validate import increasing_times, nonnegative_number
from ..particles.jumps import Walk, accepted, floor_of, power, velocities
from .angles import angle_law

Array = NDArray[np.float64]


def walk(
    v0: ArrayLike,
    times: ArrayLike,
    rng: Any = 0,
    *,
    angle: Any = None,
    gamma: float = 0.0,
) -> Walk:
    """Kac's walk on the sphere Σ v_i² = const, from `v0` at `times[0]` on, without error in time.

    Each pair i < j collides at the rate (2/(N − 1)) (v_i² + v_j²)^{γ/2},

        (v_i, v_j)  ↦  (v_i cos θ + v_j sin θ, v_j cos θ − v_i sin θ),   θ of law g.

    With γ = 0 (Maxwellian molecules) there are N collisions in unit time, 2 a particle, as in
    `solve_kac_boltzmann`; γ = 1 resembles hard spheres.  The uniform law of the sphere is invariant for every γ and g.
    Collisions are drawn one after the other: for γ = 0 their number in each interval is a Poisson variable; for
    γ > 0 candidates come at a rate that bounds all the others, and are thinned.  The energy is kept up to rounding
    errors, of a relative 1e-16 a collision of each particle; nothing is renormalised.

    Parameters
    ----------
    v0 : (n,), or (R, n) for R independent copies
        n >= 2.
    times : (T,)
        Increasing output times; the first is that of `v0`.
    rng : int or numpy.random.Generator
        The same seed gives the same bits for any number of threads.
    angle : None, function, pair (angles, weights), or AngleLaw
        g; None is uniform.
    gamma : float
        γ >= 0.

    Returns
    -------
    Walk
        `times` (T,), `v` (T, n) or (T, R, n), `collisions`.

    Raises
    ------
    TypeError, ValueError
        For an argument that makes no sense; the message names it.

    Source: M. Kac, Foundations of kinetic theory, Proc. 3rd Berkeley Symp. III (1956).

    Examples
    --------
    The fourth moment relaxes from 1 to that of the sphere, 3N/(N + 2):

    >>> run = walk(np.ones((2000, 10)), [0.0, 20.0])
    >>> run.v.shape, bool(abs((run.v[-1] ** 4).mean() - 2.5) < 0.1)
    ((2, 2000, 10), True)
    """
    start = velocities(v0, "(n,) or (R, n)", ())
    grid = increasing_times("times", times)
    exponent = nonnegative_number("gamma", gamma)
    law = angle_law(angle)
    source = generator(rng, "kac.walk")
    copies = start.reshape(-1, start.shape[-1])
    v = np.empty((grid.size, *copies.shape))
    v[0] = copies
    states = streams(source, len(copies))
    durations = np.diff(grid)
    if exponent == 0:
        counts = source.poisson(copies.shape[1] * durations[:, None], size=(durations.size, len(copies)))
        _maxwell_walks(v, counts, states, law.uniform, *law.table())
    else:
        counts = np.zeros((durations.size, len(copies)), dtype=np.int64)
        _thinned_walks(v, durations, exponent, counts, states, law.uniform, *law.table())
    return Walk(grid, v.reshape(grid.size, *start.shape), int(counts.sum()))


@inlined_jit
def _rotation(state, isotropic, cosine, sine, keep, alias):
    """cos θ and sin θ; for the uniform law, the double of the angle of a point of the disc."""
    if isotropic:
        x, y, square = disc(state)
        return (x * x - y * y) / square, 2.0 * x * y / square
    atom = index(state, keep.size)
    if uniform(state) >= keep[atom]:
        atom = alias[atom]
    return cosine[atom], sine[atom]


@inlined_jit
def _collide(v, i, j, c, s):
    """The rotation of (v_i, v_j), in place."""
    first, second = v[i], v[j]
    v[i] = c * first + s * second
    v[j] = c * second - s * first


@parallel_jit
def _maxwell_walks(v, counts, states, isotropic, cosine, sine, keep, alias):
    """counts[t, r] collisions of copy r between the times t and t + 1."""
    n = v.shape[2]
    for r in numba.prange(v.shape[1]):
        state = states[r]
        for t in range(counts.shape[0]):
            now = v[t + 1, r]
            now[:] = v[t, r]
            for _ in range(counts[t, r]):
                i, j = pair(state, n)
                c, s = _rotation(state, isotropic, cosine, sine, keep, alias)
                _collide(now, i, j, c, s)


@parallel_jit
def _thinned_walks(v, durations, gamma, counts, states, isotropic, cosine, sine, keep, alias):
    """Candidates at the rate N bound^{γ/2}, bound ≥ 2 max v² known from the past, so that thinning is exact.

    `remaining` is the time left in units of the mean wait for a candidate, which changes with the bound; the waits
    are −log of uniform numbers, of which the product is kept.
    """
    n = v.shape[2]
    for r in numba.prange(v.shape[1]):
        state = states[r]
        for t in range(durations.size):
            now = v[t + 1, r]
            now[:] = v[t, r]
            bound = 2.0 * np.max(now * now)
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
                energy = now[i] * now[i] + now[j] * now[j]
                if not accepted(uniform(state), energy, bound, gamma):
                    continue
                c, s = _rotation(state, isotropic, cosine, sine, keep, alias)
                _collide(now, i, j, c, s)
                done += 1
                fresh = 2.0 * max(now[i] * now[i], now[j] * now[j])
                if done % n == 0:
                    fresh = 2.0 * np.max(now * now)
                if fresh > bound or done % n == 0:
                    remaining = (remaining + np.log(product)) * power(fresh / bound, gamma)
                    bound, product, floor = fresh, 1.0, floor_of(remaining)
            counts[t, r] = done
