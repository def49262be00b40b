"""The tree of exceptions, each with the exit status it ends the program with.

Outcomes ("undecided", "a path went to infinity") are data inside a result; only faults are
exceptions.  Click and Python end accidents with status 1, which here means *refuted*, so the
command line maps every exception through this tree.
"""

from __future__ import annotations


class NeurocliError(Exception):
    """Base of every fault `neurocli` reports on purpose.

    Args:
        message: one line that says what is wrong and where.
        hint: one line that says what to do about it.
    """

    exit_status = 70
    kind = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def to_json(self) -> dict[str, object]:
        """The fault as plain data, as `--json` prints it."""
        return {"error": self.kind, "message": self.message, "hint": self.hint,
                "exit_status": self.exit_status}


class UsageError(NeurocliError):
    """An option or argument that cannot mean anything (a composite `--prime`, say)."""

    exit_status = 2
    kind = "usage"


class SpecificationError(NeurocliError):
    """An architecture specification that cannot be read.

    Args:
        place: where in the text or file ("shape", "key 'r'", "line 3").
        read: what stood there.
        expected: what would have been right.
        nearest: the nearest valid spelling, when one is near.
    """

    exit_status = 2
    kind = "specification"

    def __init__(self, place: str, read: str, expected: str, nearest: str = "") -> None:
        shown = read if len(read) <= 60 else read[:57] + "..."
        hint = f"did you mean {nearest}?" if nearest else "see: neurocli help spec"
        super().__init__(f"{place}: read {shown!r}, expected {expected}", hint)
        self.place, self.read, self.expected, self.nearest = place, read, expected, nearest


class DataError(NeurocliError):
    """An input file (weights, samples, points, certificates) with wrong contents."""

    exit_status = 2
    kind = "data"


class NotProved(NeurocliError):
    """`--prove` was asked for and the answer is not proved."""

    exit_status = 3
    kind = "undecided"


class EngineError(NeurocliError):
    """An engine failed, was killed, or printed something that is no answer."""

    exit_status = 4
    kind = "engine"


class EngineMissing(EngineError):
    """An engine, or an optional package, is not installed."""

    kind = "engine-missing"


class LimitError(NeurocliError):
    """A limit of time or memory was reached."""

    exit_status = 5
    kind = "limit"


class TimeLimit(LimitError):
    """The time limit was reached."""

    kind = "time-limit"


class MemoryLimit(LimitError):
    """The memory limit was reached, or the process that computes died of it."""

    kind = "memory-limit"


class TooLarge(LimitError):
    """Refused before any memory was taken; the message carries the estimate."""

    kind = "too-large"


class SweepFailures(NeurocliError):
    """Some tasks of a sweep failed; the others are reported."""

    exit_status = 6
    kind = "sweep-failures"


class InternalError(NeurocliError):
    """A fault of `neurocli` itself."""

    exit_status = 70
    kind = "internal"
