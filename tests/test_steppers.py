"""Schemes and Brownian paths: order conditions, observed orders, exact moments, and the laws of the increments."""

import numpy as np
import pytest

from mflimit.particles.noise import BrownianPath
from mflimit.particles.steppers import EULER, HEUN, RK4, SCHEMES, SRA1, SRK4, choose_scheme

NOISY = [EULER, HEUN, SRA1, SRK4]


def names(schemes):
    return [scheme.name for scheme in schemes]


def observed_order(sizes, errors):
    return np.polyfit(np.log(sizes), np.log(errors), 1)[0]


def march(scheme, velocity, x, path, sigma, t0=0.0):
    for t, h, dw, dz in zip(path.times, path.sizes, path.dw, path.dz, strict=False):
        x = scheme.step(velocity, t0 + t, x, h, sigma, dw, dz)
    return x


def kuramoto(t, x, out):
    """−(1/2N) Σ_j sin 2π(x_i − x_j), along the last axis but one."""
    order = np.exp(2j * np.pi * x).mean(axis=-2, keepdims=True)
    out[...] = -0.5 * (np.exp(2j * np.pi * x) * order.conj()).imag


# Schemes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", [SRA1, SRK4], ids=names([SRA1, SRK4]))
def test_the_conditions_of_strong_order_three_halves(scheme):
    w, p, q = np.array(scheme.weights), np.array(scheme.noise_w), np.array(scheme.noise_z)
    c = np.array([sum(row) for row in scheme.stages])
    conditions = [w.sum(), w @ c, w @ p, w @ q, w @ (p**2 + p * q + q**2 / 3)]
    assert np.allclose(conditions, [1, 1 / 2, 0, 1, 1 / 2], atol=1e-15)


def test_srk4_guesses_the_next_iterated_integral():
    a = np.array([row + (0.0,) * (4 - len(row)) for row in SRK4.stages])
    w = np.array(SRK4.weights)
    assert np.allclose([w @ a @ SRK4.noise_w, w @ a @ SRK4.noise_z], [-1 / 12, 1 / 2], atol=1e-15)


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
def test_order_without_noise(scheme):
    """y′ = y cos t + y²: nonlinear, depends on time, and u = 1/y solves the linear u′ = −u cos t − 1."""

    def velocity(t, x, out):
        out[...] = x * np.cos(t) + x**2

    reference = _solve_bernoulli(1.0)
    counts = np.array([8, 16, 32, 64])
    errors = []
    for count in counts:
        x = np.array([[0.3]])
        for step in range(count):
            x = scheme.step(velocity, step / count, x, 1 / count)
        errors.append(abs(x[0, 0] - reference))
    assert observed_order(1 / counts, errors) == pytest.approx(scheme.order, abs=0.2)


def _solve_bernoulli(t):
    """u = 1/y: u(t) = e^{−sin t} (1/0.3 − ∫_0^t e^{sin s} ds)."""
    nodes, weights = np.polynomial.legendre.leggauss(30)
    integral = t / 2 * weights @ np.exp(np.sin(t * (nodes + 1) / 2))
    return np.exp(np.sin(t)) / (1 / 0.3 - integral)


@pytest.mark.parametrize("scheme", NOISY, ids=names(NOISY))
def test_weak_order_by_the_exact_moments_of_the_linear_model(scheme):
    """dX = −aX dt + √(2σ) dW: a step is X → R X + P ΔW + Q ΔZ, and R, P, Q give mean and variance with no sampling."""
    a, sigma, mean, var = 1.5, 0.4, 0.8, 0.1
    counts = np.array([8, 16, 32, 64])
    zero, one = np.zeros((1, 1)), np.ones((1, 1))

    def velocity(t, x, out):
        out[...] = -a * x

    errors = {"mean": [], "var": []}
    for h in 1 / counts:
        growth = scheme.step(velocity, 0.0, one, h, sigma, zero, zero)[0, 0]
        by_w = scheme.step(velocity, 0.0, zero, h, sigma, one, zero)[0, 0]
        by_z = scheme.step(velocity, 0.0, zero, h, sigma, zero, one)[0, 0]
        m, v = mean, var
        for _ in range(round(1 / h)):
            m, v = growth * m, growth**2 * v + by_w**2 * h + by_w * by_z * h**2 + by_z**2 * h**3 / 3
        errors["mean"].append(abs(m - mean * np.exp(-a)))
        errors["var"].append(abs(v - (var * np.exp(-2 * a) + sigma / a * (1 - np.exp(-2 * a)))))
    for error in errors.values():
        assert observed_order(1 / counts, error) > scheme.weak - 0.1
    assert observed_order(1 / counts, errors["mean"]) == pytest.approx(scheme.order, abs=0.2)


