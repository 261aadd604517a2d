"""The mean-field equation against closed forms, linear theory, scaling, and its own claims about resolution."""

import numpy as np
import pytest

from mflimit import exact, kernels
from mflimit.domains import Euclidean, Torus
from mflimit.errors import BlowUp, Unresolved
from mflimit.meanfield import solve_mean_field
from mflimit.model import Model

CIRCLE, SQUARE = Torus(1), Torus(2)


def cosines(*amplitudes, phase=0.0):
    """L = 1: 1 + Σ_m a_m cos 2πm x_1, times 1 + ½ a_1 cos(2πx_2 + phase) for d = 2."""

    def rho(x):
        first = 1 + sum(a * np.cos(2 * np.pi * m * x[..., 0]) for m, a in enumerate(amplitudes, start=1))
        if x.shape[-1] == 1:
            return first
        return first * (1 + 0.5 * amplitudes[0] * np.cos(2 * np.pi * x[..., 1] + phase))

    return rho


def bump(points, width, dim=2):
    """A Gaussian in the middle of the unit box, normalised on its grid."""
    x = Torus(dim).grid(points) - 0.5
    values = np.exp(-np.sum(x**2, axis=-1) / (2 * width**2))
    return values / values.mean()


@pytest.mark.parametrize("length, strength", [(1.0, 1.0), (2.5, -3.0)])
def test_taylor_green(length, strength):
    flow = exact.TaylorGreen(sigma=0.01, length=length, strength=strength)
    torus = Torus(2, length)
    rho = solve_mean_field(Model(kernels.BiotSavart(strength), torus, 0.01), flow.density, [0, 0.7, 2], points=32)
    for t, values in zip(rho.times, rho.values, strict=True):
        assert np.abs(values - flow.density(torus.grid(32), t)).max() < 1e-12


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_the_heat_flow(dim):
    """K = 0·K: every mode decays on its own, at 4π²σ|k|²/L²."""
    torus = Torus(dim, 2.0)
    k = np.array([1, -2, 1])[:dim]

    def density(x, t=0.0):
        decay = np.exp(-4 * np.pi**2 * 0.03 * np.sum(k**2) / 4 * t)
        return (1 + 0.6 * decay * np.cos(2 * np.pi * (x @ k) / 2 - 0.3)) / 2**dim

    model = Model(kernels.Coulomb(0.0), torus, 0.03)
    rho = solve_mean_field(model, density, [0, 1.5], points=16, resolution=0.1)
    assert np.abs(rho.values[1] - density(torus.grid(16), 1.5)).max() < 1e-14
    expected = 0.3 * np.exp(-4 * np.pi**2 * 0.03 * np.sum(k**2) / 4 * 1.5 - 0.3j)
    assert abs(rho.coefficient(k)[1] - expected) < 1e-15
    x = np.random.default_rng(0).random((2, 5, dim)) * 6 - 2
    assert np.abs(rho.at(x)[1] - density(x, 1.5)).max() < 1e-11


def plain_rk4(model, values, t, steps):
    """(MFD) by RK4 on the grid, derivatives by NumPy's FFT, K⋆ρ as a sum over grid points: no trick at all."""
    dim, points, length = model.domain.dim, len(values), model.domain.length
    k = np.meshgrid(*[np.fft.fftfreq(points, 1 / points)] * dim, indexing="ij")
    symbol = model.kernel.symbol(tuple(k), model.domain)
    # No mode of this grid is highest: points is odd.  One column of the matrix for each point that acts.
    force = np.fft.ifftn(symbol, axes=range(1, dim + 1)).real
    columns = [np.roll(force, shift, axis=range(1, dim + 1)).reshape(dim, -1) for shift in np.ndindex(values.shape)]
    convolution = np.stack(columns, axis=-1)

    def right_hand_side(rho):
        field = (convolution @ rho.ravel()).reshape(dim, *rho.shape)
        total = 0.0
        for i in range(dim):
            flux = np.fft.fftn(rho * field[i]) - model.sigma * 2j * np.pi / length * k[i] * np.fft.fftn(rho)
            total = total - np.fft.ifftn(2j * np.pi / length * k[i] * flux).real
        return total

    h = t / steps
    for _ in range(steps):
        k1 = right_hand_side(values)
        k2 = right_hand_side(values + h / 2 * k1)
        k3 = right_hand_side(values + h / 2 * k2)
        k4 = right_hand_side(values + h * k3)
        values = values + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return values


