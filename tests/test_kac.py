"""Kac's walk against the exact law of the sphere, its limit against BKW and moments, its gap, and measures of chaos."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import betaln, comb
from scipy.stats import kstest

from mflimit import _streams, kac
from mflimit.exact.bkw import BKW
from mflimit.exact.kac_sphere import KacSphere

STEEP = kac.AngleLaw(lambda theta: 1 / (0.3 + np.sin(theta) ** 2))
ATOMS = kac.AngleLaw(([0.9, 2.0], [1.0, 3.0]))
LAWS = {"uniform": kac.AngleLaw(), "steep": STEEP, "atoms": ATOMS}
MASK = 2**64 - 1


class Naive:
    """xoshiro256++ in whole numbers of Python, and Kac's walk with it."""

    def __init__(self, words):
        self.s = [int(word) for word in words]

    def uniform(self):
        s = self.s
        total = (s[0] + s[3]) & MASK
        word = (((total << 23) | (total >> 41)) + s[0]) & MASK
        shifted = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = ((s[3] << 45) | (s[3] >> 19)) & MASK
        return (word >> 11) / 2**53

    def walk(self, v, collisions):
        v = list(v)
        for _ in range(collisions):
            i, j = int(self.uniform() * len(v)), int(self.uniform() * (len(v) - 1))
            j += j >= i
            while True:
                x, y = 2 * self.uniform() - 1, 2 * self.uniform() - 1
                if 0 < x * x + y * y < 1:
                    break
            turn = np.array([[x, y], [-y, x]]) / np.hypot(x, y)
            v[i], v[j] = turn @ turn @ [v[i], v[j]]
        return v


def test_walk_against_its_naive_twin():
    """The same stream, the same collisions, to rounding; the first output of the generator is that published."""
    assert Naive([1, 2, 3, 4]).uniform() == 41943041 / 2**64 // 2**-53 * 2**-53
    state = np.array([1, 2, 3, 4], dtype=np.uint64)
    v0 = np.array([1.0, -2.0, 0.5, 0.3, 1.1])
    run = kac.walk(v0, [0.0, 12.0], rng=np.random.default_rng(8))
    source = np.random.default_rng(8)
    state = _streams.streams(source, 1)[0]
    assert run.collisions == source.poisson(5 * 12.0)
    np.testing.assert_allclose(run.v[-1], Naive(state).walk(v0, run.collisions), rtol=1e-12)


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize("law", LAWS)
def test_equilibrium_marginals(law, gamma):
    """v_1 of 10000 copies against the exact marginal of the sphere: Kolmogorov–Smirnov at the level 0.1%."""
    start = np.tile(np.sqrt([6.0, 0, 0, 0, 0, 0]), (10_000, 1))
    v = kac.walk(start, [0.0, 30.0], rng=1, angle=LAWS[law], gamma=gamma).v[-1]
    assert kstest(v[:, 0], KacSphere(6).cdf).pvalue > 1e-3
    assert kstest(v[:, 4], KacSphere(6).cdf).pvalue > 1e-3


@pytest.mark.parametrize("law", LAWS)
def test_fourth_moment_on_its_way(law):
    """E Σ v_i⁴/N at every time, for N = 5, from its closed form: 40000 copies, within 4 standard errors."""
    times = np.array([0.0, 0.2, 0.7, 2.0])
    v = kac.walk(np.ones((40_000, 5)), times, rng=0, angle=LAWS[law]).v
    fourth = np.mean(v**4, axis=2)
    expected = KacSphere(5).moment4(1.0, times, LAWS[law].cosine(4))
    error = fourth.std(axis=1) / 200
    assert (np.abs(fourth.mean(axis=1) - expected) <= 4 * error + 1e-12).all()
    assert error.max() < 0.01 < np.abs(np.diff(expected)).min()


