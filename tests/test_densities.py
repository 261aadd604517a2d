"""Sampling: the quantile maps against closed forms, the laws drawn, quiet starts, and what is refused."""

import numpy as np
import pytest
import scipy.special
import scipy.stats

from mflimit._interpolant import Interpolant
from mflimit.densities import Gaussian, Uniform, sample
from mflimit.domains import Euclidean, Torus

TAU = 2 * np.pi


def cosine(x):
    return 1 + 0.5 * np.cos(TAU * x[..., 0])


def tilted(x):
    """A density with correlations: its first marginal is uniform, the law of x_2 given x_1 is not."""
    return 1 + 0.5 * np.cos(TAU * x.sum(axis=-1)) + 0.3 * np.cos(TAU * (x[..., 0] - x[..., 1]))


@pytest.mark.parametrize("points", [8, 9, 64])
def test_quantiles_of_a_cosine_to_rounding(points):
    u = np.random.default_rng(1).random((2000, 1))
    x = Interpolant(cosine(Torus(1).grid(points))).quantile(u)
    assert np.abs(x + np.sin(TAU * x) / (4 * np.pi) - u).max() < 3e-15


def test_quantiles_of_a_concentrated_density_to_rounding():
    kappa = 200.0
    density = np.exp(kappa * (np.cos(TAU * Torus(1).axis(512)) - 1)) / scipy.special.ive(0, kappa)
    u = np.random.default_rng(2).random((500, 1))
    x = Interpolant(density).quantile(u)
    j = np.arange(1, 130)
    ratio = scipy.special.ive(j, kappa) / scipy.special.ive(0, kappa)
    assert np.abs(x + np.sin(TAU * x * j) @ (ratio / (np.pi * j))[:, None] - u).max() < 1e-14


def test_quantiles_where_the_density_vanishes():
    u = np.concatenate([np.linspace(0.499, 0.501, 101), [2.0**-54, 1 - 2.0**-53]])[:, None]
    x = Interpolant(1 + np.cos(TAU * Torus(1).axis(16))).quantile(u)
    assert np.abs(x + np.sin(TAU * x) / TAU - u).max() < 3e-15


@pytest.mark.parametrize("dim", [2, 3])
def test_the_rosenblatt_map_against_conditional_distribution_functions(dim):
    u = np.random.default_rng(3).random((300, dim))
    x = Interpolant(tilted(Torus(dim).grid(12))).quantile(u)
    first, second = x[:, 0], x[:, 1]
    pair = 0.3 * (np.sin(TAU * (second - first)) + np.sin(TAU * first)) / TAU
    if dim == 2:
        expected = second + 0.5 * (np.sin(TAU * (first + second)) - np.sin(TAU * first)) / TAU + pair
    else:
        expected = second + pair
        third, both = x[:, 2], first + second
        weight = 1 + 0.3 * np.cos(TAU * (first - second))
        last = third + 0.5 * (np.sin(TAU * (both + third)) - np.sin(TAU * both)) / TAU / weight
        assert np.abs(last - u[:, 2]).max() < 1e-14
    assert np.abs(first - u[:, 0]).max() < 1e-14
    assert np.abs(expected - u[:, 1]).max() < 1e-14


def test_the_bound_holds_between_the_grid_points():
    rng = np.random.default_rng(4)
    for points in (5, 8, 16):
        interpolant = Interpolant(rng.random((points, points)))
        fine = interpolant.on_grid(512)
        assert fine.max() <= interpolant.upper_bound() <= 1.4 * np.abs(fine).max()


def test_interpolant_values_at_points_and_on_grids():
    values = tilted(Torus(2).grid(10))
    interpolant = Interpolant(values)
    x = np.random.default_rng(6).random((50, 2))
    assert np.abs(interpolant(x) - tilted(x)).max() < 1e-11
    assert np.abs(interpolant.on_grid(10) - values).max() < 1e-14
    assert interpolant.mass == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("dim", [1, 2, 3])
@pytest.mark.parametrize("given", ["function", "grid"])
def test_the_law_drawn(dim, given):
    length, n = 2.0, 20_000
    torus = Torus(dim, length)

    def rho0(x):
        return (1 + 0.5 * np.cos(TAU * x.sum(axis=-1) / length)) / length**dim

    x = sample(rho0 if given == "function" else rho0(torus.grid(12)), n, torus, rng=0)
    assert x.shape == (n, dim) and x.min() >= 0 and x.max() < length
    phase = TAU * x.sum(axis=1) / length
    # E cos = 1/4 with Var cos = 1/2 − 1/16; E sin = 0, E cos 2φ = 0.
    assert abs(np.cos(phase).mean() - 0.25) < 4 * np.sqrt(0.4375 / n)
    assert abs(np.sin(phase).mean()) < 4 * np.sqrt(0.5 / n)
    assert abs(np.cos(2 * phase).mean()) < 4 * np.sqrt(0.5 / n)


