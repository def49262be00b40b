"""Loss curves of training, and the splines of a Sprecher network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurocli.errors import EngineMissing
from neurocli.report.figures import new_figure, save

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def draw_losses(path: str, curves: Mapping[str, Mapping[str, Sequence[float]]], title: str) -> None:
    """Losses against epochs, on a logarithmic scale.

    Args:
        curves: name -> {"epoch": [...], "loss": [...]}.
    """
    figure, axes = new_figure(path, 7, 4.5)
    for place, (name, curve) in enumerate(curves.items()):
        axes.semilogy(curve["epoch"], curve["loss"], color=COLOURS[place % len(COLOURS)], label=name)
    axes.set_xlabel("epoch")
    axes.set_ylabel("mean squared error")
    axes.set_title(title)
    axes.legend(loc="upper right", fontsize="small")
    save(figure, path)


def draw_splines(path: str, splines: Sequence[tuple[str, Sequence[float], Sequence[float]]], title: str) -> None:
    """Functions by their knots and values, one panel each, two in a row.

    Args:
        splines: (name, knots, values).
    """
    new_figure(path, 1, 1)                # checks the suffix and that matplotlib is here
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise EngineMissing("matplotlib is not installed", "pip install 'neurocli[plot]'") from None
    rows = -(-len(splines) // 2)
    figure: Any = Figure(figsize=(8, 2.4 * rows), layout="constrained")
    panels = figure.subplots(rows, 2, squeeze=False).ravel()
    for place, (panel, (name, knots, values)) in enumerate(zip(panels, splines)):
        panel.plot(knots, values, marker=".", markersize=3, linewidth=1, color=COLOURS[place % 2])
        panel.set_title(name, fontsize="small")
    for panel in panels[len(splines):]:
        panel.set_axis_off()
    figure.suptitle(title)
    save(figure, path)
