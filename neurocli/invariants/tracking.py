"""How paths are to be tracked and what is kept of them: the options that `degree`, `fibers` and `edd` share."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from neurocli.errors import UsageError

if TYPE_CHECKING:
    from neurocli.numerics.execution import Execution
    from neurocli.numerics.tracker import Progress

METHOD = "monodromy"
_SCHEDULER = re.compile(r"local|(tcp|tls)://[^/\s]+:\d{1,5}")


@dataclasses.dataclass(frozen=True)
class Tracking:
    """What is asked of path tracking besides the count.

    Args:
        certify: examine every solution by Krawczyk's test.
        solutions: file for the solutions: JSON where its name ends in .json, otherwise Bertini's text.
        real_only: a real slice or target; only solutions proved to be real are written.
        journal: file that keeps solutions as they are found; one that is there is continued.
        jobs: worker processes, where paths are tracked.
        scheduler: address of a Dask scheduler, or "local".

    Raises:
        UsageError: options that cannot mean anything together, or a file that cannot be written.

    Example:
        >>> Tracking(certify=True).method_for("auto"), Tracking(jobs=2).method_for("auto")
        ('monodromy', 'auto')
    """

    certify: bool = False
    solutions: str | None = None
    real_only: bool = False
    journal: str | None = None
    jobs: int = 1
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise UsageError(f"--jobs: read {self.jobs}, expected a positive number of worker processes")
        if self.real_only and not (self.certify or self.solutions):
            raise UsageError("--real-only: says which solutions are proved to be real and which are written",
                             "add --certify, or --solutions FILE")
        if self.scheduler is not None and not _SCHEDULER.fullmatch(self.scheduler):
            raise UsageError(f"--scheduler: read {self.scheduler!r}, expected tcp://HOST:PORT or local")
        # Found out now rather than after an hour of tracking.
        for name, file in (("--solutions", self.solutions), ("--journal", self.journal)):
            if file is not None and (not Path(file).parent.is_dir() or Path(file).is_dir()
                                     or not os.access(Path(file).parent, os.W_OK)):
                raise UsageError(f"{name}: cannot write {file}", "give a file in a folder that exists")
        if self.journal is not None and self.solutions is not None and _same(self.journal, self.solutions):
            raise UsageError("--journal and --solutions: the same file", "give each its own")

    @property
    def asked(self) -> bool:
        """Whether anything was asked for that only path tracking gives; processes say how, not what."""
        return dataclasses.replace(self, jobs=1, scheduler=None) != Tracking()

    @property
    def proves(self) -> bool:
        """Whether solutions are to be examined by Krawczyk's test: no other way shows that one is real."""
        return self.certify or self.real_only

    def named(self) -> str:
        """The options that ask for path tracking, as they are spelled."""
        values = {"--certify": self.certify, "--solutions": self.solutions, "--real-only": self.real_only,
                  "--journal": self.journal}
        return ", ".join(name for name, value in values.items() if value)

    def method_for(self, method: str) -> str:
        """Path tracking where it was asked for and the method left open.

        Raises:
            UsageError: another method was chosen.
        """
        if not self.asked:
            return method
        if method not in ("auto", METHOD):
            raise UsageError(f"{self.named()}: for path tracking, not for --method {method}",
                             f"use --method {METHOD}, or leave --method out")
        return METHOD

    def require_one(self, count: int) -> None:
        """Refuse one file for several searches.

        Raises:
            UsageError: several networks, and a file that belongs to one.
        """
        if count > 1 and (self.solutions or self.journal):
            raise UsageError("--solutions and --journal: give one network, since there is one file")

    def execution(self, until: float | None = None) -> Execution:
        """What the numerics are told: processes, journal, progress to whoever listens, and when to stop.

        Args:
            until: moment on the clock of `time.monotonic`.
        """
        from neurocli.numerics.execution import Execution

        limit: Callable[[], bool] | None = None
        if until is not None:
            limit = lambda: time.monotonic() > until  # noqa: E731 - one expression
        return Execution(jobs=self.jobs, scheduler=self.scheduler, journal=self.journal, progress=_tell, limit=limit)


#: Nothing was asked for.
PLAIN = Tracking()


def _tell(progress: Progress) -> None:
    """Progress as plain data, to the process that shows it."""
    from neurocli.jobs.messages import tell

    tell({"solutions": list(progress.solutions), "loops": progress.loops, "paths": progress.paths,
          "seconds": round(progress.seconds, 3), "estimate": round(progress.estimate)})


def _same(a: str, b: str) -> bool:
    return Path(a).resolve() == Path(b).resolve()
