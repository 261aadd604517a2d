"""The simulation of (IPS): closed forms, conservation, ensembles, seeds and threads, records, and what is refused."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from mflimit import kernels
from mflimit.domains import Euclidean, Torus
from mflimit.errors import Diverged
from mflimit.model import Model
from mflimit.particles.first_order import simulate
from mflimit.particles.flow import Flow
from mflimit.particles.noise import BrownianPath

PLANE = Euclidean(2)
VORTICES = Model(kernels.BiotSavart(), PLANE)


def hamiltonian(x):
    """−Σ_{i<j} log|x_i − x_j|."""
    i, j = np.triu_indices(len(x), 1)
    return -np.log(np.linalg.norm(x[i] - x[j], axis=1)).sum()


def test_two_vortices_turn_in_the_time_of_their_period():
    distance = 0.7
    period = 4 * np.pi**2 * distance**2
    x0 = [[0.1, 0.2], [0.1 + distance, 0.2]]
    run = simulate(VORTICES, x0, period * np.array([0, 0.25, 1]), dt=period / 1000)
    centre = np.mean(x0, axis=0)
    assert run.scheme == "rk4" and run.steps == 1000
    assert np.abs(run.x[2] - x0).max() < 1e-9
    # Counterclockwise for a positive strength: the right one is on top after a quarter of the period.
    assert np.abs(run.x[1, 1] - centre - [0, distance / 2]).max() < 1e-9


def test_rk4_conserves_the_hamiltonian_of_vortices_to_its_order():
    x0 = np.random.default_rng(0).standard_normal((8, 2))
    counts = np.array([32, 64, 128])
    runs = [simulate(VORTICES, x0, [0, 8], dt=8 / count) for count in counts]
    drifts = [abs(hamiltonian(run.final) - hamiltonian(x0)) for run in runs]
    assert -np.polyfit(np.log(counts), np.log(drifts), 1)[0] > 3.8
    # Translation invariance is kept to rounding.
    assert np.abs(runs[0].final.mean(axis=0) - x0.mean(axis=0)).max() < 1e-14


def test_the_covariance_of_the_linear_model():
    """C = (1 − 11ᵀ/N) s(t) + (11ᵀ/N)(v_0 + 2σt), s = v_0 e^{−2at} + (σ/a)(1 − e^{−2at}): the mean feels no force."""
    a, sigma, v0, t, n, runs = 1.2, 0.4, 0.3, 0.8, 4, 20_000
    x0 = np.sqrt(v0) * np.random.default_rng(0).standard_normal((runs, n, 1))
    model = Model(kernels.Linear(a), Euclidean(1), sigma)
    x = simulate(model, x0, [0, t], dt=0.05, rng=0).final[..., 0]
    s = v0 * np.exp(-2 * a * t) + sigma / a * (1 - np.exp(-2 * a * t))
    mean = np.full((n, n), 1 / n)
    covariance = (np.eye(n) - mean) * s + mean * (v0 + 2 * sigma * t)
    diagonal = np.diag(covariance)
    standard_error = np.sqrt((covariance**2 + np.outer(diagonal, diagonal)) / runs)
    # The scheme's own error, (a dt)²/6 relative, is a tenth of the standard error.
    assert np.all(np.abs(x.T @ x / runs - covariance) < 4 * standard_error)


def test_pure_noise_has_variance_two_sigma_t_per_axis():
    sigma, t, n = 0.3, 0.7, 40_000
    x = simulate(Model(kernels.Linear(0.0), PLANE, sigma), np.zeros((n, 2)), [0, t], dt=0.1, rng=0).final
    assert np.abs((x**2).mean(axis=0) / (2 * sigma * t) - 1).max() < 4 * np.sqrt(2 / n)


def test_steps_divide_the_intervals_and_are_as_large_as_dt_allows():
    model = Model(kernels.Kuramoto(1.0), Torus(1))
    x0 = [[0.1], [0.4]]
    assert simulate(model, x0, [0, 0.3, 0.35], dt=0.1).steps == 3 + 1
    assert simulate(model, x0, [0, 0.3001], dt=0.1).steps == 4
    assert simulate(model, x0, [2.0], dt=0.1).steps == 0
    assert simulate(model, x0, [2.0]).x.tolist() == [x0]


def test_points_are_wrapped_and_can_be_followed_round_the_torus():
    torus = Torus(2, length=1.5)
    model = Model(kernels.BiotSavart(), torus, sigma=0.2)
    x0 = np.array([[-0.2, 3.1], [0.7, 1.0]])
    wrapped = simulate(model, x0, np.linspace(0, 2, 21), dt=0.05, rng=1)
    followed = simulate(model, x0, np.linspace(0, 2, 21), dt=0.05, rng=1, unwrap=True)
    assert wrapped.x.min() >= 0 and wrapped.x.max() < 1.5
    assert np.allclose(wrapped.x[0], [[1.3, 0.1], [0.7, 1.0]])
    assert np.allclose(torus.displacement(followed.x, wrapped.x), 0, atol=1e-12)
    assert np.abs(np.diff(followed.x, axis=0)).max() < 1.5 < np.ptp(followed.x)


def test_wrapping_at_the_very_edge():
    x = np.array([[-1e-20], [0.7], [1.4], [-0.7], [np.nextafter(0.7, 0)], [-2.0]])
    flow = Flow(lambda t, x, out: None, Torus(1, length=0.7), 0.0, x.copy(), turns=np.zeros_like(x))
    flow.wrap()
    assert flow.x[:4].tolist() == [[0.0]] * 4 and flow.x[4] == x[4] and flow.x[5, 0] == pytest.approx(0.1, abs=1e-15)
    assert np.abs(flow.position - x).max() < 1e-15


def test_an_ensemble_is_its_members():
    x0 = np.random.default_rng(0).random((3, 6, 2))
    model = Model(kernels.BiotSavart(), Torus(2))
    together = simulate(model, x0, [0, 0.1, 0.2], dt=0.05)
    assert together.x.shape == (3, 3, 6, 2)
    for r in range(3):
        assert np.allclose(together.x[:, r], simulate(model, x0[r], [0, 0.1, 0.2], dt=0.05).x, atol=1e-13)
    noisy = simulate(Model(kernels.Linear(1.0), PLANE, 0.1), np.zeros((2, 4, 2)), [0, 1], dt=0.1).final
    assert not np.allclose(noisy[0], noisy[1])


def test_a_path_in_place_of_a_seed():
    model = Model(kernels.Kuramoto(1.0), Torus(1), 0.1)
    x0 = np.random.default_rng(0).random((5, 1))
    times = np.linspace(0, 1, 17)
    path = BrownianPath.draw((5, 1), times, rng=7)
    by_path = simulate(model, x0, [0, 0.5, 1], path=path)
    by_seed = simulate(model, x0, [0, 0.5, 1], dt=1 / 16, rng=7)
    assert by_path.steps == 16
    assert np.array_equal(by_path.x, by_seed.x)
    coarse = simulate(model, x0, [0, 0.5, 1], path=path.coarsen(2))
    assert coarse.steps == 8
    assert 1e-9 < np.abs(coarse.x - by_path.x).max() < 0.02
    with pytest.raises(ValueError, match=r"times must start with the path and be among path.times, got times with 0.3"):
        simulate(model, x0, [0, 0.3], path=path)
    with pytest.raises(ValueError, match=r"path must be for points of shape \(4, 1\), got one for shape \(5, 1\)"):
        simulate(model, x0[:4], [0, 1], path=path)


def test_observables_and_what_is_kept():
    model = Model(kernels.Linear(1.0), PLANE, 0.1)
    x0 = np.random.default_rng(0).standard_normal((10, 2))
    observe = {"spread": lambda x: x.var(), "centre": lambda x: x.mean(axis=0)}
    full = simulate(model, x0, [0, 0.5, 1], dt=0.1, observe=observe)
    lean = simulate(model, x0, [0, 0.5, 1], dt=0.1, observe=observe, keep=False)
    assert lean.x is None and np.array_equal(lean.final, full.x[-1])
    assert np.array_equal(lean.observed["spread"], [x.var() for x in full.x])
    assert np.array_equal(full.observed["centre"], full.x.mean(axis=1))


def test_the_same_seed_gives_the_same_path():
    model = Model(kernels.BiotSavart(), PLANE, 0.1)
    x0 = np.random.default_rng(0).standard_normal((10, 2))

    def run(rng):
        return simulate(model, x0, [0, 0.2], dt=0.01, rng=rng).final

    assert np.array_equal(run(3), run(3)) and not np.array_equal(run(3), run(4))
    assert np.array_equal(run(np.random.default_rng(5)), run(np.random.default_rng(5)))


THREADS = """
import hashlib, numba, numpy as np
from mflimit import kernels
from mflimit.domains import Euclidean
from mflimit.model import Model
from mflimit.particles.first_order import simulate

