"""Figures of the book: one style, legible on phones, on dark pages and without colour vision, each with alt text."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from numpy.typing import ArrayLike

from ._html import (
    PIXELS_PER_INCH,
    STYLE,
    data_uri,
    pixels,
    require_alt,
    smaller_is_lossless,
    table_html,
    text_with_maths,
    webp,
)
from .domains import Domain, Torus

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer
    from matplotlib.figure import Figure

#: Okabe and Ito's colours, told apart without colour vision; their yellow is left out, being too pale for lines.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#AA4499", "#56B4E9", "#B87700", "#000000")
#: From nearly the page's ground to a deep colour, for densities; and for signed fields.
DENSITY, SIGNED = "Blues", "RdBu_r"


def use() -> None:
    """Set the style of the book's figures: call it once, at the top of a page."""
    mpl.rcParams.update(
        {
            "figure.figsize": (5.6, 3.6),
            "figure.dpi": PIXELS_PER_INCH,
            "figure.facecolor": "none",
            "figure.constrained_layout.use": True,
            "savefig.facecolor": "none",
            "font.size": 13,
            "axes.labelsize": 13,
            "axes.titlesize": 13,
            "legend.fontsize": 12,
            "xtick.labelsize": 12,
            "ytick.labelsize": 12,
            "axes.facecolor": "none",
            "axes.prop_cycle": cycler(color=COLORS),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "legend.frameon": False,
            "lines.linewidth": 2.0,
            "lines.markersize": 6.0,
            "image.cmap": DENSITY,
            "mathtext.fontset": "dejavusans",
            "axes.formatter.use_mathtext": True,
        }
    )


def figure_html(figure: Figure, alt: str, caption: str = "") -> str:
    r"""The figure as HTML, its picture inside it.

    Parameters
    ----------
    figure : matplotlib Figure
    alt : str
        What a reader who does not see the figure should know.
    caption : str
        May hold mathematics between dollars.

    Raises
    ------
    ValueError
        Where alt says nothing.
    """
    width, height = (round(PIXELS_PER_INCH * inches) for inches in figure.get_size_inches())
    image = pixels(figure, scale=2)
    source = data_uri(webp(image, smaller_is_lossless(image)))
    below = f"<figcaption>{text_with_maths(caption)}</figcaption>" if caption else ""
    return (
        f'{STYLE}<figure class="mf-figure"><img src="{source}" alt="{html.escape(require_alt(alt))}" '
        f'width="{width}" height="{height}" class="dark-light">{below}</figure>'
    )


def show(figure: Figure, *, alt: str, caption: str = "") -> None:
    """Show the figure in the notebook or the page, with its alternative text, and close it.

    The arguments are those of `figure_html`.
    """
    from IPython.display import HTML, display

    shown = HTML(figure_html(figure, alt, caption))
    plt.close(figure)
    display(shown)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, label: str) -> None:
    """Show a table in the notebook or the page; $…$ is typeset in it, `…` is code.

    Parameters
    ----------
    head : names of the columns
    rows : for each row the texts of its cells
    label : str
        What the table shows, for those who do not see it.
    """
    from IPython.display import HTML, display

    display(HTML(table_html(list(head), rows, label)))


def slope(
    ax: Axes, x: ArrayLike, exponent: float, label: str | None = None, through: tuple[float, float] | None = None
) -> Artist:
    """Draw y ∝ x^exponent beside a measured rate, on logarithmic axes.

    Parameters
    ----------
    ax : matplotlib Axes
    x : array_like
        The range to draw over; its least and greatest entries are used.
    exponent : float
    label : str, optional
        x^exponent by default, named after the x axis.
    through : (float, float), optional
        A point of the line; by default a little below the first point of the last curve drawn.

    Examples
    --------
    >>> figure, ax = plt.subplots()
    >>> n = np.array([10, 100, 1000])
    >>> _ = ax.loglog(n, 3 / n)
    >>> line = slope(ax, n, -1.0)
    >>> x, y = line.get_data()
    >>> bool(np.isclose(np.log(y[1] / y[0]) / np.log(x[1] / x[0]), -1.0))
    True
    >>> plt.close(figure)
    """
    ends = np.array([np.min(np.asarray(x, dtype=float)), np.max(np.asarray(x, dtype=float))])
    if not 0 < ends[0] < ends[1]:
        raise ValueError(f"x must be positive with two different entries, got {x!r}")
    if through is None:
        curves = [line for line in ax.lines if len(np.atleast_1d(line.get_xdata())) > 1 and line.get_marker() != "_"]
        if not curves:
            raise ValueError("through must be given where nothing is drawn yet, got None")
        x0, y0 = (float(np.asarray(data, dtype=float)[0]) for data in curves[-1].get_data())
        through = (x0, 0.6 * y0)
    if label is None:
        label = rf"slope ${exponent:g}$"
    (line,) = ax.plot(ends, through[1] * (ends / through[0]) ** exponent, "--", color="0.35", lw=1.5, label=label)
    return line


