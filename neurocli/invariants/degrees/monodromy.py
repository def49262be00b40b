"""Degree by numerical path tracking: all points of a random slice, by monodromy, with a trace test."""

from __future__ import annotations

import time
from typing import Any

from neurocli.invariants.certified_count import (
    Examined,
    certificate_evidence,
    examine,
    require_dimension,
    require_solved,
    run_facts,
    save,
)
from neurocli.invariants.degrees.question import Found, Question
from neurocli.results.result import Status

#: Shares of the time limit that the search may take, without and with certificates after it.
SEARCH_SHARE, SEARCH_SHARE_BEFORE_CERTIFYING = 0.95, 0.7


def monodromy_degree(question: Question) -> Found:
    """The number of functions found on a random affine slice (with `real_only`, a real one).

    Returns:
        A numerical degree if the trace test passed; otherwise a bound from below: proved where certificates were
        asked for, else as far as floating point goes.

    Raises:
        EngineError: floating point sees another dimension than exact arithmetic.

    Notes:
        Certified functions are transversal points of the slice, so they stay when it moves a little, and a generic
        slice has at least as many: the degree is at least their number, if the dimension is what the slice says.

    Example:
        >>> from neurocli.invariants.degree import degree
        >>> result = degree("mlp:2-2-1,r=4", method="monodromy")
        >>> result.value, result.status.value
        (3, 'numerical')
    """
    import numpy as np

    from neurocli.numerics.slices import solve_slice

    tracking, timeout = question.tracking, question.limits.timeout
    began = time.monotonic()
    share = SEARCH_SHARE_BEFORE_CERTIFYING if tracking.proves else SEARCH_SHARE
    execution = tracking.execution(None if timeout is None else began + share * timeout)
    answer = solve_slice(question.parametrization, question.seed, execution, real=tracking.real_only)
    require_dimension(question, answer)
    if tracking.journal is not None:
        require_solved(answer, tracking.journal)
    examined = examine(answer, None if timeout is None else began + timeout) if tracking.proves else None
    save(tracking, answer, examined)
    evidence: list[Any] = [{"kind": "monodromy", "value": answer.count, "seed": answer.seed,
                            "complete": answer.complete}]
    slice_ = "a random real affine slice" if tracking.real_only else "a random affine slice"
    if answer.complete:
        value, status = answer.count, Status.NUMERICAL
        lines = [f"{answer.count} functions on {slice_}; the trace test passes"]
    else:
        value, status = answer.count, Status.BOUND
        why = "the time limit came first" if answer.search.stop == "limit" else "the trace test did not pass"
        lines = [f"at least {answer.count} functions on {slice_}: {why}"]
    data: dict[str, Any] = {"seeds": [answer.seed], "trace_test": answer.complete, "found": answer.count,
                            "limit": answer.search.stop == "limit"}
    if examined is not None:
        if not answer.complete and examined.proved:
            value = examined.proved
        evidence.append(certificate_evidence(examined))
        lines += _proof(question, examined, examined.sides(answer.count))
        data |= {**examined.data(tracking.real_only), "proof": examined.sides(answer.count)}
        data["limit"] = data["limit"] or examined.count < answer.count
    lines.append("functions are counted once for each orbit of every symmetry; paths are tracked in double precision")
    return Found(value, status, "monodromy", tuple(evidence), tuple(lines), data,
                 {"name": "numpy", "version": np.__version__}, run=run_facts(answer))


def _proof(question: Question, examined: Examined, side: str) -> list[str]:
    """What the certificates say, and on what condition."""
    lines = examined.sentences(question.tracking)
    if not question.proved_dimension:
        lines.append(f"that bounds the degree if the dimension is {question.dimension.value}, which is "
                     f"{question.dimension.status}")
    return [side, *lines]
