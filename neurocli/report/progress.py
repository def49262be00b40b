"""Progress on standard error: only on a terminal, gone when the work is done."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any


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
