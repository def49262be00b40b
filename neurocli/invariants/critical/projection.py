"""The projection from the span of a network's functions to the quotient by the radical of a degenerate loss.

A loss sees a function only through pi: W -> W / rad Q, W the span of the neurovariety X.  The form is exact here: data
and Gram matrices as they are, samples and forms of a rank with small random integers.  Then, modulo two primes:

    the dimension of pi(X)            the rank of pi on the tangent space of X at a random point
    the degree of pi: X -> pi(X)      points of X over the image of a random one, if they are finitely many
    the branch locus                  the closure of the image of the points of X where pi drops rank on T_x X

With K = rad Q, that is where K meets T_x X in more dimensions than it must: the derivatives of the equations of X along
K have rank less than min(codim X, dim K).  For a generic form of rank r on a cone with polar degrees delta_i,
m + 1 = dim X >= r, the branch locus is the hypersurface dual to the linear section of the dual variety of X by K^0, of
degree delta_(r - 2): its conormal variety is that of X cut by P(V) x P(K^0), by Kleiman's theorem, and points on
r - 2 generic hyperplanes of it are counted by delta_(r - 2).  Reference: [marchetti-2025-degenerate].
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import Any

import numpy as np

from neurocli.algebra.polynomial_text import format_polynomial
from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed, random_prime
from neurocli.architectures.expansion import input_names, labelled_map
from neurocli.errors import EngineError, LimitError
from neurocli.formats.system import Polynomial, PolynomialSystem
from neurocli.invariants.critical.count import chart_of
from neurocli.invariants.critical.degenerate_metrics import Ideals
from neurocli.invariants.critical.equations import Chart
from neurocli.invariants.critical.metrics import Label, Metric, bombieri_weight, sample_form
from neurocli.invariants.critical.quadratic_space import OrthogonalBasis, Row, orthogonal_basis, projection_matrix
from neurocli.invariants.critical.span_model import span_model
from neurocli.invariants.degrees.equations import readable
from neurocli.invariants.degrees.question import Question
from neurocli.invariants.systems import as_dictionary, constants, context_of
from neurocli.jobs.isolate import isolate
from neurocli.theorems.degree_catalogue import KnownVariety
from neurocli.theorems.ed_degrees import proved_polar_degrees

#: Entries of random samples and forms.
SIZE = 9
#: Dimensions of the span in which fibres and branch loci are computed, and seconds for each prime.
MAX_SPAN, SECONDS = 10, 15.0
#: An equation with more terms is not printed.
MAX_TERMS = 40


@dataclasses.dataclass(frozen=True)
class ExactForm:
    """A quadratic form on the span of the functions, over Q.

    Args:
        labels: (output, exponents) of the coefficients.
        span: a basis of the span in the coefficients, in echelon form.
        pivots: the coefficients that are coordinates of the span.
        ambient: the form on the space of coefficients.
        drawn: how it was chosen, in words; None where nothing was.
        samples: the points that were drawn.
    """

    labels: tuple[Label, ...]
    span: tuple[Row, ...]
    pivots: tuple[int, ...]
    ambient: tuple[Row, ...]
    drawn: str | None = None
    samples: tuple[tuple[int, ...], ...] = ()

    @cached_property
    def orthogonal(self) -> OrthogonalBasis:
        """The form on the span."""
        g = np.array(self.ambient, dtype=object).reshape(len(self.labels), -1)
        w = np.array(self.span, dtype=object).reshape(len(self.span), -1)
        return orthogonal_basis(w.dot(g).dot(w.T).tolist())

    @cached_property
    def radical(self) -> tuple[tuple[int, ...], ...]:
        """A basis of the radical, in integer coefficients without common factor."""
        from neurocli.algebra.rational_matrices import echelon, exact, primitive

        w = np.array(self.span, dtype=object)
        rows = [list(np.array(v, dtype=object).dot(w)) for v in self.orthogonal.radical]
        return tuple(tuple(primitive(row)) for row in echelon(exact(rows))[0]) if rows else ()

    @cached_property
    def functionals(self) -> tuple[Row, ...]:
        """Coordinates of the quotient: linear forms in the span's coordinates, in echelon form."""
        from neurocli.algebra.rational_matrices import echelon, exact, fractions

        return tuple(map(tuple, fractions(echelon(exact([list(row) for row in self.orthogonal.gram]))[0])))


