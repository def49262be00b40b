"""The record of a solved system, and its files: our JSON, and Bertini's text."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from neurocli.errors import DataError
from neurocli.numerics.certification import Certificate
from neurocli.numerics.monodromy import MonodromyResult
from neurocli.numerics.systems import CriticalSystem, SliceSystem

NetworkSystem = SliceSystem | CriticalSystem
SCHEMA = 1


@dataclasses.dataclass(frozen=True, eq=False)
class Solutions:
    """What a computation by monodromy has found.

    Args:
        count: number of solutions, as functions: one for each orbit of every symmetry.
        points: parameters (count, parameters), one for each solution.
        values: coordinates of the functions (count, size).
        system: the equations.
        data: the point q of the space of data at which they are solved.
        complete: the trace test passed.
        search: the last search, with its counts of paths and failures.
        paths: paths of all searches.
        restarts: searches that ended incomplete and were begun again.
        seed: of all random choices.
        recipe: spec, kind and seed from which the system can be made again.
    """

    count: int
    points: np.ndarray
    values: np.ndarray
    system: NetworkSystem
    data: np.ndarray
    complete: bool
    search: MonodromyResult
    paths: int
    restarts: int
    seed: int
    recipe: Mapping[str, Any]

    @property
    def residual(self) -> float:
        """Of the trace test."""
        return self.search.residual


class Solved(Protocol):
    """What a file of solutions holds: `Solutions`, or `FiberSolutions`."""

    @property
    def count(self) -> int: ...
    @property
    def points(self) -> np.ndarray: ...
    @property
    def data(self) -> np.ndarray: ...
    @property
    def complete(self) -> bool: ...
    @property
    def residual(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def recipe(self) -> Mapping[str, Any]: ...


def write_json(path: str | Path, solutions: Solved, certificates: Sequence[Certificate] = ()) -> None:
    """Write parameters, certificates, and what they solve.

    Raises:
        DataError: the file cannot be written.
    """
    record: dict[str, Any] = {
        "schema": SCHEMA, "recipe": dict(solutions.recipe), "count": solutions.count,
        "complete": solutions.complete, "residual": solutions.residual, "seed": solutions.seed,
        "data": _pairs(solutions.data), "solutions": [_pairs(point) for point in solutions.points]}
    if not np.isfinite(solutions.residual):
        record["residual"] = None
    if certificates:
        record["certificates"] = [dataclasses.asdict(certificate) for certificate in certificates]
    _write(Path(path), json.dumps(record, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: str | Path) -> tuple[np.ndarray, dict[str, Any]]:
    """The points of a file, and the rest of its record.

    Raises:
        DataError: not such a file.
    """
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
        if record["schema"] != SCHEMA:
            raise DataError(f"{path}: schema {record['schema']!r}, expected {SCHEMA}")
        rows = record.pop("solutions")
        points = np.array([[complex(a, b) for a, b in row] for row in rows], dtype=complex)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: no solution file: {error}", "give a file written by --solutions") from error
    if points.ndim != 2 or not np.isfinite(points).all():
        raise DataError(f"{path}: solutions of different lengths, or not finite")
    return points, record


def write_bertini(path: str | Path, points: np.ndarray) -> None:
    """Write points in Bertini's text format.

    Raises:
        DataError: the file cannot be written.
    """
    from neurocli.formats import bertini

    _write(Path(path), bertini.write(points.tolist()))


def read_bertini(path: str | Path) -> np.ndarray:
    """Points in Bertini's text format.

    Raises:
        DataError: not such a file.
    """
    from neurocli.formats import bertini

    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    return np.array(bertini.read(text), dtype=complex)


def _write(path: Path, text: str) -> None:
    """Replace a file at once: a reader never sees half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise DataError(f"cannot write {path}: {error.strerror}", "give another file to --solutions") from None


def _pairs(vector: np.ndarray) -> list[list[float]]:
    return [[float(z.real), float(z.imag)] for z in vector]
