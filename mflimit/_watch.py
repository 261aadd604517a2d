"""What a field solver watches: whether its grid resolves the field, and whether the field concentrates."""

from __future__ import annotations

import numpy as np

from .spectral import FourierGrid, Spectrum

#: Deviations from the mean below this fraction of it are rounding errors, and no measure of anything.
FLOOR = 1e-8


class Resolution:
    """The share of the outermost modes in a field, and the growth of its maximum.

    Parameters
    ----------
    grid : FourierGrid
    """

    def __init__(self, grid: FourierGrid) -> None:
        width = max(min(2, grid.cutoff // 2), grid.cutoff // 8)
        self.grid = grid
        #: The weights of the outermost shell, max |k_i| > K − width: an eighth of the kept modes an axis.
        self._shell = np.where(grid.degree > grid.cutoff - width, grid.weight, 0.0)
        self._times: list[float] = []
        self._peaks: list[float] = []

    def measure(self, u: Spectrum) -> tuple[float, float]:
        """The scale and the tail of a field.

        The scale is the L² norm of u minus its mean, or FLOOR times the mean where that is larger; the tail is the L²
        norm of the outermost modes in units of the scale.
        """
        scale = max(self.grid.norm(u), FLOOR * abs(u.flat[0]))
        return scale, self.grid.weighted_norm(self._shell, u) / scale

    def record(self, time: float, peak: float) -> None:
        """Remember the maximum of the field, minus its mean."""
        self._times.append(time)
        self._peaks.append(peak)

    def blow_up_time(self, mean: float) -> float | None:
        """The time at which the maximum becomes infinite, by extrapolation; None where it does not look so.

        Under P' ∝ P^p the times in which P grows by a factor g form a geometric sequence of ratio g^{1−p}: 1 for an
        exponential growth, which never ends, and less for a blow-up.  Two such times are measured, back from the end.
        """
        peaks, times = np.array(self._peaks), np.array(self._times)
        end = peaks[-1]
        # Where the maximum is not yet large beside the mean, a linear instability looks the same.
        lowest = max(peaks.min(), mean)
        factor = min(2.0, np.sqrt(end / lowest)) if end > lowest else 1.0
        if factor < 1.2:
            return None
        first, second = self._last_time_below(end / factor**2), self._last_time_below(end / factor)
        early, late = second - first, float(times[-1]) - second
        ratio = late / early if early > 0 else 1.0
        # g^{1−p} for p = 1.5, halfway from exponential growth to P' ∝ P².
        return float(times[-1]) + late * ratio / (1 - ratio) if ratio < factor**-0.5 else None

    def _last_time_below(self, level: float) -> float:
        """When the maximum passed a level for good, log P being linear in time from step to step."""
        peaks = np.maximum(self._peaks, np.finfo(float).tiny)
        i = int(np.flatnonzero(peaks <= level * (1 + 1e-12))[-1])
        return float(np.interp(np.log(level), np.log(peaks[i : i + 2]), self._times[i : i + 2]))


def aggregates(force: complex, half_force: complex, dim: int, sigma: float) -> bool:
    """Whether K can concentrate a density to a point in finite time, by the decay of its symbol.

    `force` is K̂_1 at a high wave number (k, 0, …), `half_force` the same at k/2.  K attracts where Im K̂_1 > 0, since
    (−div K)^ = −2πi k·K̂/L.  For |K(x)| ~ |x|^a near 0, |K̂(k)| ~ k^{−d−a}: against noise it takes
    a ≤ −1 to win at small scales, without noise a < 1 (Osgood's condition).
    """
    if not (force.imag > 0 and half_force.imag > 0):
        return False
    exponent = -np.log2(abs(force) / abs(half_force)) - dim
    return bool(exponent <= -0.9 if sigma > 0 else exponent < 0.9)
