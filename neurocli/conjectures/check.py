"""`check`: claims files evaluated to one result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from neurocli.conjectures.claims import HOLDS, REFUTED, UNDECIDED, Claim, Verdict, decide, refutations
from neurocli.results.result import Result, Status


def check(
    claims: Sequence[Claim],
    names: str,
    *,
    seed: int = 0,
    jobs: int = 1,
    timeout: float | None = None,
    memory_mb: int | None = None,
    strict: bool = False,
    certify: bool = False,
    progress: Callable[[int, int, Any], None] | None = None,
) -> tuple[Result, list[Verdict]]:
    """Decide claims and sum up.

    Args:
        names: what the result is called: the files.
        certify: give the witnesses of refuted claims as evidence that can be checked again.

    Returns:
        The result, whose value counts claims by verdict and lists them, and the verdicts in full.
    """
    started = time.perf_counter()
    verdicts = decide(
        claims, seed=seed, jobs=jobs, timeout=timeout, memory_mb=memory_mb, strict=strict, progress=progress
    )
    counts = {verdict: sum(v.verdict == verdict for v in verdicts) for verdict in (HOLDS, REFUTED, UNDECIDED)}
    value = {**counts, "claims": [verdict.to_json() for verdict in verdicts]}
    sure = all(instance.sure for verdict in verdicts for instance in verdict.instances)
    status = (
        Status.UNDECIDED if counts[UNDECIDED] and not counts[REFUTED] else Status.PROVED if sure else Status.PROBABLE
    )
    explanation = [
        f"{v.claim.name}: {v.verdict}, but the file expects {v.claim.expect}"
        for v in verdicts
        if v.claim.expect and v.claim.expect != v.verdict
    ]
    evidence = refutations(verdicts, seed=seed, jobs=jobs, timeout=timeout, memory_mb=memory_mb) if certify else []
    slowest = sorted((i for v in verdicts for i in v.instances), key=lambda i: -i.seconds)[:5]
    result = Result(
        "check",
        names,
        value,
        status,
        "grid",
        {"networks": sum(len(v.instances) for v in verdicts)},
        tuple(explanation),
        tuple(evidence),
        None,
        seed,
    )
    return result.with_run(
        seconds=round(time.perf_counter() - started, 4),
        slowest=[{"spec": i.spec, "seconds": round(i.seconds, 4)} for i in slowest],
    ), verdicts


def exit_status(verdicts: Sequence[Verdict]) -> int:
    """0 when every claim holds, or does what its file expects; 1 when one is refuted; 3 when one is undecided."""
    judged = [HOLDS if v.claim.expect == v.verdict else v.verdict for v in verdicts]
    judged = [
        REFUTED if v.claim.expect == REFUTED and v.verdict == HOLDS else j
        for v, j in zip(verdicts, judged, strict=True)
    ]
    return 1 if REFUTED in judged else 3 if UNDECIDED in judged else 0
