"""Staircases of losses, and curves of training laid over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neurocli.report.figures import new_figure, save

COLOURS = ("#0072B2", "#D55E00", "#777777")


def draw_staircase(path: str, losses: Sequence[float], times: Sequence[float | None], labels: Sequence[str],
                   unit: str, title: str) -> None:
    """The predicted staircase: plateaus as steps at their times.

    Args:
        losses: all plateaus, the first included.
        times: one per jump; where a time is unknown the steps are drawn at equal distances instead.
        labels: one per jump.
        unit: of the times.
    """
    figure, axes = new_figure(path, 7, 4.5)
    known = all(time is not None for time in times)
    places = [float(time) for time in times if time is not None] if known else [float(k) for k in
                                                                              range(1, len(times) + 1)]
    end = max(places, default=1.0) * 1.15 or 1.0
    axes.step([0.0, *places, end], [*losses, losses[-1]], where="post", color=COLOURS[0], linewidth=2)
    if len(places) <= 12:
        for place, label, loss in zip(places, labels, losses):
            axes.annotate(label, (place, loss), textcoords="offset points", xytext=(4, 2), fontsize="small")
    axes.set_xlabel(f"time ({unit})" if known else "jumps, in order")
    axes.set_ylabel("loss")
    axes.set_ylim(bottom=0)
    axes.set_xlim(0, end)
    axes.set_title(title)
    save(figure, path)


def draw_flow(path: str, data: dict[str, Any], title: str) -> None:
    """The loss curve of a gradient flow and the predicted staircase in one picture.

    Args:
        data: the record's data: `curve`, `plateaus`, `predicted_losses`, `predicted_times`, `kappa`.
    """
    figure, axes = new_figure(path, 7, 4.5)
    spots = data["plateaus"]
    # The last stretch, at rest, can be far longer than all the others.
    ends = [spot["time"] for spot in spots]
    times, losses = data["predicted_times"], data["predicted_losses"]
    end = max(1.3 * ends[-2] if len(ends) > 1 and ends[-2] > 0 else ends[-1], 1.1 * max(times or [0]))
    if times:
        axes.step([0, *times, end], [*losses, losses[-1]], where="post", color=COLOURS[2], linewidth=1, linestyle="--",
                  label="prediction" if data["kappa"] == 2 else "prediction, times are lower bounds")
    else:
        for place, loss in enumerate(losses or ()):
            axes.axhline(loss, color=COLOURS[2], linewidth=.9, linestyle="--",
                         label="predicted plateaus" if place == 0 else None)
    axes.plot(data["curve"]["time"], data["curve"]["loss"], color=COLOURS[0], linewidth=1.8, label="gradient flow")
    axes.scatter([spot["time"] for spot in spots], [spot["loss"] for spot in spots], s=16, color=COLOURS[1], zorder=3,
                 label="plateaus of the flow")
    axes.set_xlim(0, end)
    axes.set_xlabel("time")
    axes.set_ylabel("loss")
    axes.set_ylim(bottom=0)
    axes.set_title(title)
    axes.legend(loc="upper right", fontsize="small")
    save(figure, path)


def draw_run(path: str, data: dict[str, Any], title: str) -> None:
    """The staircase of a run of the two-step algorithm."""
    rows = data["rows"]
    draw_staircase(path, [data["initial_loss"], *(row["loss"] for row in rows)], [row["time"] for row in rows],
                   [f"neuron {row['neuron']}" for row in rows], "gradient flow", title)


def draw_prediction(path: str, data: dict[str, Any], title: str) -> None:
    """The staircase of `agf diagonal`, `linear`, `attention`, `modadd` and `group` records."""
    rows = data["rows"]
    scaled = all("scaled_time" in row for row in rows)
    times = [row["scaled_time"] if scaled else row.get("time_decimal", row["time"]) for row in rows]
    labels = [row["feature"] if "feature" in row else "x" + ",".join(map(str, row["entered"])) for row in rows]
    draw_staircase(path, [data["initial_loss_decimal"], *(row["loss_decimal"] for row in rows)], times, labels,
                   "gradient flow" if scaled else data["time_unit"], title)
