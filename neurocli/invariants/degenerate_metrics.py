"""Critical points of degenerate losses by kind, from equations of the neurovariety modulo a prime.

Let I be the ideal of a variety in the span of the functions, c its codimension, and G z - b the gradient of the
loss, G of rank r.  With c generic combinations of the generators, critical points are the points of I where the
gradient and the gradients of the combinations have rank at most c, off the locus where the latter are dependent.  Then

    interpolating       G z = b
    ramified            the kernel of G meets the tangent space
    regular unramified  the others

and the same is asked of the singular locus, if its Jacobian ideal is reduced.  Parts are closures: dimension, degree,
and whether the loss is zero, constant or varying on them.  Reference: [marchetti-2025-degenerate].
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np

from neurocli.algebra.matrices import kernel, rank
from neurocli.algebra.primes import derive_seed
from neurocli.algebra.rings import prime_field
from neurocli.engines.protocol import Engine, Limits
from neurocli.errors import TooLarge
from neurocli.formats.system import Polynomial, PolynomialSystem
from neurocli.invariants.critical_equations import Chart
from neurocli.invariants.metrics import Metric, loss
from neurocli.invariants.systems import as_dictionary, constants, context_of
from neurocli.theorems.degenerate_forms import Part

MAX_VARIABLES = 8
MAX_DEGREE = 5


@dataclasses.dataclass(frozen=True, eq=False)
class SpanModel:
    """A neurovariety by equations in the span of its functions, and a loss there, modulo p.

    Args:
        p: the prime.
        size: dimension of the span.
        equations: FLINT polynomials.
        codimension: of the variety in the span.
        gram, b: the gradient of the loss is gram z - b.
        labels: of the coordinates z.
    """

    p: int
    size: int
    equations: list[Any]
    codimension: int
    gram: list[list[int]]
    b: list[int]
    labels: list[Any]

    @property
    def context(self) -> Any:
        """The FLINT ring of the coordinates."""
        return context_of(self.size, self.p)

    @property
    def names(self) -> tuple[str, ...]:
        """z1, z2, ..."""
        return tuple(f"z{i + 1}" for i in range(self.size))

    @property
    def rank(self) -> int:
        """Rank of the form."""
        return rank(np.array(self.gram, dtype=np.uint64), self.p)

    @property
    def gradient(self) -> list[Any]:
        """gram z - b as polynomials."""
        gens, context = self.context.gens(), self.context
        rows = []
        for row, constant in zip(self.gram, self.b, strict=True):
            total = context.constant(-constant % self.p)
            for weight, z in zip(row, gens, strict=True):
                if weight:
                    total += z * context.constant(weight)
            rows.append(total)
        return rows

    @property
    def loss(self) -> Any:
        """The loss up to a constant and the factor two."""
        total = self.context.from_dict({})
        for z, constant, y in zip(self.context.gens(), self.b, self.gradient, strict=True):
            total += z * (y - self.context.constant(constant % self.p))
        return total


def span_model(chart: Chart, metric: Metric, dimension: int, homogeneous: bool, engine: Engine, limits: Limits,
               seed: int, gradient: tuple[list[list[int]], list[int]] | None = None,
               largest: int = MAX_VARIABLES) -> SpanModel:
    """Interpolate equations in the span and restrict the loss to it.

    Args:
        gradient: (gram, b) in the spanning coordinates, where it is known already; the metric is not read then.
        largest: dimension of the span that is still worked in.

    Raises:
        TooLarge: too many coordinates, or equations of too high degree.
    """
    if len(chart.spanning) > largest:
        raise TooLarge(f"the functions span a space of {len(chart.spanning)} dimensions; degenerate losses are "
                       f"decomposed up to {largest}",
                       "--rank R, a generic form, has a closed form for many networks; --project shows the projection")
    size = len(chart.spanning)
    if gradient is not None:
        gram, b = gradient
    else:
        gram, b = restricted_loss(chart, metric, seed)
    equations = _equations(chart, dimension, homogeneous, engine, limits)
    labels = [chart.labels[i] if chart.labels else None for i in chart.spanning]
    return SpanModel(chart.p, size, equations, size - dimension, gram, b, labels)


def restricted_loss(chart: Chart, metric: Metric, seed: int) -> tuple[list[list[int]], list[int]]:
    """(gram, b) of a loss in the spanning coordinates.

    Raises:
        TooLarge: a metric that needs coefficients, of functions that are too large to be expanded.
    """
    if metric.kind == "generic":
        return loss(metric, [(0, ())] * len(chart.spanning), chart.inputs, chart.p, seed)
    if chart.labels is None:
        raise TooLarge("the functions have too many coefficients to be written down")
    return _restricted(chart, *loss(metric, chart.labels, chart.inputs, chart.p, seed))


def _restricted(chart: Chart, gram: list[list[int]], b: list[int]) -> tuple[list[list[int]], list[int]]:
    """The loss in the spanning coordinates: B^T G B and B^T b, with all coordinates = B times these."""
    p, chosen, size = chart.p, chart.spanning, len(chart.coordinates)
    values = np.array([[int(c(*u)) for c in chart.coordinates] for u in _points(chart, size + 3)], dtype=np.uint64)
    table = np.zeros((size, len(chosen)), dtype=object)
    for j in range(size):
        if j in chosen:
            table[j, chosen.index(j)] = 1
        else:
            relation = [int(v) for v in kernel(values[:, [*chosen, j]], p)[0]]
            inverse = -pow(relation[-1], -1, p)
            table[j] = [v * inverse % p for v in relation[:-1]]
    form = table.T.dot(np.array(gram, dtype=object)).dot(table) % p
    return [[int(v) for v in row] for row in form], [int(v) for v in table.T.dot(np.array(b, dtype=object)) % p]


def _points(chart: Chart, count: int) -> list[list[int]]:
    return [constants(len(chart.names), chart.p, derive_seed(23, "points", i)) for i in range(count)]


def _equations(chart: Chart, dimension: int, homogeneous: bool, engine: Engine, limits: Limits) -> list[Any]:
    """Forms that vanish on the image, degree by degree, until they cut out something of its dimension."""
    size, context = len(chart.spanning), context_of(len(chart.spanning), chart.p)
    found: list[Any] = []
    if dimension == size:
        return found
    for degree in range(2, MAX_DEGREE + 1):
        degrees = [degree] if homogeneous else list(range(degree + 1))
        monomials = [m for d in degrees for m in combinations_with_replacement(range(size), d)]
        rows = []
        for u in _points(chart, len(monomials) + 5):
            z = [int(chart.coordinates[i](*u)) for i in chart.spanning]
            rows.append([_product(z, m, chart.p) for m in monomials])
        exponents = [tuple(m.count(i) for i in range(size)) for m in monomials]
        for relation in kernel(np.array(rows, dtype=np.uint64), chart.p):
            found.append(context.from_dict({e: int(c) for e, c in zip(exponents, relation, strict=True) if int(c)}))
        if len(found) >= size - dimension:
            names = tuple(f"z{i + 1}" for i in range(size))
            system = PolynomialSystem(names, chart.p, tuple(as_dictionary(f) for f in found))
            if engine.dimension_and_degree(system, limits)[0] == dimension:
                return found
    raise TooLarge(f"no complete set of equations up to degree {MAX_DEGREE}")


def _product(values: Sequence[int], places: Sequence[int], p: int) -> int:
    total = 1
    for i in places:
        total = total * values[i] % p
    return total


class Ideals:
    """Saturations and degrees of ideals in the coordinates of a model, by an engine."""

    def __init__(self, model: SpanModel, engine: Engine, limits: Limits, seed: int) -> None:
        self.model, self.engine, self.limits, self.seed = model, engine, limits, seed
        self._drawn = 0

    def random(self, count: int) -> list[int]:
        """Fresh constants."""
        self._drawn += 1
        return [int(v) for v in prime_field(self.model.p).random(
            (count,), derive_seed(self.seed, "ideals", self._drawn)).tolist()]

    def combination(self, polynomials: Sequence[Any]) -> Any:
        """A random combination."""
        return self._weighted(polynomials, self.random(len(polynomials)))

    def _weighted(self, polynomials: Sequence[Any], weights: Sequence[int]) -> Any:
        total = self.model.context.from_dict({})
        for f, c in zip(polynomials, weights, strict=True):
            total += f * self.model.context.constant(c)
        return total

    def forms(self, polynomials: Sequence[Any], count: int) -> list[Any]:
        """Random combinations of one degree, lower ones times powers of random affine forms."""
        top = max(f.total_degree() for f in polynomials)
        found = []
        for _ in range(count):
            raised = []
            for f in polynomials:
                line = self.combination([*self.model.context.gens(), self.model.context.constant(1)])
                for _ in range(top - f.total_degree()):
                    f = f * line
                raised.append(f)
            found.append(self.combination(raised))
        return found

    def size(self, ideal: Sequence[Any]) -> tuple[int, int]:
        """Dimension and degree; (-1, 0) for the empty set."""
        system = PolynomialSystem(self.model.names, self.model.p, tuple(as_dictionary(f) for f in ideal))
        return self.engine.dimension_and_degree(system, self.limits)

    def saturated(self, ideal: Sequence[Any], f: Any) -> list[Any]:
        """Generators of the ideal of the closure of the points where f is not zero."""
        names = ("t", *self.model.names)
        inverse = {(1, *e): c for e, c in as_dictionary(f).items()}
        inverse[(0,) * len(names)] = -1
        polynomials = [inverse, *({(0, *e): c for e, c in as_dictionary(g).items()} for g in ideal)]
        answer = self.engine.eliminate(PolynomialSystem(names, self.model.p, tuple(polynomials)), ["t"], self.limits)
        return [self.model.context.from_dict({e: int(c) for e, c in g.items()}) for g in answer.polynomials]

    def eliminated(self, ideal: Sequence[Any], count: int) -> list[Polynomial]:
        """The ideal's part without the first variables, in the others."""
        system = PolynomialSystem(self.model.names, self.model.p, tuple(as_dictionary(f) for f in ideal))
        return list(self.engine.eliminate(system, self.model.names[:count], self.limits).polynomials)

    def random_minor(self, rows: Sequence[Sequence[Any]], size: int) -> Any:
        """The determinant of random combinations of rows and of columns."""
        mixed = [list(row) for row in rows]
        for _ in range(2):  # rows, then columns
            if len(mixed) > size:
                weights = [self.random(len(mixed)) for _ in range(size)]
                mixed = [[self._weighted(column, w) for column in zip(*mixed, strict=True)] for w in weights]
            mixed = [list(column) for column in zip(*mixed, strict=True)]
        return _determinant(mixed)

    def determinants(self, rows: Sequence[Sequence[Any]], size: int) -> list[Any]:
        """All minors of some rows, as many columns as rows."""
        return [_determinant([[row[j] for j in columns] for row in rows]) for columns in combinations(range(size),
                                                                                                    len(rows))]


