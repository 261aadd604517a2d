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
        True: at once; False: never; None: after two seconds, in a terminal or a notebook, unless the environment says
        MFLIMIT_PROGRESS=0, as it does while the book is built.
    """
    watched = sys.stderr.isatty() or "ipykernel" in sys.modules
    wanted = watched and os.environ.get("MFLIMIT_PROGRESS") != "0" if enabled is None else enabled
    return tqdm(total=total, desc=label, disable=not wanted, delay=0.0 if enabled else PATIENCE, leave=False)
