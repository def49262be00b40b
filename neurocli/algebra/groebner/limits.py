"""What a Gröbner basis computation may take, and what it tells on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from neurocli.errors import TimeLimit


@dataclass(frozen=True)
class Round:
    """One round of F4, as told to `progress`."""

    degree: int
    pairs: int
    remaining: int
    rows: int
    columns: int
    new: int
    to_zero: int
    seconds: float


@dataclass(frozen=True)
class Limits:
    """What a computation may take.

    Args:
        deadline: `time.monotonic()` value after which `TimeLimit` is raised.
        memory: bytes one matrix may take before `MemoryLimit` is raised.
        progress: called with a `Round` after every round; may raise to interrupt.
    """

    deadline: float | None = None
    memory: int | None = 8 << 30
    progress: Callable[[Round], None] | None = None

    def check(self) -> None:
        """Raise if the deadline has passed.

        Raises:
            TimeLimit: if so.
        """
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise TimeLimit("the time limit was reached during a Gröbner basis")


NO_LIMITS = Limits()
