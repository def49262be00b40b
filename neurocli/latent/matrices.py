"""Latent matrices, anchors and labels from files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from neurocli.errors import DataError
from neurocli.formats.labelled_table import NUMBER

if TYPE_CHECKING:
    import numpy as np


def read_latents(path: str | Path) -> np.ndarray:
    """A matrix of latent vectors, one per row, from NPY (mapped, not loaded) or CSV.

    Args:
        path: a NPY file of floats or integers, or a CSV file with or without a heading.

    Returns:
        array (n, d) of float32 or float64; integers become float64.

    Raises:
        DataError: no matrix of finite numbers (CSV only: a mapped file is checked while it is used).
    """
    import numpy as np

    path = Path(path)
    if path.suffix.lower() == ".npy":
        try:
            found = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as fault:
            raise DataError(f"{path}: {getattr(fault, 'strerror', None) or fault}") from None
        if found.ndim != 2 or found.dtype.kind not in "iuf" or 0 in found.shape:
            raise DataError(f"{path}: expected a real matrix, found shape {found.shape} of {found.dtype}")
        if found.dtype not in (np.float32, np.float64):
            found = found.astype(np.float64)
        return found
    try:
        with path.open(encoding="utf-8-sig") as stream:
            lines = [line for line in stream if line.strip() and not line.lstrip().startswith("#")]
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError(f"{path}: {getattr(fault, 'strerror', None) or fault}") from None
    first = [cell.strip() for cell in lines[0].split(",")] if lines else []
    if first and not any(NUMBER.match(cell) for cell in first) and first[0][:1].isalpha() \
            and first[0].lower() not in ("nan", "inf"):
        lines = lines[1:]
    if not lines:
        raise DataError(f"{path}: no rows")
    try:
        found = np.loadtxt(lines, delimiter=",", ndmin=2)
    except ValueError as fault:
        raise DataError(f"{path}: {fault}") from None
    check_finite(found, str(path))
    return found


def check_finite(matrix: np.ndarray, name: str, offset: int = 0) -> None:
    """Complain about the first row with an entry that is not finite.

    Raises:
        DataError: with the number of the row, from 1.
    """
    import numpy as np

    finite = np.isfinite(matrix).all(axis=1)
    if not finite.all():
        raise DataError(f"{name}, row {offset + int(np.argmin(finite)) + 1}: not a finite number")


def read_labels(path: str | Path, count: int) -> list[str]:
    """One label per line.

    Raises:
        DataError: the file cannot be read, or has another number of lines than `count`.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError(f"{path}: {getattr(fault, 'strerror', None) or fault}") from None
    labels = [line.strip() for line in text.splitlines() if line.strip()]
    if len(labels) == count + 1 and labels[0].lower() in ("label", "labels", "class"):
        labels = labels[1:]
    if len(labels) != count:
        raise DataError(f"{path}: {len(labels)} labels for {count} rows")
    return labels


def read_anchors(path: str | Path, latents: np.ndarray, as_rows: bool = False) -> np.ndarray:
    """Anchor vectors: a matrix of them, or the row numbers of `latents` that are anchors.

    Args:
        path: NPY or CSV.
        latents: array (n, d).
        as_rows: the file holds one row number, from 0, per line.

    Raises:
        DataError: another width than the latents, or row numbers that do not exist.
    """
    import numpy as np

    found = read_latents(path)
    if not as_rows:
        if found.shape[1] != latents.shape[1]:
            raise DataError(f"{path}: anchors of {found.shape[1]} coordinates for latents of {latents.shape[1]}")
        return found
    numbers = np.asarray(found).ravel()
    for place, number in enumerate(numbers.tolist()):
        if number != int(number) or not 0 <= number < len(latents):
            raise DataError(f"{path}, row {place + 1}: {number:g} is no row number from 0 to {len(latents) - 1}")
    return np.asarray(latents[numbers.astype(np.intp)])
