"""The generic fibre: dimension, points in the gauge, classes modulo the known group, verdict.

Theorems come first (`theorems/fibres.py`); the fibre through a random point modulo a prime, in the
gauge, is counted by a Gröbner basis and checks them, or replaces them.
"""

from __future__ import annotations

import dataclasses
import time
from math import comb
from typing import Any

from neurocli.algebra.primes import derive_seed, random_prime
from neurocli.architectures.actions import gauge_stabilizer
from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import EngineError, InternalError, LimitError
from neurocli.results.result import Result, Status
from neurocli.theorems.fibres import FibreStatement, fibre_statement

IDENTIFIABLE, FINITELY, NOT = "identifiable", "finitely-identifiable", "not-identifiable"
#: Networks with more unknowns or points than this are not checked once a theorem decides.
CHECK_UNKNOWNS = 16
CHECK_POINTS = 60
#: Larger systems are not tried unless the method is asked for.
MOST_UNKNOWNS = 60
#: Upper bound for the terms of one equation (the true number is often far smaller).
MAX_EQUATION = 1_000_000
#: Seconds for counting points when no theorem decides and no limit is given.
BUDGET = 30.0


@dataclasses.dataclass(frozen=True)
class Count:
    """Points of one generic fibre in the gauge, counted modulo primes.

    Args:
        points: their number, or None when it was not settled.
        evidence: one record per prime.
        engine: name and version of the engine.
        trouble: why it was not settled.
        stopped: it was a limit of time or memory.
    """

    points: int | None
    evidence: tuple[dict[str, Any], ...] = ()
    engine: dict[str, str] = dataclasses.field(default_factory=dict)
    trouble: str = ""
    stopped: bool = False


def largest_equation(parametrization: Parametrization, unknowns: int) -> int:
    """Upper bound for the number of terms of one equation of the fibre."""
    from neurocli.architectures.expansion import estimated_terms

    degree = parametrization.degree_parameters or 1
    return min(comb(unknowns + degree, degree), estimated_terms(parametrization))


@dataclasses.dataclass(frozen=True)
class Excess:
    """The dimension of the generic fibre beyond the orbits of the known group.

    Args:
        fibre: dimension of the generic fibre.
        orbit: dimension of the orbits.
        value: the difference.
        status, error: how sure the difference is.
        dim: the result that gave the dimension.
    """

    fibre: int
    orbit: int
    value: int
    status: Status
    error: float | None
    dim: Result


def excess_dimension(network: Network, parametrization: Parametrization, prime: int | None, seed: int,
                     memory_mb: int | None = None) -> Excess:
    """Fibre dimension minus orbit dimension.

    Notes:
        With the dimension proved, excess 0 is proved: the orbit's dimension is a proved lower bound
        for the fibre's.  A positive excess is proved when the orbits have the dimension of the group.
    """
    from neurocli.invariants.dimension import DEFAULT_PRIME, dim
    from neurocli.invariants.ranks.jacobian_rank import orbit_rank

    result = dim(network, prime=prime, seed=seed, memory_mb=memory_mb)
    fibre = parametrization.parameter_count - int(result.value)
    orbit = orbit_rank(parametrization, prime or DEFAULT_PRIME, seed)
    value = fibre - orbit
    status, error = result.status, result.error_probability
    if status is Status.PROVED and value > 0 and orbit < parametrization.symmetry_dimension:
        from neurocli.invariants.ranks.jacobian_rank import failure_probability

        status = Status.PROBABLE
        error = failure_probability(parametrization, orbit + 1, prime or DEFAULT_PRIME)
    return Excess(fibre, orbit, value, status, error, result)


def count_points(parametrization: Parametrization, *, prime: int, seed: int, trials: int, engine: str | None,
                 seconds: float | None, memory_mb: int | None) -> Count:
    """Points of the fibre through a random point of the gauge, modulo one or more primes."""
    from neurocli.engines.protocol import Limits
    from neurocli.engines.registry import choose_engine
    from neurocli.invariants.fibres.fibre_ideal import fibre_system, in_gauge, random_point

    chosen = choose_engine(engine)
    deadline = None if seconds is None else time.monotonic() + seconds
    unknowns = in_gauge(parametrization)
    terms = largest_equation(parametrization, len(unknowns.free))
    if terms > MAX_EQUATION:
        return Count(None, (), {}, f"an equation of the fibre may have {terms:,} terms; the limit is {MAX_EQUATION:,}"
                     if terms < 10**15 else "the equations of the fibre have too many terms")
    counts: list[int] = []
    evidence: list[dict[str, Any]] = []
    about = {"name": chosen.name, "version": _version(chosen)}
    for trial in range(trials):
        p = prime if trial == 0 else random_prime(derive_seed(seed, "fibre", trial))
        at = derive_seed(seed, "fibre-trial", trial) if trial else seed
        theta = random_point(unknowns, parametrization.parameter_count, p, at)
        system = fibre_system(parametrization, unknowns, theta, p, at)
        left = None if deadline is None else max(0.05, deadline - time.monotonic())
        try:
            if not unknowns.free:
                found: int | None = 1
            else:
                found = chosen.count_solutions(system, Limits(left, memory_mb))
        except (LimitError, EngineError) as error:
            if engine is not None and isinstance(error, EngineError):
                raise
            return Count(None, tuple(evidence), about, error.message, isinstance(error, LimitError))
        if found is None:
            return Count(None, tuple(evidence), about, "the fibre in the gauge has positive dimension")
        counts.append(found)
        evidence.append({"kind": "fibre-count", "value": found, "prime": p, "seed": at, "unknowns": len(unknowns.free)})
    if len(set(counts)) > 1:
        return Count(None, tuple(evidence), about, f"different counts at different primes: {counts}")
    return Count(counts[0], tuple(evidence), about)