def test_collision_rates():
    """N t of them for γ = 0; N t E(v_1² + v_2²)^{γ/2} at equilibrium, (v_1² + v_2²)/N being Beta(1, (N − 2)/2)."""
    n, t, copies = 8, 2.0, 500
    for gamma in (0.0, 1.0, 0.6):
        counts = [
            kac.walk(KacSphere(n).sample(copies, rng=seed), [0.0, t], rng=seed, gamma=gamma).collisions / copies
            for seed in range(12)
        ]
        mean = np.exp(gamma / 2 * np.log(n) + betaln(1 + gamma / 2, n / 2 - 1) - betaln(1, n / 2 - 1))
        assert abs(np.mean(counts) - n * t * mean) < 5 * np.std(counts, ddof=1) / np.sqrt(12)
        assert np.std(counts) < 0.02 * n * t
    assert kac.walk(np.zeros(4), [0, 1.0], gamma=1.0).collisions == 0


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize("law", LAWS)
def test_energy_is_kept(law, gamma):
    v0 = np.random.default_rng(0).normal(size=50)
    run = kac.walk(v0, [0.0, 10.0, 4000.0], angle=LAWS[law], gamma=gamma)
    assert run.collisions > 150_000
    np.testing.assert_allclose(np.sum(run.v**2, axis=1), np.sum(v0**2), rtol=1e-12)


def test_seeds_and_batches():
    v0 = np.random.default_rng(0).normal(size=(3, 20))
    first = kac.walk(v0, [0, 1, 2], rng=4)
    assert first.v.shape == (3, 3, 20) and np.array_equal(first.v[0], v0)
    assert np.array_equal(first.v, kac.walk(v0, [0, 1, 2], rng=4).v)
    assert not np.array_equal(first.v[1], kac.walk(v0, [0, 1, 2], rng=5).v[1])
    same = kac.walk(np.tile(v0[0], (2, 1)), [0.0, 1.0]).v[-1]
    assert not np.array_equal(same[0], same[1])


def test_same_bits_on_any_number_of_threads():
    program = (
        "import numba, numpy as np\nfrom mflimit import kac\n"
        "v = np.random.default_rng(0).normal(size=(9, 30))\n"
        "for threads in (1, 2):\n"
        "    numba.set_num_threads(threads)\n"
        "    print(kac.walk(v, [0, 5.0], gamma=1.0).v.tobytes().hex()[::37])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], env={"NUMBA_NUM_THREADS": "2"}, capture_output=True, text=True, check=True
    )
    first, second = run.stdout.splitlines()
    assert first == second and len(first) > 100


def test_angle_laws():
    """Averages against closed forms: ⟨cos^p sin^q⟩, and the Poisson kernel; the alias table carries the weights."""
    law = kac.AngleLaw()
    assert law.moment(4, 2) == pytest.approx(1 / 16, rel=1e-13)
    assert law.moment(3, 2) == pytest.approx(0, abs=1e-15)
    poisson = kac.AngleLaw(lambda theta: 1 / (1.25 - np.cos(theta)))
    assert [poisson.cosine(m) for m in (1, 4, 60)] == pytest.approx([0.5, 0.5**4, 0.5**60], abs=1e-15)
    assert ATOMS.moment(0, 1) == 0
    for law in LAWS.values():
        cosine, sine, keep, alias = law.table()
        drawn = (keep + np.bincount(alias, 1 - keep, keep.size)) / keep.size
        np.testing.assert_allclose(drawn, law.weights, atol=1e-15)
        np.testing.assert_allclose(np.arctan2(sine, cosine), law.angles, atol=1e-15)


