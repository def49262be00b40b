"""`Bound`: what a theorem says about a number, with the hypotheses that were checked."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal


@dataclasses.dataclass(frozen=True)
class Bound:
    """A statement about one invariant of one network.

    Args:
        kind: the value is exact, or an upper or lower bound.
        value: the number.
        theorem: short name of the theorem or of the elementary argument.
        statement: what it says here, in one sentence.
        hypotheses: the hypotheses, each checked before this record was made.
        citation: bibliography key, or "" where the argument is written out in the code.
        proved: False for conjectures and for formulas that are only checked by computation.
    """

    kind: Literal["exact", "upper", "lower"]
    value: int
    theorem: str
    statement: str
    hypotheses: tuple[str, ...] = ()
    citation: str = ""
    proved: bool = True

    def evidence(self) -> dict[str, Any]:
        """The bound as an evidence record of a result."""
        kind = {"exact": "theorem", "upper": "upper-bound", "lower": "lower-bound"}[self.kind]
        record: dict[str, Any] = {"kind": kind, "value": self.value, "theorem": self.theorem,
                                  "statement": self.statement, "hypotheses": list(self.hypotheses)}
        if self.citation:
            record["citation"] = self.citation
        if not self.proved:
            record["conjecture"] = True
        return record


def best_upper(bounds: list[Bound]) -> Bound | None:
    """The least proved upper bound; among equals the first."""
    candidates = [b for b in bounds if b.proved and b.kind in ("upper", "exact")]
    return min(candidates, key=lambda b: b.value, default=None)


def best_lower(bounds: list[Bound]) -> Bound | None:
    """The greatest proved lower bound; among equals the first."""
    candidates = [b for b in bounds if b.proved and b.kind in ("lower", "exact")]
    return max(candidates, key=lambda b: b.value, default=None)
