"""Negative Sobolev distances against Green's functions, independent samples and direct sums; observables."""

import numpy as np
import pytest

from mflimit.domains import Euclidean, Torus
from mflimit.functionals import (
    average,
    density_coefficients,
    expectation,
    fourier,
    fourier_coefficients,
    mean_and_error,
    observe,
    sobolev_distance,
    sobolev_mean_square,
    sobolev_tail,
)


def wave(torus):
    """(1 + 0.5 cos(2πx₁/L) + 0.2 sin(4πx_d/L))/L^d."""

    def density(x):
        theta = 2 * np.pi * x / torus.length
        return (1 + 0.5 * np.cos(theta[..., 0]) + 0.2 * np.sin(2 * theta[..., -1])) / torus.volume

    return density


def sample(torus, shape, rng):
    """Independent points of law `wave`, by rejection below 1.7 L^{−d}."""
    count = int(np.prod(shape))
    kept = np.empty((0, torus.dim))
    while len(kept) < count:
        x = rng.random((4 * count, torus.dim)) * torus.length
        kept = np.concatenate([kept, x[rng.random(len(x)) * 1.7 < wave(torus)(x) * torus.volume]])
    return kept[:count].reshape(*shape, torus.dim)


@pytest.mark.parametrize("torus, modes", [(Torus(1, 2.5), 40), (Torus(2, 0.7), 9), (Torus(3, 1.3), 5)])
def test_coefficients_by_the_definition(torus, modes):
    """Both methods against the sum of exponentials, at every wave number of the layout."""
    x = np.random.default_rng(0).random((2, 30, torus.dim)) * torus.length
    k = np.stack(np.broadcast_arrays(*torus.wavenumbers(2 * modes + 1)), axis=-1)
    expected = np.exp(-2j * np.pi / torus.length * np.einsum("rnd,...d->rn...", x, k)).mean(axis=1)
    for method in ("direct", "nufft", "auto"):
        np.testing.assert_allclose(fourier_coefficients(x, torus, modes, method=method), expected, atol=1e-11)
    np.testing.assert_allclose(fourier_coefficients(x[0], torus, modes), expected[0], atol=1e-11)


@pytest.mark.parametrize("torus", [Torus(1, 2.5), Torus(2, 0.7), Torus(3)])
def test_coefficients_of_a_density(torus):
    modes = 6
    coefficients = density_coefficients(wave(torus), torus, modes)
    expected = np.zeros(coefficients.shape, dtype=complex)
    first, second = np.zeros((2, torus.dim), dtype=int)
    expected[tuple(first)] = 1
    first[0], second[-1] = 1, 2
    expected[tuple(first)] += 0.25
    if torus.dim > 1:
        expected[tuple(-first)] += 0.25
    expected[tuple(second)] += 0.1 / 1j
    np.testing.assert_allclose(coefficients, expected, atol=1e-14)
    for points in (7, 8, 30):
        np.testing.assert_allclose(
            density_coefficients(wave(torus)(torus.grid(points)), torus, modes), expected, atol=1e-14
        )


@pytest.mark.parametrize("length", [1.0, 2.5])
def test_two_points_by_the_green_function(length):
    """s = 1, d = 1: ‖δ_x − δ_y‖² = 2(g(0) − g(x − y)), g(x) = cosh(L/2 − |x|)/(2 sinh(L/2)), up to the tail."""
    torus, gap = Torus(1, length), 0.3

    def g(x):
        return np.cosh(length / 2 - x) / (2 * np.sinh(length / 2))

    exact = 2 * (g(0) - g(gap))
    for modes in (20, 2000):
        missing = exact - sobolev_distance([[0.1]], [[0.1 + gap]], torus, s=1, modes=modes) ** 2
        assert 0 < missing < 4 * sobolev_tail(torus, 1, modes)
    assert missing < 1e-3 * exact


