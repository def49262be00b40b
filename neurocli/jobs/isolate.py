"""One computation in a child process that can be stopped at any moment.

>>> isolate(pow, 3, 4, timeout=10).value
81
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any

from neurocli.errors import InternalError, MemoryLimit, NeurocliError, TimeLimit
from neurocli.jobs.process import Process, limit_memory, spawn, write_all

#: Sent when there is no memory left to make a message; made in advance.
_OUT_OF_MEMORY = b'{"memory": true}\n'
#: Share of the memory limit beyond which a death by signal is put down to the limit.
_NEAR_THE_LIMIT = 0.7


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
            memory_mb: int | None = None, **kwargs: Any) -> Isolated:
    """Call `function(*args, **kwargs)` in a forked child with limits of time and memory.

    Args:
        function: anything callable; it is inherited, not sent, so closures are fine. Its value
            must be made of JSON types with strings as keys.
        timeout: seconds of wall time.
        memory_mb: MB the child may take beyond what the parent has now.

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
    child = spawn(functools.partial(_answer, function, args, kwargs), memory_mb)
    try:
        line = _receive(child, None if timeout is None else started + timeout)
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


def _receive(child: Process, deadline: float | None) -> bytes | None:
    """The child's line, or what came of it before its death; None at the deadline."""
    poll = select.poll()
    poll.register(child.answers, select.POLLIN)
    parts: list[bytes] = []
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not poll.poll(None if left is None else left * 1000):
            return None
        part = os.read(child.answers, 2**16)
        parts.append(part)
        if not part or part.endswith(b"\n"):
            return b"".join(parts)


def _answer(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any],
            writer: int) -> None:
    """In the child: compute, and send one line."""
    write_all(writer, packed(functools.partial(function, *args, **kwargs)))


def packed(compute: Callable[[], Any]) -> bytes:
    """What `compute()` gives or raises, as one line of JSON.

    The memory limit of this process is lifted once the computation is over, so that a failure for
    want of memory can still be told.
    """
    try:
        try:
            record = {"value": compute()}
        except NeurocliError as error:
            limit_memory(None)
            record = {"raised": error.kind, "fields": _fields(error)}
        limit_memory(None)
        return json.dumps(record).encode() + b"\n"
    except MemoryError:
        return _OUT_OF_MEMORY
    except BaseException as error:
        limit_memory(None)
        return json.dumps({"failed": f"{type(error).__name__}: {error}",
                           "traceback": traceback.format_exc()}).encode() + b"\n"


def unpack(record: dict[str, Any], memory_mb: int | None = None) -> Any:
    """The value in a record made by `packed`; raises what was raised there."""
    if "value" in record:
        return record["value"]
    if "raised" in record:
        raise rebuilt(record["raised"], record["fields"])
    if "memory" in record:
        raise _out_of_memory(memory_mb)
    error = InternalError(record["failed"], "this is a fault of neurocli: please report it")
    error.add_note("in the child process:\n" + record["traceback"])
    raise error


def death(status: int, peak_mb: float, memory_mb: int | None) -> NeurocliError:
    """The exception for a child that ended without an answer.

    Notes:
        FLINT aborts when an allocation fails, and the system's own remedy is SIGKILL; other
        signals are put down to memory only when the peak is near the limit.
    """
    if status >= 0:
        return InternalError(f"the computing process ended with status {status} and no answer",
                             "this is a fault of neurocli: please report it")
    name = signal.Signals(-status).name
    near = memory_mb is not None and (-status == signal.SIGABRT or peak_mb > _NEAR_THE_LIMIT * memory_mb)
    if near or -status == signal.SIGKILL:
        return _out_of_memory(memory_mb, name)
    return InternalError(f"the computing process died: {name}", "please report the command that did it")


def _out_of_memory(memory_mb: int | None, signal_name: str = "") -> MemoryLimit:
    details = [f"limit {memory_mb} MB"] if memory_mb is not None else []
    details += [signal_name] if signal_name else []
    return MemoryLimit("ran out of memory" + (f" ({', '.join(details)})" if details else ""),
                       "give more memory with --memory, or ask for less")


def _fields(error: NeurocliError) -> dict[str, Any]:
    """The attributes of an exception that JSON can carry."""
    fields = {}
    for name, value in vars(error).items():
        with contextlib.suppress(TypeError, ValueError):
            json.dumps(value)
            fields[name] = value
    return fields


def rebuilt(kind: str, fields: dict[str, Any]) -> NeurocliError:
    """The exception of this `kind` with these attributes, without calling its constructor.

    Constructors of the tree take different arguments, and attributes are what they leave behind.
    """
    kinds = {cls.kind: cls for cls in _subclasses(NeurocliError)}
    cls = kinds.get(kind, InternalError)
    error = cls.__new__(cls, fields["message"])
    error.__dict__.update(fields)
    return error


def _subclasses(cls: type[NeurocliError]) -> list[type[NeurocliError]]:
    # The most general class of a kind comes last, so that it wins over subclasses that share it.
    return [found for child in cls.__subclasses__() for found in _subclasses(child)] + [cls]
