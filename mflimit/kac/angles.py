"""The law of the angle of a collision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._validate import finite

Array = NDArray[np.float64]

# trigonometric polynomials up to this degree are averaged without error when the density is one, too
_ATOMS = 4096


@dataclass(frozen=True)
class AngleLaw:
    """The law g of the angle θ of (v, w) ↦ (v cos θ + w sin θ, w cos θ − v sin θ).

    Which of two particles is called the first is a matter of chance, so that only the even part of g counts: g is made
    even.  A density is put on the 4096 midpoints of (−π, π]: the walk draws from these, the equation and the generator
    average over the same, and for a smooth density the averages of sines and cosines are those of g to rounding.

    Parameters
    ----------
    law : None, function, or pair of sequences
        None is the uniform law (from which the walk draws without any grid); a function is a density on (−π, π], up to
        a factor; a pair (angles, weights) a discrete law, weights up to a factor.

    Attributes
    ----------
    uniform : bool
    angles, weights : (m,) arrays
        The atoms; the weights have sum 1.

    Raises
    ------
    TypeError, ValueError
        For NaN, negative weights, no mass.

    Examples
    --------
    >>> round(AngleLaw().moment(2, 2), 12)          # ⟨cos² θ sin² θ⟩ = 1/8
    0.125
    >>> law = AngleLaw(lambda theta: 1 + 0.5 * np.cos(4 * theta))
    >>> round(law.cosine(4), 12)
    0.25
    """

    law: Any = None
    uniform: bool = field(init=False)
    angles: Array = field(init=False, repr=False, compare=False)
    weights: Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.law is None or callable(self.law):
            angles, weights = _discretised(self.law)
        else:
            angles, weights = _atoms(self.law)
        finite("angle weights", weights)
        if weights.min() < 0 or weights.sum() <= 0:
            raise ValueError(
                f"angle must have weights >= 0 and mass > 0, got minimum {weights.min()}, sum {weights.sum()}"
            )
        object.__setattr__(self, "uniform", self.law is None)
        object.__setattr__(self, "angles", np.concatenate([angles, -angles]))
        object.__setattr__(self, "weights", np.concatenate([weights, weights]) / (2 * weights.sum()))

    def cosine(self, m: int) -> float:
        """⟨cos mθ⟩."""
        return float(self.weights @ np.cos(m * self.angles))

    def moment(self, p: int, q: int) -> float:
        """⟨cos^p θ sin^q θ⟩."""
        return float(self.weights @ (np.cos(self.angles) ** p * np.sin(self.angles) ** q))

    def moments(self, degree: int) -> Array:
        """⟨cos^p θ sin^q θ⟩ for p, q = 0, …, degree: shape (degree + 1, degree + 1)."""
        cosines, sines = (np.vander(f(self.angles), degree + 1, increasing=True) for f in (np.cos, np.sin))
        return (cosines.T * self.weights) @ sines

    def table(self) -> tuple[Array, Array, Array, NDArray[np.int64]]:
        """cos θ, sin θ and the alias table of the atoms, for draws at two random numbers each (Walker, Vose).

        The atom c is kept with probability keep[c], and exchanged for alias[c] otherwise; c is uniform.
        """
        share = self.weights * self.weights.size
        keep, alias = np.ones(share.size), np.arange(share.size)
        small, large = [list(np.flatnonzero(share < 1)), list(np.flatnonzero(share >= 1))]
        while small and large:
            poor, rich = small.pop(), large[-1]
            keep[poor], alias[poor] = share[poor], rich
            share[rich] -= 1 - share[poor]
            if share[rich] < 1:
                small.append(large.pop())
        return np.cos(self.angles), np.sin(self.angles), keep, alias


def angle_law(angle: Any) -> AngleLaw:
    """An AngleLaw as it is, anything else turned into one."""
    return angle if isinstance(angle, AngleLaw) else AngleLaw(angle)


def _discretised(density: Callable[[Array], ArrayLike] | None) -> tuple[Array, Array]:
    angles = (np.arange(_ATOMS, dtype=np.float64) + 0.5) * (2 * np.pi / _ATOMS) - np.pi
    if density is None:
        return angles, np.ones(_ATOMS)
    return angles, np.broadcast_to(np.asarray(density(angles), dtype=float), angles.shape)


def _atoms(law: Any) -> tuple[Array, Array]:
    try:
        angles, weights = (np.atleast_1d(np.asarray(part, dtype=float)) for part in law)
    except (TypeError, ValueError) as error:
        raise TypeError(f"angle must be None, a density or a pair (angles, weights), got {law!r}") from error
    if angles.ndim != 1 or angles.shape != weights.shape or angles.size == 0:
        raise ValueError(f"angle must be (angles, weights) of one length, got shapes {angles.shape}, {weights.shape}")
    finite("angle", angles)
    return angles, weights
