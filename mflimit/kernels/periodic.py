"""The zero-mean periodisation of |x|^{-s} and of −log|x|, exactly.

Write g_s(x) = |x|^{-s} for s > 0 and g_0(x) = −log|x|.  Its zero-mean periodisation G_s on the unit torus has the
Fourier coefficients ĝ_s(k), k ≠ 0, and Ĝ_s(0) = 0.  The Gamma integral of |x|^{-s}, split at t = α², turns it into two
series that both converge like Gaussians (Ewald 1921; for general s: Crandall 1999): with Q = Γ(·,·)/Γ regularised,

    G_s(x) = Σ_n |x+n|^{-s} Q(s/2, α²|x+n|²) − π^{d/2} α^{s−d} / (Γ(s/2) (d−s)/2)
             + π^{s−d/2}/Γ(s/2) Σ_{k≠0} |k|^{s−d} Γ((d−s)/2, π²|k|²/α²) cos 2πk·x                        (s > 0),
    G_0(x) = ½ [Σ_n E_1(α²|x+n|²) − 2π^{d/2} α^{−d}/d + π^{−d/2} Σ_{k≠0} |k|^{−d} Γ(d/2, π²|k|²/α²) cos 2πk·x],

the second being the derivative of the first at s = 0.  The force is −∇G_s; its singular part is c x|x|^{−s−2}, with
c = s (c = 1 for s = 0), and with the identity d/dz [z^{−a} Γ(a, z)] = −z^{−a−1} Γ(a+1, z)

    −∇G_s = Σ_n c (x+n) |x+n|^{−s−2} Q(s/2 + 1, α²|x+n|²) + Fourier part.

Every function below takes points of the unit torus; other boxes follow by scaling.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from scipy import special

from .._jit import jit

Array = NDArray[np.float64]

#: The splitting parameter that balances the two series on the unit lattice.
ALPHA = float(np.sqrt(np.pi))


def force_constant(s: float) -> float:
    """c in −∇g_s = c x|x|^{−s−2}."""
    return s if s > 0 else 1.0


def symbol_constant(s: float, dim: int) -> float:
    """ĝ_s(k) = constant · |k|^{s−d}: π^{s−d/2} Γ((d−s)/2)/Γ(s/2), and π^{−d/2} Γ(d/2)/2 for s = 0."""
    if s == 0:
        return 0.5 * np.pi ** (-dim / 2) * special.gamma(dim / 2)
    return np.pi ** (s - dim / 2) * special.gamma((dim - s) / 2) / special.gamma(s / 2)


def _cell(x: Array) -> Array:
    return x - np.floor(x + 0.5)


def _lattice(dim: int, reach: int) -> Array:
    return np.array(list(itertools.product(range(-reach, reach + 1), repeat=dim)), dtype=float)


def _reaches(alpha: float) -> tuple[int, int]:
    """How far the two series go for 1e-17: e^{−α²(n−½)²} and e^{−π²k²/α²}."""
    decay = np.sqrt(17 * np.log(10.0))
    return int(np.ceil(decay / alpha + 0.5)), int(np.ceil(alpha * decay / np.pi))


def _fourier(s: float, dim: int, alpha: float) -> tuple[Array, Array]:
    """Half of the wave vectors k ≠ 0 (the others follow by symmetry) and twice their weights."""
    k = _lattice(dim, _reaches(alpha)[1])
    k = k[len(k) // 2 + 1 :]
    square = (k * k).sum(axis=1)
    upper = special.gammaincc((dim - s) / 2, np.pi**2 * square / alpha**2)
    return k, 2 * symbol_constant(s, dim) * square ** ((s - dim) / 2) * upper


def potential(s: float, x: Array, alpha: float = ALPHA) -> Array:
    """G_s at the points x of the unit torus, shape (…, d) → (…); inf at 0.

    Parameters
    ----------
    s : float
        0 ≤ s < d; 0 means −log|x|.
    alpha : float
        The splitting parameter; the result does not depend on it.
    """
    dim = x.shape[-1]
    points = _cell(x).reshape(-1, dim)
    k, weights = _fourier(s, dim, alpha)
    total = np.cos(2 * np.pi * points @ k.T) @ weights
    with np.errstate(divide="ignore"):
        for n in _lattice(dim, _reaches(alpha)[0]):
            square = ((points + n) ** 2).sum(axis=1)
            if s > 0:
                total += special.gammaincc(s / 2, alpha**2 * square) * square ** (-s / 2)
            else:
                total += 0.5 * special.exp1(alpha**2 * square)
    mean = np.pi ** (dim / 2) * alpha ** (s - dim) * 2 / (dim - s)
    total -= mean / special.gamma(s / 2) if s > 0 else 0.5 * mean
    return total.reshape(x.shape[:-1])


def force(s: float, x: Array, alpha: float = ALPHA, nearest: bool = True) -> Array:
    """−∇G_s at the points x of the unit torus, shape (…, d) → (…, d).

    With `nearest=False` the nearest image's full force c x|x|^{−s−2} is left out, and what remains is smooth on the
    cell [−½, ½]^d.
    """
    dim = x.shape[-1]
    points = _cell(x).reshape(-1, dim) if nearest else x.reshape(-1, dim)
    k, weights = _fourier(s, dim, alpha)
    total = np.sin(2 * np.pi * points @ k.T) @ (2 * np.pi * weights[:, None] * k)
    c = force_constant(s)
    for n in _lattice(dim, _reaches(alpha)[0]):
        shifted = points + n
        square = (shifted**2).sum(axis=1)
        if n.any() or nearest:
            share = special.gammaincc(s / 2 + 1, alpha**2 * square)
        else:
            share = -special.gammainc(s / 2 + 1, alpha**2 * square)
        with np.errstate(divide="ignore", invalid="ignore"):
            total += (c * share * square ** (-s / 2 - 1))[:, None] * shifted
    return total.reshape(x.shape)


def _nodes(count: int) -> Array:
    """Chebyshev points t on [−1, 1]; u = x² = (t + 1)/8 covers the half cell."""
    return np.cos(np.pi * (np.arange(count) + 0.5) / count)


def _interpolate(values: Array) -> Array:
    """Chebyshev coefficients along every axis of values on tensor Chebyshev points."""
    for axis in range(values.ndim):
        count = values.shape[axis]
        basis = chebyshev.chebvander(_nodes(count), count - 1)
        weights = np.where(np.arange(count) == 0, 1.0, 2.0) / count
        values = np.moveaxis(np.tensordot(weights[:, None] * basis.T, values, axes=(1, axis)), 0, axis)
    return values


@lru_cache(maxsize=64)
def correction(s: float, dim: int, tol: float) -> Array:
    """The smooth part of the periodised force as a polynomial.

    On the cell [−½, ½]^d the i-th component of the force, less its nearest image, is x_i p(t_i; t_j, …) with
    t = 8x² − 1 and p = Σ C[a, b, …] t_i^a t_j^b … analytic, and symmetric in the arguments after the first.

    Parameters
    ----------
    s : float
    dim : int
    tol : float
        The absolute error of the force.

    Returns
    -------
    array of shape (n,)·d
        The coefficients C; those that do not matter at `tol` are 0.
    """
    count = 22
    t = _nodes(count)
    x = np.sqrt((t + 1) / 8)
    grid = np.stack(np.meshgrid(*[x] * dim, indexing="ij"), axis=-1)
    values = np.empty(grid.shape[:-1])
    # Only ordered trailing arguments need be computed: p is symmetric in them.
    index = np.indices(values.shape).reshape(dim, -1)
    ordered = (np.diff(index[1:], axis=0) >= 0).all(axis=0)
    chosen = tuple(index[:, ordered])
    values[chosen] = force(s, grid[chosen], nearest=False)[:, 0] / grid[chosen][:, 0]
    for permutation in itertools.permutations(range(1, dim)):
        values[(chosen[0], *[chosen[axis] for axis in permutation])] = values[chosen]
    coefficients = np.ascontiguousarray(_interpolate(values))
    # What is left out is below tol in root mean square; rounding in the nodes' values is about 1e-15.
    order = np.argsort(np.abs(coefficients), axis=None)
    discarded = np.sqrt(np.cumsum(coefficients.ravel()[order] ** 2)) <= max(tol, 1e-14)
    coefficients.ravel()[order[discarded]] = 0.0
    size = 1 + max(int(np.max(i, initial=0)) for i in np.nonzero(coefficients))
    coefficients = coefficients[(slice(size),) * dim]
    to_powers = np.array([np.pad(chebyshev.cheb2poly(row), (0, size))[:size] for row in np.eye(size)])
    for axis in range(dim):
        coefficients = np.moveaxis(np.tensordot(to_powers.T, coefficients, axes=(1, axis)), 0, axis)
    return np.ascontiguousarray(coefficients)


@jit
def add_correction(c, z, scale, out):
    """out_i += scale · z_i p(t_i; …), t = 8z² − 1, for a block of displacements: z and out (d, n), d = 2 or 3.

    The loops over coefficients are outside, those over the block inside, where they vectorise.
    """
    d, n = z.shape
    t = 8.0 * z * z - 1.0
    rows = np.empty(n)
    columns = np.empty(n)
    total = np.empty(n)
    middle = c.shape[1] if d == 3 else 1
    last = c.shape[d - 1]
    table = c.reshape(c.shape[0], middle, last)
    for i in range(d):
        first = t[i]
        second = t[(i + 1) % d]
        third = t[(i + 2) % d] if d == 3 else t[(i + 1) % d]
        total[:] = 0.0
        for a in range(table.shape[0] - 1, -1, -1):
            rows[:] = 0.0
            for b in range(middle - 1, -1, -1):
                columns[:] = 0.0
                k = last - 1
                while k > 0 and table[a, b, k] == 0.0:
                    k -= 1
                for e in range(k, -1, -1):
                    value = table[a, b, e]
                    for j in range(n):
                        columns[j] = columns[j] * third[j] + value
                for j in range(n):
                    rows[j] = rows[j] * second[j] + columns[j]
            for j in range(n):
                total[j] = total[j] * first[j] + rows[j]
        for j in range(n):
            out[i, j] += scale * z[i, j] * total[j]