def exact_form(question: Question, metric: Metric) -> ExactForm:
    """The form of a metric over Q; where it is generic, one drawn from the seed with small integers.

    Raises:
        TooLarge: functions that are too large to be expanded.
    """
    from neurocli.algebra.rational_matrices import echelon, exact, fraction, fractions

    coordinates, _, found = labelled_map(question.parametrization)
    labels = tuple((output, tuple(map(int, e))) for output, e in found)
    monomials = sorted({tuple(map(int, e)) for c in coordinates for e in c.to_dict()})
    place = {e: i for i, e in enumerate(monomials)}
    table = [[Fraction(0)] * len(labels) for _ in monomials]
    for j, c in enumerate(coordinates):
        for e, value in c.to_dict().items():
            table[place[tuple(map(int, e))]][j] = fraction(value)
    rows, pivots = echelon(exact(table))
    span = tuple(map(tuple, fractions(rows)))
    gram, drawn, points = _ambient_form(metric, labels, question.parametrization.program.input_size, question.seed)
    return ExactForm(labels, span, tuple(pivots), gram, drawn, points)


def _ambient_form(metric: Metric, labels: Sequence[Label], inputs: int, seed: int
                  ) -> tuple[tuple[Row, ...], str | None, tuple[tuple[int, ...], ...]]:
    size, rng = len(labels), Random(f"projection {seed}")
    if metric.kind == "gram":
        return metric.matrix, None, ()
    if metric.kind == "data":
        return sample_form(labels, metric.inputs), None, ()
    if metric.kind == "samples":
        points = tuple(tuple(rng.randint(-SIZE, SIZE) for _ in range(inputs)) for _ in range(metric.samples or 0))
        return (sample_form(labels, [tuple(map(Fraction, x)) for x in points]),
                f"samples drawn with seed {seed}: {', '.join(map(_point, points))}", points)
    if metric.definite:
        weights = [bombieri_weight(e) if metric.kind == "bombieri" else Fraction(1) for _, e in labels]
        return tuple(tuple(w if i == j else Fraction(0) for j in range(size)) for i, w in enumerate(weights)), None, ()
    forms = [[rng.randint(-SIZE, SIZE) for _ in range(size)] for _ in range(metric.rank or size)]
    gram = tuple(tuple(Fraction(sum(f[i] * f[j] for f in forms)) for j in range(size)) for i in range(size))
    return gram, f"sum of squares of {len(forms)} linear forms drawn with seed {seed}", ()


def _point(x: Sequence[int]) -> str:
    return f"({', '.join(map(str, x))})"


@dataclasses.dataclass(frozen=True)
class Shape:
    """What the projection does to the neurovariety, modulo one prime; None where it was not settled.

    Args:
        image: dimension of the image.
        degree: points over a generic point of the image, if these are finitely many.
        fibre: dimension and degree of a generic fibre otherwise.
        ramification, branch: dimension and degree; (-1, 0) for the empty set.
        equation: of the branch locus, if that is a hypersurface, modulo the prime, with leading coefficient one.
    """

    image: int
    degree: int | None
    fibre: tuple[int, int] | None
    ramification: tuple[int, int] | None
    branch: tuple[int, int] | None
    equation: Polynomial | None


def projection(question: Question, known: KnownVariety | None, metric: Metric) -> dict[str, Any]:
    """The projection along the radical, as plain data: `projection` of an answer.

    Returns:
        span, rank, kernel (dimensions); rank_status; signature; radical (functions and coefficients);
        matrix (rows: images of the coordinates of the span); coordinates (of the quotient, in words);
        image, image_status; degree, fibre, ramification, branch (dimension and degree), equation, status; lines.

    Raises:
        TooLarge: functions that are too large to be expanded.
        EngineError: two primes that disagree.
    """
    form = exact_form(question, metric)
    basis, inputs = form.orthogonal, input_names(question.parametrization)
    size, r = len(form.span), basis.rank
    outputs = question.parametrization.program.output_size
    largest = min(size, {"samples": outputs * (metric.samples or 0), "generic": metric.rank or size}.get(
        metric.kind, r))
    names = [_coefficient(form.labels[i], inputs, outputs) for i in form.pivots]
    record: dict[str, Any] = {
        "span": size, "rank": r, "kernel": size - r, "signature": list(basis.signature),
        # a drawn form has at most the rank of a generic one
        "rank_status": "proved" if r == largest else "probable",
        "drawn": form.drawn,
        "radical": [{"function": function_text(v, form.labels, inputs, outputs), "coefficients": list(v)}
                    for v in form.radical],
        "matrix": [[str(c) for c in row] for row in projection_matrix(basis)],
        "coordinates": [_linear(row, names) for row in form.functionals]}
    shapes = _shapes(question, known, form)
    return record | _described(question, known, metric, form, shapes)


