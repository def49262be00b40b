"""`Section`: a titled table of plain cells, the common form behind every printed format."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from typing import Any


@dataclasses.dataclass(frozen=True)
class Section:
    """A table to print: rich, CSV and LaTeX all come from this.

    Args:
        title: heading, or "".
        columns: column names; empty for a list of facts (name, value).
        rows: cells, of any JSON type.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers only, and are set flush right."""
        width = len(self.columns) or (len(self.rows[0]) if self.rows else 0)
        return tuple(bool(self.rows) and all(isinstance(row[i], (int, float, Fraction)) and
                                             not isinstance(row[i], bool) for row in self.rows)
                     for i in range(width))


def facts(title: str, pairs: Sequence[tuple[str, Any]]) -> Section:
    """A section of (name, value) pairs; pairs whose value is None are left out."""
    return Section(title, (), tuple((name, value) for name, value in pairs if value is not None))


def cell(value: Any) -> str:
    """A cell as text: yes and no for truth values, a dash for nothing, lists in parentheses.

    Example:
        >>> cell(True), cell(None), cell([1, 2]), cell(0.25)
        ('yes', '-', '(1, 2)', '0.25')
    """
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(cell(item) for item in value) + ")"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {cell(item)}" for key, item in value.items()) or "none"
    return str(value)
