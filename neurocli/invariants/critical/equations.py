"""Critical equations of a quadratic loss in a chart of the neurovariety, with the ramification locus removed.

A chart is a generically finite map u -> c(u) onto X from an affine space of the dimension n of X.  For the loss with
gradient G c - b the equations are  J^T (G c - b) = 0,  J the Jacobian; the last layer enters c linearly.
A solution where J has rank n lies over a critical point on the regular locus.  Solutions where J has rank n - p
are solutions for generic b only if such points have codimension at most p in the chart, since each of them solves the
equations for b in a space of codimension n - p: those loci are *excess strata*.

Charts: the weights in the gauge; or, for forms that depend on k < n linear forms, the k-dimensional spaces
of linear forms in an affine chart of Gr(k, n) with arbitrary forms on them, which is birational.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import cached_property
from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np

from neurocli.algebra.matrices import rank, rank_with_pivots
from neurocli.algebra.primes import derive_seed
from neurocli.algebra.rings import prime_field
from neurocli.errors import TooLarge
from neurocli.formats.system import Polynomial, PolynomialSystem
from neurocli.invariants.critical.metrics import Label, Metric, loss
from neurocli.invariants.systems import RestrictedMap, as_dictionary, constants, context_of
from neurocli.theorems.determinantal import SubspaceVariety
from neurocli.theorems.ed_degrees import codimensions_exceed

#: Rows or columns of a weight matrix whose minors are written down.
MAX_MINORS = 40


@dataclasses.dataclass(frozen=True, eq=False)
class Chart:
    """A generically finite polynomial map onto the neurovariety, modulo p.

    Args:
        names: of the parameters.
        p: the prime.
        coordinates: FLINT polynomials.
        labels: (output, exponents) of every coordinate; None when coordinates are values at samples.
        inputs: number of inputs of the network.
        description: of the parameters, in words.
        points: points of a generic fibre, where known.
        restricted: the network's map, when the parameters are weights.
        unramified: proved to have no excess strata but those that `excess_strata` knows.
    """

    names: tuple[str, ...]
    p: int
    coordinates: list[Any]
    labels: list[Label] | None
    inputs: int
    description: str
    points: int | None = None
    restricted: RestrictedMap | None = None
    unramified: bool = False

    @property
    def context(self) -> Any:
        """The FLINT ring of the parameters."""
        return context_of(len(self.names), self.p)

    @cached_property
    def derivatives(self) -> list[list[Any]]:
        """Partial derivatives: one row per parameter."""
        return [[c.derivative(k) for c in self.coordinates] for k in range(len(self.names))]

    @cached_property
    def spanning(self) -> list[int]:
        """Coordinates that are linearly independent and span the others."""
        size = len(self.coordinates)
        points = [constants(len(self.names), self.p, derive_seed(11, "span", i)) for i in range(size + 3)]
        values = np.array([[int(c(*u)) for c in self.coordinates] for u in points], dtype=np.uint64)
        return sorted(rank_with_pivots(values, self.p).columns)

    def jacobian_rank(self, point: Sequence[int]) -> int:
        """Rank of the Jacobian at a point."""
        return rank(np.array([[int(d(*point)) for d in row] for row in self.derivatives], dtype=np.uint64), self.p)


def weights_chart(restricted: RestrictedMap, unramified: bool = False) -> Chart:
    """The weights in the gauge."""
    labels = list(restricted.labels)
    written = all(isinstance(label[1], tuple) for label in labels)
    return Chart(restricted.names, restricted.characteristic, restricted.coordinates, labels if written else None,
                 restricted.parametrization.program.input_size, "weights in the gauge", None, restricted, unramified)


def bundle_chart(variety: SubspaceVariety, p: int) -> Chart:
    """Forms on the k-dimensional spaces spanned by x_i + sum_j a_ij x_(k + j).

    Example:
        >>> bundle_chart(SubspaceVariety(3, 2, (2,), 1), 101).names
        ('s1', 's2', 's3', 'a1_1', 'a2_1')
    """
    n, k = variety.variables, variety.essential
    monomials = [m for d in variety.degrees for m in combinations_with_replacement(range(k), d)]
    forms, slopes = variety.outputs * len(monomials), k * (n - k)
    wide, size = context_of(forms + slopes + n, p), forms + slopes
    gens, small = wide.gens(), context_of(size, p)
    lines = []
    for i in range(k):
        line = gens[size + i]
        for j in range(n - k):
            line += gens[forms + i * (n - k) + j] * gens[size + k + j]
        lines.append(line)
    coordinates, labels = [], []
    for output in range(variety.outputs):
        total = wide.from_dict({})
        for place, monomial in enumerate(monomials):
            term = gens[output * len(monomials) + place]
            for i in monomial:
                term = term * lines[i]
            total += term
        grouped: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
        for e, c in total.to_dict().items():
            grouped.setdefault(tuple(map(int, e[size:])), {})[tuple(e[:size])] = c
        for exponents in sorted(grouped, key=lambda e: (-sum(e), [-i for i in e])):  # as `coefficient_map` orders them
            coordinates.append(small.from_dict(grouped[exponents]))
            labels.append((output, exponents))
    names = (*(f"s{i + 1}" for i in range(forms)), *(f"a{i + 1}_{j + 1}" for i in range(k) for j in range(n - k)))
    return Chart(names, p, coordinates, labels, n, f"spaces of {k} linear forms, and forms on them", 1,
                 unramified=codimensions_exceed(variety))


def critical_polynomials(chart: Chart, metric: Metric, seed: int) -> list[Any]:
    """J^T (G c - b), one FLINT polynomial per parameter.

    Raises:
        TooLarge: a metric that needs coefficients, of functions that are too large to expand.
    """
    if metric.kind == "generic":
        # a generic form on the span of X is all that a generic form on the whole space is seen as
        chosen = chart.spanning
        labels: list[Label] = [(0, ())] * len(chosen)
    elif chart.labels is None:
        raise TooLarge("the functions have too many coefficients to be written down, which this metric needs",
                       "--metric generic needs none")
    else:
        chosen, labels = list(range(len(chart.coordinates))), chart.labels
    gram, b = loss(metric, labels, chart.inputs, chart.p, seed)
    context = chart.context
    coordinates = [chart.coordinates[i] for i in chosen]
    covector = []
    for row, constant in zip(gram, b, strict=True):
        total = context.constant(-constant % chart.p)
        for weight, c in zip(row, coordinates, strict=True):
            if weight:
                total += c * context.constant(weight)
        covector.append(total)
    equations = []
    for slopes in chart.derivatives:
        total = context.from_dict({})
        for i, y in zip(chosen, covector, strict=True):
            if slopes[i] != 0:
                total += slopes[i] * y
        equations.append(total)
    return equations


@dataclasses.dataclass(frozen=True)
class Stratum:
    """A locus where the chart drops rank by at least its codimension.

    Args:
        name: which weights, in words.
        equation: a random combination of its equations, as a FLINT polynomial.
        codimension, corank: at a random point of it.
        point: that point.
    """

    name: str
    equation: Any
    codimension: int
    corank: int
    point: tuple[int, ...] = ()


def excess_strata(chart: Chart, seed: int) -> list[Stratum]:
    """Known strata of degenerate weights whose points solve the critical equations for generic targets."""
    restricted = chart.restricted
    if restricted is None or chart.p == 0:
        return []
    found = []
    for place, (name, generators, point) in enumerate(_degenerations(restricted, seed)):
        generators = [g for g in generators if g != 0]
        if not generators or any(int(g(*point)) for g in generators):
            continue  # the gauge has no such weights
        slopes = np.array([[int(g.derivative(k)(*point)) for k in range(len(chart.names))] for g in generators],
                          dtype=np.uint64)
        codimension = rank(slopes, chart.p)
        corank = len(chart.names) - chart.jacobian_rank(point)
        if codimension <= corank:
            equation = chart.context.from_dict({})
            for g, w in zip(generators, constants(len(generators), chart.p, derive_seed(seed, "stratum", place))):
                equation += g * chart.context.constant(w)
            found.append(Stratum(name, equation, codimension, corank, tuple(point)))
    kept: list[Stratum] = []
    for stratum in sorted(found, key=lambda s: s.codimension):
        if all(int(larger.equation(*stratum.point)) for larger in kept):  # else it lies in one that is removed
            kept.append(stratum)
    return kept


def _degenerations(restricted: RestrictedMap, seed: int) -> list[tuple[str, list[Any], list[int]]]:
    """(name, equations, random point) of degenerate weights: zero blocks or columns, parallel rows, low rank."""
    parametrization, p = restricted.parametrization, restricted.characteristic
    theta = restricted._theta(restricted.context, restricted.context.gens())[0]
    random = prime_field(p).random((parametrization.parameter_count,), derive_seed(seed, "strata"))
    base = [int(v) for v in random.tolist()]
    for i, value in restricted.fixed.items():
        base[i] = value % p
    found: list[tuple[str, list[Any], list[int]]] = []
    blocks = list(parametrization.slices.items())

    def add(name: str, generators: list[Any], start: int, matrix: np.ndarray) -> None:
        values = list(base)
        values[start:start + matrix.size] = [int(v) for v in matrix.ravel()]
        if all(values[i] == v % p for i, v in restricted.fixed.items()):
            found.append((name, generators, [values[i] for i in restricted.free]))

    for number, (block, (place, shape)) in enumerate(blocks):
        values = np.array(base[place], dtype=object)
        symbols = theta[place]
        add(f"{block} = 0", list(symbols), place.start, 0 * values)
        if len(shape) != 2 or min(shape) == 0:
            continue
        rows, columns = shape
        matrix, weights = values.reshape(shape), symbols.reshape(shape)
        for j in range(columns):
            changed = matrix.copy()
            changed[:, j] = 0
            add(f"column {j + 1} of {block} zero", list(weights[:, j]), place.start, changed)
        if number < len(blocks) - 1 and columns > 1:
            for i, j in list(combinations(range(rows), 2))[:MAX_MINORS]:
                changed = matrix.copy()
                changed[j] = changed[i]
                add(f"rows {i + 1} and {j + 1} of {block} parallel", _minors(weights[[i, j]], 2), place.start, changed)
        for least in range(1, min(rows, columns)):
            if number == len(blocks) - 1:
                left, right = matrix[:, :least], matrix[:least]
                add(f"rank of {block} at most {least}", _minors(weights, least + 1), place.start, left.dot(right) % p)
    return found


def _minors(matrix: np.ndarray, size: int) -> list[Any]:
    """The minors of one size, by expansion; at most `MAX_MINORS`."""
    rows, columns = matrix.shape
    chosen = [(r, c) for r in combinations(range(rows), size) for c in combinations(range(columns), size)]
    return [_determinant([[matrix[i, j] for j in c] for i in r]) for r, c in chosen[:MAX_MINORS]]


def _determinant(rows: list[list[Any]]) -> Any:
    if len(rows) == 1:
        return rows[0][0]
    total = rows[0][0] * _determinant([row[1:] for row in rows[1:]])
    for k in range(1, len(rows)):
        term = rows[0][k] * _determinant([row[:k] + row[k + 1:] for row in rows[1:]])
        total = total - term if k % 2 else total + term
    return total


def critical_system(chart: Chart, equations: Sequence[Any], strata: Sequence[Stratum] = ()) -> PolynomialSystem:
    """The equations, with t times the product of the strata's equations equal to one."""
    polynomials: list[Polynomial] = [as_dictionary(e) for e in equations]
    if not strata:
        return PolynomialSystem(chart.names, chart.p, tuple(polynomials))
    product = strata[0].equation
    for stratum in strata[1:]:
        product = product * stratum.equation
    inverse: Polynomial = {(1, *e): c for e, c in as_dictionary(product).items()}
    inverse[(0,) * (len(chart.names) + 1)] = -1
    return PolynomialSystem(("t", *chart.names), chart.p,
                            (inverse, *({(0, *e): c for e, c in f.items()} for f in polynomials)))


def projected_jacobian(chart: Chart, seed: int, new_variables: int) -> list[list[Polynomial]]:
    """A random projection of the Jacobian to a square matrix, in the variables of a system with new first ones."""
    rows = []
    for number in range(len(chart.names)):
        weights = constants(len(chart.spanning), chart.p, derive_seed(seed, "projection", number))
        row = []
        for slopes in chart.derivatives:
            total = chart.context.from_dict({})
            for i, w in zip(chart.spanning, weights, strict=True):
                if slopes[i] != 0:
                    total += slopes[i] * chart.context.constant(w)
            row.append({((0,) * new_variables + e): c for e, c in as_dictionary(total).items()})
        rows.append(row)
    return rows