def _shapes(question: Question, known: KnownVariety | None, form: ExactForm) -> list[tuple[int, Shape]]:
    done: list[tuple[int, Shape]] = []
    for attempt in range(2):
        p = random_prime(derive_seed(question.seed, "project", attempt)) if attempt else question.prime or DEFAULT_PRIME
        seed = derive_seed(question.seed, "projection", attempt) % 2**32
        deep = not done or done[0][1].branch is not None
        done.append((p, shape_modulo(question, known, form, p, seed, deep)))
    first, second = done[0][1], done[1][1]
    if dataclasses.replace(first, equation=None) != dataclasses.replace(second, equation=None) and not (
            _unsettled(first) or _unsettled(second)):
        raise EngineError(f"{question.network}: projections modulo {done[0][0]} and {done[1][0]} differ",
                          "try another --prime or --seed")
    return done


def _unsettled(shape: Shape) -> bool:
    return shape.branch is None or (shape.degree is None and shape.fibre is None)


def _described(question: Question, known: KnownVariety | None, metric: Metric, form: ExactForm,
               shapes: list[tuple[int, Shape]]) -> dict[str, Any]:
    dimension, r = question.dimension.value, form.orthogonal.rank
    (p, shape), (_, other) = shapes
    branch, ramification, equation = shape.branch, shape.ramification, None
    if other.branch != shape.branch:
        branch = ramification = None
    if branch is not None and shape.equation and other.equation:
        equation = _lifted(shape.equation, p, other.equation, shapes[1][0])
    names = [f"w{i + 1}" for i in range(r)]
    found: dict[str, Any] = {
        "image": shape.image, "image_status": "proved" if shape.image == min(dimension, r) and
        question.proved_dimension else "probable",
        "degree": shape.degree if other.degree == shape.degree else None,
        "fibre": shape.fibre if other.fibre == shape.fibre else None,
        "ramification": ramification, "branch": branch, "status": "probable",
        "equation": None if equation is None else readable(format_polynomial(equation, names)),
        "primes": [p, shapes[1][0]]}
    lines = []
    polar = proved_polar_degrees(question.network, known) if question.parametrization.cone else None
    if metric.rank is not None and polar is not None and len(polar[0]) == dimension and r == metric.rank <= dimension:
        delta = polar[0][r - 2] if r >= 2 else 0
        if branch is None and delta:
            found |= {"branch": (r - 1, delta), "status": "proved"}
        if delta and found["branch"] == (r - 1, delta):
            lines.append(f"the branch locus of a generic form of rank {r} has degree delta_{r - 2} = {delta}")
    return found | {"lines": lines}


def shape_modulo(question: Question, known: KnownVariety | None, form: ExactForm, p: int, seed: int,
                 deep: bool = True) -> Shape:
    """The image, the fibres and the branch locus modulo a prime.

    Args:
        deep: look for more than the dimension and the degree.

    Raises:
        EngineError: the prime is a bad one.
    """
    chart = chart_of(question, known, p, seed)
    if chart.labels is None or [chart.labels[i] for i in chart.spanning] != [form.labels[i] for i in form.pivots]:
        raise EngineError(f"the functions span another space modulo {p}", "try another --prime")
    functionals = [[_residue(c, p) for c in row] for row in form.functionals]
    z = [chart.coordinates[i] for i in chart.spanning]
    images = []
    for row in functionals:
        total = chart.context.from_dict({})
        for c, f in zip(row, z, strict=True):
            if c:
                total += f * chart.context.constant(c)
        images.append(total)
    image = _rank_at(chart, images, seed)
    limits = question.limits
    seconds = SECONDS if limits.timeout is None else min(SECONDS, 0.4 * limits.timeout)
    degree = fibre = ramification = branch = equation = None
    try:
        inside = dataclasses.replace(question, limits=dataclasses.replace(limits, timeout=seconds))
        if image == len(chart.names):
            degree = _degree(chart, images, inside, seed)
        if deep:  # interpolation is no engine's work, so the limit needs a process
            fibre, ramification, branch, equation = isolate(
                lambda: _in_the_span(inside, chart, form, functionals, image, seed), timeout=seconds).value
    except LimitError:
        pass  # what is known by now stands
    return Shape(image, degree, _pair(fibre), _pair(ramification), _pair(branch),
                 None if equation is None else {tuple(e): int(c) for e, c in equation})


