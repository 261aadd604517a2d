"""u' = Au for a large matrix A that is only applied: the exponential in Krylov spaces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._jit import jit

Array = NDArray[np.float64]
Vector = NDArray[Any]
Apply = Callable[[Vector, Vector], None]

#: The share of the remaining norm that rounding errors in a long sum of Krylov vectors may take.
_ROUNDING = 4e-16


@dataclass(frozen=True)
class Exponential:
    """u at the output times, (T, n), the number of steps and the number of products with A."""

    values: Vector
    steps: int
    products: int


def exponential(
    apply: Apply,
    start: Vector,
    times: Array,
    tol: float,
    dimension: int = 40,
    keep: NDArray[np.int64] | slice = slice(None),
) -> Exponential:
    """u(t) = e^{(t − t_0)A} u_0 by Krylov steps, each as long as its share of the error `tol` allows.

    With the Arnoldi relation AV = VH + h w e^T a step is u(t + τ) = ‖u‖ V_+ e^{τH_+} e_1, where H_+ has one row more,
    h e^T, so that w takes part; the error of the step without w is bounded by it.  Output times within a step cost
    nothing but a small exponential.

    Parameters
    ----------
    apply : (y, out) ↦ None
        out = Ay.
    start : (n,) array
        u_0; its type is that of all vectors.
    times : (T,) increasing array
    tol : float
        The bound of the estimated error in the Euclidean norm, summed over the steps; at least that of rounding.
    dimension : int
        The largest dimension of the Krylov space.
    keep : indices
        The components that are returned.

    References
    ----------
    Y. Saad, Analysis of some Krylov subspace approximations to the matrix exponential operator, SIAM J. Numer. Anal. 29
    (1992).  R. B. Sidje, Expokit, ACM Trans. Math. Softw. 24 (1998).
    """
    state = start.copy()
    values = np.empty((times.size, state[keep].size), dtype=state.dtype)
    values[0] = state[keep]
    now, done, steps, products = float(times[0]), 1, 0, 0
    whole = float(times[-1] - times[0])
    basis = np.empty((min(dimension, state.size) + 1, state.size), dtype=state.dtype)
    guess = whole
    while done < times.size:
        norm = float(np.linalg.norm(state))
        if norm == 0.0:
            values[done:] = 0.0
            break
        rate = max(tol, _ROUNDING * norm) / whole
        remaining = float(times[-1]) - now
        matrix, size = _arnoldi(apply, state / norm, basis, norm, rate, remaining)
        products += size
        invariant = size == len(matrix)
        length = remaining if invariant else _longest(matrix, norm, rate, min(remaining, 2 * guess))
        guess = length
        end = now + length if length < remaining else float(times[-1])
        weights = np.zeros(len(matrix), dtype=state.dtype)
        weights[0] = norm
        gap, propagator = 0.0, np.eye(0)
        while now < end:
            # To the next output time or the end of the step; outputs at equal distances share their propagator.
            goal = min(float(times[done]), end)
            if abs(goal - now - gap) > 1e-13 * (goal - now):
                gap, propagator = goal - now, small_exponential((goal - now) * matrix)
            weights, now = propagator @ weights, goal
            if goal == times[done]:
                _combine(weights, basis, state)
                values[done] = state[keep]
                done += 1
        _combine(weights, basis, state)
        steps += 1
    return Exponential(values, steps, products)


def _arnoldi(
    apply: Apply, first: Vector, basis: Vector, norm: float, rate: float, remaining: float
) -> tuple[Vector, int]:
    """Orthonormal rows of `basis`; H_+ with a last column of zeros, or H where the space is invariant; the dimension.

    The space is not made larger than the remaining time asks for.
    """
    limit = len(basis) - 1
    matrix: Vector = np.zeros((limit + 1, limit + 1), dtype=first.dtype)
    basis[0] = first
    image = np.empty_like(first)
    for j in range(limit):
        apply(basis[j], image)
        before = float(np.linalg.norm(image))
        # Gram–Schmidt, twice: once leaves basis vectors that are not orthogonal to rounding errors.
        for _ in range(2):
            _project_out(basis, j + 1, image, matrix[:, j])
        after = float(np.linalg.norm(image))
        if after <= 1e-14 * before or j + 1 == first.size:
            return matrix[: j + 1, : j + 1], j + 1
        matrix[j + 1, j] = after
        np.divide(image, after, out=basis[j + 1])
        if j % 8 == 7 and _error(matrix[: j + 2, : j + 2], norm, remaining) <= rate * remaining:
            return matrix[: j + 2, : j + 2], j + 1
    return matrix, limit


def _error(matrix: Vector, norm: float, length: float) -> float:
    """The weight of the last vector: what the step would miss without it."""
    weight = abs(small_exponential(length * matrix)[-1, 0])
    return float(norm * weight) if np.isfinite(weight) else np.inf


def _longest(matrix: Vector, norm: float, rate: float, guess: float) -> float:
    """A step of nearly the greatest length whose error is within rate · length; it behaves like length^size."""
    length = guess
    power = max(len(matrix) - 2, 1)
    for _ in range(60):
        error = _error(matrix, norm, length)
        if error <= rate * length:
            return length
        factor = (rate * length / error) ** (1 / power) if np.isfinite(error) else 0.5
        length *= 0.95 * min(max(factor, 0.2), 0.95)
    raise ArithmeticError(f"no step of length >= {length:.3g} is accurate to {rate * length:.3g}: take a larger tol")


# Loops instead of BLAS, whose threads take up to a thousand times longer for matrices of this size on a busy machine.


@jit
def _project_out(basis, count, image, overlaps):
    """Take the components along the first rows of `basis` out of the image, and add them to `overlaps`."""
    found = np.zeros(count, dtype=image.dtype)
    for i in range(count):
        row = basis[i]
        total = image[0] * 0
        for n in range(image.size):
            total += np.conj(row[n]) * image[n]
        found[i] = total
    for i in range(count):
        row = basis[i]
        factor = found[i]
        for n in range(image.size):
            image[n] -= factor * row[n]
        overlaps[i] += factor


@jit
def _combine(weights, basis, out):
    """out = Σ_i weights_i basis_i."""
    out[:] = 0
    for i in range(weights.size):
        row = basis[i]
        factor = weights[i]
        for n in range(out.size):
            out[n] += factor * row[n]


@jit
def small_exponential(matrix):
    """e^M of a small matrix: Taylor's polynomial of degree 16 at M/2^s, ‖M/2^s‖_1 <= ½, squared s times."""
    size = len(matrix)
    norm = 0.0
    for j in range(size):
        norm = max(norm, np.abs(matrix[:, j]).sum())
    squarings = max(0, int(np.ceil(np.log2(2 * norm)))) if norm > 0 else 0
    scaled = matrix / 2.0**squarings
    result = np.eye(size).astype(matrix.dtype)
    work = np.empty_like(result)
    for degree in range(16, 0, -1):
        _multiply(scaled, result, work)
        for i in range(size):
            for j in range(size):
                result[i, j] = work[i, j] / degree
            result[i, i] += 1
    for _ in range(squarings):
        _multiply(result, result, work)
        result, work = work, result
    return result


@jit
def _multiply(a, b, out):
    for i in range(len(a)):
        line = out[i]
        line[:] = 0
        for k in range(len(b)):
            factor = a[i, k]
            row = b[k]
            for j in range(line.size):
                line[j] += factor * row[j]
