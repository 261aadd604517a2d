"""The torus and its grids."""

import numpy as np
import pytest

import mflimit as mf


def test_wrap_lands_in_the_half_open_box():
    torus = mf.Torus(1, 2.0)
    wrapped = torus.wrap([-1e-20, 2.0, 5.5, -0.5])
    np.testing.assert_allclose(wrapped, [0.0, 0.0, 1.5, 1.5], atol=1e-15)
    assert (wrapped < 2.0).all()


def test_displacement_is_the_nearest_image_and_half_open():
    torus = mf.Torus(2, 3.0)
    np.testing.assert_allclose(torus.displacement([2.9, 0.0], [0.1, 1.5]), [-0.2, -1.5], atol=1e-15)
    assert torus.displacement([1.5, 0.0], [0.0, 0.0])[0] == -1.5


def test_grid_and_wavenumbers_follow_the_contract():
    torus = mf.Torus(2, 2.0)
    grid = torus.grid(8)
    assert grid.shape == (8, 8, 2)
    assert grid[3, 0, 0] == 0.75 and grid[0, 3, 1] == 0.75
    first, last = torus.wavenumbers(8)
    assert first.shape == (8, 1) and last.shape == (1, 5)
    f = np.cos(2 * np.pi * (2 * grid[..., 0] + 3 * grid[..., 1]) / 2.0)
    coefficients = np.fft.rfftn(f) / 64
    assert coefficients[first.ravel() == 2, last.ravel() == 3].real == pytest.approx(0.5, abs=1e-14)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"dim": 0}, ValueError, "dim must be >= 1, got 0"),
        ({"dim": 1.5}, TypeError, "dim must be an integer, got 1.5"),
        ({"dim": 1, "length": -1.0}, ValueError, "length must be > 0, got -1.0"),
        ({"dim": 1, "length": float("nan")}, ValueError, "length must be finite, got nan"),
    ],
)
def test_bad_domains_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        mf.Torus(**arguments)
