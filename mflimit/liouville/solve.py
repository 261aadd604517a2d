"""The Liouville equation on the circle, solved in occupation numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._progress import progress_bar
from .._validate import increasing_times, positive_integer, positive_number
from ..domains import Torus
from ..model import Model
from .generator import Generator
from .initial import initial_coefficients
from .krylov import exponential
from .law import Law
from .states import States, count_states

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Sectors are put together into blocks of at least this many states.
_BLOCK = 4096
_KRYLOV = 40
#: Rows of initial coefficients computed at a time.
_CHUNK = 1 << 18


def solve_liouville(
    model: Model,
    rho0: Any,
    n_particles: int,
    times: ArrayLike,
    modes: int = 6,
    *,
    nonzero: int | None = None,
    order: int | None = None,
    tol: float = 1e-11,
    memory: float = 2e9,
    progress: bool | None = None,
) -> Law:
    """The law of N particles on the circle Torus(1, L), without Monte Carlo noise:

        ∂_t ρ_N + Σ_i ∂_i(ρ_N (1/N) Σ_{j≠i} K(x_i − x_j)) = σ Σ_i ∂_i² ρ_N.

    ρ_N is symmetric, so its Fourier coefficients c(k_1, …, k_N) = E e^{−2πi k·x/L} depend on the multiset of the k_i
    only: C(N + 2m, N) of them instead of (2m + 1)^N, for |k_i| <= m.  They satisfy a linear equation (`Generator`) that
    preserves the total momentum Σ k_i, and is solved sector by sector by Krylov exponentials.  Where K is odd and the
    initial law is symmetric under a reflection, the coefficients are real numbers.  Sectors in which the initial law
    has nothing are left out: a translation-invariant law has momentum 0.

    The truncation at m is a Galerkin projection; `law.truncation_error()` measures it, also for a singular K, of which
    only the symbol at |q| <= 2m is used.  For large N the number of nonzero modes can be cut as well: then the size
    does not depend on N.  To drop all coefficients with more than M nonzero modes is to close the BBGKY hierarchy at
    order M, not by cumulants but by ∫ρ_{N,M+1} e^{−2πi k·x/L} dx = 0 where no k_i is 0: good close to uniform laws.

    Parameters
    ----------
    model : Model
        On Torus(1).
    rho0 : density, Mixture, Law, or object with a method `coefficients(k, torus)`
        A density, function or grid values, means independent particles.  `coefficients` maps rows of N or fewer wave
        numbers, shape (rows, j), to c(k), shape (rows,).
    n_particles : int
    times : (T,) increasing array
        The first is the initial time.
    modes : int
        m.
    nonzero : int, optional
        M, the largest number of nonzero wave numbers; N if None.
    order : int, optional
        The largest number of nonzero wave numbers whose coefficients are stored, which is the order of the largest
        marginal available; `nonzero` if None.
    tol : float
        The error of time stepping in L^{N/2} ‖ρ_N‖_{L²}, and so in each coefficient.  Rounding is relative to the
        same norm, which grows like N^{nonzero/2}: for N >= 10⁵ and nonzero >= 8 it is what limits small coefficients
        (1e-4 at N = 10⁵, nonzero = 12).
    memory : float
        Bytes that may be used.
    progress : bool, optional
        A progress bar; by default only after two seconds, where somebody watches.

    Returns
    -------
    Law
        With `.marginal(k, points)`, `.coefficient(k)`, `.density(points)`, `.truncation_error()`, `.times`, `.steps`.

    Raises
    ------
    TypeError, ValueError
        For a model that is not on Torus(1), bad arguments, and a state space that would not fit: before it is
        allocated, with its size and what to lower.

    References
    ----------
    P.-E. Jabin and Z. Wang, Mean field limit for stochastic particle systems, in Active Particles 1 (2017), for the
    equation.

    Examples
    --------
    >>> import numpy as np, mflimit as mf
    >>> model = mf.Model(mf.kernels.Kuramoto(1.0), mf.Torus(1), sigma=0.05)
    >>> law = solve_liouville(model, lambda x: 1 + 0.5 * np.cos(2 * np.pi * x[..., 0]), 6, [0.0, 0.5], modes=5)
    >>> law.marginal(2, points=32).shape
    (2, 32, 32)
    >>> first, pair = law.coefficient((1,)), law.coefficient((1, -1))
    >>> (pair - np.abs(first) ** 2).real.round(4)                     # chaos is destroyed
    array([0.    , 0.3598])
    """
    if not isinstance(model, Model) or not isinstance(model.domain, Torus) or model.domain.dim != 1:
        raise ValueError(f"model must be on Torus(1), got domain = {getattr(model, 'domain', model)!r}")
    n_particles = positive_integer("n_particles", n_particles)
    modes = positive_integer("modes", modes)
    times = increasing_times("times", times)
    nonzero = n_particles if nonzero is None else min(positive_integer("nonzero", nonzero), n_particles)
    order = nonzero if order is None else min(positive_integer("order", order), nonzero)
    tol = positive_number("tol", tol)
    _check_size(nonzero, modes, order, times.size, positive_number("memory", memory))

    states = States(n_particles, modes, nonzero)
    start = _initial(rho0, states, model.domain)
    phase = _reflection_phase(start, states)
    generator = Generator(model, states)
    rotated = start * phase
    if generator.real and np.abs(rotated.imag).max() <= 1e-15:
        data: NDArray[np.inexact] = np.ascontiguousarray(rotated.real)
    else:
        phase = np.ones_like(phase)
        data = start

    kept = nonzero - states.occupations[:, modes].astype(np.int64) <= order
    column = np.full(len(kept), -1, dtype=np.int64)
    pieces, used, steps, products = [], 0, 0, 0.0
    with progress_bar(len(kept), progress, "Liouville") as bar:
        for begin, end in _blocks(states, data, 1e-3 * tol):
            _check_block(generator, begin, end, data.itemsize, memory)
            block = generator.block(begin, end)
            keep = np.flatnonzero(kept[begin:end])
            root = states.root_multiplicity[begin:end]
            result = exponential(block, root * data[begin:end], times, tol, _KRYLOV, keep)
            pieces.append(result.values / root[keep])
            column[begin + keep] = used + np.arange(keep.size)
            used += keep.size
            steps += result.steps
            products += float(result.products * (end - begin) / len(kept))
            bar.update(end - begin)

    def coarser() -> Law:
        whole = nonzero == n_particles
        fewer, cut = (modes - 1, nonzero) if whole else (modes, nonzero - 1)
        if min(fewer, cut) < 1:
            raise ValueError(f"truncation_error needs modes >= 2 and nonzero >= 2, got {modes} and {nonzero}")
        return solve_liouville(
            model, rho0, n_particles, times, fewer, nonzero=cut, order=min(order, 2), tol=tol, memory=memory
        )

    return Law(
        model, times, states, order, steps, products, np.concatenate(pieces, axis=1), column, phase.conj(), coarser
    )


def _check_size(nonzero: int, modes: int, order: int, outputs: int, memory: float) -> None:
    total = count_states(nonzero, modes)
    stored = count_states(min(order, nonzero), modes)
    # Occupation numbers twice, ranks and momenta; data as complex numbers and their roots; outputs.
    needed = total * (2.0 * (2 * modes + 1) + 28 + 40) + 8.0 * stored * outputs
    if nonzero > 255 or total >= 2**31 or needed > memory:
        raise ValueError(
            f"n_particles (or nonzero) = {nonzero} and modes = {modes} need {total:,} states, with {outputs} output "
            f"times about {needed / 1e9:.3g} GB, more than memory = {memory / 1e9:.3g} GB: lower modes, n_particles or "
            "nonzero, or store less with order"
        )


def _check_block(generator: Generator, begin: int, end: int, itemsize: int, memory: float) -> None:
    couplings = int(generator.row_lengths(begin, end).sum())
    needed = 12.0 * couplings + float(itemsize) * (_KRYLOV + 4) * (end - begin)
    if needed > memory:
        raise ValueError(
            f"{couplings:,} couplings of {end - begin:,} states of one momentum need {needed / 1e9:.3g} GB, more than "
            f"memory = {memory / 1e9:.3g} GB: lower modes or n_particles, or cut nonzero"
        )


def _initial(rho0: Any, states: States, torus: Torus) -> Complex:
    rows = states.wavenumbers()
    parts = [initial_coefficients(rho0, rows[i : i + _CHUNK], torus) for i in range(0, len(rows), _CHUNK)]
    values = np.concatenate(parts)
    mass = values[states.locate(np.zeros((1, 1), dtype=int))[0][0]]
    if abs(mass - 1) > 1e-10:
        raise ValueError(f"rho0 must have mass 1, got c(0, ..., 0) = {mass}")
    return values


def _reflection_phase(start: Complex, states: States) -> Complex:
    """e^{ipθ} for the centre of reflection, if there is one, that the lowest momentum present suggests."""
    momentum = np.repeat(np.arange(states.starts.size - 1), np.diff(states.starts))
    present = np.flatnonzero((momentum > 0) & (np.abs(start) > 1e-3 * np.abs(start[momentum > 0]).max(initial=0.0)))
    if present.size == 0:
        return np.ones_like(start)
    lowest = momentum[present[0]]
    sector = slice(states.starts[lowest], states.starts[lowest + 1])
    largest = start[sector][np.argmax(np.abs(start[sector]))]
    return np.exp(-1j * np.angle(largest) / lowest * momentum)


def _blocks(states: States, data: NDArray[np.inexact], negligible: float) -> Iterator[tuple[int, int]]:
    """Ranges of whole sectors, of at least _BLOCK states each, in which the initial law has something."""
    begin = None
    for first, last in zip(states.starts[:-1], states.starts[1:], strict=True):
        root = states.root_multiplicity[first:last]
        if np.linalg.norm(root * data[first:last]) <= negligible:
            if begin is not None:
                yield begin, first
            begin = None
            continue
        begin = first if begin is None else begin
        if last - begin >= _BLOCK:
            yield begin, last
            begin = None
    if begin is not None:
        yield begin, states.starts[-1]
