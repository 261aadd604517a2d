"""Cole–Hopf against the equation itself, its limits and quadrature; the equilibrium of N against its Gibbs density."""

import numpy as np
import pytest
from scipy.integrate import quad

from mflimit import exact
from mflimit.exact import Burgers, GaussianLaw, LineLaw, LogisticLaw

X = np.linspace(-1.5, 1.2, 7)[:, None]


def two_bumps(y):
    """A general density, callable on (..., 1): 0.3 N(−1, 0.2) + 0.7 N(0.8, 0.5)."""
    y = y[..., 0]
    return 0.3 * GaussianLaw(0.2).density(y + 1) + 0.7 * GaussianLaw(0.5).density(y - 0.8)


LAWS = {
    "gaussian": GaussianLaw(0.4),
    "logistic": LogisticLaw(0.3),
    "general": LineLaw.from_density(two_bumps, -6.0, 8.0),
    "point": None,
}


@pytest.mark.parametrize("gamma", [2.5, -1.5])
@pytest.mark.parametrize("law", LAWS)
def test_solves_burgers(law, gamma):
    """F_t + γ(F − ½)F_x = σF_xx by differences of fourth order, and ρ̄ = F_x."""
    flow, t, h = Burgers(gamma, 0.3, LAWS[law]), 0.5, 5e-3

    def at(dx, dt):
        return flow.cdf(X + dx, t + dt)

    def first(g):
        return (8 * (g(h) - g(-h)) - g(2 * h) + g(-2 * h)) / (12 * h)

    f, f_x, f_t = at(0, 0), first(lambda s: at(s, 0)), first(lambda s: at(0, s))
    f_xx = (-at(2 * h, 0) + 16 * at(h, 0) - 30 * f + 16 * at(-h, 0) - at(-2 * h, 0)) / (12 * h**2)
    np.testing.assert_allclose(flow.density(X, t), f_x, atol=2e-8)
    np.testing.assert_allclose(f_t + gamma * (f - 0.5) * f_x, 0.3 * f_xx, atol=2e-6)
    assert np.abs(gamma * (f - 0.5) * f_x).max() > 0.1


@pytest.mark.parametrize("law", LAWS)
def test_initial_law_is_reached(law):
    flow = Burgers(1.0, 0.5, LAWS[law])
    x = np.array([[-0.9], [0.4]])
    expected = np.heaviside(x[:, 0], 0.5) if law == "point" else LAWS[law].cdf(x[:, 0])
    np.testing.assert_allclose(flow.cdf(x, 1e-9), expected, atol=1e-7)
    if law != "point":
        np.testing.assert_array_equal(flow.density(x, 0.0), LAWS[law].density(x[:, 0]))


def test_point_mass_is_the_limit_of_narrow_gaussians():
    """By translation invariance of the heat flow the error is O(variance)."""
    sharp = Burgers(-2.0, 0.4).cdf(X, 0.7)
    errors = [np.abs(Burgers(-2.0, 0.4, GaussianLaw(v)).cdf(X, 0.7) - sharp).max() for v in (4e-4, 1e-4)]
    assert errors[1] < 1e-4
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.05)


def test_weak_interaction_is_the_heat_flow():
    flow = Burgers(1e-13, 0.3, GaussianLaw(0.4))
    np.testing.assert_allclose(flow.density(X, 1.1), GaussianLaw(0.4 + 0.66).density(X[:, 0]), atol=1e-12)


@pytest.mark.parametrize("sigma", [0.5, 0.02])
def test_attraction_settles_on_the_logistic_profile(sigma):
    """At the rate γ²/(16σ), the gap of the linearised equation: here to e^{−25}."""
    flow = Burgers(-1.0, sigma, GaussianLaw(0.3))
    np.testing.assert_allclose(flow.cdf(X, 400 * sigma + 6), flow.stationary_cdf(X), atol=1e-9)
    stationary = Burgers(-1.0, sigma, LogisticLaw(2 * sigma))
    np.testing.assert_allclose(stationary.density(X, 0.8), flow.stationary_density(X), atol=1e-11 / sigma)
    peak = flow.stationary_density([[0.0]])[0]
    assert peak == pytest.approx(1 / (8 * sigma), rel=1e-14)


