"""The Poincare disk with geodesic edges, coloured by kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neurocli.errors import UsageError
from neurocli.report.figures import new_figure, save

#: Colours that stay apart for colour-blind readers (Okabe and Ito): AA, BB, mixed.
KIND_COLOURS = ("#0072B2", "#E69F00", "#000000")
CLASS_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442", "#D55E00", "#999999", "#000000")
#: Points drawn along one geodesic.
STEPS = 33


def geodesics(points: Any, edges: Any) -> Any:
    """Poincare polylines (E, STEPS, 2) of edges: chords of the Klein disk, carried over.

    Args:
        points: array (n, 2) of Poincare coordinates.
        edges: array (E, 2) of indices.
    """
    import numpy as np

    klein = 2 * points / (1 + np.sum(points**2, axis=1, keepdims=True))
    # Denser near both ends, where a chord close to the boundary bends most.
    t = (1 - np.cos(np.linspace(0, np.pi, STEPS))) / 2
    chords = klein[edges[:, 0], None] * (1 - t)[None, :, None] + klein[edges[:, 1], None] * t[None, :, None]
    return chords / (1 + np.sqrt(np.maximum(1 - np.sum(chords**2, axis=2, keepdims=True), 0)))


def draw_score(path: str, scores: Sequence[Any]) -> None:
    """The graph of one score, edges coloured AA, BB and mixed.

    Raises:
        UsageError: several pairs, or points that are not planar.
    """
    if len(scores) != 1:
        raise UsageError(f"--plot draws one pair of classes, not {len(scores)}", "choose two with --class A --class B")
    found = scores[0]
    a, b = found.names
    points = found.graph.triangulation.points.high
    edges = found.graph.edges
    axes, figure = _disk(path, points)
    for kind, name in enumerate((f"within {a}", f"within {b}", "mixed")):
        _edges(axes, points, edges[found.kinds == kind], KIND_COLOURS[kind], name)
    first = found.first
    for side, name in enumerate((a, b)):
        chosen = points[[i for i, inside in enumerate(first) if inside == (side == 0)]]
        axes.scatter(chosen[:, 0], chosen[:, 1], s=14, color=KIND_COLOURS[side], edgecolors="black", linewidths=.4,
                     zorder=3, label=name)
    axes.set_title(f"HyperDGA({a}, {b}) = {found.value}")
    axes.legend(loc="upper right", fontsize="small", framealpha=.9)
    save(figure, path)


def draw_graph(path: str, points: Any, edges: Any, labels: Sequence[str] | None, title: str) -> None:
    """A graph on labelled points.

    Raises:
        UsageError: points that are not planar.
    """
    axes, figure = _disk(path, points)
    _edges(axes, points, edges, "#777777", None)
    names = list(dict.fromkeys(labels)) if labels is not None else [""]
    for place, name in enumerate(names):
        chosen = points if labels is None else points[[i for i, label in enumerate(labels) if label == name]]
        axes.scatter(chosen[:, 0], chosen[:, 1], s=14, color=CLASS_COLOURS[place % len(CLASS_COLOURS)],
                     edgecolors="black", linewidths=.4, zorder=3, label=name or None)
    if labels is not None:
        axes.legend(loc="upper right", fontsize="small", framealpha=.9)
    axes.set_title(title)
    save(figure, path)


def _disk(path: str, points: Any) -> tuple[Any, Any]:
    if points.shape[1] != 2:
        raise UsageError(f"--plot: points of dimension {points.shape[1]}", "only planar points can be drawn")
    figure, axes = new_figure(path, 7, 7)
    from matplotlib.patches import Circle

    axes.add_patch(Circle((0, 0), 1, fill=False, color="black", linewidth=1))
    axes.set_aspect("equal")
    axes.set_xlim(-1.03, 1.03)
    axes.set_ylim(-1.03, 1.03)
    axes.set_axis_off()
    return axes, figure


def _edges(axes: Any, points: Any, edges: Any, colour: str, label: str | None) -> None:
    from matplotlib.collections import LineCollection

    axes.add_collection(LineCollection(list(geodesics(points, edges)), colors=colour, linewidths=.8, label=label))
