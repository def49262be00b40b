"""Counting within a limit of time: the method asked for first, then the best bound there is.

Programs for Gröbner bases give nothing before their end, and a call of FLINT cannot be interrupted; so a method
runs in a process of its own, which can be stopped at any moment.  Path tracking finds critical points one by one:
stopped early, it leaves a bound from below.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

from neurocli.errors import LimitError, NeurocliError, TimeLimit, TooLarge
from neurocli.invariants.degrees.question import Found, Question
from neurocli.results.result import Status

#: Share of the time that a method may take that leaves no bound behind.
FIRST_SHARE = 0.4
#: Seconds that the end of a process takes.
SPARE = 0.25
CRITICAL = "critical points of a random target"

Method = Callable[[Question], Found]


@dataclasses.dataclass(frozen=True)
class Stopped:
    """A method that did not end in time.

    Args:
        reason: in words.
        told: the progress that it told last.
    """

    reason: str
    told: Any = None


def within(question: Question, seconds: float, method: Method, fallback: Method | None,
           counted: str = CRITICAL) -> Found:
    """What a method finds in time; otherwise what another one does, and says with a bound.

    Args:
        question: whose own limits are replaced.
        seconds: for both.
        method: to be tried first.
        fallback: path tracking, which knows when to stop; None where it bounds nothing.
        counted: what the fallback counts, in words.

    Raises:
        TimeLimit: neither led to anything.
    """
    until = time.monotonic() + seconds - SPARE
    first = _apart(question, (seconds - SPARE) * (FIRST_SHARE if fallback is not None else 1), method)
    if isinstance(first, Found):
        return first
    if fallback is None:
        raise TimeLimit(f"{question.network}: {first.reason}; no bound was reached", "give more time with --timeout")
    failed = f"the method tried first came to no end: {first.reason}"
    try:
        second = _apart(question, max(0.1, until - time.monotonic()), fallback)
    except NeurocliError as error:  # floating point that fails is no answer to the question asked
        second = Stopped(error.message)
    if isinstance(second, Found):
        return dataclasses.replace(second, explanation=(failed, *second.explanation))
    if second.told:
        return _told(second.told, failed, counted)
    raise TimeLimit(f"{question.network}: no bound was reached in {_given(question, seconds):g} s",
                    f"first: {first.reason}; then path tracking: {second.reason}")


def tracked(question: Question, seconds: float, method: Method) -> Found:
    """What path tracking finds in time; what it had found where it missed the end.

    Raises:
        TimeLimit: it had found nothing.
    """
    answer = _apart(question, seconds - SPARE, method)
    if isinstance(answer, Found):
        return answer
    if answer.told:
        return _told(answer.told, f"stopped: {answer.reason}")
    raise TimeLimit(f"{question.network}: no bound was reached in {_given(question, seconds):g} s: {answer.reason}",
                    "give more time with --timeout")


def _apart(question: Question, seconds: float, method: Method) -> Found | Stopped:
    from neurocli.engines.protocol import Limits
    from neurocli.jobs.isolate import isolate
    from neurocli.jobs.messages import tell

    heard: list[Any] = []

    def listen(message: Any) -> None:
        if "solutions" in message:
            heard[:] = [message]
        tell(message)

    # a little less inside, so that a method that knows when to stop stops by itself
    inside = dataclasses.replace(question, limits=Limits(max(0.1, 0.9 * seconds), question.limits.memory_mb))
    try:
        return _from_json(isolate(lambda: _to_json(method(inside)), timeout=max(0.1, seconds), listener=listen).value)
    except TooLarge:
        raise
    except TimeLimit:  # its own limit is a share of the one that was given, and says nothing to a reader
        return Stopped("not finished in time", heard[-1] if heard else None)
    except LimitError as error:
        return Stopped(error.message, heard[-1] if heard else None)


def _given(question: Question, seconds: float) -> float:
    """The limit that was asked for, of which a method gets a share."""
    return question.limits.timeout or seconds


def _told(told: Any, reason: str, counted: str = CRITICAL) -> Found:
    """A bound from the last progress of a search: what it had found over one of its generic nodes."""
    count = max(told["solutions"])
    record = {"kind": "monodromy", "value": count, "complete": False, "paths": told["paths"]}
    lines = (reason, f"at least {count} {counted} had been found by "
             f"{told['paths']} paths, in floating point")
    return Found(count, Status.BOUND, "monodromy", (record,), lines, {"limit": True, "trace_test": False})


def _to_json(found: Found) -> dict[str, Any]:
    return {"value": found.value, "status": found.status.value, "method": found.method,
            "evidence": list(found.evidence), "explanation": list(found.explanation), "data": dict(found.data),
            "engine": dict(found.engine), "run": dict(found.run)}


def _from_json(record: dict[str, Any]) -> Found:
    return Found(record["value"], Status(record["status"]), record["method"], tuple(record["evidence"]),
                 tuple(record["explanation"]), record["data"], record["engine"], run=record["run"])
