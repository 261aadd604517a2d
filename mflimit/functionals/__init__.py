"""Functionals of particles and densities; here the distances between a cloud and a density, and observables."""

from ._line import LineLaw
from .entropy import relative_entropy
from .observables import average, expectation, fourier, mean_and_error, observe
from .quantisation import quantise
from .rates import rate
from .sobolev import density_coefficients, fourier_coefficients, sobolev_distance, sobolev_mean_square, sobolev_tail
from .transport import wasserstein1, wasserstein2

__all__ = [
    "LineLaw",
    "average",
    "density_coefficients",
    "expectation",
    "fourier",
    "fourier_coefficients",
    "mean_and_error",
    "observe",
    "quantise",
    "rate",
    "relative_entropy",
    "sobolev_distance",
    "sobolev_mean_square",
    "sobolev_tail",
    "wasserstein1",
    "wasserstein2",
]