x0 = np.random.default_rng(0).standard_normal((700, 2))
for threads in (1, 2):
    numba.set_num_threads(threads)
    run = simulate(Model(kernels.BiotSavart(), Euclidean(2), 0.1), x0, [0, 0.05], dt=0.01, rng=1)
    print(hashlib.sha256(run.x.tobytes()).hexdigest())
"""


def test_the_number_of_threads_does_not_change_a_bit():
    environment = {**os.environ, "NUMBA_NUM_THREADS": "2"}
    result = subprocess.run(
        [sys.executable, "-c", THREADS], env=environment, capture_output=True, text=True, check=True
    )
    one, two = result.stdout.split()
    assert one == two
    x0 = np.random.default_rng(0).standard_normal((700, 2))
    here = simulate(Model(kernels.BiotSavart(), PLANE, 0.1), x0, [0, 0.05], dt=0.01, rng=1)
    assert one == hashlib.sha256(here.x.tobytes()).hexdigest()


def test_a_run_that_diverges_says_where_and_keeps_what_it_had():
    """Repulsion at the rate a = 1e4 with steps of 1: Runge–Kutta multiplies the distance by 4e14 each time."""
    model = Model(kernels.Linear(-1e4), Euclidean(1))
    x0 = [[0.0], [0.0], [1.0]]
    with pytest.raises(Diverged, match=r"particle 0 met NaN or Inf .* t = 2[0-9]") as caught:
        simulate(model, x0, np.arange(0, 101, 5), dt=1.0, observe={"largest": lambda x: x.max()})
    run = caught.value.run
    assert caught.value.particle == 0 and 20 < caught.value.time <= 25
    assert run.times.tolist() == [0, 5, 10, 15, 20] and run.steps == 20
    assert run.x.shape == (5, 3, 1) and np.isfinite(run.x).all() and run.observed["largest"].shape == (5,)
    with pytest.raises(Diverged) as caught:
        simulate(model, [np.zeros((3, 1)), x0], [0, 100], dt=1.0)
    assert caught.value.particle == (1, 0)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"model": "vortices"}, TypeError, "model must be a Model, got 'vortices'"),
        ({"x0": np.zeros((4, 3))}, ValueError, r"x0 must have shape \(n, 2\) or \(R, n, 2\), got shape \(4, 3\)"),
        ({"x0": np.zeros(2)}, ValueError, r"x0 must have shape .*, got shape \(2,\)"),
        ({"x0": [[0.0, np.nan]]}, ValueError, r"x0 must be finite, got x0\[0, 1\] = nan"),
        ({"x0": "here"}, TypeError, "x0 must be an array of real numbers, got str"),
        ({"times": [0, 1, 0.5]}, ValueError, r"times must be increasing, got times\[1\] = 1.0, times\[2\] = 0.5"),
        ({"times": []}, ValueError, "times must be a non-empty"),
        ({"dt": 0}, ValueError, "dt must be > 0, got 0"),
        ({"dt": -0.1}, ValueError, "dt must be > 0, got -0.1"),
        ({"scheme": "leapfrog"}, ValueError, "scheme must be one of .*, got 'leapfrog'"),
        ({"scheme": "rk4", "model": Model(kernels.BiotSavart(), PLANE, 0.1)}, ValueError, "scheme 'rk4' is for sigma"),
        ({"sums": "fast"}, ValueError, "sums must be one of .*, got 'fast'"),
        ({"tol": 0.0}, ValueError, "tol must be > 0, got 0.0"),
        ({"rng": -3}, ValueError, "rng must be a seed >= 0, got -3"),
        ({"rng": 1.5}, TypeError, "rng must be a seed .*, got 1.5"),
        ({"observe": [np.mean]}, TypeError, "observe must be a dict of functions by name"),
    ],
)
def test_what_is_refused(change, error, words):
    arguments = {"model": VORTICES, "x0": np.eye(2), "times": [0, 0.1]} | change
    with pytest.raises(error, match=words):
        simulate(**arguments)
