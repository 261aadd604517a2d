"""The catalogue of interactions, all with K = −∇V where there is a V."""

from .base import Kernel, NoPotential, Regularity
from .biot_savart import BiotSavart
from .coulomb import Coulomb
from .kuramoto import Kuramoto
from .linear import Linear
from .log import Log
from .riesz import Riesz
from .sign import Sign

__all__ = [
    "BiotSavart",
    "Coulomb",
    "Kernel",
    "Kuramoto",
    "Linear",
    "Log",
    "NoPotential",
    "Regularity",
    "Riesz",
    "Sign",
]
