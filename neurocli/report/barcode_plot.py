"""Zero-dimensional barcodes of classes, with the length that deaths are pulled to."""

from __future__ import annotations

from collections.abc import Sequence

from neurocli.report.figures import new_figure, save

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#000000")


def draw_barcodes(path: str, classes: Sequence[tuple[str, Sequence[float]]], beta: float) -> None:
    """One bar from 0 to each death, classes above each other, and a line at beta.

    Args:
        path: .png, .svg or .pdf.
        classes: (label, deaths in ascending order) of each class.
        beta: the length in the loss.
    """
    count = sum(len(deaths) for _, deaths in classes)
    figure, axes = new_figure(path, 7, min(14, max(3, .06 * count + 1)))
    height = 0
    ticks, names = [], []
    for place, (label, deaths) in enumerate(classes):
        colour = COLOURS[place % len(COLOURS)]
        axes.hlines(range(height, height + len(deaths)), 0, list(deaths), color=colour,
                    linewidth=max(.5, min(3, 200 / max(count, 1))))
        ticks.append(height + (len(deaths) - 1) / 2)
        names.append(label)
        height += len(deaths) + 2
    axes.axvline(beta, color="black", linestyle="--", linewidth=1)
    axes.annotate("beta", (beta, 1), xycoords=("data", "axes fraction"), xytext=(3, -10),
                  textcoords="offset points", fontsize="small")
    axes.set_yticks(ticks, names)
    axes.set_xlabel("length at which components merge")
    axes.set_xlim(left=0)
    save(figure, path)
