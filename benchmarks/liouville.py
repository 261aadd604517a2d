"""The Liouville equation of ten particles in occupation numbers, against a bare pass over its couplings.

    python benchmarks/liouville.py

N = 10, modes 5, t = 1: 184,756 states.  Printed: the seconds after compilation, the peak memory, and the time in units
of one product with the generator, its couplings merged and stored for all states at once; the solver's own products
are counted, so the ratio of the two is what everything around them (assembly, orthogonalisation, small exponentials)
costs.
"""

from __future__ import annotations

import resource
import time

import numpy as np

import mflimit as mf
from mflimit.liouville import solve_liouville
from mflimit.liouville.generator import Generator
from mflimit.liouville.states import States

N_PARTICLES, MODES = 10, 5
TIMES = np.linspace(0.0, 1.0, 11)


def cosine(x):
    """1 + cos(2πx)/2."""
    return 1 + 0.5 * np.cos(2 * np.pi * x[..., 0])


def lopsided(x):
    """No reflection symmetry: complex coefficients."""
    return 1 + 0.3 * np.cos(2 * np.pi * x[..., 0]) + 0.2 * np.sin(4 * np.pi * x[..., 0])


def bare_pass(model: mf.Model, dtype: type) -> tuple[float, int]:
    """Seconds of one product with the whole generator, and its number of couplings."""
    states = States(N_PARTICLES, MODES, N_PARTICLES)
    size = len(states.occupations)
    block = Generator(model, states).block(0, size)
    y = np.random.default_rng(0).normal(size=size).astype(dtype)
    out = np.empty_like(y)
    block(y, out)
    seconds = []
    for _ in range(7):
        start = time.perf_counter()
        block(y, out)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)), block.values.size


def main() -> None:
    circle = mf.Torus(1)
    cases = [
        ("one Fourier mode, even data", mf.kernels.Kuramoto(1.0), cosine, float),
        ("one Fourier mode, any data", mf.kernels.Kuramoto(1.0), lopsided, complex),
        ("all modes (log gas), even data", mf.kernels.Log(-1.0), cosine, float),
    ]
    for name, kernel, rho0, dtype in cases:
        model = mf.Model(kernel, circle, sigma=0.1)
        solve_liouville(model, rho0, 3, TIMES, modes=2)
        start = time.perf_counter()
        law = solve_liouville(model, rho0, N_PARTICLES, TIMES, modes=MODES)
        seconds = time.perf_counter() - start
        one, couplings = bare_pass(model, dtype)
        print(
            f"{name}: {law.states.total:,} states, {couplings:,} couplings of half of them; {seconds:.2f} s, "
            f"{law.products:.0f} products, {seconds / one:.0f} bare passes of {1e3 * one:.1f} ms "
            f"({seconds / one / law.products:.1f} a product)"
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    main()
