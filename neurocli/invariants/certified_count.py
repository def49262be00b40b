"""What `--certify`, `--real-only` and `--solutions` do with the solutions of a search."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from neurocli.errors import DataError, EngineError
from neurocli.invariants.tracking import Tracking
from neurocli.jobs.messages import tell

if TYPE_CHECKING:
    from neurocli.invariants.degrees.question import Question
    from neurocli.numerics.certification import Certificate
    from neurocli.numerics.solutions import Solutions

#: What is said of a count that certificates bound from below and the trace test from above.
BOTH_SIDES = "certified below and numerical above"
#: Share of the time left that examining may take.
_SHARE = 0.7
#: Solutions on which the time of one is measured.
_FEW = 5
#: Residual of a solution, relative to the derivative and the point: far above rounding, far below 1.
_RESIDUAL = 1e-6


def require_dimension(question: Question, solutions: Solutions) -> None:
    """Check that floating point sees the dimension that exact arithmetic found: certificates take it for granted.

    Raises:
        EngineError: it sees another one.
    """
    seen, exact = solutions.system.space.dimension, question.dimension.value
    if seen != exact:
        raise EngineError(f"{question.network}: dimension {seen} in floating point, {exact} in exact arithmetic",
                          "try another --seed, or another --method")


@dataclasses.dataclass(frozen=True, eq=False)
class Examined:
    """Solutions that Krawczyk's test has looked at.

    Args:
        solutions: the search; real solutions are given by real parameters.
        certificates: of the first solutions, as many as were examined.
    """

    solutions: Solutions
    certificates: tuple[Certificate, ...]

    @property
    def count(self) -> int:
        """Solutions that were examined."""
        return len(self.certificates)

    @property
    def proved(self) -> int:
        """Solutions proved to exist and to differ."""
        return sum(c.certified and c.distinct for c in self.certificates)

    @property
    def real(self) -> np.ndarray:
        """Which of the examined solutions are proved to exist, to differ, and to be real."""
        return np.array([c.certified and c.distinct and c.real for c in self.certificates], dtype=bool)

    @property
    def not_real(self) -> int:
        """Solutions proved not to be real; those that are neither are counted nowhere."""
        return sum(c.certified and c.distinct and c.not_real for c in self.certificates)

    def sides(self, count: int) -> str:
        """Which side of a count is proved."""
        if not self.count:
            return "nothing is certified: the time limit came first"
        if not self.solutions.complete:
            return f"at least {self.proved}, certified; nothing is known above"
        if self.proved == count:
            return BOTH_SIDES
        return f"at least {self.proved}, certified; {count}, numerical"

    def data(self, real_only: bool) -> dict[str, Any]:
        """For the `data` of a result."""
        found: dict[str, Any] = {"certified": self.proved, "examined": self.count}
        if real_only:
            found |= {"certified_real": int(self.real.sum()), "certified_not_real": self.not_real}
        return found

    def sentences(self, tracking: Tracking) -> list[str]:
        """What was proved."""
        lines = [f"{self.proved} of {self.solutions.count} solutions are proved to exist and to differ "
                 "(Krawczyk's test in ball arithmetic)"]
        if self.count < self.solutions.count:
            lines.append(f"the time limit left {self.solutions.count - self.count} solutions unexamined")
        if tracking.real_only:
            open_ = self.proved - int(self.real.sum()) - self.not_real
            lines.append(f"{int(self.real.sum())} of them are proved to be real, {self.not_real} proved not to be"
                         + (f", {open_} neither" if open_ else ""))
        return lines


def examine(solutions: Solutions, until: float | None = None, most: int | None = None) -> Examined:
    """Krawczyk's test for every solution, or for as many as the time allows.

    Args:
        until: moment on the clock of `time.monotonic`.
        most: solutions to look at; default all.
    """
    from neurocli.numerics.certification import certify, real_representative

    system, points = solutions.system, solutions.points
    most = solutions.count if most is None else min(most, solutions.count)
    if until is not None and most:
        most = min(most, _affordable(solutions, until))
    tell({"phase": f"examining {most} solutions", "solutions": [solutions.count], "paths": solutions.paths})
    certificates = tuple(certify(system, points[:most], solutions.data)) if most else ()
    shown = points.copy()
    for i, certificate in enumerate(certificates):
        # The box of a real solution is about real parameters of the same function.
        candidate = real_representative(system.space, points[i]) if certificate.real else None
        if candidate is not None:
            shown[i] = candidate
    return Examined(dataclasses.replace(solutions, points=shown), certificates)


def _affordable(solutions: Solutions, until: float) -> int:
    """How many solutions can be examined in time, from the times of one and of a few."""
    from neurocli.numerics.certification import certify

    times = []
    for number in (1, _FEW):
        began = time.monotonic()
        certify(solutions.system, solutions.points[:number], solutions.data)
        times.append(time.monotonic() - began)
    each = max(1e-4, (times[1] - times[0]) / (_FEW - 1))
    return max(0, int((_SHARE * (until - time.monotonic()) - times[0]) / each))


def certificate_evidence(examined: Examined) -> Mapping[str, Any]:
    """The boxes as evidence that can be checked again without tracking a path."""
    from neurocli.invariants.checks.box_certificate import box_evidence

    kept = examined.count
    return box_evidence(examined.solutions.system, examined.solutions.points[:kept], examined.solutions.data,
                        examined.certificates)


def save(tracking: Tracking, solutions: Solutions, examined: Examined | None) -> None:
    """Write the file of `--solutions`: all solutions, or those that are proved to be real."""
    if tracking.solutions is None:
        return
    from neurocli.numerics.solutions import write_bertini, write_json

    certificates = () if examined is None else examined.certificates
    if examined is not None:
        solutions = examined.solutions
        if tracking.real_only:
            kept = np.flatnonzero(examined.real)
            solutions = dataclasses.replace(solutions, points=solutions.points[kept], values=solutions.values[kept])
            certificates = tuple(certificates[i] for i in kept)
    if tracking.solutions.lower().endswith(".json"):
        write_json(tracking.solutions, solutions, certificates)
    else:
        write_bertini(tracking.solutions, solutions.points)


def require_solved(solutions: Solutions, journal: str) -> None:
    """Refuse points of a journal that solve other equations: another metric, say, of the same network.

    Raises:
        DataError: a solution has a residual beyond rounding.
    """
    data = np.broadcast_to(solutions.data, (len(solutions.points), len(solutions.data)))
    residual, derivative, _ = solutions.system.evaluate(solutions.points, data, np.zeros_like(data))
    size = np.linalg.norm(derivative, axis=(1, 2)) * np.linalg.norm(solutions.points, axis=1)
    if not (np.linalg.norm(residual, axis=1) <= _RESIDUAL * size).all():
        raise DataError(f"{journal}: holds points that solve other equations", "give another journal")


def run_facts(solutions: Solutions) -> dict[str, Any]:
    """What may differ between runs that find the same: for the `run` of a result."""
    search = solutions.search
    residual = float(f"{search.residual:.1e}") if np.isfinite(search.residual) else None
    return {"paths": solutions.paths, "loops": search.loops, "restarts": solutions.restarts,
            "trace_residual": residual, "failed_paths": search.failures, "conflicts": search.conflicts}
