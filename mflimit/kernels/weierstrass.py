"""The logarithm on the square torus, by Weierstrass's functions of the lattice Z + iZ.

With z = x_1 + i x_2 the gradient of the zero-mean periodisation of log|x|, read as a complex number, is the
conjugate of

    ζ(z) − π z̄,      ζ(z) = 1/z − Σ_{k≥1} G_{4k} z^{4k−1},      G_m = Σ_{ω≠0} ω^{−m},

and the potential itself is log|z| − Re Σ_{k≥1} G_{4k} z^{4k}/(4k) − π|z|²/2 + c.  (Whittaker–Watson, ch. XX; the term
π z̄ is the neutralising background.)  On the cell |z⁴| ≤ 1/4, and the singularity next to it is at z⁴ = 1: the Taylor
series needs 26 terms for full precision; the best polynomial on the set {z⁴: z in the cell} needs 16.
"""

from __future__ import annotations

from functools import cache, lru_cache
from math import gamma

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_TERMS = 40
_CENTRE = -0.05


@lru_cache(maxsize=1)
def eisenstein() -> Array:
    """G_4, G_8, …, G_{4·40}: G_4 = Γ(1/4)⁸/(960π²), the others by the recurrence of ℘'s Laurent coefficients."""
    # ℘(z) = z^{−2} + Σ_{n≥2} c_n z^{2n−2}, c_n = (2n−1) G_{2n}; c_3 = 0 on the square lattice.
    c = np.zeros(2 * _TERMS + 1)
    c[2] = 3 * gamma(0.25) ** 8 / (960 * np.pi**2)
    for n in range(4, 2 * _TERMS + 1, 2):
        c[n] = 3 / ((2 * n + 1) * (n - 3)) * np.dot(c[2 : n - 1], c[n - 2 : 1 : -1])
    even = np.arange(2, 2 * _TERMS + 1, 2)
    return c[even] / (2 * even - 1)


@cache
def polynomial(tol: float) -> tuple[float, Array]:
    """Real coefficients c with |z³ Σ_k c_k (z⁴ − centre)^k − Σ_{k≥1} G_{4k} z^{4k−1}| ≤ tol on the unit cell.

    Returns
    -------
    centre, coefficients
    """
    # An analytic function's error is largest on the boundary, and the cell's symmetries reduce it to one edge.
    z = 0.5 + 0.5j * np.cos(np.pi * np.arange(401) / 400)
    w, cube = z**4, z**3
    target = cube * np.polynomial.polynomial.polyval(w, eisenstein())
    scale = 0.2
    for count in range(4, 24):
        basis = ((w - _CENTRE) / scale)[:, None] ** np.arange(count) * cube[:, None]
        real = np.concatenate([basis.real, basis.imag])
        solution = np.linalg.lstsq(real, np.concatenate([target.real, target.imag]), rcond=None)[0]
        if np.abs(basis @ solution - target).max() <= max(tol, 2e-15):
            break
    return _CENTRE, solution / scale ** np.arange(count)


@lru_cache(maxsize=1)
def _constant() -> float:
    """c: the potential at (½, ½) is (log 2)/2, since G(½, ½) = −log 2/(4π) for −ΔG = δ − 1."""
    return float(np.log(2) / 2 - _without_constant(np.array([0.5]), np.array([0.5]))[0])


def _without_constant(x: Array, y: Array) -> Array:
    w = (x + 1j * y) ** 4
    k = np.arange(1, _TERMS + 1)
    series = np.polynomial.polynomial.polyval(w, np.concatenate([[0.0], eisenstein() / (4 * k)]))
    with np.errstate(divide="ignore"):
        return 0.5 * np.log(x * x + y * y) - series.real - 0.5 * np.pi * (x * x + y * y)


def log_potential(x: Array, y: Array) -> Array:
    """The zero-mean periodisation of log|x| on the unit torus; x and y in [−½, ½]; −inf at 0."""
    return _without_constant(x, y) + _constant()
