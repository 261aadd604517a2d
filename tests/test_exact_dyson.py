"""Dyson by quadrature and finite differences, the sampler by exact moments, the semicircle by its equation."""

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from mflimit.exact import DysonGas, Semicircle


def test_partition_function_of_two_by_quadrature():
    """∫₀¹ |2 sin πx|^{−λ/2σ} dx, singular but integrable for 0 < λ < 2σ."""
    for lam in (-3.0, -0.7, 0.5, 0.9):
        gas = DysonGas(lam, sigma=0.6)
        power = -lam / 1.2
        value = 2 * quad(lambda x, p=power: (2 * np.pi * np.sinc(x)) ** p, 0, 0.5, weight="alg", wvar=(power, 0))[0]
        assert gas.log_partition(2) == pytest.approx(np.log(value), rel=1e-8)


def test_partition_function_of_three_by_quadrature():
    """β = 1.5: the grid sum over two angles, against its own refinement."""
    gas = DysonGas(lam=-4.5 * 0.7, sigma=0.7)
    assert gas.beta(3) == pytest.approx(1.5)

    def inner(a):
        return quad(
            lambda b: abs(8 * np.sin(np.pi * a) * np.sin(np.pi * b) * np.sin(np.pi * (a - b))) ** 1.5, 0, 1, points=[a]
        )[0]

    assert gas.log_partition(3) == pytest.approx(np.log(quad(inner, 0, 1)[0]), rel=1e-7)


def test_even_ensembles_are_integers():
    """β = 2: N!, β = 4: (2N)!/2^N: Dyson's constant terms."""
    from math import factorial

    for n in (2, 5, 9):
        assert np.exp(DysonGas(-2.0 * n, 1.0).log_partition(n)) == pytest.approx(factorial(n), rel=1e-11)
        assert np.exp(DysonGas(-4.0 * n, 1.0).log_partition(n)) == pytest.approx(factorial(2 * n) / 2**n, rel=1e-11)


def test_finite_exactly_below_two_sigma():
    assert np.isfinite(DysonGas(2 - 1e-12, 1.0).log_partition(50))
    assert DysonGas(2.0, 1.0).log_partition(2) == np.inf
    assert DysonGas(2.0, 1.0).free_energy(7) == -np.inf
    assert DysonGas(5.0, 1.0).log_partition(1) == 0


@pytest.mark.parametrize("lam", [-3.0, 0.4, 1.1])
def test_energy_is_the_derivative_of_the_partition_function(lam):
    sigma, n, h = 0.8, 6, 1e-5
    slope = (DysonGas(lam + h, sigma).log_partition(n) - DysonGas(lam - h, sigma).log_partition(n)) / (2 * h)
    gas = DysonGas(lam, sigma)
    assert gas.mean_energy(n) == pytest.approx(-sigma * lam / n * slope, rel=1e-8)
    assert gas.free_energy(n) == pytest.approx(gas.entropy(n) + gas.mean_energy(n) / sigma, rel=1e-12)
    assert gas.entropy(n) > 0
    assert gas.free_energy(n) < 0


def test_no_interaction():
    gas = DysonGas(0.0, 1.0)
    assert (gas.log_partition(9), gas.entropy(9), gas.mean_energy(9)) == (0, 0, 0)


@pytest.mark.parametrize("beta", [0.7, 2.0, 5.0])
@pytest.mark.parametrize("n", [6, 7])
def test_sampler_has_the_exact_moments(beta, n):
    """E|Σ e^{iθ}|² = αN/(N − 1 + α), α = 2/β (Jack functions), and the energy by digamma: within 5 standard errors."""
    gas, rng, runs = DysonGas(-beta * n * 0.5, 0.5), np.random.default_rng(0), 3000
    assert gas.beta(n) == pytest.approx(beta)
    x = np.stack([gas.sample(n, rng) for _ in range(runs)])[..., 0]
    assert (x >= 0).all() and (x < 1).all()
    first = np.abs(np.exp(2j * np.pi * x).sum(axis=1)) ** 2
    alpha = 2 / beta
    assert abs(first.mean() - alpha * n / (n - 1 + alpha)) < 5 * first.std() / np.sqrt(runs)
    i, j = np.triu_indices(n, 1)
    energy = gas.lam * np.log(2 * np.abs(np.sin(np.pi * (x[:, i] - x[:, j])))).sum(axis=1) / n**2
    error = energy.std() / np.sqrt(runs)
    assert abs(energy.mean() - gas.mean_energy(n)) < 5 * error
    assert error < 0.05 * abs(gas.mean_energy(n))


