"""The linear model: covariance by its Lyapunov equation, every divergence by the general Gaussian formulas."""

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.linalg import sqrtm

from mflimit.exact import LinearGaussian

LAWS = [
    LinearGaussian(1.3, 0.4, 0.9, 3),
    LinearGaussian(-0.6, 0.25, 1.1, 2),
    LinearGaussian(0.0, 0.5, 0.7),
    LinearGaussian(0.8, 0.0),
]
N, T = 5, 0.9


def lyapunov(law, n, t):
    """The covariance of the N particles from dC/dt = BC + CBᵀ + 2σI, B_ij the drift −a (δ_ij − 1/N)."""
    drift = -law.a * (np.eye(n) - 1 / n)

    def right(_, c):
        return (drift @ c.reshape(n, n) + c.reshape(n, n) @ drift.T + 2 * law.sigma * np.eye(n)).ravel()

    start = law.initial_variance * np.eye(n).ravel()
    return solve_ivp(right, (0, t), start, rtol=1e-11, atol=1e-13).y[:, -1].reshape(n, n)


def gaussian_divergence(p, q):
    """KL(N(0, p) | N(0, q))."""
    ratio = np.linalg.solve(q, p)
    return (np.trace(ratio) - len(p) - np.linalg.slogdet(ratio)[1]) / 2


@pytest.mark.parametrize("law", LAWS)
def test_covariance_solves_the_lyapunov_equation(law):
    np.testing.assert_allclose(law.covariance(T, N), lyapunov(law, N, T), rtol=1e-8)
    np.testing.assert_allclose(law.covariance(T, N, k=2), lyapunov(law, N, T)[:2, :2], rtol=1e-8)


@pytest.mark.parametrize("law", LAWS)
def test_limit_variance_solves_its_equation(law):
    h = 1e-4
    slope = (law.variance(T + h) - law.variance(T - h)) / (2 * h)
    assert slope == pytest.approx(-2 * law.a * law.variance(T) + 2 * law.sigma, abs=1e-7)
    assert law.variance(0.0) == law.initial_variance


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("k", [1, 2, 5])
def test_divergences_are_those_of_gaussians(law, k):
    p = np.kron(lyapunov(law, N, T)[:k, :k], np.eye(law.dim))
    q = law.variance(T) * np.eye(k * law.dim)
    assert law.entropy(T, N, k) == pytest.approx(gaussian_divergence(p, q), rel=1e-6, abs=1e-10)
    assert law.reverse_entropy(T, N, k) == pytest.approx(gaussian_divergence(q, p), rel=1e-6, abs=1e-10)
    score = np.linalg.inv(q) - np.linalg.inv(p)
    assert law.fisher_information(T, N, k) == pytest.approx(np.trace(score @ p @ score), rel=1e-6, abs=1e-10)
    root = np.real(sqrtm(sqrtm(q) @ p @ sqrtm(q)))
    bures = np.trace(p) + np.trace(q) - 2 * np.trace(root)
    assert law.wasserstein2(T, N, k) ** 2 == pytest.approx(bures, rel=1e-6, abs=1e-9)


def test_formulas_of_the_statement():
    law, k = LAWS[0], 2
    s = 0.9 * np.exp(-2 * 1.3 * T) + (0.4 / 1.3) * (1 - np.exp(-2 * 1.3 * T))
    r = (0.9 + 0.8 * T) / s
    q = 1 + (r - 1) * k / N
    assert law.variance(T) == pytest.approx(s, rel=1e-14)
    assert law.entropy(T, N) == pytest.approx(1.5 * (r - 1 - np.log(r)), rel=1e-12)
    assert law.entropy(T, N, k) == pytest.approx(1.5 * (q - 1 - np.log(q)), rel=1e-12)


def test_sharp_rate_with_full_relative_accuracy_for_any_number_of_particles():
    law, k = LAWS[1], 3
    r = float(law.free_variance(T) / law.variance(T))
    for n in (1e6, 1e9, 1e12):
        rate = law.dim / 4 * (r - 1) ** 2 * k**2 / n**2
        assert law.entropy(T, int(n), k) == pytest.approx(rate, rel=10 / n + 1e-12)