def critical_split(model: SpanModel, engine: Engine, limits: Limits, seed: int,
                   singular: bool = True) -> tuple[Part, ...]:
    """The critical points by kind, on the regular locus and, where it can be done, on the singular locus."""
    ideals = Ideals(model, engine, limits, seed)
    parts = list(_split(ideals, model.equations, model.codimension, ""))
    if singular and model.codimension == 1:
        slopes = [model.equations[0].derivative(k) for k in range(model.size)]
        locus = [*model.equations, *slopes]
        dimension, degree = ideals.size(locus)
        if dimension > 0:
            parts += _split(ideals, locus, model.size - dimension, " on the singular locus", (dimension, degree))
    return tuple(parts)


def _split(ideals: Ideals, generators: list[Any], codimension: int, where: str,
           expected: tuple[int, int] | None = None) -> list[Part]:
    model = ideals.model
    n, gradient = model.size, model.gradient
    forms = ideals.forms(generators, codimension) if codimension else []
    slopes = [[f.derivative(k) for k in range(n)] for f in forms]
    regular = ideals.combination(ideals.determinants(slopes, n)) if codimension else model.context.constant(1)
    if expected is not None and ideals.size(ideals.saturated(generators, regular)) != expected:
        return [Part("not decomposed" + where, expected[0], expected[1], "varying")]  # the equations are not reduced
    critical = ideals.saturated([*generators, *ideals.determinants([gradient, *slopes], n)], regular)
    parts = []
    fitting = ideals.saturated([*generators, *gradient], regular)
    dimension, degree = ideals.size(fitting)
    if dimension >= 0:
        parts.append(Part("interpolating" + where, dimension, degree, "zero"))
    rest = ideals.saturated(critical, ideals.combination(gradient))
    # the kernel of G meets the tangent space where the slopes and the rows of G do not span
    if model.rank + codimension >= n:
        rows = [[model.context.constant(v) for v in _combined(ideals, model.gram)] for _ in range(n - codimension)]
        immersed = _determinant([*slopes, *rows])
        unramified = ideals.saturated(rest, immersed)
        again = _determinant([*slopes, *([model.context.constant(v) for v in _combined(ideals, model.gram)]
                                         for _ in range(n - codimension))])
        ramified = ideals.saturated([*rest, immersed, again], regular)
        parts += _part(ideals, unramified, "regular unramified" + where)
        parts += _part(ideals, ramified, "ramified" + where)
    else:
        parts += _part(ideals, rest, "ramified" + where)
    return parts