@pytest.mark.parametrize(
    "model, points, t",
    [
        (Model(kernels.Kuramoto(2.0), CIRCLE, 0.1), 41, 0.4),
        (Model(kernels.Sign(1.5), CIRCLE, 0.05), 41, 0.4),
        (Model(kernels.BiotSavart(20.0), SQUARE, 0.05), 27, 0.15),
        (Model(kernels.Log(0.2) + kernels.BiotSavart(2.0), Torus(2, 0.9), 0.05), 27, 0.1),
    ],
    ids=["Kuramoto", "Sign", "Biot-Savart", "sum"],
)
def test_a_plain_method_agrees(model, points, t):
    """To its error in time, where the nonlinear term has moved the field by more than 1e-2."""
    length = model.domain.length

    def rho0(x):
        return cosines(0.3, 0.1, phase=1.0)(x / length) / length**model.domain.dim

    rho = solve_mean_field(model, rho0, [0, t], points=points, rtol=1e-10)
    heat = solve_mean_field(Model(kernels.Coulomb(0.0), model.domain, model.sigma), rho0, [0, t], points=points)
    assert np.abs(rho.values[1] - heat.values[1]).max() > 1e-2
    expected = plain_rk4(model, rho0(model.domain.grid(points)), t, 400)
    assert np.abs(rho.values[1] - expected).max() < 2e-8


def test_the_stationary_state_of_kuramoto():
    states = exact.KuramotoStates(kappa=2.0, sigma=0.08)
    rho = solve_mean_field(Model(kernels.Kuramoto(2.0), CIRCLE, 0.08), cosines(0.1), [0, 40], points=64)
    assert np.abs(rho.values[1] - states.density(CIRCLE.grid(64))).max() < 1e-12
    assert abs(rho.coefficient(1)[1] - states.order_parameter) < 1e-12


def test_burgers_on_a_long_circle():
    """The kernel on the circle is (γ/2)(sgn x − 2x/L): centred, with variance v, the law of the line, rescaled.

    −γx/L, on average over a density centred at 0, is the linear drift −γx/L: to first order in t/L it only pulls the
    law together.  Reference: the same equation for F, F_t + (γ(F − ½) − γx/L)F_x = σF_xx, at t → 0.
    """
    gamma, sigma, length, variance, t = 1.0, 0.1, 400.0, 0.5, 0.5
    law = exact.Burgers(gamma, sigma, exact.GaussianLaw(variance))
    torus = Torus(1, length)
    x = torus.grid(8192) - length / 2
    rho = solve_mean_field(Model(kernels.Sign(gamma), torus, sigma), law.initial.density(x[:, 0]), [0, t], rtol=1e-9)
    near = np.abs(x[:, 0]) < 4
    # The pull is by a factor e^{−γt/L}; undo it: ρ_line(x) ≈ e^{−γt/L} ρ(x e^{−γt/L}), with an error of its square.
    shrink = np.exp(-gamma * t / length)
    computed = rho.at(x[near] * shrink + length / 2)[1] * shrink
    raw = np.abs(rho.values[1][near] - law.density(x[near], t)).max()
    assert np.abs(computed - law.density(x[near], t)).max() < 0.5 * raw < 1e-3