def errorbars(
    ax: Axes, x: ArrayLike, y: ArrayLike, se: ArrayLike, label: str = "", **style: object
) -> ErrorbarContainer:
    """Draw Monte Carlo results y with bars of two standard errors se on each side, about 95 %."""
    options: dict[str, object] = {"fmt": "o-", "capsize": 3, "elinewidth": 1.5} | style
    return ax.errorbar(x, y, yerr=2 * np.asarray(se, dtype=float), label=label, **options)  # type: ignore[arg-type]


def density(ax: Axes, values: ArrayLike, domain: Domain, *, signed: bool = False, **style: object) -> Artist:
    """Draw grid values on a torus: a curve in d = 1, a picture in d = 2 (x_1 to the right, x_2 upwards).

    Parameters
    ----------
    ax : matplotlib Axes
    values : array_like
        Shape (points,)*d, at the points of `Torus.grid`.
    domain : Torus
    signed : bool
        A field of both signs, such as a vorticity: colours symmetric about 0.
    **style
        Passed to `Axes.plot` or `Axes.imshow`.

    Raises
    ------
    ValueError
        For d > 2, or values that do not have d axes.
    """
    field = np.asarray(values, dtype=float)
    if not isinstance(domain, Torus) or domain.dim > 2:
        raise ValueError(f"domain must be a Torus with dim 1 or 2, got {domain!r}")
    if field.ndim != domain.dim:
        raise ValueError(f"values must have {domain.dim} axes, got shape {field.shape}")
    length = domain.length
    if domain.dim == 1:
        # The curve closes: its value at L is that at 0.
        x = np.append(domain.axis(field.size), length)
        (line,) = ax.plot(x, np.append(field, field[0]), **style)  # type: ignore[arg-type]
        ax.set(xlim=(0, length), xlabel="$x$")
        return line
    half = 0.5 * length / field.shape[0]
    options: dict[str, object] = {"cmap": SIGNED if signed else DENSITY, "interpolation": "bilinear"}
    if signed:
        bound = float(np.max(np.abs(field))) or 1.0
        options |= {"vmin": -bound, "vmax": bound}
    extent = (-half, length - half, -half, length - half)
    picture = ax.imshow(field.T, origin="lower", extent=extent, **(options | style))  # type: ignore[arg-type]
    _square(ax, length)
    return picture


def cloud(ax: Axes, x: ArrayLike, domain: Domain, **style: object) -> Artist:
    """Draw particles: ticks under the axis in d = 1, points in d = 2, smaller the more they are.

    Parameters
    ----------
    ax : matplotlib Axes
    x : array_like
        Shape (n, d), d = 1 or 2.
    domain : Torus or Euclidean
    **style
        Passed to `Axes.plot` or `Axes.scatter`.
    """
    points = np.asarray(x, dtype=float)
    if points.ndim != 2 or points.shape[1] != domain.dim or domain.dim > 2:
        raise ValueError(f"x must have shape (n, {domain.dim}) with dim 1 or 2, got {points.shape}")
    if domain.dim == 1:
        options: dict[str, object] = {"marker": "|", "ls": "none", "color": COLORS[1], "alpha": 0.6}
        height = np.full(points.shape[0], -0.03)
        options |= {"transform": ax.get_xaxis_transform(), "clip_on": False} | style
        (ticks,) = ax.plot(points[:, 0], height, **options)  # type: ignore[arg-type]
        return ticks
    options = {"s": np.clip(4000 / points.shape[0], 0.3, 30), "lw": 0, "color": COLORS[1]}
    dots = ax.scatter(points[:, 0], points[:, 1], **(options | style))  # type: ignore[arg-type]
    if isinstance(domain, Torus):
        _square(ax, domain.length)
    else:
        ax.set_aspect("equal")
    return dots


def _square(ax: Axes, length: float) -> None:
    """The box [0, L)^2 with its frame and few ticks."""
    ax.set(xlim=(0, length), ylim=(0, length), aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
    ax.set(xticks=[0, length / 2, length], yticks=[0, length / 2, length])
    ax.spines[:].set_visible(True)
