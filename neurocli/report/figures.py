"""Figures by matplotlib (extra `plot`), the same bytes from run to run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from neurocli.errors import EngineMissing, UsageError

SUFFIXES = (".png", ".svg", ".pdf")


def new_figure(path: str, width: float, height: float) -> tuple[Any, Any]:
    """A figure and its axes, for a file with a known suffix.

    Raises:
        UsageError: another suffix.
        EngineMissing: matplotlib is not installed.
    """
    if Path(path).suffix.lower() not in SUFFIXES:
        raise UsageError(f"--plot {path}: expected a name that ends in {', '.join(SUFFIXES)}")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise EngineMissing("matplotlib is not installed", "pip install 'neurocli[plot]'") from None
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def save(figure: Any, path: str) -> None:
    """Write a figure without dates and with fixed identifiers.

    Raises:
        UsageError: the file cannot be written.
    """
    from matplotlib import rc_context

    metadata: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}
    try:
        with rc_context({"svg.hashsalt": "neurocli", "svg.fonttype": "none"}):
            figure.savefig(path, dpi=150, metadata=metadata[Path(path).suffix.lower()])
    except OSError as fault:
        raise UsageError(f"cannot write {path}: {fault.strerror}") from None
