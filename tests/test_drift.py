"""Direct sums: against the naive twin, Ewald sums, and what any pair interaction obeys."""

import subprocess
import sys

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mflimit as mf
from mflimit import kernels as k
from mflimit.kernels import periodic

RNG = np.random.default_rng(11)
CASES = [
    (k.BiotSavart(), mf.Torus(2)),
    (k.BiotSavart(), mf.Euclidean(2)),
    (k.Log(1.0), mf.Torus(1, 2.0)),
    (k.Log(1.0) + k.Kuramoto(2.0), mf.Torus(2, 0.5)),
    (k.Coulomb(), mf.Torus(3, 2.0)),
    (k.Coulomb(), mf.Euclidean(3)),
    (k.Coulomb(), mf.Torus(1, 3.0)),
    (k.Riesz(0.5), mf.Torus(1)),
    (k.Riesz(1.2), mf.Torus(2)),
    (k.Riesz(1.2), mf.Euclidean(3)),
    (k.Sign(1.0), mf.Euclidean(1)),
    (k.Linear(2.0), mf.Euclidean(3)),
    (k.Kernel.from_force(lambda x: np.where(x > 0.5, 1.0, 0.0)), mf.Euclidean(1)),
]


def points(domain, n, rng=RNG):
    return rng.uniform(-0.5, 0.5, (n, domain.dim)) * getattr(domain, "length", 2.0)


@pytest.mark.parametrize(("kernel", "domain"), CASES, ids=str)
def test_drift_is_the_naive_double_loop(kernel, domain):
    model = mf.Model(kernel, domain)
    x = points(domain, 23)
    x[5] = x[4]
    exact = naive.drift(model, x)
    np.testing.assert_allclose(mf.drift(model, x), exact, rtol=1e-10, atol=1e-10 * np.abs(exact).max())


@pytest.mark.parametrize(("kernel", "domain"), CASES, ids=str)
def test_field_at_other_points_and_batches(kernel, domain):
    model = mf.Model(kernel, domain)
    x = np.stack([points(domain, 40) for _ in range(3)])
    batch = mf.drift(model, x)
    np.testing.assert_allclose(batch[1], mf.drift(model, x[1]), rtol=1e-12, atol=1e-13 * np.abs(batch).max())
    # At the particles themselves the field and the drift are the same, K(0) being 0.
    field = mf.drift(model, x[1], at=x[1].copy())
    np.testing.assert_allclose(field, batch[1], rtol=1e-10, atol=1e-12 * np.abs(batch).max())


def test_many_tiles_agree_with_rows():
    """Enough particles for several tiles and strips; the field by `rows` is the other route."""
    for kernel, domain in [
        (k.BiotSavart(), mf.Torus(2)),
        (k.Log(1.0), mf.Euclidean(1)),
        (k.Coulomb(), mf.Euclidean(3)),
    ]:
        model = mf.Model(kernel, domain)
        x = points(domain, 2700)
        u = mf.drift(model, x)
        np.testing.assert_allclose(u[::97], mf.drift(model, x, at=x[::97].copy()), atol=1e-12 * np.abs(u).max())


def test_torus_vortices_against_ewald_to_eleven_digits():
    """The whole sum, every pair by an Ewald series with a splitting radius the package does not use."""
    for dim, kernel, s in [
        (2, k.Coulomb(), 0.0),
        (3, k.Coulomb(), 1.0),
        (2, k.Riesz(1.5), 1.5),
        (1, k.Riesz(0.5), 0.5),
    ]:
        x = RNG.random((30, dim))
        z = x[:, None] - x[None]
        z[np.arange(30), np.arange(30)] = 0.3
        force = periodic.force(s, z.reshape(-1, dim), alpha=2.4).reshape(30, 30, dim)
        force[np.arange(30), np.arange(30)] = 0.0
        exact = force.sum(axis=1) / 30
        u = mf.drift(mf.Model(kernel, mf.Torus(dim)), x, tol=1e-14)
        assert np.abs(u - exact).max() / np.abs(exact).max() < 1e-11


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    case=st.sampled_from([c for c in CASES if c[0].odd and "from_force" not in repr(c[0])]),
)
def test_momentum_translation_permutation(seed, case):
    kernel, domain = case
    model = mf.Model(kernel, domain)
    rng = np.random.default_rng(seed)
    x = points(domain, 17, rng)
    u = mf.drift(model, x, tol=1e-12)
    size = np.abs(u).max()
    # Rounding in x_i − x_j is amplified by the closest pair.
    z = domain.displacement(x[:, None], x[None])
    closest = np.linalg.norm(z + np.eye(17)[..., None], axis=-1).min()
    slack = 1e-11 * size + 1e-15 * size / closest
    assert np.abs(u.sum(axis=0)).max() < 17 * slack
    shift = rng.normal(size=domain.dim)
    np.testing.assert_allclose(mf.drift(model, domain.wrap(x + shift), tol=1e-12), u, atol=100 * slack)
    order = rng.permutation(17)
    np.testing.assert_allclose(mf.drift(model, x[order], tol=1e-12), u[order], atol=slack)


def test_coincident_particles_exert_nothing_on_each_other():
    for kernel, domain in CASES:
        x = np.concatenate([np.full((6, domain.dim), 0.125), np.full((1, domain.dim), 0.25)])
        u = mf.drift(mf.Model(kernel, domain), x)
        assert np.isfinite(u).all()
        if kernel.odd and "from_force" not in repr(kernel):
            alone = mf.drift(mf.Model(kernel, domain), x[-2:]) * 2 / 7
            np.testing.assert_allclose(u[0], alone[0], rtol=1e-9)


def test_two_particles_on_the_line():
    """K = −x/|x|²·λ at distance 2: each drifts towards the other at (1/2)(λ/2)."""
    u = mf.drift(mf.Model(k.Log(3.0), mf.Euclidean(1)), [[0.0], [2.0]])
    np.testing.assert_allclose(u, [[0.75], [-0.75]], rtol=1e-15)


def test_same_bits_on_any_number_of_threads():
    program = (
        "import numpy as np, mflimit as mf\n"
        "x = np.random.default_rng(0).random((3000, 2))\n"
        "u = mf.drift(mf.Model(mf.kernels.BiotSavart() + mf.kernels.Log(1.0), mf.Torus(2)), x)\n"
        "print(u.tobytes().hex()[::97])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"NUMBA_NUM_THREADS": n}, capture_output=True, text=True, check=True
        ).stdout
        for n in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("x", "options", "error", "words"),
    [
        ([[0.1, np.nan]], {}, ValueError, r"x must be finite, got x\[0, 1\] = nan"),
        ([0.1, 0.2], {}, ValueError, r"x must have shape \(n, 2\) or \(R, n, 2\), got shape \(2,\)"),
        ([[0.1, 0.2]], {"tol": 0.0}, ValueError, "tol must be > 0, got 0.0"),
        ([[0.1, 0.2]], {"sums": "fast"}, ValueError, "sums must be one of .*'direct'.*got 'fast'"),
        ([["a", "b"]], {}, TypeError, "x must be an array of real numbers"),
        ([[0.1, 0.2]], {"at": [[[0.1, 0.2]]]}, ValueError, "at must have as many clouds as x"),
    ],
)
def test_bad_input_is_named(x, options, error, words):
    with pytest.raises(error, match=words):
        mf.drift(mf.Model(k.BiotSavart(), mf.Torus(2)), x, **options)
