"""Closed forms, one model a file: the tests and the chapters hold the numerics against them."""

from ..functionals import LineLaw
from .bkw import BKW
from .burgers import Burgers, GaussianLaw, LogisticLaw
from .dyson import DysonGas, Semicircle
from .gaps import gap_rates, sample_equilibrium
from .gaussian import LinearGaussian
from .gibbs import GibbsState
from .kac_sphere import KacSphere
from .kuramoto import KuramotoStates
from .lamb_oseen import LambOseen, hamiltonian, polygon_rotation_rate, two_vortices
from .maxwell_moments import MaxwellMoments
from .taylor_green import TaylorGreen

__all__ = [
    "BKW",
    "Burgers",
    "DysonGas",
    "GaussianLaw",
    "GibbsState",
    "KacSphere",
    "KuramotoStates",
    "LambOseen",
    "LineLaw",
    "LinearGaussian",
    "LogisticLaw",
    "MaxwellMoments",
    "Semicircle",
    "TaylorGreen",
    "gap_rates",
    "hamiltonian",
    "polygon_rotation_rate",
    "sample_equilibrium",
    "two_vortices",
]
