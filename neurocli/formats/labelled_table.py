"""Tables of numbers with an optional column of labels, from CSV, NPY or JSON.

A decimal in a text file is the rational it spells (0.1 is 1/10), and an entry of an NPY file is the
dyadic rational it is.  Every row remembers its place in the file, so that a complaint about a row
can name it.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from neurocli.errors import DataError

NUMBER = re.compile(r"[+-]?(?:\d+/\d+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\Z")
LONGEST_NUMBER = 400
#: Names of a column of labels that are recognised without being asked for.
LABEL_NAMES = ("label", "labels", "class")


@dataclasses.dataclass(frozen=True)
class LabelledTable:
    """Rows of exact numbers, with labels where the file has them.

    Args:
        rows: n rows of d rationals.
        labels: n labels, or None.
        places: where each row stands ("points.csv, line 7").
        source: name of the file.
    """

    rows: tuple[tuple[Fraction, ...], ...]
    labels: tuple[str, ...] | None
    places: tuple[str, ...]
    source: str


def read_number(text: str) -> Fraction:
    """The rational number that a text spells: an integer, a decimal, or a quotient of integers.

    Raises:
        DataError: it is no finite number.

    Example:
        >>> read_number("-0.1"), read_number("3/9"), read_number("2.5e-3")
        (Fraction(-1, 10), Fraction(1, 3), Fraction(1, 400))
    """
    text = text.strip()
    if len(text) > LONGEST_NUMBER or not NUMBER.match(text):
        raise DataError(f"read {text[:40]!r}, expected a finite number such as 0.25, 1e-3 or 1/4")
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise DataError(f"read {text[:40]!r}: division by zero") from None


def read_labelled_table(path: str | Path, label_column: str | None = None) -> LabelledTable:
    """Read a table of numbers; the suffix of the file decides its format.

    Args:
        path: a CSV file (with or without a heading), a NPY matrix, or a JSON file that holds either
            a list of rows or an object from labels to lists of rows.
        label_column: name, or number from 1, of the column of labels; without it a column with a
            heading `label` or `class`, or a last column that is no number.

    Raises:
        DataError: the file cannot be read, is empty, or a row is malformed (which one).
    """
    path = Path(path)
    readers = {".npy": _read_npy, ".json": _read_json}
    if path.suffix.lower() in readers:
        if label_column is not None:
            raise DataError(f"{path}: only a CSV file has a column of labels")
        return readers[path.suffix.lower()](path)
    return _read_csv(path, label_column)


def _table(path: Path, rows: Sequence[Sequence[Fraction]], labels: Sequence[str] | None,
           places: Iterable[str]) -> LabelledTable:
    places = tuple(places)
    if not rows:
        raise DataError(f"{path}: no rows")
    for row, place in zip(rows, places):
        if len(row) != len(rows[0]) or not row:
            raise DataError(f"{place}: {len(row)} numbers, expected {max(len(rows[0]), 1)}")
    return LabelledTable(tuple(map(tuple, rows)), None if labels is None else tuple(labels), places,
                         str(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError(f"{path}: {getattr(fault, 'strerror', None) or fault}") from None


def _read_csv(path: Path, label_column: str | None) -> LabelledTable:
    lines = [(number, line) for number, line in enumerate(_text(path).splitlines(), 1)
             if line.strip() and not line.lstrip().startswith("#")]
    cells = [[cell.strip() for cell in row] for row in csv.reader(line for _, line in lines)]
    numbers = [number for number, _ in lines]
    heading: list[str] = []
    if cells and not any(NUMBER.match(cell) for cell in cells[0]) and _names(cells[0]):
        heading, cells, numbers = cells[0], cells[1:], numbers[1:]
    if not cells:
        raise DataError(f"{path}: no rows")
    column = _label_place(path, heading, cells[0], label_column)
    rows, labels, places = [], [], []
    known: dict[str, Fraction] = {}
    for number, row in zip(numbers, cells):
        place = f"{path}, line {number}"
        if column is not None:
            if len(row) <= column:
                raise DataError(f"{place}: no label in column {column + 1}")
            labels.append(row[column])
            row = row[:column] + row[column + 1:]
        values = []
        for cell in row:
            if cell not in known:
                try:
                    known[cell] = read_number(cell)
                except DataError as fault:
                    raise DataError(f"{place}: {fault.message}") from None
            values.append(known[cell])
        rows.append(values)
        places.append(place)
    return _table(path, rows, labels if column is not None else None, places)


def _names(cells: Sequence[str]) -> bool:
    """Whether a line without any number is a heading: `nan,inf` is bad data, not a heading."""
    return all(cell[:1].isalpha() and cell.lower() not in ("nan", "inf", "infinity") for cell in cells)


def _label_place(path: Path, heading: Sequence[str], first: Sequence[str], wanted: str | None) -> int | None:
    if wanted is not None:
        if wanted in heading:
            return heading.index(wanted)
        if wanted.isdigit() and 1 <= int(wanted) <= len(first):
            return int(wanted) - 1
        raise DataError(f"{path}: no column {wanted!r}",
                        f"columns: {', '.join(heading) or f'1 to {len(first)}'}")
    for place, name in enumerate(heading):
        if name.lower() in LABEL_NAMES:
            return place
    if len(first) > 1 and not NUMBER.match(first[-1]) and _names(first[-1:]):
        return len(first) - 1
    return None


def _read_npy(path: Path) -> LabelledTable:
    import numpy

    try:
        array = numpy.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as fault:
        raise DataError(f"{path}: {getattr(fault, 'strerror', None) or fault}") from None
    if array.ndim != 2 or array.dtype.kind not in "iuf":
        raise DataError(f"{path}: expected a real matrix, found shape {array.shape} of {array.dtype}")
    if not numpy.all(numpy.isfinite(array)):
        row = int(numpy.argwhere(~numpy.isfinite(array))[0][0])
        raise DataError(f"{path}, row {row + 1}: not a finite number")
    rows = [[Fraction(value) for value in row] for row in array.tolist()]
    return _table(path, rows, None, (f"{path}, row {i + 1}" for i in range(len(rows))))


def _read_json(path: Path) -> LabelledTable:
    # Numbers stay text until read_number sees them: 0.1 is 1/10, and NaN is refused.
    try:
        record = json.loads(_text(path), parse_float=read_number, parse_int=read_number,
                            parse_constant=read_number)
    except ValueError as fault:
        raise DataError(f"{path}: not JSON: {fault}") from None
    except RecursionError:
        raise DataError(f"{path}: nested too deeply") from None
    except DataError as fault:
        raise DataError(f"{path}: {fault.message}") from None
    groups: list[tuple[str | None, Any]] = (
        list(record.items()) if isinstance(record, dict) else [(None, record)])
    rows, labels, places = [], [], []
    for label, group in groups:
        where = f"{path}, " + ("" if label is None else f"{label!r}, ")
        if not isinstance(group, list):
            raise DataError(f"{where}expected a list of rows")
        for number, row in enumerate(group, 1):
            if not isinstance(row, list) or not all(isinstance(x, Fraction) for x in row):
                raise DataError(f"{where}row {number}: expected a list of numbers")
            rows.append(row)
            labels.append(label or "")
            places.append(f"{where}row {number}")
    return _table(path, rows, labels if isinstance(record, dict) else None, places)
