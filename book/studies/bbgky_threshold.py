"""Closures of the hierarchy near the oscillators' threshold: data/bbgky_threshold.json for book/laws/bbgky.md.

The pair correlation N c(1, −1) of the uniform state at equilibrium, from the closures of order 2 and 3 run to their
stationary state, for N particles at κ = x κ_c.
Run from anywhere: python book/studies/bbgky_threshold.py (some minutes).
"""

import json
from pathlib import Path

import numpy as np

import mflimit as mf

CIRCLE = mf.Torus(1)
SIGMA = 0.1
POINTS = 12


def uniform(x):
    """The uniform density."""
    return np.ones(x.shape[:-1])


def correlation(x: float, n: int, order: int) -> float:
    """N c(1, −1) after 18 relaxation times of the closed equations."""
    states = mf.exact.KuramotoStates(4 * np.pi * SIGMA * x, SIGMA)
    model = mf.Model(mf.kernels.Kuramoto(states.kappa), CIRCLE, SIGMA)
    times = [0.0, 9 / abs(states.growth_rate())]
    bbgky = mf.solve_hierarchy(model, uniform, n, times, order, POINTS, tol=1e-9)
    return float(np.fft.fft2(bbgky.correlation()[1])[1, -1].real / POINTS**2)


if __name__ == "__main__":
    grid = {0.5: (10, 30, 100, 300), 0.75: (30, 100, 300, 1000), 0.9: (100, 300, 1000, 3000)}
    rows = [
        {"x": x, "n": n, "order 2": correlation(x, n, 2), "order 3": correlation(x, n, 3)}
        for x, particles in grid.items()
        for n in particles
    ]
    target = Path(__file__).parent / "data" / "bbgky_threshold.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
