"""The build's own extension: buttons only where they lead somewhere, and light pages."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def extension():
    spec = importlib.util.spec_from_file_location("mflimit_book", ROOT / "book/_ext/mflimit_book.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://github.com/owner/mflimit.git", "https://github.com/owner/mflimit"),
        ("https://github.com/owner/mflimit/", "https://github.com/owner/mflimit"),
        ("git@gitlab.com:owner/mflimit.git", "https://gitlab.com/owner/mflimit"),
        ("ssh://git@github.com/owner/mflimit", "https://github.com/owner/mflimit"),
        ("https://git.example.org/owner/mflimit", None),
        ("/somewhere/on/this/disk/mflimit", None),
    ],
)
def test_the_repository_is_known_where_it_has_a_page(extension, monkeypatch, address, page):
    monkeypatch.setenv("MFLIMIT_REPOSITORY", address)
    assert extension.repository() == page


@pytest.mark.parametrize(("address", "buttons"), [("https://github.com/owner/mflimit", True), ("nowhere", False)])
def test_no_button_without_a_repository(extension, monkeypatch, address, buttons):
    monkeypatch.setenv("MFLIMIT_REPOSITORY", address)
    config = SimpleNamespace(html_theme_options={})
    extension.repository_buttons(None, config)
    assert bool(config.html_theme_options.get("launch_buttons")) == buttons
    assert bool(config.html_theme_options.get("use_repository_button")) == buttons


def test_thebe_is_left_out_and_nothing_else(extension):
    scripts = [
        SimpleNamespace(filename="_static/mflimit.js", attributes={}),
        SimpleNamespace(filename="_static/sphinx-thebe.js", attributes={}),
        SimpleNamespace(filename=None, attributes={"body": 'const THEBE_JS_URL = "https://unpkg.com/thebe"'}),
        SimpleNamespace(filename=None, attributes={"body": "window.MathJax = {}"}),
    ]
    context = {"script_files": list(scripts)}
    extension.without_thebe(None, "page", "page.html", context, None)
    assert context["script_files"] == [scripts[0], scripts[3]]


def test_icons_that_a_page_uses_stay(extension, tmp_path):
    scripts = tmp_path / "_static" / "scripts"
    scripts.mkdir(parents=True)
    icons = (
        'var a={monero:[496,512,[],"f3d0","M352 384"],"arrow-up":[384,512,[8593],"f062","M214 41"],'
        '"circle-half-stroke":[512,512,[9680,"adjust"],"f042",["M448 256","M0 1"]],print:[512,512,[],"f02f","M128 0"]};'
    )
    (scripts / "fontawesome.js").write_text(icons)
    (tmp_path / "page.html").write_text('<i class="fa-solid fa-arrow-up"></i>')
    extension.prune_icons(SimpleNamespace(outdir=str(tmp_path)), None)
    kept = (scripts / "fontawesome.js").read_text()
    assert '"arrow-up":[384,512,[8593],"f062","M214 41"]' in kept
    assert '"circle-half-stroke":' in kept, "the theme's own button needs it"
    assert "monero" not in kept and "print" not in kept
    assert kept.startswith("var a={") and kept.endswith("};")