@pytest.mark.parametrize(
    "model, k, rate",
    [
        (Model(kernels.Kuramoto(2.0), CIRCLE, 0.1), (1,), 2 * np.pi - 0.4 * np.pi**2),
        (Model(kernels.Log(1.5), SQUARE, 0.2), (1, 0), 3 * np.pi - 0.8 * np.pi**2),
        (Model(kernels.Log(1.5), SQUARE, 0.2), (2, -1), 3 * np.pi - 4 * np.pi**2),
        (Model(kernels.Log(1.5), Torus(2, 2.0), 0.1), (1, 1), (3 * np.pi - 0.8 * np.pi**2 / 4 * 4) / 4),
        (Model(kernels.Coulomb(1.0), Torus(3), 0.02), (1, 0, 1), -4 * np.pi - 0.16 * np.pi**2),
        (Model(kernels.Coulomb(-1.0), CIRCLE, 0.02), (3,), 2 - 4 * np.pi**2 * 0.02 * 9),
    ],
    ids=["Kuramoto", "Log", "Log k=(2,-1)", "Log L=2", "Coulomb 3D", "Coulomb 1D"],
)
def test_growth_of_small_perturbations(model, k, rate):
    """λ_k = −(2πi/L^{d+1}) k·K̂(k) − 4π²σ|k|²/L²: for Log in the plane 2πλ/L² − 4π²σ|k|²/L²."""
    torus = model.domain

    def rho0(x):
        return (1 + 1e-6 * np.cos(2 * np.pi * (x @ np.array(k)) / torus.length)) / torus.volume

    # Not for so long that rounding errors of 1e-17 are seen.
    rho = solve_mean_field(model, rho0, [0, 0.05, 0.1], points=20, rtol=1e-9)
    size = np.abs(rho.coefficient(k))
    assert np.allclose(np.log(size[1:] / size[0]) / rho.times[1:], rate, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "model, first",
    [(Model(kernels.Kuramoto(3.0), CIRCLE, 0.1), 64), (Model(kernels.BiotSavart(8.0), SQUARE, 0.02), 16)],
    ids=["Kuramoto", "Biot-Savart"],
)
def test_the_order_in_time(model, first):
    """The observed order of ETDRK4, from n, 2n and 4n steps: at least 3.8, and it is not five."""
    final = [
        solve_mean_field(model, cosines(0.4, 0.2, phase=1.0), [0, 0.4], points=48, dt=0.4 / n).values[-1]
        for n in (first, 2 * first, 4 * first)
    ]
    order = np.log2(np.abs(final[0] - final[1]).max() / np.abs(final[1] - final[2]).max())
    assert 3.8 < order < 4.4


def test_fixed_steps_are_counted():
    model = Model(kernels.Kuramoto(1.0), CIRCLE, 0.1)
    rho = solve_mean_field(model, cosines(0.3), [0, 0.5, 0.75], points=32, dt=0.1)
    assert (rho.steps, rho.rejected) == (5 + 3, 0)


def test_spectral_accuracy_in_space():
    """With each four modes more an axis the error falls by a factor of 8 or better: exponentially."""
    model, rho0 = Model(kernels.BiotSavart(20.0), SQUARE, 0.005), cosines(0.4, phase=1.0)
    values = [
        solve_mean_field(model, rho0, [0, 0.5], points=points, rtol=1e-10, resolution=1.0).at(SQUARE.grid(12))[1]
        for points in (12, 24, 36, 48, 60, 120)
    ]
    errors = np.array([np.abs(v - values[-1]).max() for v in values[:-1]])
    assert np.all(errors[1:] < errors[:-1] / 8) and errors[-1] < 1e-7


def test_the_error_follows_the_tolerance():
    model = Model(kernels.BiotSavart(8.0), SQUARE, 0.02)
    exactly = solve_mean_field(model, cosines(0.4, phase=1.0), [0, 0.5], points=48, rtol=1e-12)
    scale = np.std(exactly.values[-1])
    steps = []
    for rtol in (1e-4, 1e-6, 1e-8):
        rho = solve_mean_field(model, cosines(0.4, phase=1.0), [0, 0.5], points=48, rtol=rtol)
        assert np.std(rho.values[-1] - exactly.values[-1]) < 5 * rtol * scale
        steps.append(rho.steps)
    assert steps[0] < steps[1] < steps[2] < exactly.steps


def test_the_length_of_the_box_is_a_unit():
    """ρ_L(t, x) = L^{−2} ρ_1(t/L², x/L) for Biot–Savart, whose K(x) is |x|^{−1} times a constant; σ is unchanged."""
    unit = solve_mean_field(
        Model(kernels.BiotSavart(4.0), SQUARE, 0.01), cosines(0.4, phase=1.0), [0, 0.5], points=32, rtol=1e-10
    )
    large = solve_mean_field(
        Model(kernels.BiotSavart(4.0), Torus(2, 3.0), 0.01),
        lambda x: cosines(0.4, phase=1.0)(x / 3) / 9,
        [0, 4.5],
        points=32,
        rtol=1e-10,
    )
    assert np.abs(9 * large.values[1] - unit.values[1]).max() < 1e-10


