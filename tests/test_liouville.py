"""The law of N particles against plain loops, tensor grids, the heat flow and equilibria known in closed form."""

import itertools

import numpy as np
import pytest
import scipy.linalg

import mflimit as mf
from mflimit.exact.gibbs import GibbsState
from mflimit.exact.kuramoto import KuramotoStates
from mflimit.liouville import Mixture, solve_liouville, solve_liouville_grid
from mflimit.liouville.generator import Generator
from mflimit.liouville.krylov import exponential, small_exponential
from mflimit.liouville.states import States

TAU = 2 * np.pi
CIRCLE = mf.Torus(1)
KURAMOTO = mf.Model(mf.kernels.Kuramoto(1.0), CIRCLE, sigma=0.1)
#: Neither odd nor even, and with a mean.
SKEW = mf.kernels.Kernel.from_force(
    lambda x: 0.5 * np.sin(TAU * x) + 0.3 * np.cos(TAU * x) + 0.2 * np.cos(2 * TAU * x) + 0.3
)


def cosine(x):
    return 1 + 0.5 * np.cos(TAU * x[..., 0])


def lopsided(x):
    """No symmetry at all."""
    return 1 + 0.3 * np.cos(TAU * x[..., 0]) + 0.2 * np.sin(2 * TAU * x[..., 0])


def shifted(x):
    return cosine(x - 0.3)


# The states and their couplings


@pytest.mark.parametrize("nonzero", [2, 4])
def test_every_multiset_has_one_place(nonzero):
    states = States(n_particles=4, modes=2, nonzero=nonzero)
    multisets = [
        k
        for k in itertools.combinations_with_replacement(range(-2, 3), 4)
        if sum(k) >= 0 and np.count_nonzero(k) <= nonzero
    ]
    position, flipped, inside = states.locate(multisets)
    assert sorted(position) == list(range(len(states.occupations))) and not flipped.any() and inside.all()
    shuffled, flipped, _ = states.locate([[-k for k in row[::-1]] for row in multisets])
    assert (shuffled == position)[flipped].all() and (flipped == (np.sum(multisets, axis=1) > 0)).all()
    arrangements = [len(set(itertools.permutations(row))) for row in multisets]
    assert np.allclose(states.root_multiplicity[position] ** 2, arrangements, rtol=1e-12)


@pytest.mark.parametrize("nonzero", [2, 4])
@pytest.mark.parametrize("kernel", [mf.kernels.Kuramoto(1.0), SKEW, mf.kernels.Log(1.0)])
def test_the_merged_couplings_are_the_double_sum(kernel, nonzero):
    length = 1.0 if kernel is SKEW else 1.7
    n, modes, sigma = 4, 2, 0.03
    states = States(n, modes, nonzero)
    model = mf.Model(kernel, mf.Torus(1, length), sigma)
    rng = np.random.default_rng(1)
    rows = [k for k in itertools.combinations_with_replacement(range(-modes, modes + 1), n)]
    values = {k: rng.normal() + 1j * rng.normal() for k in rows if np.count_nonzero(k) <= nonzero}
    for k in list(values):
        values[tuple(sorted(-q for q in k))] = np.conj(values[k])
    shifts = np.arange(-2 * modes, 2 * modes + 1)
    symbol = dict(zip(shifts.tolist(), kernel.symbol((shifts,), model.domain)[0], strict=True))

    def rate(k):
        total = -4 * np.pi**2 * sigma / length**2 * np.sum(np.square(k)) * values[k]
        for i, j in itertools.permutations(range(n), 2):
            for q in shifts.tolist():
                other = list(k)
                other[i], other[j] = k[i] - q, k[j] + q
                neighbour = values.get(tuple(sorted(other)), 0.0)
                total += -TAU * 1j / (n * length**2) * k[i] * symbol[q] * neighbour
        return total

    positive = [k for k in values if sum(k) >= 0]
    position = states.locate(positive)[0]
    y = np.empty(len(position), dtype=complex)
    y[position] = [values[k] for k in positive]
    y *= states.root_multiplicity
    out = np.empty_like(y)
    Generator(model, states).block(0, len(y))(y, out)
    expected = np.array([rate(k) for k in positive])
    assert np.abs((out / states.root_multiplicity)[position] - expected).max() < 1e-12 * np.abs(expected).max()