def _pair(size: list[int] | None) -> tuple[int, int] | None:
    return None if size is None else (size[0], size[1])


def _in_the_span(question: Question, chart: Chart, form: ExactForm, functionals: list[list[int]], image: int,
                 seed: int) -> list[Any]:
    """Generic fibre, ramification and branch locus, as JSON types."""
    gram = [[_residue(c, chart.p) for c in row] for row in form.orthogonal.gram]
    model = span_model(chart, Metric("gram"), question.dimension.value, question.parametrization.cone, question.engine,
                       question.limits, seed, (gram, [0] * len(gram)), MAX_SPAN)
    ideals = Ideals(model, question.engine, question.limits, seed)
    fibre = _fibre(ideals, chart, functionals, seed) if image < len(chart.names) else None
    try:
        ramification, branch, equation = _branch(ideals, functionals, image)
    except LimitError:
        return [fibre, None, None, None]
    return [fibre, ramification, branch, None if equation is None else [[list(e), c] for e, c in equation.items()]]


def _rank_at(chart: Chart, images: Sequence[Any], seed: int) -> int:
    from neurocli.algebra.matrices import rank

    point = constants(len(chart.names), chart.p, derive_seed(seed, "image"))
    rows = [[int(f.derivative(k)(*point)) for k in range(len(chart.names))] for f in images]
    return rank(np.array(rows, dtype=np.uint64), chart.p) if rows else 0


def _degree(chart: Chart, images: Sequence[Any], question: Question, seed: int) -> int | None:
    """Points of the chart over the image of a random point, by the points of the chart's own fibre."""
    from neurocli.invariants.critical.count import fibre_points

    point = constants(len(chart.names), chart.p, derive_seed(seed, "over"))
    equations = [f - chart.context.constant(int(f(*point))) for f in images]
    system = PolynomialSystem(chart.names, chart.p, tuple(map(as_dictionary, equations)))
    found = question.engine.count_solutions(system, question.limits)
    points = fibre_points(chart, question.engine, question.limits, seed)
    if not found or not points or found % points:
        raise EngineError(f"{found} points over a random one, {points} for each function", "try another --seed")
    return found // points


def _fibre(ideals: Ideals, chart: Chart, functionals: Sequence[Sequence[int]], seed: int) -> tuple[int, int]:
    context, model = ideals.model.context, ideals.model
    point = constants(len(chart.names), chart.p, derive_seed(seed, "over"))
    z = [int(chart.coordinates[i](*point)) for i in chart.spanning]
    planes = []
    for row in functionals:
        total = context.constant(-sum(c * v for c, v in zip(row, z, strict=True)) % chart.p)
        for c, g in zip(row, context.gens(), strict=True):
            total += g * context.constant(c)
        planes.append(total)
    return ideals.size([*model.equations, *planes])


