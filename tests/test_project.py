"""The house: imports point one way, the table of contents and the pages agree, words are where readers need them."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import mflimit

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "mflimit").rglob("*.py"))
PAGES = [ROOT / f"{name}.md" for name in re.findall(r"(?:root|file): *(\S+)", (ROOT / "_toc.yml").read_text())]

# Each layer imports only layers before it, and its own.
LAYERS = [
    {"_jit", "errors", "domains"},
    {"kernels"},
    {"model"},
    {"densities", "spectral", "etd", "_watch"},
    {"particles", "liouville", "hierarchy", "meanfield", "vlasov"},
    {"functionals", "sampling", "kac"},
    {"exact"},
    {"_html", "plots", "frames", "widgets", "ledger"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}


def rank(name: str) -> int:
    """The layer of a top-level module; small private helpers stand at the bottom."""
    assert name in RANK or name.startswith("_"), f"{name} has no layer yet: add it to LAYERS"
    return RANK.get(name, 0)


def imported(module: Path) -> set[str]:
    """The top-level modules of mflimit that a module imports."""
    package = ["mflimit", *module.relative_to(ROOT / "mflimit").with_suffix("").parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            path = base + (node.module.split(".") if node.module else [])
            targets = [path] if len(path) > 1 else [[*path, alias.name] for alias in node.names]
        elif isinstance(node, ast.Import):
            targets = [alias.name.split(".") for alias in node.names]
        else:
            continue
        found |= {path[1] for path in targets if path[0] == "mflimit" and len(path) > 1}
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(ROOT).as_posix())
def test_imports_point_one_way(module):
    name = module.relative_to(ROOT / "mflimit").with_suffix("").parts[0]
    if name == "__init__":
        assert not imported(module) & LAYERS[-1], "pictures are imported by those who want them"
        return
    upwards = [other for other in imported(module) if rank(other) > rank(name)]
    assert upwards == []


def test_importing_the_package_loads_no_pictures():
    heavy = "matplotlib", "IPython", "ipywidgets", "PIL", "ot", "sympy"
    code = f"import sys, mflimit; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def public_objects():
    names = [mflimit.__name__] + [found.name for found in pkgutil.walk_packages(mflimit.__path__, "mflimit.")]
    for name in names:
        if "._" in name:
            continue
        module = importlib.import_module(name)
        yield name, module
        for attribute, thing in vars(module).items():
            if attribute.startswith("_") or getattr(thing, "__module__", None) != name:
                continue
            if inspect.isfunction(thing) or inspect.isclass(thing):
                yield f"{name}.{attribute}", thing


def test_everything_public_has_a_docstring():
    assert [name for name, thing in public_objects() if not inspect.getdoc(thing)] == []


def test_public_functions_are_annotated():
    """The types that the type checker checks: every public function and method but the compiled loops."""
    bare = []
    for module in MODULES:
        tree = ast.parse(module.read_text(encoding="utf-8"))
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
        for node in [member for scope in (tree, *classes) for member in scope.body]:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if any("jit" in ast.unparse(decorator) for decorator in node.decorator_list):
                continue
            arguments = [
                a
                for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
                if a.arg not in ("self", "cls")
            ]
            if node.returns is None or any(a.annotation is None for a in arguments):
                bare.append(f"{module.relative_to(ROOT).as_posix()}:{node.lineno} {node.name}")
    assert not bare, bare


def test_public_names_exist():
    assert all(hasattr(mflimit, name) for name in mflimit.__all__)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
class TestPage:
    def test_it_is_there_and_has_one_title(self, page):
        outside_code = re.sub(r"^(`{3,}|:{3,}).*?^\1`*$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        assert len(re.findall(r"^# \S", outside_code, re.M)) == 1

    def test_it_stores_no_outputs_and_has_the_header_if_it_runs(self, page):
        source = page.read_text(encoding="utf-8")
        assert ("{code-cell}" in source) == source.startswith("---\njupytext:")

    def test_labels_are_its_own(self, page):
        labels = re.findall(r"^:label: *(\S+)", page.read_text(encoding="utf-8"), re.M)
        assert len(labels) == len(set(labels))
        others = {
            label
            for other in PAGES
            if other != page
            for label in re.findall(r"^:label: *(\S+)", other.read_text(), re.M)
        }
        assert not others & set(labels)

    def test_every_exercise_has_a_solution_that_starts_closed(self, page):
        source = page.read_text(encoding="utf-8")
        exercises = re.findall(r"\{exercise(?:-start)?\}.*?\n:label: *(\S+)", source)
        solutions = re.findall(r"\{solution(?:-start)?\} *(\S+)\n(.*?)\n", source)
        assert sorted(exercises) == sorted(label for label, _ in solutions)
        assert all(option.strip() == ":class: dropdown" for _, option in solutions)

    def test_its_ledger_has_its_name_and_its_numbers_are_recorded(self, page):
        source = page.read_text(encoding="utf-8")
        assert set(re.findall(r"Ledger\(\"([^\"]*)\"\)", source)) <= {page.stem}
        shown = set(re.findall(r"\{glue:text\}`([^`:]+)", source))
        recorded = set(re.findall(r"ledger\.(?:check|measured)\(\s*f?\"([^\"]+)\"", source))
        computed = [re.sub(r"\\\{[^}]*\\\}", ".+", re.escape(key)) for key in recorded]
        assert [key for key in shown if not any(re.fullmatch(pattern, key) for pattern in computed)] == []

    def test_its_citations_exist(self, page):
        known = set(re.findall(r"^@\w+\{([^,]+),", (ROOT / "book/references.bib").read_text(encoding="utf-8"), re.M))
        cited = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", page.read_text(encoding="utf-8"))
        assert {key.strip() for keys in cited for key in keys.split(",")} <= known


def test_references_are_complete():
    for entry in (ROOT / "book/references.bib").read_text(encoding="utf-8").split("\n@"):
        fields = set(re.findall(r"^  (\w+) = ", entry, re.M))
        assert {"author", "title", "year"} <= fields, entry
        assert fields & {"journal", "booktitle", "publisher", "note"}, entry


def test_lower_bounds_hold_for_the_pins():
    """Each dependency of the package is pinned, at or above its lower bound."""
    from packaging.requirements import Requirement

    lines = re.findall(r"^[^#\n].*", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    pins = {r.name.lower(): next(iter(r.specifier)).version for r in map(Requirement, lines)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for requirement in map(Requirement, project["dependencies"] + extras["book"] + extras["test"]):
        assert requirement.specifier.contains(pins[requirement.name.lower()]), requirement


def test_vendored_mathjax_is_whole():
    vendor = ROOT / "book/_static/vendor/mathjax"
    assert (vendor / "LICENSE").exists() and (vendor / "startup.js").exists()
    assert len(list((vendor / "output/chtml/fonts/woff-v2").glob("*.woff"))) == 23
