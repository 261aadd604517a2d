"""The rate in N of the oscillators, up to N = 32768, for book/dynamics/first_order.md: data/first_order_rate.json.

Root mean square of the H^{-1} distance of cloud and density at t = 1, with its standard error, for each N.
Run from anywhere: python book/studies/first_order_rate.py (a few minutes).
"""

import json
from pathlib import Path

import numpy as np

import mflimit as mf
from mflimit import functionals

CIRCLE = mf.Torus(1)
MODEL = mf.Model(mf.kernels.Kuramoto(1.0), CIRCLE, sigma=0.05)
SIZES = tuple(2**power for power in range(5, 16))


def rho0(x):
    """The page's initial density."""
    return 1 + 0.6 * np.cos(2 * np.pi * x[..., 0]) + 0.3 * np.sin(4 * np.pi * x[..., 0])


def distance(n: int, runs: int) -> tuple[float, float]:
    """Root mean square of the distance over independent runs, and its standard error."""
    x0 = mf.sample(rho0, runs * n, CIRCLE, rng=100 + n).reshape(runs, n, 1)
    x = mf.simulate(MODEL, x0, [0.0, 1.0], dt=0.02, rng=100 + n, keep=False).final
    square, se = functionals.mean_and_error(mf.sobolev_distance(x, LIMIT, CIRCLE, s=1.0, modes=64) ** 2)
    return float(np.sqrt(square)), float(se / (2 * np.sqrt(square)))


if __name__ == "__main__":
    LIMIT = mf.solve_mean_field(MODEL, rho0, [0.0, 1.0], points=128, rtol=1e-8).values[1]
    results = [distance(n, max(60, min(1000, 400_000 // n))) for n in SIZES]
    values, errors = zip(*results, strict=True)
    target = Path(__file__).parent / "data" / "first_order_rate.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"n": SIZES, "sobolev": [values, errors]}, indent=1) + "\n", encoding="utf-8")