@pytest.mark.parametrize("law", ["uniform", "steep"])
@pytest.mark.parametrize("scale", [None, 1.4])
@pytest.mark.parametrize("alpha", [0.35, 2 / 3])
def test_bkw(alpha, scale, law):
    """The whole density and its slope to 1e-8, for a temperature other than 1, at several times."""
    exact = BKW(1, alpha=alpha, temperature=1.4, rate=(1 - LAWS[law].cosine(4)) / 4)
    times = [0.0, 0.3, 1.0, 5.0]
    flow = kac.solve_kac_boltzmann(lambda v: exact.density(v[..., None], 0.0), times, angle=LAWS[law], scale=scale)
    v = np.linspace(-9, 9, 181)
    expected = np.array([exact.density(v[:, None], t) for t in times])
    np.testing.assert_allclose(flow.density(v), expected, atol=1e-8)
    h = 1e-4
    slopes = (flow.density(v + h) - flow.density(v - h)) / (2 * h)
    np.testing.assert_allclose(flow.slope(v), slopes, atol=1e-7)
    assert flow.temperature == pytest.approx(1.4, rel=1e-10)
    assert np.abs(expected[1] - expected[0]).max() > 0.002


def three_bumps(v):
    """Neither even nor centred."""
    return sum(
        share * np.exp(-((v - centre) ** 2) / (2 * var)) / np.sqrt(2 * np.pi * var)
        for share, centre, var in ((0.5, 0.8, 0.3), (0.3, -1.0, 0.2), (0.2, 0.1, 0.6))
    )


@pytest.mark.parametrize("law", LAWS)
def test_moments_of_the_limit(law):
    """m_k' = 2(Σ_p (k over p)⟨cos^p sin^{k−p}⟩ m_p m_{k−p} − m_k), integrated on its own up to k = 6."""
    g, times = LAWS[law], np.array([0.0, 0.4, 1.5])
    v = np.linspace(-8, 8, 4001)
    start = [np.sum(v**k * three_bumps(v)) * (v[1] - v[0]) for k in range(7)]

    shares = [[comb(k, p) * g.moment(p, k - p) for p in range(k + 1)] for k in range(7)]

    def velocity(t, m):
        return [2 * (sum(share * m[p] * m[k - p] for p, share in enumerate(shares[k])) - m[k]) for k in range(7)]

    expected = solve_ivp(velocity, (0, 1.5), start, t_eval=times, method="DOP853", rtol=1e-11, atol=1e-12).y
    flow = kac.solve_kac_boltzmann(three_bumps, times, angle=g)
    for k in range(1, 7):
        np.testing.assert_allclose(flow.moment(k), expected[k], atol=1e-9)
    decay = np.exp(-2 * (1 - g.cosine(1)) * times)
    np.testing.assert_allclose(flow.moment(1), expected[1][0] * decay, atol=1e-9)


def test_degree_does_not_change_the_coefficients_kept():
    coarse, fine = (kac.solve_kac_boltzmann(three_bumps, [0.0, 1.0], degree=d) for d in (96, 160))
    np.testing.assert_allclose(coarse.coefficients, fine.coefficients[:, :97], atol=1e-10)
    assert fine.tail < coarse.tail < 1e-8


@pytest.mark.parametrize("law", ["uniform", "steep"])
def test_entropy_and_its_production(law):
    """−dH/dt is Boltzmann's integral, to 1e-6; entropy and Fisher information fall to those of the Gaussian."""
    h, t = 1e-3, 0.5
    times = [0.0, t - h, t, t + h, 2.0, 40.0]
    flow = kac.solve_kac_boltzmann(three_bumps, times, angle=LAWS[law])
    entropy, production = flow.entropy(), flow.entropy_production()
    assert (entropy[1] - entropy[3]) / (2 * h) == pytest.approx(production[2], rel=1e-6)
    assert production[2] > 0.01 and (production[:-1] > 0).all()
    assert (np.diff(entropy) < 0).all() and (np.diff(flow.fisher_information()) < 0).all()
    # the mean, too, is forgotten: the Gaussian has variance ∫v² f, whatever the mean at first
    assert flow.relative_entropy()[-1] == pytest.approx(0, abs=1e-10)
    assert flow.fisher_information()[-1] == pytest.approx(1 / flow.temperature, rel=1e-9)
    assert entropy[-1] == pytest.approx(-0.5 * np.log(2 * np.pi * np.e * flow.temperature), abs=1e-9)


