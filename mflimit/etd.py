"""Exponential time differencing: u' = c u + N(u) with a diagonal c, exact in c, fourth order in N."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from math import factorial

import numba
import numpy as np
from numpy.typing import NDArray

from ._jit import jit, parallel_jit

Array = NDArray[np.float64]
State = NDArray[np.complex128]

#: For c = −x/h, x ≥ 0, and N(u) = iy/h · u the scheme is stable where |y| ≤ STABLE + DAMPED x.
STABLE, DAMPED = 2.5, 0.45
#: Below this |z| the weights are Taylor series, beyond it their closed forms lose at most a digit.
_TAYLOR_RADIUS = 3.0
_TERMS = 32
_SERIES = np.array([[(j + 1) ** 2, j + 1, 1 - j] for j in range(_TERMS)]) / np.array(
    [[factorial(j + 3)] for j in range(_TERMS)], dtype=float
)
#: Tables of weights kept, one a step size.
_TABLES = 4
#: A step that grows by less is not worth a new table.
_DEAD_BAND = 1.2


class StepCollapse(ArithmeticError):
    """No step is small enough: the solution ceases to be smooth, or to be finite."""


def weights(z: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
    """e^z, e^{z/2}, (e^{z/2} − 1)/z, and the weights f_1, f_2, f_3 of ETDRK4, for real z, all to rounding errors.

    With φ_n(z) = Σ_j z^j/(j + n)!,

        f_1 = φ_1 − 3φ_2 + 4φ_3 = (−4 − z + e^z (4 − 3z + z²))/z³ = Σ_j (j + 1)² z^j/(j + 3)!
        f_2 =       φ_2 − 2φ_3 = (2 + z + e^z (z − 2))/z³        = Σ_j (j + 1) z^j/(j + 3)!
        f_3 =      −φ_2 + 4φ_3 = (−4 − 3z − z² + e^z (4 − z))/z³ = Σ_j (1 − j) z^j/(j + 3)!

    Examples
    --------
    >>> [float(w[0].round(12)) for w in weights(np.zeros(1))]               # Runge–Kutta: 1/6, 2 · 1/6, 1/6
    [1.0, 1.0, 0.5, 0.166666666667, 0.166666666667, 0.166666666667]
    """
    z = np.asarray(z, dtype=float)
    small = np.abs(z) < _TAYLOR_RADIUS
    inner, outer = np.where(small, z, 0.0), np.where(small, 1.0, z)
    exponential = np.exp(z)
    with np.errstate(over="ignore"):
        cube = outer**3
        closed = (
            (-4 - z + exponential * (4 - 3 * z + z * z)) / cube,
            (2 + z + exponential * (z - 2)) / cube,
            (-4 - 3 * z - z * z + exponential * (4 - z)) / cube,
        )
    series = [np.full_like(z, c) for c in _SERIES[-1]]
    for row in _SERIES[-2::-1]:
        for total, coefficient in zip(series, row, strict=True):
            total *= inner
            total += coefficient
    first, second, third = (np.where(small, s, c) for s, c in zip(series, closed, strict=True))
    half = np.where(z == 0, 0.5, np.expm1(z / 2) / np.where(z == 0, 1.0, z))
    return exponential, np.exp(z / 2), half, first, second, third


class ETDRK4:
    """The fourth-order scheme of Cox and Matthews, with an error estimate that costs no evaluation.

        a = e^{z/2} u + h q N(u)                          z = ch,  q = (e^{z/2} − 1)/z
        b = e^{z/2} u + h q N(a)
        c = e^{z/2} a + h q (2N(b) − N(u))
        v = e^z u + h (f_1 N(u) + 2f_2 (N(a) + N(b)) + f_3 N(c))

    N(v) is the first evaluation of the next step.  In the place of N(c) it gives a companion of third order: the error
    estimate is h f_3 (N(c) − N(v)).

    Parameters
    ----------
    linear : real array
        c, of the shape of the state.
    nonlinear : function
        `nonlinear(u, out)` writes N(u) to `out`.
    threads : int

    Attributes
    ----------
    state, previous : complex arrays
        u, and the state one accepted step before; both are overwritten in later steps.

    References
    ----------
    S. M. Cox and P. C. Matthews, Exponential time differencing for stiff systems, J. Comput. Phys. 176 (2002).
    A.-K. Kassam and L. N. Trefethen, Fourth-order time-stepping for stiff PDEs, SIAM J. Sci. Comput. 26 (2005).
    P. Whalen, M. Brio and J. V. Moloney, Exponential time-differencing with embedded Runge–Kutta adaptive step
    control, J. Comput. Phys. 280 (2015).

    Examples
    --------
    u' = −u + u², u(0) = ½, is solved by 1/(1 + e^t):

    >>> scheme = ETDRK4(-np.ones(1), lambda u, out: np.square(u, out=out))
    >>> scheme.start(np.full(1, 0.5 + 0j))
    >>> for _ in range(50):
    ...     _ = scheme.attempt(0.02)
    ...     scheme.accept()
    >>> bool(abs(scheme.state[0] - 1 / (1 + np.e)) < 1e-9)
    True
    """

    def __init__(self, linear: Array, nonlinear: Callable[[State, State], object], threads: int = 1) -> None:
        # c is a function of |k|² as a rule: few values, many modes.
        self._values, self._where = np.unique(np.asarray(linear, dtype=float), return_inverse=True)
        self._nonlinear = nonlinear
        self._tables: OrderedDict[float, tuple[Array, ...]] = OrderedDict()
        shape = np.shape(linear)
        self.state, self.previous = np.empty(shape, dtype=complex), np.empty(shape, dtype=complex)
        self._rhs, self._next_rhs = np.empty(shape, dtype=complex), np.empty(shape, dtype=complex)
        self._stage, self._na, self._nb, self._nc = (np.empty(shape, dtype=complex) for _ in range(4))
        self._loops = _SERIAL if threads == 1 else _PARALLEL

    def start(self, u: State) -> None:
        """Set the state."""
        self.state[...] = u
        self._nonlinear(self.state, self._rhs)

    def attempt(self, h: float) -> State:
        """Try a step of size h, and return the estimate of its error, to be overwritten by the next attempt."""
        full, half, q, first, second, third = self._table(h)
        loops, u, v, a = self._loops, self.state.ravel(), self.previous.ravel(), self._stage.ravel()
        nu, na, nb, nc = (n.ravel() for n in (self._rhs, self._na, self._nb, self._nc))
        loops["stage"](half, u, q, nu, a)
        self._nonlinear(self._stage, self._na)
        loops["stage"](half, u, q, na, v)
        self._nonlinear(self.previous, self._nb)
        loops["third_stage"](half, a, q, nb, nu, v)
        self._nonlinear(self.previous, self._nc)
        loops["combine"](full, u, first, nu, second, na, nb, third, nc, v)
        self._nonlinear(self.previous, self._next_rhs)
        loops["defect"](third, nc, self._next_rhs.ravel(), a)
        return self._stage

    def accept(self) -> None:
        """Make the state at the end of the attempt the state."""
        self.state, self.previous = self.previous, self.state
        self._rhs, self._next_rhs = self._next_rhs, self._rhs

    def _table(self, h: float) -> tuple[Array, ...]:
        for known, table in self._tables.items():
            # Output times that are equispaced but for rounding share a table.
            if abs(known - h) <= 1e-13 * h:
                self._tables.move_to_end(known)
                return table
        if len(self._tables) == _TABLES:
            self._tables.popitem(last=False)
        full, half, *rest = weights(self._values * h)
        table = tuple(w[self._where].ravel() for w in (full, half, *(h * w for w in rest)))
        self._tables[h] = table
        return table


class StepSize:
    """Fixed steps, or steps of a size chosen by a proportional–integral controller.

    Parameters
    ----------
    first : float
        The largest step, if fixed; the first one tried, otherwise.
    adaptive : bool
    smallest : float
        An adaptive step below it raises StepCollapse.
    """

    def __init__(self, first: float, adaptive: bool, smallest: float = 0.0) -> None:
        self.wanted, self.adaptive, self.smallest = first, adaptive, smallest
        self._last = 1.0

    def count(self, interval: float, limit: float) -> int:
        """The number of equal steps that fill the interval."""
        largest = min(self.wanted, limit) if self.adaptive else self.wanted
        if self.adaptive and largest < self.smallest:
            raise StepCollapse
        # A quotient that is an integer but for rounding is that integer.
        return max(1, int(np.ceil(interval / largest * (1 - 1e-12))))

    def judge(self, h: float, error: float) -> bool:
        """Whether to accept a step of size h with that error (1 is tolerable); choose the size wanted next."""
        if not self.adaptive:
            if not np.isfinite(error):
                raise StepCollapse
            return True
        if not error <= 1:
            self.wanted = h * max(0.2, 0.9 * error**-0.25 if np.isfinite(error) else 0.0)
            self._last = 1.0
            if self.wanted < self.smallest:
                raise StepCollapse
            return False
        error = max(error, 1e-8)
        wanted = h * min(4.0, 0.85 * error**-0.175 * self._last**0.1)
        # A step cut short by an output time says nothing against the size wanted before.
        self.wanted = wanted if error > 0.1 else max(wanted, self.wanted)
        self._last = error
        return True


def trajectory(
    scheme: ETDRK4,
    times: Array,
    size: StepSize,
    error: Callable[[State], float],
    limit: Callable[[], float],
) -> Iterator[tuple[float, bool]]:
    """Steps through all times, which are hit exactly; yields (t, whether t is one of the times) after each.

    `error` measures an error estimate (1 is tolerable), `limit` is the largest stable step from the present state.

    Raises
    ------
    StepCollapse
        When steps would have to be smaller than `size.smallest`, or a fixed step gives NaN or Inf.
    """
    for start, end in zip(times[:-1].tolist(), times[1:].tolist(), strict=True):
        t = start
        left = size.count(end - t, limit())
        h = (end - t) / left
        while left:
            if not size.judge(h, error(scheme.attempt(h))):
                left = size.count(end - t, limit())
                h = (end - t) / left
                continue
            scheme.accept()
            left -= 1
            t = end - left * h
            yield t, left == 0
            if left and size.adaptive and not h <= min(size.wanted, limit()) <= _DEAD_BAND * h:
                left = size.count(end - t, limit())
                h = (end - t) / left


def _stage(half, u, q, n, out):  # type: ignore[no-untyped-def]
    for i in numba.prange(out.size):
        out[i] = half[i] * u[i] + q[i] * n[i]


def _third_stage(half, a, q, nb, nu, out):  # type: ignore[no-untyped-def]
    for i in numba.prange(out.size):
        out[i] = half[i] * a[i] + q[i] * (2.0 * nb[i] - nu[i])


def _combine(full, u, first, nu, second, na, nb, third, nc, out):  # type: ignore[no-untyped-def]
    for i in numba.prange(out.size):
        out[i] = full[i] * u[i] + first[i] * nu[i] + 2.0 * second[i] * (na[i] + nb[i]) + third[i] * nc[i]


def _defect(third, nc, nv, out):  # type: ignore[no-untyped-def]
    for i in numba.prange(out.size):
        out[i] = third[i] * (nc[i] - nv[i])


_LOOPS = {"stage": _stage, "third_stage": _third_stage, "combine": _combine, "defect": _defect}
_SERIAL = {name: jit(loop) for name, loop in _LOOPS.items()}
_PARALLEL = {name: parallel_jit(loop) for name, loop in _LOOPS.items()}
