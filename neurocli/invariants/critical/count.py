"""Counting critical points modulo primes: Gröbner bases, ramified solutions removed, the generic fibre divided out."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from typing import Any

from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed, random_prime
from neurocli.engines.protocol import Engine, Limits
from neurocli.errors import EngineError, LimitError
from neurocli.formats.system import PolynomialSystem
from neurocli.invariants.critical.equations import (
    Chart,
    Stratum,
    bundle_chart,
    critical_polynomials,
    critical_system,
    excess_strata,
    projected_jacobian,
    weights_chart,
)
from neurocli.invariants.critical.metrics import Metric
from neurocli.invariants.degrees.question import Question
from neurocli.invariants.systems import fibre_polynomials, restricted_map
from neurocli.theorems.degree_catalogue import KnownVariety
from neurocli.theorems.determinantal import SubspaceVariety

#: Attempts before counts that disagree are given up.
MAX_ATTEMPTS = 5
#: Ramified solutions are looked for among at most so many solutions.
MAX_SHAPE = 700
#: Seconds for counting what the strata remove: it is only for the reader.
SECONDS = 0.5


@dataclasses.dataclass(frozen=True)
class Count:
    """Critical points modulo one prime.

    Args:
        prime, seed: of the metric, the target and the chart.
        solutions: of the critical equations, off the strata.
        ramified: how many of them, with multiplicity, are ramified; None: not looked for, by another count it is 0.
        points: points of a generic fibre of the chart.
        strata: loci removed beforehand, each with the solutions that only it removes: None: not counted; -1: infinitely
            many.
        chart: in words.
        unknowns: how many.
        system: the system that was solved.
    """

    prime: int
    seed: int
    solutions: int
    ramified: int | None
    points: int
    strata: dict[str, int | None]
    chart: str
    unknowns: int
    system: PolynomialSystem

    @property
    def value(self) -> int | None:
        """Critical points on the regular locus; None when the fibre does not divide the solutions."""
        good = self.solutions - (self.ramified or 0)
        return good // self.points if self.points > 0 and good % self.points == 0 else None

    @property
    def removed(self) -> dict[str, int | str | None]:
        """Solutions in the ramification locus, by stratum."""
        found: dict[str, int | str | None] = {name: "infinitely many" if number == -1 else number
                                              for name, number in self.strata.items()}
        return found | ({"other ramified solutions": self.ramified} if self.ramified else {})

    def evidence(self) -> dict[str, Any]:
        """The count as an evidence record of a result."""
        return {"kind": "critical-points", "value": self.value, "prime": self.prime, "seed": self.seed,
                "solutions": self.solutions, "ramified": self.ramified, "fibre": self.points,
                "removed": self.removed, "unknowns": self.unknowns, "chart": self.chart}


def critical_counts(question: Question, known: KnownVariety | None, metric: Metric) -> list[Count]:
    """Counts until two primes agree; the value is that of the last.

    Raises:
        EngineError: no two agree, or the solutions are infinitely many.
    """
    done: list[Count] = []
    for attempt in range(MAX_ATTEMPTS):
        p = random_prime(derive_seed(question.seed, "edd", attempt)) if attempt else question.prime or DEFAULT_PRIME
        seed = derive_seed(question.seed, "critical", attempt) % 2**32
        # where the first count found ramified solutions, or could not look for them, the others look again
        report = not done or done[0].ramified != 0
        done.append(one_count(question, known, metric, p, seed, report))
        votes = Counter(c.value for c in done if c.value is not None)
        if votes and votes.most_common(1)[0][1] > 1:
            value = votes.most_common(1)[0][0]
            return sorted(done, key=lambda c: c.value == value)
    raise EngineError(f"{question.network}: {MAX_ATTEMPTS} counts gave {', '.join(str(c.value) for c in done)}",
                      "try another --prime, a large one")


def chart_of(question: Question, known: KnownVariety | None, p: int, seed: int) -> Chart:
    """Forms on spaces of linear forms where the first layer is narrow; otherwise weights in the gauge."""
    if known is not None and isinstance(known.variety, SubspaceVariety):
        return bundle_chart(known.variety, p)
    unramified = known is not None and known.theorem == "polynomial CNN"  # but where a filter vanishes
    return weights_chart(restricted_map(question.parametrization, question.dimension.value, p, seed), unramified)


def critical_equations(question: Question, known: KnownVariety | None, metric: Metric, p: int,
                       seed: int) -> tuple[Chart, list[Any], list[Stratum], PolynomialSystem]:
    """The chart, the equations in it, the strata to be removed, and the system without them."""
    chart = chart_of(question, known, p, seed)
    equations = critical_polynomials(chart, metric, seed)
    strata = excess_strata(chart, seed)
    return chart, equations, strata, critical_system(chart, equations, strata)


def one_count(question: Question, known: KnownVariety | None, metric: Metric, p: int, seed: int,
              report: bool = True) -> Count:
    """Solve the critical equations of one loss modulo one prime.

    Args:
        report: look for ramified solutions, and count what every stratum removes if that is quick.
    """
    engine, limits = question.engine, question.limits
    chart, equations, strata, system = critical_equations(question, known, metric, p, seed)
    if report and not chart.unramified:
        solutions, ramified = _solve(chart, system, engine, limits, seed, len(system.variables) - len(chart.names))
    else:
        solutions, ramified = _count(system, engine, limits, chart), 0 if chart.unramified else None
    budget = min(SECONDS, limits.timeout or SECONDS)
    removed: dict[str, int | None] = {}
    for stratum in strata:
        removed[stratum.name] = None
        if report and budget > 0.05:
            others = [s for s in strata if s is not stratum]
            started = time.monotonic()
            removed[stratum.name] = _more(critical_system(chart, equations, others), solutions, engine,
                                          Limits(budget, limits.memory_mb))
            budget -= time.monotonic() - started
    points = fibre_points(chart, engine, limits, seed)
    return Count(p, seed, solutions, ramified, points, removed, chart.description, len(chart.names), system)


def _more(system: PolynomialSystem, solutions: int, engine: Engine, limits: Limits) -> int | None:
    try:
        found = engine.count_solutions(system, limits)
    except LimitError:
        return None
    return -1 if found is None else found - solutions


def _count(system: PolynomialSystem, engine: Engine, limits: Limits, chart: Chart) -> int:
    found = engine.count_solutions(system, limits)
    if found is None:
        raise _infinite(chart)
    return found


def _infinite(chart: Chart) -> EngineError:
    return EngineError(f"the critical equations have infinitely many solutions in {chart.description}",
                       "degenerate metrics are asked for by --rank, --metric samples or --metric data")


def fibre_points(chart: Chart, engine: Engine, limits: Limits, seed: int) -> int:
    """Points of a generic fibre of a chart; 0 where they are infinitely many."""
    if chart.points is not None:
        return chart.points
    assert chart.restricted is not None
    system = chart.restricted.system(fibre_polynomials(chart.restricted, seed))
    return engine.count_solutions(system, limits) or 0


def _solve(chart: Chart, system: PolynomialSystem, engine: Engine, limits: Limits, seed: int,
           extra: int) -> tuple[int, int | None]:
    """Solutions of a system, and how many of them are ramified."""
    from neurocli.algebra.groebner.basis import GroebnerBasis
    from neurocli.algebra.groebner.monomials import MonomialOrder
    from neurocli.algebra.groebner.shape_position import shape_position
    from neurocli.algebra.groebner.zero_dim import QuotientAlgebra

    order = MonomialOrder.degrevlex(len(system.variables))
    basis = GroebnerBasis.from_polynomials(system.variables, chart.p, order,
                                           list(engine.groebner_basis(system, limits)))
    if basis.dimension > 0:
        raise _infinite(chart)
    algebra = QuotientAlgebra(basis)
    if algebra.dimension == 0 or algebra.dimension > MAX_SHAPE:
        return algebra.dimension, 0 if algebra.dimension == 0 else None
    shape = shape_position(algebra)
    if shape is None:
        return algebra.dimension, None
    off, _ = shape.solutions_off(projected_jacobian(chart, seed, extra))
    return algebra.dimension, algebra.dimension - off