def test_point_to_the_uniform_law_in_two_dimensions():
    """L^{−2} Σ_{k≠0} (1 + 4π²|k|²/L²)^{−s}, summed without the package."""
    torus, modes, s = Torus(2, 1.4), 12, 1.6
    k = np.arange(-modes, modes + 1)
    weights = (1 + 4 * np.pi**2 * (k[:, None] ** 2 + k**2) / 1.4**2) ** -s / 1.4**2
    expected = weights.sum() - weights[modes, modes]
    uniform = np.full((8, 8), 1 / 1.4**2)
    assert sobolev_distance([[0.5, 1.1]], uniform, torus, s, modes) ** 2 == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("torus, s", [(Torus(1), 0.75), (Torus(1, 2.0), 2.0), (Torus(2, 1.4), 1.6), (Torus(3), 2.1)])
def test_tail_bound(torus, s):
    """The tail seen between two cut-offs is below the difference of the bounds, and not far below."""
    few, many = 6, {1: 4000, 2: 200, 3: 40}[torus.dim]
    k = np.arange(-many, many + 1)
    axes = np.meshgrid(*[k] * torus.dim, indexing="ij", sparse=True)
    inside = np.ones((1,) * torus.dim, dtype=bool)
    for axis in axes:
        inside = inside & (np.abs(axis) <= few)
    weights = (1 + 4 * np.pi**2 * sum(a.astype(float) ** 2 for a in axes) / torus.length**2) ** -s / torus.volume
    seen = weights[~np.broadcast_to(inside, weights.shape)].sum()
    bound = sobolev_tail(torus, s, few) - sobolev_tail(torus, s, many)
    assert seen < bound < {1: 1.01, 2: 2.0, 3: 3.5}[torus.dim] * seen


@pytest.mark.parametrize("torus, modes", [(Torus(1, 2.0), 30), (Torus(2), 8), (Torus(3), 4)])
def test_independent_points_have_the_exact_mean_square(torus, modes):
    """E‖μ_N − ρ‖², within 5 standard errors, and the standard error below 2 % of it."""
    n, runs = 40, 3000
    x = sample(torus, (runs, n), np.random.default_rng(0))
    squares = sobolev_distance(x, wave(torus), torus, modes=modes) ** 2
    assert squares.shape == (runs,)
    error = squares.std(ddof=1) / np.sqrt(runs)
    expected = sobolev_mean_square(wave(torus), torus, n, modes=modes)
    assert abs(squares.mean() - expected) < 5 * error
    assert error < 0.02 * expected


def test_between_clouds():
    torus, rng = Torus(2), np.random.default_rng(1)
    x, y = rng.random((3, 50, 2)), rng.random((3, 70, 2))
    pairs = sobolev_distance(x, y, torus, modes=10)
    assert pairs.shape == (3,)
    assert pairs[1] == pytest.approx(sobolev_distance(x[1], y[1], torus, modes=10), rel=1e-10)
    assert sobolev_distance(x, y[0], torus, modes=10)[2] == pytest.approx(
        sobolev_distance(x[2], y[0], torus, modes=10), rel=1e-10
    )
    assert sobolev_distance(x[0], x[0][::-1], torus) == pytest.approx(0, abs=1e-13)
    shift = np.array([0.3, 0.8])
    assert sobolev_distance(torus.wrap(x + shift), torus.wrap(y + shift), torus, modes=10) == pytest.approx(
        pairs, rel=1e-9
    )


def test_scaling_of_the_box():
    """All lengths doubled: the same coefficients, and the weights by hand."""
    x = np.random.default_rng(2).random((20, 1))
    values = np.abs(fourier_coefficients(2 * x, Torus(1, 2.0), 5)) ** 2
    np.testing.assert_allclose(values, np.abs(fourier_coefficients(x, Torus(1), 5)) ** 2, rtol=1e-9)
    by_hand = 2 * np.sum(values[1:] * (1 + np.pi**2 * np.arange(1, 6) ** 2) ** -1.5) / 2
    value = sobolev_distance(2 * x, np.full(16, 0.5), Torus(1, 2.0), modes=5)
    assert value**2 == pytest.approx(by_hand, rel=1e-9)


