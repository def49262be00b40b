"""Degenerate losses as answers: the closed formula for generic forms of a rank, and decompositions at two primes."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurocli.algebra.matrices import rank
from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed, random_prime
from neurocli.errors import EngineError, InternalError, UsageError
from neurocli.invariants.critical.count import chart_of
from neurocli.invariants.critical.degenerate_metrics import critical_split
from neurocli.invariants.critical.equations import Chart, weights_chart
from neurocli.invariants.critical.metrics import Metric
from neurocli.invariants.critical.span_model import restricted_loss, span_model, vanishing_forms
from neurocli.invariants.degrees.question import Found, Question
from neurocli.results.result import Status
from neurocli.theorems.classical_varieties import RationalNormalSecant
from neurocli.theorems.degenerate_forms import Part, generic_rank_split, isolated_points
from neurocli.theorems.degree_catalogue import KnownVariety
from neurocli.theorems.determinantal import Determinantal, SymmetricDeterminantal
from neurocli.theorems.ed_degrees import filling_count, proved_polar_degrees

MAX_ATTEMPTS = 4


def generic_rank_parts(question: Question, known: KnownVariety | None,
                       metric: Metric) -> tuple[tuple[Part, ...], tuple[int, ...]] | None:
    """The parts for a generic form of a rank, with the polar degrees; None where these are not proved."""
    assert metric.rank is not None
    if not question.parametrization.cone or known is None:
        return None
    if known.variety.dimension + 1 != question.dimension.value:
        return None
    linear = filling_count(known)
    proved = (linear.polar, ()) if linear else proved_polar_degrees(question.network, known)
    if proved is None or proved[0] is None:
        return None
    return generic_rank_split(proved[0], metric.rank), tuple(proved[0])


def generic_rank_count(question: Question, known: KnownVariety | None, metric: Metric) -> Found:
    """Sums of the first polar degrees."""
    answer = generic_rank_parts(question, known, metric)
    if answer is None or known is None or metric.rank is None:
        raise InternalError(f"{question.network}: no closed form for {metric.name}", "please report this")
    parts, polar = answer
    value, top = isolated_points(parts), min(metric.rank - 2, len(polar) - 1)
    statement = (f"{known.statement}: polar degrees {', '.join(map(str, polar))}; "
                 + (f"the first {top + 1} count critical points that do not interpolate" if top >= 0 else
                    "every critical point interpolates"))
    hypotheses = ["the neurovariety is a cone", *known.hypotheses]
    evidence = {"kind": "theorem", "theorem": "generic form of a rank", "statement": statement, "value": value,
                "hypotheses": hypotheses, "citation": "marchetti-2025-degenerate"}
    return Found(value, Status.PROVED, "closed-form", (evidence,), (statement, *map(sentence, parts)),
                 {"variety": known.statement, "polar_degrees": list(polar), "split": [p.to_json() for p in parts],
                  "form_rank": metric.rank})


def form_rank(question: Question, known: KnownVariety | None, metric: Metric) -> tuple[int, int] | None:
    """Rank of the form on the span of the functions and the dimension of the span, modulo the first prime.

    Returns:
        None for forms that are regular by definition, generic ones, and functions too large to be expanded.

    Raises:
        UsageError: a form that is zero on the span.
    """
    if metric.definite or metric.kind == "generic":
        return None
    p = question.prime or DEFAULT_PRIME
    chart = chart_of(question, known, p, question.seed)
    if chart.labels is None:
        return None
    gram, _ = restricted_loss(chart, metric, question.seed)
    found = rank(np.array(gram, dtype=np.uint64), p)
    if found == 0:
        raise UsageError("the form is zero on the network's functions, so every function is critical")
    return found, len(gram)


def is_degenerate(question: Question, known: KnownVariety | None, metric: Metric) -> bool:
    """Whether the form degenerates on the span of the functions, modulo the first prime.

    Raises:
        UsageError: a Gram matrix that is zero on the span.
    """
    if metric.definite or metric.kind == "generic":
        return metric.rank is not None
    found = form_rank(question, known, metric)
    return found is not None and found[0] < found[1]


def split_count(question: Question, known: KnownVariety | None, metric: Metric) -> Found:
    """The critical points by kind, where two primes agree.

    Raises:
        EngineError: they do not.
        TooLarge: functions in a space of too many dimensions.
    """
    done: list[tuple[Part, ...]] = []
    primes: list[int] = []
    engine, dimension = question.engine, question.dimension.value
    for attempt in range(MAX_ATTEMPTS):
        p = random_prime(derive_seed(question.seed, "split", attempt)) if attempt else question.prime or DEFAULT_PRIME
        seed = derive_seed(question.seed, "degenerate", attempt) % 2**32
        chart = chart_of(question, known, p, seed)
        model = span_model(chart, metric, dimension, question.parametrization.cone, engine, question.limits, seed)
        parts = critical_split(model, engine, question.limits, seed,
                               singular_equations(question, known, chart, p, seed))
        primes.append(p)
        done.append(parts)
        if done.count(parts) > 1:
            break
    else:
        raise EngineError(f"{question.network}: no two of {MAX_ATTEMPTS} decompositions agree", "try another --prime")
    agreed = [p for p, found in zip(primes, done, strict=True) if found == parts]
    value = isolated_points(parts)
    record = {"kind": "critical-split", "value": value, "primes": agreed, "parts": [p.to_json() for p in parts],
              "form_rank": model.rank, "span": model.size}
    lines = [f"form of rank {model.rank} on the span of the functions, of dimension {model.size}",
             *map(sentence, parts), f"the same modulo {agreed[0]} and {agreed[1]}"]
    return Found(value, Status.PROBABLE, "split", (record,), tuple(lines),
                 {"primes": primes, "seeds": [question.seed], "split": [p.to_json() for p in parts],
                  "form_rank": model.rank, "span": model.size},
                 {"name": engine.name, "version": engine.version()})


def singular_equations(question: Question, known: KnownVariety | None, chart: Chart, p: int,
                       seed: int) -> tuple[list[Any], int] | None:
    """The ideal of the singular locus and its dimension, where it is known to be a smaller variety of the same kind.

    Matrices of rank at most r, symmetric ones too, are singular where the rank is less; so are the secant varieties of
    rational normal curves: sums of k powers, 2k <= degree, where fewer are enough.  These are the functions of the
    network with one neuron less.
    """
    from neurocli.architectures.actions import hidden_widths
    from neurocli.architectures.registry import parametrization as of
    from neurocli.invariants.dimension import dim
    from neurocli.invariants.singularities.strata import subnetwork
    from neurocli.invariants.systems import restricted_map

    widths = hidden_widths(question.network)
    if known is None or len(widths) != 1 or chart.labels is None or question.parametrization.ambient is None:
        return None
    variety = known.variety
    if isinstance(variety, (Determinantal, SymmetricDeterminantal)):
        rank_of = variety.rank
    elif isinstance(variety, RationalNormalSecant) and variety.outputs == 1 and 2 * variety.summands <= variety.power:
        rank_of = variety.summands
    else:
        return None
    if rank_of < 2 or len(chart.spanning) - question.dimension.value < 2:
        return None  # only the vertex; or a hypersurface, whose own derivatives give it
    small = subnetwork(question.network, (rank_of - 1,))
    dimension = dim(small, seed=seed).value
    below = weights_chart(restricted_map(of(small), dimension, p, seed))
    place = dict(zip(below.labels or (), below.coordinates, strict=False))
    zero = below.context.constant(0)
    coordinates = [place.get(chart.labels[i], zero) for i in chart.spanning]
    return vanishing_forms(coordinates, below, dimension, True, question.engine, question.limits), dimension


def sentence(part: Part) -> str:
    """One part in words.

    Example:
        >>> sentence(Part("interpolating", 1, 4, "zero"))
        'interpolating: a curve of degree 4, loss zero'
    """
    shapes = {0: f"{part.degree} point{'s' * (part.degree != 1)}", 1: f"a curve of degree {part.degree}",
              2: f"a surface of degree {part.degree}"}
    shape = shapes.get(part.dimension, f"dimension {part.dimension}, degree {part.degree}")
    return f"{part.kind}: {shape}, loss {part.loss}"
