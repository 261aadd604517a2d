"""Pages run as tests: a false assertion fails, by the name of its page; pages outside the book are left alone."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  name: python3
---

# Title
"""


def cell(code):
    return f"\n```{{code-cell}} ipython3\n{code}\n```\n"


def test_pages_are_tests(tmp_path):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "_toc.yml").write_text(
        "root: book/good\nchapters:\n- file: book/bad\n- file: book/compares\n- file: book/words\n"
    )
    book = tmp_path / "book"
    book.mkdir()
    (book / "good.md").write_text(HEADER + cell("x = 2") + cell("assert x == 2"))
    (book / "bad.md").write_text(HEADER + cell("assert 1 == 2, 'the sign is wrong'"))
    (book / "compares.md").write_text(HEADER + cell("# NBVAL_CHECK_OUTPUT\n1"))
    (book / "words.md").write_text("# Title\n\nOnly words.\n")
    (book / "elsewhere.md").write_text(HEADER + cell("assert False"))
    options = ["-v", "--nbval-lax", "--nbval-current-env", "--continue-on-collection-errors", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, "book"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    # pytest's lines of progress write book/good::md::Cell 0.
    assert len(re.findall(r"book/good\S*::Cell [01] PASSED", done.stdout)) == 2
    assert "FAILED book/bad.md::Cell 0" in done.stdout and "the sign is wrong" in done.stdout
    assert "compares.md: a page stores no outputs to compare with; use `assert`" in done.stdout
    assert "words.md" not in done.stdout and "elsewhere.md" not in done.stdout
