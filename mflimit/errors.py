"""What a computation raises when it cannot go on: each error keeps what there was before."""

from __future__ import annotations

from typing import Any


class Diverged(ArithmeticError):
    """A run met NaN or Inf.

    Attributes
    ----------
    time : float
        The end of the step that produced it.
    particle : int or tuple
        The index of the first particle concerned: i, or (r, i) in an ensemble.
    run : Run or Coupled
        Everything up to the last output time before.
    """

    def __init__(self, time: float, particle: int | tuple[int, ...], dt: float, run: Any) -> None:
        super().__init__(
            f"particle {particle} met NaN or Inf in the step of size {dt:.3g} that ends at t = {time:.6g}; "
            "take smaller steps, or a kernel whose singularity they resolve; .run holds what there was before"
        )
        self.time = time
        self.particle = particle
        self.run = run


class Unresolved(ArithmeticError):
    """The field is no longer resolved by its grid, or by any step size.

    Attributes
    ----------
    time : float
        The last time at which the field was resolved.
    solution : MeanFieldSolution
        The field at the output times reached, and at `time` as its last entry.  Where the initial density itself is
        not resolved, it is the only entry.
    """

    def __init__(self, message: str, time: float, solution: Any) -> None:
        super().__init__(message)
        self.time = time
        self.solution = solution


class BlowUp(Unresolved):
    """The field concentrates at a point in finite time, as far as its grid can tell.

    Attributes
    ----------
    estimate : float
        The time of the blow-up, extrapolated.
    """

    def __init__(self, message: str, time: float, solution: Any, estimate: float) -> None:
        super().__init__(message, time, solution)
        self.estimate = estimate


class Collapsed(ArithmeticError):
    """Particles with an attractive logarithmic interaction have met for good: the equation has no meaning after that.

    k particles collapse where Σ|X_i − X̄|²/(2σ) over them has dimension (k−1)(d − kλ/(2σN)) ≤ 0, k ≥ 2dσN/λ.

    Attributes
    ----------
    time : float
        When they met.
    particles : list of int
        Those that met.
    system : int or None
        The copy r in which they met, where there are several.
    run : Run or None
        Everything up to the last output time before.
    """

    def __init__(self, time: float, system: int | None, particles: list[int]) -> None:
        where = "" if system is None else f" of system {system}"
        super().__init__(
            f"{len(particles)} particles{where} have collapsed into a point at t = {time:.6g}, and cannot part again: "
            "λ/σ is too large for this many; .particles holds their indices, .run what there was before"
        )
        self.time = time
        self.system = system
        self.particles = particles
        self.run: Any = None