def fibre_file(network: Network, name: str, *, prime: int, seed: int) -> str:
    """The system of the first count as a file of another system, which counts its solutions there.

    Args:
        name: a format of `formats.registry`.

    Raises:
        TooLarge: an equation may have too many terms.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> fibre_file(parse("mlp:2-2-2,r=2"), "msolve", prime=2**31 - 1, seed=0).splitlines()[1]
        '2147483647'
    """
    from neurocli.architectures.registry import parametrization as of
    from neurocli.errors import TooLarge
    from neurocli.formats.question import COUNT
    from neurocli.formats.registry import write
    from neurocli.invariants.fibres.fibre_ideal import fibre_system, in_gauge, random_point

    parametrization = of(network)
    unknowns = in_gauge(parametrization)
    terms = largest_equation(parametrization, len(unknowns.free))
    if terms > MAX_EQUATION:
        raise TooLarge(f"{network}: an equation of the fibre may have {terms:,} terms; the limit is {MAX_EQUATION:,}")
    theta = random_point(unknowns, parametrization.parameter_count, prime, seed)
    system = fibre_system(parametrization, unknowns, theta, prime, seed)
    return write(name, system.with_comment(f"neurocli fibers {network}, seed {seed}"), question=COUNT, seed=seed)


def _version(engine: Any) -> str:
    """The version an engine says, or nothing: that is no reason to refuse its answers."""
    try:
        return str(engine.version())
    except EngineError:
        return ""


@dataclasses.dataclass(frozen=True)
class GenericFibre:
    """What was settled about the generic fibre."""

    value: dict[str, Any]
    status: Status
    method: str
    data: dict[str, Any]
    explanation: tuple[str, ...]
    evidence: tuple[Any, ...]
    error_probability: float | None
    engine: dict[str, str]
    run: dict[str, Any] = dataclasses.field(default_factory=dict)


def choose_method(method: str, statement: FibreStatement | None, parametrization: Parametrization, excess: int) -> str:
    """`theorem` or `groebner`, or both (`check`), or `rank` when the excess alone answers.

    A theorem that decides is checked by counting points where that is quick; without one the
    points are counted whenever the gauge is complete.
    """
    if excess > 0:
        return "rank"
    countable = parametrization.gauge.complete and parametrization.degree_x is not None
    if method == "theorem" or not countable:
        return "theorem"
    unknowns = parametrization.parameter_count - sum(map(len, parametrization.gauge.fixed.values()))
    if method == "groebner" or statement is None or not statement.proved:
        return "groebner" if unknowns <= MOST_UNKNOWNS or method == "groebner" else "theorem"
    few = statement.classes * gauge_stabilizer(parametrization.network) <= CHECK_POINTS
    return "check" if unknowns <= CHECK_UNKNOWNS and few else "theorem"


def generic_fibre(network: Network, *, method: str, prime: int | None, seed: int, engine: str | None,
                  timeout: float | None, memory_mb: int | None) -> GenericFibre:
    """Dimension, points, classes and verdict; see `fibers`."""
    from neurocli.architectures.registry import parametrization as of
    from neurocli.invariants.dimension import DEFAULT_PRIME

    started = time.monotonic()
    parametrization = of(network)
    excess = excess_dimension(network, parametrization, prime, seed, memory_mb)
    if excess.value < 0:
        raise InternalError(f"{network}: orbits of dimension {excess.orbit} in fibres of dimension {excess.fibre}",
                            "please report this")
    statement = fibre_statement(network) if excess.value == 0 else None
    chosen = choose_method(method, statement, parametrization, excess.value)
    count = Count(None)
    if chosen in ("groebner", "check"):
        seconds = BUDGET if timeout is None else max(0.1, 0.9 * timeout - (time.monotonic() - started))
        p = prime if prime is not None and prime < 2**31 else DEFAULT_PRIME
        count = count_points(parametrization, prime=p, seed=seed, trials=1 if chosen == "check" else 2,
                             engine=engine, seconds=seconds, memory_mb=memory_mb)
    return _conclude(network, parametrization, excess, statement, chosen, count, timeout is not None, seed)


