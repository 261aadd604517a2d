"""Synchronous coupling: the exact distance of particles and McKean copies for the linear kernel, shared noise."""

import numpy as np
import pytest

from mflimit import kernels
from mflimit.domains import Euclidean, Torus
from mflimit.model import Model
from mflimit.particles.coupling import couple
from mflimit.particles.first_order import simulate

LINE = Euclidean(1)


def test_the_distance_to_the_mckean_copies_of_the_linear_model():
    """E|X_i − Y_i|² = (1/N)[v_0 (1 − e^{−at})² + 2σ ∫_0^t (1 − e^{−aτ})² dτ], as (X − Y)′ = −a (X − Y) + a X̄."""
    a, sigma, v0, n, runs = 1.5, 0.6, 0.4, 8, 20_000
    times = np.array([0, 0.5, 1.5])
    x0 = np.sqrt(v0) * np.random.default_rng(0).standard_normal((runs, n, 1))
    pair = couple(
        Model(kernels.Linear(a), LINE, sigma),
        x0,
        lambda t, y: -a * y,
        x0,
        times,
        dt=0.05,
        observe={"gap": lambda x, y: x[:, 0, 0] - y[:, 0, 0], "spread": lambda x, y: np.ptp(x - y, axis=1).max()},
        keep=False,
    )
    decay = 1 - np.exp(-a * times)
    noise = times - 2 * decay / a + (1 - np.exp(-2 * a * times)) / (2 * a)
    expected = (v0 * decay**2 + 2 * sigma * noise) / n
    measured = (pair.observed["gap"] ** 2).mean(axis=1)
    assert measured[0] == 0
    assert np.all(np.abs(measured[1:] / expected[1:] - 1) < 4 * np.sqrt(2 / runs))
    # All particles of a cloud are off by the same vector, the path of the centre of mass.
    assert pair.observed["spread"].max() < 1e-12


def test_the_noise_is_shared_and_is_that_of_simulate():
    model = Model(kernels.Kuramoto(1.0), Torus(1), 0.1)
    x0 = np.random.default_rng(0).random((20, 1))
    pair = couple(model, x0, model, x0, [0, 0.5], dt=0.01, rng=3)
    assert np.array_equal(pair.a.x, pair.b.x)
    assert np.array_equal(pair.a.x, simulate(model, x0, [0, 0.5], dt=0.01, rng=3).x)


def test_two_models_with_their_own_noise_levels():
    free = [Model(kernels.Linear(0.0), LINE, sigma) for sigma in (0.0, 0.2, 0.8)]
    x0 = np.zeros((50, 1))
    pair = couple(free[1], x0, free[2], x0, [0, 1], dt=0.1)
    assert np.allclose(2 * pair.a.final, pair.b.final, atol=1e-14)
    still = couple(free[0], x0, free[2], x0, [0, 1], dt=0.1)
    assert still.a.scheme == "sra1" and not still.a.final.any() and still.b.final.all()


def test_a_velocity_field_that_depends_on_time():
    """Y′ = cos t, with no noise."""
    x0 = np.zeros((2, 1))
    pair = couple(Model(kernels.Linear(1.0), LINE), x0, lambda t, y: np.cos(t) + 0 * y, x0, [1.0, 2.0], dt=0.01)
    assert np.allclose(pair.b.final, np.sin(2) - np.sin(1), atol=1e-11)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"y0": np.zeros((3, 1))}, ValueError, r"y0 must have the shape \(2, 1\) of x0, got shape \(3, 1\)"),
        ({"other": 3.0}, TypeError, r"other must be a Model or a function of \(t, y\), got 3.0"),
        (
            {"other": lambda t, y: y[:, 0]},
            ValueError,
            r"other must return an array of shape \(2, 1\), got shape \(2,\)",
        ),
        ({"other": Model(kernels.Kuramoto(1.0), Torus(1))}, ValueError, r"other must live on Euclidean\(dim=1\)"),
        ({"model": None}, TypeError, "model must be a Model, got None"),
    ],
)
def test_what_is_refused(change, error, words):
    model = Model(kernels.Linear(1.0), LINE)
    arguments = {"model": model, "x0": np.zeros((2, 1)), "other": model, "y0": np.zeros((2, 1)), "times": [0, 1]}
    with pytest.raises(error, match=words):
        couple(**(arguments | change))
