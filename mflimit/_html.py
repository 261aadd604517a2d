"""Pictures as HTML: one rendering, legible on light and dark pages, with its alternative text."""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: CSS pixels of a figure's inch.
PIXELS_PER_INCH = 110

# A picture is drawn once, dark on a transparent ground.  On a dark page its lightness is inverted and its hues are
# kept: black axes turn white, white turns black, blue stays blue.  The selectors know the book and JupyterLab.
STYLE = (
    "<style>.mf-figure{margin:1rem 0;text-align:center}"
    ".mf-figure img{max-width:100%!important;height:auto;background:none!important}"
    "html[data-theme=dark] .mf-figure img,body[data-jp-theme-light=false] .mf-figure img"
    "{filter:invert(1) hue-rotate(180deg)!important}"
    ".mf-figure figcaption{margin:.4rem auto 0;max-width:40rem;font-size:.95em}</style>"
)


def text_with_maths(text: str) -> str:
    r"""Escaped HTML in which $…$ is typeset, `…` is code and a line break is one, in the book and in notebooks.

    >>> text_with_maths("$x < y$ & z")
    '<span class="mathjax_process">\\(x &lt; y\\)</span> &amp; z'
    """

    def shown(part: str) -> str:
        inside = html.escape(part[1:-1])
        if part[:1] == "$":
            return f'<span class="mathjax_process">\\({inside}\\)</span>'
        return f"<code>{inside}</code>" if part[:1] == "`" else html.escape(part).replace("\n", "<br>")

    return "".join(shown(part) for part in re.split(r"(\$[^$]+\$|`[^`]+`)", text) if part)


def table_html(head: Sequence[str], rows: Iterable[Sequence[str]], label: str) -> str:
    """A table of texts, which scrolls sideways by itself on a phone; `label` names it for those who do not see it."""
    cells = "".join("<tr>" + "".join(f"<td>{text_with_maths(t)}</td>" for t in row) + "</tr>" for row in rows)
    names = "".join(f'<th scope="col">{text_with_maths(name)}</th>' for name in head)
    return (
        f'<div class="mf-ledger" style="overflow-x:auto" tabindex="0" role="region" aria-label="{html.escape(label)}">'
        f'<table class="table"><thead><tr>{names}</tr></thead><tbody>{cells}</tbody></table></div>'
    )


def require_alt(alt: str) -> str:
    """The alternative text: what a reader who does not see the picture should know."""
    if not isinstance(alt, str):
        raise TypeError(f"alt must be a string, got {alt!r}")
    if len(alt.split()) < 3:
        raise ValueError(f"alt must describe the picture in a few words, got {alt!r}")
    return alt


def pixels(figure: Figure, scale: float) -> Image.Image:
    """The figure on a transparent ground, `scale` picture pixels a CSS pixel."""
    buffer = io.BytesIO()
    # No tight bounding box: the frames of one player must all have the same size.
    figure.savefig(buffer, format="png", dpi=PIXELS_PER_INCH * scale, transparent=True, bbox_inches=None)
    return Image.open(buffer).convert("RGBA")


def to_image(array: object) -> Image.Image:
    """An (h, w, 3) or (h, w, 4) array of bytes, or of floats in [0, 1], as a picture."""
    values = np.asarray(array)
    if values.ndim != 3 or values.shape[2] not in (3, 4):
        raise ValueError(f"images must have shape (h, w, 3) or (h, w, 4), got {values.shape}")
    if values.dtype != np.uint8:
        values = np.round(255 * np.clip(values.astype(float), 0, 1)).astype(np.uint8)
    return Image.fromarray(values).convert("RGBA")


def webp(image: Image.Image, lossless: bool) -> bytes:
    """The picture as WebP."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=lossless, quality=70, alpha_quality=60, method=4)
    return buffer.getvalue()


def smaller_is_lossless(image: Image.Image) -> bool:
    """Whether this kind of picture (lines rather than clouds) is smaller without loss."""
    return len(webp(image, True)) <= len(webp(image, False))


def data_uri(data: bytes) -> str:
    """The bytes of a WebP picture as an address that needs no file beside the page."""
    return "data:image/webp;base64," + base64.b64encode(data).decode("ascii")
