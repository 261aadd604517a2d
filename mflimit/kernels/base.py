"""What an interaction is: a force at a displacement, a Fourier symbol, and a place in the theory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._jit import jit
from ..domains import Domain, Torus
from .periodic import add_correction

Array = NDArray[np.float64]
Wavenumbers = tuple[NDArray[np.int64], ...]


class NoPotential(ValueError):
    """The kernel is not −∇V for an even potential V."""


@dataclass(frozen=True)
class Regularity:
    """The class of an interaction, and the theorem that covers it.

    `name` is one of "Lipschitz", "bounded", "W^{-1,inf}", "log-repulsive", "log-attractive", "Riesz-repulsive",
    "Riesz-attractive" and "user"; `rank` orders them from the mildest on.
    """

    name: str
    theorem: str

    @property
    def rank(self) -> int:
        """0 for the mildest class."""
        return list(_CLASSES.values()).index(self)


_CLASSES = {
    "Lipschitz": Regularity(
        "Lipschitz", "Dobrushin 1979 and McKean–Sznitman coupling: sup_i E|X_i − X̄_i|² ≤ C/N on every [0, T]"
    ),
    "bounded": Regularity("bounded", "Jabin–Wang 2016, 2018: relative entropy, also without noise for Newton dynamics"),
    "W^{-1,inf}": Regularity("W^{-1,inf}", "Jabin–Wang 2018: K and div K in W^{-1,∞}, σ > 0: H_N(t) ≤ C(H_N(0) + 1/N)"),
    "log-repulsive": Regularity(
        "log-repulsive", "Serfaty 2020 (σ = 0, modulated energy); Bresch–Jabin–Wang 2019 (σ ≥ 0, modulated free energy)"
    ),
    "log-attractive": Regularity(
        "log-attractive",
        "Bresch–Jabin–Wang 2019, 2023: modulated free energy, for λ < 2dσ; in d = 2 this is Patlak–Keller–Segel",
    ),
    "Riesz-repulsive": Regularity(
        "Riesz-repulsive", "Duerinckx 2016, Serfaty 2020 (d − 2 ≤ s < d, σ = 0); Bresch–Jabin–Wang 2019 (σ ≥ 0)"
    ),
    "Riesz-attractive": Regularity(
        "Riesz-attractive",
        "none in the talk; partial results for s < d − 2 (Carrillo–Choi–Hauray 2014) and s < d/2 − 1 "
        "(Bresch–Duerinckx–Jabin 2024)",
    ),
    "user": Regularity("user", "to be decided by the reader: see the hypotheses of each theorem"),
}


def regularity(name: str) -> Regularity:
    """The class of that name."""
    return _CLASSES[name]


@dataclass(frozen=True)
class Pair:
    """A pair interaction as the sweeps see it: a compiled function of a displacement, and a few numbers.

    The force is `scale · (function(z) + z_i smooth(z²))`, z = displacement/`length`.

    Attributes
    ----------
    function : compiled function
        Takes the d components of z, each a float, and returns the d components of the force; 0 at z = 0.
        On a torus `length` is the side of the box, and the function wraps z itself.
    scale : float
    length : float
    odd : bool
        function(−z) = −function(z), which lets a sweep visit every pair once.
    smooth : array or None
        Coefficients C of the smooth part of a periodised force, see `periodic.correction`.
    """

    function: Callable[..., Any]
    scale: float
    length: float
    odd: bool = True
    smooth: Array | None = None


class Kernel:
    """An interaction K, or a sum of interactions.

    Subclasses give the formula: `pair` for the loops over particles, `symbol` for the PDE solvers, `potential` where
    K = −∇V.  Two kernels add up with `+`.
    """

    #: K(−x) = −K(x).
    odd: bool = True
    #: K = −∇V with V even.
    gradient: bool = True

    def check(self, domain: Domain) -> None:
        """Raise ValueError where the kernel has no meaning on the domain."""

    def regularity(self, dim: int) -> Regularity:
        """The regularity class in dimension d, and the theorem that applies."""
        raise NotImplementedError

    def pair(self, domain: Domain, tol: float = 1e-10) -> Pair:
        """The compiled interaction; `tol` is the absolute error of the periodisation, relative to a unit box."""
        raise NotImplementedError

    def symbol(self, k: Wavenumbers, domain: Domain) -> NDArray[np.complex128]:
        """K̂(k) = ∫ K(x) e^{−2πi k·x/L} dx over the box, shape (d, …); here from K = −∇V: −(2πi/L) k V̂(k)."""
        torus = require_torus(domain, "symbol")
        factor = -2j * np.pi / torus.length * self.potential_symbol(k, domain)
        return np.stack(np.broadcast_arrays(*[factor * component for component in k]))

    def potential_symbol(self, k: Wavenumbers, domain: Domain) -> Array:
        """V̂(k), with V̂(0) = 0."""
        raise NoPotential(f"{self!r} is not the gradient of a potential")

    def potential(self, x: ArrayLike, domain: Domain) -> Array:
        """V at the displacements x, shape (…, d) → (…); the zero-mean periodisation on a torus; inf or −inf at 0."""
        raise NoPotential(f"{self!r} is not the gradient of a potential")

    def force(self, x: ArrayLike, domain: Domain, tol: float = 1e-12) -> Array:
        """K at the displacements x, shape (…, d) → (…, d), with K(0) := 0.

        Raises
        ------
        ValueError
            If x does not end in an axis of length d.
        """
        displacement = displacements(x, domain)
        return sum(_evaluate(term.pair(domain, tol), displacement, domain) for term in self.terms)  # type: ignore[return-value]

    def sum_over(self, at: Array, x: Array, domain: Domain) -> Array | None:
        """Σ_j K(at_i − x_j) where that is exact in less than O(N²), else None; at (R, m, d), x (R, n, d)."""
        return None

    @staticmethod
    def from_potential(potential: Callable[[Any], Any]) -> Kernel:
        """K = −∇V for a potential written with NumPy, at the speed of the built-in kernels.

        Parameters
        ----------
        potential : callable
            Takes x of shape (…, d), so x[..., 0] is x_1, and returns V, shape (…); arithmetic and NumPy functions, and
            `np.where` in the place of `if`.  V is even; on a torus it is periodic, given on [−L/2, L/2)^d.  It is
            differentiated symbolically.

        Raises
        ------
        TypeError, ValueError
            When a `Model` is made with a formula that cannot be read, is not even, or not periodic on its torus.

        Examples
        --------
        >>> import numpy as np, mflimit as mf
        >>> bump = mf.kernels.Kernel.from_potential(lambda x: np.exp(-np.sum(x**2, axis=-1) / 2))
        >>> bump.force([[1.0, 0.0]], mf.Euclidean(2)).round(3)
        array([[0.607, 0.   ]])
        """
        from .user import FromPotential

        return FromPotential(potential)

    @staticmethod
    def from_force(force: Callable[[Any], Any]) -> Kernel:
        """K written with NumPy, at the speed of the built-in kernels.

        Parameters
        ----------
        force : callable
            Takes x of shape (…, d) and returns K, shape (…, d), or a tuple of its components; written as in
            `from_potential`.  Or a function compiled by numba, of d floats, that returns d floats.  K(0) := 0.

        Raises
        ------
        TypeError, ValueError
            When a `Model` is made with a formula that cannot be read, or is not periodic on its torus.

        Examples
        --------
        >>> import mflimit as mf
        >>> softened = mf.kernels.Kernel.from_force(lambda x: -x / (1 + x**2))
        >>> softened.force([[1.0]], mf.Euclidean(1))
        array([[-0.5]])
        """
        from .user import FromForce

        return FromForce(force)

    @property
    def terms(self) -> tuple[Kernel, ...]:
        """The summands; a kernel that is not a sum is its own only term."""
        return (self,)

    def __add__(self, other: Kernel) -> Kernel:
        if not isinstance(other, Kernel):
            return NotImplemented
        return Sum(self.terms + other.terms)


@dataclass(frozen=True)
class Sum(Kernel):
    """K_1 + K_2 + …"""

    summands: tuple[Kernel, ...]

    def __repr__(self) -> str:
        return " + ".join(map(repr, self.summands))

    @property
    def terms(self) -> tuple[Kernel, ...]:
        """The summands."""
        return self.summands

    @property
    def odd(self) -> bool:  # type: ignore[override]
        """Whether every summand is odd."""
        return all(term.odd for term in self.terms)

    @property
    def gradient(self) -> bool:  # type: ignore[override]
        """Whether every summand is a gradient."""
        return all(term.gradient for term in self.terms)

    def check(self, domain: Domain) -> None:
        """Raise ValueError where one of the summands has no meaning on the domain."""
        for term in self.terms:
            term.check(domain)

    def regularity(self, dim: int) -> Regularity:
        """The class of the most singular summand."""
        return max((term.regularity(dim) for term in self.terms), key=lambda r: r.rank)

    def pair(self, domain: Domain, tol: float = 1e-10) -> Pair:
        """A sum is swept term by term."""
        raise TypeError("a sum of kernels has no single pair function: use the pairs of its terms")

    def symbol(self, k: Wavenumbers, domain: Domain) -> NDArray[np.complex128]:
        """The sum of the symbols."""
        return sum(term.symbol(k, domain) for term in self.terms)  # type: ignore[return-value]

    def potential_symbol(self, k: Wavenumbers, domain: Domain) -> Array:
        """The sum of the potentials' symbols."""
        return sum(term.potential_symbol(k, domain) for term in self.terms)  # type: ignore[return-value]

    def potential(self, x: ArrayLike, domain: Domain) -> Array:
        """The sum of the potentials."""
        return sum(term.potential(x, domain) for term in self.terms)  # type: ignore[return-value]


