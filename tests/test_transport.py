"""W_1 and W_2: closed forms, linear programming, quadrature of the definitions, and the axioms of a distance."""

import sys

import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.stats import wasserstein_distance

from mflimit.domains import Euclidean, Torus
from mflimit.functionals import LineLaw, quantise, wasserstein1, wasserstein2

LINE, CIRCLE, LONG = Euclidean(1), Torus(1), Torus(1, 2.5)
DISTANCES = [wasserstein1, wasserstein2]


def wave(length):
    """A density (1 + 0.6 cos θ + 0.3 sin 2θ)/L, θ = 2πx/L, and its distribution function."""

    def density(x):
        theta = 2 * np.pi * x[..., 0] / length
        return (1 + 0.6 * np.cos(theta) + 0.3 * np.sin(2 * theta)) / length

    def cdf(x):
        theta = 2 * np.pi * x / length
        return (theta + 0.6 * np.sin(theta) + 0.15 * (1 - np.cos(2 * theta))) / (2 * np.pi)

    return density, cdf


def normal(x):
    """N(0.3, 1) on (..., 1)."""
    return np.exp(-((x[..., 0] - 0.3) ** 2) / 2) / np.sqrt(2 * np.pi)


def linear_program(x, y, domain, power):
    """W_p by the network simplex on the matrix of distances."""
    cost = np.abs(domain.displacement(x[:, None, 0], y[None, :, 0])) ** power
    weights = [np.full(len(z), 1 / len(z)) for z in (x, y)]
    return ot.emd2(*weights, cost) ** (1 / power)


clouds = st.lists(st.floats(0, 2.5, exclude_max=True, width=32), min_size=1, max_size=9).map(
    lambda v: np.array(v)[:, None]
)


@given(clouds, clouds)
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("domain", [LINE, LONG])
@pytest.mark.parametrize("power", [1, 2])
def test_between_clouds_is_the_linear_program(domain, power, x, y):
    value = DISTANCES[power - 1](x, y, domain)
    assert value == pytest.approx(linear_program(x, y, domain, power), abs=1e-7)
    assert DISTANCES[power - 1](y, x, domain) == pytest.approx(value, abs=1e-7)


def test_between_clouds_of_thousands():
    rng = np.random.default_rng(2)
    x, y = rng.random((3000, 1)), rng.beta(2, 3, size=(2000, 1))
    assert wasserstein1(x, y, LINE) == pytest.approx(wasserstein_distance(x[:, 0], y[:, 0]), rel=1e-12)
    for distance in DISTANCES:
        assert distance(x, y, CIRCLE) <= distance(x, y, LINE)
        shifted = CIRCLE.wrap(x + 0.37), CIRCLE.wrap(y + 0.37)
        assert distance(*shifted, CIRCLE) == pytest.approx(distance(x, y, CIRCLE), rel=1e-9)


@pytest.mark.parametrize("domain", [CIRCLE, LONG])
@pytest.mark.parametrize("n", [1, 7, 1000])
def test_regular_points_to_the_uniform_law(domain, n):
    """Each point serves an arc of length L/n: W_1 = L/(4n), W_2² = L²/(12n²), wherever the points begin."""
    length = domain.length
    x = domain.wrap((np.arange(n)[:, None] / n + 0.123) * length)
    uniform = np.full(64, 1 / length)
    assert wasserstein1(x, uniform, domain) == pytest.approx(length / (4 * n), rel=1e-9)
    assert wasserstein2(x, uniform, domain) == pytest.approx(length / n / np.sqrt(12), rel=1e-7)


@pytest.mark.parametrize("domain", [CIRCLE, LONG])
@pytest.mark.parametrize("n", [3, 40])
def test_w1_to_a_density_on_the_circle_is_the_least_over_the_offset(domain, n):
    density, cdf = wave(domain.length)
    x = np.sort(np.random.default_rng(n).random((n, 1)) * domain.length, axis=0)

    def cost(offset):
        edges = np.concatenate(([0.0], x[:, 0], [domain.length]))
        cells = zip(edges[:-1], edges[1:], np.arange(n + 1) / n, strict=True)
        return sum(quad(lambda s, c=c: abs(c - cdf(s) - offset), a, b, epsabs=1e-10, limit=200)[0] for a, b, c in cells)

    best = minimize_scalar(cost, bounds=(-0.6, 0.6), method="bounded", options={"xatol": 1e-7}).fun
    assert wasserstein1(x, density, domain) == pytest.approx(best, abs=1e-8)


