"""Answers, exceptions and deaths of a child process, as lines of JSON and back.

A line that does not end in a newline is no answer: the child died while it wrote.  Before its
answer a child may `tell` how far it is, if its parent listens.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import traceback
from collections.abc import Callable
from typing import Any

from neurocli.errors import InternalError, MemoryLimit, NeurocliError
from neurocli.jobs.process import limit_memory, write_all

#: Sent when there is no memory left to make a message; made in advance.
_OUT_OF_MEMORY = b'{"memory": true}\n'
#: Share of the memory limit beyond which a death by signal is put down to the limit.
_NEAR_THE_LIMIT = 0.7
#: The process that may tell, and its end of the pipe; what it forks later has nothing to tell.
_listened: tuple[int, int] | None = None


def listened(writer: int) -> None:
    """From now on `tell` in this process writes to this pipe."""
    global _listened
    _listened = os.getpid(), writer


def tell(message: Any) -> None:
    """Send JSON types to the process that waits for this one's answer; nothing where nobody listens."""
    if _listened is not None and _listened[0] == os.getpid():
        write_all(_listened[1], json.dumps({"told": message}).encode() + b"\n")


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
        signals are put down to memory only when the growth over this process, which the child
        inherited, is near the limit.
    """
    if status > 0 and memory_mb is not None:  # OpenBLAS, for one, ends the process when it gets none
        return _out_of_memory(memory_mb, f"status {status}")
    if status >= 0:
        return InternalError(f"the computing process ended with status {status} and no answer",
                             "this is a fault of neurocli: please report it")
    name = signal.Signals(-status).name
    grown = peak_mb - resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    near = memory_mb is not None and (-status == signal.SIGABRT or grown > _NEAR_THE_LIMIT * memory_mb)
    if near or -status == signal.SIGKILL:
        return _out_of_memory(memory_mb, name)
    return InternalError(f"the computing process died: {name}", "please report the command that did it")


def _out_of_memory(memory_mb: int | None, end: str = "") -> MemoryLimit:
    details = [f"limit {memory_mb} MB"] if memory_mb is not None else []
    details += [end] if end else []
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
