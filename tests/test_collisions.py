"""Molecules in the plane and in space: conservation, exact moments for every N, BKW, rates, and the two schemes."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.special import betaln
from scipy.stats import chi2, kstest

from mflimit.exact.bkw import BKW
from mflimit.exact.maxwell_moments import MaxwellMoments
from mflimit.particles.collisions import simulate_collisions

SCHEMES = [
    {},
    {"gamma": 1.0},
    {"gamma": 0.5},
    {"scheme": "nanbu", "dt": 0.1},
    {"scheme": "nanbu", "dt": 0.1, "gamma": 1.0},
]


def crossed(copies, n, dim):
    """Far from isotropic, Σ v_i = 0: half of the molecules move along the first axis, half along the last."""
    v = np.zeros((copies, n, dim))
    v[:, : n // 2, 0] = np.resize([1.5, -1.5], n // 2)
    v[:, n // 2 :, -1] = np.resize([0.5, -0.5], n - n // 2)
    return v - v.mean(axis=1, keepdims=True)


@pytest.mark.parametrize("options", SCHEMES)
@pytest.mark.parametrize("dim", [2, 3])
def test_momentum_and_energy_are_kept(dim, options):
    """To rounding, over more than 1500 collisions a molecule, in a frame that moves."""
    v0 = np.random.default_rng(0).normal(size=(51, dim)) + [3.0, -1.0, 2.0][:dim]
    run = simulate_collisions(v0, [0.0, 5.0, 1000.0], **options)
    assert run.collisions > 40_000
    np.testing.assert_allclose(run.v.sum(axis=1), np.tile(v0.sum(axis=0), (3, 1)), rtol=1e-12)
    np.testing.assert_allclose(np.sum(run.v**2, axis=(1, 2)), np.sum(v0**2), rtol=1e-12)
    assert np.abs(run.v[1] - v0).min(axis=1).max() > 0.1


@pytest.mark.parametrize("dim", [2, 3])
@pytest.mark.parametrize("n", [3, 5])
def test_fourth_moments_on_their_way(n, dim):
    """E Σ|v_i|⁴ and E|Σ v_i⊗v_i|² for few molecules, at every time: 40000 copies, within 4 standard errors."""
    times = np.array([0.0, 0.3, 1.0, 3.0])
    start = crossed(40_000, n, dim)
    fourth, stress, energy = MaxwellMoments.measure(start[0])
    expected = MaxwellMoments(n, dim).at(times, fourth, stress, energy)
    found = MaxwellMoments.measure(simulate_collisions(start, times, rng=0).v)[:2]
    for values, exact in zip(found, expected.T, strict=True):
        error = values.std(axis=1) / 200
        assert (np.abs(values.mean(axis=1) - exact) <= 4 * error + 1e-11).all()
    assert np.abs(np.diff(expected[:, 1])).min() > 0.05


@pytest.mark.parametrize("dim", [2, 3])
def test_relaxation_of_bkw(dim):
    """50000 molecules: the law of |v|² against the exact one by Kolmogorov and Smirnov, and the fourth moment."""
    law, n, t = BKW(dim), 50_000, 1.5
    v = simulate_collisions(law.sample(n, rng=2), [0.0, t], rng=2).v[-1]
    alpha = float(law.alpha_at(t))
    share, tau = dim * alpha / (2 * (1 - alpha)), 1 - alpha
    square = np.sum(v**2, axis=1)
    result = kstest(square, lambda s: share * chi2.cdf(s / tau, dim + 2) + (1 - share) * chi2.cdf(s / tau, dim))
    assert result.pvalue > 1e-3
    # the energy is not exactly dimension times n, but it is kept
    scale = (square.mean() / dim) ** 2
    assert abs((square**2).mean() / scale - law.moment4(t)) < 4 * (square**2).std() / np.sqrt(n)
    assert abs(law.moment4(t) - law.moment4(0)) > 10 * (square**2).std() / np.sqrt(n)


@pytest.mark.parametrize("dim", [2, 3])
def test_directions_after_a_collision_are_uniform(dim):
    """Two molecules that meet often: the angle is uniform in the plane, each coordinate in space."""
    v0 = np.tile([[1.0] + [0.0] * (dim - 1), [-1.0] + [0.0] * (dim - 1)], (10_000, 1, 1))
    v = simulate_collisions(v0, [0.0, 20.0], rng=1).v[-1]
    np.testing.assert_allclose(v[:, 0], -v[:, 1], atol=1e-13)
    np.testing.assert_allclose(np.linalg.norm(v[:, 0], axis=1), 1, rtol=1e-12)
    if dim == 2:
        assert kstest(np.arctan2(v[:, 0, 1], v[:, 0, 0]) / (2 * np.pi) + 0.5, "uniform").pvalue > 1e-3
    else:
        for axis in range(3):
            assert kstest((v[:, 0, axis] + 1) / 2, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("gamma", [0.0, 1.0, 1.7])
@pytest.mark.parametrize("dim", [2, 3])
def test_rates(dim, gamma):
    """N = 2: |v_1 − v_2|^γ never changes, the count is Poisson of mean 2 |v_1 − v_2|^γ t.

    N = 6 at equilibrium: E|v_1 − v_2|^γ with |v_1 − v_2|²/2E of law Beta(d/2, (D − d)/2), D = d(N − 1).
    """
    v0 = np.tile([[1.5] + [0.0] * (dim - 1), [-0.5] + [0.0] * (dim - 1)], (2000, 1, 1))
    mean = 2000 * 2 * 2.0**gamma * 3.0
    assert abs(simulate_collisions(v0, [0.0, 3.0], gamma=gamma).collisions - mean) < 4 * np.sqrt(mean)
    v = np.random.default_rng(4).normal(size=(12, 500, 6, dim))
    v -= v.mean(axis=2, keepdims=True)
    v *= np.sqrt(6.0 / np.sum(v**2, axis=(2, 3)))[..., None, None]
    counts = [simulate_collisions(part, [0.0, 2.0], rng=i, gamma=gamma).collisions / 500 for i, part in enumerate(v)]
    a, b = dim / 2, dim * 4 / 2
    mean = 6 * 2.0 * np.exp(gamma / 2 * np.log(12.0) + betaln(a + gamma / 2, b) - betaln(a, b))
    assert abs(np.mean(counts) - mean) < 5 * np.std(counts, ddof=1) / np.sqrt(12)
    assert np.std(counts) < 0.03 * mean


@pytest.mark.parametrize("n", [4, 5])
def test_nanbu_is_of_first_order(n):
    """One fast pair: the error of E Σ|v_i|⁴ at t = 1 halves with dt, for even and odd N: 200000 copies."""
    start = np.zeros((200_000, n, 2))
    start[:, :2, 0] = [1.0, -1.0]
    fourth, stress, energy = MaxwellMoments.measure(start[0])
    exact = MaxwellMoments(n, 2).at(1.0, fourth, stress, energy)[0, 0]
    errors, noise = [], []
    for dt in (0.5, 0.25):
        values = MaxwellMoments.measure(simulate_collisions(start, [0.0, 1.0], scheme="nanbu", dt=dt).v[-1])[0]
        errors.append(values.mean() - exact)
        noise.append(values.std() / np.sqrt(len(values)))
    assert abs(errors[1]) > 15 * noise[1]
    assert 1.6 < errors[0] / errors[1] < 2.6


def test_hard_spheres_of_both_schemes():
    """E Σ|v_i|⁴ at t = 0.4 from the two schemes, dt → 0: within 4 standard errors and the bias of dt."""
    start = crossed(40_000, 6, 3)
    values = [
        MaxwellMoments.measure(simulate_collisions(start, [0.0, 0.4], gamma=1.0, **options).v[-1])[0]
        for options in ({}, {"scheme": "nanbu", "dt": 0.01})
    ]
    error = np.hypot(*(v.std() / 200 for v in values))
    first = MaxwellMoments.measure(start[0])[0]
    assert abs(values[0].mean() - values[1].mean()) < 4 * error + 0.02 * abs(values[0].mean() - first)
    assert abs(values[0].mean() - first) > 40 * error


def test_seeds_shapes_and_batches():
    v0 = np.random.default_rng(0).normal(size=(3, 20, 3))
    for options in SCHEMES:
        first = simulate_collisions(v0, [0, 1, 2], rng=4, **options)
        assert first.v.shape == (3, 3, 20, 3) and np.array_equal(first.v[0], v0)
        assert np.array_equal(first.v, simulate_collisions(v0, [0, 1, 2], rng=4, **options).v)
        assert not np.array_equal(first.v[1], simulate_collisions(v0, [0, 1, 2], rng=5, **options).v[1])
    assert simulate_collisions(v0[0], [0, 1]).v.shape == (2, 20, 3)
    assert simulate_collisions(np.ones((5, 2)), [0.0, 1.0], gamma=1.0).collisions == 0


def test_same_bits_on_any_number_of_threads():
    program = (
        "import numba, numpy as np\nfrom mflimit.particles.collisions import simulate_collisions\n"
        "v = np.random.default_rng(0).normal(size=(9, 30, 3))\n"
        "for threads in (1, 2):\n"
        "    numba.set_num_threads(threads)\n"
        "    print(simulate_collisions(v, [0, 5.0], gamma=1.0).v.tobytes().hex()[::37])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], env={"NUMBA_NUM_THREADS": "2"}, capture_output=True, text=True, check=True
    )
    first, second = run.stdout.splitlines()
    assert first == second and len(first) > 100


@pytest.mark.parametrize(
    "v0, options, error, word",
    [
        (np.ones(3), {}, ValueError, r"v0 must have shape \(n, d\) or .* got shape \(3,\)"),
        (np.ones((4, 1)), {}, ValueError, r"d = 2 or 3 and n >= 2, got shape \(4, 1\)"),
        (np.ones((1, 3)), {}, ValueError, r"n >= 2, got shape \(1, 3\)"),
        ([[1.0, np.inf], [0.0, 1.0]], {}, ValueError, r"v0 must be finite, got v0\[0, 1\] = inf"),
        (np.ones((4, 2)), {"gamma": -0.5}, ValueError, "gamma must be >= 0, got -0.5"),
        (np.ones((4, 2)), {"gamma": 3}, ValueError, r"gamma must be in \[0, 2\], got 3"),
        (np.ones((4, 2)), {"scheme": "euler"}, ValueError, "scheme must be one of 'bird', 'nanbu', got 'euler'"),
        (np.ones((4, 2)), {"scheme": "nanbu"}, ValueError, "dt must be given for scheme='nanbu', got None"),
        (np.ones((4, 2)), {"dt": 0.1}, ValueError, "dt is for scheme='nanbu', got dt = 0.1"),
        (np.ones((4, 2)), {"scheme": "nanbu", "dt": 0}, ValueError, "dt must be > 0, got 0"),
    ],
)
def test_bad_input(v0, options, error, word):
    with pytest.raises(error, match=word):
        simulate_collisions(v0, [0.0, 1.0], **options)
