"""Reading samples, encodings and spectra as exact numbers."""

from __future__ import annotations

import csv
import dataclasses
from fractions import Fraction
from pathlib import Path

from neurocli.dynamics.surd import Exact, Surd, read_number
from neurocli.errors import DataError


@dataclasses.dataclass(frozen=True)
class Samples:
    """A data set: inputs `x` (n rows of d numbers) and targets `y` (n rows of c numbers), exact.

    Raises:
        DataError: no rows, no columns, rows of different length, or two different square roots.

    Example:
        >>> Samples(((Fraction(1), Fraction(2)),), ((Fraction(3),),)).shape
        (1, 2, 1)
    """

    x: tuple[tuple[Exact, ...], ...]
    y: tuple[tuple[Exact, ...], ...]

    def __post_init__(self) -> None:
        if not self.x or not self.x[0] or not self.y[0]:
            raise DataError("the data set needs a row, an input column and a target column")
        if len(self.x) != len(self.y):
            raise DataError(f"{len(self.x)} rows of inputs and {len(self.y)} rows of targets")
        for name, rows in (("inputs", self.x), ("targets", self.y)):
            for number, row in enumerate(rows, 1):
                if len(row) != len(rows[0]):
                    raise DataError(f"{name}, row {number}: {len(row)} numbers, expected {len(rows[0])}")
        roots = sorted({entry.d for rows in (self.x, self.y) for row in rows for entry in row
                        if isinstance(entry, Surd)})
        if len(roots) > 1:
            raise DataError(f"square roots of {roots[0]} and of {roots[1]} in one data set",
                            "exact data must lie in one field Q(sqrt(d))")

    @property
    def rational(self) -> bool:
        """Whether every entry is rational."""
        return all(isinstance(entry, Fraction) for rows in (self.x, self.y) for row in rows for entry in row)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(samples n, inputs d, targets c)."""
        return len(self.x), len(self.x[0]), len(self.y[0])


def read_table(path: str | Path) -> list[list[Exact]]:
    """The numbers of a CSV or NPY file, row by row, exactly.

    Args:
        path: CSV (a first line without numbers is a heading; `#` starts a comment) or NPY.

    Raises:
        DataError: the file cannot be read, or an entry is not a finite number; the message names
            the row and the column.
    """
    path = Path(path)
    if path.suffix == ".npy":
        return _read_npy(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError(f"{path}: {fault}") from None
    rows: list[list[Exact]] = []
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1)
             if line.strip() and not line.lstrip().startswith("#")]
    known: dict[str, Exact] = {}
    for number, line in lines:
        cells = next(csv.reader([line]))
        row: list[Exact] = []
        for column, cell in enumerate(cells, 1):
            if cell not in known:
                try:
                    known[cell] = read_number(cell)
                except DataError as fault:
                    if not rows and number == lines[0][0] and _is_heading(cells):
                        break
                    raise DataError(f"{path}, line {number}, column {column}: {fault.message}",
                                    fault.hint) from None
            row.append(known[cell])
        else:
            rows.append(row)
            if len(row) != len(rows[0]):
                raise DataError(f"{path}, line {number}: {len(row)} numbers, expected {len(rows[0])}")
    if not rows:
        raise DataError(f"{path}: no numbers")
    return rows


def _is_heading(cells: list[str]) -> bool:
    """A heading has a name in every cell: one unreadable number among numbers is a fault, not a heading."""
    return all(cell.strip()[:1].isalpha() and cell.strip().lower() not in ("nan", "inf", "infinity")
               and not cell.strip().startswith("sqrt(") for cell in cells)


def _read_npy(path: Path) -> list[list[Exact]]:
    import numpy

    try:
        array = numpy.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as fault:
        raise DataError(f"{path}: {fault}") from None
    if array.ndim not in (1, 2) or array.dtype.kind not in "iuf":
        raise DataError(f"{path}: expected a real matrix, found shape {array.shape} of {array.dtype}")
    if not numpy.all(numpy.isfinite(array)):
        place = tuple(int(i) + 1 for i in numpy.argwhere(~numpy.isfinite(array))[0])
        raise DataError(f"{path}: entry {place} is not finite")
    if array.size == 0:
        raise DataError(f"{path}: no numbers")
    rows = array.tolist() if array.ndim == 2 else [[value] for value in array.tolist()]
    return [[Fraction(value) for value in row] for row in rows]


def read_samples(path: str | Path, targets: int = 1) -> Samples:
    """A data set whose last `targets` columns are the targets.

    Raises:
        DataError: the file cannot be read, or has no column left for the inputs.
    """
    rows = read_table(path)
    if not 1 <= targets < len(rows[0]):
        raise DataError(f"{path}: {len(rows[0])} columns, too few for {targets} target column(s)")
    return Samples(tuple(tuple(row[:-targets]) for row in rows), tuple(tuple(row[-targets:]) for row in rows))


def read_vector(path: str | Path) -> tuple[Exact, ...]:
    """A single row or a single column of numbers.

    Raises:
        DataError: the file cannot be read or holds a matrix.
    """
    rows = read_table(path)
    if len(rows) == 1:
        return tuple(rows[0])
    if len(rows[0]) == 1:
        return tuple(row[0] for row in rows)
    raise DataError(f"{path}: a {len(rows)} x {len(rows[0])} matrix, expected one row or one column")
