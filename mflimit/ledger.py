"""The ledger: every number of the prose is computed in a cell, held against a reference there, and shown from there."""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from ._html import table_html
from ._validate import number, positive_number

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Entry:
    """One line of the ledger: what was computed, the number, and what it was held against."""

    key: str
    statement: str
    what: str
    shown: str
    against: str
    value: float
    reference: float | None


class Ledger:
    """The numbers of one page, each tied to the assertion that protects it.

    `check` holds a value against a reference, `measured` against bounds; both raise AssertionError where it fails,
    and otherwise make the formatted number available to the page's text as ``{glue:text}`key` ``.  `table` shows
    what was recorded, as the page's closing table, and writes it to ``_build/ledger/<page>.json`` of the checkout.

    Parameters
    ----------
    page : str
        The page's file name without suffix.

    Examples
    --------
    >>> ledger = Ledger("doctest")
    >>> ledger.check("decay", 0.36788, math.exp(-1), rtol=1e-4, what="amplitude at t = 1", against="e^(-1)")
    0.36788
    >>> ledger.measured("order", 3.97, above=3.8, what="observed order", fmt=".2f")
    3.97
    >>> ledger.check("decay", 0.5, 0.37, rtol=1e-4, what="amplitude at t = 1", against="e^(-1)")
    Traceback (most recent call last):
        ...
    AssertionError: decay: amplitude at t = 1 is 0.5, e^(-1) gives 0.37: they differ by 0.13, allowed 3.7e-05
    """

    def __init__(self, page: str) -> None:
        if not re.fullmatch(r"[\w-]+", page):
            raise ValueError(f"page must be a file name without suffix, got {page!r}")
        self.page = page
        self.entries: dict[str, Entry] = {}

    def check(
        self,
        key: str,
        value: float,
        reference: float,
        *,
        what: str,
        against: str,
        rtol: float | None = None,
        atol: float | None = None,
        se: float | None = None,
        statement: str = "",
        fmt: str = ".3g",
    ) -> float:
        """Assert that value equals reference to one of rtol, atol or four standard errors se; record it; return it.

        Parameters
        ----------
        key : str
            The page-unique name under which the text shows the number.
        value, reference : float
            The computed number and the exact one.
        what, against : str
            What the number is, and where the reference comes from, for the table.
        rtol, atol, se : float
            Exactly one: |value − reference| ≤ rtol |reference|, ≤ atol, or ≤ 4 se.
        statement : str
            The statement of the course that the number supports, such as "A6" or a theorem's name.
        fmt : str
            Format of the number; with se, value and error are shown as value ± se.

        Raises
        ------
        AssertionError
            Naming both numbers, where they differ by more.
        """
        value, reference = number("value", value), number("reference", reference)
        given = {"rtol": rtol, "atol": atol, "se": se}
        chosen = [name for name, bound in given.items() if bound is not None]
        if len(chosen) != 1:
            raise ValueError(f"give exactly one of rtol, atol, se, got {given}")
        scale = {"rtol": abs(reference), "atol": 1.0, "se": 4.0}[chosen[0]]
        allowed = scale * positive_number(chosen[0], given[chosen[0]])
        difference = abs(value - reference)
        if not difference <= allowed:
            raise AssertionError(
                f"{key}: {what} is {value!r}, {against} gives {reference!r}: "
                f"they differ by {difference:.3g}, allowed {allowed:.3g}"
            )
        held = f"{against}: {display(reference, fmt)}"
        self._record(Entry(key, statement, what, display(value, fmt, se), held, value, reference))
        return value

    def measured(
        self,
        key: str,
        value: float,
        *,
        what: str,
        error: float | None = None,
        above: float | None = None,
        below: float | None = None,
        within: tuple[float, float] | None = None,
        statement: str = "",
        fmt: str = ".3g",
    ) -> float:
        """Assert that a measured value lies above, below or within bounds; record it with its uncertainty; return it.

        Parameters
        ----------
        key, what, statement, fmt
            As in `check`.
        value : float
        error : float, optional
            The standard error of value, shown as value ± error.
        above, below : float, optional
        within : (float, float), optional
            The bounds, at least one.

        Raises
        ------
        AssertionError
            Naming the number and the bound that it breaks.
        """
        value = number("value", value)
        low, high = (above, below) if within is None else within
        if (low is None and high is None) or (within is not None and (above is not None or below is not None)):
            raise ValueError(f"give above and/or below, or within, got {above=}, {below=}, {within=}")
        lower = -math.inf if low is None else number("above", low)
        upper = math.inf if high is None else number("below", high)
        bounds = {
            (True, True): f"between {display(lower)} and {display(upper)}",
            (True, False): f"above {display(lower)}",
            (False, True): f"below {display(upper)}",
        }[low is not None, high is not None]
        if not lower <= value <= upper:
            raise AssertionError(f"{key}: {what} is {value!r}, not {bounds}")
        self._record(Entry(key, statement, what, display(value, fmt, error), bounds, value, None))
        return value

    def table(self) -> Table:
        """The page's closing table "What we measured"; also written to the build, for the ledger of the whole book."""
        entries = tuple(self.entries.values())
        if not entries:
            raise ValueError("nothing recorded yet: call check or measured first")
        _write(self.page, entries)
        return Table(entries)

    def _record(self, entry: Entry) -> None:
        known = self.entries.get(entry.key)
        if known is not None and known.what != entry.what:
            raise ValueError(f"key {entry.key!r} already names {known.what!r} on this page")
        self.entries[entry.key] = entry
        _glue(entry.key, entry.shown)


@dataclass(frozen=True)
class Table:
    """What a page measured, as a table that notebooks and the built book show."""

    entries: tuple[Entry, ...]

    def __repr__(self) -> str:
        return "\n".join(f"{e.what}: {e.shown} ({e.against})" for e in self.entries)

    def _repr_html_(self) -> str:
        return table_html(
            ("Quantity", "Value", "Held against"),
            [(e.what, e.shown, e.against) for e in self.entries],
            "What we measured",
        )


def display(value: float, fmt: str = ".3g", error: float | None = None) -> str:
    """A number as the text shows it: 1.2×10⁻³, and with a standard error 0.501 ± 0.004.

    >>> display(1.234e-9), display(0.5012, ".3f", 0.0041), display(40_000, ".0f")
    ('1.23×10⁻⁹', '0.501 ± 0.004', '40000')
    """
    text = format(value, fmt)
    text = re.sub(r"e([+-]\d+)$", lambda m: "×10" + str(int(m[1])).translate(SUPERSCRIPT), text)
    text = text.replace("-", "−")
    return text if error is None else f"{text} ± {display(error, fmt)}"


def _glue(key: str, shown: str) -> None:
    """Make the text available to the page; outside a notebook there is no page."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return
    if get_ipython() is None:
        return
    try:
        from myst_nb import glue
    except ImportError:
        return
    glue(key, shown, display=False)


def _write(page: str, entries: tuple[Entry, ...]) -> None:
    """Write the entries to _build/ledger/<page>.json of the checkout that holds this page, if there is one."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "_toc.yml").exists() and any((folder / "book").rglob(f"{page}.md")):
            target = folder / "_build" / "ledger" / f"{page}.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            # The tests may run the same page at the same moment as the build: replace in one step.
            part = target.with_suffix(f".{os.getpid()}.part")
            part.write_text(json.dumps([asdict(e) for e in entries], ensure_ascii=False, indent=1), encoding="utf-8")
            os.replace(part, target)
            return
