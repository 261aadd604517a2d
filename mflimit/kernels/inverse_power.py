"""Pair functions of x|x|^{−p}, p = s + 2: the force of log, Coulomb and Riesz potentials, and of vortices.

In free space it is one line.  On the unit torus it is the nearest image plus a smooth part (see `periodic`): a
polynomial in x² on the circle, a polynomial in (x_1 + ix_2)⁴ for p = 2 on the square torus, a table otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ..domains import Domain, Torus
from . import periodic, weierstrass
from ._source import compiled, complex_horner, horner, wrapped
from .base import Pair

_NAMES = ("x", "y", "z")


def inverse_power(exponent: float, domain: Domain, tol: float, scale: float, perpendicular: bool = False) -> Pair:
    """The pair interaction scale · x|x|^{−p} in free space, scale · (its zero-mean periodisation) on a torus.

    Parameters
    ----------
    exponent : float
        p = s + 2, with 0 ≤ s < d; p = 2 is the gradient of the logarithm.
    perpendicular : bool
        The force turned by 90°, (−x_2, x_1)|x|^{−p}; p = 2, d = 2 only.
    """
    dim = domain.dim
    if not isinstance(domain, Torus):
        return Pair(_free(exponent, dim, perpendicular, False), scale, 1.0)
    scale *= domain.length ** (1 - exponent)
    tol = 1e-8 if tol >= 1e-8 else 1e-11 if tol >= 1e-11 else 1e-14
    if dim == 1:
        return Pair(_circle(exponent, tol), scale, domain.length)
    if dim == 2 and exponent == 2:
        return Pair(_square(tol, perpendicular), scale, domain.length)
    s = exponent - 2
    smooth = periodic.correction(s, dim, tol) / periodic.force_constant(s)
    return Pair(_free(exponent, dim, perpendicular, True), scale, domain.length, smooth=smooth)


def _singular(exponent: float, dim: int) -> list[str]:
    """Lines that put |x|^{−p} into `w`, and 0 at x = 0."""
    names = _NAMES[:dim]
    lines = [f"r2 = {' + '.join(f'{v} * {v}' for v in names)}"]
    half = exponent / 2
    if half == 1:
        power = "1.0 / r2"
    elif 2 * half == 3:
        power = "1.0 / (r2 * np.sqrt(r2))"
    elif half == int(half):
        power = f"1.0 / ({' * '.join(['r2'] * int(half))})"
    elif 2 * half == int(2 * half):
        power = f"1.0 / ({' * '.join(['r2'] * int(half))} * np.sqrt(r2))"
    elif 4 * half == int(4 * half) and half > 1:
        root = "np.sqrt(np.sqrt(r2))" if (4 * half) % 4 == 1 else "np.sqrt(r2) * np.sqrt(np.sqrt(r2))"
        power = f"1.0 / ({' * '.join(['r2'] * int(half))} * {root})"
    else:
        power = f"r2 ** {-half!r}"
    # fastmath's reciprocals never see 0: the select is taken before the division.
    return [*lines, "zero = r2 == 0.0", "r2 = 1.0 if zero else r2", f"w = 0.0 if zero else {power}"]


def _function(lines: list[str], outputs: list[str], dim: int) -> Callable[..., Any]:
    body = "\n".join(f"    {line}" for line in lines)
    source = f"def force({', '.join(_NAMES[:dim])}):\n{body}\n    return ({', '.join(outputs)},)\n"
    return compiled("force", source)


@cache
def _free(exponent: float, dim: int, perpendicular: bool, wrap: bool) -> Callable[..., Any]:
    names = _NAMES[:dim]
    lines = [wrapped(v) for v in names] if wrap else []
    outputs = ["-(y * w)", "x * w"] if perpendicular else [f"{v} * w" for v in names]
    return _function([*lines, *_singular(exponent, dim)], outputs, dim)


@cache
def _circle(exponent: float, tol: float) -> Callable[..., Any]:
    s = exponent - 2
    coefficients = periodic.correction(s, 1, tol) / periodic.force_constant(s)
    lines = [wrapped("x"), *_singular(exponent, 1), "t = 8.0 * r2 - 1.0"]
    # At x = 0 r2 is replaced by 1; the smooth part is multiplied by x = 0 there.
    return _function([*lines, f"p = {horner(list(coefficients), 't')}"], ["x * (w + p)"], 1)


@cache
def _square(tol: float, perpendicular: bool) -> Callable[..., Any]:
    centre, coefficients = weierstrass.polynomial(tol)
    lines = [wrapped("x"), wrapped("y"), *_singular(2.0, 2)]
    lines += ["a = x * x - y * y", "b = 2.0 * x * y", f"v_re = a * a - b * b - {centre!r}", "v_im = 2.0 * a * b"]
    lines += complex_horner([float(c) for c in coefficients], "v_re", "v_im", "p")
    lines += ["z3_re = a * x - b * y", "z3_im = a * y + b * x", f"w = w - {np.pi!r}"]
    lines += ["gx = x * w - (z3_re * p_re - z3_im * p_im)", "gy = y * w + (z3_re * p_im + z3_im * p_re)"]
    return _function(lines, ["-gy", "gx"] if perpendicular else ["gx", "gy"], 2)
