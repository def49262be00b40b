"""Polynomial systems that ask a question about a network: its map, graph, slices, fibres, critical points.

Everything starts from a `RestrictedMap`: the network's map on an affine subspace of parameter space of
the same dimension as the neurovariety X, over Q or F_p.  Some parameters are fixed by the gauge, and
where generic fibres are still positive-dimensional further ones are fixed to random constants, so that
the restricted map still dominates X and is generically finite.  Then

* a generic affine subspace L of complementary dimension meets X in deg X points, all of them generic, so
  the restricted map has deg X * (number of points of a generic fibre) points over L, all of them simple and
  none degenerate: loci where the map drops rank have images of smaller dimension, which L avoids;
* the fibre over the image of a random point is that number of points.

Coordinates of functions are coefficients, or values at random inputs when there are too many coefficients.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import comb
from typing import Any

import numpy as np

from neurocli.algebra.matrices import rank_with_pivots
from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed, splitmix64
from neurocli.algebra.rings import ExactRing, prime_field
from neurocli.architectures.expansion import MAX_TERMS, estimated_terms, parameter_names
from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import TooLarge, UsageError
from neurocli.formats.system import Polynomial, PolynomialSystem

#: Most coordinates of function space that are written down.
MAX_COORDINATES = 3000
#: Largest number of terms that one value of the map may have.
MAX_VALUE_TERMS = 300_000
#: With more coordinates, a fibre is cut out by random combinations of its equations.
FIBRE_EQUATIONS = 120


@dataclasses.dataclass(frozen=True, eq=False)
class RestrictedMap:
    """The map of a network with all but `free` parameters fixed, over Q or F_p.

    Args:
        parametrization: the network's map.
        characteristic: 0 or a prime.
        free: flat indices of the parameters that are left, increasing.
        fixed: the other ones with their values.
        dimension: affine dimension of the neurovariety.
        cut: how many parameters were fixed to random values beyond the gauge.
        seed: of those values.
    """

    parametrization: Parametrization
    characteristic: int
    free: tuple[int, ...]
    fixed: Mapping[int, int]
    dimension: int
    cut: int
    seed: int

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the free parameters: `W1_2_1`."""
        names = parameter_names(self.parametrization)
        return tuple(names[i].replace("[", "_").replace(",", "_").rstrip("]") for i in self.free)

    @cached_property
    def context(self) -> Any:
        """The FLINT ring of the free parameters."""
        return context_of(len(self.free), self.characteristic)

    @cached_property
    def _written(self) -> tuple[list[Any], list[Any]]:
        if estimated_terms(self.parametrization) <= MAX_TERMS:
            return self._coefficients()
        return self._values()

    @property
    def coordinates(self) -> list[Any]:
        """The coordinates of the map as FLINT polynomials in the free parameters."""
        return self._written[0]

    @property
    def labels(self) -> list[Any]:
        """For every coordinate (output, exponents in the inputs), or (output, sample) for values."""
        return self._written[1]

    def _theta(self, context: Any, generators: Sequence[Any]) -> np.ndarray:
        theta = np.empty((1, self.parametrization.parameter_count), dtype=object)
        for place, i in enumerate(self.free):
            theta[0, i] = generators[place]
        for i, value in self.fixed.items():
            theta[0, i] = context.constant(value % self.characteristic if self.characteristic else value)
        return theta

    def _coefficients(self) -> tuple[list[Any], list[Any]]:
        program, n = self.parametrization.program, len(self.free)
        wide = context_of(n + program.input_size, self.characteristic)
        generators = wide.gens()
        x = np.empty((1, program.input_size), dtype=object)
        x[0, :] = generators[n:]
        outputs = program.evaluate(_ring(wide, self.characteristic), self._theta(wide, generators), x).ravel()
        coordinates, labels = [], []
        for number, polynomial in enumerate(outputs):
            grouped: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
            for exponents, coefficient in polynomial.to_dict().items():
                grouped.setdefault(tuple(exponents[n:]), {})[tuple(exponents[:n])] = coefficient
            for monomial in sorted(grouped, key=lambda e: (-sum(e), [-i for i in e])):
                coordinates.append(self.context.from_dict(grouped[monomial]))
                labels.append((number, tuple(map(int, monomial))))
        return coordinates, labels

    def _values(self) -> tuple[list[Any], list[Any]]:
        """Values at random inputs, as many as span: with them as coordinates nothing is lost."""
        program = self.parametrization.program
        self._check_size()
        columns, x = _spanning_values(self.parametrization, self.characteristic or DEFAULT_PRIME, self.seed)
        if not self.characteristic:
            x = np.array([[_small(self.seed, "input", i, j) for j in range(x.shape[1])]
                          for i in range(x.shape[0])], dtype=object)
        samples = sorted({c // program.output_size for c in columns})
        inputs = np.empty((len(samples), program.input_size), dtype=object)
        for row, sample in enumerate(samples):
            for j in range(program.input_size):
                inputs[row, j] = self.context.constant(int(x[sample, j]))
        theta = self._theta(self.context, self.context.gens())
        outputs = program.evaluate(_ring(self.context, self.characteristic), theta, inputs)
        flat = outputs.reshape(len(samples), program.output_size)
        row_of = {sample: row for row, sample in enumerate(samples)}
        places = [(c % program.output_size, c // program.output_size) for c in columns]
        return [flat[row_of[sample], output] for output, sample in places], places

    def _check_size(self) -> None:
        """Refuse values that are too long: each has at most as many terms as the map, and as there are monomials."""
        n, degree = len(self.free), self.parametrization.degree_parameters or 1
        terms = min(estimated_terms(self.parametrization), comb(n + degree, n))
        if terms > MAX_VALUE_TERMS:
            shown = f"{terms:,}" if terms < 10**15 else "more than 10^15"
            raise TooLarge(f"{self.parametrization.network}: one value of the map has up to {shown} terms in {n} "
                           f"parameters; the limit is {MAX_VALUE_TERMS:,}", "take a smaller network")

    def combination(self, weights: Sequence[int]) -> Any:
        """A linear combination of the coordinates."""
        total = self.context.from_dict({})
        for weight, coordinate in zip(weights, self.coordinates, strict=True):
            if weight:
                total += coordinate * self.context.constant(weight)
        return total

    def point(self, seed: int) -> list[int]:
        """Random values for the free parameters."""
        return constants(len(self.free), self.characteristic, derive_seed(seed, "point"))

    def system(self, polynomials: Sequence[Any], *comment: str) -> PolynomialSystem:
        """FLINT polynomials in the free parameters as a system."""
        return PolynomialSystem(self.names, self.characteristic,
                                tuple(as_dictionary(polynomial) for polynomial in polynomials), comment)


def restricted_map(parametrization: Parametrization, dimension: int, characteristic: int, seed: int = 0,
                   ) -> RestrictedMap:
    """Fix the gauge, then random further parameters until the map is generically finite onto its image.

    Args:
        parametrization: the network's map.
        dimension: affine dimension of the neurovariety: the generic rank of the Jacobian.
        characteristic: 0, or a prime below 2^31.
        seed: of the constants.

    Raises:
        UsageError: the functions are not polynomial.

    Notes:
        The gauge is used only where the rank of the Jacobian at a point of it shows that its points
        still dominate the neurovariety.  Parameters of the last layers are left free first, since the map
        is linear in those of the last one.

    Example:
        >>> import neurocli
        >>> p = neurocli.parametrization(neurocli.parse("mlp:2-2-1,r=2"))
        >>> restricted_map(p, 3, 101).names
        ('W1_1_1', 'W1_1_2', 'W1_2_2')
    """
    if parametrization.degree_x is None:
        raise UsageError(f"{parametrization.network}: not a polynomial network, so there is no system to write")
    if characteristic >= 2**31:
        raise UsageError(f"systems are written modulo primes below 2^31, not {characteristic}",
                         "choose another --prime")
    n = parametrization.parameter_count
    gauge: dict[int, int] = {}
    for name, entries in parametrization.gauge.fixed.items():
        start = parametrization.slices[name][0].start
        gauge |= {start + place: value for place, value in entries}
    drawn = constants(n, characteristic, derive_seed(seed, "cut"))
    for fixed in (gauge, {}):
        left = [i for i in range(n) if i not in fixed]
        pivots = _independent(parametrization, fixed, left[::-1], drawn, characteristic)
        if len(pivots) >= dimension or not fixed:
            free = tuple(sorted(pivots[:dimension]))
            values = fixed | {i: drawn[i] for i in left if i not in free}
            return RestrictedMap(parametrization, characteristic, free, values, dimension,
                                 len(left) - len(free), seed)
    raise AssertionError("unreachable")


def _independent(parametrization: Parametrization, fixed: Mapping[int, int], order: Sequence[int],
                 drawn: Sequence[int], characteristic: int) -> list[int]:
    """The first independent columns of the Jacobian, in the given order, at a random point of the gauge."""
    p = characteristic or DEFAULT_PRIME
    field = prime_field(p)
    theta = field.constant(np.array([[fixed.get(i, drawn[i]) for i in range(len(drawn))]], dtype=object))
    samples = len(order) // parametrization.program.output_size + 3
    x = field.random((samples, parametrization.program.input_size), derive_seed(7, "restriction"))
    jacobian = parametrization.jacobian(field, theta, x).reshape(-1, len(drawn))[:, list(order)]
    return [order[c] for c in rank_with_pivots(jacobian, p).columns]


def slice_polynomials(restricted: RestrictedMap, seed: int) -> list[Any]:
    """Equations of the points over a random affine subspace of complementary dimension.

    Notes:
        A generic such subspace is the graph of an affine map over the space of some of the coordinates:
        the simplest ones are taken, so that every equation has one complicated coordinate only.
    """
    coordinates = restricted.coordinates
    order = sorted(range(len(coordinates)),
                   key=lambda i: (coordinates[i].total_degree(), len(coordinates[i]), i))
    count = len(coordinates) - restricted.dimension
    simple, others = order[:count], order[count:]
    equations = []
    for row, dependent in enumerate(others):
        values = constants(count + 1, restricted.characteristic, derive_seed(seed, "slice", row))
        weights = [0] * len(coordinates)
        weights[dependent] = 1
        for i, value in zip(simple, values, strict=False):
            weights[i] = value
        equations.append(restricted.combination(weights) + restricted.context.constant(values[-1]))
    return equations


def fibre_polynomials(restricted: RestrictedMap, seed: int) -> list[Any]:
    """Equations of the points with the same function as a random point.

    Notes:
        dimension + 2 random combinations of the equations already define the fibre as a set outside a set
        that a generic choice avoids; more are taken to make the system easy.
    """
    point = restricted.point(seed)
    equations = []
    for coordinate in restricted.coordinates:
        equation = coordinate - restricted.context.constant(coordinate(*point))
        if equation != 0:
            equations.append(equation)
    if len(equations) <= FIBRE_EQUATIONS:
        return equations
    combined = []
    for row in range(min(FIBRE_EQUATIONS, 4 * restricted.dimension + 8)):
        weights = constants(len(equations), restricted.characteristic, derive_seed(seed, "fibre", row))
        total = restricted.context.from_dict({})
        for weight, equation in zip(weights, equations, strict=True):
            total += equation * restricted.context.constant(weight)
        combined.append(total)
    return combined


def critical_polynomials(restricted: RestrictedMap, seed: int) -> list[Any]:
    """Gradient of a generic quadratic distance to a generic target: d/du of Q(f(u) - t) / 2.

    Notes:
        Every critical point of the distance on the regular locus is among the solutions, once for each
        point of its fibre; points where the map drops rank are solutions too and must be removed.
    """
    coordinates, context = restricted.coordinates, restricted.context
    size = len(coordinates)
    shifted = [c - context.constant(t) for c, t in
               zip(coordinates, constants(size, restricted.characteristic, derive_seed(seed, "target")),
                   strict=True)]
    gram = [constants(size, restricted.characteristic, derive_seed(seed, "metric", i)) for i in range(size)]
    covector = []
    for i in range(size):
        total = context.from_dict({})
        for j in range(size):
            total += shifted[j] * context.constant(gram[max(i, j)][min(i, j)])
        covector.append(total)
    equations = []
    for k in range(len(restricted.free)):
        total = context.from_dict({})
        for coordinate, y in zip(coordinates, covector, strict=True):
            slope = coordinate.derivative(k)
            if slope != 0:
                total += slope * y
        equations.append(total)
    return equations


def as_dictionary(polynomial: Any) -> Polynomial:
    """A FLINT polynomial over Q or F_p as {exponents: coefficient}."""
    from fractions import Fraction

    found: Polynomial = {}
    for exponents, c in polynomial.to_dict().items():
        value = Fraction(int(c.p), int(c.q)) if hasattr(c, "q") else int(c)
        found[tuple(map(int, exponents))] = value
    return found


def context_of(variables: int, characteristic: int) -> Any:
    """The FLINT ring in that many variables over Q or F_p."""
    from neurocli.algebra.polynomials import modular_context, rational_context

    return modular_context(variables, characteristic) if characteristic else rational_context(variables)


def _ring(context: Any, characteristic: int) -> ExactRing:
    if not characteristic:
        return ExactRing(lambda value: context.constant(int(value.numerator)) / int(value.denominator))
    residue = prime_field(characteristic).residue
    return ExactRing(lambda value: context.constant(residue(value)))


def constants(count: int, characteristic: int, seed: int) -> list[int]:
    """Random residues; over Q integers of at most two digits."""
    if characteristic:
        return [int(v) for v in prime_field(characteristic).random((count,), seed).tolist()]
    return [_small(seed, "constant", i, 0) for i in range(count)]


def _small(seed: int, label: str, i: int, j: int) -> int:
    """An integer of at most two digits, not zero."""
    value = splitmix64(derive_seed(seed, label, i, j)) % 198 - 99
    return value + (value >= 0)


def _spanning_values(parametrization: Parametrization, p: int, seed: int) -> tuple[tuple[int, ...], np.ndarray]:
    """Places (sample * outputs + output) of independent values, and the inputs they are taken at."""
    field, program = prime_field(p), parametrization.program
    samples = max(2, 8 // program.output_size)
    while True:
        width = samples * program.output_size
        if width > MAX_COORDINATES:
            raise TooLarge(f"{parametrization.network}: the functions span a space of more than "
                           f"{MAX_COORDINATES // 2} dimensions", "the degree of larger ones is not computed")
        x = field.random((samples, program.input_size), derive_seed(seed, "samples"))
        theta = field.random((width + 5, parametrization.parameter_count), derive_seed(seed, "span"))
        values = parametrization.evaluate(field, theta, x).reshape(width + 5, width)
        found = rank_with_pivots(values, p)
        if found.value <= width - program.output_size * 2 or samples * program.output_size > 4 * found.value:
            return found.columns, x
        samples *= 2


def values_at(restricted: RestrictedMap, point: Sequence[int]) -> list[int]:
    """The coordinates at one point, as residues (over Q as FLINT rationals)."""
    return [coordinate(*point) for coordinate in restricted.coordinates]


def jacobian_at(restricted: RestrictedMap, point: Sequence[int]) -> np.ndarray:
    """Partial derivatives at one point modulo p: array (free parameters, coordinates)."""
    rows = [[int(coordinate.derivative(k)(*point)) for coordinate in restricted.coordinates]
            for k in range(len(restricted.free))]
    return np.array(rows, dtype=np.uint64).reshape(len(rows), -1)
