"""The sphere's marginals against quadrature and samples; BKW against its equation; moments of N molecules."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kstest

from mflimit.exact.bkw import BKW
from mflimit.exact.kac_sphere import KacSphere
from mflimit.exact.maxwell_moments import MaxwellMoments

SURFACE = {1: 2.0, 2: 2 * np.pi, 3: 4 * np.pi, 4: 2 * np.pi**2, 5: 8 * np.pi**2 / 3}


def radial(function, k, end):
    """∫ over R^k of a function of |v|, up to `end`."""
    value, _ = quad(lambda r: function(r) * SURFACE[k] * r ** (k - 1), 0, end, epsabs=1e-13, epsrel=1e-11, limit=400)
    return value


def on_axis(r, k):
    return np.array([r] + [0.0] * (k - 1))


@pytest.mark.parametrize("n, k", [(3, 1), (5, 1), (7, 2), (12, 3), (30, 5)])
def test_marginals_of_the_sphere_against_quadrature(n, k):
    """Mass 1, temperature 1, the 4th moment k(k + 2)N/(N + 2), and ∫|p − M| and ∫ p log(p/M) as they are defined."""
    sphere, end = KacSphere(n), np.sqrt(n)

    def density(r):
        return float(sphere.density(on_axis(r, k)))

    def gauss(r):
        return np.exp(-(r**2) / 2) / (2 * np.pi) ** (k / 2)

    for power, expected in ((0, 1), (2, k), (4, k * (k + 2) * n / (n + 2))):
        assert radial(lambda r, m=power: density(r) * r**m, k, end) == pytest.approx(expected, rel=1e-9)
    distance = radial(lambda r: abs(density(r) - gauss(r)), k, end) + radial(gauss, k, 40) - radial(gauss, k, end)
    assert sphere.variation_distance(k) == pytest.approx(distance, rel=1e-6)
    inside = end * (1 - 1e-14)
    entropy = radial(lambda r: density(r) * np.log(density(r) / gauss(r)), k, inside)
    assert sphere.relative_entropy(k) == pytest.approx(entropy, rel=1e-7)


def test_marginals_are_consistent():
    """∫ p_2(v, w) dw = p_1(v), and p_1 is the derivative of the distribution function."""
    sphere = KacSphere(9)
    for v in (0.0, 0.8, -2.1):
        top = np.sqrt(9 - v**2)
        assert quad(lambda w, v=v: float(sphere.density([v, w])), -top, top)[0] == pytest.approx(
            float(sphere.density([v])), rel=1e-9
        )
        slope = (sphere.cdf(v + 1e-5) - sphere.cdf(v - 1e-5)) / 2e-5
        assert slope == pytest.approx(float(sphere.density([v])), rel=1e-8)
    assert sphere.cdf([-3.0, 0.0, 3.0, 5.0]).tolist() == [0.0, 0.5, 1.0, 1.0]


@pytest.mark.parametrize("k", [1, 2, 3])
def test_distance_to_the_gaussian(k):
    """N ∫|p_k − M^⊗k| → E|s² − 2(k + 2)s + k(k + 2)|/4, s = |v|²; N² ∫ p_k log(p_k/M^⊗k) → k(k + 2)/4."""

    def integrand(r):
        polynomial = r**4 - 2 * (k + 2) * r**2 + k * (k + 2)
        return abs(polynomial) / 4 * np.exp(-(r**2) / 2) / (2 * np.pi) ** (k / 2)

    limit = radial(integrand, k, 40)
    errors = [n * KacSphere(n).variation_distance(k) - limit for n in (1000, 2000)]
    assert abs(errors[1]) < 2e-3
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.02)
    errors = [n**2 * KacSphere(n).relative_entropy(k) - k * (k + 2) / 4 for n in (10**4, 2 * 10**4)]
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.02)
    assert abs(errors[1]) < 1e-3


@pytest.mark.parametrize("n", [5, 8, 50, 1000])
def test_bound_of_diaconis_and_freedman(n):
    """It holds for every k; the distance grows with k, obeys Pinsker's inequality, and nearly is 2 for k = N − 1."""
    sphere = KacSphere(n)
    orders = range(1, min(n, 200))
    distances = [sphere.variation_distance(k) for k in orders]
    assert (np.diff(distances) > 0).all()
    assert all(d <= np.sqrt(2 * sphere.relative_entropy(k)) for k, d in zip(orders, distances, strict=True))
    assert all(sphere.variation_distance(k) <= sphere.variation_bound(k) for k in range(1, min(n - 3, 200)))
    assert 1 < sphere.variation_distance(n - 1) < 2


def test_sample_of_the_sphere():
    """Kolmogorov–Smirnov at the level 0.1%, and |v|² = N."""
    sphere = KacSphere(6)
    v = sphere.sample(20_000, rng=1)
    np.testing.assert_allclose(np.sum(v**2, axis=1), 6, rtol=1e-14)
    assert kstest(v[:, 3], sphere.cdf).pvalue > 1e-3
    assert sphere.sample(rng=1).shape == (6,)
    assert np.array_equal(sphere.sample(3, rng=5), sphere.sample(3, rng=5))