@pytest.mark.parametrize("dtype", [float, complex])
def test_krylov_steps_against_the_dense_exponential(dtype):
    rng = np.random.default_rng(2)
    matrix = rng.normal(size=(80, 80)) - np.diag(np.linspace(0, 400, 80))
    if dtype is complex:
        matrix = matrix + 1j * rng.normal(size=(80, 80))
    start = rng.normal(size=80).astype(dtype)
    times = np.array([0.0, 0.01, 0.3, 1.0])

    def apply(y, out):
        out[:] = matrix @ y

    exact = [scipy.linalg.expm(t * matrix) @ start for t in times]
    for tol in (1e-6, 1e-11):
        result = exponential(apply, start, times, tol * np.linalg.norm(start), dimension=20)
        assert np.abs(result.values - exact).max() < tol * np.linalg.norm(start)
    assert result.steps > 1


def test_the_exponential_of_a_small_matrix():
    rng = np.random.default_rng(3)
    for matrix in (rng.normal(size=(9, 9)), 40 * (rng.normal(size=(6, 6)) - 9j * np.eye(6)), np.zeros((2, 2))):
        exact = scipy.linalg.expm(matrix)
        assert np.abs(small_exponential(matrix) - exact).max() < 1e-11 * np.abs(exact).max()


# The law


@pytest.mark.parametrize("kernel", [mf.kernels.Kuramoto(1.0), SKEW])
@pytest.mark.parametrize(("n", "modes", "points"), [(2, 13, 40), (3, 11, 28)])
def test_two_and_three_particles_on_a_tensor_grid(kernel, n, modes, points):
    model = mf.Model(kernel, CIRCLE, sigma=0.15)
    times = [0.0, 0.1, 0.4]
    law = solve_liouville(model, lopsided, n, times, modes=modes)
    grid = solve_liouville_grid(model, lopsided, n, times, points=points)
    assert np.abs(law.density(points) - grid.values).max() < 1e-9
    assert np.abs(law.marginal(2, points) - grid.marginal(2)).max() < 1e-9
    assert np.abs(law.coefficient((1, -2)) - grid.coefficient((1, -2))).max() < 1e-12
    assert np.abs(law.coefficient((1, -2))[-1] - law.coefficient((1,))[-1] * law.coefficient((-2,))[-1]) > 1e-4


def test_without_interaction_every_coefficient_decays_at_its_own_rate():
    torus = mf.Torus(1, 2.0)
    model = mf.Model(mf.kernels.Kuramoto(0.0), torus, sigma=0.1)
    law = solve_liouville(model, lambda x: lopsided(x / 2) / 2, 5, [0.0, 0.2, 0.5], modes=2)
    for k, start in [((1, -1, 2), 0.15**2 * -0.1j), ((2,), -0.1j), ((-2, 1), 0.15 * 0.1j), ((), 1.0), ((0, 0), 1.0)]:
        expected = start * np.exp(-4 * np.pi**2 * 0.1 / 4 * np.sum(np.square(k)) * law.times)
        assert np.abs(law.coefficient(k) - expected).max() < 1e-14


@pytest.mark.parametrize("nonzero", [None, 3])
def test_marginals_are_consistent_to_rounding(nonzero):
    law = solve_liouville(KURAMOTO, lopsided, 5, [0.0, 0.3], modes=4, nonzero=nonzero)
    marginals = [law.marginal(k, 12) for k in (1, 2, 3)]
    assert np.abs(marginals[0].mean(axis=1) - 1).max() < 1e-12
    for fewer, more in itertools.pairwise(marginals):
        assert np.abs(more.mean(axis=-1) - fewer).max() < 1e-13
    assert np.abs(marginals[1] - marginals[1].swapaxes(1, 2)).max() < 1e-13
    x = CIRCLE.axis(12)
    wave = np.exp(-1j * TAU * (x[:, None] - 2 * x))
    assert np.abs((marginals[1] * wave).mean(axis=(1, 2)) - law.coefficient((1, -2))).max() < 1e-14
    assert np.abs(law.marginal(2, 12, at=1) - marginals[1][1]).max() < 1e-15 * marginals[1].max()


