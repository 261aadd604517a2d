"""The BBGKY hierarchy against the law of N particles: where it is exact, how fast its closures err, its limits."""

import math

import numpy as np
import pytest

import mflimit as mf
from mflimit.exact.kuramoto import KuramotoStates
from mflimit.functionals.entropy import relative_entropy
from mflimit.hierarchy import solve_hierarchy
from mflimit.liouville import solve_liouville, solve_liouville_grid

TAU = 2 * np.pi
CIRCLE = mf.Torus(1)
#: Neither odd nor even, and with a mean.
SKEW = mf.kernels.Kernel.from_force(lambda x: 0.5 * np.sin(np.pi * x) + 0.3 * np.cos(np.pi * x) + 0.3)


def cosine(x):
    return 1 + 0.4 * np.cos(TAU * x[..., 0])


def uniform(x):
    return np.ones(x.shape[:-1])


@pytest.mark.parametrize("n", [2, 3])
def test_order_n_is_exact_for_n_particles(n):
    model = mf.Model(SKEW, mf.Torus(1, 2.0), sigma=0.6)
    times = [0.0, 0.1, 0.3]

    def rho0(x):
        return (1 + 0.3 * np.cos(np.pi * x[..., 0]) + 0.2 * np.sin(TAU * x[..., 0])) / 2

    points = {2: 40, 3: 28}[n]
    bbgky = solve_hierarchy(model, rho0, n, times, order=n, points=points)
    law = solve_liouville(model, rho0, n, times, modes=(points - 1) // 3)
    for k in range(1, n + 1):
        assert np.abs(bbgky.marginal(k) - law.marginal(k, points)).max() < 1e-9
    assert np.abs(law.marginal(2, points) - solve_hierarchy(model, rho0, n, times, 1, points).marginal(2)).max() > 1e-3


def test_closure_errors_have_the_exponents_of_their_leading_factors():
    # The same modes in both, so that the closure is the only error.
    model = mf.Model(mf.kernels.Kuramoto(0.2), CIRCLE, sigma=0.1)
    times, points, modes = [0.0, 0.1], 15, 4
    particles = np.array([8, 10, 12, 14])
    errors = {}
    for n in particles:
        law = solve_liouville(model, cosine, n, times, modes=modes, order=2, tol=1e-13)
        for order in (1, 2, 3):
            bbgky = solve_hierarchy(model, cosine, n, times, order, points, tol=1e-12)
            for k in (1, 2):
                gap = np.abs(bbgky.marginal(k) - law.marginal(k, points))[-1].max()
                errors.setdefault((order, k), []).append(gap)
    n = particles.astype(float)
    leading = {
        (1, 1): (n - 1) / n**2,
        (1, 2): 1 / n,
        (2, 1): (n - 1) * (n - 2) / n**4,
        (2, 2): (n - 2) / n**3,
        (3, 1): (n - 1) * (n - 2) * (n - 3) / n**6,
        (3, 2): (n - 2) * (n - 3) / n**5,
    }
    for key, factor in leading.items():
        measured, expected = (np.polyfit(np.log(n), np.log(y), 1)[0] for y in (errors[key], factor))
        assert abs(measured - expected) < 0.1, (key, measured, expected)
        assert abs(expected + key[0]) < 0.8


@pytest.fixture(scope="module")
def extrapolated():
    """N(ρ_{N,1} − ρ̄), N g_2, N² g_3 and N² k H_k for N = 8, …, 20, extrapolated in 1/N; the limits of the hierarchy."""
    model = mf.Model(mf.kernels.Kuramoto(-0.4), CIRCLE, sigma=0.1)
    times, points = [0.0, 0.2], 16
    limit = solve_hierarchy(model, cosine, math.inf, times, order=3, points=points)
    particles = np.array([8, 10, 12, 16, 20])
    rows = {"first": [], "pair": [], "triple": [], "entropy": []}
    for n in particles:
        # Eight nonzero modes are all there is at N = 8, and enough for the others.
        law = solve_liouville(model, cosine, n, times, modes=5, nonzero=8, order=3, tol=1e-13)
        one, two, three = (law.marginal(k, points, at=1) for k in (1, 2, 3))
        bar = limit.marginal(1)[1]
        pair = two - np.outer(one, one)
        triple = three - one[:, None, None] * one[:, None] * one
        for axes in [(0, 1, 2), (1, 0, 2), (2, 0, 1)]:
            triple -= np.multiply.outer(one, pair).transpose(np.argsort(axes))
        rows["first"].append(n * (one - bar))
        rows["pair"].append(n * pair)
        rows["triple"].append(n**2 * triple)
        entropies = [relative_entropy(m, limit.marginal(m.ndim)[1], mf.Torus(m.ndim)) for m in (one, two, three)]
        rows["entropy"].append(n**2 * np.array(entropies))
    powers = particles[:, None] ** -np.arange(5.0)
    ends = {}
    for name, values in rows.items():
        table = np.array(values)
        ends[name] = np.linalg.solve(powers, table.reshape(5, -1))[0].reshape(table.shape[1:])
    return particles, rows, ends, limit


def test_the_correction_and_the_pair_correlation_tend_to_the_limits_of_the_hierarchy(extrapolated):
    _, rows, ends, limit = extrapolated
    for name, exact in [("first", limit.correction()[1]), ("pair", limit.correlation()[1])]:
        assert np.abs(ends[name] - exact).max() < 1e-5 * np.abs(exact).max()
        # Which is not the case of what is extrapolated.
        assert np.abs(rows[name][-1] - exact).max() > 1e-3 * np.abs(exact).max()
    triple = limit.correlation(3)[1]
    assert np.abs(ends["triple"] - triple).max() < 1e-3 * np.abs(triple).max()


def test_marginal_entropies_are_of_order_n_to_the_minus_two(extrapolated):
    # N² k H_k → kA + k(k − 1)C/2, A = ½∫(f^{(1)})²/ρ̄, C = ½∬h²/(ρ̄ρ̄)·2: each particle and each pair deviates by O(1/N).
    particles, rows, ends, limit = extrapolated
    bar, first, pair = limit.marginal(1)[1], limit.correction()[1], limit.correlation()[1]
    single = 0.5 * (first**2 / bar).mean()
    both = 0.5 * (pair**2 / np.outer(bar, bar)).mean()
    expected = np.array([single, 2 * single + both, 3 * single + 3 * both])
    assert np.abs(ends["entropy"] / expected - 1).max() < 1e-4
    entropies = np.array(rows["entropy"]) / particles[:, None] ** 2.0
    slopes = np.polyfit(np.log(particles), np.log(entropies), 1)[0]
    assert np.abs(slopes + 2).max() < 0.1
    # O(k²/N²): k H_k / k² is bounded by (A + C)/N².
    assert (entropies < 1.05 * np.array([1, 4, 9]) * (single + both) / particles[:, None] ** 2.0).all()


def test_order_one_at_infinity_is_the_mean_field_equation():
    states = KuramotoStates(kappa=2.0, sigma=0.1)
    model = mf.Model(mf.kernels.Kuramoto(2.0), CIRCLE, sigma=0.1)
    limit = solve_hierarchy(model, states.density, math.inf, [0.0, 1.0], order=1, points=64)
    assert np.abs(limit.marginal(1)[1] - states.density(CIRCLE.grid(64))).max() < 1e-9
    finite = solve_hierarchy(model, states.density, 10, [0.0, 1.0], order=1, points=64)
    weaker = solve_hierarchy(
        mf.Model(mf.kernels.Kuramoto(1.8), CIRCLE, sigma=0.1), states.density, math.inf, [0.0, 1.0], order=1, points=64
    )
    assert np.abs(finite.marginal(1) - weaker.marginal(1)).max() < 1e-9
    assert np.abs(finite.marginal(1) - limit.marginal(1)).max() > 0.1


def test_cumulants_integrate_to_zero_and_marginals_are_consistent():
    model = mf.Model(SKEW, mf.Torus(1, 2.0), sigma=0.3)
    bbgky = solve_hierarchy(model, lambda x: cosine(x / 2) / 2, 5, [0.0, 0.3], order=3, points=16)
    assert np.abs(bbgky.correlation(2).mean(axis=2)).max() < 1e-13
    assert np.abs(bbgky.correlation(3).mean(axis=3)).max() < 1e-13
    assert np.abs(2 * bbgky.marginal(3).mean(axis=3) - bbgky.marginal(2)).max() < 1e-13
    assert np.abs(bbgky.correlation(3) - bbgky.correlation(3).swapaxes(1, 3)).max() < 1e-10


# Translation-invariant laws


@pytest.mark.parametrize("dim", [1, 2])
def test_debye_and_hueckel(dim):
    # K = −∇V from the uniform law: ĥ(k, t) = −f²V̂/(σ + fV̂) (1 − e^{−(8π²|k|²/L²)(σ + fV̂)t}), f = L^{−d}.
    torus = mf.Torus(dim, 2.0)
    kernel, sigma, times = mf.kernels.Coulomb(1.0) if dim == 2 else mf.kernels.Kuramoto(0.3), 0.1, [0.0, 0.05, 40.0]
    model = mf.Model(kernel, torus, sigma)
    limit = solve_hierarchy(model, lambda x: uniform(x) / torus.volume, math.inf, times, order=2, points=32)
    spectrum = np.fft.fftn(limit.correlation(), axes=range(1, 3)) * (2 / 32) ** 2
    f = 1 / torus.volume
    for k in [(1, 0), (1, 2), (0, 3)] if dim == 2 else [(1,)]:
        potential = kernel.potential_symbol(tuple(np.array([c]) for c in k), torus)[0]
        rate = 8 * np.pi**2 * np.dot(k, k) / 4 * (sigma + f * potential)
        expected = -(f**2) * potential / (sigma + f * potential) * (1 - np.exp(-rate * limit.times))
        found = spectrum[:, k[0], k[1]] if dim == 2 else spectrum[:, k[0], -k[0]] / 2
        assert np.abs(expected).max() > 1e-4 and np.abs(found - expected).max() < 1e-9


def test_two_particles_in_the_plane_on_a_tensor_grid():
    kernel = mf.kernels.Kernel.from_force(
        lambda x: (
            0.4 * np.sin(TAU * x[..., 0]) * (1 + np.cos(TAU * x[..., 1])),
            0.2 * np.sin(TAU * (x[..., 0] + x[..., 1])),
        )
    )
    model = mf.Model(kernel, mf.Torus(2), sigma=0.2)
    bbgky = solve_hierarchy(model, uniform, 2, [0.0, 0.2], order=2, points=18)
    grid = solve_liouville_grid(model, uniform, 2, [0.0, 0.2], points=18)
    assert np.abs(bbgky.marginal(2) - grid.values).max() < 1e-7
    assert np.abs(grid.values[1] - 1).max() > 0.05


def test_vortices_stay_independent_if_they_start_uniform():
    model = mf.Model(mf.kernels.BiotSavart(), mf.Torus(2), sigma=0.1)
    assert np.abs(solve_hierarchy(model, uniform, 10, [0.0, 0.2], order=2, points=16).correlation()).max() < 1e-14


# What is refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"order": 4}, "order must be 1, 2 or 3"),
        ({"order": 3, "n_particles": 2}, "order must be 1, 2 or 3 and <= n_particles = 2"),
        ({"points": 4}, "points must be >= 8, got 4"),
        ({"n_particles": 0}, "n_particles must be >= 1, got 0"),
        ({"n_particles": -math.inf}, "n_particles"),
        ({"model": mf.Model(mf.kernels.Linear(1.0), mf.Euclidean(1))}, "model must be on a Torus"),
        ({"model": mf.Model(mf.kernels.BiotSavart(), mf.Torus(2), 0.1)}, "rho0 uniform"),
        ({"points": 2048, "order": 3}, "too much memory"),
        ({"tol": -1.0}, "tol must be > 0"),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {
        "model": mf.Model(mf.kernels.Kuramoto(1.0), CIRCLE, 0.1),
        "rho0": cosine,
        "n_particles": 10,
        "times": [0.0, 0.1],
        "points": 16,
    }
    with pytest.raises((TypeError, ValueError), match=message):
        solve_hierarchy(**(arguments | change))


def test_questions_a_hierarchy_cannot_answer():
    bbgky = solve_hierarchy(mf.Model(mf.kernels.Kuramoto(1.0), CIRCLE, 0.1), cosine, 10, [0.0, 0.1], points=16)
    with pytest.raises(ValueError, match="k must be <= 3, got 4"):
        bbgky.marginal(4)
    with pytest.raises(ValueError, match="<= order = 2, got 3"):
        bbgky.correlation(3)
    with pytest.raises(ValueError, match="correction needs n_particles = inf"):
        bbgky.correction()


def test_a_closure_that_blows_up_says_when():
    model = mf.Model(mf.kernels.Kuramoto(60.0), CIRCLE, sigma=1e-3)
    with pytest.raises(ArithmeticError, match="cannot be followed beyond t = "):
        solve_hierarchy(model, cosine, 3, [0.0, 5.0], order=2, points=16, tol=1e-4)
