"""Figures: what is drawn is what was given, and nothing is shown without words."""

import base64
import io
import re

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

import mflimit as mf
from mflimit import plots


@pytest.fixture
def ax():
    with matplotlib.rc_context():
        plots.use()
        figure, axes = plt.subplots()
        yield axes
        plt.close(figure)


def luminance(color):
    c = np.asarray(color, dtype=float)
    return np.where(c <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def on_dark_pages(color):
    """invert(1) hue-rotate(180deg), the CSS filter of dark pages, as the Filter Effects standard defines it."""
    weights = np.array([0.213, 0.715, 0.072])
    rotation = 2 * np.outer(np.ones(3), weights) - np.eye(3)
    return np.clip(rotation @ (1 - np.asarray(color)), 0, 1)


@pytest.mark.parametrize("color", plots.COLORS)
def test_lines_stand_out_on_light_and_dark_pages(color):
    rgb = matplotlib.colors.to_rgb(color)
    assert 1.05 / (luminance(rgb) + 0.05) >= 2.2
    dark_page = luminance(matplotlib.colors.to_rgb("#121212"))
    assert (luminance(on_dark_pages(rgb)) + 0.05) / (dark_page + 0.05) >= 3


def test_slope_has_the_exponent_and_passes_through_its_point(ax):
    ax.set(xscale="log", yscale="log")
    x, y = plots.slope(ax, [10, 50, 1000], -0.5, through=(10, 2.0)).get_data()
    assert (x[0], x[-1], y[0]) == (10, 1000, 2.0)
    assert np.isclose(y[-1], 2.0 * 100**-0.5)


def test_slope_stands_below_the_last_curve(ax):
    n = np.array([10.0, 100.0])
    plots.errorbars(ax, n, 5 / n, 0.1 / n, label="measured")
    x, y = plots.slope(ax, n, -1).get_data()
    assert np.allclose(x * y, 0.6 * 5)


def test_slope_refuses_what_has_no_logarithm(ax):
    with pytest.raises(ValueError, match="x must be positive"):
        plots.slope(ax, [0, 1], 1.0, through=(1, 1))
    with pytest.raises(ValueError, match="through must be given"):
        plots.slope(ax, [1, 2], 1.0)


def test_errorbars_are_two_standard_errors(ax):
    container = plots.errorbars(ax, [1.0], [10.0], [0.5])
    (segment,) = container[2][0].get_segments()
    assert np.allclose(segment[:, 1], [9.0, 11.0])


def test_density_in_one_dimension_closes(ax):
    torus = mf.Torus(dim=1, length=2.0)
    x, y = plots.density(ax, [1.0, 2.0, 3.0, 4.0], torus).get_data()
    assert np.allclose(x, [0, 0.5, 1, 1.5, 2]) and np.allclose(y, [1, 2, 3, 4, 1])


def test_density_in_two_dimensions_has_x1_to_the_right(ax):
    torus = mf.Torus(dim=2)
    field = np.zeros((4, 4))
    field[1, 3] = 1.0  # at x_1 = 1/4, x_2 = 3/4
    picture = plots.density(ax, field, torus)
    left, right, bottom, top = picture.get_extent()
    row, column = np.argwhere(picture.get_array() == 1.0)[0]
    assert np.isclose(left + (column + 0.5) * (right - left) / 4, 0.25)
    assert np.isclose(bottom + (row + 0.5) * (top - bottom) / 4, 0.75)
    assert picture.origin == "lower"


def test_signed_fields_have_symmetric_colours(ax):
    picture = plots.density(ax, [[-1.0, 0.0], [0.0, 3.0]], mf.Torus(dim=2), signed=True)
    assert picture.get_clim() == (-3.0, 3.0)


def test_cloud_draws_every_particle(ax):
    x = np.random.default_rng(0).random((50, 2))
    assert np.allclose(plots.cloud(ax, x, mf.Torus(dim=2)).get_offsets(), x)
    assert np.allclose(plots.cloud(ax, x[:, :1], mf.Torus(dim=1)).get_xdata(), x[:, 0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda ax: plots.density(ax, np.ones(4), mf.Torus(dim=2)), r"values must have 2 axes, got shape \(4,\)"),
        (lambda ax: plots.density(ax, np.ones((4, 4, 4)), mf.Torus(dim=3)), "domain must be a Torus"),
        (lambda ax: plots.density(ax, np.ones(4), mf.Euclidean(dim=1)), "domain must be a Torus"),
        (lambda ax: plots.cloud(ax, np.ones((4, 3)), mf.Torus(dim=2)), r"x must have shape \(n, 2\)"),
        (lambda ax: plots.figure_html(ax.figure, alt="figure"), "alt must describe the picture"),
    ],
)
def test_bad_input_is_named(ax, call, words):
    with pytest.raises(ValueError, match=words):
        call(ax)


def test_html_holds_the_picture_its_words_and_nothing_outside(ax):
    ax.plot([0, 1], [0, 1])
    shown = plots.figure_html(ax.figure, alt='A line "rising" to 1', caption="The line $y = x$.")
    assert 'alt="A line &quot;rising&quot; to 1"' in shown
    assert r"\(y = x\)" in shown and "$" not in shown
    assert "http" not in shown
    data = base64.b64decode(re.search(r"base64,([^\"]+)", shown)[1])
    image = np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))
    width, height = ax.figure.get_size_inches()
    assert image.shape[:2] == (round(220 * height), round(220 * width))
    assert image[0, 0, 3] == 0, "the ground must be transparent"


def test_show_closes_the_figure(capsys):
    figure, _ = plt.subplots()
    plots.show(figure, alt="An empty pair of axes")
    assert not plt.fignum_exists(figure.number)
