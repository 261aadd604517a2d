"""N particles that attract by sign, K = (γ/2) sgn with γ < 0, on the line: their equilibrium, gap by gap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .._validate import number, positive_integer, positive_number

Array = NDArray[np.float64]


def gap_rates(n_particles: int, gamma: float, sigma: float) -> Array:
    """The rates |γ| m(N − m)/(2σN), m = 1, …, N − 1, of the gaps X_(m+1) − X_(m) of N particles at equilibrium, γ < 0.

    Seen from the centre of mass the particles have the Gibbs density ∝ e^{−(|γ|/2σN) Σ_{i<j} |x_i − x_j|}, and
    Σ_{i<j} |x_i − x_j| = Σ_m m(N − m)(x_(m+1) − x_(m)): the gaps are independent exponentials.

    Source: S. Pal and J. Pitman, One-dimensional Brownian particle systems with rank-dependent drifts, Ann. Appl.
    Probab. 18 (2008).

    >>> gap_rates(4, gamma=-2.0, sigma=0.5)
    array([1.5, 2. , 1.5])
    """
    n_particles = positive_integer("n_particles", n_particles)
    gamma, sigma = number("gamma", gamma), positive_number("sigma", sigma)
    if gamma >= 0:
        raise ValueError(f"gamma must be < 0 for an equilibrium, got {gamma!r}")
    m = np.arange(1.0, n_particles)
    return -gamma * m * (n_particles - m) / (2 * sigma * n_particles)


def sample_equilibrium(
    n_particles: int, gamma: float, sigma: float, rng: int | np.random.Generator | None = 0, copies: int | None = None
) -> Array:
    """Exact draws of the N particles at equilibrium, γ < 0, with centre of mass 0 and in random order.

    Returns
    -------
    array (N, 1), or (copies, N, 1)

    Examples
    --------
    >>> x = sample_equilibrium(1000, gamma=-1.0, sigma=0.5)
    >>> x.shape, bool(abs(x.mean()) < 1e-12)
    ((1000, 1), True)
    """
    rates = gap_rates(n_particles, gamma, sigma)
    rows = 1 if copies is None else positive_integer("copies", copies)
    rng = np.random.default_rng(rng)
    x = np.zeros((rows, n_particles))
    np.cumsum(rng.standard_exponential((rows, n_particles - 1)) / rates, axis=1, out=x[:, 1:])
    x -= x.mean(axis=1, keepdims=True)
    x = rng.permuted(x, axis=1)[..., None]
    return x[0] if copies is None else x