def test_rarefaction_becomes_uniform_when_the_noise_is_small():
    """σ → 0 from a point: ρ̄ = 1/(γt) on |x| < γt/2."""
    flow = Burgers(3.0, 1e-4)
    np.testing.assert_allclose(flow.density([[-0.6], [0.0], [0.6]], 1.0), 1 / 3, rtol=1e-3)
    assert flow.density([[1.6]], 1.0)[0] < 1e-10


def test_mass_and_second_moment():
    """d/dt ∫x²ρ̄ = 2σ + 2∫x γ(F − ½) ρ̄, integrated in time by Gauss–Legendre."""
    gamma, sigma, t = -1.2, 0.35, 0.6
    flow = Burgers(gamma, sigma, GaussianLaw(0.5))
    y = np.linspace(-12, 12, 1201)

    def moment(values):
        return float(np.sum(values) * (y[1] - y[0]))

    nodes, weights = np.polynomial.legendre.leggauss(6)
    pushed = [moment(y * (flow.cdf(y[:, None], s) - 0.5) * flow.density(y[:, None], s)) for s in t * (nodes + 1) / 2]
    assert moment(flow.density(y[:, None], t)) == pytest.approx(1, abs=1e-11)
    second = moment(y**2 * flow.density(y[:, None], t))
    assert second == pytest.approx(0.5 + 2 * sigma * t + gamma * t * np.dot(weights, pushed), rel=1e-8)


def test_a_rough_law_is_refused_rather_than_answered_wrongly():
    kink = LineLaw.from_density(lambda y: np.maximum(1 - np.abs(y[..., 0]), 0), -1.0, 1.0)
    with pytest.raises(ValueError, match=r"tol = 1e-13 is out of reach"):
        Burgers(4.0, 1e-3, kink, tol=1e-13).density(X, 0.3)
    with pytest.raises(ValueError, match=r"sigma \* t = 1e-12 is too small"):
        Burgers(4.0, 1e-12, kink).density(X, 1.0)


@pytest.mark.parametrize("law", [GaussianLaw(0.7), LogisticLaw(0.4), LAWS["general"]])
def test_laws_are_consistent(law):
    low, high = -1.3, 0.9
    assert law.cdf(high) - law.cdf(low) == pytest.approx(quad(law.density, low, high, epsabs=1e-12)[0], abs=1e-10)
    assert law.primitive(high) - law.primitive(low) == pytest.approx(
        quad(law.cdf, low, high, epsabs=1e-12)[0], abs=1e-10
    )
    assert law.primitive(50.0) - law.primitive(40.0) == pytest.approx(10, rel=1e-12)


def test_quantile_inverts_the_distribution_function():
    u = np.linspace(0.001, 0.999, 101)
    np.testing.assert_allclose(LAWS["general"].cdf(LAWS["general"].quantile(u)), u, atol=1e-13)


def potential_energy(x, gamma):
    """U(x) = (1/N) Σ_{i<j} V(x_i − x_j), V = −(γ/2)|x|: the drift of (IPS) is −∇U."""
    return -gamma / (2 * len(x)) * sum(abs(x[i] - x[j]) for i in range(len(x)) for j in range(i))