def test_w1_to_a_density_on_the_line():
    law = LineLaw.from_density(normal, -12.0, 12.0)
    x = np.array([[-1.1], [0.4], [0.5], [2.0]])
    edges = np.concatenate(([-12.0], x[:, 0], [12.0]))
    cells = zip(edges[:-1], edges[1:], np.arange(5) / 4, strict=True)
    expected = sum(quad(lambda s, c=c: abs(c - law.cdf(s)), a, b, epsabs=1e-11, limit=200)[0] for a, b, c in cells)
    assert wasserstein1(x, normal, LINE) == pytest.approx(expected, abs=1e-8)
    assert wasserstein1(x, normal, LINE, bounds=(-12.0, 12.0)) == pytest.approx(expected, abs=1e-9)
    # to one point: E|X − a| = √(2/π) at the mean
    assert wasserstein1([[0.3]], normal, LINE) == pytest.approx(np.sqrt(2 / np.pi), abs=1e-8)


def test_w2_to_a_gaussian():
    """One point at distance m from the mean: W_2² = 1 + m²; two points ±b: 1 + b² − 2b E|Z|."""
    assert wasserstein2([[2.3]], normal, LINE) ** 2 == pytest.approx(5, rel=1e-7)
    b = 0.8
    expected = 1 + b**2 - 2 * b * np.sqrt(2 / np.pi)
    assert wasserstein2([[0.3 - b], [0.3 + b]], normal, LINE) ** 2 == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("domain", [CIRCLE, LONG])
def test_a_density_is_the_limit_of_its_quantiles(distance, domain):
    """By the triangle inequality the values differ by at most W(quantile cloud, ρ), which is O(1/M)."""
    density, _ = wave(domain.length)
    nodes = np.linspace(0, domain.length, 4097)
    law = LineLaw.from_samples(nodes, density(nodes[:, None]), periodic=True)
    x = np.random.default_rng(7).random((23, 1)) * domain.length
    exact = distance(x, density, domain)
    for size in (500, 4000):
        cloud = law.quantile((np.arange(size) + 0.5) / size)[:, None]
        gap = distance(cloud, density, domain)
        assert gap < 3 * domain.length / size
        assert abs(distance(x, cloud, domain) - exact) <= gap


@pytest.mark.parametrize("distance", DISTANCES)
def test_functions_grids_and_batches_agree(distance):
    density, _ = wave(2.5)
    x = np.random.default_rng(0).random((4, 50, 1)) * 2.5
    single = np.array([distance(cloud, density, LONG) for cloud in x])
    for points in (17, 64, 3000):
        np.testing.assert_allclose(distance(x, density(LONG.grid(points)), LONG), single, rtol=1e-8)
    assert isinstance(distance(x[0], density, LONG), float)
    np.testing.assert_allclose(distance(x + 5.0, density, LONG), single, rtol=1e-9)


@pytest.mark.parametrize("distance", DISTANCES)
def test_vacuum_in_the_density(distance):
    """Half the circle empty, where F is flat and its inverse jumps."""

    def bump(x):
        return np.where(x[..., 0] < 0.5, 48 * x[..., 0] * (0.5 - x[..., 0]), 0.0)

    x = np.array([[0.25], [0.75]])
    nodes = np.linspace(0, 0.5, 4001)
    law = LineLaw.from_samples(nodes, bump(nodes[:, None] - 1e-12))
    cloud = law.quantile((np.arange(4000) + 0.5) / 4000)[:, None]
    assert distance(x, bump, CIRCLE, points=8192) == pytest.approx(distance(x, cloud, CIRCLE), abs=2e-4)


def test_samples_approach_their_law_at_the_known_rate():
    """Uniform sample on the circle: N E W_2² → (1/6)·½ = 1/12 (Brownian bridge minus its mean), 5 standard errors."""
    rng, n, runs = np.random.default_rng(0), 2000, 400
    values = n * wasserstein2(rng.random((runs, n, 1)), np.ones(32), CIRCLE) ** 2
    error = values.std(ddof=1) / np.sqrt(runs)
    assert abs(values.mean() - 1 / 12) < 5 * error
    assert error < 0.004


@pytest.mark.parametrize("domain", [Torus(2), Torus(3, 2.0), Euclidean(2)])
def test_small_translations(domain):
    rng = np.random.default_rng(3)
    x = rng.random((60, domain.dim))
    v = 1e-3 * np.arange(1, domain.dim + 1)
    assert wasserstein2(x, domain.wrap(x + v), domain) == pytest.approx(np.linalg.norm(v), rel=1e-10)


def test_assignment_and_linear_programming_agree():
    rng, torus = np.random.default_rng(4), Torus(2, 1.7)
    x, y = rng.random((40, 2)) * 1.7, rng.random((40, 2)) * 1.7
    value = wasserstein2(x, y, torus)
    assert wasserstein2(np.repeat(x, 2, axis=0), y, torus) == pytest.approx(value, rel=1e-9)
    assert value < wasserstein2(x, y, Euclidean(2))
    cost = sum((np.abs(x[:, None] - y[None]) - 1.7 * (np.abs(x[:, None] - y[None]) > 0.85)).transpose(2, 0, 1) ** 2)
    assert value**2 == pytest.approx(ot.emd2([], [], cost), rel=1e-9)


