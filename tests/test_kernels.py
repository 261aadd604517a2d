"""Every kernel × domain × d: force, potential, symbol and class."""

import numpy as np
import pytest

import mflimit as mf
from mflimit import kernels as k
from mflimit.kernels import periodic

RNG = np.random.default_rng(7)

FREE = [
    *[(kernel, dim) for kernel in (k.Log(1.5), k.Coulomb(0.7), k.Linear(1.3)) for dim in (1, 2, 3)],
    *[(k.Riesz(s, 2.0), dim) for s, dim in [(0.5, 1), (0.5, 2), (1.0, 2), (1.25, 2), (1.0, 3), (2.0, 3), (2.6, 3)]],
    (k.BiotSavart(2.0), 2),
    (k.Sign(-3.0), 1),
]
TORUS = [
    *[(kernel, dim) for kernel in (k.Log(1.5), k.Coulomb(0.7), k.Kuramoto(2.0)) for dim in (1, 2, 3)],
    *[(k.Riesz(s, 2.0), dim) for s, dim in [(0.5, 1), (0.5, 2), (1.0, 2), (1.25, 2), (1.0, 3), (2.0, 3), (2.6, 3)]],
    (k.BiotSavart(2.0), 2),
    (k.Sign(-3.0), 1),
]


def label(value):
    return repr(value) if isinstance(value, k.Kernel) else str(value)


@pytest.mark.parametrize(("kernel", "dim"), FREE, ids=label)
def test_free_space_formulas(kernel, dim):
    x = RNG.normal(size=(50, dim))
    r = np.linalg.norm(x, axis=1, keepdims=True)
    exact = {
        k.Log: lambda: -1.5 * x / r**2,
        k.Coulomb: lambda: 0.7 * x / r**dim,
        k.Linear: lambda: -1.3 * x,
        k.Riesz: lambda: 2.0 * kernel.s * x / r ** (kernel.s + 2),
        k.BiotSavart: lambda: 2.0 / (2 * np.pi) * np.stack([-x[:, 1], x[:, 0]], axis=1) / r**2,
        k.Sign: lambda: -1.5 * np.sign(x),
    }[type(kernel)]()
    np.testing.assert_allclose(kernel.force(x, mf.Euclidean(dim)), exact, rtol=1e-13)


