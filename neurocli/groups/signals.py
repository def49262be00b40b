"""Signals on a group from text and files, as exact numbers."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

from neurocli.errors import DataError
from neurocli.groups.cyclotomic import Cyclotomic, Matrix, cyclotomic
from neurocli.groups.fourier import check_length
from neurocli.groups.group import Group

#: Integers, fractions, decimals; the exponent is bounded, since 1e999999999 would be written out.
_NUMBER = re.compile(r"[+-]?(\d+/\d+|(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?)\Z", re.ASCII)


def signal_from(group: Group, text: str) -> tuple[Cyclotomic, ...]:
    """A signal written out (`1,0,2`) or the name of a file (CSV, JSON, NPY).

    Raises:
        DataError: unreadable, not finite, or of the wrong length.

    Example:
        >>> from neurocli.groups.names import group_by_name
        >>> signal_from(group_by_name("C3"), "1,-1/2,0.25")
        (1, -1/2, 1/4)
    """
    pieces = [piece.strip() for piece in text.split(",")]
    if all(_NUMBER.match(piece) for piece in pieces) and not Path(text).is_file():
        signal = tuple(cyclotomic(_number(piece, "signal")) for piece in pieces)
    else:
        signal = read_signal(text)
    check_length(group, signal)
    return signal


def read_signal(path: str | os.PathLike[str]) -> tuple[Cyclotomic, ...]:
    """The signal in a file.

    Args:
        path: CSV with one value for each element, in one row or one column, or two columns of real and
            imaginary parts under the header `re,im`; JSON, a list of numbers, fractions as strings,
            pairs [re, im] or cyclotomic numbers; NPY, an array of |G| real or complex numbers.
            Decimals in text are what they say, binary floats the dyadic fractions they are.

    Raises:
        DataError: unreadable or not finite.
    """
    path = Path(path)
    try:
        if path.suffix == ".npy":
            return _from_npy(path)
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: {getattr(error, 'strerror', None) or 'not text'}") from error
    if path.suffix == ".json" or text.lstrip().startswith("["):
        return _from_json(text, str(path))
    return _from_csv(text, str(path))


def _number(text: Any, place: str) -> Fraction:
    if isinstance(text, bool) or not _NUMBER.match(str(text).strip()):
        raise DataError(f"{place}: read {str(text)[:40]!r}, expected an integer, a fraction or a decimal")
    try:
        return Fraction(str(text).strip())
    except ZeroDivisionError as error:
        raise DataError(f"{place}: {text} divides by zero") from error


def _complex(re_part: Fraction, im_part: Fraction) -> Cyclotomic:
    return cyclotomic(re_part) + Cyclotomic.root_of_unity(4) * im_part if im_part else cyclotomic(re_part)


def _from_csv(text: str, place: str) -> tuple[Cyclotomic, ...]:
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))
            if any(cell.strip() for cell in row)]
    if rows and [cell.lower() for cell in rows[0]] == ["re", "im"]:
        for i, row in enumerate(rows[1:], 2):
            if len(row) != 2:
                raise DataError(f"{place}: line {i} has {len(row)} entries, expected re,im")
        return tuple(_complex(_number(row[0], f"{place}: line {i}"), _number(row[1], f"{place}: line {i}"))
                     for i, row in enumerate(rows[1:], 2))
    if len(rows) > 1 and any(len(row) != 1 for row in rows):
        raise DataError(f"{place}: expected one row, one column, or two columns under the header re,im")
    return tuple(cyclotomic(_number(cell, f"{place}: value {i}"))
                 for i, cell in enumerate((c for row in rows for c in row), 1))


def _from_json(text: str, place: str) -> tuple[Cyclotomic, ...]:
    try:
        # Numbers stay text, so that a decimal is what it says.
        values = json.loads(text, parse_float=str, parse_int=str)
    except (json.JSONDecodeError, RecursionError) as error:
        raise DataError(f"{place}: not JSON: {error}") from error
    if not isinstance(values, list):
        raise DataError(f"{place}: a signal is a list with one value for each element")
    return tuple(_from_json_value(value, f"{place}: value {i}") for i, value in enumerate(values, 1))


def _from_json_value(value: Any, place: str) -> Cyclotomic:
    if isinstance(value, dict):
        try:
            return Cyclotomic.from_json(value)
        except ValueError as error:
            raise DataError(f"{place}: {error}") from error
    if isinstance(value, list):
        if len(value) != 2:
            raise DataError(f"{place}: expected a pair [re, im]")
        return _complex(_number(value[0], place), _number(value[1], place))
    return cyclotomic(_number(value, place))


def _from_npy(path: Path) -> tuple[Cyclotomic, ...]:
    import numpy as np

    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise DataError(f"{path}: not a plain array of numbers ({error})") from error
    array = np.asarray(array)
    if array.ndim != 1 or array.dtype.kind not in "iufc":
        raise DataError(f"{path}: expected a one-dimensional array of numbers, "
                        f"read shape {array.shape} of {array.dtype}")
    if not np.isfinite(array).all():
        raise DataError(f"{path}: value {int(np.argmin(np.isfinite(array))) + 1} is not finite")
    return tuple(_complex(Fraction(v.real), Fraction(v.imag)) for v in array.astype(complex).tolist())


def read_coefficients(path: str | os.PathLike[str]) -> tuple[Matrix, ...]:
    """Fourier coefficients, from what `neurocli harmonics fourier --json` prints.

    Args:
        path: a JSON file with that record, or a list of matrices whose entries are numbers, fractions as
            strings, pairs [re, im] or cyclotomic numbers.

    Raises:
        DataError: unreadable.
    """
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8-sig"), parse_float=str, parse_int=str)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    if isinstance(record, dict):
        try:
            record = [entry["exact"] for entry in record["data"]["coefficients"]]
        except (KeyError, TypeError) as error:
            raise DataError(f"{path}: no record of harmonics fourier") from error
    if not isinstance(record, list) or not record:
        raise DataError(f"{path}: expected a list of square matrices")
    return tuple(_matrix(matrix, f"{path}: matrix {i}") for i, matrix in enumerate(record, 1))


def _matrix(rows: Any, place: str) -> Matrix:
    if not isinstance(rows, list) or not rows or not all(
            isinstance(row, list) and len(row) == len(rows) for row in rows):
        raise DataError(f"{place}: not a square matrix")
    return tuple(tuple(_from_json_value(entry, place) for entry in row) for row in rows)
