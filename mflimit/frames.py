"""Moving pictures that need no kernel: frames behind a slider with a play button, in the page itself."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ._html import (
    PIXELS_PER_INCH,
    STYLE,
    data_uri,
    pixels,
    require_alt,
    smaller_is_lossless,
    text_with_maths,
    to_image,
    webp,
)
from ._validate import positive_number

#: The most that the frames of one player may weigh together, so that a page stays under 3 MB.
MAX_BYTES = 500_000

CONTROLS = f"<style>{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>"
SCRIPT = f"<script>{Path(__file__).with_suffix('.js').read_text(encoding='utf-8')}</script>"


class Frames:
    """A few pictures behind a slider with a play button, for the built book, JupyterLab and a file on the disk.

    Parameters
    ----------
    draw : callable
        ``draw(axes, value)`` draws one frame on fresh axes (an array of them, where `subplots` asks for more than one).
    values : sequence
        One frame for each: times, parameters, numbers of particles.
    label : str or callable
        What stands beside the slider: a format such as ``"t = {:.2f}"``, or a function of the value.
    alt : str
        What a reader who does not see the pictures should know.
    caption : str
        May hold mathematics between dollars.
    name : str
        What the slider is called for a reader who hears the page.
    subplots : (int, int)
        Rows and columns of axes.
    size : (float, float)
        Width and height of a frame in inches; a page is some 5.6 wide.
    fps : float
        Frames a second.
    loop, autoplay : bool
        Whether to start again at the end, and to start by itself (never where the reader asked for less motion).
    start : int
        The frame shown first and in print.

    Raises
    ------
    ValueError
        Without frames or alternative text, or where the frames weigh more than `MAX_BYTES` together.

    Examples
    --------
    >>> player = Frames(lambda ax, k: ax.plot([0, 1], [0, k]), [1, 2], label="k = {}", alt="a line that gets steeper")
    >>> player.labels
    ('k = 1', 'k = 2')
    """

    def __init__(
        self,
        draw: Callable[[Any, Any], object],
        values: Iterable[Any],
        *,
        label: str | Callable[[Any], str],
        alt: str,
        caption: str = "",
        name: str = "frame",
        subplots: tuple[int, int] = (1, 1),
        size: tuple[float, float] = (5.6, 3.6),
        fps: float = 8.0,
        loop: bool = False,
        autoplay: bool = False,
        start: int = 0,
    ) -> None:
        values = list(values)
        images = (_drawn(draw, value, subplots, size) for value in values)
        labels = [label(value) if callable(label) else label.format(value) for value in values]
        width = round(PIXELS_PER_INCH * size[0])
        self._set(images, labels, width, alt, caption, name, fps, loop, autoplay, start)

    @classmethod
    def from_images(
        cls,
        images: Iterable[object],
        labels: Sequence[str],
        *,
        alt: str,
        caption: str = "",
        name: str = "frame",
        width: int = 480,
        fps: float = 8.0,
        loop: bool = False,
        autoplay: bool = False,
        start: int = 0,
    ) -> Frames:
        """The player of given pictures: arrays of shape (h, w, 3) or (h, w, 4), bytes or floats in [0, 1].

        `width` is that of the pictures on the page, in CSS pixels; the other parameters are those of `Frames`.
        """
        self = cls.__new__(cls)
        self._set(map(to_image, images), labels, width, alt, caption, name, fps, loop, autoplay, start)
        return self

    def _set(
        self,
        images: Iterable[Image.Image],
        labels: Sequence[str],
        width: int,
        alt: str,
        caption: str,
        name: str,
        fps: float,
        loop: bool,
        autoplay: bool,
        start: int,
    ) -> None:
        self.alt, self.caption, self.name = require_alt(alt), caption, name
        self.fps, self.loop, self.autoplay, self.start = positive_number("fps", fps), loop, autoplay, start
        self.labels = tuple(labels)
        pictures = list(images)
        if not pictures or len(pictures) != len(self.labels):
            raise ValueError(f"there must be frames and as many labels, got {len(pictures)} and {len(self.labels)}")
        if not 0 <= start < len(pictures):
            raise ValueError(f"start must be one of the {len(pictures)} frames, got {start!r}")
        lossless = smaller_is_lossless(pictures[len(pictures) // 2])
        self.frames = tuple(webp(picture, lossless) for picture in pictures)
        self.size = (width, round(width * pictures[0].height / pictures[0].width))
        weight = sum(map(len, self.frames))
        if weight > MAX_BYTES:
            raise ValueError(
                f"the {len(self.frames)} frames weigh {weight} bytes, more than {MAX_BYTES}: use fewer or smaller"
            )

    def __repr__(self) -> str:
        return f"Frames({len(self.frames)} frames, {self.alt!r})"

    def _repr_html_(self) -> str:
        addresses = [data_uri(frame) for frame in self.frames]
        content = hashlib.sha256(b"".join(self.frames) + repr((self.labels, self.alt, self.fps)).encode()).hexdigest()
        player = {
            "id": content[:12],
            "frames": addresses,
            "labels": self.labels,
            "fps": self.fps,
            "loop": self.loop,
            "autoplay": self.autoplay,
        }
        # "</" would end the script element.
        script = SCRIPT.replace("= PLAYER", "= " + json.dumps(player, ensure_ascii=False).replace("</", "<\\/"))
        below = f"<figcaption>{text_with_maths(self.caption)}</figcaption>" if self.caption else ""
        return (
            f'{STYLE}{CONTROLS}<figure class="mf-figure" data-mf-frames="{player["id"]}">'
            f'<img src="{addresses[self.start]}" alt="{html.escape(self.alt)}" class="dark-light" '
            f'width="{self.size[0]}" height="{self.size[1]}">'
            f'<div class="mf-controls"><button type="button" aria-label="Play">▶</button>'
            f'<input type="range" min="0" max="{len(addresses) - 1}" value="{self.start}" step="1" autocomplete="off" '
            f'aria-label="{html.escape(self.name)}"><output>{html.escape(self.labels[self.start])}</output></div>'
            f"{below}</figure>{script}"
        )


def _drawn(
    draw: Callable[[Any, Any], object], value: Any, subplots: tuple[int, int], size: tuple[float, float]
) -> Image.Image:
    """One frame, drawn on fresh axes."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(*subplots, figsize=size)
    try:
        draw(axes, value)
        return pixels(figure, scale=1.35)
    finally:
        plt.close(figure)
