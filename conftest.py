"""Run the pages of the book as tests: each code cell of each page in `_toc.yml` is a test, by nbval."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import jupytext
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

ROOT = Path(__file__).parent
PAGES = {ROOT / f"{name}.md" for name in re.findall(r"(?:root|file): *(\S+)", (ROOT / "_toc.yml").read_text())}


class Page(IPyNbFile):
    """A page of the book, read as the notebook that it is."""

    def collect(self) -> Iterator[IPyNbCell]:
        source = self.path.read_text(encoding="utf-8")
        if re.search("nbval[-_]check[-_]output", source, re.IGNORECASE):
            raise self.CollectError(f"{self.path.name}: a page stores no outputs to compare with; use `assert`")
        notebook = jupytext.read(self.path, fmt="md:myst")
        with mock.patch("nbval.plugin.nbformat.read", return_value=notebook):
            yield from super().collect()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path in PAGES and "{code-cell}" in file_path.read_text(encoding="utf-8"):
        return Page.from_parent(parent, path=file_path)
    return None
