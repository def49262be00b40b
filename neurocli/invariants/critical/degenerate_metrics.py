"""Critical points of degenerate losses by kind, from equations of the neurovariety modulo a prime.

Let I be the ideal of a variety in the span of the functions, c its codimension, and G z - b the gradient of the
loss, G of rank r.  With c generic combinations of the generators, critical points are the points of I where the
gradient and the gradients of the combinations have rank at most c, off the locus where the latter are dependent.  Then

    interpolating       G z = b
    ramified            the kernel of G meets the tangent space
    regular unramified  the others

and the same is asked of the singular locus: by its Jacobian ideal on a hypersurface, if that is reduced; by
equations of the smaller variety where theory says which one it is.  Parts are closures, one for each dimension, with
its degree and whether the loss is zero, constant or varying there.  Reference: [marchetti-2025-degenerate].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from neurocli.algebra.primes import derive_seed
from neurocli.algebra.rings import prime_field
from neurocli.engines.protocol import Engine, Limits
from neurocli.formats.system import Polynomial, PolynomialSystem
from neurocli.invariants.critical.span_model import SpanModel
from neurocli.invariants.systems import as_dictionary, context_of
from neurocli.theorems.degenerate_forms import Part

#: Parts below one of more dimensions than this are not looked for.
MAX_SEPARATED = 3


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

    def equidimensional(self, ideal: list[Any]) -> Iterator[tuple[list[Any], int, int]]:
        """(ideal, dimension, degree) of the closures of what has the largest dimension, of what is left, and so on.

        A generic projection to d + 1 coordinates maps the components of the largest dimension d to a hypersurface
        h = 0, and no component outside their union into it.  So h is the common factor of the polynomials on the image,
        and saturating by its pull-back leaves the components of smaller dimension.
        """
        dimension, degree = self.size(ideal)
        while dimension >= 0:
            yield ideal, dimension, degree
            if not 0 < dimension <= MAX_SEPARATED:
                return
            ideal = self.saturated(ideal, self._image_equation(ideal, dimension))
            dimension, degree = self.size(ideal)

    def _image_equation(self, ideal: list[Any], dimension: int) -> Any:
        """The equation of a generic projection of the components of that dimension, pulled back."""
        n, p = self.model.size, self.model.p
        lines = [self.combination(self.model.context.gens()) for _ in range(dimension + 1)]
        new = tuple(f"y{i + 1}" for i in range(dimension + 1))
        polynomials = [{(*e, *(0,) * len(new)): c for e, c in as_dictionary(f).items()} for f in ideal]
        for i, line in enumerate(lines):
            equation = {(*e, *(0,) * len(new)): c for e, c in as_dictionary(line).items()}
            equation[(0,) * n + tuple(int(i == j) for j in range(len(new)))] = -1
            polynomials.append(equation)
        system = PolynomialSystem((*self.model.names, *new), p, tuple(polynomials))
        image = context_of(len(new), p)
        common = image.from_dict({})
        for f in self.engine.eliminate(system, self.model.names, self.limits).polynomials:
            common = common.gcd(image.from_dict({e: int(c) for e, c in f.items()}))
        return common.compose(*lines, ctx=self.model.context)

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
                   singular: tuple[list[Any], int] | None = None) -> tuple[Part, ...]:
    """The critical points by kind, on the regular locus and, where it can be done, on the singular locus.

    Args:
        singular: generators of the ideal of the singular locus, and its dimension, where theory says it.
    """
    ideals = Ideals(model, engine, limits, seed)
    parts = list(_split(ideals, model.equations, model.codimension, ""))
    if singular is not None:
        parts += _split(ideals, singular[0], model.size - singular[1], " on the singular locus")
    elif model.codimension == 1:
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
    parts += _part(ideals, fitting, "interpolating" + where)
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
    """One part for every dimension of the components, the largest first."""
    found = []
    for own, dimension, degree in ideals.equidimensional(ideal):
        if kind.startswith("interpolating"):
            loss = "zero"
        elif dimension == 0:
            loss = "not zero"
        else:
            loss = "varying" if _varies(ideals, own) else "constant"
        found.append(Part(kind, dimension, degree, loss))
    return found


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
