"""Checks of arguments: each error names the argument and the value it received."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def number(name: str, value: Any) -> float:
    """A finite real number."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (numbers.Real, np.number)):
        raise TypeError(f"{name} must be a real number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return float(value)


def positive_number(name: str, value: Any) -> float:
    """A finite real number > 0."""
    checked = number(name, value)
    if checked <= 0:
        raise ValueError(f"{name} must be > 0, got {value!r}")
    return checked


def nonnegative_number(name: str, value: Any) -> float:
    """A finite real number ≥ 0."""
    checked = number(name, value)
    if checked < 0:
        raise ValueError(f"{name} must be >= 0, got {value!r}")
    return checked


def positive_integer(name: str, value: Any) -> int:
    """An integer ≥ 1."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (numbers.Integral, np.integer)):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be >= 1, got {value!r}")
    return int(value)


def option(name: str, value: Any, allowed: Sequence[str]) -> str:
    """One of a few words."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return str(value)


def points(name: str, value: ArrayLike, dim: int) -> NDArray[np.float64]:
    """A finite cloud of points, shape (n, d), as a C-contiguous float64 array."""
    try:
        array = np.ascontiguousarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of real numbers, got {type(value).__name__}") from error
    if array.ndim != 2 or array.shape[1] != dim or array.shape[0] == 0:
        raise ValueError(f"{name} must have shape (n, {dim}) with n >= 1, got shape {array.shape}")
    finite(name, array)
    return array


def finite(name: str, array: NDArray[np.float64]) -> None:
    """No NaN and no Inf; the error names the first bad entry."""
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {name}{list(where)} = {array[where]}")


def increasing_times(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """A non-empty, finite, strictly increasing sequence of times."""
    try:
        times = np.array(value, dtype=np.float64, ndmin=1)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be a sequence of real numbers, got {value!r}") from error
    if times.ndim != 1 or times.size == 0:
        raise ValueError(f"{name} must be a non-empty one-dimensional sequence, got shape {times.shape}")
    finite(name, times)
    steps = np.diff(times)
    if (steps <= 0).any():
        i = int(np.argmax(steps <= 0))
        raise ValueError(f"{name} must be increasing, got {name}[{i}] = {times[i]}, {name}[{i + 1}] = {times[i + 1]}")
    return times


def positions(name: str, value: ArrayLike, dim: int) -> NDArray[np.float64]:
    """Points where a function is evaluated, shape (..., d)."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of real numbers, got {type(value).__name__}") from error
    if array.ndim == 0 or array.shape[-1] != dim:
        raise ValueError(f"{name} must have shape (..., {dim}), got shape {array.shape}")
    return array


def nonnegative_array(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """A number ≥ 0 or an array of them, such as the times at which a closed form is evaluated."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be a real number or an array of them, got {value!r}") from error
    if not (np.isfinite(array) & (array >= 0)).all():
        bad = array[~(np.isfinite(array) & (array >= 0))][0]
        raise ValueError(f"{name} must be finite and >= 0, got {bad}")
    return array
