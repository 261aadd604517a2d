"""The page that writers start from builds without a warning and passes what every page must."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from webpage import ROOT, play, problems_of

TOC = """format: jb-book
root: book/_template
parts:
  - caption: Appendices
    numbered: true
    chapters:
      - file: book/bibliography
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A book of the template alone."""
    folder = tmp_path_factory.mktemp("template")
    shutil.copytree(ROOT / "book", folder / "book")
    shutil.copy(ROOT / "_config.yml", folder)
    (folder / "_toc.yml").write_text(TOC, encoding="utf-8")
    program = Path(sys.executable).with_name("jupyter-book")
    done = subprocess.run([program, "build", folder, "-W", "--all"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_template(browser, template, width, theme):
    assert problems_of(browser, (template / "_build/html/book/_template.html").as_uri(), width, theme) == []


def test_its_player_plays(browser, template):
    assert play(browser, (template / "_build/html/book/_template.html").as_uri()) == 1


def test_its_numbers_are_recorded_and_shown(template):
    page = (template / "_build/html/book/_template.html").read_text(encoding="utf-8")
    assert "−1.9682" in page and "Undefined" not in page
    assert (template / "_build/ledger/_template.json").exists()
