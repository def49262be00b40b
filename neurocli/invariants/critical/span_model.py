"""A neurovariety by equations in the span of its functions, with a loss there, modulo a prime."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from neurocli.algebra.matrices import kernel, rank
from neurocli.algebra.primes import derive_seed
from neurocli.engines.protocol import Engine, Limits
from neurocli.errors import TooLarge
from neurocli.formats.system import PolynomialSystem
from neurocli.invariants.critical.equations import Chart
from neurocli.invariants.critical.metrics import Metric, loss
from neurocli.invariants.systems import as_dictionary, constants, context_of

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
    equations = vanishing_forms([chart.coordinates[i] for i in chart.spanning], chart, dimension, homogeneous, engine,
                                limits)
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


def vanishing_forms(coordinates: Sequence[Any], chart: Chart, dimension: int, homogeneous: bool, engine: Engine,
                    limits: Limits) -> list[Any]:
    """Forms that vanish on an image, degree by degree, until they cut out something of its dimension.

    Args:
        coordinates: of the map, polynomials in the chart's parameters.
        chart: where the parameters are.
        dimension: of the image.
        homogeneous: the image is a cone.

    Raises:
        TooLarge: equations of too high degree.
    """
    size, context = len(coordinates), context_of(len(coordinates), chart.p)
    found: list[Any] = []
    if dimension == size:
        return found
    names = tuple(f"z{i + 1}" for i in range(size))
    for degree in range(1, MAX_DEGREE + 1):
        degrees = [degree] if homogeneous else list(range(degree + 1))
        monomials = [m for d in degrees for m in combinations_with_replacement(range(size), d)]
        rows = []
        for u in _points(chart, len(monomials) + 5):
            z = [int(c(*u)) for c in coordinates]
            rows.append([_product(z, m, chart.p) for m in monomials])
        exponents = [tuple(m.count(i) for i in range(size)) for m in monomials]
        for relation in kernel(np.array(rows, dtype=np.uint64), chart.p):
            found.append(context.from_dict({e: int(c) for e, c in zip(exponents, relation, strict=True) if int(c)}))
        if len(found) >= size - dimension:
            system = PolynomialSystem(names, chart.p, tuple(as_dictionary(f) for f in found))
            if engine.dimension_and_degree(system, limits)[0] == dimension:
                return found
    raise TooLarge(f"no complete set of equations up to degree {MAX_DEGREE}")


def _product(values: Sequence[int], places: Sequence[int], p: int) -> int:
    total = 1
    for i in places:
        total = total * values[i] % p
    return total
