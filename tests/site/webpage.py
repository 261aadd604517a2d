"""A page open in the browser: what happened while it loaded, and how well its pictures stand out."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, Response, Route

ROOT = Path(__file__).parents[2]
HTML = ROOT / "_build" / "html"
AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
MEGABYTE = 1_000_000
PAGES = re.findall(r"(?:root|file): *(\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))


@dataclass
class Visit:
    """An open page, and what happened while it was loaded."""

    page: Page
    errors: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    weight: int = 0


def visit(browser: Browser, url: str, width: int = 1280, theme: str = "light") -> Visit:
    """Open the page at this width and theme, and wait until its mathematics is typeset; requests that leave are cut."""
    # A reader who asks for less motion: what moves by itself would make screenshots a matter of chance.
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme, reduced_motion="reduce")
    seen = Visit(context.new_page())
    origin = re.match(r"https?://[^/]+/|file:///", url)[0]

    def route(request_route: Route) -> None:
        target = request_route.request.url
        if target.startswith((origin, "data:", "blob:", "about:")):
            request_route.continue_()
        else:
            seen.away.append(target)
            request_route.abort()

    def arrived(response: Response) -> None:
        seen.weight += int(response.headers.get("content-length", 0))

    context.route("**/*", route)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("console", lambda line: seen.errors.append(line.text) if line.type == "error" else None)
    seen.page.on("response", arrived)
    seen.page.goto(url, wait_until="load")
    seen.page.evaluate("() => window.MathJax && MathJax.startup ? MathJax.startup.promise : null")
    return seen


def luminance(colors: np.ndarray) -> np.ndarray:
    """WCAG's relative luminance of colours in 0..255."""
    c = np.asarray(colors, dtype=float)[..., :3] / 255
    linear = np.where(c <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def picture_contrast(png: bytes) -> float:
    """Contrast of a picture's most different pixels (its text and axes) with its most common colour, its ground."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).reshape(-1, 3)
    colors, counts = np.unique(pixels, axis=0, return_counts=True)
    ground = luminance(colors[counts.argmax()])
    # One pixel in 2000 must stand out: a picture's words cover more than that.
    levels = np.sort(luminance(pixels))
    margin = max(1, levels.size // 2000)
    light, dark = levels[-margin], levels[margin - 1]
    return max((light + 0.05) / (ground + 0.05), (ground + 0.05) / (dark + 0.05))


def problems_of(browser: Browser, url: str, width: int, theme: str) -> list[str]:
    """Everything that is wrong with a page at this width and theme."""
    seen = visit(browser, url, width, theme)
    page = seen.page
    try:
        problems = page.evaluate(AUDIT)
        problems += [f"error: {error}" for error in seen.errors]
        problems += [f"request that leaves: {target}" for target in seen.away]
        if page.evaluate("document.documentElement.dataset.theme") != theme:
            problems.append(f"not {theme}")
        for number, figure in enumerate(page.query_selector_all("article .mf-figure img")):
            # One inside a closed solution cannot be seen.
            contrast = picture_contrast(figure.screenshot()) if figure.is_visible() else 21.0
            if contrast < 7:
                problems.append(f"figure {number} with contrast {contrast:.1f}")
        if seen.weight > 3 * MEGABYTE:
            problems.append(f"page of {seen.weight / MEGABYTE:.2f} MB, more than 3")
    finally:
        page.context.close()
    return problems


def play(browser: Browser, url: str) -> int:
    """Move each player from the keyboard and by its button, see that its picture follows; count the players."""
    seen = visit(browser, url)
    page = seen.page
    players = [player for player in page.query_selector_all("[data-mf-frames]") if player.is_visible()]
    try:
        for player in players:
            image, slider, button, shown = map(player.query_selector, ("img", "input", "button", "output"))
            before, label = image.get_attribute("src"), shown.inner_text()
            slider.focus()
            page.keyboard.press("End")
            assert image.get_attribute("src") != before, "the picture does not follow the slider"
            assert label != shown.inner_text() == slider.get_attribute("aria-valuetext")
            last = slider.input_value()
            button.click()
            page.wait_for_function("([box, last]) => box.value !== last", arg=[slider, last], timeout=5000)
            assert button.get_attribute("aria-label") == "Pause"
            button.click()
            assert button.get_attribute("aria-label") == "Play"
    finally:
        page.context.close()
    assert seen.errors == []
    return len(players)
