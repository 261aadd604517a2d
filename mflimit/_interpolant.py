"""The trigonometric interpolant of a density on a periodic box: its values, its bounds, its quantile map."""

from __future__ import annotations

from collections.abc import Callable

import ducc0
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Order of the Taylor expansions about the nodes, which are 8 to the shortest wave: (π/8)^15/15! < 1e-18.
_ORDER = 14
#: Complex numbers worked on at a time.
_CHUNK = 1 << 20


class Interpolant:
    """ρ(x) = Σ_k c_k e^{2πi k·x} on [0, 1)^d, |k_i| <= m, through the values on a grid.

    Parameters
    ----------
    values : (points,) * d
        Values at the points j/points.  The mode of an even grid's highest frequency is a cosine.

    Attributes
    ----------
    coefficients : (2m + 1,) * d
        c_k for k_i = −m, …, m.
    tail : float
        The largest |c_k| in the outer third of the grid's modes, relative to the largest of all.
    """

    def __init__(self, values: Array) -> None:
        coefficients = np.fft.fftn(values) / values.size
        for axis, points in enumerate(values.shape):
            coefficients = np.fft.fftshift(coefficients, axes=axis)
            if points % 2 == 0:
                # Half of the mode −points/2 goes to +points/2, so that the interpolant is real.
                edge = np.take(coefficients, [0], axis=axis) / 2
                rest = np.delete(coefficients, 0, axis=axis)
                coefficients = np.concatenate([edge, rest, edge], axis=axis)
        self.dim = values.ndim
        self.tail = _tail(coefficients)
        self.coefficients = _trimmed(coefficients)
        self.modes = self.coefficients.shape[0] // 2

    @property
    def mass(self) -> float:
        """∫ ρ over the unit box."""
        return float(self.coefficients[(self.modes,) * self.dim].real)

    def __call__(self, x: Array) -> Array:
        """ρ at x, shape (n, d) → (n,)."""
        grid = np.ascontiguousarray(self.coefficients)
        return ducc0.nufft.u2nu(grid=grid, coord=x, forward=False, epsilon=1e-12, periodicity=1.0).real

    def on_grid(self, points: int) -> Array:
        """ρ on the grid j/points; points > 2m."""
        return np.fft.ifftn(_padded(self.coefficients, points)).real * points**self.dim

    def upper_bound(self) -> float:
        """A bound of ρ from above.

        A trigonometric polynomial of degree m on an equispaced grid of P > 2m points exceeds its largest modulus there
        by at most the factor 1/cos(πm/P) an axis (Ehlich and Zeller 1964).
        """
        points = 6 * self.modes + 2
        return float(np.abs(self.on_grid(points)).max()) / np.cos(np.pi * self.modes / points) ** self.dim

    def quantile(self, u: Array) -> Array:
        """The Knothe–Rosenblatt map: points uniform in (0, 1)^d to points with law ρ, (n, d) → (n, d).

        x_1 is the u_1-quantile of the first marginal, x_2 the u_2-quantile of the law of the second coordinate given
        x_1, and so on.
        """
        x = np.empty_like(u)
        marginal = self.coefficients[(slice(None), *[self.modes] * (self.dim - 1))]
        x[:, 0] = _invert_one(marginal, u[:, 0])
        for axis in range(1, self.dim):
            # The coefficients in k_axis given x_1, …, x_{axis−1}; the later coordinates are integrated out.
            joint = self.coefficients[(..., *[self.modes] * (self.dim - axis - 1))]
            chunk = max(1, _CHUNK // len(joint) ** axis)
            for start in range(0, len(u), chunk):
                part = slice(start, start + chunk)
                conditional: NDArray[np.complex128] = _waves(x[part, 0], self.modes) @ joint.reshape(len(joint), -1)
                for fixed in range(1, axis):
                    waves = _waves(x[part, fixed], self.modes)
                    conditional = np.einsum("nk,nkj->nj", waves, conditional.reshape(*waves.shape, -1))
                x[part, axis] = _invert_many(conditional, u[part, axis])
        return x


def _tail(coefficients: NDArray[np.complex128]) -> float:
    size = np.abs(coefficients)
    largest = size.max()
    half = size.shape[0] // 2
    cut = half - 2 * half // 3
    size[(slice(cut, size.shape[0] - cut),) * size.ndim] = 0.0
    return float(size.max() / largest) if largest else 1.0


def _trimmed(coefficients: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Without the outer modes that are rounding errors."""
    size = np.abs(coefficients)
    half = coefficients.shape[0] // 2
    distance = np.abs(np.argwhere(size > 1e-16 * size.max()) - half)
    cut = half - int(distance.max(initial=0))
    return coefficients[(slice(cut, coefficients.shape[0] - cut),) * coefficients.ndim]


def _padded(coefficients: NDArray[np.complex128], points: int) -> NDArray[np.complex128]:
    """In FFT order, with zeros up to `points` modes an axis."""
    half = coefficients.shape[0] // 2
    grid = np.zeros((points,) * coefficients.ndim, dtype=complex)
    index = np.arange(-half, half + 1) % points
    grid[np.ix_(*[index] * coefficients.ndim)] = coefficients
    return grid


def _waves(x: Array, modes: int) -> NDArray[np.complex128]:
    """e^{2πi k x}, (n,) → (n, 2m + 1)."""
    half = np.exp(2j * np.pi * np.outer(x, np.arange(modes + 1)))
    return np.concatenate([half[:, :0:-1].conj(), half], axis=1)


def _periodic_part(coefficients: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """The coefficients of ∫_0^x ρ − c_0 x, up to its constant, for densities along the last axis."""
    modes = coefficients.shape[-1] // 2
    k = np.arange(-modes, modes + 1)
    return np.where(k == 0, 0, coefficients) / (2j * np.pi * np.where(k == 0, 1, k))


def _invert_one(coefficients: NDArray[np.complex128], u: Array) -> Array:
    """The quantiles of one density, by Taylor expansions of its distribution function about equispaced nodes."""
    modes = len(coefficients) // 2
    nodes = 8 * modes + 8
    k = np.arange(-modes, modes + 1)
    table = np.empty((_ORDER + 1, nodes + 1))
    derivative = _periodic_part(coefficients) / coefficients[modes].real
    for order in range(_ORDER + 1):
        table[order, :-1] = np.fft.ifft(_padded(derivative, nodes)).real * nodes
        derivative = derivative * (2j * np.pi * k) / ((order + 1) * nodes)
    table[:, -1] = table[:, 0]
    table[0] += np.arange(nodes + 1) / nodes - table[0, 0]
    table[1] += 1 / nodes

    def distribution(x: Array, rows: NDArray[np.int64]) -> tuple[Array, Array]:
        node = np.rint(x * nodes).astype(np.int64)
        delta = x * nodes - node
        value, slope = np.zeros_like(x), np.zeros_like(x)
        for order in range(_ORDER, -1, -1):
            slope = slope * delta + value
            value = value * delta + table[order, node]
        return value, slope * nodes

    first = np.minimum(np.searchsorted(np.maximum.accumulate(table[0]), u, side="right"), nodes) - 1
    return _solve(distribution, u, first / nodes, (first + 1) / nodes)


def _invert_many(coefficients: NDArray[np.complex128], u: Array) -> Array:
    """The quantiles of one density for each entry of u; coefficients (n, 2m + 1)."""
    modes = coefficients.shape[1] // 2
    nodes = 4 * modes + 4
    density = coefficients / coefficients[:, [modes]].real
    part = _periodic_part(density)
    both = np.stack([part, density])
    spectrum = np.zeros((len(u), nodes), dtype=complex)
    spectrum[:, np.arange(-modes, modes + 1) % nodes] = part
    start = part.sum(axis=1).real
    table = np.fft.ifft(spectrum).real * nodes - start[:, None] + np.arange(nodes) / nodes

    def distribution(x: Array, rows: NDArray[np.int64]) -> tuple[Array, Array]:
        value, slope = np.einsum("nk,ank->an", _waves(x, modes), both[:, rows]).real
        return value - start[rows] + x, slope

    first = (np.maximum.accumulate(table, axis=1) <= u[:, None]).sum(axis=1) - 1
    return _solve(distribution, u, first / nodes, (first + 1) / nodes)


def _solve(
    distribution: Callable[[Array, NDArray[np.int64]], tuple[Array, Array]], u: Array, low: Array, high: Array
) -> Array:
    """F(x) = u in the brackets [low, high], by Newton's method, halving the bracket wherever a step leaves it."""
    low, high = low.copy(), high.copy()
    x = (low + high) / 2
    active = np.arange(len(u))
    for _ in range(100):
        value, slope = distribution(x[active], active)
        error = value - u[active]
        below = error <= 0
        low[active[below]] = x[active[below]]
        high[active[~below]] = x[active[~below]]
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = x[active] - error / slope
        inside = (newton >= low[active]) & (newton <= high[active])
        better = np.where(inside, newton, (low[active] + high[active]) / 2)
        moving = (np.abs(better - x[active]) > 2e-16) & (np.abs(error) > 1e-15)
        x[active] = better
        active = active[moving]
        if not len(active):
            break
    return x
