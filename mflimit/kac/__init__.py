"""Kac's model of a gas: the walk on the sphere, its limit equation, its spectral gap, and measures of chaos."""

from ..particles.jumps import Walk
from .angles import AngleLaw
from .boltzmann import KacBoltzmann, solve_kac_boltzmann
from .chaos import chaos_defect, empirical_variance, joint_expectation, mixture, to_sphere
from .gap import generator_matrix, spectral_gap
from .walk import walk

__all__ = [
    "AngleLaw",
    "KacBoltzmann",
    "Walk",
    "chaos_defect",
    "empirical_variance",
    "generator_matrix",
    "joint_expectation",
    "mixture",
    "solve_kac_boltzmann",
    "spectral_gap",
    "to_sphere",
    "walk",
]