@pytest.mark.parametrize("edge", [0.5, 1 / 3])
@pytest.mark.parametrize("dim", [1, 2])
def test_a_density_with_a_jump(edge, dim):
    n = 20_000
    x = sample(lambda x: (x[..., 0] < edge) / edge, n, Torus(dim), rng=0)[:, 0]
    assert x.max() < edge
    assert abs(x.mean() - edge / 2) < 4 * edge / np.sqrt(12 * n)
    assert scipy.stats.kstest(x / edge, "uniform").statistic < 2 / np.sqrt(n)


def peak(x, width=0.02):
    return np.exp(-np.sum((x - 0.51) ** 2, axis=-1) / (2 * width**2)) / (2 * np.pi * width**2) ** (x.shape[-1] / 2)


def test_a_peak_between_the_points_of_a_coarse_grid():
    width, centre = 0.004, 0.5 + 1 / 128
    x = sample(lambda x: np.prod(scipy.stats.norm(centre, width).pdf(x), axis=-1), 4000, Torus(2), rng=0)
    assert np.abs(x.mean(axis=0) - centre).max() < 4 * width / np.sqrt(4000)
    assert np.abs(x.var(axis=0) / width**2 - 1).max() < 4 * np.sqrt(2 / 4000)


def test_quiet_starts_in_one_dimension_are_spectrally_accurate():
    x = sample(cosine, 1000, Torus(1), rng=0, quiet=True)[:, 0]
    for k, moment in ((1, 0.25), (2, 0.0), (3, 0.0)):
        assert abs(np.exp(-TAU * 1j * k * x).mean() - moment) < 1e-13


@pytest.mark.parametrize("dim", [2, 3])
def test_quiet_starts_beat_independent_points(dim):
    n = 4096
    gaps = [
        abs(np.exp(-TAU * 1j * sample(tilted, n, Torus(dim), rng, quiet=True).sum(axis=1)).mean() - 0.25)
        for rng in range(8)
    ]
    assert np.sqrt(np.mean(np.square(gaps))) < 0.15 / np.sqrt(n)


def test_quiet_starts_have_the_right_law_point_by_point():
    x = np.concatenate([sample(tilted, 4, Torus(2), rng, quiet=True) for rng in range(4000)])
    assert abs(np.cos(TAU * x.sum(axis=1)).mean() - 0.25) < 4 * np.sqrt(0.5 / len(x))
    assert abs(np.cos(TAU * (x[:, 0] - x[:, 1])).mean() - 0.15) < 4 * np.sqrt(0.5 / len(x))


def test_gaussian_on_space():
    n, law = 40_000, Gaussian(mean=(1.0, -2.0), var=0.25)
    x = sample(law, n, Euclidean(2), rng=0)
    assert np.abs(x.mean(axis=0) - law.mean).max() < 4 * 0.5 / np.sqrt(n)
    assert np.abs(x.var(axis=0) - 0.25).max() < 4 * 0.25 * np.sqrt(2 / n)
    assert abs(np.cov(x.T)[0, 1]) < 4 * 0.25 / np.sqrt(n)
    reference = scipy.stats.multivariate_normal(law.mean, 0.25 * np.eye(2))
    assert np.allclose(law(x), reference.pdf(x), rtol=1e-12)
    quiet = sample(law, n, Euclidean(2), rng=0, quiet=True)
    assert np.abs(quiet.var(axis=0) - 0.25).max() < 0.25 * np.sqrt(2 / n) / 5


def test_uniform_frozen_and_boxed_laws_on_space():
    law = Uniform(low=(0.0, 1.0), high=(2.0, 4.0))
    x = sample(law, 5000, Euclidean(2), rng=0)
    assert np.all((x >= law.low) & (x < law.high)) and law(x).tolist() == [1 / 6] * 5000
    assert law(np.array([[-0.1, 2.0], [1.0, 4.0]])).tolist() == [0.0, 0.0]
    frozen = sample(scipy.stats.logistic(), 5000, Euclidean(1), rng=0)
    assert scipy.stats.kstest(frozen[:, 0], "logistic").statistic < 2 / np.sqrt(5000)
    joint = sample(scipy.stats.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]]), 5000, Euclidean(2), rng=0)
    assert abs(np.mean(joint[:, 0] * joint[:, 1]) - 0.5) < 4 * np.sqrt(1.25 / 5000)
    boxed = sample(Gaussian(var=0.5), 2000, Euclidean(1), rng=0, quiet=True, box=(-8, 8))
    assert np.abs(boxed.var() - 0.5) < 0.01


