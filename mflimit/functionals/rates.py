"""Rates of convergence, with their uncertainty."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def rate(n: ArrayLike, value: ArrayLike, error: ArrayLike) -> tuple[float, float]:
    """The exponent p of value ≈ C n^p, and its standard error, by weighted least squares in the logarithms.

    Parameters
    ----------
    n : (M,) array, M >= 2
        Positive, not all equal.
    value, error : (M,) arrays
        Positive measured values and their standard errors: log value has the standard error error/value.

    Raises
    ------
    ValueError
        For arrays of different lengths, fewer than two points, or entries that are not positive.

    Examples
    --------
    >>> p, se = rate([10, 100, 1000], [0.3, 0.095, 0.03], [0.01, 0.003, 0.001])
    >>> round(p, 2), round(se, 2)
    (-0.5, 0.01)
    """
    arrays = {"n": np.asarray(n, float), "value": np.asarray(value, float), "error": np.asarray(error, float)}
    for name, array in arrays.items():
        if array.ndim != 1 or array.shape != arrays["n"].shape or array.size < 2:
            raise ValueError(f"{name} must be one-dimensional, as long as n and longer than 1, got shape {array.shape}")
        if not (array > 0).all():
            raise ValueError(f"{name} must be positive, got {array[~(array > 0)][0]}")
    n, value, error = arrays.values()
    # polyfit scales the weights to 1/σ of the ordinates; "unscaled" takes the errors at their word.
    fit, covariance = np.polyfit(np.log(n), np.log(value), 1, w=value / error, cov="unscaled")
    return float(fit[0]), float(np.sqrt(covariance[0, 0]))
