"""Initial laws: what a density is, and how to draw particles from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._laws import draw, periodic_law, shaped, uniform
from ._random import generator
from ._validate import number, positive_integer, positive_number
from .domains import Domain, Euclidean, Torus

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Gaussian:
    """The law N(mean, var I) on R^d, ρ(x) = (2π var)^{−d/2} exp(−|x − mean|²/(2 var)).

    Parameters
    ----------
    mean : float or d numbers
    var : float
        The variance of each coordinate.

    Examples
    --------
    >>> import numpy as np
    >>> float(Gaussian(var=0.5)(np.zeros(2)) * np.pi)
    1.0
    """

    mean: float | tuple[float, ...] = 0.0
    var: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", _numbers("mean", self.mean))
        object.__setattr__(self, "var", positive_number("var", self.var))

    def __call__(self, x: ArrayLike) -> Array:
        """ρ at x, shape (…, d) → (…)."""
        centred = np.asarray(x, dtype=float) - np.asarray(self.mean)
        dim = centred.shape[-1]
        return np.exp(-np.sum(centred**2, axis=-1) / (2 * self.var)) / (2 * np.pi * self.var) ** (dim / 2)

    def quantile(self, u: Array) -> Array:
        """Points uniform in (0, 1)^d to points with this law."""
        from scipy.special import ndtri

        return np.asarray(self.mean) + np.sqrt(self.var) * ndtri(u)


@dataclass(frozen=True)
class Uniform:
    """The uniform law on the box [low, high)^d.

    Parameters
    ----------
    low, high : float or d numbers
    """

    low: float | tuple[float, ...] = 0.0
    high: float | tuple[float, ...] = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", _numbers("low", self.low))
        object.__setattr__(self, "high", _numbers("high", self.high))
        if np.any(np.asarray(self.high) <= np.asarray(self.low)):
            raise ValueError(f"high must be > low = {self.low!r}, got {self.high!r}")

    def __call__(self, x: ArrayLike) -> Array:
        """ρ at x, shape (…, d) → (…)."""
        points = np.asarray(x, dtype=float)
        inside = np.all((points >= self.low) & (points < self.high), axis=-1)
        return inside / np.prod(np.broadcast_to(np.subtract(self.high, self.low), points.shape[-1:]))

    def quantile(self, u: Array) -> Array:
        """Points uniform in (0, 1)^d to points with this law."""
        return np.asarray(self.low) + np.subtract(self.high, self.low) * u


def sample(
    rho0: Any,
    n: int,
    domain: Domain,
    rng: Any = 0,
    *,
    quiet: bool = False,
    box: tuple[float, float] | None = None,
) -> Array:
    """n independent points with density rho0, or a quiet start.

    On a torus rho0 is a function on (…, d) or its values on the grid.  A density that Fourier modes resolve, and any
    grid values, is its trigonometric interpolant: in d = 1 points are drawn by inverting its distribution function, to
    rounding errors; in d = 2, 3 by rejection under a bound that holds for the interpolant everywhere (a function is
    still evaluated itself).  A function with jumps or kinks is sampled by rejection; should it exceed the bound guessed
    from a fine grid, the bound is raised and the draw starts over.

    On R^d rho0 is one of `mf.densities` or another object with a `quantile`, a frozen distribution of `scipy.stats`, or
    a function that vanishes outside `box`, which is then treated as above.

    Parameters
    ----------
    rho0 : function, (points,) * d array, or distribution
        ρ ≥ 0 with ∫ρ = 1, to 1e-8; for a function with jumps, to the accuracy of the quadrature.
    n : int
    domain : Torus or Euclidean
    rng : int or numpy.random.Generator
        By default 0, the same points at each call: pass one Generator to several calls that are to be independent.
        The same seed gives other random bits here than in `simulate`.
    quiet : bool
        Map a randomly shifted Hammersley set instead of independent uniform points: each point still has the law rho0,
        but averages converge almost like 1/n.  In d = 2, 3 the map is that of Knothe and Rosenblatt.
    box : (low, high), optional
        For a function on R^d, the cube [low, high)^d outside which it is negligible.

    Returns
    -------
    (n, d) array

    Raises
    ------
    TypeError, ValueError
        For a wrong mass, negative values, NaN, wrong shapes, n < 1; or for quiet=True and a density that is not
        resolved.

    Examples
    --------
    >>> import numpy as np, mflimit as mf
    >>> x = mf.sample(lambda x: 1 + 0.5 * np.cos(2 * np.pi * x[..., 0]), 10_000, mf.Torus(dim=2), rng=0)
    >>> x.shape, bool(abs(np.cos(2 * np.pi * x[:, 0]).mean() - 0.25) < 0.02)
    ((10000, 2), True)
    """
    count = positive_integer("n", n)
    source = generator(rng, "sample")
    if isinstance(domain, Torus):
        if box is not None:
            raise ValueError(f"box is for functions on Euclidean, got box = {box!r} on {domain!r}")
        law = periodic_law(rho0, domain, 0.0)
        return domain.wrap(draw(law, count, domain, 0.0, source, quiet))
    if not isinstance(domain, Euclidean):
        raise TypeError(f"domain must be a Torus or Euclidean, got {domain!r}")
    if hasattr(rho0, "quantile"):
        return shaped("rho0.quantile", rho0.quantile(uniform(count, domain.dim, source, quiet)), (count, domain.dim))
    if hasattr(rho0, "ppf") and domain.dim == 1:
        return np.asarray(rho0.ppf(uniform(count, 1, source, quiet)), dtype=float)
    if hasattr(rho0, "rvs"):
        if quiet:
            raise ValueError(f"quiet starts need a quantile function, which {rho0!r} does not have")
        draws = np.asarray(rho0.rvs(size=count, random_state=source), dtype=float)
        return shaped("rho0.rvs", draws.reshape(count, -1), (count, domain.dim))
    if box is None:
        raise ValueError(f"box must be given for a function on {domain!r}: the (low, high) it lives in, got None")
    low, high = number("box", box[0]), number("box", box[1])
    cube = Torus(domain.dim, positive_number("box[1] - box[0]", high - low))
    return low + draw(periodic_law(rho0, cube, low), count, cube, low, source, quiet)


def _numbers(name: str, value: Any) -> float | tuple[float, ...]:
    if np.ndim(value) == 0:
        return number(name, value)
    return tuple(number(name, entry) for entry in value)