def test_sampler_of_the_free_gas_and_of_other_lengths():
    free = DysonGas(0.0, 1.0).sample(50, rng=0)
    assert free.shape == (50, 1)
    gas = DysonGas(-2.0, 1.0)
    np.testing.assert_allclose(gas.sample(20, rng=4, length=3.0), 3 * gas.sample(20, rng=4), rtol=1e-12)


def test_semicircle_solves_its_equation():
    """F_t + ρ |λ| pv∫ρ(y)/(x − y) dy = 0, the principal value being 2x/R² · … = x/(2v) … by quadrature."""
    law, t, x0 = Semicircle(lam=-1.7, variance=0.2), 0.6, 0.5
    radius, h = float(law.radius(t)), 1e-5
    # quad's Cauchy weight is 1/(y − x)
    hilbert = -quad(lambda y: float(law.density([y], t)), -radius, radius, weight="cauchy", wvar=x0, epsabs=1e-10)[0]
    slope = (law.cdf([x0], t + h) - law.cdf([x0], t - h)) / (2 * h)
    assert slope == pytest.approx(-1.7 * hilbert * law.density([x0], t), rel=1e-5)
    assert slope < -0.05


def test_semicircle_from_a_point_has_radius_two_root_t():
    law = Semicircle()
    assert law.radius(2.25) == pytest.approx(3.0, rel=1e-15)
    second = quad(lambda y: y**2 * float(law.density([y], 2.25)), -3, 3)[0]
    assert second == pytest.approx(2.25, rel=1e-8)
    inside = quad(lambda y: float(law.density([y], 2.25)), -3, 1.1)[0]
    assert law.cdf([1.1], 2.25) == pytest.approx(inside, rel=1e-8)
    assert law.cdf([-9.0], 1.0) == 0
    assert law.cdf([9.0], 1.0) == 1


def test_hermite_zeros_are_the_particles():
    law, n = Semicircle(lam=-1.7, variance=0.1), 9

    def force(x):
        return 1.7 / n * np.sum(1 / (x[:, None] - x[None] + np.diag(np.full(n, np.inf))), axis=1)

    path = solve_ivp(lambda _, x: force(x), (0, 0.8), law.particles(n, 0.0)[:, 0], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(law.particles(n, 0.8)[:, 0], path.y[:, -1], atol=1e-8)
    many = law.particles(400, 0.8)
    levels = (np.arange(400) + 0.5) / 400
    assert np.abs(law.cdf(many, 0.8) - levels).max() < 2 / 400


@pytest.mark.parametrize(
    "call, word",
    [
        (lambda: DysonGas(1.0, -1.0), "sigma must be > 0, got -1.0"),
        (lambda: DysonGas(1.0, 1.0).sample(5), "lam must be <= 0 for the sampler, got 1.0"),
        (lambda: DysonGas(3.0, 1.0).entropy(5), "lam must be < 2 sigma = 2.0 for an equilibrium, got 3.0"),
        (lambda: DysonGas(1.0, 1.0).log_partition(0), "n_particles must be >= 1, got 0"),
        (lambda: Semicircle(lam=1.0), "lam must be < 0 for a semicircle, got 1.0"),
        (lambda: Semicircle().density([0.0], 0.0), "t must be > 0 from a point mass, got 0"),
    ],
)
def test_bad_input(call, word):
    with pytest.raises(ValueError, match=word):
        call()
