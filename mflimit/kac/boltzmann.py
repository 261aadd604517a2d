"""The equation of Kac and Boltzmann, by an expansion in Hermite polynomials that is closed order by order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp
from scipy.special import xlogy

from .._validate import increasing_times, positive_integer, positive_number
from .angles import AngleLaw, angle_law
from .hermite import hermite, largest_last, projected, series, temperature

Array = NDArray[np.float64]

_TINY = 1e-300
# S/T; above 1/2, for the Gaussian of variance T to have an expansion
_RATIOS = (0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5)


@dataclass(frozen=True)
class KacBoltzmann:
    """A solution of the equation of Kac and Boltzmann; made by `solve_kac_boltzmann`.

    f(t, v) = M(v) Σ_m a_m(t) h_m(v/√S),  M the density of N(0, S), h_m = He_m/√m!.

    Attributes
    ----------
    times : (T,)
    coefficients : (T, degree + 1)
        a_m at these times.
    scale : float
        S.
    angle : AngleLaw
    steps : int
        The number of time steps taken.
    tail : float
        The largest of the last eighth of the coefficients, at any of the times: how well f is resolved.
    """

    times: Array
    coefficients: Array
    scale: float
    angle: AngleLaw
    steps: int = 0

    @property
    def tail(self) -> float:
        """max |a_m(t)| over the last eighth of the m."""
        return largest_last(self.coefficients)

    def density(self, v: ArrayLike) -> Array:
        """f at the velocities v, any shape (...): (T, ...)."""
        return series(self.coefficients, v, self.scale)

    def slope(self, v: ArrayLike) -> Array:
        """∂f/∂v, by (M h_m)' = −√((m + 1)/S) M h_{m+1}."""
        order = np.arange(1, self.coefficients.shape[1] + 1)
        raised = -self.coefficients * np.sqrt(order / self.scale)
        return series(np.pad(raised, ((0, 0), (1, 0))), v, self.scale)

    def moment(self, order: int) -> Array:
        """∫ v^order f dv, shape (T,), exactly: of the a_m only those with m <= order count."""
        power = positive_integer("order", order)
        if power >= self.coefficients.shape[1]:
            raise ValueError(f"order must be <= degree = {self.coefficients.shape[1] - 1}, got {order!r}")
        nodes, weights = np.polynomial.hermite_e.hermegauss(power + 1)
        moments = hermite(nodes, power) @ (weights / np.sqrt(2 * np.pi) * (np.sqrt(self.scale) * nodes) ** power)
        return self.coefficients[:, : power + 1] @ moments

    @property
    def temperature(self) -> float:
        """∫ v² f dv, which is conserved; the limit is M of this variance."""
        return float(self.moment(2)[0])

    def entropy(self) -> Array:
        """∫ f log f dv, shape (T,)."""
        _, width, f, _ = self._on_line
        return xlogy(f, f).sum(axis=1) * width

    def relative_entropy(self) -> Array:
        """∫ f log(f/M) dv for the limit M, shape (T,): the entropy, up to a constant, for the energy is conserved."""
        return self.entropy() + 0.5 * np.log(2 * np.pi * np.e * self.temperature)

    def fisher_information(self) -> Array:
        """∫ (∂f/∂v)²/f dv, shape (T,)."""
        _, width, f, slope = self._on_line
        kept = f > 1e-14 * f.max()
        return np.sum(np.divide(slope**2, f, out=np.zeros_like(f), where=kept), axis=1) * width

    def entropy_production(self, points: int = 256) -> Array:
        """−d/dt ∫ f log f by Boltzmann's formula, which shows that it is >= 0 (the H-theorem); shape (T,).

            ½ ∫∫∫ (f(v')f(w') − f(v)f(w)) log(f(v')f(w')/(f(v)f(w))) dv dw g(θ)dθ,

        in polar coordinates of (v, w): `points` (a multiple of 4) in the angle, by the trapezoidal rule, and as many
        Gauss points in the radius.
        """
        m = positive_integer("points", points)
        if m % 4:
            raise ValueError(f"points must be a multiple of 4, got {points!r}")
        v, _, f, _ = self._on_line
        # one of |v|, |w| is at least r/√2
        reach = np.sqrt(2) * np.abs(v[(f > 1e-18 * f.max()).any(axis=0)]).max()
        nodes, weights = np.polynomial.legendre.leggauss(m)
        radius, weights = reach * (nodes + 1) / 2, weights * reach / 2
        first = np.maximum(self.density(radius[:, None] * np.cos((np.arange(m) + 0.5) * (2 * np.pi / m))), _TINY)
        both = np.maximum(first * np.roll(first, m // 4, axis=2), _TINY)
        lost = np.array([1.0 - self.angle.cosine(k) for k in range(m // 2 + 1)])
        unbalanced = np.fft.irfft(np.fft.rfft(both, axis=2) * lost, n=m, axis=2)
        return np.einsum("trj,trj,r->t", unbalanced, np.log(both), weights * radius * (2 * np.pi / m))

    @cached_property
    def _on_line(self) -> tuple[Array, float, Array, Array]:
        """Midpoints, their distance, f (rounding errors below 0 cut off) and ∂f/∂v; smooth integrands are exact."""
        modes = self.coefficients.shape[1]
        reach = np.sqrt(self.scale) * (2 * np.sqrt(modes) + 4)
        count = 64 * modes
        width = 2 * reach / count
        v = (np.arange(count) + 0.5) * width - reach
        return v, width, np.maximum(self.density(v), 0.0), self.slope(v)


def solve_kac_boltzmann(
    f0: Callable[[Array], ArrayLike],
    times: ArrayLike,
    *,
    angle: Any = None,
    degree: int = 128,
    scale: float | None = None,
    tol: float = 1e-8,
) -> KacBoltzmann:
    """The limit of Kac's walk, for a density f(t, v) on the line:

        ∂_t f(v) = 2 ∫∫ (f(v')f(w') − f(v)f(w)) dw g(θ)dθ,   v' = v cos θ + w sin θ,   w' = w cos θ − v sin θ.

    On the Fourier side ∂_t f̂(ξ) = 2 [∫ f̂(ξ cos θ) f̂(ξ sin θ) g(θ)dθ − f̂(ξ)], so that the coefficients a_m of an
    expansion around a Gaussian of any variance S obey

        a_m' = 2 [Σ_{p+q=m} (m choose p)^{1/2} ⟨cos^p θ sin^q θ⟩ a_p a_q − a_m],

    each driven by those before it: cutting the series at `degree` does not change those that are kept, and the only
    errors are that of the cut series for f and the 1e-12 of the time integration.

    Parameters
    ----------
    f0 : function
        A probability density on the line, smooth, with tails below e^{−v²/4S}; a function of arrays.
    times : (T,)
        Increasing; the first is that of f0.
    angle : None, function, pair (angles, weights), or AngleLaw
        g, as in `walk`; None is uniform.
    degree : int
        From 8 to 400: beyond, Hermite polynomials overflow.
    scale : float, optional
        S, more than half of the temperature T = ∫v² f0.  By default the one of a few from 0.6 T to 1.5 T that leaves
        the smallest coefficients at the end: wide tails want a large one, narrow bumps a small one.
    tol : float
        How large the last coefficients may be at any time, and the error in the mass of f0.

    Returns
    -------
    KacBoltzmann

    Raises
    ------
    TypeError, ValueError
        For an f0 without mass 1, negative, or not resolved by `degree`; the message says what to change.

    Source: M. Kac (1956); in this form A. V. Bobylev, Sov. Sci. Rev. C 7 (1988).

    Examples
    --------
    >>> start = lambda v: v**2 * np.exp(-1.5 * v**2) * np.sqrt(13.5 / np.pi)      # ∫v² f0 = 1, ∫v⁴ f0 = 5/3
    >>> f = solve_kac_boltzmann(start, [0.0, 2.0])
    >>> bool(np.allclose(f.moment(4), 3 - (3 - 5 / 3) * np.exp(-f.times / 2), atol=1e-10))
    True
    """
    grid = increasing_times("times", times)
    top = positive_integer("degree", degree)
    if not 8 <= top <= 400:
        raise ValueError(f"degree must be in [8, 400], got {degree!r}")
    law, accuracy = angle_law(angle), positive_number("tol", tol)
    start, spread = _start(f0, top, scale, accuracy)
    couplings = law.moments(top) * np.sqrt(_binomials(top))
    order = np.add.outer(np.arange(top + 1), np.arange(top + 1))
    pairs = order <= top
    order, couplings = order[pairs], couplings[pairs]

    def velocity(_: float, a: Array) -> Array:
        return 2 * (np.bincount(order, couplings * np.outer(a, a)[pairs], top + 1) - a[0] * a)

    coefficients, steps = start[None], 0
    if grid.size > 1:
        flow = solve_ivp(velocity, grid[[0, -1]], start, method="DOP853", t_eval=grid, rtol=1e-12, atol=1e-14)
        if not flow.success:
            raise ArithmeticError(f"the integration in time failed: {flow.message}")
        coefficients, steps = flow.y.T, flow.nfev // 12
    solution = KacBoltzmann(grid, np.ascontiguousarray(coefficients), spread, law, steps)
    if solution.tail > accuracy:
        raise ValueError(
            f"degree = {top} with scale = {spread:.4g} leaves coefficients of {solution.tail:.1e}: "
            "raise degree or tol, or change scale"
        )
    return solution


def _start(f0: Callable[[Array], ArrayLike], degree: int, scale: float | None, tol: float) -> tuple[Array, float]:
    """a_m(0) and S, by default the S of a few that best resolves both f0 and the limit, a Gaussian of variance T.

    The coefficients of the latter are of order (1 − T/S)^{m/2}.
    """
    if scale is not None:
        given = positive_number("scale", scale)
        return projected(f0, degree, given, tol), given
    limit = temperature(f0)
    found: list[tuple[float, float, Array]] = []
    for ratio in _RATIOS:
        try:
            start = projected(f0, degree, ratio * limit, tol)
        except ValueError:
            if ratio == _RATIOS[-1] and not found:
                raise
            continue
        found.append((max(largest_last(start), abs(1 - 1 / ratio) ** (degree / 2)), ratio * limit, start))
    _, spread, start = min(found, key=lambda item: item[:2])
    return start, spread


def _binomials(top: int) -> Array:
    """(p + q choose p), by Pascal's rule."""
    table = np.ones((top + 1, top + 1))
    for p in range(1, top + 1):
        table[p] = np.cumsum(table[p - 1])
    return table
