"""The distance between N vortices and the vorticity equation, for N up to 3200.

For the page "Singular kernels".  Two vortices, of von Mises shape with concentration 4, on the unit torus up to t = 1:
root mean square over runs of ‖μ_N − ρ̄‖ in H^{−2}, its standard error, for independent and for quiet starts, without
noise and with σ = 5e-4.  Run from the root of the checkout:

    python book/studies/singular_kernels_rates.py

It writes data/singular_kernels_rates.json beside this file (a few minutes on two cores).
"""

import json
from pathlib import Path

import numpy as np
from scipy.special import i0e

import mflimit as mf

PARTICLES = [100, 200, 400, 800, 1600, 3200]
RUNS = [128, 96, 64, 32, 24, 16]
TIME, STEP = 1.0, 0.02


def two_vortices(x, kappa=4.0):
    """Half of the mass around (0.35, 0.5), half around (0.65, 0.5)."""
    centres = np.array([[0.35, 0.5], [0.65, 0.5]])
    angle = 2 * np.pi * (x[..., None, :] - centres)
    return (np.exp(kappa * (np.cos(angle) - 1)) / i0e(kappa)).prod(-1).mean(-1)


def distance(first, second, torus, modes=64):
    """‖first − second‖ in H^{−2}, over the modes that the particles are compared in."""
    weights = (1 + 4 * np.pi**2 * sum(k.astype(float) ** 2 for k in torus.wavenumbers(2 * modes + 1))) ** -1.0
    first, second = (mf.functionals.density_coefficients(rho, torus, modes) for rho in (first, second))
    double = np.where(np.arange(modes + 1) == 0, 1, 2)
    return float(np.sqrt(np.sum(double * np.abs(weights * (first - second)) ** 2)))


def main():
    """All four studies, written to the data file."""
    torus = mf.Torus(dim=2)
    out = {"particles": PARTICLES, "runs": RUNS, "time": TIME, "step": STEP, "norm": "H^-2"}
    for sigma in (0.0, 5e-4):
        model = mf.Model(mf.kernels.BiotSavart(), torus, sigma=sigma)
        rho, finer = (
            mf.solve_mean_field(model, two_vortices, [0.0, TIME], points=p, resolution=1e-3).values[-1]
            for p in (256, 384)
        )
        out[f"reference error, sigma = {sigma:g}"] = distance(rho, finer, torus)
        for quiet in (False, True):
            rng = np.random.default_rng(0)
            rms, error = [], []
            for n, runs in zip(PARTICLES, RUNS, strict=True):
                x0 = np.stack([mf.sample(two_vortices, n, torus, rng, quiet=quiet) for _ in range(runs)])
                x = mf.simulate(model, x0, [0.0, TIME], dt=STEP, rng=rng, tol=1e-8, progress=False).final
                square, se = mf.functionals.mean_and_error(mf.sobolev_distance(x, rho, torus, s=2) ** 2)
                rms.append(float(np.sqrt(square)))
                error.append(float(se / (2 * np.sqrt(square))))
            name = f"{'quiet' if quiet else 'independent'}, sigma = {sigma:g}"
            out[name] = {"rms": rms, "error": error}
            print(name, np.polyfit(np.log(PARTICLES), np.log(rms), 1)[0])
    target = Path(__file__).parent / "data" / "singular_kernels_rates.json"
    target.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
