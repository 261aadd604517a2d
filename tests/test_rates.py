"""The exponent of a power law and its standard error."""

import numpy as np
import pytest

from mflimit.functionals import rate


def test_exponent_and_error_over_many_repetitions():
    """The fitted exponents scatter about the true one as the stated standard error says (4 standard errors)."""
    rng = np.random.default_rng(5)
    n = np.array([10.0, 20, 40, 80, 160])
    error = 0.02 * n**-0.5 * np.array([1, 2, 1, 0.5, 1])
    fits = [rate(n, 3 * n**-0.5 + error * rng.standard_normal(5), error) for _ in range(2000)]
    p, se = np.array(fits).T
    assert abs(p.mean() + 0.5) < 4 * se.mean() / np.sqrt(2000) + 1e-4
    assert p.std() / se.mean() == pytest.approx(1.0, abs=4 / np.sqrt(2 * 2000))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1, 2], [1, -2], [1, 1]), "value must be positive, got -2.0"),
        (([1, 2], [1, 2], [1, 0]), "error must be positive, got 0.0"),
        (([1], [1], [1]), "n must be one-dimensional"),
        (([1, 2], [1, 2, 3], [1, 1]), "value must be one-dimensional"),
    ],
)
def test_bad_input_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        rate(*arguments)
