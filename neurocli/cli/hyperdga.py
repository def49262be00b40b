"""`neurocli hyperdga`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from neurocli.cli import options

MODELS = click.Choice(["poincare", "klein", "lorentz"])
Command = Callable[..., Any]


def input_options(command: Command) -> Command:
    """--model, --label-column, --labels."""
    for decorate in (
        click.option("--labels", type=click.Path(dir_okay=False), default=None, metavar="FILE",
                     help="Labels of the points, one per line."),
        click.option("--label-column", default=None, metavar="NAME",
                     help="Column of labels of a CSV file: its heading, or its number from 1."),
        click.option("--model", type=MODELS, default="poincare", show_default=True,
                     help="Model of the coordinates; time comes first in lorentz."),
    ):
        command = decorate(command)
    return command


def pair_options(command: Command) -> Command:
    """--class."""
    return click.option("--class", "chosen", multiple=True, metavar="NAME",
                        help="Only pairs of these labels; give it twice or more.")(command)


method_option = click.option("--method", type=click.Choice(["auto", "incremental"]), default="auto", show_default=True,
                             help="Qhull proposes and exact predicates decide, or the exact algorithm alone.")
plot_option = click.option("--plot", type=click.Path(dir_okay=False), default=None, metavar="FILE",
                           help="Draw the disk with geodesic edges: .png, .svg or .pdf; planar points only.")
files_argument = click.argument("files", nargs=-1, metavar="FILE [FILE]", required=True)


def _one_or_two(files: tuple[str, ...]) -> tuple[str, ...]:
    if len(files) > 2:
        raise click.UsageError(f"{len(files)} files: give one file with labels, or two files A and B")
    return files


@click.group()
def hyperdga() -> None:
    """HyperDGA and the hyperbolic Delaunay graph, with exact predicates.

    \b
    Examples:
      neurocli hyperdga score real.csv generated.csv
      neurocli hyperdga score cells.csv --label-column type
      neurocli hyperdga delaunay points.csv --plot disk.svg
    """


@hyperdga.command()
@files_argument
@input_options
@pair_options
@method_option
@plot_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def score(ctx: click.Context, files: tuple[str, ...], model: str, label_column: str | None, labels: str | None,
          chosen: tuple[str, ...], method: str, plot: str | None, timeout: float | None, memory: int | None,
          **printing: Any) -> None:
    """HyperDGA of two files, or of all pairs of labels of one file, as exact fractions.

    \b
    Examples:
      neurocli hyperdga score real.csv generated.csv
      neurocli hyperdga score cells.csv --class Mono --class Gran --plot disk.svg
      neurocli hyperdga score --model klein --format csv embedding.csv
    """
    from neurocli.cli.run import compute, emit

    _one_or_two(files)

    def work() -> Any:
        from neurocli.hyperbolic.records import read_input, score_record

        given = read_input(files, model, label_column, labels)
        result, found = score_record(given, method, chosen)
        if plot is not None:
            from neurocli.report.disk_plot import draw_score

            draw_score(plot, found)
        return result

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))


def _graph(ctx: click.Context, file: str, gabriel: bool, model: str, label_column: str | None, labels: str | None,
           method: str, plot: str | None, timeout: float | None, memory: int | None, printing: dict[str, Any]) -> None:
    from neurocli.cli.run import compute, emit

    def work() -> Any:
        from neurocli.hyperbolic.records import graph_record, read_input

        given = read_input([file], model, label_column, labels)
        result, graph = graph_record(given, gabriel, method)
        if plot is not None:
            from neurocli.report.disk_plot import draw_graph

            draw_graph(plot, given.points.high, graph.edges[graph.gabriel] if gabriel else graph.edges,
                       given.labels, title=f"hyperbolic {'Gabriel' if gabriel else 'Delaunay'} graph")
        return result

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))


@hyperdga.command()
@click.argument("file", metavar="FILE")
@input_options
@method_option
@plot_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def delaunay(ctx: click.Context, file: str, model: str, label_column: str | None, labels: str | None, method: str,
             plot: str | None, timeout: float | None, memory: int | None, **printing: Any) -> None:
    """The hyperbolic Delaunay graph: its edges, by row numbers from 0.

    \b
    Examples:
      neurocli hyperdga delaunay points.csv
      neurocli hyperdga delaunay --format csv points.csv
    """
    _graph(ctx, file, False, model, label_column, labels, method, plot, timeout, memory, printing)


@hyperdga.command()
@click.argument("file", metavar="FILE")
@input_options
@method_option
@plot_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def gabriel(ctx: click.Context, file: str, model: str, label_column: str | None, labels: str | None, method: str,
            plot: str | None, timeout: float | None, memory: int | None, **printing: Any) -> None:
    """The hyperbolic Gabriel graph: Delaunay edges whose smallest sphere is empty.

    \b
    Examples:
      neurocli hyperdga gabriel points.csv
      neurocli hyperdga gabriel --model lorentz --json points.npy
    """
    _graph(ctx, file, True, model, label_column, labels, method, plot, timeout, memory, printing)


@hyperdga.command()
@files_argument
@input_options
@pair_options
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def baselines(ctx: click.Context, files: tuple[str, ...], model: str, label_column: str | None, labels: str | None,
              chosen: tuple[str, ...], timeout: float | None, memory: int | None, **printing: Any) -> None:
    """Chamfer, Hausdorff and Wasserstein distances in the hyperbolic metric.

    \b
    Examples:
      neurocli hyperdga baselines real.csv generated.csv
      neurocli hyperdga baselines cells.csv --class Mono --class Gran
    """
    from neurocli.cli.run import compute, emit

    _one_or_two(files)

    def work() -> Any:
        from neurocli.hyperbolic.records import baselines_record, read_input

        return baselines_record(read_input(files, model, label_column, labels), chosen)

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))


@hyperdga.command()
@click.argument("file", metavar="FILE")
@input_options
@click.option("--to", "target", type=MODELS, required=True, help="Model to convert to.")
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def convert(ctx: click.Context, file: str, model: str, label_column: str | None, labels: str | None, target: str,
            timeout: float | None, memory: int | None, **printing: Any) -> None:
    """The points in another model of hyperbolic space, exactly where that is rational.

    \b
    Examples:
      neurocli hyperdga convert --to klein --format csv points.csv
      neurocli hyperdga convert --model klein --to poincare points.csv
    """
    from neurocli.cli.run import compute, emit

    def work() -> Any:
        from neurocli.hyperbolic.records import convert_record, read_input

        return convert_record(read_input([file], model, label_column, labels), target)

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))
