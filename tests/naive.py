"""Plain-Python twins of the fast loops: slow, obvious, and the judges of the fast ones."""

import numpy as np


def drift(model, x):
    """(1/N) Σ_{j≠i} K(x_i − x_j), a pair at a time."""
    n = len(x)
    total = np.zeros_like(x)
    for i in range(n):
        for j in range(n):
            if j != i:
                total[i] += model.kernel.force(model.domain.displacement(x[i], x[j]), model.domain)
    return total / n
