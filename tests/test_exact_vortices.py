"""Taylor–Green, Lamb–Oseen and point vortices, held against the equation by finite differences and quadrature."""

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from mflimit import exact

FLOW = exact.TaylorGreen(sigma=0.03, amplitude=-0.7, mode=2, length=1.5, strength=1.3)
VORTEX = exact.LambOseen(sigma=0.2, variance=0.3, strength=1.7)
POINTS = np.array([[0.11, 0.57], [0.83, 0.29], [1.21, 1.02], [-0.4, 0.65]])


def central(function, x, axis, h):
    """Fourth-order centred difference along one coordinate."""
    shift = h * np.eye(2)[axis]
    return (8 * (function(x + shift) - function(x - shift)) - function(x + 2 * shift) + function(x - 2 * shift)) / (
        12 * h
    )


def residual(solution, x, t, sigma, h=1e-3):
    """∂_t ρ + u·∇ρ − σΔρ with the solution's own velocity (div u = 0)."""

    def density(y):
        return solution.density(y, t)

    time = (8 * (solution.density(x, t + h) - solution.density(x, t - h))) / (12 * h)
    time -= (solution.density(x, t + 2 * h) - solution.density(x, t - 2 * h)) / (12 * h)
    velocity = solution.velocity(x, t)
    transport = sum(velocity[..., i] * central(density, x, i, h) for i in range(2))
    laplacian = sum(central(lambda y, i=i: central(density, y, i, h), x, i, h) for i in range(2))
    return time, transport, sigma * laplacian


@pytest.mark.parametrize("solution, sigma", [(FLOW, 0.03), (VORTEX, 0.2)])
def test_solves_the_mean_field_equation(solution, sigma):
    time, transport, diffusion = residual(solution, POINTS, 0.4, sigma)
    np.testing.assert_allclose(transport, 0, atol=1e-8)
    np.testing.assert_allclose(time, diffusion, rtol=1e-6)
    assert np.abs(time).min() > 1e-3


@pytest.mark.parametrize("solution, background", [(FLOW, 1 / 1.5**2), (VORTEX, 0.0)])
def test_velocity_has_the_curl_of_the_density_and_no_divergence(solution, background):
    def u(i):
        return lambda y: solution.velocity(y, 0.4)[..., i]

    curl = central(u(1), POINTS, 0, 1e-3) - central(u(0), POINTS, 1, 1e-3)
    divergence = central(u(0), POINTS, 0, 1e-3) + central(u(1), POINTS, 1, 1e-3)
    np.testing.assert_allclose(curl, solution.strength * (solution.density(POINTS, 0.4) - background), atol=1e-8)
    np.testing.assert_allclose(divergence, 0, atol=1e-8)


def test_taylor_green_decays_as_in_the_books():
    flow = exact.TaylorGreen(sigma=0.02)
    peak = flow.density([0.0, 0.0], t=0.7) - 1
    assert peak == pytest.approx(0.5 * np.exp(-8 * np.pi**2 * 0.02 * 0.7), rel=1e-14)
    assert FLOW.vorticity(POINTS, 0.1) == pytest.approx(1.3 * (FLOW.density(POINTS, 0.1) - 1 / 2.25), abs=1e-14)
    assert np.mean(
        FLOW.density(np.stack(np.meshgrid(*[np.arange(16) * 1.5 / 16] * 2), axis=-1))
    ) * 2.25 == pytest.approx(1)


def test_lamb_oseen_circulation_and_moments():
    radius, t = 1.3, 0.5
    inside = quad(lambda r: 2 * np.pi * r * float(VORTEX.density([r, 0.0], t)), 0, radius)[0]
    speed = VORTEX.velocity([radius, 0.0], t)[1]
    assert speed * 2 * np.pi * radius == pytest.approx(1.7 * inside, rel=1e-10)
    second = quad(lambda r: 2 * np.pi * r**3 * float(VORTEX.density([r, 0.0], t)), 0, 40, limit=200)[0]
    assert second == pytest.approx(2 * VORTEX.variance_at(t), rel=1e-8)
    assert np.array_equal(VORTEX.velocity([0.0, 0.0]), [0.0, 0.0])


def vortex_drift(x, strength):
    """(1/N) Σ_{j≠i} K(x_i − x_j), by the definition."""
    difference = x[:, None] - x[None]
    squared = np.sum(difference**2, axis=-1) + np.eye(len(x))
    perpendicular = np.stack([-difference[..., 1], difference[..., 0]], axis=-1)
    return strength * np.sum(perpendicular / (2 * np.pi * squared[..., None]), axis=1) / len(x)


def test_two_vortices_solve_the_particle_system():
    x0, strength = np.array([[0.2, 0.1], [-0.3, 0.5]]), -1.4
    times = [0.0, 0.4, 1.3]
    path = solve_ivp(
        lambda t, y: vortex_drift(y.reshape(2, 2), strength).ravel(),
        (0, 1.3),
        x0.ravel(),
        t_eval=times,
        rtol=1e-11,
        atol=1e-12,
    )
    np.testing.assert_allclose(exact.two_vortices(x0, times, strength), path.y.T.reshape(-1, 2, 2), atol=1e-9)
    period = 4 * np.pi**2 * np.sum((x0[0] - x0[1]) ** 2) / abs(strength)
    np.testing.assert_allclose(exact.two_vortices(x0, period, strength), x0, atol=1e-12)


@pytest.mark.parametrize("n", [2, 3, 7])
def test_polygons_rotate_rigidly(n):
    angle = 2 * np.pi * np.arange(n) / n
    x = 0.6 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    rate = exact.polygon_rotation_rate(n, 0.6, 1.9)
    np.testing.assert_allclose(vortex_drift(x, 1.9), rate * np.stack([-x[:, 1], x[:, 0]], axis=-1), atol=1e-14)


def test_drift_is_the_rotated_gradient_of_the_hamiltonian():
    x, strength, h = POINTS, 1.7, 1e-5
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        gradient[i] = (exact.hamiltonian(x + step, strength) - exact.hamiltonian(x - step, strength)) / (2 * h)
    expected = -len(x) * np.stack([-gradient[:, 1], gradient[:, 0]], axis=-1)
    np.testing.assert_allclose(vortex_drift(x, strength), expected, atol=1e-8)


@pytest.mark.parametrize(
    "call, word",
    [
        (lambda: exact.TaylorGreen(sigma=-1.0), "sigma must be >= 0, got -1.0"),
        (lambda: exact.TaylorGreen(sigma=0.1, amplitude=1.5), r"amplitude must lie in \[-1, 1\].*got 1.5"),
        (
            lambda: exact.TaylorGreen(sigma=0.1).density(np.zeros((3, 1))),
            r"x must have shape \(..., 2\), got shape \(3, 1\)",
        ),
        (lambda: exact.TaylorGreen(sigma=0.1).density(np.zeros(2), t=-0.5), "t must be finite and >= 0, got -0.5"),
        (lambda: exact.LambOseen(sigma=0.1, variance=0.0), "variance must be > 0, got 0.0"),
        (lambda: exact.two_vortices([[1.0, 1.0], [1.0, 1.0]], 0.1), "x0 must hold two distinct points"),
        (lambda: exact.two_vortices(np.zeros((3, 2)), 0.1), r"x0 must have shape \(2, 2\), got shape \(3, 2\)"),
        (lambda: exact.polygon_rotation_rate(2, -1.0), "radius must be > 0, got -1.0"),
    ],
)
def test_bad_input(call, word):
    with pytest.raises(ValueError, match=word):
        call()
