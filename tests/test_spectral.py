"""Fourier grids and ETDRK4: exact products, weights against 40 digits, the observed order, the stability bound."""

import mpmath
import numpy as np
import pytest

from mflimit import spectral
from mflimit.domains import Torus
from mflimit.etd import DAMPED, ETDRK4, STABLE, StepCollapse, StepSize, trajectory, weights
from mflimit.spectral import FluxDivergence, FourierGrid


def product_by_definition(grid, symbol, u):
    """(2πi/L) Σ_i k_i Σ_{p + q = k} û(p) m_i(q) û(q), the sum over all p, q of degree ≤ K written out."""
    dim, cutoff = grid.domain.dim, grid.cutoff
    size = 2 * cutoff + 1

    def all_modes(half):
        full = np.zeros((size,) * dim, dtype=complex)
        for index in np.ndindex(grid.shape):
            k = np.array([int(grid.wavenumbers[i].ravel()[index[i]]) for i in range(dim)])
            full[tuple(k)] = half[index]
            full[tuple(-k)] = np.conj(half[index])
        return full

    first, result = all_modes(u), np.zeros(grid.shape, dtype=complex)
    for i in range(dim):
        second = all_modes(symbol[i] * u)
        for index in np.ndindex(grid.shape):
            k = np.array([int(grid.wavenumbers[j].ravel()[index[j]]) for j in range(dim)])
            total = 0.0
            for p in np.ndindex(first.shape):
                p = np.array(p) - cutoff
                if np.abs(k - p).max() <= cutoff:
                    total += first[tuple(p)] * second[tuple(k - p)]
            result[index] += 2j * np.pi / grid.domain.length * k[i] * total
    return result


@pytest.mark.parametrize("dim, points", [(1, 8), (1, 31), (1, 30), (2, 9), (2, 10), (2, 12), (3, 7), (3, 8)])
@pytest.mark.parametrize("odd", [True, False])
def test_the_quadratic_term_is_the_convolution(dim, points, odd, monkeypatch):
    """Without aliasing, for odd and even grids, with one slab or many, imaginary and general symbols."""
    grid = FourierGrid(Torus(dim, 1.7), points)
    u = grid.analyse(np.random.default_rng(0).random((points,) * dim))
    waves = [k + np.zeros(grid.shape) for k in grid.wavenumbers]
    symbol = np.stack([1j * k * (0.3 + i) + (0 if odd else np.cos(k)) for i, k in enumerate(waves)])
    expected = product_by_definition(grid, symbol, u)
    for slab in (1 << 22, 1):
        monkeypatch.setattr(spectral, "_SLAB", slab)
        flux = FluxDivergence(grid, symbol)
        flux(u + 1, np.empty_like(u))
        assert np.allclose(flux(u, np.empty_like(u)), expected, rtol=0, atol=1e-13 * np.abs(expected).max())
        values = grid.synthesise(u)
        assert np.allclose(flux.range, (values.min(), values.max()), rtol=1e-12)
        speeds = [np.abs(grid.synthesise(symbol[i] * u)).max() for i in range(dim)]
        assert np.allclose(flux.speeds, speeds, rtol=1e-12)


@pytest.mark.parametrize("dim, points", [(1, 600), (2, 40), (3, 16)])
def test_threads_do_not_change_a_result(dim, points):
    values = np.random.default_rng(0).random((points,) * dim)
    results = []
    for threads in (1, 2):
        grid = FourierGrid(Torus(dim), points, threads)
        u = grid.analyse(values)
        symbol = 1j * np.stack([k + np.zeros(grid.shape) for k in grid.wavenumbers])
        results.append(FluxDivergence(grid, symbol)(u, np.empty_like(u)))
    assert np.array_equal(*results)


@pytest.mark.parametrize("points", [12, 13])
def test_a_grid_keeps_the_modes_below_a_third(points):
    """points = 12: K = 3, since 4 + 4 = −4 mod 12 would alias; 13: K = 4."""
    grid = FourierGrid(Torus(2), points)
    assert grid.cutoff == (3 if points == 12 else 4)
    x = Torus(2).grid(points)
    kept = np.cos(2 * np.pi * grid.cutoff * x[..., 0]) * np.sin(2 * np.pi * grid.cutoff * x[..., 1]) + 3
    lost = np.cos(2 * np.pi * (grid.cutoff + 1) * x[..., 1])
    assert np.allclose(grid.synthesise(grid.analyse(kept + lost)), kept, atol=1e-14)
    assert abs(grid.norm(grid.analyse(kept)) - np.sqrt(np.mean((kept - 3) ** 2))) < 1e-14


def test_the_norm_sees_deviations_of_any_size():
    grid = FourierGrid(Torus(1), 16)
    u = np.zeros(grid.shape, dtype=complex)
    u[0], u[2] = 1.0, 3e-13
    assert abs(grid.norm(u) / (np.sqrt(2) * 3e-13) - 1) < 1e-14


