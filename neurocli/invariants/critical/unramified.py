"""What path tracking finds of a loss that degenerates on the span of the functions: its unramified critical points.

Let L be a root of the form Q, r = rank Q, and q a generic target.  The pairs (x, q) with q - L x orthogonal to
L T_x X where L is injective on T_x X are a vector bundle over an open set of X, hence irreducible: monodromy reaches
all of them.  For r = dim X the fibres of the bundle are zero, and the points interpolate.  Points where the radical of
Q meets T_x X, the ramified ones, lie on other components, which no path from the first leads to.  So the number is a
lower bound for that of all isolated critical points.  Reference: [marchetti-2025-degenerate].
"""

from __future__ import annotations

import dataclasses

from neurocli.errors import NeurocliError
from neurocli.invariants.critical.degenerate_count import form_rank, sentence, split_count
from neurocli.invariants.critical.metrics import Metric
from neurocli.invariants.degrees.question import Found, Question
from neurocli.jobs.isolate import isolate
from neurocli.results.result import Status
from neurocli.theorems.degenerate_forms import Part, isolated_points
from neurocli.theorems.degree_catalogue import KnownVariety

#: Seconds for equations beside the points that are listed, and their share of a time limit.
SECONDS, SHARE = 60.0, 0.3
#: The command that counts what paths do not reach.
ADVICE = "--method split, without --solve and --real, counts the critical points by kind"


def unramified_part(question: Question, known: KnownVariety | None, metric: Metric, count: int) -> Part | None:
    """The part that paths reach; None where the form is regular on the span, and that part is all.

    Args:
        count: number of points that were found.
    """
    size = form_rank(question, known, metric)
    if size is None or size[0] == size[1]:
        return None
    if size[0] <= question.dimension.value:
        return Part("interpolating", 0, count, "zero")
    return Part("regular unramified", 0, count, "not zero")


def only_unramified(question: Question, known: KnownVariety | None, metric: Metric, found: Found) -> Found:
    """The answer of path tracking, as a bound and with the kind of its points where the form degenerates."""
    part = unramified_part(question, known, metric, found.value)
    if part is None:
        return found
    line = (f"the form degenerates on the span of the functions: {found.value} {part.kind} critical points; paths do "
            f"not reach ramified ones; {ADVICE}")
    data = {**found.data, "split": [part.to_json()], "unramified_only": True, "notes": [line]}
    if "proof" in data:
        data["proof"] += ", for the unramified ones"
    return dataclasses.replace(found, status=Status.BOUND, explanation=(*found.explanation, line), data=data)


def with_all_parts(found: Found, parts: tuple[Part, ...] | str) -> Found:
    """The critical points of data that were solved for, held against their number by kind.

    Args:
        parts: of `degenerate_parts`.

    Returns:
        The same where the equations know of no others; otherwise a bound that says which points are not listed.
    """
    if isinstance(parts, str):
        line = (f"the form degenerates on the span of the functions: ramified critical points may be missing here, the "
                f"global minimum among them ({parts}); {ADVICE}")
        return dataclasses.replace(found, status=Status.BOUND, explanation=(*found.explanation, line),
                                   data={**found.data, "incomplete": True, "notes": [line]})
    regular = [p for p in parts if "singular" not in p.kind]
    missing = isolated_points(parts) - found.value
    families = [p for p in regular if p.dimension > 0]
    data = {**found.data, "split": [p.to_json() for p in parts]}
    counted = "the form degenerates on the span of the functions; by kind: " + "; ".join(map(sentence, parts))
    if missing < 0:
        line = f"{found.value} critical points are listed, {-missing} more than the equations give: one number is wrong"
        return dataclasses.replace(found, status=Status.BOUND, explanation=(*found.explanation, counted, line),
                                   data={**data, "notes": [line]})
    if not missing and not families:
        # found by paths, and as many as equations say
        return dataclasses.replace(found, status=Status.NUMERICAL, explanation=(*found.explanation, counted),
                                   data={**data, "agrees": True})
    what = [f"{missing} isolated critical points, with multiplicity"] if missing > 0 else []
    what += ["families of critical points"] if families else []
    line = f"not listed: {' and '.join(what)}; the global minimum may be among them; {ADVICE}"
    return dataclasses.replace(found, status=Status.BOUND, explanation=(*found.explanation, counted, line),
                               data={**data, "incomplete": True, "not_listed": max(0, missing), "notes": [line]})


def isolated_ramified(parts: tuple[Part, ...]) -> int:
    """Isolated ramified critical points on the regular locus, with multiplicity."""
    return sum(p.degree for p in parts if p.kind == "ramified" and p.dimension == 0)


def fitting_families(parts: tuple[Part, ...] | str | None) -> list[Part]:
    """Families of exact fits, among which no path leads to one."""
    return [p for p in parts if p.kind == "interpolating" and p.dimension > 0] if isinstance(parts, tuple) else []


def degenerate_parts(question: Question, known: KnownVariety | None, metric: Metric) -> tuple[Part, ...] | str | None:
    """The critical points by kind where the form degenerates on the span, from equations.

    Returns:
        None where the form is regular; why the parts are not known where they are not.
    """
    size = form_rank(question, known, metric)
    if size is None or size[0] == size[1]:
        return None
    limit = question.limits.timeout
    try:  # interpolation is no engine's work, so the limit needs a process
        found = isolate(lambda: list(split_count(question, known, metric).data["split"]),
                        timeout=SECONDS if limit is None else min(SECONDS, SHARE * limit)).value
    except NeurocliError as error:  # too large, too long, no engine: the points that were found stand
        return error.message
    return tuple(Part(**p) for p in found)
