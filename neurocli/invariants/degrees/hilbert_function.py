"""Interpolation: the forms that vanish on a neurovariety, degree by degree, from random points of it.

The coordinate ring of the cone over X (over X x {1} when X is no cone) is graded by degree, and by every torus
that acts on X through the weights of the coordinates; such tori are found by linear algebra at one
point (the vector field of a torus is tangent to X) and split the interpolation into small blocks.
Ranks are exact modulo the prime; a block's rank at random points is the value of the multigraded Hilbert
function with high probability, and never more.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cached_property
from itertools import combinations_with_replacement
from math import comb

import numpy as np

from neurocli.algebra.matrices import kernel, rank
from neurocli.algebra.primes import derive_seed
from neurocli.algebra.reconstruction import integer_vector
from neurocli.algebra.rings import prime_field
from neurocli.errors import TooLarge
from neurocli.invariants.systems import RestrictedMap, jacobian_at, values_at

#: Most monomials of one degree, and most in one block.
MAX_MONOMIALS = 400_000
MAX_BLOCK = 4_000


@dataclasses.dataclass(frozen=True)
class Block:
    """Monomials of one degree and one weight.

    Args:
        weight: of every monomial.
        monomials: array (size, degree) of coordinate numbers, each row increasing.
    """

    weight: tuple[int, ...]
    monomials: np.ndarray


class Interpolation:
    """The forms on the span of the coordinates of a map, at random points modulo a prime.

    Args:
        restricted: the map, modulo a prime.
        homogeneous: the image is a cone; otherwise a last coordinate 1 is added.
        seed: of the points.
        gradings: weights to use; found when not given.
    """

    def __init__(self, restricted: RestrictedMap, homogeneous: bool, seed: int,
                 gradings: list[list[int]] | None = None) -> None:
        self.restricted, self.homogeneous, self.seed = restricted, homogeneous, seed
        self.p = restricted.characteristic
        self.count = len(restricted.coordinates) + (not homogeneous)
        self.gradings = self._find_gradings() if gradings is None else gradings
        self._points: np.ndarray | None = None

    def blocks(self, degree: int) -> Iterator[Block]:
        """The monomials of one degree by weight, in a fixed order.

        Raises:
            TooLarge: there are more than can be handled; the message says how many.
        """
        check_size(self.count, degree)
        monomials = np.array(list(combinations_with_replacement(range(self.count), degree)),
                             dtype=np.int64).reshape(-1, degree)
        weights = np.array(self.gradings, dtype=np.int64).reshape(len(self.gradings), self.count)
        totals = weights[:, monomials].sum(axis=2).T
        if not self.gradings:
            totals = np.zeros((len(monomials), 1), dtype=np.int64)
        distinct, inverse = np.unique(totals, axis=0, return_inverse=True)
        order = np.argsort(inverse.ravel(), kind="stable")
        bounds = np.searchsorted(inverse.ravel()[order], np.arange(len(distinct) + 1))
        largest = int(np.diff(bounds).max(initial=0))
        if largest > MAX_BLOCK:
            raise TooLarge(f"{self.restricted.parametrization.network}: {len(monomials):,} monomials of degree "
                           f"{degree} in {self.count} coordinates, {largest:,} of one weight; the limit is "
                           f"{MAX_BLOCK:,}", "ask for a lower degree")
        for i, weight in enumerate(distinct.tolist()):
            yield Block(tuple(weight), monomials[order[bounds[i]:bounds[i + 1]]])

    def matrix(self, block: Block) -> np.ndarray:
        """Values of the block's monomials (columns) at points (rows), more rows than columns."""
        points = self._values(len(block.monomials) + 8)
        modulus = np.uint64(self.p)
        columns = np.ones((len(points), len(block.monomials)), dtype=np.uint64)
        for factor in block.monomials.T:
            columns = columns * points[:, factor] % modulus
        return columns

    def kernel(self, block: Block) -> np.ndarray:
        """A basis of the forms that vanish, as rows on the block's monomials; canonical."""
        return kernel(self.matrix(block), self.p)

    def rank(self, block: Block) -> int:
        """Value of the multigraded Hilbert function."""
        return rank(self.matrix(block), self.p)

    def function(self, degree: int) -> int:
        """Value of the Hilbert function: dimension of the forms of one degree modulo those that vanish."""
        return sum(self.rank(block) for block in self.blocks(degree)) if degree else 1

    def _values(self, count: int) -> np.ndarray:
        known = 0 if self._points is None else len(self._points)
        if self._points is None or known < count:
            rows = [values_at(self.restricted, self.restricted.point(derive_seed(self.seed, "image", i)))
                    for i in range(known, count)]
            new = np.array(rows, dtype=np.uint64).reshape(len(rows), -1)
            if not self.homogeneous:
                new = np.concatenate([new, np.ones((len(new), 1), dtype=np.uint64)], axis=1)
            self._points = new if self._points is None else np.concatenate([self._points, new])
        return self._points[:count]

    def _find_gradings(self) -> list[list[int]]:
        """Integer weights of tori that act on X: combinations of exponents and outputs.

        The combinations w for which the vector (w_j y_j) lies in the tangent space at a random point.
        """
        labels = self.restricted.labels
        p, field = self.p, prime_field(self.p)
        if not labels or not isinstance(labels[0][1], tuple):
            return []
        outputs = sorted({output for output, _ in labels})
        candidates = [[int(output == o) for output, _ in labels] for o in outputs]
        candidates += [[exponents[i] for _, exponents in labels] for i in range(len(labels[0][1]))]
        point = self.restricted.point(derive_seed(self.seed, "grading"))
        y = np.array(values_at(self.restricted, point), dtype=np.uint64)
        tangent = jacobian_at(self.restricted, point)
        fields = [field.multiply(field.constant(np.array(c)), y) for c in candidates]
        solutions = kernel(np.concatenate([np.array(fields, dtype=np.uint64), tangent]).T, p)
        combinations = solutions[:, :len(candidates)]
        found = []
        for row in kernel(kernel(combinations, p), p):  # the canonical basis of the row space
            combination = integer_vector([int(v) for v in row], p)
            if combination is not None and max(map(abs, combination)) < 1000:
                weights = np.array(combination, dtype=np.int64) @ np.array(candidates, dtype=np.int64)
                found.append([int(w) for w in weights] + ([] if self.homogeneous else [0]))
        return found