def test_the_weights_of_etdrk4():
    """Against 40 digits, relative to the largest of the three that act together."""
    z = np.concatenate([-np.logspace(-12, 5, 200), [0.0, -2.999, -3.001, 0.7, 2.5]])
    computed = np.array(weights(z))
    with mpmath.workdps(80):
        for x, column in zip(z, computed.T, strict=True):
            x = mpmath.mpf(float(x))
            if x == 0:
                expected = [1, 1, mpmath.mpf(1) / 2, *[mpmath.mpf(1) / 6] * 3]
            else:
                e = mpmath.exp(x)
                one = (e - 1) / x
                two = (one - 1) / x
                three = (two - mpmath.mpf(1) / 2) / x
                expected = [e, mpmath.exp(x / 2), (mpmath.exp(x / 2) - 1) / x]
                expected += [one - 3 * two + 4 * three, two - 2 * three, 4 * three - two]
            scale = [abs(v) for v in expected[:3]] + [max(abs(v) for v in expected[3:])] * 3
            for value, exact, size in zip(column, expected, scale, strict=True):
                assert abs(value - exact) <= 1e-15 * size + 1e-300


def logistic(h):
    """u' = −u + u² from ½ at t = 1, |error|, and the size of the first error estimate."""
    scheme = ETDRK4(-np.ones(1), lambda u, out: np.square(u, out=out))
    scheme.start(np.full(1, 0.5 + 0j))
    first = abs(scheme.attempt(h)[0])
    for _ in range(round(1 / h)):
        scheme.attempt(h)
        scheme.accept()
    return abs(scheme.state[0] - 1 / (1 + np.e)), first


def test_the_observed_order_and_that_of_the_error_estimate():
    """Global error h⁴; the companion of third order has a local error h⁴."""
    (coarse, coarse_estimate), (fine, fine_estimate) = logistic(1 / 8), logistic(1 / 16)
    assert 3.8 < np.log2(coarse / fine) < 4.3
    assert 3.7 < np.log2(coarse_estimate / fine_estimate) < 4.3


def test_the_linear_part_is_exact():
    rates = -np.array([0.0, 1e-9, 1.0, 50.0, 1e6])
    scheme = ETDRK4(rates, lambda u, out: out.fill(0))
    scheme.start(np.ones(5, dtype=complex))
    scheme.attempt(0.3)
    scheme.accept()
    assert np.allclose(scheme.state, np.exp(0.3 * rates), rtol=1e-15, atol=0)


def test_the_stability_bound():
    """|R(−x, iy)| ≤ 1 for |y| ≤ STABLE + DAMPED x, R by a step of the scheme on u' = −xu + iyu; not 20 % beyond."""
    x = np.concatenate([[0.0], np.logspace(-2, 4, 200)])

    def amplification(y):
        scheme = ETDRK4(-x, lambda u, out: np.multiply(1j * y, u, out=out))
        scheme.start(np.ones(x.size, dtype=complex))
        scheme.attempt(1.0)
        return np.abs(scheme.previous)

    for fraction in np.linspace(0, 1, 101):
        assert amplification(fraction * (STABLE + DAMPED * x)).max() <= 1 + 1e-12
    assert amplification(1.2 * (STABLE + DAMPED * x))[0] > 1


def run(times, size, rtol=1e-8):
    scheme = ETDRK4(-np.ones(1), lambda u, out: np.square(u, out=out))
    scheme.start(np.full(1, 0.5 + 0j))
    found = [
        (t, scheme.state[0].real)
        for t, hit in trajectory(
            scheme, np.array(times), size, lambda e: abs(e[0]) / (rtol * abs(scheme.state[0])), lambda: np.inf
        )
        if hit
    ]
    return np.array(found).T


def test_a_trajectory_hits_its_times():
    """Near times cost a step each and leave the size of the steps after them alone."""
    times = [0.0, 1e-7, 0.3, 0.3 + 1e-9, 2.0]
    t, u = run(times, StepSize(0.1, adaptive=True))
    assert t.tolist() == times[1:]
    assert np.allclose(u, 1 / (1 + np.exp(times[1:])), rtol=1e-7)


def test_a_smaller_tolerance_gives_a_smaller_error():
    errors = []
    for rtol in (1e-4, 1e-6, 1e-8, 1e-10):
        _, u = run([0.0, 2.0], StepSize(1.0, adaptive=True), rtol)
        errors.append(abs(u[0] * (1 + np.exp(2.0)) - 1))
    assert np.all(np.array(errors) < [1e-4, 1e-6, 1e-8, 1e-10])
    assert errors[-1] > 0


def test_a_finite_time_blow_up_ends_in_a_collapse_of_the_step():
    """u' = u² from 1, which is infinite at t = 1."""
    scheme = ETDRK4(np.zeros(1), lambda u, out: np.square(u, out=out))
    # An attempt that goes too far overflows, and is rejected.
    scheme.start(np.ones(1, dtype=complex))
    size, reached = StepSize(0.1, adaptive=True, smallest=1e-9), []
    with pytest.raises(StepCollapse), np.errstate(over="ignore", invalid="ignore"):
        for t, _ in trajectory(
            scheme, np.array([0.0, 2.0]), size, lambda e: abs(e[0]) / (1e-8 * abs(scheme.state[0])), lambda: np.inf
        ):
            reached.append(t)
    assert abs(reached[-1] - 1) < 1e-6
    fixed = StepSize(0.1, adaptive=False)
    with pytest.raises(StepCollapse), np.errstate(over="ignore", invalid="ignore"):
        scheme.start(np.full(1, 1e300 + 0j))
        list(trajectory(scheme, np.array([0.0, 2.0]), fixed, lambda e: abs(e[0]), lambda: np.inf))


def test_bad_grids():
    with pytest.raises(ValueError, match=r"domain must have dim 1, 2 or 3, got Torus\(dim=4"):
        FourierGrid(Torus(4), 8)
    with pytest.raises(ValueError, match="points must be >= 4, got 3"):
        FourierGrid(Torus(1), 3)
