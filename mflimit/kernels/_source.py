"""Pair functions with literal coefficients.

A loop vectorises over particles only if nothing inside it loops: a polynomial's coefficients must be literals in the
source, unrolled.  The sources below are short, and written by these few lines.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._jit import inlined_jit


def compiled(name: str, source: str, **names: Any) -> Callable[..., Any]:
    """The njitted function `name` of the source; the source stays visible to tracebacks and `inspect`."""
    filename = f"<mflimit {name} {abs(hash(source)):x}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    scope: dict[str, Any] = {"np": np, **names}
    exec(compile(source, filename, "exec"), scope)
    return inlined_jit(scope[name])


def horner(coefficients: Sequence[float], variable: str) -> str:
    """c_0 + v (c_1 + v (…)) as an expression."""
    expression = repr(float(coefficients[-1]))
    for c in reversed(coefficients[:-1]):
        expression = f"({float(c)!r} + {variable} * {expression})"
    return expression


def complex_horner(coefficients: Sequence[float], re: str, im: str, result: str) -> list[str]:
    """Lines that put Σ c_k (re + i im)^k into `{result}_re`, `{result}_im`.

    The coefficients are real: Goertzel's recurrence b_k = c_k + 2 re b_{k+1} − |v|² b_{k+2} costs two multiply-adds a
    term instead of four.
    """
    lines = [f"twice = 2.0 * {re}", f"square = {re} * {re} + {im} * {im}", "b2 = 0.0", f"b1 = {coefficients[-1]!r}"]
    for c in reversed(coefficients[1:-1]):
        lines.append(f"b1, b2 = {c!r} + twice * b1 - square * b2, b1")
    lines += [f"{result}_re = {coefficients[0]!r} + {re} * b1 - square * b2", f"{result}_im = {im} * b1"]
    return lines


def wrapped(variable: str) -> str:
    """The representative of a difference of two points of [0, 1) in [−½, ½), without a rounding call."""
    v = variable
    return f"{v} = {v} - 1.0 if {v} >= 0.5 else ({v} + 1.0 if {v} < -0.5 else {v})"