def test_observables():
    torus = Torus(2, 1.3)
    x = np.random.default_rng(3).random((4, 3, 25, 2)) * 1.3
    seen = observe(x, {"mode": fourier((2, -1), torus), "first": lambda y: y[..., 0]})
    assert seen["mode"].shape == seen["first"].shape == (4, 3)
    half = fourier_coefficients(x[1, 2], torus, 3)
    # (2, −1) is the conjugate of (−2, 1), which the half layout holds
    assert seen["mode"][1, 2] == pytest.approx(np.conj(half[-2, 1]), abs=1e-12)
    assert average(lambda y: y[..., 0])(x)[0, 1] == pytest.approx(x[0, 1, :, 0].mean())
    assert expectation(wave(torus), fourier((0, 2), torus), torus) == pytest.approx(-0.1j, abs=1e-13)


def test_independent_points_have_the_exact_observables():
    torus, runs, n = Torus(1), 2000, 30
    x = sample(torus, (runs, n), np.random.default_rng(5))
    mean, error = mean_and_error(observe(x, {"c": fourier(1, torus)})["c"])
    assert abs(mean - 0.25) < 5 * error
    assert error == pytest.approx(np.sqrt((1 - 0.25**2) / (n * runs)), rel=0.1)
    values = np.array([[1.0, 2.0], [3.0, 2.0], [8.0, 2.0]])
    mean, error = mean_and_error(values)
    np.testing.assert_allclose(mean, [4, 2])
    np.testing.assert_allclose(error, [np.sqrt(26 / 6), 0])


X = np.array([[0.1, 0.2], [0.5, 0.9]])
FLAT = np.ones((8, 8))


@pytest.mark.parametrize(
    "call, error, word",
    [
        (lambda: sobolev_distance(X, FLAT, Torus(2), s=1), ValueError, "s must be > d/2 = 1.0 .* got 1.0"),
        (lambda: sobolev_distance(X, FLAT, Euclidean(2)), TypeError, "domain must be a Torus, got Euclidean"),
        (lambda: sobolev_distance(X, FLAT, Torus(2), modes=0), ValueError, "modes must be >= 1, got 0"),
        (lambda: sobolev_distance(X[:, :1], FLAT, Torus(2)), ValueError, r"x must have shape \(n, 2\)"),
        (lambda: sobolev_distance(X * np.inf, FLAT, Torus(2)), ValueError, r"x must be finite, got x\[0, 0\] = inf"),
        (lambda: sobolev_distance(X, FLAT[:4], Torus(2)), ValueError, r"rho must have shape \(points,\)\*2"),
        (lambda: sobolev_distance(X, 2 * FLAT, Torus(2)), ValueError, "rho must have mass 1, got mass 2.0"),
        (lambda: sobolev_distance(X, -FLAT, Torus(2)), ValueError, r"rho must be >= 0, got rho\[0, 0\] = -1.0"),
        (
            lambda: sobolev_distance(X, np.zeros((3, 5, 2)), Torus(2)),
            ValueError,
            "rho must be one cloud or as many as x",
        ),
        (lambda: fourier_coefficients(X, Torus(2), 3, method="fft"), ValueError, "method must be one of .* got 'fft'"),
        (lambda: sobolev_mean_square(FLAT, Torus(2), n=0), ValueError, "n must be >= 1, got 0"),
        (lambda: fourier((1,), Torus(2)), ValueError, r"k must be 2 integers, got \(1,\)"),
        (lambda: fourier(0.5, Torus(1)), ValueError, "k must be 1 integers, got 0.5"),
        (lambda: observe(X, [np.cos]), TypeError, "observables must be a dict"),
        (lambda: observe(X[0], {"c": np.cos}), ValueError, r"x must have shape \(..., n, d\)"),
        (lambda: observe(X, {"c": np.cos}), ValueError, r"observable must map \(2, 2\) to \(2,\)"),
        (lambda: mean_and_error([1.0]), ValueError, "values must hold at least 2 runs"),
    ],
)
def test_bad_input(call, error, word):
    with pytest.raises(error, match=word):
        call()