def test_the_gibbs_state_is_stationary():
    model = mf.Model(mf.kernels.Kuramoto(1.0) + mf.kernels.Kuramoto(-0.3), CIRCLE, sigma=0.2)
    gibbs = GibbsState(model, n_particles=5, points=24)
    law = solve_liouville(model, gibbs, 5, [0.0, 1.0, 20.0], modes=7)
    assert law.coefficient((1, -1))[0].real > 0.05
    for k in [(1, -1), (2, -2), (1, 1, -2), (1, 1, -1, -1)]:
        assert np.ptp(law.coefficient(k).real) < 1e-10
    assert np.abs(law.marginal(2, 24)[-1] - gibbs.density().mean(axis=(2, 3, 4))).max() < 1e-10


@pytest.mark.parametrize(
    "start", [cosine, shifted, Mixture([0.3, 0.7], [lopsided, cosine])], ids=["cosine", "shifted", "mixture"]
)
def test_equilibrium_is_reached_from_any_start(start):
    model = mf.Model(mf.kernels.Kuramoto(0.5), CIRCLE, sigma=0.1)
    law = solve_liouville(model, start, 4, [0.0, 30.0], modes=7)
    gibbs = GibbsState(model, n_particles=4, points=24)
    rows = np.array([[1, -1], [1, 0], [2, -2], [3, -3], [2, -1]])
    assert np.abs(law.coefficients(rows) - gibbs.coefficients(rows)).max() < 1e-10


def test_ten_particles_reach_the_order_parameter_of_their_gibbs_state():
    law = solve_liouville(
        mf.Model(mf.kernels.Kuramoto(0.8), CIRCLE, sigma=0.1), cosine, 10, [0.0, 25.0], modes=5, order=2
    )
    mean_square = 0.1 + 0.9 * law.coefficient((1, -1))[-1].real
    assert abs(mean_square - KuramotoStates(0.8, 0.1).mean_square_order(10)) < 1e-9


def test_the_log_gas_reaches_dysons_ensemble():
    # The density of the circular ensemble with β = −λ/(σN) = 4 is a polynomial of degree 2(N − 1) in each variable.
    n, sigma = 3, 0.25
    model = mf.Model(mf.kernels.Log(-4 * sigma * n), CIRCLE, sigma)
    law = solve_liouville(model, lopsided, n, [0.0, 4.0], modes=4)
    rows = np.array([[1, -1, 0], [2, -2, 0], [4, -4, 0], [2, -1, -1], [4, -3, -1], [1, 0, 0]])
    gibbs = GibbsState(model, n, points=16).coefficients(rows)
    assert np.abs(law.coefficients(rows) - gibbs).max() < 1e-11
    # E|Σ_j e^{2πi x_j}|² = 2N/(2 + β(N − 1)), the norm of a Jack polynomial: N at β = 0, 1 at β = 2.
    assert abs(n + n * (n - 1) * law.coefficient((1, -1))[-1] - 2 * n / (2 + 4 * (n - 1))) < 1e-11


def test_the_error_of_truncating_a_singular_kernel_is_reported():
    model = mf.Model(mf.kernels.Sign(1.0), CIRCLE, sigma=0.05)
    fine = solve_liouville(model, cosine, 3, [0.0, 0.2, 0.5], modes=24, order=2)
    errors, bars = [], []
    for modes in (4, 8, 16):
        law = solve_liouville(model, cosine, 3, fine.times, modes=modes)
        k = range(-modes + 1, modes)
        gaps = [np.abs(law.coefficient((a, b)) - fine.coefficient((a, b))) for a in k for b in k]
        errors.append(np.max(gaps, axis=0)[1:])
        bars.append(law.truncation_error()[1:])
    assert (errors[1] < errors[0] / 4).all() and (errors[2] < errors[1] / 4).all()
    assert all((error < 2 * bar).all() for error, bar in zip(errors, bars, strict=True))


# Symmetries


def test_a_reflection_makes_the_coefficients_real_wherever_its_centre_is():
    for start in (cosine, shifted):
        law = solve_liouville(KURAMOTO, start, 4, [0.0, 0.2], modes=4)
        assert law._stored.dtype == np.float64
    assert solve_liouville(KURAMOTO, lopsided, 4, [0.0, 0.2], modes=4)._stored.dtype == np.complex128
    centred = solve_liouville(KURAMOTO, cosine, 4, [0.0, 0.2], modes=4)
    for k in [(1,), (1, -1), (2, 1), (-2, 1, -1)]:
        turned = law.coefficient(k) * np.exp(TAU * 0.3j * sum(k))
        if law is not centred:
            assert np.abs(turned - centred.coefficient(k)).max() < 1e-13


