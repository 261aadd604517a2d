"""mflimit: N interacting particles, their mean-field limit, and the distance between the two, computed."""

from . import densities, kernels
from .densities import sample
from .domains import Euclidean, Torus
from .errors import Diverged
from .model import Model
from .particles.coupling import Coupled, couple
from .particles.drift import drift
from .particles.first_order import simulate
from .particles.noise import BrownianPath
from .particles.observers import Run

__all__ = [
    "BrownianPath",
    "Coupled",
    "Diverged",
    "Euclidean",
    "Model",
    "Run",
    "Torus",
    "couple",
    "densities",
    "drift",
    "kernels",
    "sample",
    "simulate",
]