def _combined(ideals: Ideals, gram: list[list[int]]) -> list[int]:
    weights, p = ideals.random(len(gram)), ideals.model.p
    return [sum(w * row[j] for w, row in zip(weights, gram, strict=True)) % p for j in range(len(gram))]


def _part(ideals: Ideals, ideal: list[Any], kind: str) -> list[Part]:
    dimension, degree = ideals.size(ideal)
    if dimension < 0:
        return []
    if dimension == 0:
        return [Part(kind, dimension, degree, "not zero")]
    return [Part(kind, dimension, degree, "varying" if _varies(ideals, ideal) else "constant")]


def _varies(ideals: Ideals, ideal: list[Any]) -> bool:
    """Whether the loss takes a random value: then it is not constant on some component."""
    value = ideals.model.context.constant(ideals.random(1)[0])
    return ideals.size([*ideal, ideals.model.loss - value])[0] >= 0


def _determinant(rows: Sequence[Sequence[Any]]) -> Any:
    if len(rows) == 1:
        return rows[0][0]
    total = None
    for k, entry in enumerate(rows[0]):
        if entry == 0:
            continue
        term = entry * _determinant([[*row[:k], *row[k + 1:]] for row in rows[1:]])
        total = (-term if k % 2 else term) if total is None else (total - term if k % 2 else total + term)
    return rows[0][0] * 0 if total is None else total
