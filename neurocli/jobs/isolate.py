"""One computation in a child process that can be stopped at any moment.

>>> isolate(pow, 3, 4, timeout=10).value
81
"""

from __future__ import annotations

import dataclasses
import functools
import json
import time
from collections.abc import Callable
from typing import Any

from neurocli.errors import TimeLimit
from neurocli.jobs.messages import death, listened, packed, unpack
from neurocli.jobs.process import Process, spawn, write_all


@dataclasses.dataclass(frozen=True)
class Isolated:
    """What a computation in a child process gave, and what it took.

    Args:
        value: what the function returned, as JSON brings it back (tuples are lists).
        seconds: wall time, the start of the child included.
        peak_mb: largest resident memory of the child, and of the engines it ran.
    """

    value: Any
    seconds: float
    peak_mb: float


def isolate(function: Callable[..., Any], *args: Any, timeout: float | None = None,
            memory_mb: int | None = None, listener: Callable[[Any], None] | None = None, **kwargs: Any) -> Isolated:
    """Call `function(*args, **kwargs)` in a forked child with limits of time and memory.

    Args:
        function: anything callable; it is inherited, not sent, so closures are fine. Its value
            must be made of JSON types with strings as keys.
        timeout: seconds of wall time.
        memory_mb: MB the child may take beyond what the parent has now.
        listener: called here with every message that the child sends by `jobs.messages.tell`.

    Returns:
        The value with the time and memory it took.

    Raises:
        NeurocliError: whatever the function raised of this tree, of the same class, with the same
            message, hint and fields.
        TimeLimit: the child and everything it started were killed at the limit.
        MemoryLimit: the child ran out of memory, or died of it.
        InternalError: any other exception, with the child's traceback as a note, or death by a
            signal, which is named.

    Notes:
        However this function is left, also by `KeyboardInterrupt` or by the death of the parent,
        no process stays behind.
    """
    started = time.monotonic()
    child = spawn(functools.partial(_answer, function, args, kwargs, listener is not None), memory_mb)
    try:
        line = _last_line(child, None if timeout is None else started + timeout, listener)
        if line is None:
            raise TimeLimit(f"not finished after {timeout:g} s", "give more time with --timeout")
    except BaseException:
        child.kill()
        child.reap()
        raise
    status, peak_mb = child.reap()
    if not line.endswith(b"\n"):
        raise death(status, peak_mb, memory_mb)
    value = unpack(json.loads(line), memory_mb)
    return Isolated(value, time.monotonic() - started, round(peak_mb, 1))


def _last_line(child: Process, deadline: float | None, listener: Callable[[Any], None] | None) -> bytes | None:
    """The child's answer, after what it tells on the way; None at the deadline."""
    while True:
        read = child.read(deadline, line=True)
        if listener is None or read is None or not read.endswith(b"\n"):
            return read  # nothing is told, the time is over, or the child is dead
        for line in read.splitlines(keepends=True):
            message = json.loads(line)
            if "told" not in message:
                return line
            listener(message["told"])


def _answer(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], heard: bool,
            writer: int) -> None:
    """In the child: compute, and send one line."""
    if heard:
        listened(writer)
    write_all(writer, packed(functools.partial(function, *args, **kwargs)))
