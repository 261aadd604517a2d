"""Laws on an interval: density, distribution function, its primitive and quantiles, from samples of the density."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._measures import check_mass, check_values

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LineLaw:
    """A probability law on [lower, upper] by the quintic spline of its density; F and ∫F are the spline's own
    primitives.

    The law is divided by its mass, so that F(upper) = 1.
    """

    spline: Any

    @staticmethod
    def from_samples(nodes: ArrayLike, values: ArrayLike, periodic: bool = False) -> LineLaw:
        """The law whose density takes these values at increasing nodes (equal first and last values if periodic).

        Raises ValueError when the mass is not 1 to 1e-6.
        """
        from scipy.interpolate import make_interp_spline

        nodes, values = np.asarray(nodes, dtype=float), np.asarray(values, dtype=float)
        spline = make_interp_spline(nodes, values, k=5, bc_type="periodic" if periodic else None)
        # a periodic spline would wrap its argument; here [lower, upper] is all there is
        spline.extrapolate = True
        mass = float(spline.integrate(nodes[0], nodes[-1]))
        check_mass(mass)
        spline.c = spline.c / mass
        return LineLaw(spline)

    @staticmethod
    def from_density(density: Any, lower: float, upper: float, points: int = 4001) -> LineLaw:
        """The law of a density, callable on (..., 1), sampled at equidistant points of [lower, upper].

        Raises ValueError when a value is negative or not finite, or the mass is not 1 to 1e-6.
        """
        if not upper > lower:
            raise ValueError(f"upper must be > lower = {lower!r}, got {upper!r}")
        nodes = np.linspace(lower, upper, points)
        values = np.asarray(density(nodes[:, None]), dtype=float)
        if values.shape != nodes.shape:
            raise ValueError(f"rho must map (..., 1) to (...), got {values.shape} from {(points, 1)}")
        check_values(values)
        return LineLaw.from_samples(nodes, values)

    @property
    def lower(self) -> float:
        """The left end of the interval."""
        return float(self.spline.t[self.spline.k])

    @property
    def upper(self) -> float:
        """Its right end."""
        return float(self.spline.t[-self.spline.k - 1])

    @cached_property
    def knots(self) -> Array:
        """The points between which the density is a polynomial, both ends included."""
        return np.unique(self.spline.t[self.spline.k : -self.spline.k])

    @cached_property
    def _first(self) -> Any:
        return self.spline.antiderivative()

    @cached_property
    def _second(self) -> Any:
        return self._first.antiderivative()

    @cached_property
    def _offsets(self) -> tuple[float, float]:
        return float(self._first(self.lower)), float(self._second(self.lower))

    def density(self, y: ArrayLike) -> Array:
        """ρ(y), 0 outside the interval."""
        y = np.asarray(y, dtype=float)
        inside = (y >= self.lower) & (y <= self.upper)
        return np.where(inside, self.spline(np.clip(y, self.lower, self.upper)), 0.0)

    def cdf(self, y: ArrayLike) -> Array:
        """F(y) = ∫_{−∞}^y ρ."""
        return self._first(np.clip(y, self.lower, self.upper)) - self._offsets[0]

    def primitive(self, y: ArrayLike) -> Array:
        """∫_{−∞}^y F."""
        y = np.asarray(y, dtype=float)
        z = np.clip(y, self.lower, self.upper)
        first, second = self._offsets
        return self._second(z) - second - first * (z - self.lower) + np.maximum(y - self.upper, 0.0)

    @cached_property
    def _cdf_at_knots(self) -> Array:
        # where the density is 0 to rounding, F need not be monotone to rounding
        return np.maximum.accumulate(self.cdf(self.knots))

    def rough_quantile(self, u: ArrayLike) -> Array:
        """The quantile by linear interpolation between knots: a start for `quantile`, monotone in u."""
        return np.interp(np.asarray(u, dtype=float), self._cdf_at_knots, self.knots)

    def quantile(self, u: ArrayLike) -> Array:
        """F^{−1}(u), u clipped to [0, 1], by Newton's method kept between the knots around it."""
        target = np.clip(np.asarray(u, dtype=float), 0.0, 1.0)
        cell = np.clip(np.searchsorted(self._cdf_at_knots, target, side="right") - 1, 0, self.knots.size - 2)
        low, high = self.knots[cell], self.knots[cell + 1]
        y = np.clip(self.rough_quantile(target), low, high)
        for _ in range(4):
            slope = self.spline(y)
            step = np.divide(self.cdf(y) - target, slope, out=np.zeros_like(y), where=slope > 0)
            y = np.clip(y - step, low, high)
        return y