@pytest.mark.parametrize(("kernel", "dim"), TORUS, ids=label)
@pytest.mark.parametrize("length", [1.0, 2.5])
def test_torus_force_against_ewald_with_another_splitting(kernel, dim, length):
    x = RNG.uniform(-1, 1, (60, dim)) * length
    z = x / length
    if isinstance(kernel, k.Kuramoto):
        exact = -2.0 * np.sin(2 * np.pi * z)
    elif isinstance(kernel, k.Sign) or (isinstance(kernel, k.Coulomb) and dim == 1):
        strength = -1.5 if isinstance(kernel, k.Sign) else 0.7
        # The sawtooth, by its Fourier series' closed sum.
        exact = strength * (1 - 2 * np.mod(z, 1.0))
    else:
        s = kernel.s if isinstance(kernel, k.Riesz) else dim - 2.0 if isinstance(kernel, k.Coulomb) else 0.0
        # The reference is the force of |x|^{−s}, and of −log|x| for s = 0.
        factor = {k.Log: -1.5, k.Coulomb: 0.7, k.Riesz: 2.0, k.BiotSavart: 2.0 / (2 * np.pi)}[type(kernel)]
        exact = factor * length ** (-s - 1) * periodic.force(s, z, alpha=2.2)
        if isinstance(kernel, k.BiotSavart):
            exact = np.stack([-exact[:, 1], exact[:, 0]], axis=1)
    got = kernel.force(x, mf.Torus(dim, length))
    np.testing.assert_allclose(got, exact, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(("kernel", "dim"), [case for case in TORUS if case[0].gradient], ids=label)
def test_torus_force_is_minus_the_gradient_of_the_potential(kernel, dim):
    torus = mf.Torus(dim, 1.7)
    x = RNG.uniform(0.15, 0.6, (20, dim)) * torus.length
    h = 1e-3
    difference = np.empty_like(x)
    for axis, e in enumerate(np.eye(dim) * h):
        near, far = (kernel.potential(x + m * e, torus) - kernel.potential(x - m * e, torus) for m in (1, 2))
        difference[:, axis] = (8 * near - far) / (12 * h)
    np.testing.assert_allclose(kernel.force(x, torus), -difference, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize(("kernel", "dim"), [case for case in FREE if case[0].gradient], ids=label)
def test_free_force_is_minus_the_gradient_of_the_potential(kernel, dim):
    x = RNG.normal(size=(20, dim)) + 3.0
    h = 1e-3
    difference = np.empty_like(x)
    for axis, e in enumerate(np.eye(dim) * h):
        near, far = (
            kernel.potential(x + m * e, mf.Euclidean(dim)) - kernel.potential(x - m * e, mf.Euclidean(dim))
            for m in (1, 2)
        )
        difference[:, axis] = (8 * near - far) / (12 * h)
    np.testing.assert_allclose(kernel.force(x, mf.Euclidean(dim)), -difference, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("kernel", "dim"), TORUS, ids=label)
def test_symbol_is_the_fourier_transform_of_the_force(kernel, dim):
    """K̂(k) against the midpoint rule, which avoids the origin; K being odd, its leading error there cancels."""
    torus = mf.Torus(dim, 1.5)
    points = {1: 4096, 2: 256, 3: 48}[dim]
    axis = (np.arange(points) + 0.5) / points * torus.length
    grid = np.stack(np.meshgrid(*[axis] * dim, indexing="ij"), axis=-1)
    force = kernel.force(grid, torus, tol=1e-8)
    modes = np.array([[1, 0, 0], [2, 1, 0], [-1, 3, 1], [0, 1, 0]])[:, :dim]
    cell = torus.volume / points**dim
    # A force like |x|^{−s−1} leaves an error O(h^{d−s}) at the origin.
    tolerance = 5 / points ** min(dim - getattr(kernel, "s", 0.0), 1.0)
    for mode in modes:
        wave = np.exp(-2j * np.pi * grid @ mode / torus.length)
        quadrature = np.tensordot(wave, force, axes=dim) * cell
        symbol = kernel.symbol(tuple(np.array([m]) for m in mode), torus)[:, 0]
        scale = max(np.abs(kernel.symbol(tuple(np.array([m]) for m in modes[0]), torus)).max(), np.abs(symbol).max())
        np.testing.assert_allclose(symbol, quadrature, atol=tolerance * scale)


@pytest.mark.parametrize(("kernel", "dim"), FREE, ids=label)
def test_force_vanishes_at_the_origin(kernel, dim):
    assert (kernel.force(np.zeros((1, dim)), mf.Euclidean(dim)) == 0).all()


@pytest.mark.parametrize(("kernel", "dim"), TORUS, ids=label)
def test_force_vanishes_at_the_origin_of_a_torus(kernel, dim):
    torus = mf.Torus(dim, 3.0)
    assert (kernel.force(np.array([np.zeros(dim), np.full(dim, 3.0)]), torus) == 0).all()


def test_biot_savart_turns_counter_clockwise_and_is_divergence_free():
    torus = mf.Torus(2)
    assert k.BiotSavart().force([0.1, 0.0], torus)[1] > 0
    wave = torus.wavenumbers(16)
    symbol = k.BiotSavart().symbol(wave, torus)
    assert np.abs(wave[0] * symbol[0] + wave[1] * symbol[1]).max() < 1e-16
    # curl K = δ − 1: 2πi (k_1 K̂_2 − k_2 K̂_1) = 1 for k ≠ 0.
    curl = 2j * np.pi * (wave[0] * symbol[1] - wave[1] * symbol[0])
    assert np.abs(curl.ravel()[1:] - 1).max() < 1e-15 and curl[0, 0] == 0


def test_poisson_normalisation():
    """−ΔV = strength |S^{d−1}| (δ − 1/L^d): 4π²|k|²/L² V̂ = strength |S^{d−1}|."""
    for dim, sphere in [(1, 2.0), (2, 2 * np.pi), (3, 4 * np.pi)]:
        torus = mf.Torus(dim, 1.3)
        mode = tuple(np.array([2]) for _ in range(dim))
        laplacian = 4 * np.pi**2 * 4 * dim / 1.3**2 * k.Coulomb(0.7).potential_symbol(mode, torus)
        assert laplacian[0] == pytest.approx(0.7 * sphere, rel=1e-14)


def test_coulomb_agrees_with_log_riesz_and_sign():
    x2, x3, x1 = RNG.random((9, 2)), RNG.random((9, 3)), RNG.random((9, 1))
    np.testing.assert_allclose(k.Coulomb(0.7).force(x2, mf.Torus(2)), k.Log(-0.7).force(x2, mf.Torus(2)), rtol=1e-13)
    np.testing.assert_allclose(
        k.Coulomb(0.7).force(x3, mf.Torus(3)), k.Riesz(1.0, 0.7).force(x3, mf.Torus(3)), rtol=1e-12, atol=1e-13
    )
    np.testing.assert_array_equal(k.Coulomb(0.7).force(x1, mf.Torus(1)), k.Sign(1.4).force(x1, mf.Torus(1)))


def test_sums_add_up():
    torus = mf.Torus(2)
    both = k.BiotSavart() + k.Log(0.5) + k.Kuramoto(1.0)
    x = RNG.random((10, 2))
    parts = sum(kernel.force(x, torus) for kernel in (k.BiotSavart(), k.Log(0.5), k.Kuramoto(1.0)))
    np.testing.assert_allclose(both.force(x, torus), parts, rtol=1e-14)
    wave = torus.wavenumbers(8)
    parts = sum(kernel.symbol(wave, torus) for kernel in (k.BiotSavart(), k.Log(0.5), k.Kuramoto(1.0)))
    np.testing.assert_array_equal(both.symbol(wave, torus), parts)
    assert both.odd and not both.gradient
    assert both.regularity(2).name == "log-attractive"


@pytest.mark.parametrize(
    ("kernel", "dim", "name"),
    [
        (k.Kuramoto(1.0), 1, "Lipschitz"),
        (k.Sign(1.0), 1, "bounded"),
        (k.Coulomb(), 1, "bounded"),
        (k.BiotSavart(), 2, "W^{-1,inf}"),
        (k.Coulomb(), 2, "log-repulsive"),
        (k.Coulomb(-1.0), 2, "log-attractive"),
        (k.Log(1.0), 1, "log-attractive"),
        (k.Coulomb(), 3, "Riesz-repulsive"),
        (k.Riesz(0.5, -1.0), 1, "Riesz-attractive"),
    ],
)
def test_regularity_class(kernel, dim, name):
    found = kernel.regularity(dim)
    assert found.name == name and found.theorem


def test_user_force_and_potential_are_the_built_in_ones():
    def vortex(x):
        square = np.sum(x**2, axis=-1)
        return np.stack([-x[..., 1] / square, x[..., 0] / square], axis=-1) / (2 * np.pi)

    plane = mf.Euclidean(2)
    x = RNG.normal(size=(30, 2))
    x[0] = 0.0
    np.testing.assert_allclose(
        k.Kernel.from_force(vortex).force(x, plane), k.BiotSavart().force(x, plane), rtol=1e-14, atol=1e-16
    )
    own = k.Kernel.from_potential(lambda x: 1.5 * np.log(np.linalg.norm(x, axis=-1)))
    np.testing.assert_allclose(own.force(x, plane), k.Log(1.5).force(x, plane), rtol=1e-13, atol=1e-16)
    assert own.odd and own.pair(plane).odd
    torus = mf.Torus(2, 1.5)
    cosines = k.Kernel.from_potential(lambda x: -1.5 / np.pi * np.sum(np.cos(2 * np.pi * x / 1.5), axis=-1))
    wave = torus.wavenumbers(12)
    np.testing.assert_allclose(cosines.symbol(wave, torus), k.Kuramoto(2.0).symbol(wave, torus), atol=1e-14)
    np.testing.assert_allclose(cosines.force(x, torus), k.Kuramoto(2.0).force(x, torus), atol=1e-14)


def test_user_force_compiled_by_numba_and_not_odd():
    import numba

    one_sided = k.Kernel.from_force(numba.njit(lambda x: 1.0 if x > 0.5 else 0.0))
    line = mf.Euclidean(1)
    model = mf.Model(one_sided, line)
    assert not one_sided.pair(line).odd
    np.testing.assert_allclose(mf.drift(model, [[0.0], [1.0], [3.0]]) * 3, [[0.0], [1.0], [2.0]])


def test_user_indicator_has_the_right_symbol():
    """K = sgn(x) on |x| < 1/5: K̂(k) = −2i ∫_0^{1/5} sin(2πkx) dx, reached at the midpoint rule's first order."""
    hat = k.Kernel.from_force(lambda x: np.where(np.abs(x) < 0.2, np.sign(x), 0.0))
    torus = mf.Torus(1)
    wave = torus.wavenumbers(64)
    n = np.maximum(wave[0], 1)
    exact = np.where(wave[0] > 0, -1j * (1 - np.cos(2 * np.pi * n / 5)) / (np.pi * n), 0)
    np.testing.assert_allclose(hat.symbol(wave, torus)[0], exact, atol=4e-3)


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: k.Riesz(-1.0), ValueError, "s must be > 0, got -1.0"),
        (lambda: k.Log("strong"), TypeError, "lam must be a real number, got 'strong'"),
        (lambda: k.Coulomb(float("inf")), ValueError, "strength must be finite, got inf"),
        (lambda: mf.Model(k.Riesz(2.0), mf.Torus(2)), ValueError, "s must be < d = 2, got s = 2.0"),
        (lambda: mf.Model(k.BiotSavart(), mf.Torus(3)), ValueError, "lives in dimension 2"),
        (lambda: mf.Model(k.Linear(1.0), mf.Torus(1)), ValueError, "not periodic"),
        (lambda: mf.Model(k.Kuramoto(1.0), mf.Euclidean(1)), ValueError, "defined on a Torus"),
        (lambda: mf.Model(k.Log(1.0), mf.Torus(2), sigma=-0.1), ValueError, "sigma must be >= 0, got -0.1"),
        (lambda: mf.Model("log", mf.Torus(2)), TypeError, "kernel must be a Kernel, got 'log'"),
        (lambda: k.BiotSavart().potential([0.1, 0.2], mf.Torus(2)), k.NoPotential, "not the gradient"),
        (lambda: mf.Model(k.Kernel.from_force(lambda x: x), mf.Torus(1)), ValueError, "not periodic"),
        (lambda: mf.Model(k.Kernel.from_force(lambda x: x if x > 0 else -x), mf.Euclidean(1)), TypeError, "np.where"),
        (lambda: mf.Model(k.Kernel.from_potential(lambda x: x[..., 0] ** 3), mf.Euclidean(1)), ValueError, "even"),
        (lambda: mf.Model(k.Kernel.from_force(lambda x: x[..., 0]), mf.Euclidean(2)), TypeError, "return 2 value"),
        (lambda: k.Log(1.0).potential([0.2, 0.1], mf.Torus(1)), ValueError, r"x must have shape \(..., 1\)"),
        (lambda: k.Kuramoto(1.0).potential(0.2, mf.Torus(1)), ValueError, r"x must have shape \(..., 1\)"),
        (lambda: k.Log(1.0).force([1.0, 2.0, 3.0], mf.Torus(2)), ValueError, r"x must have shape \(..., 2\)"),
    ],
)
def test_bad_input_is_named(build, error, words):
    with pytest.raises(error, match=words):
        build()
