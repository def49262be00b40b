"""Progress on standard error: only on a terminal, gone when the work is done."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

#: An estimate that is so many times what was found says nothing.
_UNKNOWN = 50


class Progress:
    """A bar with a rate, an estimate and the number of failures.

    Args:
        title: what is being done.
        total: number of tasks, or None when it is not known.
        quiet: show nothing.
    """

    def __init__(self, title: str, total: int | None = None, quiet: bool = False) -> None:
        self.failed = 0
        self._bar: Any = None
        self._task: Any = None
        if quiet or not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(title, total=total, rate="", note="")

    def update(self, done: int, failed: bool = False, note: str = "") -> None:
        """One more task is done."""
        self.failed += failed
        if self._bar is None:
            return
        task = self._bar.tasks[0]
        rate = f"{task.speed:.0f}/s" if task.speed else ""
        shown = note or (f"{self.failed} failed" if self.failed else "")
        self._bar.update(self._task, completed=done, rate=rate, note=shown)

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


class SearchProgress:
    """How far a search for solutions is: one line that is rewritten, and gone in the end.

    Args:
        quiet: show nothing.

    Notes:
        Nothing of rich is loaded before the first message, which short computations never send.
    """

    def __init__(self, quiet: bool = False) -> None:
        self.wanted = not quiet and sys.stderr.isatty()
        self._status: Any = None

    def update(self, message: Mapping[str, Any]) -> None:
        """Show a message of the process that searches."""
        if not self.wanted:
            return
        if self._status is None:
            from rich.console import Console

            self._status = Console(stderr=True).status("")
            self._status.start()
        self._status.update(search_line(message))

    def __enter__(self) -> SearchProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()


def search_line(message: Mapping[str, Any]) -> str:
    """Solutions found of an estimated total, loops, paths per second; or what is done instead.

    Example:
        >>> search_line({"solutions": [57, 60, 44], "loops": 5, "paths": 800, "seconds": 2.0, "estimate": 79})
        '60 solutions of about 79, 5 loops, 800 paths, 400 paths/s'
        >>> search_line({"phase": "certifying 79 solutions"})
        'certifying 79 solutions'
    """
    if "phase" in message:
        return str(message["phase"])
    found, paths = max(message["solutions"]), message["paths"]
    rate = paths / message["seconds"] if message["seconds"] else 0.0
    # While nearly every arrival is new there is nothing to estimate from.
    total = f" of about {max(found, message['estimate']):,}" if message["estimate"] < _UNKNOWN * found else ""
    return f"{found:,} solutions{total}, {message['loops']} loops, {paths:,} paths, {rate:,.0f} paths/s"