def test_entropy_against_quadrature():
    flow = kac.solve_kac_boltzmann(three_bumps, [0.0])
    v = np.linspace(-7, 7, 20_001)
    f, dv = three_bumps(v), v[1] - v[0]
    assert flow.entropy()[0] == pytest.approx(np.sum(f * np.log(f)) * dv, abs=1e-9)
    assert flow.fisher_information()[0] == pytest.approx(np.sum(np.gradient(f, dv) ** 2 / f) * dv, rel=1e-4)


@pytest.mark.parametrize("n", range(2, 9))
def test_spectral_gap(n):
    """(N + 2)/(2(N − 1)), in symmetric polynomials up to degree 8; the next parity below does not beat it."""
    expected = (n + 2) / (2 * (n - 1))
    assert expected == pytest.approx(KacSphere(n).gap(), rel=1e-15)
    for degree in (4, 5, 8):
        assert kac.spectral_gap(n, degree) == pytest.approx(expected, abs=1e-8)
    law = kac.AngleLaw(lambda theta: 1 + 0.3 * np.cos(4 * theta))
    assert kac.spectral_gap(n, angle=law) == pytest.approx(0.85 * expected, abs=1e-8)


@pytest.mark.parametrize("n, degree", [(8, 4), (4, 6), (3, 8)])
def test_gap_among_all_polynomials(n, degree):
    assert kac.spectral_gap(n, degree, symmetric=False) == pytest.approx(KacSphere(n).gap(), abs=1e-8)


@pytest.mark.parametrize("symmetric", [True, False])
def test_generator_against_its_definition(symmetric):
    """(2/(N − 1)) Σ_{i<j} (⟨F(R_ij(θ)v)⟩ − F(v)) at a point, with R_ij(θ)v for every atom θ; L|v|⁶ = 0."""
    n, degree, law = 3, 6, STEEP
    matrix, exponents = kac.generator_matrix(n, degree, angle=law, symmetric=symmetric)
    coefficients = np.random.default_rng(3).normal(size=len(exponents))

    def value(c, v):
        total = 0.0
        for factor, powers in zip(c, exponents, strict=True):
            orders = {powers} if not symmetric else {tuple(powers[i] for i in p) for p in PERMUTATIONS}
            total = total + factor * sum(np.prod([v[i] ** order[i] for i in range(n)], axis=0) for order in orders)
        return total

    point = np.array([0.3, -1.1, 0.8])
    mean = 0.0
    cos, sin = np.cos(law.angles), np.sin(law.angles)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        turned = np.tile(point[:, None], (1, cos.size))
        turned[i], turned[j] = cos * point[i] + sin * point[j], cos * point[j] - sin * point[i]
        mean += law.weights @ value(coefficients, turned) - value(coefficients, point)
    assert value(matrix @ coefficients, point) == pytest.approx(2 / (n - 1) * mean, rel=1e-11)
    assert np.abs(np.linalg.eigvals(matrix)).min() < 1e-12


PERMUTATIONS = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]


def test_joint_moments_of_the_sphere():
    """E v_1² v_2² = N/(N + 2), E v_1² v_2² v_3² = N²/((N + 2)(N + 4)); the variance identity for (1/N)Σ v_i⁴."""
    n, copies = 5, 40_000
    v = KacSphere(n).sample(copies, rng=0)
    for k, expected in ((2, n / (n + 2)), (3, n**2 / ((n + 2) * (n + 4)))):
        mean, error = kac.joint_expectation(v, [np.square] * k)
        assert abs(mean - expected) < 4 * error and error < 0.005
    mean, error = kac.joint_expectation(v, [np.square])
    assert mean == pytest.approx(1, abs=1e-12)
    by_hand = np.mean([v[:, i] * v[:, j] ** 2 * np.cos(v[:, k]) for i, j, k in TRIPLES], axis=0).mean()
    mean, _ = kac.joint_expectation(v, [lambda x: x, np.square, np.cos])
    assert mean == pytest.approx(by_hand, abs=1e-13)
    fourth = 3 * n / (n + 2)
    eighth, mixed = (c * n**4 / (n * (n + 2) * (n + 4) * (n + 6)) for c in (105, 9))
    expected = (eighth - fourth**2) / n + (1 - 1 / n) * (mixed - fourth**2)
    variance, error = kac.empirical_variance(v, lambda x: x**4)
    assert abs(variance - expected) < 4 * error < 0.1 * expected


