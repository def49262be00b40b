"""The one record that every command returns.

A `Result` is plain data: it is made by an invariant, printed by `report/`, stored, compared, and
re-checked from its evidence.  Everything outside `run` is the same from run to run for one seed.
"""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

SCHEMA = 1
#: Integers beyond this lose digits in programs that read JSON numbers as doubles.
LARGEST_JSON_INTEGER = 2**53


class Status(str, enum.Enum):
    """How sure an answer is; each member is a promise (see `neurocli-json(5)`)."""

    PROVED = "proved"
    CERTIFIED = "certified"
    PROBABLE = "probable"
    NUMERICAL = "numerical"
    BOUND = "bound"
    UNDECIDED = "undecided"

    def __str__(self) -> str:
        return self.value


@dataclasses.dataclass(frozen=True)
class Result:
    """What a command found, how, and how sure it is.

    Args:
        command: the command that was asked ("dim").
        spec: canonical spelling of the architecture, or the names of the inputs.
        value: the plain answer: an integer, a list or an object (JSON types and `Fraction`).
        status: how sure the value is.
        method: the name of the method that gave it.
        data: what belongs to this command (parameters, ambient, ...).
        explanation: sentences for a reader, most important first.
        evidence: records that a checker can verify without the solver.
        error_probability: bound on the probability that the value is wrong, where `probable`.
        seed: seed of every random choice.
        engine: name and version of the program that did the algebra.
        run: seconds, memory, host, time: whatever may change from run to run.

    Example:
        >>> Result("dim", "mlp:2-2-1,r=2", 3, Status.PROVED, "theorem").to_json()["value"]
        3
    """

    command: str
    spec: str
    value: Any
    status: Status
    method: str
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    explanation: tuple[str, ...] = ()
    evidence: tuple[Mapping[str, Any], ...] = ()
    error_probability: float | None = None
    seed: int = 0
    engine: Mapping[str, str] = dataclasses.field(default_factory=dict)
    run: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON types: rationals and very large integers become strings."""
        record = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        record["schema"] = SCHEMA
        return dict(plain(record))

    def dumps(self) -> str:
        """The record on one line, keys sorted."""
        return json.dumps(self.to_json(), sort_keys=True, allow_nan=False)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Result:
        """Read a record written by `to_json`.

        Raises:
            ValueError: the record is of another schema or has missing or foreign fields.
        """
        fields = {field.name for field in dataclasses.fields(cls)}
        if record.get("schema") != SCHEMA:
            raise ValueError(f"schema {record.get('schema')!r}, expected {SCHEMA}")
        if set(record) - fields - {"schema"} or fields - set(record):
            raise ValueError(f"fields {sorted(set(record) ^ (fields | {'schema'}))} missing or foreign")
        values = {name: record[name] for name in fields}
        values["status"] = Status(values["status"])
        values["explanation"] = tuple(values["explanation"])
        values["evidence"] = tuple(values["evidence"])
        return cls(**values)

    def with_run(self, **run: Any) -> Result:
        """The same answer with facts about this run added."""
        return dataclasses.replace(self, run={**self.run, **run})

    def _repr_html_(self) -> str:
        """A small table for notebooks."""
        from html import escape

        rows = {"value": self.value, "status": self.status.value, "method": self.method, **self.data}
        cells = "".join(f"<tr><th style='text-align:left'>{escape(str(key))}</th>"
                        f"<td>{escape(str(value))}</td></tr>" for key, value in rows.items())
        notes = "".join(f"<li>{escape(line)}</li>" for line in self.explanation)
        return (f"<table><caption><code>neurocli {escape(self.command)} {escape(self.spec)}</code>"
                f"</caption>{cells}</table><ul>{notes}</ul>")


def plain(value: Any) -> Any:
    """`value` in JSON types; a `Fraction` or an integer beyond 2^53 becomes a string.

    Example:
        >>> plain({"a": Fraction(1, 2), "b": (1, 2**60)})
        {'a': '1/2', 'b': [1, '1152921504606846976']}
    """
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        if value.bit_length() > 14_000:  # beyond what Python writes out
            return f"about 2^{value.bit_length() - 1}"
        return value if abs(value) <= LARGEST_JSON_INTEGER else str(value)
    if isinstance(value, Fraction):
        return plain(value.numerator) if value.denominator == 1 else str(value)
    if isinstance(value, float):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} is not a JSON type")
