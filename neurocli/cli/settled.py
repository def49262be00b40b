"""Commands that return what is settled when a limit is reached, and whose answers have an exit status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from neurocli.results.result import Result


def settle(function: Callable[..., Result], *arguments: Any, timeout: float | None = None,
           memory: int | None = None, **options: Any) -> Callable[[], Result]:
    """A task whose function gets the limits itself and returns what is settled in time.

    The process that computes is stopped only well after that, when the function has missed it.
    """
    from neurocli.cli.run import compute

    hard = None if timeout is None else timeout + 2.0
    return lambda: compute(lambda: function(*arguments, timeout=timeout, memory_mb=memory, **options),
                           timeout=hard, memory=memory)


def emit_settled(tasks: list[Callable[[], Result]], **printing: Any) -> int:
    """Print every result; 5 when a limit of time was reached, 1 when two sets of weights differ."""
    from neurocli.cli.run import emit

    seen: list[Result] = []

    def remembered(task: Callable[[], Result]) -> Callable[[], Result]:
        def run() -> Result:
            result = task()
            seen.append(result)
            return result
        return run

    status = emit([remembered(task) for task in tasks], **printing)
    if status:
        return status
    if any(result.data.get("limit") for result in seen):
        return 5
    return int(any(result.data.get("question") == "equivalent" and not result.value["same"] for result in seen))
