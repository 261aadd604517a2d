"""The project's tasks, the same with or without make: python tasks.py book | serve | test | bench | clean | env.

Needs Python 3.11 or newer and nothing else: everything is installed into .venv, once, and again when the pins change.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
BUILD = ROOT / "_build"
HTML = BUILD / "html"


def run(*command: str | Path) -> None:
    """Run a command of the environment at the root of the project; its failure is this program's."""
    print("$", *(str(part).replace(str(ROOT) + os.sep, "") for part in command), flush=True)
    code = subprocess.run([str(part) for part in command], cwd=ROOT).returncode
    if code:
        sys.exit(code)


def digest(*files: Path) -> str:
    """A hash of the files' names and contents."""
    total = hashlib.sha256(sys.version.encode())
    for file in sorted(files):
        total.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def remembered(stamp: Path, value: str) -> bool:
    """Whether the stamp holds the value."""
    return stamp.exists() and stamp.read_text() == value


def env() -> None:
    """Make .venv if need be, and install the pins and the package when they changed."""
    stamp, wanted = VENV / ".stamp", digest(ROOT / "requirements.txt", ROOT / "pyproject.toml")
    if PYTHON.exists() and remembered(stamp, wanted):
        return
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "-r", "requirements.txt")
    run(*pip, "--no-deps", "-e", ".")
    stamp.write_text(wanted)


def book() -> None:
    """Execute the pages and build the book, warnings being errors."""
    env()
    # The execution cache knows the pages' own text only: what they compute with is remembered here.
    sources = [file for file in (ROOT / "mflimit").rglob("*") if file.suffix in {".py", ".js", ".css"}]
    stamp, wanted = BUILD / "computed-with", digest(*sources, ROOT / "requirements.txt")
    if not remembered(stamp, wanted):
        for stale in (BUILD / ".jupyter_cache", BUILD / "ledger"):
            shutil.rmtree(stale, ignore_errors=True)
        BUILD.mkdir(exist_ok=True)
        stamp.write_text(wanted)
    run(PYTHON.with_name("jupyter-book"), "build", ".", "-W", "--keep-going", "--all")
    print(
        f"\nThe book is built; open {(HTML / 'index.html').as_uri()}\nor serve it: make serve, or python tasks.py serve"
    )


def serve() -> None:
    """Serve the built book on this machine."""
    if not (HTML / "index.html").exists():
        book()
    env()
    port = os.environ.get("PORT", "8000")
    print(f"http://localhost:{port}/  (Ctrl-C stops it)", flush=True)
    run(PYTHON, "-m", "http.server", port, "--bind", "127.0.0.1", "--directory", HTML)


def test() -> None:
    """Everything: style, types, unit tests, docstring examples, pages as tests, the built book in a browser."""
    book()
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(PYTHON, "-m", "mypy")
    run(PYTHON, "-m", "pytest", "-q")


def bench() -> None:
    """Run the benchmarks: each prints the ratios that the book and README claim."""
    env()
    for script in sorted((ROOT / "benchmarks").glob("[a-z]*.py")):
        run(PYTHON, script)


def clean() -> None:
    """Remove everything that was built, but not .venv."""
    shutil.rmtree(BUILD, ignore_errors=True)
    for cache in (".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"):
        shutil.rmtree(ROOT / cache, ignore_errors=True)
    for package in ("mflimit", "tests", "book"):
        for compiled in (ROOT / package).rglob("__pycache__"):
            shutil.rmtree(compiled, ignore_errors=True)


TASKS = {task.__name__: task for task in (book, serve, test, bench, clean, env)}


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in TASKS]
    if unknown or not names:
        print(__doc__)
        for name, task in TASKS.items():
            print(f"  {name:6} {task.__doc__}")
        sys.exit(f"unknown task: {', '.join(unknown)}" if unknown else None)
    for name in names:
        TASKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
