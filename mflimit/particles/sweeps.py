"""The only O(N²) loops.

Two sweeps over the pairs of a cloud, written once for d = 1, 2, 3:

- `rows`: Σ_j K(a_i − x_j) for every target a_i, any K;
- `triangle`: Σ_j K(x_i − x_j) for an odd K, visiting each pair once, since K(x_j − x_i) = −K(x_i − x_j).

Positions come as columns, shape (d, R, n): R independent clouds, contiguous in the particle index, because a
coordinate read with stride d costs the inner loop a factor 4.  Clouds are cut into tiles that stay in the first-level
cache.  The work is dealt out in a way that depends on n only and partial sums are added in a fixed order, so the
result is the same, bit for bit, on any number of threads.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from .._jit import jit, parallel_jit
from ..kernels.base import Pair
from ..kernels.periodic import add_correction

Array = NDArray[np.float64]

_TILE = 512
_STRIPS = 16
#: Fewer pairs than these are swept by one thread: waking the others takes longer.
_FEW = 1 << 16

# In the two templates {c} stands for a coordinate: a line that names it is repeated for c = 0, …, d − 1, and
# ⟨…⟩ is repeated in place, separated by commas.
_ROWS = """
def rows(function, scale, a, x, out):
    runs, targets = a.shape[1], a.shape[2]
    groups = (targets + 63) // 64
    for task in prange(runs * groups):
        r = task // groups
        first = (task % groups) * 64
        for start in range(0, x.shape[2], TILE):
            x{c} = x[{c}, r, start:min(start + TILE, x.shape[2])]
            for i in range(first, min(first + 64, targets)):
                a{c} = a[{c}, r, i]
                f{c} = 0.0
                for j in range(x0.size):
                    ⟨k{c}⟩, = function(⟨a{c} - x{c}[j]⟩)
                    f{c} += k{c}
                out[{c}, r, i] += scale * f{c}
"""

_TRIANGLE = """
def triangle(function, scale, x, out):
    d, runs, n = x.shape
    blocks = (n + TILE - 1) // TILE
    strips = 1 if blocks <= 2 else STRIPS
    partial = np.zeros((runs * strips, d, n))
    for task in prange(runs * strips):
        r = task // strips
        g{c} = partial[task, {c}]
        tile = 0
        for row in range(blocks):
            for column in range(row + 1):
                if tile % strips == task % strips:
                    start = column * TILE
                    for i in range(row * TILE, min((row + 1) * TILE, n)):
                        x{c} = x[{c}, r, start:min(start + TILE, i)]
                        h{c} = g{c}[start:min(start + TILE, i)]
                        a{c} = x[{c}, r, i]
                        f{c} = 0.0
                        for j in range(x0.size):
                            ⟨k{c}⟩, = function(⟨a{c} - x{c}[j]⟩)
                            f{c} += k{c}
                            h{c}[j] -= k{c}
                        g{c}[i] += f{c}
                tile += 1
    for r in range(runs):
        for s in range(strips):
            for c in range(d):
                for i in range(n):
                    out[c, r, i] += scale * partial[r * strips + s, c, i]
"""


def _written_out(template: str, dim: int) -> str:
    def inline(match: re.Match[str]) -> str:
        return ", ".join(match[1].replace("{c}", str(c)) for c in range(dim))

    lines = []
    for line in template.splitlines():
        line = re.sub("⟨(.*?)⟩", inline, line)
        lines += [line.replace("{c}", str(c)) for c in range(dim)] if "{c}" in line else [line]
    return "\n".join(lines) + "\n"


@cache
def _compiled(name: str, template: str, dim: int, parallel: bool) -> Callable[..., None]:
    source = _written_out(template, dim)
    filename = f"<mflimit {name} d={dim}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    scope: dict[str, Any] = {"np": np, "prange": numba.prange, "TILE": _TILE, "STRIPS": _STRIPS}
    exec(compile(source, filename, "exec"), scope)
    return parallel_jit(scope[name]) if parallel else jit(scope[name])


@parallel_jit
def _smooth_rows(coefficients, scale, wrap, a, x, out):
    """Σ_j of the smooth part of a periodised force, see `periodic.correction`."""
    d, runs, targets = a.shape
    for task in numba.prange(runs * targets):
        r = task // targets
        i = task % targets
        for start in range(0, x.shape[2], wrap):
            size = min(wrap, x.shape[2] - start)
            z = np.empty((d, size))
            for c in range(d):
                for j in range(size):
                    delta = a[c, r, i] - x[c, r, start + j]
                    z[c, j] = delta - 1.0 if delta >= 0.5 else (delta + 1.0 if delta < -0.5 else delta)
            force = np.zeros((d, size))
            add_correction(coefficients, z, 1.0, force)
            for c in range(d):
                out[c, r, i] += scale * force[c].sum()


def add_sum(pair: Pair, x: Array, out: Array, at: Array | None = None) -> None:
    """out += Σ_j K(x_i − x_j), or Σ_j K(at_i − x_j), all pairs directly.

    Parameters
    ----------
    pair : Pair
    x, at : arrays (d, R, n) and (d, R, m)
        Sources and targets, as columns, already divided by `pair.length`; on a torus in [0, 1).
    out : array (d, R, n) or (d, R, m)
    """
    dim = len(x)
    many = x[0].size * (x if at is None else at).shape[2] > _FEW
    if at is None and pair.odd:
        _compiled("triangle", _TRIANGLE, dim, many)(pair.function, pair.scale, x, out)
    else:
        _compiled("rows", _ROWS, dim, many)(pair.function, pair.scale, x if at is None else at, x, out)
    if pair.smooth is not None:
        _smooth_rows(pair.smooth, pair.scale, 256, x if at is None else at, x, out)
