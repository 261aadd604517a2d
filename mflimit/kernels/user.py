"""A user's own interaction, from a formula written with NumPy, at the speed of the built-in ones.

The formula is called once with a symbolic point, and what it returns is turned into straight-line code: for a
potential the gradient is taken symbolically, common subexpressions are shared, and half-integer powers become square
roots, so that the loop over pairs vectorises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher
from numpy.typing import ArrayLike, NDArray

from ..domains import Domain, Torus
from ._source import compiled, wrapped
from .base import Array, Kernel, Pair, Regularity, Wavenumbers, displacements, regularity, require_torus
from .tracing import expressions, is_odd, statements

_NAMES = ("x", "y", "z")


class _User(Kernel):
    """What the two kinds share: evaluation, periodicity, a symbol by quadrature."""

    formula: Callable[[Any], Any]

    def _force(self, dim: int) -> list[Any]:
        """The components of K as sympy expressions."""
        raise NotImplementedError

    def _force_source(self, dim: int) -> list[str] | Dispatcher:
        if isinstance(self.formula, Dispatcher):
            return self.formula
        return statements(self._force(dim), [f"k{c}" for c in range(dim)])

    def regularity(self, dim: int) -> Regularity:
        """Not known to the package."""
        return regularity("user")

    def check(self, domain: Domain) -> None:
        """d ≤ 3, a formula that can be compiled, and on a torus one that is periodic."""
        if domain.dim > 3:
            raise ValueError(f"a user's kernel lives in dimension 1, 2 or 3, got domain = {domain!r}")
        self._force_source(domain.dim)
        if isinstance(domain, Torus):
            self._check_periodic(domain)

    def _check_periodic(self, torus: Torus) -> None:
        inside = np.random.default_rng(0).uniform(-0.5, 0.5, (16, torus.dim)) * torus.length
        for axis in range(torus.dim):
            right, left = inside.copy(), inside.copy()
            right[:, axis], left[:, axis] = torus.length / 2, -torus.length / 2
            here, there = self._raw(right), self._raw(left)
            size = 1 + np.abs(self._raw(inside)).max()
            jump = np.abs(here - there).max()
            if jump > 1e-8 * size:
                raise ValueError(
                    f"{self!r} is not periodic on {torus!r}: at x[{axis}] = ±L/2 its values differ by {jump:.3g}; "
                    "give a periodic function of x, defined on [-L/2, L/2)^d"
                )

    def _raw(self, x: Array) -> Array:
        """The formula at x, shape (m, d), without wrapping."""
        raise NotImplementedError

    def pair(self, domain: Domain, tol: float = 1e-10) -> Pair:
        """The compiled formula; on a torus it is evaluated on [−L/2, L/2)^d."""
        length = domain.length if isinstance(domain, Torus) else None
        function, odd = _compile(self, domain.dim, length)
        return Pair(function, 1.0, length or 1.0, odd=odd)


@dataclass(frozen=True)
class FromForce(_User):
    """K as a formula.

    Parameters
    ----------
    formula : callable
        Takes x of shape (…, d), so x[..., 0] is x_1, and returns the force, shape (…, d), or its components as a
        tuple or list (in d = 1 also a scalar).  Written with arithmetic and NumPy functions (no `if`: use `np.where`).
        Or a function compiled by numba, of d floats, that returns d floats.  K(0) := 0.  On a torus the formula is a
        periodic function, given on [−L/2, L/2)^d.

    Raises
    ------
    TypeError
        Where the formula cannot be traced; the message says at what.
    ValueError
        Where it is not periodic, on a torus.

    Examples
    --------
    >>> import mflimit as mf
    >>> softened = mf.kernels.Kernel.from_force(lambda x: -x / (1 + x**2))
    >>> softened.force([[1.0]], mf.Euclidean(1))
    array([[-0.5]])
    """

    formula: Callable[[Any], Any]
    gradient = False
    odd = False

    def __repr__(self) -> str:
        return f"Kernel.from_force({getattr(self.formula, '__name__', self.formula)})"

    def _force(self, dim: int) -> list[Any]:
        return expressions(self.formula, dim, dim)

    def _raw(self, x: Array) -> Array:
        return _values(self, x.shape[1], tuple(f"k{c}" for c in range(x.shape[1])))(x)

    def symbol(self, k: Wavenumbers, domain: Domain) -> NDArray[np.complex128]:
        """K̂(k) by the midpoint rule: spectrally accurate for a smooth periodic K, first order across a jump."""
        torus = require_torus(domain, "symbol")
        return np.moveaxis(_quadrature(lambda x: self.force(x, torus), k, torus), -1, 0)


@dataclass(frozen=True)
class FromPotential(_User):
    """K = −∇V for a formula V, differentiated symbolically.

    Parameters
    ----------
    formula : callable
        Takes x of shape (…, d) and returns V, shape (…); see `FromForce` for how it may be written.  V has to be even,
        as in (MFD); on a torus it is a periodic function, given on [−L/2, L/2)^d.

    Raises
    ------
    TypeError, ValueError
        As for `FromForce`, and where V is not even.

    Examples
    --------
    >>> import numpy as np, mflimit as mf
    >>> gaussian = mf.kernels.Kernel.from_potential(lambda x: np.exp(-(x**2).sum(axis=-1) / 2))
    >>> gaussian.force([[1.0, 0.0]], mf.Euclidean(2)).round(6)
    array([[0.606531, 0.      ]])
    """

    formula: Callable[[Any], Any]

    def __repr__(self) -> str:
        return f"Kernel.from_potential({getattr(self.formula, '__name__', self.formula)})"

    def check(self, domain: Domain) -> None:
        """As for every user's kernel, and V even."""
        super().check(domain)
        x = np.random.default_rng(1).uniform(-0.45, 0.45, (16, domain.dim)) * getattr(domain, "length", 4.0)
        there, back = self._raw(x), self._raw(-x)
        if np.abs(there - back).max() > 1e-10 * (1 + np.abs(there).max()):
            raise ValueError(f"{self!r} must be even, got V(x) != V(-x) at x = {x[np.argmax(np.abs(there - back))]}")

    def _force(self, dim: int) -> list[Any]:
        import sympy

        (potential,) = expressions(self.formula, dim, 1)
        return [-sympy.diff(potential, v) for v in sympy.symbols(_NAMES[:dim], real=True)]

    def _raw(self, x: Array) -> Array:
        return _values(self, x.shape[1], ("v",))(x)

    def potential(self, x: ArrayLike, domain: Domain) -> Array:
        """V as given."""
        points = domain.displacement(displacements(x, domain), 0.0)
        return self._raw(points.reshape(-1, domain.dim)).reshape(points.shape[:-1])

    def potential_symbol(self, k: Wavenumbers, domain: Domain) -> Array:
        """V̂(k) by the midpoint rule, spectrally accurate for a smooth periodic V; V̂(0) := 0, it has no effect."""
        torus = require_torus(domain, "potential_symbol")
        values = _quadrature(lambda x: self.potential(x, torus), k, torus).real
        return np.where(sum(np.abs(component) for component in k) == 0, 0.0, values)


