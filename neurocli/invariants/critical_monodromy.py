"""Critical points by monodromy: path tracking with a trace test, and certificates in ball arithmetic."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from neurocli.errors import UsageError
from neurocli.invariants.degree_question import Found, Question
from neurocli.invariants.metrics import Metric
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
    """Critical points of a random complex target; a proved lower bound where they are certified.

    Returns:
        A numerical count when the trace test passed; otherwise a bound from below.
    """
    from neurocli.numerics.certification import certify, count_certified
    from neurocli.numerics.critical import solve_critical
    from neurocli.numerics.execution import Execution

    limit, timeout = None, question.limits.timeout
    began = time.monotonic()
    if timeout is not None:
        until = began + SEARCH_SHARE * timeout
        limit = lambda: time.monotonic() > until  # noqa: E731 - one expression
    answer = solve_critical(question.parametrization, root_of(metric, question.seed), question.seed,
                            Execution(limit=limit))
    record: dict[str, Any] = {"kind": "monodromy", "value": answer.count, "seed": answer.seed,
                              "complete": answer.complete, "paths": answer.paths, "restarts": answer.restarts,
                              "residual": float(f"{answer.search.residual:.1e}") if answer.complete else None}
    evidence = [record]
    certified = None
    affordable = MAX_CERTIFIED
    if timeout is not None and answer.count:
        started = time.monotonic()
        certify(answer.system, answer.points[:1], answer.data)
        left = 0.7 * (began + timeout - time.monotonic())
        affordable = min(MAX_CERTIFIED, int(left / max(1e-4, time.monotonic() - started)))
    if affordable > 0:
        certified = count_certified(certify(answer.system, answer.points[:affordable], answer.data))
        evidence.append({"kind": "lower-bound", "value": certified, "by": "Krawczyk's test", "citation": ""})
    if answer.complete:
        lines = [f"{answer.count} critical points of a random complex target by {answer.paths} paths; the trace test "
                 f"leaves {answer.search.residual:.1e}"]
    else:
        lines = [f"at least {answer.count} critical points of a random complex target by {answer.paths} paths; the "
                 "trace test did not pass"]
    if certified is not None:
        examined = min(answer.count, affordable)
        lines.append(f"{certified} of {examined} examined ones are proved to exist and to differ (Krawczyk's test)")
    data = {"seeds": [answer.seed], "trace_test": answer.complete, "certified": certified,
            "limit": answer.search.stop == "limit"}
    return Found(answer.count, Status.NUMERICAL if answer.complete else Status.BOUND, "monodromy", tuple(evidence),
                 tuple(lines), data, {"name": "numpy", "version": np.__version__})
