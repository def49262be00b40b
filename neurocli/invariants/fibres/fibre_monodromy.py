"""Points of the generic fibre by path tracking: monodromy over slices in the gauge."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from neurocli.architectures.actions import gauge_stabilizer
from neurocli.architectures.network import Network
from neurocli.errors import EngineError, UsageError
from neurocli.invariants.certified_count import BOTH_SIDES
from neurocli.invariants.fibres.generic_fibre import (
    FINITELY,
    IDENTIFIABLE,
    Count,
    Excess,
    GenericFibre,
    excess_dimension,
    fibre_data,
    generic_fibre,
)
from neurocli.invariants.tracking import Tracking
from neurocli.jobs.messages import tell
from neurocli.results.result import Status
from neurocli.theorems.fibres import FibreStatement, fibre_statement

if TYPE_CHECKING:
    from neurocli.numerics.certification import Certificate
    from neurocli.numerics.fibers import FiberSolutions

#: Share of the time limit that the search may take when certificates are to follow.
SEARCH_SHARE = 0.8


def monodromy_fibre(network: Network, *, seed: int, timeout: float | None, memory_mb: int | None,
                    tracking: Tracking) -> GenericFibre:
    """Points of one generic fibre in the gauge, and classes modulo the known group, in floating point.

    Returns:
        A numerical answer where all functions of a slice have equally many points, and the functions pass the trace
        test; otherwise a bound from below.

    Raises:
        UsageError: no gauge that makes the points isolated; the message says the local dimension.
        EngineError: the count contradicts a theorem.

    Notes:
        The points over all functions of one slice are permuted transitively by monodromy. When N of them are proved
        to exist and to differ in a slice that D functions lie in, one of these has at least N/D points, and so
        have all generic functions; D is proved where a theorem gives the degree.
    """
    from neurocli.architectures.registry import parametrization as of

    began = time.monotonic()
    parametrization = of(network)
    excess = excess_dimension(network, parametrization, None, seed, memory_mb)
    if excess.value > 0:
        if tracking.asked:
            raise UsageError(f"{network}: the points of a fibre are not isolated: local dimension {excess.value} "
                             "beyond the group", "neurocli fibers without options of path tracking says more")
        return generic_fibre(network, method="theorem", prime=None, seed=seed, engine=None, timeout=timeout,
                             memory_mb=memory_mb)
    if not parametrization.gauge.complete:
        raise UsageError(f"{network}: no complete gauge is known for this shape, so points are not isolated: local "
                         f"dimension {excess.fibre}", "leave --method out")
    from neurocli.numerics.fibers import solve_fiber

    until = None if timeout is None else began + timeout * (SEARCH_SHARE if tracking.proves else 1.0)
    found = solve_fiber(parametrization, seed, tracking.execution(until), real=tracking.real_only)
    certificates = _examine(found, None if timeout is None else began + timeout) if tracking.proves else None
    _save(tracking, found, certificates)
    return _conclude(network, excess, found, certificates, tracking, seed)


def _conclude(network: Network, excess: Excess, found: FiberSolutions, certificates: list[Certificate] | None,
              tracking: Tracking, seed: int) -> GenericFibre:
    import numpy as np

    order = gauge_stabilizer(network)
    classes, rest = divmod(found.count, order)
    settled = found.even and not rest
    statement = fibre_statement(network)
    _compare(network, statement, found, classes if settled else None)
    if found.even:
        lines = [f"{found.count} points over each of {found.degree} functions of a slice in the gauge, {order} "
                 "elements of the finite group"]
    else:
        lines = [f"at least {found.count} points over one function of a slice in the gauge"]
        lines.append("the time limit came first" if found.search.stop == "limit" else
                     "functions with different numbers of points, or the trace test did not pass")
    if rest:
        lines.append(f"{found.count} is no multiple of {order}: the classes are not counted")
    elif found.even:
        lines.insert(0, "identifiable up to the group" if classes == 1 else
                     f"finitely identifiable ({classes} classes)")
    data = fibre_data(network, excess, order, Count(found.count)) | {
        "degree": found.degree, "trace_test": found.even, "seeds": [seed],
        "limit": found.search.stop == "limit", "found": len(found.whole)}
    if certificates is not None:
        lines += _proof(network, found, certificates, tracking, data)
    lines.append("paths are tracked in double precision; that no point is missing rests on equal numbers of points "
                 "over all functions, and loops that bring nothing new")
    value = {"dimension": excess.fibre, "excess": 0, "points": found.count, "classes": classes if settled else None,
             "verdict": IDENTIFIABLE if settled and classes == 1 else FINITELY}
    evidence = [*excess.dim.evidence, {"kind": "monodromy", "value": found.count, "functions": found.degree,
                                       "seed": seed, "complete": found.even}]
    search = found.search
    run = {"paths": search.paths, "loops": search.loops, "restarts": 0, "failed_paths": search.failures,
           "trace_residual": float(f"{found.residual:.1e}") if np.isfinite(found.residual) else None,
           "conflicts": search.conflicts}
    return GenericFibre(value, Status.NUMERICAL if settled else Status.BOUND, "monodromy", data, tuple(lines),
                        tuple(evidence), None, {"name": "numpy", "version": np.__version__}, run)


def _compare(network: Network, statement: FibreStatement | None, found: FiberSolutions, classes: int | None) -> None:
    """Refuse a count that a theorem rules out."""
    if statement is not None and statement.proved and classes is not None and classes != statement.classes:
        raise EngineError(f"{network}: {classes} classes by path tracking, {statement.classes} by {statement.theorem}",
                          "try another --seed")


def _examine(found: FiberSolutions, until: float | None) -> list[Certificate]:
    """Krawczyk's test for all points over all functions of the slice, or as many as the time allows."""
    from neurocli.numerics.gauge_certification import certify_in_gauge

    most = len(found.whole)
    if until is not None and most:
        started = time.monotonic()
        certify_in_gauge(found.system, found.whole[:1], found.data)
        each = max(1e-4, time.monotonic() - started)
        most = max(0, min(most, int(0.7 * (until - time.monotonic()) / each)))
    tell({"phase": f"examining {most} points", "solutions": [len(found.whole)], "paths": found.search.paths})
    return certify_in_gauge(found.system, found.whole[:most], found.data)


