"""Critical points of quadratic losses on a network's functions: the Euclidean distance degree and its relatives.

Closed forms come first, with their hypotheses checked; then the critical equations modulo primes, where the
ramification locus of the parametrization is removed and the generic fibre divided out.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from math import comb
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.engines.protocol import Limits
from neurocli.errors import EngineError, LimitError, TimeLimit, UsageError
from neurocli.invariants.critical.degenerate_count import (
    generic_rank_count,
    generic_rank_parts,
    is_degenerate,
    sentence,
    split_count,
)
from neurocli.invariants.critical.extras import (
    FITTED,
    SINGULAR_LEFT_OUT,
    coefficients,
    compared,
    emitted,
    lost_rank,
    polar_data,
    projected,
    singular_left_out,
)
from neurocli.invariants.critical.metrics import Metric, for_network, read_metric, remarks
from neurocli.invariants.critical.unramified import (
    degenerate_parts,
    fitting_families,
    isolated_ramified,
    only_unramified,
    with_all_parts,
)
from neurocli.invariants.degree import proved_to_fill
from neurocli.invariants.degrees.question import Found, Question
from neurocli.invariants.dimension import check_options, dim
from neurocli.invariants.limits import tracked, within
from neurocli.invariants.tracking import PLAIN, Tracking
from neurocli.results.result import Result, Status
from neurocli.theorems.degree_catalogue import KnownVariety, known_variety
from neurocli.theorems.ed_degrees import CriticalCount, filling_count, generic_count, invariant_count

METHODS = ("auto", "closed-form", "groebner", "monodromy", "split")
#: Neurovarieties of higher dimension are left to monodromy.
MAX_GROEBNER = 7
#: What the distance to a decision boundary is called.
BOUNDARY_METRIC = "euclidean, of inputs"
#: Methods that take no time worth limiting.
THEOREMS = ("filling", "closed-form", "generic-rank")


def edd(spec: str | Mapping[str, Any] | Network, *, metric: str | Metric = "generic", method: str = "auto",
        rank: int | None = None, prime: int | None = None, seed: int = 0, engine: str | None = None,
        polar: bool = False, project: bool = False, real: int | None = None, solve: bool = False,
        boundary: bool = False, emit: str | None = None, memory_mb: int | None = None, timeout: float | None = None,
        tracking: Tracking = PLAIN) -> Result:
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
        project: the projection along the radical of a degenerate loss too; data: projection.
        real: statistics of the real critical points over that many random real targets; data: real.
        solve: all critical points of the loss of the data; data: points.
        boundary: critical points of the distance from an input to the decision boundary of generic weights instead.
        emit: a format: the critical equations, as text in `data["emitted"]`.
        memory_mb: of each question to the engine.
        timeout: seconds for everything; what is not counted in time is bounded from below by path tracking.
        tracking: certificates, files and processes of path tracking; chooses `monodromy` where the method is open.

    Returns:
        A result with the number of isolated critical points; data: metric, dim, ambient, fibre, removed (solutions of
        the equations in the ramification locus), polar_degrees, primes, seeds.  For degenerate metrics
        `data["split"]` has the critical points by kind; `data["notes"]` what a reader must know.

    Raises:
        SpecificationError: the specification does not parse.
        UsageError: not polynomial, a metric that means nothing, or no closed form where one was asked for.
        DataError: a file with wrong contents.
        EngineError: the engine is missing or failed, or its answers do not agree.
        TimeLimit: the time is over and no bound was reached.

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
    if boundary and (chosen_metric != Metric("generic") or polar or project or solve or emit or real is not None
                     or tracking.asked):
        raise UsageError("--boundary: the distance between inputs is Euclidean, and only the count is asked for",
                         "leave the other questions out")
    method = method if solve or real is not None else tracking.method_for(method)
    question = dataclasses.replace(_question(network, prime, seed, engine, timeout, memory_mb), tracking=tracking)
    program = question.parametrization.program
    chosen_metric = for_network(chosen_metric, program.input_size, program.output_size,
                                coefficients(question, chosen_metric))
    known = known_variety(network, proved_to_fill)
    until = None if timeout is None else time.monotonic() + timeout - (time.perf_counter() - start)
    if boundary:
        from neurocli.invariants.critical.decision_boundary import boundary_count

        found = _timed("boundary", question, known, chosen_metric, until, lambda q: boundary_count(q, method))
    elif real is not None or solve:
        found = _timed("real", question, known, chosen_metric, until,
                       lambda q: _real(q, known, chosen_metric, real, solve))
    else:
        chosen = choose_method(question, known, chosen_metric, method)
        # the projection is an answer of its own, and takes its share of the time
        first = until if until is None or not project else (until + time.monotonic()) / 2
        try:
            found = _timed(chosen, question, known, chosen_metric, first,
                           lambda q: _FUNCTIONS[chosen](q, known, chosen_metric))
        except EngineError as error:
            if (chosen, method, engine) != ("groebner", "auto", None):
                raise
            # a locus where the map drops rank that no stratum accounts for: paths do not meet it
            found = _timed("monodromy", question, known, chosen_metric, first,
                           lambda q: _monodromy(q, known, chosen_metric))
            found = dataclasses.replace(found, explanation=(
                f"the critical equations modulo primes came to nothing: {error.message}", *found.explanation))
        except LimitError as error:
            if not project:
                raise
            found = Found(0, Status.UNDECIDED, chosen, (), (f"not counted: {error.message}",),
                          {"limit": isinstance(error, TimeLimit)})
    data = {"metric": chosen_metric.name, "dim": question.dimension.value,
            "dim_status": question.dimension.status.value, "ambient": question.dimension.data["ambient"],
            "fibre": None, "removed": None, "polar_degrees": None, "primes": [], "seeds": [], "variety": None,
            "split": None, **found.data}
    notes = [*remarks(chosen_metric), *data.pop("notes", ())]
    if not (boundary or solve or real is not None) and singular_left_out(question, known, chosen_metric, found.method):
        notes.append(SINGULAR_LEFT_OUT)
    explanation = [*found.explanation, *(line for line in notes if line not in found.explanation)]
    rest = question if until is None else dataclasses.replace(
        question, limits=Limits(max(0.1, until - time.monotonic()), memory_mb))
    if chosen_metric.kind == "data" and found.method == "groebner":
        generic = Metric("samples", samples=chosen_metric.samples)
        theorem = closed_form(question, known, generic)
        explanation += compared(rest, known, chosen_metric, found.value, data,
                                None if theorem is None else theorem.value)
    if chosen_metric.kind == "data" and found.method == "split":
        explanation += lost_rank(question, known, chosen_metric, data["form_rank"])
    if data.get("fitted"):
        notes.append(FITTED)
    data["notes"] = notes
    if polar and data["polar_degrees"] is None:
        data |= polar_data(rest, known, explanation)
    if project:
        data |= projected(rest, known, chosen_metric, explanation)
    if emit is not None:
        data["emitted"] = emitted(question, known, chosen_metric, emit)
    facts = question.dimension
    rests_on = [{"kind": "dimension", "dim": facts.value, "by": facts.evidence[0]}] if facts.evidence else []
    if boundary:
        data |= {"metric": BOUNDARY_METRIC, "dim": program.input_size - 1, "ambient": program.input_size,
                 "dim_status": Status.PROVED.value}
        rests_on = []
    evidence = [{**record, "metric": data["metric"]} for record in found.evidence]
    value = None if found.status is Status.UNDECIDED else found.value
    result = Result("edd", network.spelling, value, found.status, found.method, data, tuple(explanation),
                    (*evidence, *rests_on), None, seed, found.engine)
    return result.with_run(**found.run, seconds=round(time.perf_counter() - start, 6))


def _timed(chosen: str, question: Question, known: KnownVariety | None, metric: Metric, until: float | None,
           run: Callable[[Question], Found]) -> Found:
    """What the method finds, in time where there is a limit."""
    if until is None or chosen in THEOREMS:
        return run(question)
    left = max(0.2, until - time.monotonic())
    if chosen in ("monodromy", "real"):
        return tracked(question, left, run)
    bounds = chosen == "groebner" and metric.rank is None
    return within(question, left, run, (lambda q: _monodromy(q, known, metric)) if bounds else None)


def _question(network: Network, prime: int | None, seed: int, engine: str | None, timeout: float | None,
              memory_mb: int | None) -> Question:
    from neurocli.engines.registry import choose_engine
    from neurocli.invariants.ranks.upper_bounds import reduced

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
    from neurocli.invariants.critical.count import critical_counts

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
    from neurocli.invariants.critical.real_critical_points import real_statistics, solve_data

    if count is not None and solve:
        raise UsageError("--real and --solve: give one of them")
    if question.tracking.proves or question.tracking.solutions:
        raise UsageError(f"{question.tracking.named()}: --real and --solve certify their points and print them",
                         "--json prints parameters; leave the option out")
    theorem = closed_form(question, known, metric)
    proved = None if theorem is None else theorem.value
    if count is None:
        parts = degenerate_parts(question, known, metric) if metric.kind == "data" else None
        families = fitting_families(parts)
        if families:
            raise UsageError(f"{question.network}: these data have families of exact fits, which --solve cannot list: "
                             f"{'; '.join(map(sentence, families))}", "without --solve they are counted by kind")
        ramified = isolated_ramified(parts) if isinstance(parts, tuple) else 0
        found = solve_data(question, metric, proved, ramified)
        return found if parts is None else with_all_parts(found, parts)
    return only_unramified(question, known, metric, real_statistics(question, metric, count, proved))


def _monodromy(question: Question, known: KnownVariety | None, metric: Metric) -> Found:
    """Path tracking; where the trace test need not pass, two searches that agree are a heuristic stop as well.

    The sum over all critical points is linear in the target if none goes to infinity over a finite target: so for
    generic forms.  For a special form it is a rational function, and a failed trace test says nothing.  The search is
    then begun again with other random choices until two exhausted searches find as many.
    """
    from neurocli.invariants.critical.monodromy import monodromy_count
    from neurocli.numerics.execution import Execution

    found = monodromy_count(question, metric)
    if is_degenerate(question, known, metric):
        return only_unramified(question, known, metric, found)
    searches = int(found.run.get("restarts", 0)) + 1
    if (found.status is not Status.BOUND or found.data.get("limit") or metric == Metric("generic")
            or not 1 < searches <= Execution().restarts):
        return found
    agreed = (f"{searches} independent searches ended with no new point in any loop, the last two with "
              f"{found.value} critical points each")
    reason = (f"the trace test need not pass for the {metric.name} metric, whose critical points may go to infinity "
              "over finite targets: nothing but the searches bounds the number from above")
    return dataclasses.replace(found, status=Status.NUMERICAL, explanation=(agreed, reason, *found.explanation[1:]),
                               data={**found.data, "agreeing_searches": 2})


_FUNCTIONS = {"filling": _filling, "closed-form": _closed_form, "groebner": _groebner,
              "monodromy": _monodromy, "generic-rank": generic_rank_count, "split": split_count}
