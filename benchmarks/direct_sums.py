"""All pairs, against the same loop in C: Biot–Savart in the plane, and what the torus adds to it.

    python benchmarks/direct_sums.py

The C loops are compiled with gcc -O3 -march=native -ffast-math -fopenmp into a temporary directory; one visits every
ordered pair, the other every pair once, with K(−x) = −K(x), as ours does.  Ratios are of minima over repetitions taken
in turns in one run.  Targets: 0.9 of the faster C loop; the torus, at full precision, at least 1/8 of the plane.
"""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numba
import numpy as np

import mflimit as mf

C_SOURCE = r"""
#include <stdlib.h>
#include <string.h>
#include <omp.h>

void rows(long n, const double *x, const double *y, double *u, double *v) {
    #pragma omp parallel for schedule(static)
    for (long i = 0; i < n; i++) {
        double a = 0, b = 0, xi = x[i], yi = y[i];
        for (long j = 0; j < n; j++) {
            double dx = xi - x[j], dy = yi - y[j], r2 = dx * dx + dy * dy;
            double w = r2 == 0 ? 0 : 1 / r2;
            a -= dy * w;
            b += dx * w;
        }
        u[i] = a; v[i] = b;
    }
}

void triangle(long n, const double *x, const double *y, double *u, double *v) {
    int threads = omp_get_max_threads();
    double *partial = calloc(2 * n * threads, sizeof(double));
    #pragma omp parallel
    {
        double *g = partial + 2 * n * omp_get_thread_num(), *h = g + n;
        #pragma omp for schedule(dynamic, 64)
        for (long i = 0; i < n; i++) {
            double a = 0, b = 0, xi = x[i], yi = y[i];
            for (long j = 0; j < i; j++) {
                double dx = xi - x[j], dy = yi - y[j], r2 = dx * dx + dy * dy;
                double w = r2 == 0 ? 0 : 1 / r2, p = -dy * w, q = dx * w;
                a += p; b += q;
                g[j] -= p; h[j] -= q;
            }
            g[i] += a; h[i] += b;
        }
    }
    memset(u, 0, n * sizeof(double));
    memset(v, 0, n * sizeof(double));
    for (int t = 0; t < threads; t++)
        for (long i = 0; i < n; i++) {
            u[i] += partial[2 * n * t + i];
            v[i] += partial[2 * n * t + n + i];
        }
    free(partial);
}
"""


def c_loops(folder):
    """The two loops as functions of the points, (n, 2) → (n, 2), the kernel without its 1/(2πN)."""
    source, library = Path(folder) / "pairs.c", Path(folder) / "pairs.so"
    source.write_text(C_SOURCE)
    flags = ["-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC"]
    subprocess.run(["gcc", *flags, str(source), "-o", str(library)], check=True)
    loaded = ctypes.CDLL(str(library))
    loaded.omp_set_num_threads(numba.get_num_threads())
    pointer = ctypes.POINTER(ctypes.c_double)

    def wrapped(name):
        def run(x):
            columns = np.ascontiguousarray(x.T)
            out = np.empty_like(columns)
            arguments = [row.ctypes.data_as(pointer) for row in (*columns, *out)]
            getattr(loaded, name)(ctypes.c_long(len(x)), *arguments)
            return out.T

        return run

    return wrapped("rows"), wrapped("triangle")


def fastest(functions, repeats=8):
    """The least time of each, taken in turns so that all see the same machine."""
    times = np.full(len(functions), np.inf)
    for _ in range(repeats + 1):
        for i, function in enumerate(functions):
            start = time.perf_counter()
            function()
            times[i] = min(times[i], time.perf_counter() - start)
    return times


def against_c(n):
    """One row: our drift, in the plane and on the torus, and C's two loops."""
    x = np.random.default_rng(0).random((n, 2))
    kernel = mf.kernels.BiotSavart(2 * np.pi * n)
    plane, torus = mf.Model(kernel, mf.Euclidean(2)), mf.Model(kernel, mf.Torus(2))
    with tempfile.TemporaryDirectory() as folder:
        rows, triangle = c_loops(folder)
        for theirs in (rows, triangle):
            np.testing.assert_allclose(theirs(x), mf.drift(plane, x, sums="direct"), rtol=1e-8, atol=1e-8 * n)
        seconds = fastest(
            [
                lambda: mf.drift(plane, x, sums="direct"),
                lambda: rows(x),
                lambda: triangle(x),
                lambda: mf.drift(torus, x, tol=1e-8, sums="direct"),
                lambda: mf.drift(torus, x, tol=1e-14, sums="direct"),
            ]
        )
    ours, all_rows, half, coarse, full = seconds
    print(
        f"  N = {n:6}: {ours * 1e3:8.2f} ms   over C: every pair {all_rows / ours:.2f}, each once {half / ours:.2f}"
        f"   torus over plane: 1/{coarse / ours:.1f} at 1e-8, 1/{full / ours:.1f} at 1e-14"
    )


def against_pykeops(n):
    """Target: 5 times faster."""
    if importlib.util.find_spec("pykeops") is None:
        print("pykeops: not installed, skipped")
        return
    from pykeops.numpy import Vi, Vj

    x = np.random.default_rng(0).random((n, 2))
    difference = Vi(x) - Vj(x)
    square = (difference**2).sum(-1)
    model = mf.Model(mf.kernels.Log(-float(n)), mf.Euclidean(2))
    ours, theirs = fastest(
        [lambda: mf.drift(model, x, sums="direct"), lambda: (difference / (square + 1e-300)).sum(axis=1)], 3
    )
    print(f"pykeops, N = {n}: {theirs / ours:.1f} times our time")


if __name__ == "__main__":
    print(f"2D Biot–Savart, all pairs, {numba.get_num_threads()} threads")
    if shutil.which("gcc") is None:
        print("gcc: not installed, skipped")
    else:
        for size in (1000, 4000, 16_000):
            against_c(size)
    against_pykeops(20_000)