def _branch(ideals: Ideals, functionals: Sequence[Sequence[int]], image: int
            ) -> tuple[tuple[int, int], tuple[int, int], Polynomial | None]:
    """Dimension and degree of the ramification and branch loci, and an equation of a branch hypersurface."""
    model, n, p = ideals.model, ideals.model.size, ideals.model.p
    r, c = len(functionals), ideals.model.codimension
    if r in (0, n) or c == 0 or image < min(r, n - c):
        return (-1, 0), (-1, 0), None  # no radical, a linear space, or ramified everywhere
    pivots = [next(j for j, v in enumerate(row) if v) for row in functionals]
    free = [j for j in range(n) if j not in pivots]
    # new coordinates: the free ones along the radical, then those of the quotient
    gens = model.context.gens()
    images: list[Any] = [None] * n
    for place, j in enumerate(free):
        images[j] = gens[place]
    for place, (row, j) in enumerate(zip(functionals, pivots, strict=True)):
        images[j] = gens[len(free) + place]
        for i in free:
            if row[i]:
                images[j] -= images[i] * model.context.constant(row[i])
    equations = [f.compose(*images) for f in model.equations]
    forms = ideals.forms(equations, c)
    slopes = [[f.derivative(k) for k in range(n)] for f in forms]
    regular = ideals.combination(ideals.determinants(slopes, n))
    along = [row[:len(free)] for row in slopes]
    rank = min(c, len(free))
    drops = [ideals.random_minor(along, rank) for _ in range(n - c + 1)]  # so many cut out what all do
    locus = ideals.saturated([*equations, *drops], regular)
    upstairs = ideals.size(locus)
    if upstairs[0] < 0:
        return upstairs, (-1, 0), None
    image_ideal = ideals.eliminated(locus, len(free))
    names = tuple(f"w{i + 1}" for i in range(r))
    if len(image_ideal) == 1:  # a hypersurface: its reduced equation
        context = context_of(r, p)
        _, factors = context.from_dict({e: int(v) for e, v in image_ideal[0].items()}).factor_squarefree()
        reduced = context.constant(1)
        for factor, _ in factors:
            reduced = reduced * factor
        return upstairs, (r - 1, int(reduced.total_degree())), as_dictionary(reduced)
    system = PolynomialSystem(names, p, tuple(image_ideal))
    return upstairs, ideals.engine.dimension_and_degree(system, ideals.limits), None


def _lifted(equation: Polynomial, p: int, other: Polynomial, q: int) -> Polynomial | None:
    """An equation over Q with integer coefficients that both reduce to, if it is small."""
    from neurocli.algebra.rational_matrices import primitive
    from neurocli.algebra.reconstruction import rational

    if set(equation) != set(other) or len(equation) > MAX_TERMS:
        return None
    lead = max(equation)
    first, second = pow(int(equation[lead]), -1, p), pow(int(other[lead]), -1, q)
    lifted = {}
    for e in sorted(equation, reverse=True):
        # Chinese remainders
        a, b = int(equation[e]) * first % p, int(other[e]) * second % q
        value = rational(a + p * ((b - a) * pow(p, -1, q) % q), p * q)
        if value is None or abs(value.numerator) > 2**24 or value.denominator > 2**24:
            return None  # a random residue has no fraction as small as this
        lifted[e] = value
    return dict(zip(lifted, primitive([_exact(v) for v in lifted.values()]), strict=True))


def _exact(value: Fraction) -> Any:
    from neurocli.algebra.rational_matrices import rational

    return rational(value)


def function_text(coefficients: Sequence[int], labels: Sequence[Label], inputs: Sequence[str], outputs: int) -> str:
    """A function from its coefficients.

    Example:
        >>> function_text((1, -2), ((0, (2, 0)), (1, (0, 1))), ("x", "y"), 2)
        '(x^2, -2*y)'
    """
    pieces = []
    for output in range(outputs):
        terms: Polynomial = {e: c for c, (o, e) in zip(coefficients, labels, strict=True) if o == output and c}
        pieces.append(readable(format_polynomial(terms, inputs)))
    return pieces[0] if outputs == 1 else f"({', '.join(pieces)})"


def _coefficient(label: Label, inputs: Sequence[str], outputs: int) -> str:
    monomial = format_polynomial({label[1]: 1}, inputs)
    return f"[{monomial}]" if outputs == 1 else f"[{monomial}]_{label[0] + 1}"


def _linear(row: Row, names: Sequence[str]) -> str:
    units = [tuple(int(i == j) for j in range(len(names))) for i in range(len(names))]
    return readable(format_polynomial({u: c for u, c in zip(units, row, strict=True) if c}, names))


def _residue(value: Fraction, p: int) -> int:
    if value.denominator % p == 0:
        raise EngineError(f"{value} has no value modulo {p}", "try another --prime")
    return value.numerator * pow(value.denominator, -1, p) % p