def test_quantised_density_in_two_dimensions():
    """A point to the uniform law: W_2² = 2/12; the number returned is within the radius of it."""
    torus = Torus(2)

    def uniform(x):
        return np.ones(x.shape[:-1])

    for points in (6, 15):
        value = wasserstein2([[0.3, 0.9]], uniform, torus, points=points)
        radius = quantise(uniform, torus, points=points)[2]
        assert abs(value - np.sqrt(1 / 6)) <= radius
        assert radius == pytest.approx(np.sqrt(2 / 12) / points, rel=0.02)

    def skew(x):
        return 1 + 0.8 * np.sin(2 * np.pi * x[..., 0])

    atoms, weights, _ = quantise(skew, torus, points=12)
    assert np.dot(weights, np.sin(2 * np.pi * atoms[:, 0])) == pytest.approx(0.4, abs=0.01)
    from_grid = quantise(skew(torus.grid(48)), torus, points=12)
    assert from_grid[0].shape == atoms.shape
    np.testing.assert_allclose(
        wasserstein2([[0.3, 0.9]], skew(torus.grid(48)), torus, points=12),
        wasserstein2([[0.3, 0.9]], skew, torus, points=12),
        rtol=0.01,
    )


def test_quantised_density_in_space():
    def gaussian(x):
        return np.exp(-np.sum(x**2, axis=-1) / 2) / (2 * np.pi)

    value = wasserstein2([[0.6, 0.0]], gaussian, Euclidean(2), bounds=(-7.0, 7.0), points=30)
    radius = quantise(gaussian, Euclidean(2), bounds=(-7.0, 7.0), points=30)[2]
    assert abs(value - np.sqrt(2 + 0.36)) <= radius
    assert radius < 0.25


def test_without_pot(monkeypatch):
    monkeypatch.setitem(sys.modules, "ot", None)
    assert wasserstein2(np.zeros((3, 2)), np.zeros((3, 2)), Torus(2)) == 0
    with pytest.raises(ImportError, match="needs POT: pip install POT"):
        wasserstein2(np.zeros((3, 2)), np.zeros((4, 2)), Torus(2))


GOOD = np.array([[0.1], [0.6]])


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize(
    "x, rho, domain, error, word",
    [
        ([[np.nan]], np.ones(8), CIRCLE, ValueError, r"x must be finite, got x\[0, 0\] = nan"),
        ([0.1, 0.6], np.ones(8), CIRCLE, ValueError, r"x must have shape \(n, 1\).* got shape \(2,\)"),
        (np.zeros((0, 1)), np.ones(8), CIRCLE, ValueError, "x must have shape"),
        ("cloud", np.ones(8), CIRCLE, TypeError, "x must be an array of real numbers, got str"),
        (GOOD, 1.1 * np.ones(8), CIRCLE, ValueError, "rho must have mass 1, got mass 1.1"),
        (GOOD, np.array([3.0, -1.0] * 4), CIRCLE, ValueError, r"rho must be >= 0, got rho\[1\] = -1.0"),
        (GOOD, np.ones((8, 8)), CIRCLE, ValueError, r"rho must have shape \(points,\)\*1"),
        (GOOD, np.ones(8), LINE, TypeError, "rho must be callable on Euclidean"),
        (GOOD, lambda x: np.ones(3), CIRCLE, ValueError, r"rho must map \(..., 1\) to \(...\)"),
        (GOOD, np.ones(8), "circle", TypeError, "domain must be a Torus or Euclidean, got 'circle'"),
        (GOOD, lambda x: 0.1 / (1 + x[..., 0] ** 2), LINE, ValueError, "bounds must be given"),
    ],
)
def test_bad_input(distance, x, rho, domain, error, word):
    with pytest.raises(error, match=word):
        distance(x, rho, domain)


def test_bad_dimensions_and_bounds():
    with pytest.raises(ValueError, match="domain must be one-dimensional"):
        wasserstein1(np.zeros((3, 2)), np.zeros((3, 2)), Torus(2))
    with pytest.raises(ValueError, match="bounds must be given for a density in space, got None"):
        wasserstein2(np.zeros((3, 2)), lambda x: np.exp(-np.pi * np.sum(x**2, -1)), Euclidean(2))
    with pytest.raises(ValueError, match="bounds must be finite with lower < upper"):
        wasserstein1(GOOD, normal, LINE, bounds=(1.0, -1.0))
    with pytest.raises(ValueError, match="points must be >= 1, got 0"):
        wasserstein2(GOOD, wave(1.0)[0], CIRCLE, points=0)
