"""Kac's walk and molecules: collisions a second on one core, and what the numbers of the chapter rest on.

    python benchmarks/kac.py

Rates depend on the machine; each line that starts with a ratio or an exponent does not.
"""

from __future__ import annotations

import time

import numba
import numpy as np

from mflimit import kac
from mflimit.exact.bkw import BKW
from mflimit.exact.kac_sphere import KacSphere
from mflimit.particles.collisions import simulate_collisions

SECONDS = 1.0
STEEP = kac.AngleLaw(lambda theta: 1 / (0.3 + np.sin(theta) ** 2))


def rate(run):
    """Collisions a second of processor time: a short run tells how long one of about a second is."""
    run(1.0)
    start = time.process_time()
    run(10.0)
    span = 10.0 * SECONDS / (time.process_time() - start)
    start = time.process_time()
    done = run(span).collisions
    return done / (time.process_time() - start)


def throughput():
    """One thread; ten million a second is the aim for every law of the angle and of the rate."""
    numba.set_num_threads(1)
    for n in (100, 1000, 10_000):
        v0 = np.random.default_rng(0).normal(size=n)
        cloud = np.random.default_rng(0).normal(size=(n, 3))
        rates = {
            "walk, uniform angle": rate(lambda t, v=v0: kac.walk(v, [0.0, t])),
            "walk, other angles": rate(lambda t, v=v0: kac.walk(v, [0.0, t], angle=STEEP)),
            "walk, gamma = 1": rate(lambda t, v=v0: kac.walk(v, [0.0, t], gamma=1.0)),
            "3D Maxwellian": rate(lambda t, v=cloud: simulate_collisions(v, [0.0, t])),
            "3D hard spheres": rate(lambda t, v=cloud: simulate_collisions(v, [0.0, t], gamma=1.0)),
        }
        for name, value in rates.items():
            print(f"N = {n:6d}  {name:22s} {value / 1e6:6.1f} million collisions a second")


def energy_drift(collisions=10**8, n=100):
    """Relative change of Σ v², which is 0 in exact arithmetic."""
    v0 = np.random.default_rng(0).normal(size=n)
    for name, angle in (("uniform angle", None), ("other angles", STEEP)):
        v = kac.walk(v0, [0.0, collisions / n], angle=angle).v[-1]
        print(f"energy drift after {collisions:.0e} collisions of {n}, {name}: {np.sum(v**2) / np.sum(v0**2) - 1:.1e}")


def gaps():
    worst = max(abs(kac.spectral_gap(n, 8) - (n + 2) / (2 * (n - 1))) for n in range(2, 9))
    print(f"spectral gap, N = 2..8, degree <= 8: largest error {worst:.1e}")


def propagation(t=1.0):
    """N Cov(cos v_1, cos v_2) settles: pairs decorrelate like 1/N, from independent velocities put on the sphere."""
    law = BKW(1)
    for n, copies in ((10, 400_000), (20, 400_000), (40, 200_000), (80, 100_000)):
        start = kac.to_sphere(law.sample(n * copies, rng=n).reshape(copies, n))
        v = kac.walk(start, [0.0, t], rng=n).v[-1]
        one, _ = kac.joint_expectation(v, [np.cos])
        two, error = kac.joint_expectation(v, [lambda x, m=one: np.cos(x) - m] * 2)
        print(f"N = {n:3d}  N Cov(cos v_1, cos v_2) = {n * two:+.4f} ± {n * error:.4f}")


def sphere():
    """The exponents of the distance, 1, and of the entropy, 2, of the pair law to the Gaussian."""
    sizes = np.array([1000, 10_000])
    for name in ("variation_distance", "relative_entropy"):
        values = [getattr(KacSphere(n), name)(2) for n in sizes.tolist()]
        print(f"exponent of {name}(k=2) in 1/N: {-np.diff(np.log(values))[0] / np.diff(np.log(sizes))[0]:.4f}")


if __name__ == "__main__":
    throughput()
    energy_drift()
    gaps()
    sphere()
    propagation()
