"""Critical points of quadratic losses on a network's functions: the Euclidean distance degree and its relatives.

Closed forms come first, with their hypotheses checked; then the critical equations modulo primes, where the
ramification locus of the parametrization is removed and the generic fibre divided out.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from math import comb
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.errors import TimeLimit, UsageError
from neurocli.invariants.degenerate_count import (
    generic_rank_count,
    generic_rank_parts,
    is_degenerate,
    split_count,
)
from neurocli.invariants.degree import proved_to_fill
from neurocli.invariants.degree_question import Found, Question
from neurocli.invariants.dimension import check_options, dim
from neurocli.invariants.metrics import Metric, for_network, read_metric, remarks
from neurocli.results.result import Result, Status
from neurocli.theorems.degree_catalogue import KnownVariety, known_variety
from neurocli.theorems.ed_degrees import CriticalCount, filling_count, generic_count, invariant_count

METHODS = ("auto", "closed-form", "groebner", "monodromy", "split")
#: Neurovarieties of higher dimension are left to monodromy.
MAX_GROEBNER = 7


def edd(spec: str | Mapping[str, Any] | Network, *, metric: str | Metric = "generic", method: str = "auto",
        rank: int | None = None, prime: int | None = None, seed: int = 0, engine: str | None = None,
        polar: bool = False, real: int | None = None, solve: bool = False, emit: str | None = None,
        memory_mb: int | None = None, timeout: float | None = None) -> Result:
    """The number of critical points of a quadratic loss on the regular locus of a network's neurovariety.

    Args:
        spec: a network, or its specification.
        metric: `generic`, `bombieri`, `unit` (sum of squared coefficients), `gram=FILE`, `samples=S`, `data=FILE`.
        method: `auto`; `closed-form`; `groebner` (critical equations modulo primes); `monodromy` (path tracking with
            a trace test and certificates); `split` (critical points by kind, from equations of the neurovariety,
            also on its singular locus).
        rank: of a generic form; default full rank.
        prime: prime of the first computation, below 2^31; a second one is drawn from the seed.
        seed: seed of every random choice.
        engine: `msolve`, `singular`, `macaulay2` or `builtin`; default the first that is installed.
        polar: the polar degrees too.
        real: statistics of the real critical points over that many random real targets; data: real.
        solve: all critical points of the loss of the data; data: points.
        emit: a format: the critical equations, as text in `data["emitted"]`.
        memory_mb, timeout: of each question to the engine.

    Returns:
        A result with the number of isolated critical points; data: metric, dim, ambient, fibre, removed (solutions of
        the equations in the ramification locus), polar_degrees, primes, seeds.  For degenerate metrics
        `data["split"]` has the critical points by kind.

    Raises:
        SpecificationError: the specification does not parse.
        UsageError: not polynomial, a metric that means nothing, or no closed form where one was asked for.
        DataError: a file with wrong contents.
        EngineError: the engine is missing or failed, or its answers do not agree.

    Notes:
        Targets are generic, except with data.  The count is over the complex numbers, so an indefinite Gram
        matrix is allowed.  Reference: [dhost-2016].

    Example:
        >>> result = edd("mlp:3-2-1,r=2")
        >>> result.value, result.status.value, result.data["polar_degrees"]
        (13, 'proved', [0, 0, 4, 6, 3])
    """
    start = time.perf_counter()
    network = parse(spec)
    if method not in METHODS:
        raise UsageError(f"--method: read {method!r}, expected one of {', '.join(METHODS)}")
    check_options(prime, None)
    chosen_metric = read_metric(metric, rank)
    question = _question(network, prime, seed, engine, timeout, memory_mb)
    program = question.parametrization.program
    coefficients = _coefficients(question, chosen_metric)
    chosen_metric = for_network(chosen_metric, program.input_size, program.output_size, coefficients)
    known = known_variety(network, proved_to_fill)
    if real is not None or solve:
        found = _real(question, known, chosen_metric, real, solve)
    else:
        chosen = choose_method(question, known, chosen_metric, method)
        if chosen == "groebner" and method == "auto" and timeout is not None:
            found = _groebner_or_bound(question, known, chosen_metric, timeout)
        else:
            found = _FUNCTIONS[chosen](question, known, chosen_metric)
    data = {"metric": chosen_metric.name, "dim": question.dimension.value,
            "dim_status": question.dimension.status.value, "ambient": question.dimension.data["ambient"],
            "fibre": None, "removed": None, "polar_degrees": None, "primes": [], "seeds": [], "variety": None,
            "split": None, **found.data}
    explanation = [*found.explanation, *remarks(chosen_metric)]
    if chosen_metric.kind == "data" and found.method == "groebner":
        explanation += _compared(question, known, chosen_metric, found.value, data)
    if polar and data["polar_degrees"] is None:
        data |= _polar(question, known, explanation)
    if emit is not None:
        data["emitted"] = _emitted(question, known, chosen_metric, emit)
    facts = question.dimension
    evidence = [{**record, "metric": chosen_metric.name} for record in found.evidence]
    rests_on = [{"kind": "dimension", "dim": facts.value, "by": facts.evidence[0]}] if facts.evidence else []
    result = Result("edd", network.spelling, found.value, found.status, found.method, data, tuple(explanation),
                    (*evidence, *rests_on), None, seed, found.engine)
    return result.with_run(seconds=round(time.perf_counter() - start, 6))


def _question(network: Network, prime: int | None, seed: int, engine: str | None, timeout: float | None,
              memory_mb: int | None) -> Question:
    from neurocli.engines.protocol import Limits
    from neurocli.engines.registry import choose_engine
    from neurocli.invariants.upper_bounds import reduced

    if network.family == "softmax" or (network.family == "sprecher" and network.get("knots")):
        raise UsageError(f"{network}: its functions are not polynomials, so critical points are not finitely many "
                         "algebraic numbers", "neurocli dim answers for these networks")
    if prime is not None and prime >= 2**31:
        raise UsageError(f"--prime: systems are solved modulo primes below 2^31, not {prime}")
    if engine is not None:
        choose_engine(engine)  # refuse a missing one before any work
    return Question(network, reduced(network), dim(network, seed=seed), engine, prime, seed, Limits(timeout, memory_mb))


def choose_method(question: Question, known: KnownVariety | None, metric: Metric, method: str) -> str:
    """A theorem where one answers for this metric; otherwise `split`, `groebner` or `monodromy`.

    The theorems: `filling`, `closed-form`, and `generic-rank` for a generic form of a rank.
    """
    if method in ("groebner", "monodromy", "split"):
        return method
    if metric.rank is not None:
        proved = generic_rank_parts(question, known, metric) is not None
        if not proved and method == "closed-form":
            raise UsageError(f"{question.network}: its polar degrees are not known in closed form",
                             "use --method split")
        return "generic-rank" if proved else "split"
    if _filling_proved(question) and _nondegenerate(question, metric):
        return "filling"
    if closed_form(question, known, metric) is not None:
        return "closed-form"
    if method == "closed-form":
        raise UsageError(f"{question.network}: no closed form is known for the {metric.name} metric",
                         "use --method groebner")
    if is_degenerate(question, known, metric):
        return "split"
    return "groebner" if question.dimension.value <= MAX_GROEBNER else "monodromy"


def closed_form(question: Question, known: KnownVariety | None, metric: Metric) -> CriticalCount | None:
    """The theorem that answers, or None."""
    if known is None or known.variety.dimension + 1 != question.dimension.value:
        return None
    network = question.network
    if metric.kind == "generic" and metric.rank is None:
        return filling_count(known) or generic_count(network, known)
    if metric.definite:
        return filling_count(known) or invariant_count(network, known, metric.kind)
    if metric.kind == "samples":
        return _many_samples(question, known, metric)
    return None


def _many_samples(question: Question, known: KnownVariety, metric: Metric) -> CriticalCount | None:
    """Many generic samples: those of matrices by the singular value decomposition; one output by transversality.

    With at least as many samples as monomials the form is a regular moment form, the same for every output.
    For one output and forms f of degree d the squares f(x)^2 have no common zero but f = 0, so by Bertini's
    theorem a general form in their span is transversal to every stratum of a Whitney stratification of X; with as
    many samples as forms of degree 2d, the samples' forms are general in that span, and the count is the generic one.
    """
    from neurocli.theorems.determinantal import Determinantal
    from neurocli.theorems.ed_degrees import eckart_young

    ambient, samples = question.parametrization.ambient, metric.samples or 0
    if ambient is None or question.network.family not in ("mlp", "linear"):
        return None
    scalar = sum(comb(d + ambient.variables - 1, d) for d in ambient.degrees)
    if samples >= scalar and isinstance(known.variety, Determinantal):
        return eckart_young(known.variety, known)
    homogeneous = len(ambient.degrees) == 1 and question.parametrization.cone
    if homogeneous and ambient.outputs == 1 and samples >= comb(2 * ambient.degrees[0] + ambient.variables - 1,
                                                                ambient.variables - 1):
        return generic_count(question.network, known)
    return None


def _filling_proved(question: Question) -> bool:
    return question.proved_dimension and bool(question.dimension.data["filling"])


def _nondegenerate(question: Question, metric: Metric) -> bool:
    """Whether the form is regular on the whole ambient space."""
    if metric.definite or (metric.kind == "generic" and metric.rank is None):
        return True
    ambient = question.parametrization.ambient
    if metric.kind != "samples" or ambient is None or ambient.size is not None:
        return False
    return (metric.samples or 0) >= sum(comb(d + ambient.variables - 1, d) for d in ambient.degrees)


def _filling(question: Question, known: KnownVariety | None, metric: Metric) -> Found:
    ambient = question.dimension.data["ambient"]
    statement = f"fills its ambient space of dimension {ambient}: only the target is critical"
    evidence = {"kind": "theorem", "theorem": "filling", "statement": statement, "value": 1,
                "hypotheses": ["the dimension is proved to be that of the ambient space"]}
    polar = [0] * (question.dimension.value - 1) + [1]
    return Found(1, Status.PROVED, "closed-form", (evidence,), (statement,),
                 {"variety": "the whole space", "polar_degrees": polar})


def _closed_form(question: Question, known: KnownVariety | None, metric: Metric) -> Found:
    count = closed_form(question, known, metric)
    assert count is not None and known is not None
    lines = (count.statement, *(f"checked: {h}" for h in count.hypotheses))
    data: dict[str, Any] = {"variety": known.statement}
    if count.polar is not None:
        data["polar_degrees"] = list(count.polar)
    return Found(count.value, Status.PROVED, "closed-form", (count.evidence(),), lines, data)


def _groebner(question: Question, known: KnownVariety | None, metric: Metric) -> Found:
    from neurocli.invariants.critical_count import critical_counts

    counts = critical_counts(question, known, metric)
    last, first = counts[-1], counts[0]
    agreed = [c for c in counts if c.value == last.value]
    reported = agreed[0]
    assert last.value is not None
    line = (f"{reported.solutions} solutions of the critical equations in {reported.unknowns} unknowns "
            f"({reported.chart}) modulo {agreed[0].prime} and {agreed[1].prime}, "
            f"{reported.points} for every critical point")
    lines = [line]
    for name, number in reported.removed.items():
        lines.append(f"removed: {name}" + ("" if number is None else f", {number} solutions"))
    if reported.ramified == 0:
        lines.append("no other solution is ramified")
    data = {"fibre": reported.points, "removed": reported.removed, "primes": [c.prime for c in counts],
            "seeds": [c.seed for c in counts], "solutions": [c.solutions for c in counts], "chart": first.chart}
    engine = question.engine
    return Found(last.value, Status.PROBABLE, "groebner", tuple(c.evidence() for c in agreed), tuple(lines), data,
                 {"name": engine.name, "version": engine.version()}, reported.system)


def _real(question: Question, known: KnownVariety | None, metric: Metric, count: int | None, solve: bool) -> Found:
    from neurocli.invariants.real_critical_points import real_statistics, solve_data

    if count is not None and solve:
        raise UsageError("--real and --solve: give one of them")
    theorem = closed_form(question, known, metric)
    proved = None if theorem is None else theorem.value
    return solve_data(question, metric, proved) if count is None else real_statistics(question, metric, count, proved)


def _groebner_or_bound(question: Question, known: KnownVariety | None, metric: Metric, timeout: float) -> Found:
    """Half of the time for critical equations, what is left for a bound by path tracking."""
    from neurocli.engines.protocol import Limits

    until = time.monotonic() + timeout
    half = dataclasses.replace(question, limits=Limits(timeout / 2, question.limits.memory_mb))
    try:
        return _groebner(half, known, metric)
    except TimeLimit:
        left = Limits(max(0.1, until - time.monotonic()), question.limits.memory_mb)
        return _monodromy(dataclasses.replace(question, limits=left), known, metric)


def _monodromy(question: Question, known: KnownVariety | None, metric: Metric) -> Found:
    from neurocli.invariants.critical_monodromy import monodromy_count

    return monodromy_count(question, metric)


_FUNCTIONS = {"filling": _filling, "closed-form": _closed_form, "groebner": _groebner,
              "monodromy": _monodromy, "generic-rank": generic_rank_count, "split": split_count}


def _coefficients(question: Question, metric: Metric) -> int | None:
    """Number of coefficients, where the metric is a matrix on them."""
    if metric.kind != "gram":
        return None
    from neurocli.architectures.expansion import coefficient_map

    return len(coefficient_map(question.parametrization)[0])


def _compared(question: Question, known: KnownVariety | None, metric: Metric, value: int,
              data: dict[str, Any]) -> list[str]:
    """What generic data of the same size would give, for data that may be special."""
    generic = Metric("samples", samples=metric.samples)
    theorem = closed_form(question, known, generic)
    expected = theorem.value if theorem is not None else _groebner(question, known, generic).value
    data["generic"] = expected
    if expected == value:
        return [f"as many as for {metric.samples} generic samples"]
    return [f"{metric.samples} generic samples have {expected}: these data are special, by repeated or dependent "
            "inputs, exact fits, or symmetries"]


def _polar(question: Question, known: KnownVariety | None, explanation: list[str]) -> dict[str, Any]:
    from neurocli.invariants.degree import degree
    from neurocli.invariants.polar_degrees import polar_degrees
    from neurocli.theorems.ed_degrees import proved_polar_degrees

    proved = proved_polar_degrees(question.network, known)
    if proved is not None:
        return {"polar_degrees": list(proved[0]), "polar_status": Status.PROVED.value}
    top = degree(question.network, seed=question.seed, prime=question.prime, engine=question.engine_name,
                 timeout=question.limits.timeout, memory_mb=question.limits.memory_mb).value
    answer = polar_degrees(question, known, top)
    explanation.append(answer.explanation)
    return {"polar_degrees": list(answer.values), "polar_status": answer.status.value}


def _emitted(question: Question, known: KnownVariety | None, metric: Metric, name: str) -> dict[str, Any]:
    """The critical equations as text in an exchange format."""
    from neurocli.algebra.primes import DEFAULT_PRIME
    from neurocli.formats.question import COUNT
    from neurocli.formats.registry import write
    from neurocli.invariants.critical_count import critical_equations

    p = question.prime or DEFAULT_PRIME
    chart, _, strata, system = critical_equations(question, known, metric, p, question.seed)
    removed = f"; t is the inverse of equations of: {', '.join(s.name for s in strata)}" if strata else ""
    system = system.with_comment(f"{question.network}: critical equations of a {metric.name} loss modulo {p}, seed "
                                 f"{question.seed}", f"unknowns: {chart.description}{removed}")
    return {"format": name, "text": write(name, system, COUNT)}
