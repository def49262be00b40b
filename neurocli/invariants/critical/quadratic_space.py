"""Quadratic forms over Q: an orthogonal basis, the radical, and the projection along it in the form's Clifford algebra.

Let f_1, ..., f_n be an orthogonal basis of (W, Q) with squares q_1, ..., q_r, not zero, and 0, ..., 0.  In the
Clifford algebra of Q the blade B = f_1 ^ ... ^ f_r has the square +-q_1 ... q_r, so it is invertible, and

    x  ->  (x . B) B~ / (B B~)

is the orthogonal projection onto the span of f_1, ..., f_r.  Its kernel is the complement of that span,
which is the radical {v: v . w = 0 for all w}: so this is the projection W -> W / rad Q.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from neurocli.errors import InternalError

Row = tuple[Fraction, ...]
#: Largest dimension in which the Clifford algebra is built; beyond, the same formula in orthogonal coordinates.
MAX_GENERATORS = 10


@dataclasses.dataclass(frozen=True)
class OrthogonalBasis:
    """An orthogonal basis of a quadratic space over Q.

    Args:
        gram: the form, in the given basis.
        vectors: the orthogonal basis in the given one, those of square zero last.
        squares: their values.
    """

    gram: tuple[Row, ...]
    vectors: tuple[Row, ...]
    squares: Row

    @property
    def rank(self) -> int:
        """Rank of the form."""
        return sum(1 for q in self.squares if q)

    @property
    def radical(self) -> tuple[Row, ...]:
        """A basis of the vectors that are orthogonal to all."""
        return self.vectors[self.rank:]

    @property
    def signature(self) -> tuple[int, int, int]:
        """Numbers of positive, negative and zero squares."""
        return (sum(q > 0 for q in self.squares), sum(q < 0 for q in self.squares), len(self.squares) - self.rank)


def orthogonal_basis(gram: Sequence[Sequence[Fraction]]) -> OrthogonalBasis:
    """An orthogonal basis, by symmetric elimination over Q.

    Args:
        gram: a symmetric matrix.

    Example:
        >>> basis = orthogonal_basis([[Fraction(0), Fraction(1)], [Fraction(1), Fraction(0)]])
        >>> basis.squares, basis.signature
        ((Fraction(2, 1), Fraction(-1, 2)), (1, 1, 0))
    """
    n = len(gram)
    form = [[Fraction(v) for v in row] for row in gram]
    vectors = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]

    def add(target: int, source: int, factor: Fraction) -> None:
        """f_target += factor f_source, in the basis and in the form."""
        vectors[target] = [a + factor * b for a, b in zip(vectors[target], vectors[source], strict=True)]
        form[target] = [a + factor * b for a, b in zip(form[target], form[source], strict=True)]
        for row in form:
            row[target] += factor * row[source]

    def swap(i: int, j: int) -> None:
        vectors[i], vectors[j] = vectors[j], vectors[i]
        form[i], form[j] = form[j], form[i]
        for row in form:
            row[i], row[j] = row[j], row[i]

    for k in range(n):
        pivot = next((i for i in range(k, n) if form[i][i]), None)
        if pivot is None:
            pair = next(((i, j) for i in range(k, n) for j in range(i + 1, n) if form[i][j]), None)
            if pair is None:
                break
            pivot = pair[0]
            add(pivot, pair[1], Fraction(1))  # its square is twice their product
        swap(k, pivot)
        for i in range(k + 1, n):
            if form[i][k]:
                add(i, k, -form[i][k] / form[k][k])
    return OrthogonalBasis(tuple(tuple(Fraction(v) for v in row) for row in gram), tuple(map(tuple, vectors)),
                           tuple(form[i][i] for i in range(n)))


def projection_matrix(basis: OrthogonalBasis) -> tuple[Row, ...]:
    """Images of the given basis vectors under the projection along the radical, in the first orthogonal vectors.

    Returns:
        One row of r coordinates for every given basis vector.

    Raises:
        InternalError: the algebra contradicts the elimination.

    Example:
        >>> form = [[Fraction(1), Fraction(1)], [Fraction(1), Fraction(1)]]
        >>> projection_matrix(orthogonal_basis(form))
        ((Fraction(1, 1),), (Fraction(1, 1),))
    """
    n, r = len(basis.gram), basis.rank
    inverse = _inverse(basis.vectors)  # given vectors in the orthogonal ones
    if not 0 < n <= MAX_GENERATORS:
        return tuple(row[:r] for row in inverse)
    with contextlib.redirect_stdout(io.StringIO()):  # galgebra prints
        return _in_the_algebra(basis, inverse, n, r)


def _in_the_algebra(basis: OrthogonalBasis, inverse: Sequence[Row], n: int, r: int) -> tuple[Row, ...]:
    import sympy
    from galgebra.ga import Ga

    def exact(value: Fraction) -> Any:
        return sympy.Rational(value.numerator, value.denominator)

    names = "f*" + "|".join(str(i + 1) for i in range(n))
    generators = Ga(names, g=[exact(q) for q in basis.squares]).mv()
    generators = list(generators) if n > 1 else [generators[0]]
    given = [_combination(generators, [exact(c) for c in row]) for row in inverse]
    for i, x in enumerate(given):
        for j, y in enumerate(given):
            if (x | y).scalar() != exact(basis.gram[i][j]):
                raise InternalError("the orthogonal basis does not give the quadratic form", "please report this")
    for v in generators[r:]:
        if any((v | y).scalar() != 0 for y in given):
            raise InternalError("a vector of the radical is not orthogonal to all", "please report this")
    if r == 0:
        return tuple(() for _ in range(n))
    blade = generators[0]
    for v in generators[1:r]:
        blade = blade ^ v
    # galgebra's own inverse and dual are not to be trusted on degenerate metrics, its products are
    square = (blade * blade.rev()).scalar()
    rows = []
    for x in given:
        image = (x < blade) * blade.rev()
        coordinates = [(image | v).scalar() / (square * exact(q)) for v, q in zip(generators[:r], basis.squares)]
        rows.append(tuple(Fraction(int(c.p), int(c.q)) for c in map(sympy.Rational, coordinates)))
    return tuple(rows)


def _combination(vectors: Sequence[Any], weights: Sequence[Any]) -> Any:
    total = weights[0] * vectors[0]
    for v, w in zip(vectors[1:], weights[1:], strict=True):
        total = total + w * v
    return total


def _inverse(vectors: Sequence[Row]) -> tuple[Row, ...]:
    from neurocli.algebra.rational_matrices import exact, fractions, inverse

    found = inverse(exact([list(row) for row in vectors])) if vectors else None
    return () if found is None else tuple(tuple(row) for row in fractions(found))
