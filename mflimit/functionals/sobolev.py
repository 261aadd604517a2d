"""Negative Sobolev distances on the torus, from the Fourier coefficients of a cloud."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import number, option, positive_integer
from ..domains import Torus
from ._measures import checked_torus, clouds, grid_values, is_cloud

Array = NDArray[np.float64]

_MODES = {1: 512, 2: 64, 3: 20}
_PRECISION = 1e-12


def fourier_coefficients(x: ArrayLike, domain: Torus, modes: int, *, method: str = "auto") -> NDArray[np.complex128]:
    """μ̂_N(k) = (1/N) Σ_j e^{−2πi k·x_j/L} for |k|_∞ ≤ modes.

    Parameters
    ----------
    x : array (n, d), or a batch (R, n, d)
    domain : Torus
    modes : int
    method : "auto", "nufft" or "direct"
        A non-uniform FFT to 1e-12 (d ≤ 3), or the sums themselves, which are as fast for few points or modes.

    Returns
    -------
    complex array (2·modes + 1, …, modes + 1), or (R, 2·modes + 1, …, modes + 1)
        In the order of `domain.wavenumbers(2*modes + 1)`; the other half is the complex conjugate.

    Examples
    --------
    >>> import mflimit as mf
    >>> fourier_coefficients([[0.25], [0.75]], mf.Torus(1), modes=2).round(12) + 0.0
    array([ 1.+0.j,  0.+0.j, -1.+0.j])
    """
    domain, modes = checked_torus(domain), positive_integer("modes", modes)
    batch, batched = clouds("x", x, domain)
    method = option("method", method, ("auto", "nufft", "direct"))
    if method == "nufft" and domain.dim > 3:
        raise ValueError(f"method must be 'direct' in dimension {domain.dim}, got 'nufft'")
    size = 2 * modes + 1
    if method == "auto":
        small = batch.shape[1] * size ** (domain.dim - 1) * (modes + 1) <= 2**18
        method = "direct" if small or domain.dim > 3 else "nufft"
    transform = _nufft if method == "nufft" else _direct
    values = np.stack([transform(cloud, domain, size) for cloud in batch])
    return values if batched else values[0]


def _nufft(x: Array, domain: Torus, size: int) -> NDArray[np.complex128]:
    import ducc0

    out = np.empty((size,) * domain.dim, dtype=complex)
    # one thread: the order of the sums, hence the last bits, must not depend on the machine
    ducc0.nufft.nu2u(
        points=np.full(len(x), 1 / len(x), dtype=complex),
        coord=np.ascontiguousarray(x),
        forward=True,
        epsilon=_PRECISION,
        nthreads=1,
        out=out,
        periodicity=domain.length,
        fft_order=True,
    )
    return out[..., : size // 2 + 1]


def _direct(x: Array, domain: Torus, size: int) -> NDArray[np.complex128]:
    waves = [
        np.exp(-2j * np.pi / domain.length * x[:, i, None] * k.reshape(-1))
        for i, k in enumerate(domain.wavenumbers(size))
    ]
    product = waves[0]
    for wave in waves[1:-1]:
        product = (product[:, :, None] * wave[:, None, :]).reshape(len(x), -1)
    if domain.dim == 1:
        return product.mean(axis=0)
    return (product.T @ waves[-1] / len(x)).reshape(*(wave.shape[1] for wave in waves))


def density_coefficients(rho: Any, domain: Torus, modes: int) -> NDArray[np.complex128]:
    """ρ̂(k) = ∫ρ e^{−2πi k·x/L} dx for |k|_∞ ≤ modes, in the layout of `fourier_coefficients`.

    Grid values are those of a trigonometric polynomial, so modes beyond the grid's are 0; a callable is sampled on a
    grid of at least 4·modes points an axis.
    """
    domain, modes = checked_torus(domain), positive_integer("modes", modes)
    values = grid_values(rho, domain, max(4 * modes, 32))
    points = len(values)
    transform = np.fft.rfftn(values) * (domain.volume / values.size)
    # the mode ±points/2 of an even grid is left out: its two halves are not known apart
    kept = min(modes, (points - 1) // 2)
    out = np.zeros((2 * modes + 1,) * (domain.dim - 1) + (modes + 1,), dtype=complex)
    index = np.r_[0 : kept + 1, -kept:0]
    axes = [index] * (domain.dim - 1) + [np.arange(kept + 1)]
    out[np.ix_(*axes)] = transform[np.ix_(*axes)]
    return out


def sobolev_distance(
    x: ArrayLike, rho: Any, domain: Torus, s: float | None = None, modes: int | None = None, *, method: str = "auto"
) -> Any:
    """‖μ_N − ρ‖ in H^{−s} of the torus, with μ_N = (1/N) Σ δ_{x_i}:

        ‖f‖²_{H^{−s}} = L^{−d} Σ_k (1 + 4π²|k|²/L²)^{−s} |f̂(k)|²,

    which is ‖(1 − Δ)^{−s/2} f‖² in L², here summed over |k|_∞ ≤ modes.  Point masses are in H^{−s} for s > d/2; what
    the sum leaves out is at most 4 `sobolev_tail(domain, s, modes)`, and about tail/N for a sample.

    Parameters
    ----------
    x : array (n, d), or a batch (R, n, d)
    rho : density, or cloud (m, d), or batch (R, m, d)
        A callable on (..., d), or grid values (points,)*d.
    domain : Torus
    s : float
        > d/2; d/2 + 1 if None.
    modes : int
        512 for d = 1, 64 for d = 2, 20 for d = 3 if None.
    method : "auto", "nufft" or "direct"
        As in `fourier_coefficients`.

    Returns
    -------
    float, or array (R,) for a batch

    Raises
    ------
    TypeError, ValueError
        For s ≤ d/2, clouds or densities that are not such (shape, NaN, mass ≠ 1, negative), or a domain that is not a
        torus.

    Examples
    --------
    >>> import mflimit as mf
    >>> uniform = lambda x: np.ones(x.shape[:-1])
    >>> grid = np.arange(8)[:, None] / 8                # μ̂ = 1 at the multiples of 8 and 0 elsewhere
    >>> round(sobolev_distance(grid, uniform, mf.Torus(1), s=2, modes=8) ** 2 * (1 + 4 * np.pi**2 * 64) ** 2, 9)
    2.0
    """
    domain, s, modes = _settings(domain, s, modes)
    difference = fourier_coefficients(x, domain, modes, method=method)
    if is_cloud(rho, domain):
        other = fourier_coefficients(rho, domain, modes, method=method)
        if other.ndim > domain.dim and (difference.ndim == domain.dim or len(other) != len(difference)):
            raise ValueError(f"rho must be one cloud or as many as x, got shapes {np.shape(rho)} and {np.shape(x)}")
        difference = difference - other
    else:
        difference = difference - density_coefficients(rho, domain, modes)
    axes = tuple(range(-domain.dim, 0))
    value = np.sqrt(np.sum(_weights(domain, s, modes) * np.abs(difference) ** 2, axis=axes))
    return value if value.ndim else float(value)


def sobolev_mean_square(rho: Any, domain: Torus, n: int, s: float | None = None, modes: int | None = None) -> float:
    """E‖μ_n − ρ‖²_{H^{−s}} for n independent points of law ρ: n^{−1} L^{−d} Σ_{0<|k|_∞≤modes} (1 + 4π²|k|²/L²)^{−s}
    (1 − |ρ̂(k)|²).

    What the N^{−1/2} of a chaotic system is held against: exact, for each number of modes.

    >>> import mflimit as mf
    >>> uniform = lambda x: np.ones(x.shape[:-1])
    >>> bool(np.isclose(sobolev_mean_square(uniform, mf.Torus(1), n=10, s=1, modes=1), 0.2 / (1 + 4 * np.pi**2)))
    True
    """
    domain, s, modes = _settings(domain, s, modes)
    n = positive_integer("n", n)
    variance = 1 - np.abs(density_coefficients(rho, domain, modes)) ** 2
    return float(np.sum(_weights(domain, s, modes) * variance)) / n


def sobolev_tail(domain: Torus, s: float, modes: int) -> float:
    """A bound of L^{−d} Σ_{|k|_∞>modes} (1 + 4π²|k|²/L²)^{−s}, finite for s > d/2.

    The shell |k|_∞ = m has (2m + 1)^d − (2m − 1)^d points with |k| ≥ m, which makes the sum one of Hurwitz zeta
    functions.

    >>> import mflimit as mf
    >>> bool(np.isclose(sobolev_tail(mf.Torus(1), s=1, modes=100), 2 / (4 * np.pi**2 * 100.5), rtol=1e-4))
    True
    """
    from scipy.special import zeta

    domain, s, modes = _settings(domain, s, modes)
    dim = domain.dim
    shells = sum(
        2 * math.comb(dim, j) * 2 ** (dim - j) * zeta(2 * s - dim + j, modes + 1) for j in range(1, dim + 1, 2)
    )
    return float((domain.length / (2 * np.pi)) ** (2 * s) * shells / domain.volume)


def _settings(domain: Any, s: Any, modes: Any) -> tuple[Torus, float, int]:
    domain = checked_torus(domain)
    s = number("s", domain.dim / 2 + 1 if s is None else s)
    if s <= domain.dim / 2:
        raise ValueError(f"s must be > d/2 = {domain.dim / 2} for a sum over point masses to converge, got {s!r}")
    return domain, s, positive_integer("modes", _MODES.get(domain.dim, 8) if modes is None else modes)


def _weights(domain: Torus, s: float, modes: int) -> Array:
    """L^{−d} (1 + 4π²|k|²/L²)^{−s}, twice where the layout stands for k and −k, 0 at k = 0 (all masses are 1)."""
    wavenumbers = domain.wavenumbers(2 * modes + 1)
    squared: Any = sum(k.astype(float) ** 2 for k in wavenumbers)
    weights = (1 + (2 * np.pi / domain.length) ** 2 * squared) ** -s / domain.volume
    weights = weights * np.where(wavenumbers[-1] == 0, 1.0, 2.0)
    weights[(0,) * domain.dim] = 0.0
    return weights
