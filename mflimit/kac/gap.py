"""The generator of Kac's walk on polynomials, and its spectral gap."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._validate import positive_integer
from .angles import AngleLaw, angle_law

Array = NDArray[np.float64]

_LARGEST = 4000


def generator_matrix(
    n: int, degree: int, *, angle: Any = None, symmetric: bool = True
) -> tuple[Array, list[tuple[int, ...]]]:
    """The generator L of Kac's walk (γ = 0, N collisions in unit time) on the homogeneous polynomials of a degree.

        L F(v) = (2/(N − 1)) Σ_{i<j} ∫ (F(R_ij(θ) v) − F(v)) g(θ)dθ

    L commutes with |v|², hence on the sphere this is L on all polynomials of at most this degree and of its parity.
    The columns of the matrix hold the images of the basis: for symmetric polynomials the monomial symmetric functions
    m_λ, λ running over the partitions of the degree into at most n parts; otherwise all monomials.

    Parameters
    ----------
    n : int
        N >= 2.
    degree : int
    angle : None, function, pair (angles, weights), or AngleLaw
        g; None is uniform.
    symmetric : bool

    Returns
    -------
    matrix : (size, size) array
    exponents : list of tuples of n integers
        The basis, a partition or monomial each.

    Raises
    ------
    ValueError
        For n < 2, or a basis of more than 4000 polynomials.

    Examples
    --------
    The energy m_2 = Σ v_i² does not change, and Σ_{i<j} v_i v_j decays at the rate N:

    >>> matrix, partitions = generator_matrix(3, 2)
    >>> partitions, (matrix.round(12) + 0.0).tolist()
    ([(2, 0, 0), (1, 1, 0)], [[0.0, 0.0], [0.0, -3.0]])
    """
    size, top = positive_integer("n", n), positive_integer("degree", degree)
    if size < 2:
        raise ValueError(f"n must be >= 2, got {n!r}")
    if not symmetric and comb(size + top - 1, top) > _LARGEST:
        raise ValueError(
            f"n = {size} and degree = {top} make {comb(size + top - 1, top)} monomials, more than {_LARGEST}: "
            "lower one of them, or take symmetric=True"
        )
    basis = list(_partitions(top, size, top)) if symmetric else list(_compositions(top, size))
    place = {exponents: column for column, exponents in enumerate(basis)}
    rotated = _rotated_monomials(top, angle_law(angle))
    matrix = np.zeros((len(basis), len(basis)))
    for row, exponents in enumerate(basis):
        for i, j in combinations(range(size), 2):
            total = exponents[i] + exponents[j]
            for a in range(total + 1):
                source = list(exponents)
                source[i], source[j] = a, total - a
                column = place[tuple(sorted(source, reverse=True) if symmetric else source)]
                matrix[row, column] += 2 / (size - 1) * rotated[total][exponents[i], a]
        matrix[row, row] -= size
    return matrix, basis


def spectral_gap(n: int, degree: int = 4, *, angle: Any = None, symmetric: bool = True) -> float:
    """The smallest eigenvalue of −L, other than 0, on the polynomials of at most this degree.

    For the uniform law it is (N + 2)/(2(N − 1)), from degree 4 on: the eigenfunction is Σ v_i⁴ − 3N²/(N + 2).

    Raises
    ------
    ValueError
        For n < 2, degree < 2, or a basis too large.

    Source: E. A. Carlen, M. C. Carvalho and M. Loss, Determination of the spectral gap for Kac's master equation and
    related stochastic evolution, Acta Math. 191 (2003).

    Examples
    --------
    >>> round(spectral_gap(8), 10), round((8 + 2) / (2 * (8 - 1)), 10)
    (0.7142857143, 0.7142857143)
    """
    if positive_integer("degree", degree) < 2:
        raise ValueError(f"degree must be >= 2, got {degree!r}")
    law = angle_law(angle)
    rates = [
        np.linalg.eigvals(-generator_matrix(n, d, angle=law, symmetric=symmetric)[0]).real for d in (degree, degree - 1)
    ]
    found = np.concatenate(rates)
    # the eigenvalue 0 of a polynomial in |v|² is there once, in the even degree
    return float(np.sort(found)[1])


def _partitions(total: int, parts: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Partitions of `total` into at most `parts` parts, padded with zeros, the largest part first."""
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(min(total, largest), -1, -1):
        if first * parts >= total:
            for rest in _partitions(total - first, parts - 1, first):
                yield (first, *rest)


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All exponents of monomials of degree `total` in `parts` variables."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total, -1, -1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def _rotated_monomials(degree: int, law: AngleLaw) -> list[Array]:
    """A table for each s <= degree: [c, a] is the coefficient of x^c y^{s−c} in the mean over θ of

    (x cos θ + y sin θ)^a (y cos θ − x sin θ)^{s−a}.
    """
    moments = law.moments(degree)
    tables = []
    for total in range(degree + 1):
        table = np.zeros((total + 1, total + 1))
        for a in range(total + 1):
            b = total - a
            for k in range(a + 1):  # x^k from the first factor, x^m from the second
                for m in range(b + 1):
                    weight = comb(a, k) * comb(b, m) * (-1) ** m
                    table[k + m, a] += weight * moments[k + b - m, a - k + m]
        tables.append(table)
    return tables
