"""Solutions kept in a journal as they are found, so that a killed search goes on where it was."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from neurocli.jobs.journal import Journal, read
from neurocli.numerics.execution import decode_array, encode_array

#: Seconds after which solutions are written even when they are few.
_SECONDS = 0.25
_MANY = 256


class Checkpoint:
    """The journal of a search.

    Args:
        path: the file, or None for no journal.
        header: what is searched: a journal of something else is refused.

    Raises:
        DataError: the file belongs to another search, is spoiled, or cannot be written.
    """

    def __init__(self, path: str | Path | None, header: Mapping[str, Any]) -> None:
        self._kept: dict[tuple[int, int], list[np.ndarray]] = {}
        self._buffer: list[dict[str, Any]] = []
        self._points = 0
        self._written = time.monotonic()
        self._journal: Journal | None = None
        self._number = 0
        if path is None:
            return
        self._journal = Journal(path, header)
        for record in read(path)[1]:
            key = (record["attempt"], record["node"])
            self._kept.setdefault(key, []).append(decode_array(record["points"]))
            self._number += 1

    def known(self, attempt: int, node: int) -> np.ndarray | None:
        """The solutions that are in the journal."""
        parts = self._kept.get((attempt, node))
        return np.concatenate(parts) if parts else None

    def keep(self, attempt: int, node: int, points: np.ndarray) -> None:
        """Add solutions; they are on disk a moment later."""
        if self._journal is None:
            return
        self._number += 1
        self._buffer.append({"task": str(self._number), "attempt": attempt, "node": node,
                             "points": encode_array(points)})
        self._points += len(points)
        if self._points >= _MANY or time.monotonic() - self._written > _SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting."""
        if self._journal is not None and self._buffer:
            self._journal.append(*self._buffer)
        self._buffer.clear()
        self._points, self._written = 0, time.monotonic()

    def __enter__(self) -> Checkpoint:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self._journal is not None:
            self.flush()
            self._journal.close()