def _proof(network: Network, found: FiberSolutions, certificates: list[Certificate], tracking: Tracking,
           data: dict[str, Any]) -> list[str]:
    """What the certificates say about one fibre; added to the data as well."""
    proved = sum(c.certified and c.distinct for c in certificates)
    known = _proved_degree(network)
    least = max(1, -(-proved // (known or found.degree)))
    if not certificates:
        side = "nothing is certified: the time limit came first"
    elif found.even and least == found.count:
        side = BOTH_SIDES
    else:
        side = f"at least {least}, certified; {found.count}, numerical"
    lines = [side, f"{proved} of {len(found.whole)} points over all functions of the slice are proved to exist and to "
             "differ (Krawczyk's test in ball arithmetic)",
             f"they lie over {found.degree} functions, the degree, which is {'proved' if known else 'numerical'}"]
    data |= {"certified": proved, "examined": len(certificates), "proof": side}
    data["limit"] = data["limit"] or len(certificates) < len(found.whole)
    if tracking.real_only:
        here = _over_first(found)[:len(certificates)]
        over = [c for c, one in zip(certificates, here, strict=True) if one and c.certified and c.distinct]
        data |= {"certified_real": sum(c.real for c in over), "certified_not_real": sum(c.not_real for c in over)}
        lines.append(f"over the function of random real weights {data['certified_real']} points are proved to be real, "
                     f"{data['certified_not_real']} proved not to be")
    return lines


def _proved_degree(network: Network) -> int | None:
    """The degree where a theorem gives it, else None."""
    from neurocli.invariants.degree import degree

    try:
        answer = degree(network, method="closed-form")
    except (UsageError, EngineError):
        return None
    return int(answer.value) if answer.status is Status.PROVED else None


def _over_first(found: FiberSolutions) -> list[bool]:
    """Which points of the slice lie over the function whose fibre is counted."""
    import numpy as np

    whole = found.system.parameters(found.whole)
    return [bool((np.abs(found.points - x).max(axis=1) == 0).any()) for x in whole]


def _save(tracking: Tracking, found: FiberSolutions, certificates: list[Certificate] | None) -> None:
    """Write the points over one function: all, or those that are proved to be real."""
    import dataclasses

    from neurocli.numerics.solutions import write_bertini, write_json

    if tracking.solutions is None:
        return
    kept: list[Certificate] = []
    if certificates is not None:
        here = _over_first(found)[:len(certificates)]
        kept = [c for c, one in zip(certificates, here, strict=True) if one]
        if tracking.real_only:
            chosen = [i for i, c in enumerate(kept) if c.certified and c.real]
            found, kept = dataclasses.replace(found, points=found.points[chosen]), [kept[i] for i in chosen]
    if tracking.solutions.lower().endswith(".json"):
        write_json(tracking.solutions, found, kept)
    else:
        write_bertini(tracking.solutions, found.points)