def displacements(x: ArrayLike, domain: Domain) -> Array:
    """x as an array of shape (…, d)."""
    array = np.asarray(x, dtype=float)
    if array.ndim == 0 or array.shape[-1] != domain.dim:
        raise ValueError(f"x must have shape (..., {domain.dim}), got shape {array.shape}")
    return array


def require_torus(domain: Domain, what: str) -> Torus:
    """The domain, if it is a torus."""
    if not isinstance(domain, Torus):
        raise ValueError(f"{what} is defined on a Torus, got domain = {domain!r}")
    return domain


def require_dim(kernel: Kernel, domain: Domain, *dims: int) -> None:
    """Raise ValueError unless the domain has one of the dimensions."""
    if domain.dim not in dims:
        allowed = " or ".join(map(str, dims))
        raise ValueError(f"{kernel!r} lives in dimension {allowed}, got domain = {domain!r}")


def squared(k: Wavenumbers) -> Array:
    """|k|², broadcast to the full shape."""
    return sum(np.asarray(component, dtype=float) ** 2 for component in k)  # type: ignore[return-value]


def powered(k: Wavenumbers, exponent: float) -> Array:
    """|k|^exponent for exponent < 0, and 0 at k = 0."""
    square = squared(k)
    return np.where(square > 0, np.where(square > 0, square, 1.0) ** (exponent / 2), 0.0)


@cache
def _loop(dim: int) -> Callable[..., None]:
    """The pair function applied to each displacement: one loop a dimension."""
    if dim == 1:

        @jit
        def loop(function, z, out):
            for i in range(z.shape[1]):
                out[0, i] = function(z[0, i])[0]
    elif dim == 2:

        @jit
        def loop(function, z, out):
            for i in range(z.shape[1]):
                out[0, i], out[1, i] = function(z[0, i], z[1, i])
    else:

        @jit
        def loop(function, z, out):
            for i in range(z.shape[1]):
                out[0, i], out[1, i], out[2, i] = function(z[0, i], z[1, i], z[2, i])

    return loop


def _evaluate(pair: Pair, displacement: Array, domain: Domain) -> Array:
    reduced = domain.displacement(displacement, 0.0)
    z = np.ascontiguousarray(reduced.reshape(-1, domain.dim).T / pair.length)
    out = np.empty_like(z)
    _loop(domain.dim)(pair.function, z, out)
    if pair.smooth is not None:
        add_correction(pair.smooth, z, 1.0, out)
    return (pair.scale * out).T.reshape(displacement.shape)
