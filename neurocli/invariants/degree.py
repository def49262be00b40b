"""The degree of the neurovariety of a network, and on request its polar degrees, Hilbert function and equations.

Closed forms come first, with their hypotheses checked; then slices over prime fields.  A neurovariety that is
a hypersurface is proved to have the degree of an equation that is verified on the parametrization and
irreducible; one that fills its ambient space has degree one.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from math import comb
from typing import TYPE_CHECKING, Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.errors import EngineError, InternalError, NeurocliError, TooLarge, UsageError
from neurocli.invariants.degrees.question import Found, Question
from neurocli.invariants.dimension import check_options, dim
from neurocli.invariants.tracking import PLAIN, Tracking
from neurocli.results.result import Result, Status
from neurocli.theorems.degree_catalogue import KnownVariety, known_variety

if TYPE_CHECKING:
    from neurocli.engines.protocol import Engine, Limits

METHODS = ("auto", "closed-form", "slice", "implicit", "hilbert", "monodromy")
#: Hypersurfaces whose equation has at most so many possible monomials are proved by it.
MAX_PROOF_MONOMIALS = 60_000
#: Degrees of the Hilbert function that `--method hilbert` goes up to.
MAX_HILBERT = 12


def degree(spec: str | Mapping[str, Any] | Network, *, method: str = "auto", prime: int | None = None, seed: int = 0,
           engine: str | None = None, polar: bool = False, hilbert: int | None = None, equations: int | None = None,
           implicit: bool = False, emit: str | None = None, memory_mb: int | None = None,
           timeout: float | None = None, tracking: Tracking = PLAIN) -> Result:
    """The degree of the closure of the set of functions a network represents.

    Args:
        spec: a network, or its specification.
        method: `auto`; `closed-form`; `slice` (points on a random affine subspace); `implicit` (the ideal, by
            elimination); `hilbert` (the Hilbert function, by interpolation); `monodromy` (path tracking).
        prime: prime of the first computation, below 2^31; a second one is drawn from the seed.
        seed: seed of every random choice.
        engine: `msolve`, `singular`, `macaulay2` or `builtin`; default the first that is installed.
        polar: the polar degrees too.
        hilbert: the Hilbert function up to this degree too.
        equations: generators of the ideal up to this degree too, over Q.
        implicit: all generators of the ideal over Q too, by elimination.
        emit: a format: the system that was counted, as text in `data["emitted"]`.
        memory_mb, timeout: of each question to the engine; path tracking ends in time with the best bound.
        tracking: certificates, files and processes of path tracking; chooses `monodromy` where the method is open.

    Returns:
        A result with the degree; data: dim, ambient, codimension, projective, fibre, removed, primes, seeds, and
        what was asked for besides.

    Raises:
        SpecificationError: the specification does not parse.
        UsageError: not polynomial, or no closed form where one was asked for.
        EngineError: the engine is missing or failed, or its answers do not agree.

    Notes:
        Where the neurovariety is a cone, the degree is that of its projectivization.
        Reference: [marchetti-2025].

    Example:
        >>> result = degree("mlp:3-2-1,r=2")
        >>> result.value, result.status.value, result.method
        (3, 'proved', 'closed-form')
    """
    from neurocli.engines.protocol import Limits
    from neurocli.invariants.degrees.extras import extras

    start = time.perf_counter()
    network = parse(spec)
    if method not in METHODS:
        raise UsageError(f"--method: read {method!r}, expected one of {', '.join(METHODS)}")
    check_options(prime, None)
    method = tracking.method_for(method)
    question = dataclasses.replace(_question(network, prime, seed, engine, Limits(timeout, memory_mb)),
                                   tracking=tracking)
    known = known_variety(network, proved_to_fill)
    chosen = choose_method(question, method, known)
    if timeout is not None and chosen in ENDLESS and not (polar or hilbert or equations or implicit or emit):
        from neurocli.invariants.limits import within

        found = within(question, timeout, lambda q: _FUNCTIONS[chosen](q, known), lambda q: _monodromy(q, known),
                       "functions on a random slice")
    else:
        found = _FUNCTIONS[chosen](question, known)
    data = _data(question, found)
    extra, explanation = extras(question, known, found, polar, hilbert, equations, implicit, emit)
    result = Result("degree", network.spelling, found.value, found.status, found.method, {**data, **extra},
                    found.explanation + tuple(explanation), (*found.evidence, *_dimension(question)), None, seed,
                    found.engine)
    return result.with_run(**found.run, seconds=round(time.perf_counter() - start, 6))


#: Methods that say nothing before they end; under a limit of time path tracking bounds the degree after them.
ENDLESS = ("slice", "implicit", "hilbert")


def _question(network: Network, prime: int | None, seed: int, engine: str | None, limits: Limits) -> Question:
    from neurocli.engines.registry import choose_engine
    from neurocli.invariants.ranks.upper_bounds import reduced

    if network.family == "softmax" or (network.family == "sprecher" and network.get("knots")):
        raise UsageError(f"{network}: its functions are not polynomials, so their closure has no degree",
                         "neurocli dim answers for these networks")
    if prime is not None and prime >= 2**31:
        raise UsageError(f"--prime: systems are solved modulo primes below 2^31, not {prime}")
    if engine is not None:
        choose_engine(engine)  # refuse a missing one before any work
    return Question(network, reduced(network), dim(network, seed=seed), engine, prime, seed, limits)


def choose_method(question: Question, method: str, known: KnownVariety | None) -> str:
    """`filling` or a closed form where there is one; otherwise slices."""
    if question.dimension.value == 0:
        return "point"
    if method not in ("auto", "closed-form"):
        return method
    if question.proved_dimension and question.dimension.data["filling"]:
        return "filling"
    if known is not None:
        return "closed-form"
    if _number_of_coordinates(question) == question.dimension.value and bounded_below(question.dimension):
        return "filling"
    if method == "closed-form":
        raise UsageError(f"{question.network}: no closed form is known", "use --method slice")
    return "slice"


def proved_to_fill(network: Network) -> bool:
    """Whether the dimension of a network is proved to be that of its ambient space."""
    answer = dim(network)
    return answer.status is Status.PROVED and bool(answer.data["filling"])


def bounded_below(facts: Result) -> bool:
    """Whether a dimension is at least what was found: a modular rank always is a lower bound."""
    return facts.method == "jacobian-rank" or facts.status is Status.PROVED


def _filling(question: Question, known: KnownVariety | None) -> Found:
    whole = question.dimension.data["filling"]
    space = "its ambient space" if whole else "the space of the coefficients that do not vanish identically,"
    statement = f"fills {space} of dimension {question.dimension.value}"
    evidence = {"kind": "theorem", "theorem": "filling", "statement": statement, "value": 1,
                "hypotheses": ["the dimension is proved to be that of the space"]}
    return Found(1, Status.PROVED, "closed-form", (evidence,), (statement,),
                 {"variety": "the whole space" if whole else "a coordinate subspace"})


def _closed_form(question: Question, known: KnownVariety | None) -> Found:
    assert known is not None
    if known.variety.dimension + 1 != question.dimension.value:
        raise InternalError(f"{question.network}: {known.theorem} has dimension {known.variety.dimension + 1}, the "
                            f"network {question.dimension.value}", "please report this")
    explanation = [known.statement, *(f"checked: {h}" for h in known.hypotheses)]
    data = {"variety": known.statement, "fibre": known.points}
    if known.points is not None:
        return Found(known.variety.degree // known.points, Status.PROVED, "closed-form", (known.evidence(),),
                     tuple(explanation), data)
    # the map is a morphism, so its degree times that of the image is known; its degree is counted
    from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed
    from neurocli.invariants.systems import fibre_polynomials, restricted_map

    p, seed = question.prime or DEFAULT_PRIME, derive_seed(question.seed, "fibre") % 2**32
    restricted = restricted_map(question.parametrization, question.dimension.value, p, seed)
    system = restricted.system(fibre_polynomials(restricted, seed))
    engine = question.engine
    points = engine.count_solutions(system, question.limits) or 0
    if points < 1 or known.variety.degree % points:
        raise EngineError(f"{engine.name}: counted {points} points in a fibre of {known.variety}",
                          "try another --prime or --seed")
    evidence = {"kind": "fibre", "value": points, "prime": p, "seed": seed}
    value = known.variety.degree // points
    found = Found(value, Status.PROBABLE, "closed-form", (dict(known.evidence(), value=value), evidence),
                  (*explanation, f"the generic fibre has {points} point{'s' * (points > 1)} modulo {p}"),
                  {**data, "fibre": points, "primes": [p], "seeds": [seed]}, _named(engine), system)
    return _proved_by_equation(question, found) or found


def _slice(question: Question, known: KnownVariety | None) -> Found:
    from neurocli.invariants.degrees.slice import slice_degree

    engine = question.engine
    answer = slice_degree(question.network, question.parametrization, question.dimension.value, engine,
                          question.prime, question.seed, question.limits)
    good = [s for s in answer.slices if s.value == answer.value]
    first = good[0]
    lines = [f"{first.solutions} points of parameter space on a random affine slice, {first.points} in a generic "
             f"fibre, modulo {first.prime}; the same degree modulo {good[1].prime} on another slice",
             "no degenerate solutions to remove: parameters where the map drops rank have images of smaller "
             "dimension, which the slice does not meet"]
    if first.cut:
        lines.append(f"generic fibres are positive-dimensional: {first.cut} further parameters are fixed to random "
                     "values")
    data = {"fibre": first.points, "removed": 0, "primes": [s.prime for s in answer.slices],
            "seeds": [s.seed for s in answer.slices], "solutions": [s.solutions for s in answer.slices]}
    found = Found(answer.value, Status.PROBABLE, "slice", tuple(s.evidence() for s in answer.slices), tuple(lines),
                  data, _named(engine), first.system)
    return _proved_by_equation(question, found) or found


def _implicit(question: Question, known: KnownVariety | None) -> Found:
    from neurocli.invariants.degrees.implicit import implicit_degree

    engine = question.engine
    answer = implicit_degree(question.parametrization, question.dimension.value, engine, question.prime,
                             question.seed, question.limits)
    lines = (f"the ideal has {answer.generators[0]} elements in its reduced basis, and the same degree modulo "
             f"{answer.primes[0]} and {answer.primes[1]}",)
    evidence = {"kind": "ideal", "value": answer.value, "primes": list(answer.primes), "dim": question.dimension.value}
    found = Found(answer.value, Status.PROBABLE, "implicit", (evidence,), lines,
                  {"primes": list(answer.primes)}, _named(engine), answer.system)
    return _proved_by_equation(question, found) or found


def _hilbert(question: Question, known: KnownVariety | None) -> Found:
    from neurocli.invariants.degrees.hilbert_function import hilbert_summary

    interpolation = question.ideal().interpolation()
    dimension = question.dimension.value + (not question.parametrization.cone)
    highest = 2
    while True:
        summary = hilbert_summary(interpolation, dimension, highest)
        if summary.degree is not None:
            break
        if highest == MAX_HILBERT:
            raise TooLarge(f"{question.network}: the Hilbert function has not settled up to degree {MAX_HILBERT}",
                           "use --method slice")
        highest += 1
    evidence = {"kind": "hilbert-function", "value": summary.degree, "function": list(summary.function),
                "h_vector": list(summary.h_vector), "prime": interpolation.p}
    lines = (f"h-vector {', '.join(map(str, summary.h_vector))} from interpolation modulo {interpolation.p}; that it "
             "ends where it vanishes twice is not proved",)
    found = Found(int(summary.degree or 0), Status.NUMERICAL, "hilbert", (evidence,), lines,
                  {"hilbert_function": list(summary.function), "h_vector": list(summary.h_vector),
                   "primes": [interpolation.p]}, _flint())
    return _proved_by_equation(question, found) or found


def _monodromy(question: Question, known: KnownVariety | None) -> Found:
    from neurocli.invariants.degrees.monodromy import monodromy_degree

    return monodromy_degree(question)


def _point(question: Question, known: KnownVariety | None) -> Found:
    evidence = {"kind": "theorem", "theorem": "one point", "statement": "the map is constant", "value": 1,
                "hypotheses": ["the dimension is 0"]}
    return Found(1, question.dimension.status, "closed-form", (evidence,), ("the map is constant",),
                 {"variety": "one point"})


_FUNCTIONS = {"point": _point, "filling": _filling, "closed-form": _closed_form, "slice": _slice, "implicit": _implicit,
              "hilbert": _hilbert, "monodromy": _monodromy}


def _proved_by_equation(question: Question, found: Found) -> Found | None:
    """The same degree, proved, when the neurovariety is a hypersurface whose equation is found.

    The image has dimension at least the modular rank of the Jacobian, so when that is one less than the number of
    coordinates and an equation vanishes on it, its closure is a hypersurface; the equation of that
    generates its ideal over Q and divides every other, so an irreducible one is it.
    """
    coordinates = _number_of_coordinates(question)
    facts = question.dimension
    if coordinates is None or not bounded_below(facts):
        return None
    if found.value == 1:
        return _proved_linear(question, found, coordinates)
    if facts.value != coordinates - 1:
        return None
    if comb(coordinates + found.value, found.value) > MAX_PROOF_MONOMIALS:
        return None
    ideal = question.ideal()
    try:
        equation = ideal.hypersurface(found.value)
        if equation is None or not ideal.is_irreducible(equation):
            return None
    except NeurocliError:  # too large to be verified: the degree stays probable
        return None
    from neurocli.formats.system import PolynomialSystem, spell
    from neurocli.invariants.degrees.equations import readable

    names = ideal.variables()
    text = readable(spell(PolynomialSystem(names, 0, (equation,)).polynomials[0], names))
    evidence = {"kind": "equation", "value": found.value, "variables": list(names), "equation": text}
    line = f"a hypersurface: its equation of degree {found.value} is verified on the parametrization and irreducible"
    return dataclasses.replace(found, status=Status.PROVED, evidence=(evidence, *found.evidence),
                               explanation=(line, *found.explanation), data={**found.data, "equation": text})


def _proved_linear(question: Question, found: Found, coordinates: int) -> Found | None:
    """Degree one, proved, when as many linear equations are verified as the codimension says."""
    from neurocli.formats.system import spell
    from neurocli.invariants.degrees.equations import readable

    try:
        system = question.ideal().equations(1).system
    except NeurocliError:
        return None
    if question.dimension.value != coordinates - len(system.polynomials):
        return None
    evidence = {"kind": "equations", "value": 1, "variables": list(system.variables),
                "equations": [readable(spell(f, system.variables)) for f in system.polynomials]}
    line = f"a linear space: {len(system.polynomials)} linear equations are verified on the parametrization"
    return dataclasses.replace(found, status=Status.PROVED, evidence=(evidence, *found.evidence),
                               explanation=(line, *found.explanation), data={**found.data, "variety": "a linear space"})


def _number_of_coordinates(question: Question) -> int | None:
    from neurocli.architectures.expansion import MAX_TERMS, estimated_terms

    if estimated_terms(question.parametrization) > MAX_TERMS:
        return None
    return int(question.ideal().coordinates)


def _data(question: Question, found: Found) -> dict[str, Any]:
    facts = question.dimension
    ambient = facts.data["ambient"]
    return {"dim": facts.value, "dim_status": facts.status.value, "ambient": ambient,
            "codimension": None if ambient is None else ambient - facts.value,
            "projective": question.parametrization.cone, "fibre": None, "removed": 0, "primes": [], "seeds": [],
            "variety": None, **found.data}


def _dimension(question: Question) -> list[Mapping[str, Any]]:
    """What the dimension rests on."""
    facts = question.dimension
    return [{"kind": "dimension", "dim": facts.value, "by": facts.evidence[0]}] if facts.evidence else []


def _named(engine: Engine) -> dict[str, str]:
    return {"name": engine.name, "version": engine.version()}


def _flint() -> dict[str, str]:
    from neurocli.algebra.versions import flint_engine

    return dict(flint_engine())
