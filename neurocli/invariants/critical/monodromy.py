"""Critical points by monodromy: path tracking with a trace test, and certificates in ball arithmetic."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from neurocli.errors import UsageError
from neurocli.invariants.certified_count import (
    certificate_evidence,
    examine,
    require_dimension,
    require_solved,
    run_facts,
    save,
)
from neurocli.invariants.critical.metrics import Metric
from neurocli.invariants.degrees.question import Found, Question
from neurocli.results.result import Status

if TYPE_CHECKING:
    from neurocli.numerics.function_space import FunctionSpace

#: Certifying more solutions than this takes minutes.
MAX_CERTIFIED = 600
#: Share of the time limit that the search may take.
SEARCH_SHARE = 0.7


def root_of(metric: Metric, seed: int) -> str | np.ndarray | Callable[[FunctionSpace], np.ndarray]:
    """A metric as the numerics take it: a name, a Gram matrix, or a function that makes a root matrix.

    Raises:
        UsageError: generic forms of lower rank.
    """
    if metric.rank is not None:
        raise UsageError("--method monodromy: not for generic forms of lower rank", "leave --method out")
    if metric.kind == "gram":
        return np.array([[float(v) for v in row] for row in metric.matrix])
    if metric.kind not in ("samples", "data"):
        return metric.kind
    given = np.array([[float(v) for v in row] for row in metric.inputs])

    def root(space: FunctionSpace) -> np.ndarray:
        from neurocli.numerics.metrics import dataset_root

        if metric.kind == "data":
            return dataset_root(space, given)
        size = space.parametrization.program.input_size
        return dataset_root(space, np.random.default_rng([seed, 0xDA]).standard_normal((metric.samples or 0, size)))

    return root


def monodromy_count(question: Question, metric: Metric) -> Found:
    """Critical points of a random target (with `real_only`, a real one); a proved lower bound where certified.

    Returns:
        A numerical count when the trace test passed; otherwise a bound from below.

    Raises:
        UsageError: real critical points of an indefinite form, which has no real root.
        EngineError: floating point sees another dimension than exact arithmetic.
    """
    from neurocli.numerics.critical import solve_critical

    tracking, timeout = question.tracking, question.limits.timeout
    began = time.monotonic()
    execution = tracking.execution(None if timeout is None else began + SEARCH_SHARE * timeout)
    answer = solve_critical(question.parametrization, root_of(metric, question.seed), question.seed, execution)
    require_dimension(question, answer)
    if tracking.real_only and answer.data.imag.any():
        raise UsageError("--real-only: the form is indefinite, so no coordinates are real", "leave --real-only out")
    if tracking.journal is not None:
        require_solved(answer, tracking.journal)
    run = run_facts(answer)
    examined = examine(answer, None if timeout is None else began + timeout,
                       None if tracking.proves else MAX_CERTIFIED)
    save(tracking, answer, examined)
    record: dict[str, Any] = {"kind": "monodromy", "value": answer.count, "seed": answer.seed,
                              "complete": answer.complete}
    evidence = [record]
    if answer.complete:
        lines = [f"{answer.count} critical points of a random target; the trace test passes"]
    else:
        why = "the time limit came first" if answer.search.stop == "limit" else "the trace test did not pass"
        lines = [f"at least {answer.count} critical points of a random target: {why}"]
    data: dict[str, Any] = {"seeds": [answer.seed], "trace_test": answer.complete, "found": answer.count,
                            "certified": examined.proved if examined.count else None,
                            "limit": answer.search.stop == "limit"}
    if tracking.proves:
        data |= {**examined.data(tracking.real_only), "proof": examined.sides(answer.count)}
        data["limit"] = data["limit"] or examined.count < answer.count
        evidence.append(dict(certificate_evidence(examined)))
        lines += [examined.sides(answer.count), *examined.sentences(tracking)]
    elif examined.count:
        evidence.append({"kind": "lower-bound", "value": examined.proved, "by": "Krawczyk's test", "citation": ""})
        lines.append(f"{examined.proved} of {examined.count} examined ones are proved to exist and to differ "
                     "(Krawczyk's test)")
    return Found(answer.count, Status.NUMERICAL if answer.complete else Status.BOUND, "monodromy", tuple(evidence),
                 tuple(lines), data, {"name": "numpy", "version": np.__version__}, run=run)