def test_translation_invariant_laws_keep_to_momentum_zero():
    law = solve_liouville(KURAMOTO, lambda x: np.ones(x.shape[:-1]), 6, [0.0, 0.5], modes=4)
    assert law._stored.shape[1] == law.states.starts[1] < len(law.states.occupations) / 5
    assert law.coefficient((1, -1))[-1].real > 0.05 and law.coefficient((1,))[-1] == 0


def test_a_law_continues_another_and_a_mixture_is_linear():
    whole = solve_liouville(KURAMOTO, lopsided, 4, [0.0, 0.2, 0.5], modes=4)
    first = solve_liouville(KURAMOTO, lopsided, 4, [0.0, 0.2], modes=4)
    second = solve_liouville(KURAMOTO, first, 4, [0.2, 0.5], modes=4)
    both = solve_liouville(KURAMOTO, Mixture([0.25, 0.75], [lopsided, cosine]), 4, [0.0, 0.5], modes=4)
    other = solve_liouville(KURAMOTO, cosine, 4, [0.0, 0.5], modes=4)
    for k in [(1,), (1, -1), (2, -1), (1, 1, -3)]:
        assert abs(second.coefficient(k)[-1] - whole.coefficient(k)[-1]) < 1e-11
        mixed = 0.25 * whole.coefficient(k)[-1] + 0.75 * other.coefficient(k)[-1]
        assert abs(both.coefficient(k)[-1] - mixed) < 1e-11


# Truncation by the number of nonzero modes


def test_a_cut_in_the_number_of_nonzero_modes_converges_geometrically():
    model = mf.Model(mf.kernels.Kuramoto(0.5), CIRCLE, sigma=0.1)
    full = solve_liouville(model, cosine, 10, [0.0, 0.5], modes=3)
    errors = []
    for nonzero in (2, 4, 6, 8):
        cut = solve_liouville(model, cosine, 10, [0.0, 0.5], modes=3, nonzero=nonzero)
        errors.append(np.abs(cut.marginal(2, 8) - full.marginal(2, 8)).max())
    assert all(later < earlier / 8 for earlier, later in itertools.pairwise(errors))
    bar = solve_liouville(model, cosine, 10, [0.0, 0.5], modes=3, nonzero=6).truncation_error()[-1]
    assert errors[2] < 10 * bar and bar < errors[1]


def test_a_thousand_particles_are_nearly_independent():
    model = mf.Model(mf.kernels.Kuramoto(0.5), CIRCLE, sigma=0.1)
    law = {n: solve_liouville(model, cosine, n, [0.0, 0.3], modes=3, nonzero=7, order=2) for n in (500, 1000)}
    gaps = {n: (law[n].coefficient((1, -1)) - np.abs(law[n].coefficient((1,))) ** 2)[-1].real for n in law}
    # N g_2 has a limit, with a correction of relative size O(1/N).
    assert 0.01 < 1000 * gaps[1000] < 1 and abs(500 * gaps[500] / (1000 * gaps[1000]) - 1) < 5e-3


# The plane


def test_a_sum_of_one_dimensional_forces_gives_a_product_in_the_plane():
    kernel = mf.kernels.Kuramoto(1.0)
    plane = mf.Model(kernel, mf.Torus(2), sigma=0.2)
    grid = solve_liouville_grid(
        plane, lambda x: cosine(x) * (1 + 0.4 * np.sin(TAU * x[..., 1])), 2, [0.0, 0.3], points=14
    )
    line = mf.Model(kernel, CIRCLE, sigma=0.2)
    first = solve_liouville(line, cosine, 2, [0.0, 0.3], modes=6)
    second = solve_liouville(line, lambda x: 1 + 0.4 * np.sin(TAU * x[..., 0]), 2, [0.0, 0.3], modes=6)
    for k in [((1, 1), (-1, 0)), ((1, 0), (1, 1)), ((0, 1), (0, -1)), ((1, 2), (0, -1))]:
        columns = tuple(zip(*k, strict=True))
        expected = first.coefficient(columns[0]) * second.coefficient(columns[1])
        assert np.abs(grid.coefficient(k) - expected).max() < 1e-8


