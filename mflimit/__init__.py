"""mflimit: N interacting particles, their mean-field limit, and the distance between the two, computed."""

from . import kernels
from .domains import Euclidean, Torus
from .model import Model
from .particles.drift import drift

__all__ = ["Euclidean", "Model", "Torus", "drift", "kernels"]