def test_gaps_carry_the_gibbs_density():
    """Σ rate_m gap_m = U/σ, and −∂_i U is the drift (1/N) Σ_{j≠i} (γ/2) sgn(x_i − x_j)."""
    gamma, sigma = -1.7, 0.35
    x = np.random.default_rng(5).normal(size=6)
    energy = potential_energy(x, gamma) / sigma
    assert np.dot(exact.gap_rates(6, gamma, sigma), np.diff(np.sort(x))) == pytest.approx(energy, rel=1e-13)
    step = 1e-7 * np.eye(6)[2]
    slope = (potential_energy(x + step, gamma) - potential_energy(x - step, gamma)) / 2e-7
    assert -slope == pytest.approx(gamma / 2 * np.sign(x[2] - x).sum() / 6, rel=1e-6)


def test_equilibrium_sample():
    """Mean and variance of every gap within 5 standard errors; order random; centre of mass 0."""
    n, gamma, sigma, copies = 6, -1.7, 0.35, 20_000
    x = exact.sample_equilibrium(n, gamma, sigma, rng=3, copies=copies)
    assert x.shape == (copies, n, 1)
    np.testing.assert_allclose(x.mean(axis=1), 0, atol=1e-12)
    gaps = np.diff(np.sort(x[..., 0], axis=1), axis=1) * exact.gap_rates(n, gamma, sigma)
    assert (np.abs(gaps.mean(axis=0) - 1) < 5 / np.sqrt(copies)).all()
    # the fourth central moment of an exponential is 9
    assert (np.abs(gaps.var(axis=0) - 1) < 5 * np.sqrt(8 / copies)).all()
    correlation = np.corrcoef(gaps.T) - np.eye(n - 1)
    assert (np.abs(correlation) < 5 / np.sqrt(copies)).all()
    smallest = np.bincount(np.argmin(x[..., 0], axis=1), minlength=n) / copies
    assert (np.abs(smallest - 1 / n) < 5 * np.sqrt(1 / n / copies)).all()
    assert np.array_equal(
        exact.sample_equilibrium(n, gamma, sigma, rng=3, copies=2),
        exact.sample_equilibrium(n, gamma, sigma, rng=3, copies=2),
    )


def test_equilibrium_of_many_is_the_logistic_law():
    """Kolmogorov's distance of N = 20000 centred particles is a few N^{−1/2}."""
    gamma, sigma, n = -2.0, 0.5, 20_000
    x = np.sort(exact.sample_equilibrium(n, gamma, sigma, rng=0)[:, 0])
    target = Burgers(gamma, sigma).stationary_cdf(x[:, None])
    assert np.abs(target - (np.arange(n) + 0.5) / n).max() < 3 / np.sqrt(n)


@pytest.mark.parametrize(
    "call, error, word",
    [
        (lambda: Burgers(1.0, 0.0), ValueError, "sigma must be > 0, got 0.0"),
        (lambda: Burgers("1", 0.1), TypeError, "gamma must be a real number, got '1'"),
        (lambda: Burgers(1.0, 0.1, initial=np.cos), TypeError, "initial must have the methods"),
        (lambda: Burgers(1.0, 0.1).stationary_cdf([[0.0]]), ValueError, "gamma must be < 0 .* got 1.0"),
        (lambda: Burgers(1.0, 0.1).cdf([[0.0]], 0.0), ValueError, "t must be > 0 from a point mass"),
        (lambda: Burgers(1.0, 0.1).cdf([0.0, 1.0], 0.5), ValueError, r"x must have shape \(..., 1\), got shape \(2,\)"),
        (lambda: exact.gap_rates(5, 1.0, 0.1), ValueError, "gamma must be < 0 for an equilibrium, got 1.0"),
        (lambda: exact.sample_equilibrium(5, -1.0, 0.1, copies=0), ValueError, "copies must be >= 1, got 0"),
        (lambda: LineLaw.from_density(two_bumps, 3.0, 3.0), ValueError, "upper must be > lower"),
        (lambda: LineLaw.from_density(two_bumps, -1.0, 3.0), ValueError, "rho must have mass 1"),
    ],
)
def test_bad_input(call, error, word):
    with pytest.raises(error, match=word):
        call()
