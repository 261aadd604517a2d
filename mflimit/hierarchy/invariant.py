"""Order 2 of the hierarchy for laws that do not change under translations: one function of the distance vector."""

from __future__ import annotations

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from ..domains import Torus
from ..liouville.krylov import exponential
from ..model import Model
from ..spectral import FourierGrid

Array = NDArray[np.float64]


def pair_correlation(model: Model, epsilon: float, times: Array, points: int, tol: float) -> tuple[Array, int]:
    """h(r) = N g_2(x + r, x) for uniform, initially independent particles: (T, points, …, points), and the steps.

    With ε = 1/N and f = L^{−d} the cumulant equation of two particles is linear,

        ∂_t h = 2σΔh − div((K(r) − K(−r))(f² + εh)) − (1 − 2ε) f (G(r) + G(−r)),   G = div K⋆h,

    for any dimension; at ε = 0 and K = −∇V its stationary state is ĥ = −f²V̂/(σ + fV̂), that of Debye and Hückel.
    """
    torus: Torus = model.domain  # type: ignore[assignment]
    grid = FourierGrid(torus, points, threads=1)
    f = 1 / torus.volume
    symbol = np.asarray(model.kernel.symbol(grid.wavenumbers, torus), dtype=complex)
    odd = symbol - symbol.conj()  # the symbol of K(r) − K(−r), K being real
    force = [grid.synthesise(component / torus.volume) for component in odd]
    slopes = [2j * np.pi / torus.length * k for k in grid.wavenumbers]
    mixing = reduce(np.add, [slope * component for slope, component in zip(slopes, symbol, strict=True)])
    diagonal = 2 * model.sigma * reduce(np.add, [slope**2 for slope in slopes]).real
    diagonal = diagonal - (1 - 2 * epsilon) * f * 2 * mixing.real

    def divergence(values: Array) -> NDArray[np.complex128]:
        return reduce(
            np.add, [s * grid.analyse(component * values) for s, component in zip(slopes, force, strict=True)]
        )

    source = -(f**2) * divergence(np.ones((points,) * torus.dim))

    def apply(y: NDArray[np.complex128], out: NDArray[np.complex128]) -> None:
        # The source is a component of its own that stays 1.
        h = y[1:].reshape(grid.shape)
        rate = diagonal * h + y[0] * source
        if epsilon:
            rate = rate - epsilon * divergence(grid.synthesise(h))
        out[0] = 0.0
        out[1:] = rate.reshape(-1)

    start = np.zeros(1 + diagonal.size, dtype=complex)
    start[0] = 1.0
    result = exponential(apply, start, times, tol)
    return np.stack([grid.synthesise(row[1:].reshape(grid.shape)) for row in result.values]), result.steps
