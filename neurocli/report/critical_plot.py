"""Pictures of critical points: how many are real, or their losses by index."""

from __future__ import annotations

from neurocli.errors import UsageError
from neurocli.report.figures import new_figure, save
from neurocli.results.result import Result


def draw(result: Result, path: str) -> None:
    """Draw the histogram of `--real`, or the losses of the real critical points of `--solve`.

    Raises:
        UsageError: the result has neither, or the file has a wrong suffix.
    """
    data = result.data
    figure, axes = new_figure(path, 6, 3.6)
    if "real" in data:
        for shift, (label, counts) in enumerate((("real critical points", data["real"]["histogram"]),
                                                 ("local minima", data["real"]["local_minima"]["histogram"]))):
            axes.bar([int(k) + 0.4 * shift - 0.2 for k in counts], list(counts.values()), width=0.4, label=label)
        axes.set_xlabel(f"number (of {result.value} complex critical points)")
        axes.set_ylabel("targets")
        axes.legend()
    elif "points" in data:
        real = [p for p in data["points"] if p["real"]]
        axes.scatter([p["index"] for p in real], [p["loss"] for p in real])
        axes.set_xlabel("Morse index")
        axes.set_ylabel("loss")
    else:
        raise UsageError("--plot: there are no real critical points to draw")
    axes.set_title(f"{result.spec}, {data['metric']}")
    save(figure, path)
