"""Ordinary polynomial systems for the tracker: sparse evaluation, and two homotopies.

Both homotopies are tracked in projective space: equations are made homogeneous with one more
unknown, the fibres are the lines through the origin, and the tracker's steps of least norm are
orthogonal to them.  Solutions at infinity are ordinary points there.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from neurocli.errors import UsageError
from neurocli.numerics.function_space import gaussian

Polynomial = Mapping[tuple[int, ...], int | float | complex | Fraction]


class SparsePolynomials:
    """Polynomials by their common monomials: values and derivatives at a batch of points.

    Args:
        polynomials: exponents -> coefficient, all with the same number of variables.

    Example:
        >>> p = SparsePolynomials([{(2, 0): 1, (0, 1): -3}])
        >>> value, slopes = p.evaluate(np.array([[2.0 + 0j, 1.0]]))
        >>> value.real.tolist(), slopes.real.tolist()
        ([[1.0]], [[[4.0], [-3.0]]])
    """

    def __init__(self, polynomials: Sequence[Polynomial]) -> None:
        monomials = sorted({e for p in polynomials for e in p})
        if not monomials:
            raise UsageError("every polynomial is zero", "give a system with finitely many solutions")
        self.exponents = np.array(monomials, dtype=np.int64)
        self.unknowns = self.exponents.shape[1]
        place = {e: i for i, e in enumerate(monomials)}
        self.coefficients = np.zeros((len(polynomials), len(monomials)), dtype=complex)
        for row, polynomial in enumerate(polynomials):
            for e, c in polynomial.items():
                self.coefficients[row, place[e]] = complex(c)
        self.degrees = [max((sum(e) for e, c in p.items() if c), default=0) for p in polynomials]
        self._columns = np.arange(self.unknowns)

    def monomials(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (B, T) and derivatives (B, n, T) of the monomials."""
        highest = int(self.exponents.max(initial=0))
        powers = np.ones((*x.shape, highest + 1), dtype=complex)
        for k in range(1, highest + 1):
            powers[..., k] = powers[..., k - 1] * x
        factors = powers[:, self._columns, self.exponents]  # (B, T, n)
        values = factors.prod(axis=-1)
        lower = powers[:, self._columns, np.maximum(self.exponents - 1, 0)] * self.exponents
        before, after = np.ones_like(factors), np.ones_like(factors)
        np.cumprod(factors[..., :-1], axis=-1, out=before[..., 1:])
        np.cumprod(factors[..., :0:-1], axis=-1, out=after[..., -2::-1])
        return values, (before * after * lower).swapaxes(1, 2)

    def evaluate(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (B, m) and derivatives, transposed (B, n, m)."""
        values, slopes = self.monomials(x)
        return values @ self.coefficients.T, slopes @ self.coefficients.T


def homogenized(polynomials: Sequence[Polynomial]) -> list[dict[tuple[int, ...], complex]]:
    """The polynomials with one more variable in front, each homogeneous."""
    result = []
    for polynomial in polynomials:
        degree = max((sum(e) for e, c in polynomial.items() if c), default=0)
        result.append({(degree - sum(e), *e): complex(c) for e, c in polynomial.items() if c})
    return result


class _Projective:
    """What homotopies in projective space share."""

    unknowns: int
    kernel = 1

    def _chart(self, seed: int) -> None:
        self._form = gaussian(np.random.default_rng([seed, 0xCA]), self.unknowns)

    def normalize(self, x: np.ndarray) -> np.ndarray:
        """Points of norm 1."""
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    def invariants(self, x: np.ndarray) -> np.ndarray:
        """Coordinates in a random chart."""
        return x / (x @ self._form)[:, None]


class TotalDegreeHomotopy(_Projective):
    """From x_i^d_i = x_0^d_i to a square system: G = (1 - q) gamma S + q F, q from 0 to 1.

    Args:
        polynomials: n polynomials in n variables.
        seed: for gamma.

    Raises:
        UsageError: not square, or a constant polynomial.
    """

    data = 1

    def __init__(self, polynomials: Sequence[Polynomial], seed: int = 0) -> None:
        homogeneous = homogenized(polynomials)
        self.target = SparsePolynomials(homogeneous)
        self.unknowns = self.target.unknowns
        self.degrees = self.target.degrees
        if len(polynomials) != self.unknowns - 1:
            raise UsageError(f"{len(polynomials)} equations in {self.unknowns - 1} unknowns",
                             "a total-degree homotopy needs a square system")
        if 0 in self.degrees:
            raise UsageError("an equation is constant", "remove it, or there is no solution")
        rng = np.random.default_rng([seed, 0x7D])
        gamma = gaussian(rng, len(polynomials))
        gamma /= np.abs(gamma)
        start: list[Polynomial] = []
        for i, degree in enumerate(self.degrees):
            own = tuple(degree if j == i + 1 else 0 for j in range(self.unknowns))
            start.append({own: complex(gamma[i]), (degree, *[0] * (self.unknowns - 1)): complex(-gamma[i])})
        self.start = SparsePolynomials(start)
        scale = np.abs(self.target.coefficients).max(axis=1, keepdims=True)
        self.target.coefficients /= scale
        self._chart(seed)

    def start_points(self) -> np.ndarray:
        """All solutions of the start system."""
        roots = [np.exp(2j * np.pi * np.arange(d) / d) for d in self.degrees]
        return self.normalize(np.array([(1.0, *point) for point in itertools.product(*roots)], dtype=complex))

    def evaluate(self, x: np.ndarray, q: np.ndarray, dq: np.ndarray
                 ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See `Homotopy`."""
        f, slopes_f = self.target.evaluate(x)
        g, slopes_g = self.start.evaluate(x)
        return ((1 - q) * g + q * f, (1 - q)[:, :, None] * slopes_g + q[:, :, None] * slopes_f, dq * (f - g))


class LinearFamily(_Projective):
    """Systems whose coefficients are linear in their data: monodromy over all coefficients.

    Args:
        members: members[k] is the system that belongs to the data vector e_k, as polynomials in n
            variables; all members have the same number of equations, made homogeneous together.
        seed: of the chart.
    """

    def __init__(self, members: Sequence[Sequence[Polynomial]], seed: int = 0) -> None:
        equations = len(members[0])
        degrees = [max(sum(e) for member in members for e, c in member[i].items() if c)
                   for i in range(equations)]
        rows: list[Polynomial] = [
            {(degrees[i] - sum(e), *e): complex(c) for e, c in member[i].items() if c}
            for member in members for i in range(equations)]
        self._all = SparsePolynomials(rows)
        self.unknowns = self._all.unknowns
        self.kernel = self.unknowns - equations
        self.data = len(members)
        self._tensor = self._all.coefficients.reshape(self.data, equations, -1)
        self._chart(seed)

    def evaluate(self, x: np.ndarray, q: np.ndarray, dq: np.ndarray
                 ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """See `Homotopy`."""
        values, slopes = self._all.monomials(x)
        both = np.tensordot(np.concatenate([q, dq]), self._tensor, axes=1)  # (2 B, m, T)
        count = len(x)
        transposed = both[:count].swapaxes(1, 2)
        return ((values[:, None] @ transposed)[:, 0], slopes @ transposed,
                (values[:, None] @ both[count:].swapaxes(1, 2))[:, 0])

    def data_through(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """For each point random data that it solves."""
        result = []
        for point in x:
            values, _ = self._all.monomials(point[None])
            conditions = (self._tensor @ values[0]).T  # (m, k)
            _, _, right = np.linalg.svd(conditions)
            null = right[conditions.shape[0]:].conj()
            result.append(gaussian(rng, len(null)) @ null)
        return np.array(result)