def check_size(coordinates: int, degree: int) -> None:
    """Refuse interpolation in too many monomials.

    Raises:
        TooLarge: with the number.
    """
    monomials = comb(coordinates + degree - 1, degree)
    if monomials > MAX_MONOMIALS:
        shown = f"{monomials:,}" if monomials < 10**15 else f"about 10^{len(str(monomials)) - 1}"
        raise TooLarge(f"{shown} monomials of degree {degree} in {coordinates} coordinates; the limit is "
                       f"{MAX_MONOMIALS:,}", "ask for a lower degree")


@dataclasses.dataclass(frozen=True)
class HilbertSummary:
    """The Hilbert function up to some degree and what it suggests.

    Args:
        function: values at 0, 1, 2, ....
        h_vector: coefficients of (1 - t)^dimension times the series.
        degree: sum of the h-vector if it ended, else None.
    """

    function: tuple[int, ...]
    h_vector: tuple[int, ...]

    @cached_property
    def degree(self) -> int | None:
        """The degree, if two vanishing entries say that the h-vector has ended."""
        return sum(self.h_vector) if len(self.h_vector) > 2 and not any(self.h_vector[-2:]) else None


def hilbert_summary(interpolation: Interpolation, dimension: int, highest: int) -> HilbertSummary:
    """Hilbert function up to a degree, and its h-vector.

    Args:
        dimension: of the cone whose ring it is.
    """
    values = tuple(interpolation.function(d) for d in range(highest + 1))
    h = [sum((-1)**i * comb(dimension, i) * values[d - i] for i in range(d + 1)) for d in range(highest + 1)]
    return HilbertSummary(values, tuple(h))
