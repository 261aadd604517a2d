"""What an ETDRK4 step of (MFD) costs beside the real FFTs it needs: 20 in d = 2, 28 in d = 3.

The floor is the faster of ducc0's and FFTW's (pyfftw, planned; skipped where it is not installed), each with one thread
and with all of them.  Floor and step are timed in turns in one run, and the best of each counts: only the ratio means
anything.

    python benchmarks/spectral_step.py [points,dim ...]         e.g. 512,2 64,3
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import mflimit as mf  # sets what ducc0 reads at its import

import ducc0  # isort: skip
import numba
import numpy as np

from mflimit.etd import ETDRK4
from mflimit.spectral import FluxDivergence, FourierGrid

try:
    import pyfftw
except ImportError:
    pyfftw = None

CASES = [(256, 2), (512, 2), (1024, 2), (64, 3), (128, 3)]
ROUNDS, SECONDS = 25, 0.04


def ducc_pair(shape: tuple[int, ...], threads: int) -> Callable[[], object]:
    """A real FFT and its inverse by ducc0."""
    values = np.random.default_rng(0).random(shape)
    spectrum = np.empty((*shape[:-1], shape[-1] // 2 + 1), dtype=complex)

    def pair() -> None:
        ducc0.fft.r2c(values, out=spectrum, nthreads=threads)
        ducc0.fft.c2r(spectrum, lastsize=shape[-1], out=values, forward=False, inorm=2, nthreads=threads)

    return pair


def fftw_pair(shape: tuple[int, ...], threads: int) -> Callable[[], object]:
    """A real FFT and its inverse by FFTW, planned."""
    values = pyfftw.zeros_aligned(shape, "float64")
    spectrum = pyfftw.zeros_aligned((*shape[:-1], shape[-1] // 2 + 1), "complex128")
    axes = tuple(range(len(shape)))
    forth = pyfftw.FFTW(values, spectrum, axes=axes, threads=threads, flags=("FFTW_MEASURE",))
    back = pyfftw.FFTW(
        spectrum, values, axes, "FFTW_BACKWARD", flags=("FFTW_MEASURE", "FFTW_DESTROY_INPUT"), threads=threads
    )
    return lambda: (forth.execute(), back.execute())


def step(points: int, dim: int, threads: int) -> Callable[[], object]:
    """An ETDRK4 step with its error estimate, for Biot–Savart in d = 2 and Coulomb in d = 3."""
    torus = mf.Torus(dim)
    kernel = mf.kernels.BiotSavart() if dim == 2 else mf.kernels.Coulomb()
    grid = FourierGrid(torus, points, threads)
    flux = FluxDivergence(grid, -kernel.symbol(grid.wavenumbers, torus))
    scheme = ETDRK4(-0.01 * 4 * np.pi**2 * grid.square.astype(float), flux, threads)
    scheme.start(grid.analyse(np.prod(1 + 0.3 * np.cos(2 * np.pi * torus.grid(points)), axis=-1)))

    def advance() -> None:
        grid.norm(scheme.attempt(1e-4))
        scheme.accept()

    return advance


def timed(call: Callable[[], object], repeat: int) -> float:
    """Seconds a call."""
    start = time.perf_counter()
    for _ in range(repeat):
        call()
    return (time.perf_counter() - start) / repeat


def main() -> None:
    """Print the table."""
    cases = [tuple(map(int, word.split(","))) for word in sys.argv[1:]] or CASES
    counts = sorted({1, numba.get_num_threads()})
    if pyfftw is None:
        print("pyfftw is not installed: the floor is ducc0's alone")
    print(f"{'grid':>8} {'FFTs':>5} {'ducc0 ms':>9} {'FFTW ms':>9} {'step ms':>9} {'step/floor':>11}")
    for points, dim in cases:
        shape, ffts = (points,) * dim, 4 * (2 * dim + 1)
        calls = {("ducc0", n): ducc_pair(shape, n) for n in counts}
        if pyfftw is not None:
            calls |= {("FFTW", n): fftw_pair(shape, n) for n in counts}
        calls |= {("step", n): step(points, dim, n) for n in counts}
        best = dict.fromkeys(calls, np.inf)
        repeat = {}
        for key, call in calls.items():
            call()
            repeat[key] = max(1, int(SECONDS / timed(call, 1)))
        for _ in range(ROUNDS):
            for key, call in calls.items():
                best[key] = min(best[key], timed(call, repeat[key]))
        fastest = {
            name: min((t for (who, _), t in best.items() if who == name), default=np.inf)
            * (1 if name == "step" else ffts / 2)
            for name in ("ducc0", "FFTW", "step")
        }
        floor = min(fastest["ducc0"], fastest["FFTW"])
        row = " ".join(f"{1e3 * fastest[name]:9.2f}" for name in ("ducc0", "FFTW", "step"))
        print(f"{points:>6}^{dim} {ffts:5d} {row} {fastest['step'] / floor:11.2f}", flush=True)


if __name__ == "__main__":
    main()