def transform(law, square, t):
    alpha = law.alpha_at(t)
    return np.exp(-(1 - alpha) * law.temperature * square / 2) * (1 - alpha * law.temperature * square / 2)


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_bkw_solves_boltzmann(dim):
    """∂_t f̂ = 2(⟨f̂(|ξ|cos χ/2) f̂(|ξ|sin χ/2)⟩ − f̂): χ uniform on the circle for d = 1, 2, cos χ for d = 3."""
    law, t, h = BKW(dim, temperature=0.7), 0.9, 1e-4
    square = np.linspace(0, 12, 25)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    angles = (np.arange(64) + 0.5) * 2 * np.pi / 64
    share, weight = ((1 + nodes) / 2, weights / 2) if dim == 3 else (np.cos(angles / 2) ** 2, np.full(64, 1 / 64))
    share = np.cos(angles) ** 2 if dim == 1 else share
    gain = transform(law, np.outer(square, share), t) * transform(law, np.outer(square, 1 - share), t)
    change = (transform(law, square, t + h) - transform(law, square, t - h)) / (2 * h)
    np.testing.assert_allclose(change, 2 * (gain @ weight - transform(law, square, t)), atol=1e-9)
    assert np.abs(change).max() > 0.01


def test_bkw_density_has_this_transform():
    law = BKW(1, alpha=0.5, temperature=1.3)
    v = np.linspace(-14, 14, 2001)
    for wave in (0.0, 0.7, 2.0):
        found = np.sum(law.density(v[:, None], 0.4) * np.cos(wave * v)) * (v[1] - v[0])
        assert found == pytest.approx(float(transform(law, wave**2, 0.4)), abs=1e-13)


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_moments_and_sample_of_bkw(dim):
    """By quadrature, to 1e-10; of 40000 velocities, within 4 standard errors."""
    law, t = BKW(dim, temperature=0.6), 0.7

    def density(r):
        return float(law.density(on_axis(r, dim), t))

    for power, expected in ((0, 1), (2, 0.6 * dim), (4, float(law.moment4(t)))):
        assert radial(lambda r, m=power: density(r) * r**m, dim, 15) == pytest.approx(expected, rel=1e-10)
    v = law.sample(40_000, t, rng=2)
    fourth = np.sum(v**2, axis=1) ** 2
    assert abs(fourth.mean() - law.moment4(t)) < 4 * fourth.std() / 200
    assert abs((v[:, 0] ** 2).mean() - 0.6) < 4 * (v[:, 0] ** 2).std() / 200
    assert BKW(dim).density(np.zeros(dim), 0.0) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("n, dim", [(2, 2), (5, 2), (4, 3)])
def test_equilibrium_moments_of_molecules(n, dim):
    """Against a sample of the sphere {Σv = 0, Σ|v|² = E}, within 4 standard errors; they are at rest."""
    model = MaxwellMoments(n, dim)
    v = np.random.default_rng(7).normal(size=(40_000, n, dim))
    v -= v.mean(axis=1, keepdims=True)
    v *= np.sqrt(3.0 / np.sum(v**2, axis=(1, 2)))[:, None, None]
    fourth, stress, energy = MaxwellMoments.measure(v)
    np.testing.assert_allclose(energy, 3.0, rtol=1e-13)
    for values, expected in zip((fourth, stress), model.equilibrium(3.0), strict=True):
        assert abs(values.mean() - expected) < 4 * values.std() / 200 + 1e-12
    a, b = model.equilibrium(3.0)
    d = dim
    change_a = -(d - 1) / d * n / (n - 1) * a + 2 / (n - 1) * ((d + 1) * 9 / (2 * d) - b / d)
    change_b = 2 / (n - 1) * (n * (9 / d - b) + (d - 1) / (2 * d) * (n * a + 9 + 2 * b))
    assert abs(change_a) < 1e-13 and abs(change_b) < 1e-12


@pytest.mark.parametrize("dim", [2, 3])
def test_moments_of_many_molecules_are_those_of_bkw(dim):
    law, n = BKW(dim), 10**6
    times = np.array([0.3, 1.0, 4.0])
    values = MaxwellMoments(n, dim).at(times, float(law.moment4(0)) * n, n**2 * dim, n * dim)
    np.testing.assert_allclose(values[:, 0] / n, law.moment4(times), rtol=1e-5)


@pytest.mark.parametrize(
    "call, error, word",
    [
        (lambda: KacSphere(1), ValueError, "n must be >= 2, got 1"),
        (lambda: KacSphere(2.5), TypeError, "n must be an integer, got 2.5"),
        (lambda: KacSphere(5).density([0.0] * 5), ValueError, "the last axis of v must be < n = 5.* got 5"),
        (lambda: KacSphere(5).variation_distance(5), ValueError, "k must be < n = 5.* got 5"),
        (lambda: KacSphere(5).variation_bound(2), ValueError, "k must be <= n - 4 = 1, got 2"),
        (lambda: KacSphere(5).gap(1.5), ValueError, r"cosine4 must be in \[-1, 1\], got 1.5"),
        (lambda: KacSphere(5).moment4(1.0, -1.0), ValueError, "got -1.0"),
        (lambda: BKW(4), ValueError, "dim must be 1, 2 or 3, got 4"),
        (lambda: BKW(3, alpha=0.5), ValueError, r"alpha must be <= .* = 0.4, for f >= 0, got 0.5"),
        (lambda: BKW(2).density([0.0], 1.0), ValueError, r"v must have shape \(..., 2\), got shape \(1,\)"),
        (lambda: BKW(2).moment4(-1.0), ValueError, "t must be >= 0, got -1.0"),
        (lambda: MaxwellMoments(5, 1), ValueError, "dim must be >= 2, got 1"),
        (lambda: MaxwellMoments.measure([1.0]), ValueError, r"v must have shape \(..., n, d\), got shape \(1,\)"),
    ],
)
def test_bad_input(call, error, word):
    with pytest.raises(error, match=word):
        call()
