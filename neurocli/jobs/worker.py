"""The child's side of the supervisor: read tasks, answer each with one line."""

from __future__ import annotations

import functools
import importlib
import json
import os
import time
from collections.abc import Callable
from typing import Any

from neurocli.jobs.messages import packed
from neurocli.jobs.process import address_space, limit_memory, write_all


def resolve(function: str | Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function that `module:function` names.

    Example:
        >>> resolve("math:sqrt")(49.0)
        7.0
    """
    if callable(function):
        return function
    module, _, name = function.partition(":")
    found = getattr(importlib.import_module(module), name)
    assert callable(found)
    return found


def work(function: Callable[[Any], Any], tasks: int, memory_mb: int | None, answers: int) -> None:
    """Serve batches of tasks until the parent closes the pipe.

    Args:
        function: from the JSON of a task to the JSON of its answer.
        tasks: descriptor to read from; a line holds a list of tasks.
        memory_mb: bound for each task, beyond what this process has when the task begins.
        answers: descriptor to write to; one line for each task, in order.
    """
    # Several workers share the cores; a library that has not started its threads will not.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    born = address_space()
    with os.fdopen(tasks, "rb") as batches:
        for batch in batches:
            for task in json.loads(batch):
                if memory_mb is not None:
                    limit_memory(memory_mb)
                started = time.perf_counter()
                answer = packed(functools.partial(function, task))
                seconds = time.perf_counter() - started
                grown = (address_space() - born) >> 20
                write_all(answers, b"%.6f %d %s" % (seconds, grown, answer))
