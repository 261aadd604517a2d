"""The zero-mean periodisation against closed forms that know nothing of Ewald's splitting."""

import mpmath
import numpy as np
import pytest

import mflimit as mf
from mflimit.kernels import periodic, weierstrass

RNG = np.random.default_rng(2026)
CASES = [(0.0, 1), (0.3, 1), (0.0, 2), (0.5, 2), (1.0, 2), (1.5, 2), (0.0, 3), (1.0, 3), (2.0, 3), (2.5, 3)]


@pytest.mark.parametrize(("s", "dim"), CASES)
def test_the_splitting_radius_does_not_matter(s, dim):
    x = RNG.random((40, dim))
    for f in (periodic.potential, periodic.force):
        one, other = f(s, x), f(s, x, alpha=2.3)
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12 * np.abs(one).max())


@pytest.mark.parametrize("s", [0.2, 0.5, 0.9])
def test_circle_is_hurwitz_zeta(s):
    """Σ_n |x+n|^{−s} continued in s is ζ(s, x) + ζ(s, 1−x), and has mean zero."""
    for x in (0.01, 0.2, 0.5):
        exact = float(mpmath.zeta(s, x) + mpmath.zeta(s, 1 - x))
        assert periodic.potential(s, np.array([[x]]))[0] == pytest.approx(exact, rel=1e-13)
        force = float(s * (mpmath.zeta(s + 1, x) - mpmath.zeta(s + 1, 1 - x)))
        assert periodic.force(s, np.array([[x]]))[0, 0] == pytest.approx(force, rel=1e-12, abs=1e-12)


def test_circle_logarithm():
    x = RNG.random((20, 1))
    np.testing.assert_allclose(periodic.potential(0.0, x), -np.log(2 * np.sin(np.pi * x[:, 0])), atol=1e-13)


def test_square_torus_logarithm_at_the_far_corner():
    """G(½, ½) = −log 2/(4π) for −ΔG = δ − 1, that is (log 2)/2 for log|x|."""
    corner = np.array([[0.5, 0.5]])
    assert -periodic.potential(0.0, corner)[0] == pytest.approx(np.log(2) / 2, abs=1e-14)


@pytest.mark.parametrize("s", [0.5, 1.0, 1.5])
def test_square_lattice_alternating_sum(s):
    """Σ' (−1)^{m+n} (m²+n²)^{−s/2} = −4 (1 − 2^{1−s/2}) ζ(s/2) β(s/2), from four sublattices of side 2."""
    h = 1e-3
    x = np.array([[h, 0.0], [0.5, 0.0], [0.0, 0.5], [0.5, 0.5]])
    value = periodic.potential(s, x)
    # G − |x|^{−s} at 0: even in x, so the error at h is O(h²) with a known sign structure; Richardson in h².
    near = [periodic.potential(s, np.array([[a, 0.0]]))[0] - a**-s for a in (h, 2 * h)]
    own = (4 * near[0] - near[1]) / 3
    total = 2.0**-s * (own - value[1] - value[2] + value[3])
    dirichlet_beta = 4.0 ** (-s / 2) * (mpmath.zeta(s / 2, 0.25) - mpmath.zeta(s / 2, 0.75))
    exact = float(-4 * (1 - mpmath.mpf(2) ** (1 - s / 2)) * mpmath.zeta(s / 2) * dirichlet_beta)
    assert total == pytest.approx(exact, rel=1e-9)


def test_madelung_constant_of_rock_salt():
    h = 1e-3
    own = periodic.potential(1.0, np.array([[h, 0.0, 0.0]]))[0] - 1 / h - 2 * np.pi / 3 * h * h
    sites = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)][1:]) / 2
    signs = (-1.0) ** (2 * sites).sum(axis=1)
    madelung = 0.5 * (own + signs @ periodic.potential(1.0, sites))
    assert madelung == pytest.approx(-1.74756459463318219, abs=1e-11)


def test_weierstrass_invariants():
    """G_4 = π⁴/45 · … in closed form, and G_8 = 3G_4²/7 for every lattice."""
    g = weierstrass.eisenstein()
    assert g[0] == pytest.approx(3.151212002153897, rel=1e-14)
    assert g[1] == pytest.approx(3 * g[0] ** 2 / 7, rel=1e-14)
    n = np.arange(-60, 61)
    omega = (n[:, None] + 1j * n[None, :]).ravel()
    omega = omega[omega != 0]
    assert (omega**-8.0).sum().real == pytest.approx(g[1], rel=1e-9)


def test_weierstrass_potential_is_the_ewald_potential():
    x = RNG.uniform(-0.5, 0.5, (100, 2))
    np.testing.assert_allclose(weierstrass.log_potential(x[:, 0], x[:, 1]), -periodic.potential(0.0, x), atol=2e-14)


@pytest.mark.parametrize("tol", [1e-8, 1e-11, 1e-14])
def test_tolerance_of_the_polynomials_is_kept_and_not_wasted(tol):
    x = RNG.uniform(-0.5, 0.5, (300, 2))
    exact = -periodic.force(0.0, x, nearest=False)
    square = (x**2).sum(axis=1, keepdims=True)
    pair = mf.kernels.Log(-1.0).pair(mf.Torus(2), tol)
    values = np.array([pair.function(*p) for p in x]) - x / square
    assert np.abs(values + exact).max() < 1.1 * tol + 4e-14
    smooth = periodic.correction(1.5, 2, tol)
    out = np.zeros((2, len(x)))
    periodic.add_correction(smooth, np.ascontiguousarray(x.T), 1.0, out)
    assert np.abs(out.T - periodic.force(1.5, x, nearest=False)).max() < 10 * tol + 4e-14