def test_seeds_and_streams():
    torus = Torus(1)
    assert np.array_equal(sample(cosine, 100, torus, rng=3), sample(cosine, 100, torus, rng=3))
    assert not np.array_equal(sample(cosine, 100, torus, rng=3), sample(cosine, 100, torus, rng=4))
    raw = np.random.default_rng(3).random((100, 1))
    assert not np.allclose(sample(lambda x: np.ones(x.shape[:-1]), 100, torus, rng=3), raw)
    source = np.random.default_rng(3)
    assert np.allclose(sample(lambda x: np.ones(x.shape[:-1]), 100, torus, rng=source), raw, atol=1e-15)


def steps(points):
    return np.where(np.arange(points) < points // 2, 2.0, 0.0)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((lambda x: 1.01 * peak(x), 10, Torus(2)), ValueError, r"rho0 must have mass 1, got 1\.01"),
        ((lambda x: 1.01 * peak(x), 10, Torus(3)), ValueError, r"rho0 must have mass 1, got 1\.01"),
        ((lambda x: 2 * cosine(x), 10, Torus(1)), ValueError, r"rho0 must have mass 1, got 2"),
        ((1.00001 * cosine(Torus(1).grid(16)), 10, Torus(1)), ValueError, r"rho0 must have mass 1, got 1\.00001"),
        ((lambda x: 1 + 2 * np.cos(TAU * x[..., 0]), 10, Torus(1)), ValueError, r"rho0 must be >= 0, got .* -1"),
        ((lambda x: np.full(x.shape[:-1], np.nan), 10, Torus(1)), ValueError, r"rho0 must be finite, got nan"),
        ((lambda x: 1.0, 10, Torus(1)), ValueError, r"rho0.* must have shape \(1024,\), got shape \(\)"),
        ((np.ones((8, 8)), 10, Torus(1)), ValueError, r"rho0 must have shape \(points,\) \* 1, got shape \(8, 8\)"),
        ((np.ones((8, 4)), 10, Torus(2)), ValueError, r"rho0 must have shape"),
        ((np.array([1.0, np.inf]), 10, Torus(1)), ValueError, r"rho0 must be finite, got inf"),
        ((steps(16), 10, Torus(1)), ValueError, r"rho0 must be resolved"),
        (("gaussian", 10, Torus(1)), TypeError, r"rho0 must be a function or an array"),
        ((cosine, 0, Torus(1)), ValueError, r"n must be >= 1, got 0"),
        ((cosine, 2.5, Torus(1)), TypeError, r"n must be an integer, got 2\.5"),
        ((cosine, 10, Torus(4)), ValueError, r"domain must have dim 1, 2 or 3"),
        ((cosine, 10, "torus"), TypeError, r"domain must be a Torus or Euclidean, got 'torus'"),
        ((cosine, 10, Euclidean(1)), ValueError, r"box must be given"),
        ((cosine, 10, Torus(1), -1), ValueError, r"rng must be a seed >= 0, got -1"),
        ((cosine, 10, Torus(1), "seed"), TypeError, r"rng must be a seed .*, got 'seed'"),
    ],
)
def test_what_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        sample(*arguments)


def test_options_that_are_refused():
    with pytest.raises(ValueError, match="quiet starts need a rho0 that Fourier modes resolve"):
        sample(lambda x: 2.0 * (x[..., 0] < 0.5), 10, Torus(1), quiet=True)
    with pytest.raises(ValueError, match="box is for functions on Euclidean"):
        sample(cosine, 10, Torus(1), box=(0, 1))
    with pytest.raises(ValueError, match=r"rho0.quantile must have shape \(5, 3\)"):
        sample(type("Law", (), {"quantile": lambda self, u: u[:, :1]})(), 5, Euclidean(3))
    with pytest.raises(ValueError, match="var must be > 0, got 0"):
        Gaussian(var=0)
    with pytest.raises(ValueError, match=r"high must be > low = 0\.0, got -1"):
        Uniform(high=-1)
