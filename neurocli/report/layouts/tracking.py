"""What commands that track paths show of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurocli.report.sections import Section, facts
from neurocli.results.result import Result


def proved_solutions(data: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Pairs for the facts of a result: which side is proved, and how many solutions are."""
    examined = data.get("examined")
    proof = data.get("proof")
    return [("the count", proof),
            ("solutions found", data.get("found") if proof or data.get("limit") else None),
            ("proved solutions", None if examined is None else f"{data['certified']} of {examined} examined"),
            ("proved to be real", data.get("certified_real")),
            ("proved not to be real", data.get("certified_not_real"))]


def tracking(result: Result) -> Section:
    """Paths, loops, and how the paths that failed have ended."""
    run = result.run
    failed = run["failed_paths"]
    return facts("path tracking", [
        ("paths", run["paths"]),
        ("loops", run["loops"]),
        ("searches begun again", run["restarts"]),
        ("residual of the trace test", run["trace_residual"]),
        ("contradictions tracked again", run["conflicts"]),
        ("failed paths", sum(failed.values())),
        *((code.lower().replace("_", " "), number) for code, number in failed.items()),
    ])
