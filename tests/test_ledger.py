"""The ledger asserts what it shows, and shows what it asserted."""

import json

import pytest

from mflimit.ledger import Ledger, display

WORDS = {"what": "the quantity", "against": "closed form"}


@pytest.mark.parametrize(
    ("bound", "inside", "outside"),
    [({"rtol": 1e-2}, 2.019, 2.021), ({"atol": 1e-2}, 2.009, 2.011), ({"se": 1e-2}, 2.039, 2.041)],
)
def test_check_holds_to_its_bound(bound, inside, outside):
    ledger = Ledger("page")
    assert ledger.check("key", inside, 2.0, **bound, **WORDS) == inside
    assert ledger.check("key", 4.0 - inside, 2.0, **bound, **WORDS) == 4.0 - inside
    for value in (outside, 4.0 - outside):
        with pytest.raises(AssertionError, match=rf"the quantity is {value!r}, closed form gives 2\.0"):
            ledger.check("key", value, 2.0, **bound, **WORDS)


def test_what_fails_is_not_recorded():
    ledger = Ledger("page")
    with pytest.raises(AssertionError):
        ledger.check("key", 1.0, 2.0, rtol=1e-3, **WORDS)
    with pytest.raises(AssertionError):
        ledger.measured("order", 1.0, above=2.0, what="order")
    assert ledger.entries == {}


@pytest.mark.parametrize(
    ("bounds", "inside", "outside", "words"),
    [
        ({"above": 3.8}, 3.9, 3.7, "above 3.8"),
        ({"below": -1.0}, -1.5, -0.5, "below −1"),
        ({"within": (0.4, 0.6)}, 0.5, 0.61, "between 0.4 and 0.6"),
        ({"above": 0.4, "below": 0.6}, 0.5, 0.39, "between 0.4 and 0.6"),
    ],
)
def test_measured_holds_to_its_bounds(bounds, inside, outside, words):
    ledger = Ledger("page")
    ledger.measured("key", inside, what="rate", **bounds)
    assert ledger.entries["key"].against == words
    with pytest.raises(AssertionError, match=f"not {words}"):
        ledger.measured("key", outside, what="rate", **bounds)


@pytest.mark.parametrize("bounds", [{}, {"rtol": 1e-3, "atol": 1e-3}, {"rtol": 0.0}, {"se": -1.0}])
def test_check_wants_exactly_one_positive_bound(bounds):
    with pytest.raises(ValueError, match=r"rtol|se"):
        Ledger("page").check("key", 1.0, 1.0, **bounds, **WORDS)


@pytest.mark.parametrize("bounds", [{}, {"within": (0, 1), "above": 0}])
def test_measured_wants_bounds(bounds):
    with pytest.raises(ValueError, match="within"):
        Ledger("page").measured("key", 0.5, what="rate", **bounds)


def test_nan_is_refused():
    for record in (
        lambda: Ledger("page").check("key", float("nan"), 1.0, rtol=1.0, **WORDS),
        lambda: Ledger("page").measured("key", float("nan"), above=0.0, what="rate"),
    ):
        with pytest.raises(ValueError, match="value must be finite, got nan"):
            record()


def test_a_key_names_one_quantity_and_may_be_run_again():
    ledger = Ledger("page")
    ledger.measured("key", 0.5, above=0.0, what="rate")
    ledger.measured("key", 0.6, above=0.0, what="rate")
    assert ledger.entries["key"].value == 0.6
    with pytest.raises(ValueError, match="already names 'rate'"):
        ledger.measured("key", 0.6, above=0.0, what="order")


def test_page_is_a_name():
    with pytest.raises(ValueError, match=r"got 'book/page\.md'"):
        Ledger("book/page.md")


def test_the_table_shows_and_writes_what_was_recorded(tmp_path, monkeypatch):
    (tmp_path / "_toc.yml").touch()
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "page.md").touch()
    monkeypatch.chdir(tmp_path / "book")
    ledger = Ledger("page")
    ledger.check("a", 0.5012, 0.5, se=0.004, fmt=".3f", statement="A5", what="mean of $x < 1$", against="exact")
    ledger.measured("b", 3.97, above=3.8, what="order")
    shown = ledger.table()._repr_html_()
    assert shown.count("<tr>") == shown.count("</tr>") == 3
    assert "0.501 ± 0.004" in shown and "exact: 0.500" in shown
    assert r"\(x &lt; 1\)" in shown
    first, second = json.loads((tmp_path / "_build/ledger/page.json").read_text(encoding="utf-8"))
    assert (first["key"], first["value"], first["reference"], first["shown"]) == ("a", 0.5012, 0.5, "0.501 ± 0.004")
    assert (second["reference"], second["against"]) == (None, "above 3.8")


def test_nothing_is_written_outside_a_checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ledger = Ledger("page")
    with pytest.raises(ValueError, match="nothing recorded"):
        ledger.table()
    ledger.measured("key", 0.5, above=0.0, what="rate")
    ledger.table()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "fmt", "shown"),
    [(1.5e-9, ".3g", "1.5×10⁻⁹"), (-0.25, ".3g", "−0.25"), (2.5e12, ".2e", "2.50×10¹²"), (-2e-10, ".1e", "−2.0×10⁻¹⁰")],
)
def test_display(value, fmt, shown):
    assert display(value, fmt) == shown