TRIPLES = [(i, j, k) for i in range(5) for j in range(5) for k in range(5) if len({i, j, k}) == 3]


def test_a_symmetric_law_that_is_not_chaotic():
    """Half uniform, half signs: D² against quadrature of |E∏ − ∏E|² for N = ∞; each half by itself is chaotic."""
    n, copies = 200, 3200
    sphere = KacSphere(n).sample(copies, rng=0)
    signs = np.random.default_rng(1).choice([-1.0, 1.0], size=(copies, n))
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / np.sqrt(2 * np.pi)
    difference = (np.exp(-(points**2) / 2) - np.cos(points)) / 2
    expected = np.sum(weights * difference**2) ** 2
    defect, error = kac.chaos_defect(kac.mixture(sphere, signs), nodes=24)
    assert abs(defect - expected) < 4 * error + 4 / n * expected and error < 0.05 * expected
    for chaotic in (sphere, signs):
        defect, error = kac.chaos_defect(chaotic)
        assert abs(defect) < 0.02 * expected and error < 0.02 * expected
    variance, _ = kac.empirical_variance(kac.mixture(sphere, signs), np.cos)
    # (1/4)(e^{−1/2} − cos 1)² by the choice between the halves
    assert variance == pytest.approx((np.exp(-0.5) - np.cos(1)) ** 2 / 4, rel=0.1)


def test_defect_of_the_sphere():
    """N = 3: the pair law is exact, so is D², by Gauss–Hermite in (ξ, η) and quadrature on the disc; nodes agree."""
    v = KacSphere(3).sample(64_000, rng=2)
    points, weights = np.polynomial.hermite_e.hermegauss(12)
    weights = weights / np.sqrt(2 * np.pi)
    radius = np.hypot.outer(points, points) * np.sqrt(3)

    def sinc(r):
        return np.sinc(r / np.pi)

    # on S², E e^{i(ξv_1 + ηv_2)} = sin(√3|(ξ, η)|)/(√3|(ξ, η)|)
    gap = sinc(radius) - np.outer(sinc(np.sqrt(3) * points), sinc(np.sqrt(3) * points))
    defect, error = kac.chaos_defect(v)
    assert abs(defect - weights @ gap**2 @ weights) < 4 * error < 0.2 * defect


def test_chaos_propagates():
    """Cov(φ(v_1), φ(v_2)) = O(1/N) at t = 1 from independent velocities put on the sphere; the mean is the limit's."""
    law = BKW(1)
    limit = kac.solve_kac_boltzmann(lambda v: law.density(v[..., None], 0.0), [0.0, 1.0])
    v = np.linspace(-10, 10, 2001)
    expected = np.sum(limit.density(v)[-1] * np.cos(v)) * (v[1] - v[0])
    n, copies = 100, 4000
    start = kac.to_sphere(law.sample(n * copies, rng=3).reshape(copies, n))
    final = kac.walk(start, [0.0, 1.0], rng=3).v[-1]
    for k in (1, 2, 3):
        mean, error = kac.joint_expectation(final, [np.cos] * k)
        assert abs(mean - expected**k) < 4 * error + 1 / n
        assert error < 0.1 / n * k
    assert kac.empirical_variance(final, np.cos)[0] < 1 / n


def density_of_mass_2(v):
    return 2 * np.exp(-(v**2) / 2) / np.sqrt(2 * np.pi)


def narrow(v):
    return np.exp(-(v**2) / 2e-4) / np.sqrt(2e-4 * np.pi)


