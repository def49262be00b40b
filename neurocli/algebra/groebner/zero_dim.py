"""Zero-dimensional ideals: the quotient algebra, its multiplication matrices, and the solutions.

The quotient A of the ring by a zero-dimensional ideal is a finite-dimensional algebra; the values of a
polynomial f on the solutions are the eigenvalues of multiplication by f (Stickelberger's theorem).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from neurocli.algebra.groebner.basis import GroebnerBasis
from neurocli.algebra.groebner.linear_algebra import Floats, RowSpace
from neurocli.algebra.groebner.monomials import first_divisor
from neurocli.algebra.groebner.polynomial import Polynomial
from neurocli.algebra.groebner.univariate import berlekamp_massey, lcm, squarefree_part
from neurocli.errors import MemoryLimit, UsageError

if TYPE_CHECKING:
    pass

Exponents = tuple[int, ...]


@dataclass(frozen=True)
class PrimaryPiece:
    """One ideal I + (q(l)^e) of a splitting of I by the factors of a minimal polynomial.

    Args:
        factor: coefficients of the irreducible q, constant term first.
        exponent: e, its multiplicity in the minimal polynomial of the form l.
        multiplicity: dimension of the quotient by the piece.
        solutions: number of its distinct solutions over the algebraic closure.
        is_primary: whether all of them are conjugate, so that the piece is a primary ideal.
        generator: q(l)^e reduced, which generates the piece together with I.
    """

    factor: tuple[int, ...]
    exponent: int
    multiplicity: int
    solutions: int
    is_primary: bool
    generator: Polynomial


class QuotientAlgebra:
    """The finite-dimensional algebra A = F_p[x]/I of a zero-dimensional ideal.

    Elements are row vectors of coordinates with respect to the standard monomials.

    Args:
        basis: a Gröbner basis of I, for any order.
        seed: of the random forms.

    Raises:
        UsageError: if I has infinitely many solutions.

    Example:
        >>> from neurocli.algebra.groebner.groebner import groebner_basis
        >>> from neurocli.algebra.groebner.polynomial import System
        >>> two_points = System("xy", 101, [{(2, 0): 1, (1, 0): -1}, {(0, 1): 1, (1, 0): -1}])
        >>> QuotientAlgebra(groebner_basis(two_points)).solutions
        2
    """

    def __init__(self, basis: GroebnerBasis, seed: int = 0) -> None:
        if basis.dimension > 0:
            raise UsageError(f"the ideal has dimension {basis.dimension}, not 0")
        self.basis = basis
        self.field = basis.arithmetic
        self.p = basis.characteristic
        self._seed = seed

    @cached_property
    def staircase(self) -> list[Exponents]:
        """The standard monomials, by ascending degree."""
        n = self.basis.order.n
        if self.basis.is_unit:
            return []
        leads = np.array(self.basis.leading_monomials, dtype=np.int16).reshape(len(self.basis), n)
        level: list[Exponents] = [(0,) * n]
        result: list[Exponents] = []
        while level:
            result.extend(level)
            following = sorted({times(m, i) for m in level for i in range(n)}, reverse=True)
            free = first_divisor(np.array(following, dtype=np.int16).reshape(len(following), n), leads) < 0
            level = [m for m, keep in zip(following, free) if keep]
        return result

    @property
    def dimension(self) -> int:
        """The dimension of A: the number of solutions with multiplicity."""
        return len(self.staircase)

    @cached_property
    def _position(self) -> dict[Exponents, int]:
        return {m: i for i, m in enumerate(self.staircase)}

    @cached_property
    def multiplication_matrices(self) -> list[Floats]:
        """For each variable the matrix of v -> x_i v on row vectors, balanced residues.

        Raises:
            MemoryLimit: if they need more memory than the basis's limits allow.
        """
        n, position = self.basis.order.n, self._position
        size, memory = 8 * n * self.dimension ** 2, self.basis.limits.memory
        if memory is not None and size > memory:
            raise MemoryLimit(f"multiplication matrices need about {size >> 20} MB, {memory >> 20} MB are allowed")
        products = [[times(m, i) for m in self.staircase] for i in range(n)]
        border = sorted({m for row in products for m in row if m not in position})
        irreducible, table = self.basis.monomial_table(border)
        forms = np.zeros((len(border), self.dimension))
        forms[:, [position[m] for m in irreducible]] = table
        number = {m: i for i, m in enumerate(border)}
        matrices = []
        for row in products:
            matrix = np.zeros((self.dimension, self.dimension))
            inside = [k for k, m in enumerate(row) if m in position]
            outside = [k for k, m in enumerate(row) if m not in position]
            matrix[inside, [position[row[k]] for k in inside]] = 1.0
            matrix[outside] = forms[[number[row[k]] for k in outside]]
            matrices.append(matrix)
        return matrices

    def coordinates(self, f: Polynomial) -> Floats:
        """The coordinates of a polynomial in A, shape (dimension,)."""
        vector = np.zeros(self.dimension)
        if self.dimension:
            for m, c in self.basis.normal_form(f).items():
                vector[self._position[m]] = float(c)
        return self.field.balance(vector)

    def polynomial(self, element: Floats) -> Polynomial:
        """The reduced polynomial with the given coordinates."""
        values = self.field.canonical(element).tolist()
        return {m: c for m, c in zip(self.staircase, values) if c}

    def multiplication_by(self, element: Floats) -> Floats:
        """The matrix of multiplication by an element: its rows are element * (standard monomial)."""
        result = np.zeros((self.dimension, self.dimension))
        if not self.dimension:
            return result
        result[0] = element
        # monomials of one degree and one first variable are got together from those a degree lower
        groups: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
        for k, m in enumerate(self.staircase[1:], start=1):
            variable = next(i for i, e in enumerate(m) if e)
            parent = self._position[tuple(e - (i == variable) for i, e in enumerate(m))]
            children, parents = groups.setdefault((sum(m), variable), ([], []))
            children.append(k)
            parents.append(parent)
        for (_, variable), (children, parents) in sorted(groups.items()):
            result[children] = self.field.matmul(result[parents], self.multiplication_matrices[variable])
        return result

    def random_form(self, attempt: int = 0) -> Polynomial:
        """A linear form with random coefficients, from the seed."""
        n = self.basis.order.n
        values = np.random.default_rng([self._seed, attempt]).integers(1, self.p, n).tolist()
        return {times((0,) * n, i): c for i, c in enumerate(values)}

    def minimal_polynomial(self, f: Polynomial) -> list[int]:
        """The monic minimal polynomial of f in A, coefficients in 0..p-1, constant term first.

        Its roots are exactly the values of f on the solutions.
        """
        return self._minimal(self.coordinates(f))[0]

    def _minimal(self, element: Floats) -> tuple[list[int], Floats]:
        """The minimal polynomial of an element, and the matrix of its powers as rows."""
        if not self.dimension:
            return [1], np.zeros((0, 0))
        matrix = self.multiplication_by(element)
        powers = np.zeros((2 * self.dimension, self.dimension))
        powers[0, 0] = 1.0  # the standard monomial 1 is the first
        for k in range(1, len(powers)):
            powers[k] = self.field.matmul(powers[k - 1:k], matrix)[0]
        generator = np.random.default_rng([self._seed, self.dimension])
        found = [1]
        while True:
            # f satisfies m in A exactly if m(f) * 1 = 0; a random functional of the powers has a
            # minimal polynomial that divides the one wanted, and equals it if it annihilates
            functional = self.field.from_integers(generator.integers(0, self.p, (self.dimension, 1)))
            sequence = self.field.canonical(self.field.matmul(powers, functional)[:, 0])
            found = lcm(found, berlekamp_massey(sequence, self.p), self.p)
            if not self._evaluate(found, powers).any():
                return found, powers

    def _evaluate(self, coefficients: Sequence[int], powers: Floats) -> Floats:
        """A polynomial at an element given by its powers."""
        row = self.field.from_integers(np.array([coefficients], dtype=np.int64))
        return self.field.matmul(row, powers[:len(coefficients)])[0]

    def distinct_values(self, f: Polynomial) -> int:
        """The number of distinct values of f on the solutions, over the algebraic closure."""
        return len(squarefree_part(self.minimal_polynomial(f), self.p)) - 1

    @cached_property
    def _nilradical(self) -> RowSpace:
        """The nilpotent elements of A, as a space of row vectors.

        By Seidenberg's lemma, over a perfect field the radical is generated by I and the squarefree
        parts of the minimal polynomials of the variables.  The values of one form bound the number
        of solutions from below; once the quotient has that dimension, no more is missing.
        """
        space = RowSpace(self.field, self.dimension)
        polynomial, powers = self._minimal(self.coordinates(self.random_form()))
        squarefree = squarefree_part(polynomial, self.p)
        lower = len(squarefree) - 1
        n = self.basis.order.n
        for i in range(-1, n):
            if i >= 0:
                polynomial, powers = self._minimal(self.coordinates({times((0,) * n, i): 1}))
                squarefree = squarefree_part(polynomial, self.p)
            if len(squarefree) < len(polynomial):
                space.insert(self.multiplication_by(self._evaluate(squarefree, powers)))
            if self.dimension - space.rank == lower:
                break
        return space

    @property
    def solutions(self) -> int:
        """The number of distinct solutions over the algebraic closure: the degree of the radical."""
        return self.dimension - self._nilradical.rank if self.dimension else 0

    @property
    def is_radical(self) -> bool:
        """Whether I is radical."""
        return self.solutions == self.dimension

    def primary_pieces(self) -> list[PrimaryPiece]:
        """Split I by the irreducible factors of the minimal polynomial of a random form.

        The intersection of the pieces is I.  A piece is primary unless the form takes one value, up to
        conjugation, at solutions that are not conjugate; the pieces say which.
        """
        from flint import nmod_poly

        if not self.dimension:
            return []
        polynomial, powers = self._minimal(self.coordinates(self.random_form()))
        pieces = []
        for factor, exponent in nmod_poly(polynomial, self.p).factor()[1]:
            power = self._evaluate([int(c) for c in (factor ** exponent).coeffs()], powers)
            ideal = RowSpace(self.field, self.dimension)
            ideal.insert(self.multiplication_by(power))
            multiplicity = self.dimension - ideal.rank
            ideal.insert(self._nilradical.rows)
            solutions = self.dimension - ideal.rank
            pieces.append(PrimaryPiece(tuple(int(c) for c in factor.coeffs()), exponent, multiplicity, solutions,
                                       solutions == factor.degree(), self.polynomial(power)))
        return sorted(pieces, key=lambda piece: (len(piece.factor), piece.factor))


def times(monomial: Exponents, variable: int) -> Exponents:
    """The monomial times a variable."""
    return monomial[:variable] + (monomial[variable] + 1,) + monomial[variable + 1:]
