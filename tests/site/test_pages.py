"""Every page of the book, at the size of a desk and of a phone, light and dark."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from webpage import AUDIT, HTML, PAGES, play, problems_of, visit


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_page(browser, address, name, width, theme):
    assert problems_of(browser, f"{address}/{name}.html", width, theme) == []


@pytest.mark.parametrize("name", PAGES)
def test_players_play(browser, address, name):
    play(browser, f"{address}/{name}.html")


def test_some_player_is_on_the_landing_page(html):
    assert "data-mf-frames" in (html / f"{PAGES[0]}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(html, name):
    source = html / f"{name}.html"
    text = source.read_text(encoding="utf-8")
    lost = []
    for link in set(re.findall(r'<a [^>]*href="([^"]*)"', text)):
        if link.startswith(("http://", "https://", "mailto:", "javascript:")):
            continue
        path, fragment = urldefrag(urljoin(source.relative_to(HTML).as_posix(), unquote(link)))
        target = html / path if path else source
        if not target.exists():
            lost.append(link)
        elif fragment and target.suffix == ".html":
            there = target.read_text(encoding="utf-8")
            if f'id="{fragment}"' not in there and f'name="{fragment}"' not in there:
                lost.append(link)
    assert lost == []


def test_notebooks_are_offered(html):
    for name in PAGES:
        if "{code-cell}" in (Path(__file__).parents[2] / f"{name}.md").read_text(encoding="utf-8"):
            assert (html / "_sources" / f"{name}.ipynb").exists()
            assert f"{name}.ipynb" in (html / f"{name}.html").read_text(encoding="utf-8")


def test_from_the_disk_without_a_server(browser, html):
    seen = visit(browser, (html / f"{PAGES[0]}.html").as_uri())
    try:
        assert seen.page.evaluate(AUDIT) == []
        assert seen.errors == [] and seen.away == []
        assert seen.page.query_selector("mjx-container") is not None
    finally:
        seen.page.context.close()
