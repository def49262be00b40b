"""Cayley tables from CSV and JSON files, and groups by name or file."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neurocli.errors import DataError, NeurocliError, UsageError
from neurocli.groups.group import Group
from neurocli.groups.names import LARGEST_ORDER, group_by_name


def group_from(text: str) -> Group:
    """The group of a name (`D3`) or of a Cayley table file (`table.csv`, `table.json`).

    Raises:
        UsageError: neither a name nor a file.
        DataError: the file holds no group.

    Example:
        >>> group_from("Q8").order
        8
    """
    if text.endswith((".csv", ".json")) or os.sep in text:
        return read_group(text)
    try:
        return group_by_name(text)
    except UsageError:
        if Path(text).is_file():
            return read_group(text)
        raise


def read_group(path: str | os.PathLike[str]) -> Group:
    """The group whose Cayley table is in a CSV or JSON file.

    Args:
        path: CSV with n rows of n entries, optionally with a header row and a header column of the
            elements and a corner that is no number; or JSON, a list of n lists or an object with "table"
            and, optionally, "elements" and "name".

    Raises:
        DataError: unreadable, or a group law fails (which one, on which elements).

    Notes:
        Entries are the numbers 0, …, n−1 or 1, …, n, or any n words.  Words need to be put in order:
        by the header, by "elements", or else by the first row, which is then the identity's.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: neither CSV nor JSON text") from error
    try:
        if path.suffix == ".json" or text.lstrip()[:1] in ("[", "{"):
            return parse_json(text, path.stem)
        return parse_csv(text, path.stem)
    except NeurocliError as error:
        raise type(error)(f"{path}: {error.message}", error.hint) from error


def parse_json(text: str, name: str = "table") -> Group:
    """The group of a JSON Cayley table.

    Example:
        >>> parse_json('{"elements": ["e", "a"], "table": [["e", "a"], ["a", "e"]]}').table
        ((0, 1), (1, 0))
    """
    try:
        record: Any = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise DataError(f"not JSON: {error}") from error
    elements = None
    if isinstance(record, dict):
        if "table" not in record:
            raise DataError('the JSON object has no key "table"')
        elements, name = record.get("elements"), str(record.get("name", name))
        record = record["table"]
    if not isinstance(record, list) or not all(isinstance(row, list) for row in record):
        raise DataError("a Cayley table is a list of rows, each a list")
    if elements is not None and not isinstance(elements, list):
        raise DataError('"elements" is a list of the elements in the order of the rows')
    rows = [[str(entry) for entry in row] for row in record]
    return _group(rows, None if elements is None else [str(e) for e in elements], name)


def parse_csv(text: str, name: str = "table") -> Group:
    """The group of a CSV Cayley table.

    Example:
        >>> parse_csv("*,e,a\\ne,e,a\\na,a,e").labels
        ('e', 'a')
    """
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))
            if any(cell.strip() for cell in row)]
    if not rows:
        raise DataError("the Cayley table is empty")
    header, column = rows[0][1:], [row[0] for row in rows[1:]]
    # A header is the same in row and column, and its corner is neither an element nor a number.  A table
    # without header, identity first, begins alike too, but its corner is the identity, the g·g⁻¹ below.
    body = {cell for row in rows[1:] for cell in row[1:]}
    if len(rows) > 1 and header == column and rows[0][0] not in body and not rows[0][0].isdigit():
        return _group([row[1:] for row in rows[1:]], header, name)
    return _group(rows, None, name)


def _group(rows: Sequence[Sequence[str]], elements: Sequence[str] | None, name: str) -> Group:
    n = len(rows)
    if n > LARGEST_ORDER:
        raise DataError(f"a table of {n} rows; the largest order handled is {LARGEST_ORDER}")
    if elements is None:
        elements = _elements(rows)
    elif len(elements) != n:
        raise DataError(f"{len(elements)} elements are named but the table has {n} rows")
    if len(set(elements)) != len(elements):
        twice = next(e for i, e in enumerate(elements) if e in elements[:i])
        raise DataError(f"not a group: the element {twice} is named twice")
    number = {element: i for i, element in enumerate(elements)}
    for g, row in zip(elements, rows):
        if len(row) != n:
            raise DataError(f"the Cayley table is not square: row {g} has {len(row)} entries, not {n}")
        for h, entry in zip(elements, row):
            if entry not in number:
                raise DataError(f"not a group: closure fails, {g}·{h} = {entry!r} "
                                f"is not one of the {n} elements")
    return Group.from_table([[number[entry] for entry in row] for row in rows], name, elements)


def _elements(rows: Sequence[Sequence[str]]) -> list[str]:
    """The elements in the order of the rows, when the file does not name them."""
    n = len(rows)
    entries = {entry for row in rows for entry in row}
    for first in (0, 1):
        numbers = [str(g) for g in range(first, first + n)]
        if entries <= set(numbers):
            return numbers
    return list(rows[0])