def bumps_of_energy_1(v):
    return (density_of_mass_2(2 * v - 3**0.5) + density_of_mass_2(2 * v + 3**0.5)) / 2


def box(v):
    return (np.abs(v) < 1) / 2


@pytest.mark.parametrize(
    "call, error, word",
    [
        (lambda: kac.walk([1.0], [0, 1]), ValueError, r"v0 must have shape \(n,\) or .* got shape \(1,\)"),
        (lambda: kac.walk([1.0, np.nan], [0, 1]), ValueError, r"v0 must be finite, got v0\[1\] = nan"),
        (lambda: kac.walk("ab", [0, 1]), TypeError, "v0 must be an array of real numbers, got str"),
        (lambda: kac.walk([1.0, 2.0], [1, 0]), ValueError, "times must be increasing"),
        (lambda: kac.walk([1.0, 2.0], [0, 1], gamma=-1), ValueError, "gamma must be >= 0, got -1"),
        (lambda: kac.walk([1.0, 2.0], [0, 1], rng=1.5), TypeError, "rng must be a seed .* got 1.5"),
        (lambda: kac.walk([1.0, 2.0], [0, 1], angle=3), TypeError, "angle must be None, a density or a pair.* got 3"),
        (lambda: kac.AngleLaw(lambda t: np.cos(t)), ValueError, "angle must have weights >= 0"),
        (lambda: kac.AngleLaw(([0.1, 0.2], [1.0])), ValueError, r"angle must be .* got shapes \(2,\), \(1,\)"),
        (lambda: kac.solve_kac_boltzmann(density_of_mass_2, [0.0]), ValueError, "f0 must have mass 1, got 2"),
        (lambda: kac.solve_kac_boltzmann(narrow, [0.0], scale=1.0), ValueError, "degree = 128 with scale = 1 leaves"),
        (lambda: kac.solve_kac_boltzmann(box, [0.0]), ValueError, "f0 is too rough for tol = 1e-08"),
        (
            lambda: kac.solve_kac_boltzmann(bumps_of_energy_1, [0, 9], scale=0.5),
            ValueError,
            "degree = 128 with scale = 0.5 leaves",
        ),
        (lambda: kac.solve_kac_boltzmann(3.0, [0.0]), TypeError, "f0 must be a function, got 3.0"),
        (lambda: kac.solve_kac_boltzmann(lambda v: -v, [0.0]), ValueError, "f0 must be finite and >= 0"),
        (lambda: kac.solve_kac_boltzmann(box, [0.0], degree=500), ValueError, r"degree must be in \[8, 400\], got 500"),
        (lambda: kac.spectral_gap(1), ValueError, "n must be >= 2, got 1"),
        (lambda: kac.spectral_gap(3, 1), ValueError, "degree must be >= 2, got 1"),
        (lambda: kac.spectral_gap(8, 12, symmetric=False), ValueError, "n = 8 and degree = 12 make 50388 monomials"),
        (lambda: kac.to_sphere([0.0, 0.0]), ValueError, "v must not be 0"),
        (lambda: kac.mixture([[1.0]], [[1.0, 2.0]]), ValueError, r"first and second .* got \(1, 1\) and \(1, 2\)"),
        (lambda: kac.mixture([[1.0]], [[2.0]], weight=2), ValueError, r"weight must be in \[0, 1\], got 2"),
        (lambda: kac.joint_expectation(np.ones((5, 2)), [np.cos] * 3), ValueError, "got 3 for n = 2"),
        (lambda: kac.empirical_variance(np.ones((5, 2)), np.mean), ValueError, "observable must return one value"),
        (lambda: kac.chaos_defect(np.ones((5, 2))), ValueError, r"x must have shape \(R, n\) with R >= 32"),
        (lambda: kac.chaos_defect(np.ones((50, 2)), scale=0), ValueError, "scale must be > 0, got 0"),
    ],
)
def test_bad_input(call, error, word):
    with pytest.raises(error, match=word):
        call()
