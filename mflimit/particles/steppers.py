"""One step of dX = f(t, X) dt + √(2σ) dW: a scheme is its tableau, and knows neither kernel nor random numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from .._validate import option

Array = NDArray[np.float64]
#: velocity(t, x, out) writes f(t, x) to out.
Velocity = Callable[[float, Array, Array], object]


class Rule(Protocol):
    """What the loop over time steps asks of a scheme."""

    @property
    def name(self) -> str:
        """The word by which it is chosen."""
        ...

    @property
    def draws(self) -> bool:
        """Whether it draws its own random numbers, and is handed the generator in the place of ΔW."""
        ...

    @property
    def uses_area(self) -> bool:
        """Whether the scheme uses ΔZ."""
        ...

    def workspace(self, shape: tuple[int, ...]) -> Array:
        """Scratch memory for `step`, to be handed to it again and again."""
        ...

    def step(
        self,
        velocity: Velocity,
        t: float,
        x: Array,
        h: float,
        sigma: float,
        dw: Any,
        dz: Any,
        *,
        work: Array,
        out: Array,
    ) -> Array:
        """X_{n+1} from X_n = x, written to out."""
        ...


@dataclass(frozen=True)
class Scheme:
    """An explicit Runge–Kutta scheme for additive noise.

        H_i     = X_n + h Σ_{j<i} a_ij f(t_n + c_j h, H_j) + √(2σ) (p_i ΔW + q_i ΔZ/h),    c_i = Σ_j a_ij
        X_{n+1} = X_n + h Σ_i w_i f(t_n + c_i h, H_i) + √(2σ) ΔW

    with ΔZ = ∫ (W_s − W_{t_n}) ds over the step.  Expanding f about X_n, the noise comes in right up to mean-square
    order h^{3/2} (f′: the first two) and up to order h² in mean (f″: the third) if

        Σ w_i p_i = 0,    Σ w_i q_i = 1,    Σ w_i (p_i² + p_i q_i + q_i²/3) = 1/2;

    with Σ w_i = 1 and Σ w_i c_i = 1/2 the strong order is then 1.5 and the weak order 2.

    Attributes
    ----------
    name : str
    stages : the rows (a_i1, …, a_i,i−1)
    weights : w
    noise_w, noise_z : p and q
    strong, weak : float
        The orders for σ > 0; 0 where the scheme is for σ = 0 only.
    order : int
        The order for σ = 0.
    """

    name: str
    stages: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]
    noise_w: tuple[float, ...]
    noise_z: tuple[float, ...]
    strong: float
    weak: float
    order: int

    draws: ClassVar[bool] = False

    @property
    def uses_area(self) -> bool:
        """Whether the scheme uses ΔZ."""
        return any(self.noise_z)

    def workspace(self, shape: tuple[int, ...]) -> Array:
        """Scratch memory for `step`, to be handed to it again and again."""
        return np.empty((len(self.weights) + 2, *shape))

    def step(
        self,
        velocity: Velocity,
        t: float,
        x: Array,
        h: float,
        sigma: float = 0.0,
        dw: Array | None = None,
        dz: Array | None = None,
        *,
        work: Array | None = None,
        out: Array | None = None,
    ) -> Array:
        """X_{n+1} from X_n = x, for `velocity(t, x, out)`, which writes f(t, x) to out.

        `dw` and `dz` are ΔW and ΔZ, not looked at when sigma = 0.  `out` may be x itself; x is not changed otherwise.
        """
        scratch = self.workspace(x.shape) if work is None else work
        stage, term, slopes = scratch[0], scratch[1], scratch[2:]
        noise = math.sqrt(2 * sigma)

        def add(target: Array, factor: float, source: Array | None) -> None:
            if factor and source is not None:
                np.add(target, np.multiply(source, factor, out=term), out=target)

        for i, row in enumerate(self.stages):
            point = x
            if row:
                point = stage
                np.copyto(stage, x)
                for a, slope in zip(row, slopes, strict=False):
                    add(stage, h * a, slope)
                add(stage, noise * self.noise_w[i], dw)
                add(stage, noise * self.noise_z[i] / h, dz)
            velocity(t + h * sum(row), point, slopes[i])
        target = np.empty_like(x) if out is None else out
        if target is not x:
            np.copyto(target, x)
        for w, slope in zip(self.weights, slopes, strict=True):
            add(target, h * w, slope)
        add(target, noise, dw)
        return target


#: Euler–Maruyama.
EULER = Scheme("euler", ((),), (1.0,), (0.0,), (0.0,), strong=1.0, weak=1.0, order=1)

#: The stochastic Heun scheme: one normal per step and axis.
HEUN = Scheme("heun", ((), (1.0,)), (0.5, 0.5), (0.0, 1.0), (0.0, 0.0), strong=1.0, weak=2.0, order=2)

#: Rößler's SRA1 (SIAM J. Numer. Anal. 48, 2010): strong order 1.5 from two drifts.
SRA1 = Scheme("sra1", ((), (0.75,)), (1 / 3, 2 / 3), (0.0, 0.0), (0.0, 1.5), strong=1.5, weak=2.0, order=2)

_CLASSICAL = ((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0))
_SIMPSON = (1 / 6, 1 / 3, 1 / 3, 1 / 6)

#: The classical Runge–Kutta scheme, for σ = 0.
RK4 = Scheme("rk4", _CLASSICAL, _SIMPSON, (0.0,) * 4, (0.0,) * 4, strong=0.0, weak=0.0, order=4)

#: The classical scheme with noise: strong order 1.5, and order 4 as σ → 0.  Besides the three conditions it satisfies
#: Σ w_i a_ij p_j = −1/12 and Σ w_i a_ij q_j = 1/2, which replace the next iterated integral by its best guess from ΔW
#: and ΔZ, ∫∫∫ dW ds du ≈ (h/2) ΔZ − (h²/12) ΔW: what is left of its error, of order √σ h², is as small as can be.
SRK4 = Scheme("srk4", _CLASSICAL, _SIMPSON, (0.0, 0.0, -0.5, 1.0), (0.0, 1.5, 1.5, 0.0), strong=1.5, weak=2.0, order=4)

SCHEMES = {scheme.name: scheme for scheme in (EULER, HEUN, SRA1, RK4, SRK4)}


def choose_scheme(scheme: str | Scheme, sigma: float) -> Scheme:
    """The scheme of that name; "auto" is "rk4" for sigma = 0 and "sra1" for sigma > 0.

    Raises
    ------
    ValueError
        For an unknown name, or for a scheme without noise when sigma > 0.
    """
    if isinstance(scheme, Scheme):
        chosen = scheme
    else:
        word = option("scheme", scheme, ("auto", *SCHEMES))
        chosen = SCHEMES["sra1" if sigma > 0 else "rk4"] if word == "auto" else SCHEMES[word]
    if sigma > 0 and not chosen.strong:
        raise ValueError(f"scheme {chosen.name!r} is for sigma = 0, got sigma = {sigma!r}")
    return chosen
