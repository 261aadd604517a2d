"""Kuramoto: stationary states against mpmath and the equation, growth rates and Gibbs measures by quadrature."""

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad

from mflimit.exact import KuramotoStates


@pytest.mark.parametrize("ratio", [1 + 1e-10, 1 + 1e-5, 1.01, 1.3, 1.999, 2.0, 5.0, 400.0])
def test_order_parameter_to_machine_precision(ratio):
    sigma, length = 0.25, 1.0
    states = KuramotoStates(ratio * np.pi, sigma, length)
    mpmath.mp.dps = 50
    # the ratio the solver sees, with the float 4πσ as threshold
    exact_ratio = mpmath.mpf(states.kappa) / mpmath.mpf(states.threshold)

    def equation(r):
        return mpmath.besseli(1, 2 * exact_ratio * r) / mpmath.besseli(0, 2 * exact_ratio * r) / r - 1

    guess = states.order_parameter
    root = mpmath.findroot(equation, (mpmath.mpf(guess), mpmath.mpf(guess) * (1 + mpmath.mpf(10) ** -6)), tol=1e-60)
    assert guess == pytest.approx(float(root), rel=4e-15)


def test_order_parameter_below_and_just_above_the_threshold():
    assert KuramotoStates(0.9, 1 / (4 * np.pi)).order_parameter == 0
    assert KuramotoStates(-3.0, 0.1).order_parameter == 0
    sigma, eps = 0.25, 1e-6
    above = KuramotoStates(np.pi * (1 + eps), sigma).order_parameter
    assert above**2 == pytest.approx(2 * eps, rel=5e-6)


@pytest.mark.parametrize("length", [1.0, 2.5])
def test_density_is_stationary_and_consistent(length):
    """σρ' = ρ K⋆ρ, and r = ∫cos ρ."""
    states = KuramotoStates(kappa=3.0, sigma=0.2, length=length)
    x = np.arange(128) * length / 128
    theta = 2 * np.pi * x / length
    rho = states.density(x[:, None])

    def mean(values):
        return values.mean() * length

    assert mean(rho) == pytest.approx(1, rel=1e-13)
    assert mean(np.cos(theta) * rho) == pytest.approx(states.order_parameter, rel=1e-13)
    assert states.order_parameter > 0.3
    force = np.array([mean(-3.0 * np.sin(theta[i] - theta) * rho) for i in range(128)])
    wave = 2j * np.pi * np.fft.rfftfreq(128, length / 128)
    slope = np.fft.irfft(wave * np.fft.rfft(rho), 128)
    np.testing.assert_allclose(0.2 * slope, rho * force, atol=1e-11)


def test_threshold():
    assert KuramotoStates(1.0, 0.3).threshold == pytest.approx(4 * np.pi * 0.3)
    states = KuramotoStates(kappa=4 * np.pi * 0.3 / 1.7, sigma=0.3, length=1.7)
    assert states.threshold == pytest.approx(states.kappa, rel=1e-15)
    assert states.growth_rate() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("length", [1.0, 1.7])
@pytest.mark.parametrize("mode", [1, 3])
def test_growth_rate_is_that_of_the_linearised_equation(length, mode):
    """∂_t ε = −(1/L) ∂_x(K⋆ε) + σε'' for ε = cos(2πmx/L), the convolution by quadrature."""
    kappa, sigma = 1.4, 0.07
    wave = 2 * np.pi * mode / length
    # K⋆cos = S sin(wave x) with S at the crest of the sine
    crest = length / (4 * mode)
    convolution = quad(
        lambda y: -kappa * np.sin(2 * np.pi * (crest - y) / length) * np.cos(wave * y), 0, length, epsabs=1e-12
    )[0]
    rate = -convolution * wave / length - sigma * wave**2
    assert KuramotoStates(kappa, sigma, length).growth_rate(mode) == pytest.approx(rate, rel=1e-10)


def test_partition_function_of_two_and_three():
    kappa, sigma, length = 1.9, 0.12, 1.3
    states = KuramotoStates(kappa, sigma, length)

    def potential(theta):
        return -kappa * length / (2 * np.pi) * np.cos(theta)

    two = np.mean(np.exp(-potential(2 * np.pi * np.arange(64) / 64) / (2 * sigma)))
    assert states.log_partition(2) == pytest.approx(np.log(two), rel=1e-12)
    a, b = np.meshgrid(*[2 * np.pi * np.arange(64) / 64] * 2)
    weight = np.exp(-(potential(a) + potential(b) + potential(a - b)) / (3 * sigma))
    assert states.log_partition(3) == pytest.approx(np.log(weight.mean()), rel=1e-12)
    order = np.abs(1 + np.exp(1j * a) + np.exp(1j * b)) ** 2 / 9
    assert states.mean_square_order(3) == pytest.approx((order * weight).mean() / weight.mean(), rel=1e-12)


def test_gibbs_measure_of_many():
    """Below the threshold Z_N → e^{−b/2}/(1 − b/2) with error O(1/N); above it E|S/N|² → r²; N = 1 is free."""
    below = KuramotoStates(kappa=0.6 * 4 * np.pi * 0.1, sigma=0.1)
    limit = -0.6 - np.log(0.4)
    errors = [below.log_partition(n) - limit for n in (2000, 4000)]
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.02)
    assert abs(errors[1]) < 1e-3
    above = KuramotoStates(kappa=2.0, sigma=0.1)
    errors = [above.mean_square_order(n) - above.order_parameter**2 for n in (10**5, 10**6)]
    assert errors[0] / errors[1] == pytest.approx(10, rel=1e-3)
    assert abs(errors[1]) < 1e-5
    assert above.log_partition(1) == pytest.approx(0, abs=1e-12)
    assert above.mean_square_order(1) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    "call, word",
    [
        (lambda: KuramotoStates(1.0, 0.0), "sigma must be > 0, got 0.0"),
        (lambda: KuramotoStates(1.0, 0.1, -1.0), "length must be > 0, got -1.0"),
        (lambda: KuramotoStates(-1.0, 0.1).log_partition(3), "kappa must be > 0 for the Gibbs measure, got -1.0"),
        (lambda: KuramotoStates(1.0, 0.1).growth_rate(0), "mode must be >= 1, got 0"),
        (lambda: KuramotoStates(1.0, 0.1).density([0.1, 0.2]), r"x must have shape \(..., 1\), got shape \(2,\)"),
    ],
)
def test_bad_input(call, word):
    with pytest.raises(ValueError, match=word):
        call()
