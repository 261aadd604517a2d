"""mflimit: N interacting particles, their mean-field limit, and the distance between the two, computed."""

import importlib
import os
from types import ModuleType

# ducc0 may start its second thread on the first one's core; it reads this when it is imported.
os.environ.setdefault("DUCC0_PIN_DISTANCE", "1")

from . import densities, functionals, kernels
from .densities import sample
from .domains import Euclidean, Torus
from .errors import BlowUp, Diverged, Unresolved
from .functionals import relative_entropy, sobolev_distance, wasserstein1, wasserstein2
from .hierarchy import solve_hierarchy
from .liouville import solve_liouville, solve_liouville_grid
from .meanfield import MeanFieldSolution, solve_mean_field
from .model import Model
from .particles.collisions import simulate_collisions
from .particles.coupling import Coupled, couple
from .particles.drift import drift
from .particles.first_order import simulate
from .particles.noise import BrownianPath
from .particles.observers import Run

#: Loaded at first use: pictures need matplotlib, closed forms are many.
_LATER = ("exact", "frames", "kac", "ledger", "plots", "widgets")

__all__ = [
    "BlowUp",
    "BrownianPath",
    "Coupled",
    "Diverged",
    "Euclidean",
    "MeanFieldSolution",
    "Model",
    "Run",
    "Torus",
    "Unresolved",
    "couple",
    "densities",
    "drift",
    "functionals",
    "kernels",
    "relative_entropy",
    "sample",
    "simulate",
    "simulate_collisions",
    "sobolev_distance",
    "solve_hierarchy",
    "solve_liouville",
    "solve_liouville_grid",
    "solve_mean_field",
    "wasserstein1",
    "wasserstein2",
    *_LATER,
]


def __getattr__(name: str) -> ModuleType:
    if name in _LATER:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
