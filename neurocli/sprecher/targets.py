"""Functions to try a network on: the toy problems of the literature, and samples from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from neurocli.errors import DataError
from neurocli.sprecher.spline import Array


def _one_dimension(x: Array) -> Array:
    t = x[:, :1]
    value: Array = (t - 3 / 10) ** 5 - (t - 1 / 3) ** 3 + (t - 1 / 10) ** 2 / 5
    return value


def _two_dimensions(x: Array) -> Array:
    value: Array = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
    return value


def _hundred_dimensions(x: Array) -> Array:
    value: Array = np.exp(np.mean(np.sin(np.pi * x / 2) ** 2, axis=1, keepdims=True))
    return value


#: name -> (number of inputs, function on the unit cube).
TARGETS: dict[str, tuple[int, Callable[[Array], Array]]] = {
    "toy-1d-poly": (1, _one_dimension),
    "toy-2d": (2, _two_dimensions),
    "toy-100d": (100, _hundred_dimensions),
}


def sample_target(name: str, seed: int = 0) -> tuple[Array, Array]:
    """Samples of a named function: 32 points in dimension 1, a 32 x 32 grid in dimension 2, else 1024 random ones.

    Returns:
        Inputs (n x d) and targets (n x 1).

    Raises:
        DataError: no function of that name.

    Example:
        >>> [array.shape for array in sample_target("toy-2d")]
        [(1024, 2), (1024, 1)]
    """
    if name not in TARGETS:
        raise DataError(f"no target {name!r}", f"targets: {', '.join(TARGETS)}, or a CSV file")
    dimension, function = TARGETS[name]
    if dimension == 1:
        x = np.linspace(0, 1, 32)[:, None]
    elif dimension == 2:
        side = np.linspace(0, 1, 32)
        x = np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)
    else:
        x = np.random.default_rng(seed).random((1024, dimension))
    return x, function(x)


def read_floats(path: Any, columns: int | None = None) -> Array:
    """A table of finite floats from CSV (an optional heading) or NPY.

    Raises:
        DataError: the file cannot be read, or an entry is not a finite number; the message names it.
    """
    from pathlib import Path

    path = Path(path)
    try:
        if path.suffix == ".npy":
            table = np.load(path, allow_pickle=False)
            if table.ndim != 2 or table.dtype.kind not in "iuf":
                raise DataError(f"{path}: expected a real matrix, found shape {table.shape} of {table.dtype}")
            table = table.astype(float)
        else:
            table = _parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as fault:
        raise DataError(f"{path}: {fault.strerror or fault}") from None
    except (ValueError, EOFError) as fault:
        raise DataError(f"{path}: {fault}") from None
    if not table.size:
        raise DataError(f"{path}: no numbers")
    if not np.all(np.isfinite(table)):
        row, column = (int(i) + 1 for i in np.argwhere(~np.isfinite(table))[0])
        raise DataError(f"{path}: row {row}, column {column} is not finite")
    if columns is not None and table.shape[1] != columns:
        raise DataError(f"{path}: {table.shape[1]} columns, expected {columns}")
    return np.asarray(table, dtype=float)


def _parse(text: str, name: str) -> Array:
    rows: list[list[float]] = []
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for number, line in enumerate(lines, 1):
        cells = line.split(",")
        try:
            row = [float(cell) for cell in cells]
        except ValueError:
            if number == 1 and all(cell.strip()[:1].isalpha() for cell in cells):
                continue
            raise DataError(f"{name}, data line {number}: {line[:40]!r} is not a row of numbers") from None
        if rows and len(row) != len(rows[0]):
            raise DataError(f"{name}, data line {number}: {len(row)} numbers, expected {len(rows[0])}")
        rows.append(row)
    return np.array(rows, dtype=float)
