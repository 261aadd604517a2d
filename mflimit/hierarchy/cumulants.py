"""The right-hand side of the BBGKY hierarchy in cumulants, up to three particles on the circle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..domains import Torus
from ..model import Model
from ..spectral import FourierGrid

Array = NDArray[np.float64]
Spectrum = NDArray[np.complex128]


@dataclass(frozen=True)
class Fields:
    """Values on the grid: f = ρ_{N,1}, h = N g_2, h3 = N² g_3, and lim N(ρ_{N,1} − ρ̄); None where not followed."""

    f: Array
    h: Array | None = None
    h3: Array | None = None
    correction: Array | None = None


class Cumulants:
    """The cumulants g_k of the marginals, ρ_{N,2} = f⊗f + g_2, ρ_{N,3} = f⊗f⊗f + Σ f⊗g_2 + g_3, with ε = 1/N:

        ∂_t g_k = σΔg_k − Σ_i ∂_i J_k(x_i; the others),

    closed by g_{order+1} = 0.  With u = K⋆f, w(x, z) = ∫K(x − y)h(z, y)dy, ψ(x) = ∫K(x − y)h(x, y)dy,
    ψ_3(x, z) = ∫K(x − y)h_3(x, z, y)dy and Φ_3 = ∫K(x_1 − y)h_3(x_2, x_3, y)dy, and K_12 = K(x_1 − x_2),

        J_1 = (1 − ε)(f u + εψ)
        J_2/ε = K_12(f_1 f_2 + εh_12) + (1 − 2ε)(u_1 h_12 + f_1 w_12 + εψ_3(1, 2)) − f_2(f_1 u_1 + εψ_1)
        J_3/ε² = K_12(f_1 h_23 + f_2 h_13 + εh_3) + K_13(f_1 h_23 + f_3 h_12 + εh_3)
                 + (1 − 3ε)(u_1 h_3 + f_1 Φ_3 + h_12 w_13 + h_13 w_12) − 2εψ_1 h_23 − ε(f_3 ψ_3(1, 2) + f_2 ψ_3(1, 3))
                 − u_1(f_2 h_13 + f_3 h_12 + 2f_1 h_23) − f_1(f_2 w_13 + f_3 w_12).

    The terms with a minus come from N − k instead of N particles that act on k.  All scaled fields have limits as
    ε → 0, which solve the equations at ε = 0, and then f^{(1)} = lim N(ρ_{N,1} − ρ̄) satisfies

        ∂_t f^{(1)} = σ∂²f^{(1)} − ∂(f^{(1)} u + f K⋆f^{(1)} − f u + ψ).

    Each product has two factors in each variable, so that the 2/3 rule makes this a Galerkin projection, on |k| <= m =
    ⌈points/3⌉ − 1, of the hierarchy with the symbol of K cut at m.
    """

    def __init__(self, model: Model, epsilon: float, order: int, points: int) -> None:
        torus: Torus = model.domain  # type: ignore[assignment]
        length = torus.length
        self.epsilon, self.order = epsilon, order
        self.grids = [FourierGrid(Torus(dim, length), points, threads=1) for dim in range(1, order + 1)]
        self.with_correction = epsilon == 0.0 and order > 1
        line = self.grids[0]
        #: K̂ at the wave number of the first variable.
        self.symbols = [model.kernel.symbol(grid.wavenumbers[:1], torus)[0] for grid in self.grids]
        force = line.synthesise(self.symbols[0] / length)
        index = np.arange(points)
        #: K(x − y) on the grid, and ∫K(x − y) · dy.
        self.force = force[(index[:, None] - index) % points]
        self.convolution = self.force * (length / points)
        self.laplacians = [-model.sigma * (2 * np.pi / length) ** 2 * grid.square for grid in self.grids]
        self.slopes = [[2j * np.pi / length * k for k in grid.wavenumbers] for grid in self.grids]

    def heat(self) -> Array:
        """The multipliers of σΔ, in the layout of `pack`."""
        parts = self.laplacians + ([self.laplacians[0]] if self.with_correction else [])
        return np.concatenate([part.reshape(-1) for part in parts]).astype(float)

    def pack(self, fields: Fields) -> Spectrum:
        """All coefficients as one vector."""
        values = [fields.f, fields.h, fields.h3][: self.order]
        parts = [grid.analyse(value) for grid, value in zip(self.grids, values, strict=True)]  # type: ignore[arg-type]
        if self.with_correction:
            parts.append(self.grids[0].analyse(fields.correction))  # type: ignore[arg-type]
        return np.concatenate([part.reshape(-1) for part in parts])

    def unpack(self, vector: Spectrum) -> Fields:
        """The fields on the grid."""
        grids = self.grids + ([self.grids[0]] if self.with_correction else [])
        values = [grid.synthesise(part) for grid, part in zip(grids, self._spectra(vector), strict=True)]
        correction = values.pop() if self.with_correction else None
        h, h3 = (values[i] if self.order > i else None for i in (1, 2))
        return Fields(values[0], h, h3, correction)

    def _spectra(self, vector: Spectrum) -> list[Spectrum]:
        """The parts of a packed vector: f, h, h_3, and f^{(1)} where it is followed."""
        shapes = [grid.shape for grid in self.grids] + ([self.grids[0].shape] if self.with_correction else [])
        ends = np.cumsum([np.prod(shape) for shape in shapes])
        return [part.reshape(shape) for part, shape in zip(np.split(vector, ends[:-1]), shapes, strict=True)]

    def _convolved(self, part: Spectrum) -> Array:
        """∫K(x_1 − y) g(y, …) dy on the grid."""
        return self.grids[part.ndim - 1].synthesise(self.symbols[part.ndim - 1] * part)

    def rates(self, vector: Spectrum, out: Spectrum) -> None:
        """out = −Σ_i ∂_i J_k for every k, in the layout of `pack`."""
        fields = self.unpack(vector)
        epsilon, force, convolution = self.epsilon, self.force, self.convolution
        f, h, h3 = fields.f, fields.h, fields.h3
        spectra = self._spectra(vector)
        u = self._convolved(spectra[0])
        psi = np.zeros_like(f) if h is None else np.einsum("xy,xy->x", convolution, h)
        parts = [self._divergence((1 - epsilon) * (f * u + epsilon * psi))]
        if h is not None:
            w = self._convolved(spectra[1])
            psi3 = np.zeros_like(h) if h3 is None else np.einsum("xy,xzy->xz", convolution, h3)
            flux = (1 - 2 * epsilon) * (u[:, None] * h + f[:, None] * w + epsilon * psi3)
            flux += force * (np.outer(f, f) + epsilon * h) - np.outer(f * u + epsilon * psi, f)
            parts.append(self._divergence(flux))
            if h3 is not None:
                parts.append(self._divergence(self._triple(f, h, h3, u, w, psi, psi3, self._convolved(spectra[2]))))
            if self.with_correction:
                first: Array = fields.correction  # type: ignore[assignment]
                parts.append(self._divergence(first * u + f * self._convolved(spectra[-1]) - f * u + psi))
        np.concatenate([part.reshape(-1) for part in parts], out=out)

    def _triple(self, f: Array, h: Array, h3: Array, u: Array, w: Array, psi: Array, psi3: Array, phi3: Array) -> Array:
        """J_3/ε²; each line is written for one of the two others, and the flux is symmetric in them."""
        epsilon = self.epsilon
        one, two, three = (slice(None), None, None), (None, slice(None), None), (None, None, slice(None))
        pair12, pair13, pair23 = (..., None), (slice(None), None, slice(None)), (None, ...)
        weight = self.force - u[:, None]
        half = weight[pair12] * (f[one] * h[pair23] + f[two] * h[pair13])
        half += epsilon * (self.force[pair12] * h3 - f[three] * psi3[pair12])
        half += ((1 - 3 * epsilon) * h - np.outer(f, f))[pair12] * w[pair13]
        flux = half + half.swapaxes(1, 2)
        flux += (1 - 3 * epsilon) * (u[one] * h3 + f[one] * phi3)
        flux -= 2 * epsilon * psi[one] * h[pair23]
        return flux

    def _divergence(self, flux: Array) -> Spectrum:
        """−Σ_i ∂_i J(x_i; the others), for J symmetric in the others."""
        grid, slopes = self.grids[flux.ndim - 1], self.slopes[flux.ndim - 1]
        total = np.zeros(grid.shape, dtype=complex)
        for axis, slope in enumerate(slopes):
            total -= slope * grid.analyse(np.ascontiguousarray(flux.swapaxes(0, axis)))
        return total