def test_two_vortices_keep_their_centre_and_start_as_the_equation_says():
    model = mf.Model(mf.kernels.BiotSavart(), mf.Torus(2), sigma=0.05)
    modes = {(0, 0): 1.0, (2, 0): 0.2, (0, 1): 0.1 - 0.1j, (2, 1): 0.05j}
    modes |= {(-a, -b): np.conj(c) for (a, b), c in modes.items()}

    def rho0(x):
        return sum(c * np.exp(1j * TAU * (x @ np.array(k))) for k, c in modes.items()).real

    step = 1e-4
    law = solve_liouville_grid(model, rho0, 2, [0.0, step, 2 * step, 0.1], points=10)
    # x_1 + x_2 only diffuses.
    start = modes[2, 0] ** 2
    assert abs(law.coefficient([(2, 0), (2, 0)])[-1] - start * np.exp(-32 * np.pi**2 * 0.05 * 0.1)) < 1e-12
    # d/dt c(k, l) = −4π²σ(|k|² + |l|²) c − (2πi/2) Σ_q (k − l)·K̂(q) c(k − q, l + q), by K̂(−q) = −K̂(q).
    k, other = np.array([2, 0]), np.array([0, 1])
    rate = decay = -20 * np.pi**2 * 0.05 * modes[2, 0] * modes[0, 1]
    for q in itertools.product(range(-2, 3), repeat=2):
        moved = modes.get(tuple(k - q), 0) * modes.get(tuple(other + q), 0)
        symbol = model.kernel.symbol(tuple(np.array([c]) for c in q), model.domain)[:, 0]
        rate += -1j * np.pi * ((k - other) @ symbol) * moved
    values = law.coefficient([k, other])
    assert abs(rate - decay) > 1e-3
    assert abs((-3 * values[0] + 4 * values[1] - values[2]) / (2 * step) - rate) < 1e-4 * abs(rate - decay)


# What is refused


def test_a_state_space_that_would_not_fit_is_refused_before_it_is_allocated():
    with pytest.raises(ValueError, match=r"need [\d,]+ states.*lower modes"):
        solve_liouville(KURAMOTO, cosine, 40, [0.0, 1.0], modes=10)
    with pytest.raises(ValueError, match=r"grid points and .* GB.*lower points"):
        solve_liouville_grid(KURAMOTO, cosine, 8, [0.0, 1.0], points=64)
    with pytest.raises(ValueError, match="store less with order"):
        solve_liouville(KURAMOTO, cosine, 10, np.linspace(0, 1, 2000), modes=5, memory=1e9)
    law = solve_liouville(KURAMOTO, cosine, 5, [0.0, 0.1], modes=2)
    with pytest.raises(ValueError, match="lower one of them"):
        law.density(points=128)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": mf.Model(mf.kernels.Kuramoto(1.0), mf.Torus(2))}, "model must be on"),
        ({"model": mf.Model(mf.kernels.Linear(1.0), mf.Euclidean(1))}, "model must be on"),
        ({"n_particles": 0}, "n_particles must be >= 1, got 0"),
        ({"modes": 0}, "modes must be >= 1, got 0"),
        ({"times": [0.0, 0.0]}, "times must be increasing"),
        ({"tol": 0.0}, "tol must be > 0"),
        ({"rho0": lambda x: 2 * cosine(x)}, "rho0 must have mass 1, got 2"),
        ({"rho0": lambda x: 1 + 2 * np.cos(TAU * x[..., 0])}, "rho0 must be >= 0"),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {"model": KURAMOTO, "rho0": cosine, "n_particles": 3, "times": [0.0, 0.1], "modes": 2}
    with pytest.raises(ValueError, match=message):
        solve_liouville(**(arguments | change))


def test_questions_a_law_cannot_answer():
    law = solve_liouville(KURAMOTO, cosine, 4, [0.0, 0.1], modes=2, order=2)
    with pytest.raises(ValueError, match="modes = 2"):
        law.coefficient((3, -3))
    with pytest.raises(ValueError, match="at most n_particles = 4"):
        law.coefficient((1, 0, 0, 0, 0))
    with pytest.raises(TypeError, match="sequence of integers"):
        law.coefficient((0.5, 1))
    with pytest.raises(ValueError, match="k must be <= 2"):
        law.marginal(3)
    with pytest.raises(ValueError, match="weights must be >= 0 and add up to 1"):
        Mixture([0.5, 0.6], [cosine, lopsided])
    with pytest.raises(ValueError, match="bounded from below"):
        GibbsState(mf.Model(mf.kernels.Log(1.0), CIRCLE, sigma=1.0), n_particles=2)
