"""Degree by numerical path tracking: all points of a random slice, by monodromy, with a trace test."""

from __future__ import annotations

from neurocli.invariants.degree_question import Found, Question
from neurocli.results.result import Status


def monodromy_degree(question: Question) -> Found:
    """The number of functions found on a random complex affine slice.

    Returns:
        A numerical degree if the trace test passed; otherwise a bound from below, as far as floating point goes.

    Example:
        >>> from neurocli.invariants.degree import degree
        >>> result = degree("mlp:2-2-1,r=4", method="monodromy")
        >>> result.value, result.status.value
        (3, 'numerical')
    """
    import numpy as np

    from neurocli.numerics.slices import solve_slice

    answer = solve_slice(question.parametrization, question.seed)
    evidence = {"kind": "monodromy", "value": answer.count, "seed": answer.seed, "complete": answer.complete,
                "residual": float(f"{answer.search.residual:.1e}"), "paths": answer.paths,
                "restarts": answer.restarts}
    lines = [f"{answer.paths} paths tracked in double precision; functions are counted once for each orbit of every "
             "symmetry"]
    if answer.complete:
        lines.insert(0, f"{answer.count} functions on a random complex affine slice; the trace test leaves "
                     f"{answer.search.residual:.1e}")
    else:
        lines.insert(0, f"at least {answer.count} functions on a random complex affine slice: the trace test did not "
                     f"pass after {answer.restarts} restarts")
        evidence["residual"] = None
    engine = {"name": "numpy", "version": np.__version__}
    return Found(answer.count, Status.NUMERICAL if answer.complete else Status.BOUND, "monodromy", (evidence,),
                 tuple(lines), {"seeds": [answer.seed], "trace_test": answer.complete}, engine)
