"""The closed forms and the kernels of the package speak of the same interaction: sign, strength, 2π and L."""

import numpy as np
import pytest
from scipy.special import ndtr

from mflimit import exact, kernels
from mflimit.domains import Euclidean, Torus


def convolution(kernel, torus, values):
    """K⋆ρ on the grid, by the symbol of the kernel."""
    k = torus.wavenumbers(len(values))
    symbol = np.asarray(kernel.symbol(k, torus))
    transform = np.fft.rfftn(values)
    return np.stack([np.fft.irfftn(s * transform, values.shape, range(torus.dim)) for s in symbol], axis=-1)


def pair_drift(kernel, domain, x):
    """(1/N) Σ_{j≠i} K(x_i − x_j), K(0) := 0."""
    return kernel.force(domain.displacement(x[:, None], x[None]), domain).sum(axis=1) / len(x)


def test_taylor_green_is_moved_by_biot_savart():
    flow = exact.TaylorGreen(sigma=0.1, amplitude=0.8, length=1.5, strength=1.3)
    torus = Torus(2, 1.5)
    velocity = convolution(kernels.BiotSavart(1.3), torus, flow.density(torus.grid(32), 0.2))
    np.testing.assert_allclose(velocity, flow.velocity(torus.grid(32), 0.2), atol=1e-13)


def test_lamb_oseen_is_moved_by_biot_savart():
    """K⋆ρ̄ at a point, by quadrature in polar coordinates about it: ∫∫ K(re^{iφ}) ρ̄(x − re^{iφ}) r dr dφ."""
    vortex = exact.LambOseen(sigma=0.1, variance=0.4, strength=1.3)
    x = np.array([0.5, -0.2])
    nodes, weights = np.polynomial.legendre.leggauss(120)
    radius, angle = 4 * (nodes + 1), 2 * np.pi * np.arange(120) / 120
    z = radius[:, None, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    integrand = kernels.BiotSavart(1.3).force(z, Euclidean(2)) * vortex.density(x - z, 0.3)[..., None]
    velocity = np.einsum("rad,r->d", integrand, 4 * weights * radius) * 2 * np.pi / 120
    np.testing.assert_allclose(velocity, vortex.velocity(x, 0.3), atol=1e-10)


def test_polygons_turn_under_biot_savart():
    angle = 2 * np.pi * np.arange(5) / 5
    x = 0.7 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    drift = pair_drift(kernels.BiotSavart(-2.0), Euclidean(2), x)
    turned = np.stack([-x[:, 1], x[:, 0]], axis=-1)
    np.testing.assert_allclose(drift, exact.polygon_rotation_rate(5, 0.7, -2.0) * turned, atol=1e-14)


@pytest.mark.parametrize("length", [1.0, 2.5])
def test_kuramoto_states_are_stationary_for_the_kernel(length):
    torus, sigma = Torus(1, length), 0.1
    states = exact.KuramotoStates(kappa=2.0, sigma=sigma, length=length)
    kernel = kernels.Kuramoto(2.0)
    rho = states.density(torus.grid(128))
    force = convolution(kernel, torus, rho)[:, 0]
    wave = 2j * np.pi * torus.wavenumbers(128)[0] / length
    slope = np.fft.irfft(wave * np.fft.rfft(rho), 128)
    assert np.abs(slope).max() > 1
    np.testing.assert_allclose(sigma * slope, rho * force, atol=1e-11)
    symbol = np.asarray(kernel.symbol((np.array([1]),), torus))[0, 0]
    rate = -2j * np.pi / length**2 * symbol - 4 * np.pi**2 * sigma / length**2
    assert states.growth_rate() == pytest.approx(rate, rel=1e-12)


def test_linear_particles():
    """The mean drift of X_i at the exact law is −a (X_i − X̂)."""
    x = exact.LinearGaussian(1.4, 0.3, dim=2).sample(0.5, 30, rng=0)
    np.testing.assert_allclose(
        pair_drift(kernels.Linear(1.4), Euclidean(2), x), -1.4 * (x - x.mean(axis=0)), atol=1e-14
    )


def test_sign_particles_feel_the_distribution_function():
    """γ(F_N − ½) with F_N counting half of the particle itself."""
    x = np.random.default_rng(0).normal(size=(40, 1))
    rank = np.argsort(np.argsort(x[:, 0]))
    drift = pair_drift(kernels.Sign(-1.8), Euclidean(1), x)[:, 0]
    np.testing.assert_allclose(drift, -1.8 * ((rank + 0.5) / 40 - 0.5), atol=1e-14)
    assert exact.Burgers(-1.8, 0.2, exact.GaussianLaw(1.0)).cdf([[0.7]], 0.0) == pytest.approx(ndtr(0.7))


@pytest.mark.parametrize("length", [1.0, 2.0])
def test_dyson_gas_is_that_of_the_log_kernel(length):
    """Z_2 = ∫ e^{−V/(2σ)} dx/L with the package's potential, by the midpoint rule (β = 3)."""
    lam, sigma, n = -6.0, 1.0, 4096
    x = (np.arange(n)[:, None] + 0.5) * length / n
    potential = kernels.Log(lam).potential(x, Torus(1, length))
    np.testing.assert_allclose(potential, lam * np.log(2 * np.sin(np.pi * x[:, 0] / length)), atol=1e-11)
    value = np.mean(np.exp(-potential / (2 * sigma)))
    assert exact.DysonGas(lam, sigma).log_partition(2) == pytest.approx(np.log(value), rel=1e-9)


def test_hermite_zeros_move_under_the_log_kernel():
    law, h = exact.Semicircle(lam=-1.5), 1e-4
    x = law.particles(12, 0.9)
    slope = (law.particles(12, 0.9 + h) - law.particles(12, 0.9 - h)) / (2 * h)
    np.testing.assert_allclose(pair_drift(kernels.Log(-1.5), Euclidean(1), x), slope, rtol=1e-7)
