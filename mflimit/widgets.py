"""One live control: a figure drawn again by the kernel whenever the reader moves a slider."""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import plots
from ._html import require_alt
from ._validate import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def explore(draw: Callable[..., Figure], *, alt: str, caption: str = "", **sliders: tuple[float, float, float]) -> None:
    """Show draw(**values) with a slider a parameter; where there is no kernel to ask, the figure at its defaults.

    Parameters
    ----------
    draw : callable
        Returns a figure; its parameters' defaults are where the sliders start.
    alt, caption : str
        As in `plots.show`.
    **sliders : (low, high, step)
        One for each parameter to be moved; integers give an integer.

    Raises
    ------
    TypeError, ValueError
        For a slider that names no parameter with a default, or whose default lies outside it.

    Notes
    -----
    Fast loops that run in parallel must never be entered from two Python threads at once, and a notebook may deliver
    a slider's message in a thread of its own: drawing is always handed to the thread that ran the cell.
    """
    start = _defaults(draw, sliders)
    require_alt(alt)
    if os.environ.get("MFLIMIT_STATIC"):
        values = ", ".join(f"{name} = {value:g}" for name, value in start.items())
        plots.show(draw(**start), alt=alt, caption=f"{caption} Here {values}; run the page to move them.".lstrip())
    else:
        _live(draw, alt, caption, sliders, start)


def _defaults(draw: Callable[..., Figure], sliders: dict[str, tuple[float, float, float]]) -> dict[str, float]:
    """The value at which each slider starts."""
    parameters = inspect.signature(draw).parameters
    if not sliders:
        raise ValueError("give at least one slider, got none")
    start = {}
    for name, (low, high, step) in sliders.items():
        if name not in parameters or parameters[name].default is inspect.Parameter.empty:
            raise TypeError(f"{name} must be a parameter of draw with a default, got {', '.join(parameters)}")
        start[name] = parameters[name].default
        if not number(name, low) <= number(name, start[name]) <= number(name, high) or number(name, step) <= 0:
            raise ValueError(f"{name} must be (low, high, step > 0) around {start[name]!r}, got {(low, high, step)!r}")
    return start


def _live(
    draw: Callable[..., Figure],
    alt: str,
    caption: str,
    sliders: dict[str, tuple[float, float, float]],
    start: dict[str, float],
) -> None:
    """The sliders over the picture, for a notebook with a kernel."""
    import ipywidgets
    from IPython.display import display

    home = threading.current_thread()
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = None
    controls = {}
    for name, (low, high, step) in sliders.items():
        whole = all(isinstance(value, int) for value in (low, high, step, start[name]))
        kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        controls[name] = kind(start[name], min=low, max=high, step=step, description=name, continuous_update=False)
    picture = ipywidgets.HTML()

    def redraw() -> None:
        figure = draw(**{name: control.value for name, control in controls.items()})
        picture.value = plots.figure_html(figure, alt, caption)
        plots.plt.close(figure)

    def moved(change: object) -> None:
        if loop is None or threading.current_thread() is home:
            redraw()
        else:
            loop.call_soon_threadsafe(redraw)

    redraw()
    for control in controls.values():
        control.observe(moved, names="value")
    display(ipywidgets.VBox([*controls.values(), picture]))