def test_entropy_balance():
    """d(N H_N)/dt = −σ ∫|∇ log(ρ_N/ρ̄^⊗N)|² dρ_N + d a (r − 1): dissipation and source."""
    for law in LAWS:
        h = 1e-4
        slope = (law.entropy(T + h, N) - law.entropy(T - h, N)) / (2 * h)
        source = law.dim * law.a * law.excess(T, N)
        assert slope == pytest.approx(source - law.sigma * law.fisher_information(T, N), abs=1e-6)


@pytest.mark.parametrize("law", LAWS)
def test_coupling_error_by_a_joint_lyapunov_equation(law):
    """Particles and their McKean copies driven by the same noise, as one linear system of 2N equations."""
    eye = np.eye(N)
    drift = np.block([[-law.a * (eye - 1 / N), 0 * eye], [0 * eye, -law.a * eye]])
    noise = 2 * law.sigma * np.block([[eye, eye], [eye, eye]])
    start = law.initial_variance * np.block([[eye, eye], [eye, eye]])

    def right(_, c):
        return (drift @ c.reshape(2 * N, -1) + c.reshape(2 * N, -1) @ drift.T + noise).ravel()

    c = solve_ivp(right, (0, T), start.ravel(), rtol=1e-11, atol=1e-14).y[:, -1].reshape(2 * N, -1)
    error = law.dim * (c[0, 0] + c[N, N] - 2 * c[0, N])
    assert law.coupling_error(T, N) == pytest.approx(error, rel=1e-6, abs=1e-12)


def test_small_times_lose_no_digits():
    law = LinearGaussian(1.0, 0.5, 1.0)
    t = 1e-5
    memory = quad(lambda tau: np.expm1(-tau) ** 2, 0, t, epsabs=0, epsrel=1e-13)[0]
    expected = (np.expm1(-t) ** 2 + memory) / N
    assert law.coupling_error(t, N) == pytest.approx(expected, rel=1e-12)
    # r − 1 = 2at + O(t²): u − s = 2a v₀ t − …
    assert law.excess(1e-12, N) == pytest.approx(2e-12, rel=1e-10)
    both = law.coupling_error(np.array([1 - 1e-9, 1 + 1e-9]), N)
    assert both[1] == pytest.approx(both[0], rel=1e-8)


def test_sample_has_the_exact_covariance():
    """Over 4000 draws, within 5 standard errors: Var of a product of Gaussians is c_ii c_jj + c_ij²."""
    law, runs = LAWS[0], 4000
    rng = np.random.default_rng(1)
    x = np.stack([law.sample(T, N, rng) for _ in range(runs)])
    covariance = np.einsum("rid,rjd->ij", x, x) / (runs * law.dim)
    expected = law.covariance(T, N)
    error = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / (runs * law.dim))
    assert (np.abs(covariance - expected) < 5 * error).all()
    assert expected[0, 1] > 8 * error[0, 1]


def test_density_is_normalised():
    law = LAWS[2]
    assert quad(lambda x: float(law.density([x], T)), -30, 30, points=[0])[0] == pytest.approx(1, rel=1e-9)
    assert LAWS[0].density(np.zeros(3), T) == pytest.approx((2 * np.pi * LAWS[0].variance(T)) ** -1.5)


@pytest.mark.parametrize(
    "call, word",
    [
        (lambda: LinearGaussian(1.0, -0.1), "sigma must be >= 0, got -0.1"),
        (lambda: LinearGaussian(1.0, 0.1, 0.0), "initial_variance must be > 0, got 0.0"),
        (lambda: LAWS[0].entropy(T, 3, 4), "k must be <= n_particles = 3, got 4"),
        (lambda: LAWS[0].variance(-1.0), "t must be finite and >= 0, got -1.0"),
        (lambda: LAWS[0].covariance(T, 0), "n_particles must be >= 1, got 0"),
    ],
)
def test_bad_input(call, word):
    with pytest.raises(ValueError, match=word):
        call()
