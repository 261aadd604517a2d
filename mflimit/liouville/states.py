"""The Fourier modes of symmetric functions of N points on the circle: multisets of wave numbers, ranked and sorted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from .._jit import jit

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def count_states(nonzero: int, modes: int) -> int:
    """The number of multisets of at most `nonzero` wave numbers k ≠ 0, |k| <= modes: C(nonzero + 2 modes, 2 modes)."""
    return comb(nonzero + 2 * modes, 2 * modes)


@dataclass(frozen=True)
class States:
    """The multisets {k_1, …, k_N} with |k_i| <= modes and at most `nonzero` of the k_i not 0.

    A multiset is kept as its occupation numbers n_{−m}, …, n_m, where n_0 counts `nonzero` minus the others, so that
    they add up to `nonzero` = M whatever N is; N − M more particles have k = 0.  With the partial sums
    s_l = n_{−m} + … + n_{−m+l} the rank of a state is Σ_l C(s_l + l, l + 1), the combinatorial number system: a
    particle that changes its wave number changes the rank by a sum over the levels that it crosses.

    The states are sorted by total momentum p = Σ k_i >= 0; those with p < 0 are the complex conjugates.
    """

    n_particles: int
    modes: int
    nonzero: int

    @property
    def total(self) -> int:
        """The number of states, both signs of p."""
        return count_states(self.nonzero, self.modes)

    @property
    def reservoir(self) -> int:
        """N − M, the particles at k = 0 that the occupation numbers do not count."""
        return self.n_particles - self.nonzero

    @cached_property
    def table(self) -> Integers:
        """C(s + l, l + 1) at [l, s]."""
        levels, most = 2 * self.modes, self.nonzero + 1
        return np.array([[comb(s + level, level + 1) for s in range(most + 1)] for level in range(levels)]).astype(int)

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.uint8], NDArray[np.int32], Integers]:
        half = _enumerate(self.total, self.modes, self.nonzero)
        momentum = half.astype(np.int64) @ np.arange(-self.modes, self.modes + 1)
        order = np.argsort(momentum, kind="stable")
        order = order[np.searchsorted(momentum[order], 0) :]
        position = np.full(self.total, -1, dtype=np.int32)
        position[order] = np.arange(order.size, dtype=np.int32)
        starts = np.searchsorted(momentum[order], np.arange(self.nonzero * self.modes + 2))
        return half[order], position, starts

    @property
    def occupations(self) -> NDArray[np.uint8]:
        """n_{−m}, …, n_m of the states with p >= 0, (S, 2m + 1)."""
        return self._sorted[0]

    @property
    def position(self) -> NDArray[np.int32]:
        """From the rank of a state to its row in `occupations`, −1 for p < 0."""
        return self._sorted[1]

    @property
    def starts(self) -> Integers:
        """The sector of momentum p is the rows starts[p] : starts[p + 1]."""
        return self._sorted[2]

    @cached_property
    def root_multiplicity(self) -> Array:
        """√(N!/Π n_l!): ‖ρ_N‖² = L^{−N} Σ_states (multiplicity) |c|²."""
        counts = self.occupations.astype(float)
        counts[:, self.modes] += self.reservoir
        return np.exp(0.5 * (gammaln(self.n_particles + 1) - gammaln(counts + 1).sum(axis=1)))

    def wavenumbers(self) -> Integers:
        """The multisets as rows (k_1 <= … <= k_M), shape (S, M)."""
        levels = np.tile(np.arange(-self.modes, self.modes + 1), len(self.occupations))
        return np.repeat(levels, self.occupations.reshape(-1)).reshape(-1, self.nonzero)

    def locate(self, k: ArrayLike) -> tuple[Integers, NDArray[np.bool_], NDArray[np.bool_]]:
        """Rows of wave numbers (n, j), j <= N, to their positions; where to conjugate; which are within the truncation.

        The other N − j wave numbers are 0.
        """
        rows = np.asarray(k, dtype=np.int64)
        flipped = rows.sum(axis=1) < 0
        rows = np.where(flipped[:, None], -rows, rows)
        inside = (np.abs(rows) <= self.modes).all(axis=1) & ((rows != 0).sum(axis=1) <= self.nonzero)
        rows = np.where(inside[:, None], rows, 0)
        levels = np.arange(-self.modes, self.modes + 1)
        counts = (rows[:, :, None] == levels).sum(axis=1)
        counts[:, self.modes] += self.nonzero - rows.shape[1]
        partial = np.cumsum(counts, axis=1)[:, :-1]
        ranks = self.table[np.arange(2 * self.modes), partial].sum(axis=1)
        return self.position[ranks].astype(np.int64), flipped, inside


@jit
def _enumerate(total: int, modes: int, nonzero: int) -> NDArray[np.uint8]:
    """All occupation numbers, by rank."""
    out = np.empty((total, 2 * modes + 1), dtype=np.uint8)
    partial = np.zeros(2 * modes + 1, dtype=np.int64)
    partial[2 * modes] = nonzero
    for rank in range(total):
        before = 0
        for level in range(2 * modes + 1):
            out[rank, level] = partial[level] - before
            before = partial[level]
        # The next in colexicographic order: raise the first partial sum that may be raised, and reset those before.
        for level in range(2 * modes):
            if partial[level] < partial[level + 1]:
                partial[level] += 1
                partial[:level] = 0
                break
    return out
