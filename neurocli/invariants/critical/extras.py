"""What `edd` says besides the count: generic data to compare with, polar degrees, the projection, systems to save."""

from __future__ import annotations

from typing import Any

from neurocli.architectures.actions import hidden_widths
from neurocli.errors import LimitError
from neurocli.invariants.critical.metrics import Metric
from neurocli.invariants.degrees.question import Found, Question
from neurocli.results.result import Status
from neurocli.theorems.classical_varieties import LinearSpace, Product
from neurocli.theorems.degree_catalogue import KnownVariety

#: Said of data that some weights, perhaps complex ones, fit.
FITTED = "the data are fitted exactly: the target is on the neurovariety, where the loss is zero"
#: Said of special losses, which may be critical there by more than convention.
SINGULAR_LEFT_OUT = "points on the singular locus are not counted here: --method split"


def singular_left_out(question: Question, known: KnownVariety | None, metric: Metric, method: str) -> bool:
    """Whether a special loss may have critical points on the singular locus that a method does not count.

    Linear spaces have no singular locus, and cones over Segre-Veronese varieties have only the vertex.
    """
    if method == "split" or metric.definite or (metric.kind == "generic" and metric.rank is None):
        return False
    if question.dimension.data["filling"] or known is None:
        return not question.dimension.data["filling"]
    widths = hidden_widths(question.network)
    product = isinstance(known.variety, Product) or (bool(widths) and max(widths) == 1)
    return not (isinstance(known.variety, LinearSpace) or (product and question.network.family in ("mlp", "linear")))


def coefficients(question: Question, metric: Metric) -> int | None:
    """Number of coefficients, where the metric is a matrix on them."""
    if metric.kind != "gram":
        return None
    from neurocli.architectures.expansion import coefficient_map

    return len(coefficient_map(question.parametrization)[0])


def compared(question: Question, known: KnownVariety | None, metric: Metric, value: int, data: dict[str, Any],
             proved: int | None) -> list[str]:
    """What generic data of the same size would give, for data that may be special.

    Args:
        proved: their number of critical points, where a theorem says it.
    """
    from neurocli.invariants.critical.count import critical_counts

    generic = Metric("samples", samples=metric.samples)
    try:
        expected = critical_counts(question, known, generic)[-1].value if proved is None else proved
    except LimitError as error:
        return [f"not compared with {metric.samples} generic samples: {error.message}"]
    data["generic"] = expected
    lines = []
    data["fitted"] = fitted(question, known, metric)
    if data["fitted"]:
        lines.append(FITTED)
    if expected == value:
        return [*lines, f"as many as for {metric.samples} generic samples"]
    return [*lines, f"{metric.samples} generic samples have {expected}: these data are special, by repeated or "
            "dependent inputs, exact fits, or symmetries"]


def lost_rank(question: Question, known: KnownVariety | None, metric: Metric, found: int) -> list[str]:
    """Why the form of the data has a lower rank than that of as many generic samples, if it has.

    Args:
        found: the rank of the form on the span of the functions.
    """
    import numpy as np

    from neurocli.algebra.matrices import rank
    from neurocli.algebra.primes import DEFAULT_PRIME
    from neurocli.invariants.critical.count import chart_of
    from neurocli.invariants.critical.span_model import restricted_loss

    p = question.prime or DEFAULT_PRIME
    chart = chart_of(question, known, p, question.seed)
    gram, _ = restricted_loss(chart, Metric("samples", samples=metric.samples), question.seed)
    generic = rank(np.array(gram, dtype=np.uint64), p)
    if generic == found:
        return []
    return [f"{metric.samples} generic samples give a form of rank {generic}: these data are special, since inputs are "
            "repeated or dependent"]


def fitted(question: Question, known: KnownVariety | None, metric: Metric) -> bool | None:
    """Whether some complex weights fit the data exactly, modulo a prime; None where that is not settled."""
    from neurocli.algebra.primes import DEFAULT_PRIME
    from neurocli.formats.system import PolynomialSystem
    from neurocli.invariants.critical.count import chart_of
    from neurocli.invariants.critical.metrics import sample_values
    from neurocli.invariants.systems import as_dictionary

    p = question.prime or DEFAULT_PRIME
    chart = chart_of(question, known, p, question.seed)
    if chart.labels is None:
        return None
    equations = []
    for weights, y in sample_values(metric, chart.labels, p):
        total = chart.context.constant(-y % p)
        for w, c in zip(weights, chart.coordinates, strict=True):
            if w:
                total += c * chart.context.constant(w)
        equations.append(total)
    system = PolynomialSystem(chart.names, p, tuple(as_dictionary(f) for f in equations if f != 0))
    try:
        return question.engine.dimension_and_degree(system, question.limits)[0] >= 0
    except LimitError:
        return None


def projected(question: Question, known: KnownVariety | None, metric: Metric, explanation: list[str]) -> dict[str, Any]:
    """The projection along the radical of the loss."""
    from neurocli.invariants.critical.projection import projection

    record = projection(question, known, metric)
    explanation += record.pop("lines")
    return {"projection": record}


def polar_data(question: Question, known: KnownVariety | None, explanation: list[str]) -> dict[str, Any]:
    """The polar degrees, proved or by slices; nothing where the time is too short."""
    from neurocli.invariants.degree import degree
    from neurocli.invariants.degrees.polar_degrees import polar_degrees
    from neurocli.theorems.ed_degrees import proved_polar_degrees

    proved = proved_polar_degrees(question.network, known)
    if proved is not None:
        return {"polar_degrees": list(proved[0]), "polar_status": Status.PROVED.value}
    try:
        top = degree(question.network, seed=question.seed, prime=question.prime, engine=question.engine_name,
                     timeout=question.limits.timeout, memory_mb=question.limits.memory_mb)
        answer = polar_degrees(question, known, Found(top.value, top.status, top.method, (), ()))
    except LimitError as error:
        explanation.append(f"polar degrees: {error.message}")
        return {}
    explanation.append(answer.explanation)
    return {"polar_degrees": list(answer.values), "polar_status": answer.status.value}


def emitted(question: Question, known: KnownVariety | None, metric: Metric, name: str) -> dict[str, Any]:
    """The critical equations as text in an exchange format."""
    from neurocli.algebra.primes import DEFAULT_PRIME
    from neurocli.formats.question import COUNT
    from neurocli.formats.registry import write
    from neurocli.invariants.critical.count import critical_equations

    p = question.prime or DEFAULT_PRIME
    chart, _, strata, system = critical_equations(question, known, metric, p, question.seed)
    removed = f"; t is the inverse of equations of: {', '.join(s.name for s in strata)}" if strata else ""
    system = system.with_comment(f"{question.network}: critical equations of a {metric.name} loss modulo {p}, seed "
                                 f"{question.seed}", f"unknowns: {chart.description}{removed}")
    return {"format": name, "text": write(name, system, COUNT)}
