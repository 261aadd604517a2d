"""The Liouville operator on occupation numbers: its couplings, merged, one range of states at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._jit import jit
from ..model import Model
from .states import States

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """A diagonal block of the generator, in compressed rows; y ↦ Ay by `block(y, out)`."""

    diagonal: NDArray[np.inexact]
    rows: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[np.inexact]

    def __call__(self, y: NDArray[np.inexact], out: NDArray[np.inexact]) -> None:
        """out = Ay."""
        _product(self.diagonal, self.rows, self.columns, self.values, y, out)


class Generator:
    """(IPS) on the circle of length L, acting on the coefficients c(k) = ∫ρ_N e^{−2πi k·x/L} dx of its law:

        d/dt c(k) = −(4π²σ/L²) Σ_i k_i² c(k) − (2πi/(NL²)) Σ_{i≠j} k_i Σ_q K̂(q) c(…, k_i − q, …, k_j + q, …).

    Two particles at levels a <= b go to a' <= b' with a + b = a' + b'; all ways to do so are merged into one coupling,
    n_a n_b (or n_a(n_a − 1)/2 where a = b) times

        −(2πi/(NL²)) (a [K̂(a − a') + K̂(a − b')] + b [K̂(b − b') + K̂(b − a')]),

    each second term only where a' ≠ b'.  The total momentum Σ k_i is preserved.  K odd makes the couplings real.

    The generator acts on y = c √multiplicity, whose Euclidean norm is L^{N/2} ‖ρ_N‖_{L²}.
    """

    def __init__(self, model: Model, states: States) -> None:
        self.states = states
        length = model.domain.length  # type: ignore[union-attr]
        levels = np.arange(-states.modes, states.modes + 1)
        heat = -4 * np.pi**2 * model.sigma / length**2 * levels.astype(float) ** 2
        reach = np.arange(-2 * states.modes, 2 * states.modes + 1)
        symbol = model.kernel.symbol((reach,), model.domain)[0]
        couplings = -2j * np.pi / (states.n_particles * length**2) * _pair_couplings(levels, symbol)
        self.real = bool(np.abs(couplings.imag).max(initial=0.0) <= 1e-15 * np.abs(couplings).max(initial=0.0))
        self._heat = heat
        self._couplings = np.ascontiguousarray(couplings.real if self.real else couplings)
        self._dtype = np.float64 if self.real else np.complex128

    def row_lengths(self, start: int, stop: int) -> NDArray[np.int64]:
        """The number of couplings of each state of a range of positions."""
        states = self.states
        return _count(states.occupations[start:stop], self._couplings)

    def block(self, start: int, stop: int) -> Block:
        """The couplings within a range of positions, a union of sectors."""
        states = self.states
        rows = np.concatenate([[0], np.cumsum(self.row_lengths(start, stop))])
        columns = np.empty(rows[-1], dtype=np.int32)
        values = np.empty(rows[-1], dtype=self._dtype)
        diagonal = np.empty(stop - start, dtype=self._dtype)
        _fill(
            states.occupations[start:stop],
            self._couplings,
            self._heat,
            states.reservoir,
            states.table,
            states.position,
            start,
            states.root_multiplicity[start:stop],
            rows,
            diagonal,
            columns,
            values,
        )
        return Block(diagonal, rows, columns, values)


def _pair_couplings(levels: NDArray[np.int64], symbol: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """[a, b, a'] ↦ a [K̂(a − a') + K̂(a − b')] + b [K̂(b − b') + K̂(b − a')], as indices of levels, 0 where it is not
    a pair a <= b, a' <= b'."""
    size = levels.size
    zero = symbol.size // 2
    out = np.zeros((size,) * 3, dtype=complex)
    for a in range(size):
        for b in range(a, size):
            for target in range(max(0, a + b - size + 1), (a + b) // 2 + 1):
                other = a + b - target
                first, second = symbol[zero + a - target], symbol[zero + b - other]
                if target != other:
                    first, second = first + symbol[zero + a - other], second + symbol[zero + b - target]
                out[a, b, target] = levels[a] * first + levels[b] * second
    return out


@jit
def _count(occupations, couplings):
    size, width = occupations.shape
    out = np.zeros(size, dtype=np.int64)
    for row in range(size):
        for a in range(width):
            if occupations[row, a] == 0:
                continue
            for b in range(a, width):
                if occupations[row, b] == 0 or (a == b and occupations[row, a] == 1):
                    continue
                for target in range(max(0, a + b - width + 1), (a + b) // 2 + 1):
                    if target != a and couplings[a, b, target] != 0:
                        out[row] += 1
    return out


@jit
def _fill(occupations, couplings, heat, reservoir, table, position, start, root, rows, diagonal, columns, values):
    """The couplings of each state; `down[l]` and `up[l]` are the changes of the rank when the partial sums before the
    level l go up by one (a particle comes down through them) and go down by one."""
    size, width = occupations.shape
    middle = width // 2
    down = np.zeros(width, dtype=np.int64)
    up = np.zeros(width, dtype=np.int64)
    for row in range(size):
        rank = 0
        partial = 0
        loss = heat[0] * 0
        for level in range(width - 1):
            partial += occupations[row, level]
            rank += table[level, partial]
            down[level + 1] = down[level] + table[level, partial + 1] - table[level, partial]
            up[level + 1] = up[level] + (table[level, partial - 1] - table[level, partial] if partial > 0 else 0)
        for level in range(width):
            loss += occupations[row, level] * heat[level]
        total = couplings[0, 0, 0] * 0 + loss
        entry = rows[row]
        for a in range(width):
            here = occupations[row, a] + (reservoir if a == middle else 0)
            if here == 0:
                continue
            for b in range(a, width):
                there = occupations[row, b] + (reservoir if b == middle else 0)
                pairs = here * there if b > a else here * (here - 1) // 2
                if pairs == 0:
                    continue
                total += pairs * couplings[a, b, a]
                # A particle may leave k = 0 only while the number of nonzero modes stays within the truncation.
                if occupations[row, a] == 0 or occupations[row, b] == 0:
                    continue
                for target in range(max(0, a + b - width + 1), (a + b) // 2 + 1):
                    if target == a or couplings[a, b, target] == 0:
                        continue
                    other = a + b - target
                    if target < a:
                        change = down[a] - down[target] + up[other] - up[b]
                    else:
                        change = up[target] - up[a] + down[b] - down[other]
                    column = position[rank + change] - start
                    columns[entry] = column
                    values[entry] = pairs * couplings[a, b, target] * root[row] / root[column]
                    entry += 1
        diagonal[row] = total


@jit
def _product(diagonal, rows, columns, values, y, out):
    for row in range(diagonal.size):
        total = diagonal[row] * y[row]
        for entry in range(rows[row], rows[row + 1]):
            total += values[entry] * y[columns[entry]]
        out[row] = total