def test_mass_and_free_energy():
    """Mass to 1e-13; ∫ρ log ρ σ + ½∫ρ V⋆ρ decreases along a gradient flow."""
    model = Model(kernels.Log(0.5), SQUARE, 0.2)
    rho = solve_mean_field(model, cosines(0.8, phase=0.5), np.linspace(0, 0.2, 6), points=48)
    assert np.abs(rho.mass - 1).max() < 1e-13
    k = np.fft.fftfreq(48, 1 / 48)
    symbol = model.kernel.potential_symbol((k[:, None], k[None, :]), SQUARE)
    energy = [
        0.2 * np.mean(v * np.log(v)) + 0.5 * np.sum(symbol * np.abs(np.fft.fft2(v) / v.size) ** 2) for v in rho.values
    ]
    assert np.all(np.diff(energy) < 0)
    assert rho.minimum[0] > 0 and rho.maximum[-1] < rho.maximum[0] and rho.points == 48


def test_filaments_are_not_returned_unresolved():
    """Euler: the field sharpens for ever; the time of loss of resolution grows with the grid."""
    model = Model(kernels.BiotSavart(), SQUARE)
    lost = []
    for points in (32, 64, 128):
        with pytest.raises(Unresolved, match=f"points = {points}: at t = .* the outermost modes carry") as caught:
            solve_mean_field(model, cosines(0.5, phase=1.0), [0, 1, 1000], points=points)
        solution = caught.value.solution
        assert not isinstance(caught.value, BlowUp)
        assert solution.times[:2].tolist() == [0, 1] and solution.times[2] == caught.value.time < 1000
        assert np.isfinite(solution.values).all() and solution.tail.max() <= 1e-5
        lost.append(caught.value.time)
    assert lost[0] < lost[1] < lost[2]


def test_supercritical_aggregation_is_a_blow_up():
    """Patlak–Keller–Segel at λ = 2.5 · 4σ: the time extrapolated settles with the grid, below the virial bound.

    On R² the variance 2w² would vanish at t = 2w²/(λ − 4σ); the periodic images only slow that by O(w²).
    """
    width, lam, sigma = 0.1, 1.0, 0.1
    estimates = []
    for points in (64, 128, 256):
        with pytest.raises(BlowUp, match="as in a blow-up at t = ") as caught:
            solve_mean_field(Model(kernels.Log(lam), SQUARE, sigma), bump(points, width), [0, 1], progress=False)
        assert np.isfinite(caught.value.solution.values).all()
        assert np.all(np.diff(caught.value.solution.maximum) > 0)
        assert caught.value.time < caught.value.estimate < 2 * width**2 / (lam - 4 * sigma)
        estimates.append(caught.value.estimate)
    assert np.ptp(estimates[1:]) < 0.05 * estimates[-1]


def test_a_collapse_without_noise_at_its_exact_time():
    """Sign(−1) on the circle, σ = 0: ρ' = ρ(ρ − 1) along characteristics, infinite at t = log(ρ_max/(ρ_max − 1))."""
    model = Model(kernels.Sign(-1.0), CIRCLE)
    with pytest.raises(BlowUp) as caught:
        solve_mean_field(model, cosines(0.5), [0, 2], points=2048)
    assert abs(caught.value.estimate / np.log(3) - 1) < 0.03
    # 1 − 1/ρ grows as e^t.
    growth = (1 - 1 / caught.value.solution.maximum[-1]) / (1 - 1 / 1.5)
    assert abs(growth / np.exp(caught.value.time) - 1) < 1e-5


@pytest.mark.parametrize(
    "model, rho0",
    [
        (Model(kernels.Kuramoto(2.0), CIRCLE), cosines(0.5)),
        (Model(kernels.Kuramoto(2.0), CIRCLE, 0.002), cosines(0.5)),
        (Model(kernels.Sign(-1.0), CIRCLE, 0.001), cosines(0.5)),
    ],
    ids=["exponential", "narrow", "viscous"],
)
def test_a_concentration_that_takes_for_ever_is_no_blow_up(model, rho0):
    """A Lipschitz kernel concentrates exponentially at most; noise stops a bounded one."""
    with pytest.raises(Unresolved) as caught:
        solve_mean_field(model, rho0, [0, 50], points=128)
    assert type(caught.value) is Unresolved