@pytest.mark.parametrize("scheme", NOISY, ids=names(NOISY))
def test_strong_order_on_a_nonlinear_kernel(scheme):
    """The root mean square of X_h(T) − X(T) along the same paths; the reference takes 8 times as many steps."""
    sigma, runs = 0.1, 400
    path = BrownianPath.draw((runs, 5, 1), np.linspace(0, 0.5, 1025), rng=0)
    x0 = np.random.default_rng(1).random((runs, 5, 1))
    reference = march(SRK4, kuramoto, x0, path, sigma)
    joined = np.array([8, 16, 32, 64])
    errors = [np.sqrt(np.mean((march(scheme, kuramoto, x0, path.coarsen(m), sigma) - reference) ** 2)) for m in joined]
    assert observed_order(joined, errors) == pytest.approx(scheme.strong, abs=0.1)


def test_a_step_leaves_its_input_alone_and_may_write_in_place():
    rng = np.random.default_rng(0)
    x, dw, dz = rng.random((3, 4, 1))
    kept = x.copy()
    for scheme in SCHEMES.values():
        fresh = scheme.step(kuramoto, 0.0, x, 0.1, 0.2, dw, dz)
        assert np.array_equal(x, kept)
        place = x.copy()
        work = np.full_like(scheme.workspace(x.shape), np.nan)
        assert scheme.step(kuramoto, 0.0, place, 0.1, 0.2, dw, dz, work=work, out=place) is place
        assert np.array_equal(place, fresh)


def test_schemes_are_chosen_by_name():
    assert choose_scheme("auto", 0.0) is RK4 and choose_scheme("auto", 1e-9) is SRA1
    assert choose_scheme("heun", 1.0) is HEUN and choose_scheme(SRK4, 1.0) is SRK4
    with pytest.raises(ValueError, match=r"scheme 'rk4' is for sigma = 0, got sigma = 0\.1"):
        choose_scheme("rk4", 0.1)
    with pytest.raises(ValueError, match=r"scheme must be one of 'auto', 'euler', .*, got 'milstein'"):
        choose_scheme("milstein", 0.1)


# Paths ------------------------------------------------------------------------------------------------------------


def moments(dw, dz, h):
    """Var ΔW/h, Var ΔZ/(h³/3), Cov/(h²/2): all 1."""
    return np.array([np.mean(dw**2) / h, np.mean(dz**2) / (h**3 / 3), np.mean(dw * dz) / (h**2 / 2)])


def test_increments_have_their_law():
    n = 100_000
    path = BrownianPath.draw((n, 1), [0.0, 0.3, 0.5], rng=0)
    for dw, dz, h in zip(path.dw, path.dz, path.sizes, strict=True):
        # Standard errors: Var of (g², g², g g′) over their means, √2, √2 and √(1 + 4/3).
        assert np.all(np.abs(moments(dw, dz, h) - 1) < 4 * np.sqrt([2, 2, 7 / 3]) / np.sqrt(n))
    assert abs(np.mean(path.dw[0] * path.dw[1])) < 4 * np.sqrt(0.3 * 0.2 / n)


def test_coarsening_integrates_the_path():
    path = BrownianPath.draw((3, 2), np.linspace(0, 1, 13) ** 2, rng=1)
    coarse = path.coarsen(4)
    h = path.sizes[:, None, None]
    area = (path.w[:-1] * h + path.dz).reshape(3, 4, 3, 2).sum(axis=1)  # ∫W over each long step
    assert np.allclose(coarse.dz, area - coarse.w[:-1] * coarse.sizes[:, None, None], atol=1e-15)
    assert np.allclose(coarse.w, path.w[::4], atol=1e-15)
    assert np.allclose(coarse.coarsen(3).dz, path.coarsen(12).dz, atol=1e-15)


def test_refining_keeps_the_path_and_has_the_law_of_a_finer_one():
    n = 100_000
    path = BrownianPath.draw((n, 1), [0.0, 0.8], rng=2)
    fine = path.refine(rng=0).refine(rng=0)
    back = fine.coarsen(4)
    assert np.allclose(back.dw, path.dw, atol=1e-14) and np.allclose(back.dz, path.dz, atol=1e-14)
    h = 0.2
    increments = np.concatenate(
        [fine.dw[..., 0] / np.sqrt(h), (fine.dz - h / 2 * fine.dw)[..., 0] / np.sqrt(h**3 / 12)]
    )
    # Eight numbers that have to be independent and of variance 1.
    assert np.abs(np.cov(increments) - np.eye(8)).max() < 4.5 * np.sqrt(2 / n)


def test_paths_that_are_refused():
    path = BrownianPath.draw((2, 1), [0.0, 1.0, 2.0])
    with pytest.raises(ValueError, match="steps must divide the number of steps 2, got 3"):
        path.coarsen(3)
    with pytest.raises(ValueError, match="dw must have shape"):
        BrownianPath(np.array([0.0, 1.0]), path.dw, path.dz)
    with pytest.raises(ValueError, match="times of a path must be at least two"):
        BrownianPath.draw((2, 1), [0.0])