def _conclude(network: Network, parametrization: Parametrization, excess: Excess, statement: FibreStatement | None,
              chosen: str, count: Count, limited: bool, seed: int) -> GenericFibre:
    order = gauge_stabilizer(network)
    data = fibre_data(network, excess, order, count)
    computed = None
    lines: list[str] = []
    if count.points is not None:
        computed, rest = divmod(count.points, order)
        if rest:
            computed = None
            lines.append(f"{count.points} points in the gauge, no multiple of the {order} elements of the finite group")
    if statement and statement.proved and computed is not None and computed != statement.classes:
        raise InternalError(f"{network}: {computed} classes computed, {statement.classes} by {statement.theorem}",
                            "please report this")
    if statement and not statement.proved and computed is not None and computed != statement.classes:
        lines.append(f"differs from {statement.theorem} ({statement.classes} classes), which is not proved here")
    proved = statement is not None and statement.proved
    classes = statement.classes if statement and (proved or computed is None) else computed
    points = count.points
    if points is None and proved and classes is not None and parametrization.gauge.complete:
        points = classes * order
    status, error = _status(excess, statement, computed, count)
    if excess.value:
        verdict = NOT
        points = classes = None
        lines.insert(0, f"not identifiable: a family of dimension {excess.value} beyond the group")
    elif classes == 1:
        verdict = IDENTIFIABLE
        lines.insert(0, "identifiable up to the group")
    else:
        verdict = FINITELY
        uncounted = ": the fibre is finite modulo the group, and its classes were not counted"
        lines.insert(0, "finitely identifiable" + (uncounted if classes is None else f" ({classes} classes)"))
    if statement and (proved or classes is not None):
        lines.append(statement.statement + ("" if proved or computed is not None else " (a conjecture)"))
        lines += [f"checked: {hypothesis}" for hypothesis in statement.hypotheses]
    if count.trouble:
        lines.append(f"the points of the fibre were not counted: {count.trouble}")
        if limited and count.stopped and not proved and classes is None:
            status = Status.UNDECIDED
            data["limit"] = True
    elif count.points is not None:
        how = "a prime" if len(count.evidence) == 1 else f"{len(count.evidence)} primes"
        lines.append(f"{count.points} points in the gauge modulo {how}, {order} elements of the finite group")
    elif excess.value == 0 and classes is None:
        lines.append("too many unknowns to count the points" if parametrization.gauge.complete else
                     "no complete gauge is known for this shape, so points are not counted")
    value = {"dimension": excess.fibre, "excess": excess.value, "points": points, "classes": classes,
             "verdict": verdict}
    evidence = list(excess.dim.evidence) + ([statement.evidence()] if statement else []) + list(count.evidence)
    if excess.value:
        from neurocli.invariants.ranks.hidden_symmetries import hidden_symmetries

        hidden = hidden_symmetries(parametrization, excess.fibre, seed) if parametrization.degree_x else None
        data["hidden_symmetries"] = None if hidden is None else hidden.to_json()
    method = {"check": "theorem", "rank": "jacobian-rank"}.get(chosen, chosen)
    if chosen == "theorem" and statement is None:
        method = "jacobian-rank"
    return GenericFibre(value, status, method, data, tuple(lines), tuple(evidence), error, count.engine)


def _status(excess: Excess, statement: FibreStatement | None, computed: int | None,
            count: Count) -> tuple[Status, float | None]:
    """The weakest of what the verdict rests on."""
    if statement is not None and statement.proved:
        # a proved finite number of classes proves that there is no excess
        return Status.PROVED, None
    if excess.value == 0 and computed is not None:
        weak = excess.status in (Status.NUMERICAL, Status.BOUND)
        return (excess.status if weak else Status.PROBABLE), None
    if excess.value == 0 and statement is not None:  # a conjecture that nothing here has checked
        return Status.NUMERICAL, None
    return excess.status, excess.error


def fibre_data(network: Network, excess: Excess, order: int, count: Count) -> dict[str, Any]:
    """The `data` of a generic fibre: dimensions, the known group, and what was not settled."""
    from neurocli.architectures.registry import parametrization as of

    parametrization = of(network)
    return {"question": "generic", "parameters": parametrization.parameter_count, "dim": excess.dim.value,
            "dim_status": excess.dim.status.value, "orbit_dimension": excess.orbit,
            "symmetry_dimension": parametrization.symmetry_dimension,
            "group": [{"group": s.name, "place": s.place, "dimension": s.dimension}
                      for s in parametrization.symmetries[:200]],
            "finite_symmetries": list(parametrization.finite_symmetries), "finite_order": order,
            "gauge": parametrization.gauge.description if parametrization.gauge.complete else None,
            "hidden_symmetries": None, "trouble": count.trouble}
