"""`neurocli agf`: alternating gradient flows, what a network learns and in what order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from neurocli.cli import options

Command = Callable[..., Any]


@click.group()
def agf() -> None:
    """Which features a network learns from a vanishing initialization, in what order, and when.

    \b
    Examples:
      neurocli agf diagonal data.csv --alpha 1e-6
      neurocli agf attention 24/25,12/25,8/25,6/25 --context 32
      neurocli agf modadd 1:10,3:5,5:5/2 -p 20
      neurocli agf flow diagonal data.csv --scale 1e-8 --plot flow.svg
    """


def _shared(command: Command) -> Command:
    """--plot and the options of every command."""
    command = click.option("--plot", type=click.Path(dir_okay=False), default=None, metavar="FILE",
                           help="Draw the staircase: .png, .svg or .pdf.")(command)
    return options.limit_options(options.explain_options(options.output_options(command)))


def _scale_option(help_: str) -> Callable[[Command], Command]:
    return click.option("--scale", type=float, default=None, metavar="R", help=help_)


def _answer(ctx: click.Context, function: Callable[..., Any], *arguments: Any, drawing: str, plot: str | None,
            timeout: float | None, memory: int | None, printing: dict[str, Any], **keywords: Any) -> None:
    """Compute in a child, which also draws, and print."""
    from neurocli.cli.run import compute, emit

    def work() -> Any:
        result = function(*arguments, **keywords)
        _clear(printing["quiet"])
        if plot is not None and result.value is not None:
            from neurocli.report import staircase_plot

            getattr(staircase_plot, drawing)(plot, result.data, f"{result.command} {result.spec}")
        return result

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))


def _clear(quiet: bool) -> None:
    """Take the line of progress away."""
    import sys

    if not quiet and sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)


def _progress(title: str, total: int | None, quiet: bool) -> Callable[[float, float], None] | None:
    """A function that shows progress from inside the child; nothing when not on a terminal."""
    import sys

    if quiet or not sys.stderr.isatty():
        return None

    def show(done: float, loss: float) -> None:
        share = f"/{total}" if total else ""
        click.echo(f"\r\033[K{title} {done:.6g}{share}, loss {loss:.6g}", err=True, nl=False)

    return show


@agf.command()
@click.argument("file", metavar="DATA")
@click.option("--alpha", type=float, default=None, metavar="A", help="Also give the times at this initial scale.")
@click.option("--method", type=click.Choice(["auto", "exact", "balls"]), default="auto", show_default=True,
              help="Exact numbers, or certified enclosures; auto takes balls beyond 24 inputs.")
@_shared
@click.pass_context
def diagonal(ctx: click.Context, file: str, alpha: float | None, method: str, plot: str | None, timeout: float | None,
             memory: int | None, **printing: Any) -> None:
    """The exact staircase of a diagonal linear network on DATA: inputs, then one target per row.

    \b
    Examples:
      neurocli agf diagonal data.csv
      neurocli agf diagonal data.csv --alpha 1e-6 --plot staircase.svg
    """
    from neurocli.dynamics.records import diagonal_record

    _answer(ctx, diagonal_record, file, alpha=alpha, method=method, drawing="draw_prediction", plot=plot,
            timeout=timeout, memory=memory, printing=printing)


@agf.command()
@click.argument("file", metavar="DATA")
@click.option("--targets", type=click.IntRange(1), default=1, show_default=True, metavar="C",
              help="How many of the last columns are targets.")
@click.option("--hidden", type=click.IntRange(1), default=None, metavar="H", help="Width of the hidden layer.")
@click.option("--alpha", type=float, default=None, metavar="A", help="Also give the times at this initial scale.")
@_shared
@click.pass_context
def linear(ctx: click.Context, file: str, targets: int, hidden: int | None, alpha: float | None, plot: str | None,
           timeout: float | None, memory: int | None, **printing: Any) -> None:
    """The staircase of a fully connected linear network: singular modes in decreasing order.

    \b
    Examples:
      neurocli agf linear data.csv --targets 3
    """
    from neurocli.dynamics.records import linear_record

    _answer(ctx, linear_record, file, targets, hidden=hidden, alpha=alpha, drawing="draw_prediction", plot=plot,
            timeout=timeout, memory=memory, printing=printing)


@agf.command()
@click.argument("eigenvalues", metavar="EIGENVALUES")
@click.option("--context", type=click.IntRange(1), default=32, show_default=True, metavar="N",
              help="Pairs in the context.")
@_scale_option("Norm of a head at the start: the first time as plain time.")
@_shared
@click.pass_context
def attention(ctx: click.Context, eigenvalues: str, context: int, scale: float | None, plot: str | None,
              timeout: float | None, memory: int | None, **printing: Any) -> None:
    """The staircase of linear attention on in-context regression, exactly.

    EIGENVALUES of the inputs' covariance: written out, or a CSV or NPY file.

    \b
    Examples:
      neurocli agf attention 24/25,12/25,8/25,6/25 --context 32
    """
    from neurocli.dynamics.records import attention_record, read_eigenvalues

    def record() -> Any:
        return attention_record(read_eigenvalues(eigenvalues), context, scale, eigenvalues)

    _answer(ctx, record, drawing="draw_prediction", plot=plot, timeout=timeout, memory=memory, printing=printing)


@agf.command()
@click.argument("encoding", metavar="ENCODING")
@click.option("-p", "size", type=click.IntRange(2, 10**4), default=None, metavar="P",
              help="Size of the group, for a spectrum.")
@_scale_option("Norm of a neuron at the start: times as plain time.")
@_shared
@click.pass_context
def modadd(ctx: click.Context, encoding: str, size: int | None, scale: float | None, plot: str | None,
           timeout: float | None, memory: int | None, **printing: Any) -> None:
    """The staircase of a quadratic network on modular addition: frequencies in decreasing order.

    ENCODING: a file with p numbers of mean zero, or magnitudes by frequency, 1:10,3:5,5:5/2 with -p 20.

    \b
    Examples:
      neurocli agf modadd 1:10,3:5,5:5/2 -p 20 --scale 0.0141
      neurocli agf modadd encoding.csv
    """
    def record() -> Any:
        from neurocli.dynamics.records import modadd_record
        from neurocli.dynamics.training_records import read_encoding

        p, powers, _ = read_encoding(encoding, size)
        return modadd_record(p, powers, scale, encoding)

    _answer(ctx, record, drawing="draw_prediction", plot=plot, timeout=timeout, memory=memory, printing=printing)


@agf.command()
@click.argument("group", metavar="GROUP")
@click.argument("signal", metavar="SIGNAL")
@_scale_option("Norm of a neuron at the start: times as plain time.")
@_shared
@click.pass_context
def group(ctx: click.Context, group: str, signal: str, scale: float | None, plot: str | None, timeout: float | None,
          memory: int | None, **printing: Any) -> None:
    """The staircase of learning the product of a finite group: one irreducible representation at a time.

    \b
    Examples:
      neurocli agf group S3 2,0,0,-1,0,-1
      neurocli agf group A5 signal.csv
    """
    from neurocli.dynamics.records import group_record

    _answer(ctx, group_record, group, signal, scale, drawing="draw_prediction", plot=plot, timeout=timeout,
            memory=memory, printing=printing)


@agf.command()
@options.spec_argument
@click.argument("file", metavar="DATA")
@click.option("--scale", type=float, default=1e-2, show_default=True, metavar="R", help="Scale of the initialization.")
@click.option("--rounds", type=click.IntRange(1), default=100, show_default=True, metavar="N",
              help="Largest number of rounds.")
@options.seed_option
@_shared
@click.pass_context
def run(ctx: click.Context, spec: str, file: str, scale: float, rounds: int, seed: int, plot: str | None,
        timeout: float | None, memory: int | None, **printing: Any) -> None:
    """The two-step algorithm on a network with one hidden layer and polynomial activation.

    DATA: inputs, then targets, per row.

    \b
    Examples:
      neurocli agf run mlp:3-8-2,r=2 data.csv --scale 1e-3
      neurocli agf run 'mlp:3-8-2,act=x^3+x^2' data.npy --plot run.svg
    """
    def record() -> Any:
        from neurocli.dynamics.training_records import run_record

        return run_record(spec, file, scale, seed, rounds, _progress("round", rounds, printing["quiet"]))

    _answer(ctx, record, drawing="draw_run", plot=plot, timeout=timeout, memory=memory, printing=printing)


@agf.command()
@click.argument("case", metavar="CASE")
@click.argument("source", metavar="DATA")
@click.option("--scale", type=float, default=1e-3, show_default=True, metavar="R", help="Scale of the initialization.")
@click.option("--neurons", type=click.IntRange(1), default=None, metavar="H", help="Hidden units or heads.")
@click.option("--context", type=click.IntRange(1), default=32, show_default=True, metavar="N",
              help="Pairs in the context (attention).")
@click.option("--targets", type=click.IntRange(1), default=1, show_default=True, metavar="C",
              help="How many of the last columns are targets (linear).")
@click.option("-p", "size", type=click.IntRange(2, 10**4), default=None, metavar="P",
              help="Size of the group, for a spectrum (modadd).")
@click.option("--until", "end", type=float, default=None, metavar="T", help="Final time; default until rest.")
@options.seed_option
@_shared
@click.pass_context
def flow(ctx: click.Context, case: str, source: str, scale: float, neurons: int | None, context: int, targets: int,
         size: int | None, end: float | None, seed: int, plot: str | None, timeout: float | None, memory: int | None,
         **printing: Any) -> None:
    """Gradient flow from a small initialization, laid over the predicted plateaus.

    CASE is diagonal, linear, attention, modadd, group:NAME, or a network such as mlp:3-8-2,r=2.

    \b
    Examples:
      neurocli agf flow diagonal data.csv --scale 1e-10 --plot flow.svg
      neurocli agf flow attention 24/25,12/25,8/25,6/25 --neurons 5
      neurocli agf flow modadd 1:10,3:5,5:5/2 -p 20 --scale 0.01
    """
    def record() -> Any:
        from neurocli.dynamics.training_records import flow_record

        return flow_record(case, source, scale, seed, neurons, context, targets, size, end,
                           _progress("time", None, printing["quiet"]))

    _answer(ctx, record, drawing="draw_flow", plot=plot, timeout=timeout, memory=memory, printing=printing)
