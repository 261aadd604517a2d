"""Relative entropy: closed forms, its order, its bound, and what is refused."""

import numpy as np
import pytest

from mflimit.domains import Euclidean, Torus
from mflimit.functionals.entropy import relative_entropy

TAU = 2 * np.pi


def test_von_mises_densities_in_both_orders():
    from scipy.special import ive

    torus = Torus(1, 3.0)
    x = torus.axis(64)

    def density(z):
        return np.exp(z * (np.cos(TAU * x / 3) - 1)) / (3 * ive(0, z))

    for a, b in [(2.0, 0.5), (0.5, 2.0)]:
        exact = (a - b) * ive(1, a) / ive(0, a) - (a - b) - np.log(ive(0, a) / ive(0, b))
        assert np.isclose(relative_entropy(density(a), density(b), torus), exact, rtol=1e-12)


def test_products_add_up_and_pinsker_holds():
    p = 1 + 0.8 * np.cos(TAU * Torus(1).axis(32))
    single = relative_entropy(p, np.ones(32), Torus(1))
    assert np.isclose(single, 0.4 + np.log(0.8), rtol=1e-9)
    assert np.isclose(relative_entropy(np.outer(p, p), np.ones((32, 32)), Torus(2)), 2 * single, rtol=1e-12)
    assert single > 0.5 * np.abs(p - 1).mean() ** 2


def test_close_densities_lose_no_digits():
    wave = np.cos(TAU * Torus(1).axis(16))
    assert np.isclose(relative_entropy(1 + 1e-7 * wave, np.ones(16), Torus(1)), 0.25e-14, rtol=1e-2)


def test_zeros():
    indicator = np.repeat([2.0, 0.0], 8)
    assert np.isclose(relative_entropy(indicator, np.ones(16), Torus(1)), np.log(2), rtol=1e-14)
    assert relative_entropy(np.ones(16), indicator, Torus(1)) == np.inf


@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        (np.full(8, -1.0), np.ones(8), "p must be >= 0"),
        (np.ones(8), np.r_[np.ones(7), -1e-3], r"q must be >= 0, got q\[7\] = -0.001"),
        (np.ones(8), np.ones(16), "same grid"),
        (np.ones(8), 2 * np.ones(8), "same mass, got 1 and 2"),
        (np.ones((8, 8)), np.ones(8), "p must have 1 axes"),
        (np.r_[np.nan, np.ones(7)], np.ones(8), "p must be finite"),
    ],
)
def test_bad_input_is_named(p, q, message):
    with pytest.raises(ValueError, match=message):
        relative_entropy(p, q, Torus(1))


def test_the_domain_is_a_torus():
    with pytest.raises(TypeError, match="domain must be a Torus"):
        relative_entropy(np.ones(8), np.ones(8), Euclidean(1))
