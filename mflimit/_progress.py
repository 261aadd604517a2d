"""The progress bar of long runs."""

from __future__ import annotations

import os
import sys

from tqdm.auto import tqdm

#: Seconds before a bar appears by itself.
PATIENCE = 2.0


def progress_bar(total: int | None, enabled: bool | None, label: str) -> tqdm:
    """A bar to be used as a context, with `.update(n)`.

    Parameters
    ----------
    total : int or None
        The number of steps, None where it is not known beforehand.
    enabled : bool or None
        True: at once; False: never; None: after two seconds, in a terminal or a notebook, but not on the pages of the
        built book (the build sets MFLIMIT_STATIC), where a bar would be a dead control.
    """
    watched = sys.stderr.isatty() or "ipykernel" in sys.modules
    wanted = watched and not os.environ.get("MFLIMIT_STATIC") if enabled is None else enabled
    return tqdm(total=total, desc=label, disable=not wanted, delay=0.0 if enabled else PATIENCE, leave=False)
