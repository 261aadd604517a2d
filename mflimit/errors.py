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