@cache
def _compile(kernel: _User, dim: int, length: float | None) -> tuple[Callable[..., Any], bool]:
    """The pair function, in units of the box on a torus, and whether it is known to be odd."""
    names = _NAMES[:dim]
    source = kernel._force_source(dim)
    lines = [line for v in names for line in (wrapped(v), f"{v} = {v} * {length!r}")] if length else []
    lines.append(f"here = {' or '.join(f'{v} != 0.0' for v in names)}")
    outputs = [f"k{c}" for c in range(dim)]
    scope = {}
    if isinstance(source, Dispatcher):
        scope["user"] = source
        returned = f"user({', '.join(names)})"
        lines.append(f"{outputs[0]} = {returned}" if dim == 1 else f"{', '.join(outputs)} = {returned}")
    else:
        # The formula is evaluated at 0 as well, where it may be infinite; the select below drops it.
        lines += source
    lines.append(f"return ({', '.join(f'{k} if here else 0.0' for k in outputs)},)")
    text = f"def force({', '.join(names)}):\n" + "\n".join(f"    {line}" for line in lines) + "\n"
    function = compiled("force", text, **scope)
    return function, not isinstance(source, Dispatcher) and is_odd(kernel._force(dim))


@cache
def _values(kernel: _User, dim: int, outputs: tuple[str, ...]) -> Callable[[Array], Array]:
    """The bare formula as a function of an array (m, d)."""
    names = _NAMES[:dim]
    if outputs == ("v",):
        (potential,) = expressions(kernel.formula, dim, 1)  # type: ignore[attr-defined]
        lines: list[str] | Dispatcher = statements([potential], ["v"])
    else:
        lines = kernel._force_source(dim)
    if isinstance(lines, Dispatcher):
        function: Callable[..., Any] = lines
    else:
        body = "\n".join(f"    {line}" for line in lines)
        text = f"def value({', '.join(names)}):\n{body}\n    return ({', '.join(outputs)},)\n"
        function = compiled("value", text)

    def evaluate(x: Array) -> Array:
        rows = np.array([function(*point) for point in x], dtype=float).reshape(len(x), -1)
        return rows[:, 0] if outputs == ("v",) else rows

    return evaluate


def _quadrature(f: Callable[[Array], Array], k: Wavenumbers, torus: Torus) -> NDArray[np.complex128]:
    """∫ f e^{−2πi k·x/L} dx by the midpoint rule, on a grid four times finer than the wave numbers ask for.

    f may have several components, on a last axis, which is then the result's.
    """
    reach = max(int(np.abs(component).max()) for component in k)
    points = max(64, 8 * reach)
    axis = (np.arange(points) + 0.5) / points - 0.5
    grid = np.stack(np.meshgrid(*[axis * torus.length] * torus.dim, indexing="ij"), axis=-1)
    values = f(grid)
    coefficients = np.fft.fftn(values, axes=range(torus.dim)) * torus.volume / points**torus.dim
    # The grid starts at −½ + 1/(2·points) on every axis.
    shift = np.exp(-2j * np.pi * (0.5 / points - 0.5) * sum(k))
    return coefficients[tuple(np.broadcast_arrays(*k))] * (shift if values.ndim == torus.dim else shift[..., None])
