"""Equations of a neurovariety over Q: interpolated modulo primes, lifted, and each verified as an identity.

A form found by interpolation is lifted to integers by rational reconstruction and believed only when its
composition with the map is the zero polynomial over Q.  That makes every equation a theorem; that there are
no others of the same degree is exact modulo the prime at random points.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from math import comb, gcd, lcm
from typing import Any

import numpy as np

from neurocli.algebra.matrices import rank_with_pivots
from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed, random_prime
from neurocli.algebra.reconstruction import integer_vector
from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import TooLarge
from neurocli.formats.system import Polynomial, PolynomialSystem
from neurocli.invariants.degrees.hilbert_function import Block, Interpolation, check_size
from neurocli.invariants.systems import RestrictedMap, restricted_map

#: Primes that a lift may take.
MAX_PRIMES = 16
#: Largest number of terms that a composition may have on the way.
MAX_COMPOSED = 20_000_000


@dataclasses.dataclass(frozen=True)
class Equations:
    """Generators of the ideal of a neurovariety up to a degree.

    Args:
        system: the generators, primitive over Z, in variables named by output and monomial.
        count: degree -> dimension of the space of all equations of that degree.
    """

    system: PolynomialSystem
    count: dict[int, int]


class Ideal:
    """The equations of the image of one network, found degree by degree.

    Args:
        parametrization: the network's map.
        dimension: affine dimension of the image.
        dominant: the restricted map is known to dominate (the dimension is proved), so that an identity on it
            is an identity on the neurovariety; otherwise identities are checked on all parameters.
        prime, seed: of the interpolation.
    """

    def __init__(self, parametrization: Parametrization, dimension: int, dominant: bool,
                 prime: int | None = None, seed: int = 0) -> None:
        self.parametrization, self.dimension, self.seed = parametrization, dimension, seed
        self.homogeneous = parametrization.cone
        if dominant:
            self.exact = restricted_map(parametrization, dimension, 0, seed)
        else:
            everything = tuple(range(parametrization.parameter_count))
            self.exact = RestrictedMap(parametrization, 0, everything, {}, dimension, 0, seed)
        self.primes = [prime or DEFAULT_PRIME]
        self._interpolations: dict[int, Interpolation] = {}

    @property
    def coordinates(self) -> int:
        """Number of coordinates that do not vanish identically."""
        return len(self.exact.coordinates)

    def variables(self) -> tuple[str, ...]:
        """Names of the coordinates: `c110`, or `c2_110` for output 2."""
        outputs = {output for output, _ in self.exact.labels}
        names = []
        for output, label in self.exact.labels:
            exponents = label if isinstance(label, tuple) else (label,)
            if not exponents:  # a map to coordinates, without inputs
                names.append(f"y{output + 1}")
                continue
            separator = "" if all(e < 10 for e in exponents) else "_"
            head = f"c{output + 1}_" if len(outputs) > 1 else "c"
            names.append(head + separator.join(map(str, exponents)))
        return tuple(names)

    def interpolation(self, place: int = 0) -> Interpolation:
        """Interpolation modulo the place-th prime."""
        while len(self.primes) <= place:
            self.primes.append(random_prime(derive_seed(self.seed, "equations", len(self.primes))))
        if place not in self._interpolations:
            p = self.primes[place]
            modular = dataclasses.replace(self.exact, characteristic=p)
            gradings = None if place == 0 else self.interpolation(0).gradings
            found = Interpolation(modular, self.homogeneous, self.seed, gradings)
            if len(modular.coordinates) != self.coordinates:
                raise ArithmeticError(f"a coordinate vanishes modulo {p}")
            self._interpolations[place] = found
        return self._interpolations[place]

    def equations(self, degree: int) -> Equations:
        """Generators up to a degree, each verified.

        Raises:
            TooLarge: too many monomials, or compositions too long to verify.
        """
        check_size(self.coordinates + (not self.homogeneous), degree)
        generators: list[tuple[tuple[int, ...], Polynomial]] = []
        count: dict[int, int] = {}
        for d in range(1, degree + 1):
            count[d], new = self._degree(d, generators)
            generators += new
        polynomials = tuple(self._dehomogenized(f) for _, f in generators)
        return Equations(PolynomialSystem(self.variables(), 0, polynomials), count)

    def meanings(self) -> dict[str, str]:
        """For every coordinate's name what it is the coefficient of."""
        return {name: self._meaning(label) for name, label in
                zip(self.variables(), self.exact.labels, strict=True)}

    def hypersurface(self, degree: int) -> Polynomial | None:
        """The one verified equation of that degree, or None when there is not exactly one."""
        interpolation = self.interpolation()
        found = []
        for block in interpolation.blocks(degree):
            basis = interpolation.kernel(block)
            found += [(block, row) for row in range(len(basis))]
            if len(found) > 1:
                return None
        if len(found) != 1:
            return None
        lifted = self._lift(found[0][0], 1, [0])
        return self._dehomogenized(lifted[0])

    def vanishes(self, polynomial: Polynomial) -> bool:
        """Whether a polynomial in the coordinates composes with the map to zero, over Q (the verifier).

        Raises:
            TooLarge: the composition has too many terms.
        """
        from neurocli.algebra.polynomials import rational_context

        degree = max(map(sum, polynomial), default=0)
        longest = max((len(c) for c in self.exact.coordinates), default=1)
        most = comb(degree * max((c.total_degree() for c in self.exact.coordinates), default=1)
                    + len(self.exact.free), len(self.exact.free))
        if len(polynomial) * min(longest**degree, most) > MAX_COMPOSED:
            raise TooLarge(f"{self.parametrization.network}: verifying an equation of degree {degree} with "
                           f"{len(polynomial)} terms is too long", "ask for a lower degree")
        outer = rational_context(self.coordinates).from_dict(_integral(polynomial))
        return bool(outer.compose(*self.exact.coordinates, ctx=self.exact.context) == 0)

    def is_irreducible(self, polynomial: Polynomial) -> bool:
        """Whether a polynomial in the coordinates is irreducible over Q (FLINT factors it)."""
        from neurocli.algebra.polynomials import rational_context

        whole = rational_context(self.coordinates).from_dict(_integral(polynomial))
        _, factors = whole.factor()
        return len(factors) == 1 and factors[0][1] == 1

    def _degree(self, degree: int, known: list[tuple[tuple[int, ...], Polynomial]]
                ) -> tuple[int, list[tuple[tuple[int, ...], Polynomial]]]:
        """All equations of one degree: how many, and those that lower ones do not generate."""
        interpolation = self.interpolation()
        multiples: dict[tuple[int, ...], list[Polynomial]] = {}
        for weight, generator in known:
            for block in interpolation.blocks(degree - _degree(generator)):
                total = tuple(a + b for a, b in zip(weight, block.weight, strict=True))
                multiples.setdefault(total, []).extend(_times(generator, row) for row in block.monomials.tolist())
        count, new = 0, []
        for block in interpolation.blocks(degree):
            basis = interpolation.kernel(block)
            count += len(basis)
            if not len(basis):
                continue
            fresh = list(range(len(basis)))
            if block.weight in multiples:
                place = {tuple(row): i for i, row in enumerate(block.monomials.tolist())}
                rows = np.zeros((len(multiples[block.weight]), len(place)), dtype=np.uint64)
                for i, multiple in enumerate(multiples[block.weight]):
                    for exponents, c in multiple.items():
                        rows[i, place[_indices(exponents)]] = int(c) % interpolation.p
                pivots = rank_with_pivots(np.concatenate([rows, basis]), interpolation.p).rows
                fresh = [i - len(rows) for i in pivots if i >= len(rows)]
            if fresh:
                new += [(block.weight, f) for f in self._lift(block, len(basis), fresh)]
        return count, new

    def _lift(self, block: Block, size: int, rows: list[int]) -> list[Polynomial]:
        """Basis vectors of a block's equations over Z, verified.

        The kernel bases are canonical (identity on the columns without pivots), so residues modulo
        several primes belong to the same rational vectors.
        """
        modulus, residues = 1, np.zeros((0, 0), dtype=object)
        for place in range(MAX_PRIMES):
            interpolation = self.interpolation(place)
            basis = interpolation.kernel(block)
            if len(basis) != size:
                continue
            picked = basis[rows].astype(object)
            if modulus == 1:
                residues, modulus = picked, interpolation.p
            else:
                inverse = pow(modulus, -1, interpolation.p)
                residues = residues + modulus * ((picked - residues) * inverse % interpolation.p)
                modulus *= interpolation.p
            lifted = [integer_vector([int(c) for c in row], modulus) for row in residues]
            polynomials = [self._polynomial(block, vector) for vector in lifted if vector is not None]
            if len(polynomials) == len(rows) and all(self.vanishes(self._dehomogenized(f)) for f in polynomials):
                return polynomials
        raise TooLarge(f"{self.parametrization.network}: the coefficients of an equation exceed "
                       f"{31 * MAX_PRIMES} bits", "ask for a lower degree")

    def _polynomial(self, block: Block, vector: list[int]) -> Polynomial:
        content = gcd(*vector)
        width = self.coordinates + (not self.homogeneous)
        found: Polynomial = {}
        for row, c in zip(block.monomials.tolist(), vector, strict=True):
            if c:
                exponents = [0] * width
                for i in row:
                    exponents[i] += 1
                found[tuple(exponents)] = c // content
        lead = next(iter(PolynomialSystem(tuple(f"x{i}" for i in range(width)), 0, (found,)).polynomials[0].values()))
        return found if lead > 0 else {e: -c for e, c in found.items()}

    def _dehomogenized(self, polynomial: Polynomial) -> Polynomial:
        if self.homogeneous:
            return polynomial
        return {e[:-1]: c for e, c in polynomial.items()}

    def _meaning(self, label: tuple[int, Any]) -> str:
        from neurocli.algebra.polynomial_text import format_polynomial
        from neurocli.architectures.expansion import input_names

        output, exponents = label
        if not isinstance(exponents, tuple):
            return f"value of output {output + 1} at sample {exponents + 1}"
        if not exponents:
            return f"coordinate {output + 1}"
        variables = input_names(self.parametrization)
        monomial = format_polynomial({exponents: 1}, variables)
        return f"coefficient of {monomial} in output {output + 1}"


def readable(text: str) -> str:
    """A polynomial with blanks around the signs between its terms.

    Example:
        >>> readable("-x^2+3*y-1")
        '-x^2 + 3*y - 1'
    """
    return text[:1] + text[1:].replace("+", " + ").replace("-", " - ")


def _integral(polynomial: Polynomial) -> dict[tuple[int, ...], int]:
    """A multiple with integer coefficients."""
    common = lcm(*(Fraction(c).denominator for c in polynomial.values()))
    return {e: int(c * common) for e, c in polynomial.items()}


def _degree(polynomial: Polynomial) -> int:
    return max(map(sum, polynomial))


def _indices(exponents: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(i for i, e in enumerate(exponents) for _ in range(e))


def _times(polynomial: Polynomial, indices: list[int]) -> Polynomial:
    shift: dict[int, int] = {}
    for i in indices:
        shift[i] = shift.get(i, 0) + 1
    return {tuple(e + shift.get(i, 0) for i, e in enumerate(exponents)): c for exponents, c in polynomial.items()}
