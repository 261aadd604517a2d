"""Functionals of particles and densities; here the distances between a cloud and a density, and observables."""

from ._line import LineLaw
from .observables import average, expectation, fourier, mean_and_error, observe
from .quantisation import quantise
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
    "sobolev_distance",
    "sobolev_mean_square",
    "sobolev_tail",
    "wasserstein1",
    "wasserstein2",
]