def test_an_initial_density_that_is_too_sharp():
    with pytest.raises(Unresolved, match="rho0 is not resolved by points = 64: the outermost modes carry") as caught:
        solve_mean_field(Model(kernels.BiotSavart(), SQUARE, 0.1), bump(64, 0.01), [3.0, 4.0])
    assert caught.value.time == 3.0 and caught.value.solution.times.tolist() == [3.0]

    def narrow(x):
        return np.exp(-np.sum((x - 0.501) ** 2, axis=-1) / 2e-6) / (2e-6 * np.pi)

    with pytest.raises(Unresolved, match="and its integral on the grid is "):
        solve_mean_field(Model(kernels.BiotSavart(), SQUARE, 0.1), narrow, [0, 1], points=64)


def test_a_step_too_large_is_named():
    model = Model(kernels.BiotSavart(50.0), SQUARE, 1e-4)
    with pytest.raises(Unresolved, match=r"dt = 0\.5 is beyond the stability bound|a step of dt = 0\.5 gave NaN"):
        solve_mean_field(model, cosines(0.5, phase=1.0), [0, 50], points=32, dt=0.5)


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"model": Model(kernels.Log(1.0), Euclidean(2))}, ValueError, "model.domain must be a Torus, large enough"),
        ({"model": None}, TypeError, "model must be a Model, got None"),
        ({"rho0": lambda x: 1.1 + 0 * x[..., 0]}, ValueError, "rho0 must have mass 1, got 1.1: divide it by"),
        (
            {"rho0": lambda x: 1 + 2 * np.cos(2 * np.pi * x[..., 0])},
            ValueError,
            "rho0 must be >= 0, got a minimum of -1",
        ),
        ({"rho0": lambda x: 1 + np.nan * x[..., 0]}, ValueError, "rho0 must be finite, got nan"),
        ({"rho0": lambda x: 1 + 0 * x}, ValueError, r"rho0 must have shape \(points,\) \* 2, got shape \(32, 32, 2\)"),
        ({"rho0": np.ones((32, 31))}, ValueError, r"rho0 must have shape \(points,\) \* 2, got shape \(32, 31\)"),
        ({"rho0": np.ones((16, 16))}, ValueError, r"rho0 must have points = 32 values an axis, got shape \(16, 16\)"),
        ({"rho0": "wave"}, TypeError, "rho0 must be a function or an array of grid values, got str"),
        ({"times": [0, 1, 1]}, ValueError, "times must be increasing"),
        ({"points": 3}, ValueError, "points must be >= 4, got 3"),
        ({"points": 2.5}, TypeError, "points must be an integer, got 2.5"),
        ({"dt": 0.0}, ValueError, "dt must be > 0, got 0.0"),
        ({"rtol": -1e-6}, ValueError, "rtol must be > 0, got -1e-06"),
        ({"resolution": 0.0}, ValueError, "resolution must be > 0, got 0.0"),
        ({"threads": 0}, ValueError, "threads must be >= 1, got 0"),
    ],
)
def test_bad_input(change, error, message):
    arguments = {
        "model": Model(kernels.BiotSavart(), SQUARE, 0.1),
        "rho0": cosines(0.3),
        "times": [0, 0.1],
        "points": 32,
    } | change
    with pytest.raises(error, match=message):
        solve_mean_field(**arguments)


def test_the_coefficient_takes_one_integer_an_axis():
    rho = solve_mean_field(Model(kernels.BiotSavart(), SQUARE, 0.1), cosines(0.3), [0.0], points=16)
    assert rho.steps == 0 and rho.values.shape == (1, 16, 16)
    for k in (1, (1, 0, 0), (1, 0.5)):
        with pytest.raises(ValueError, match="k must be 2 integers, got"):
            rho.coefficient(k)
    with pytest.raises(ValueError, match=r"x must have shape \(..., 2\), got shape \(3,\)"):
        rho.at([0.0, 0.0, 0.0])
