"""`neurocli sprecher`: Sprecher networks as spline models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from neurocli.cli import options

Command = Callable[..., Any]
SHAPE_OPTIONS = ("phi_knots", "Phi_knots", "lateral", "residual", "norm", "codomain")


@click.group()
def sprecher() -> None:
    """Sprecher networks: parameter counts, evaluation, domains, trained files, training.

    \b
    Examples:
      neurocli sprecher count sprecher:784-100-100-10 --phi-knots 50 --Phi-knots 50
      neurocli sprecher import mnist.snds --to mnist.json
      neurocli sprecher fit sprecher:1-5-5-1 toy-1d-poly --plot loss.svg
    """


def shape_options(command: Command) -> Command:
    """The options of a shape."""
    for decorate in (
        click.option("--codomain", is_flag=True, default=None, help="Outer functions have a trained codomain."),
        click.option("--norm", type=click.Choice(["none", "all", "skip-first"]), default=None,
                     help="Blocks that are followed by a normalization; none by default."),
        click.option("--residual", type=click.Choice(["none", "node", "linear"]), default=None,
                     help="Residual connections: a weight per input or output, or a matrix; none by default."),
        click.option("--lateral", type=click.Choice(["none", "cyclic", "bidirectional"]), default=None,
                     help="Lateral mixing; none by default."),
        click.option("--Phi-knots", "Phi_knots", type=click.IntRange(2, 4096), default=None, metavar="N",
                     help="Knots of the outer functions; 100 by default."),
        click.option("--phi-knots", "phi_knots", type=click.IntRange(2, 4096), default=None, metavar="N",
                     help="Knots of the inner functions; 100 by default."),
    ):
        command = decorate(command)
    return command


def _shape(given: dict[str, Any]) -> dict[str, Any]:
    """The options of a shape, taken out of all keywords."""
    return {name: given.pop(name) for name in SHAPE_OPTIONS}


def _common(command: Command) -> Command:
    return options.limit_options(options.explain_options(options.output_options(command)))


_source = click.argument("source", metavar="SPEC|FILE")
_to = click.option("--to", "destination", type=click.Path(dir_okay=False), default=None, metavar="FILE",
                   help="Write the result to this file.")


def _plot(what: str) -> Callable[[Command], Command]:
    return click.option("--plot", type=click.Path(dir_okay=False), default=None, metavar="FILE",
                        help=f"Draw {what}: .png, .svg or .pdf.")


@sprecher.command("count")
@options.specs_argument
@shape_options
@click.option("--batch", type=click.IntRange(1), default=32, show_default=True, metavar="B",
              help="Batch of the memory estimate.")
@_common
@click.pass_context
def count_command(ctx: click.Context, specs: tuple[str, ...], batch: int, timeout: float | None, memory: int | None,
                  **given: Any) -> None:
    """Exact parameter count, with what is redundant, beside an MLP and a KAN of the same widths.

    \b
    Examples:
      neurocli sprecher count sprecher:784-100-10 sprecher:784-4096-4096-10
      neurocli sprecher count sprecher:784-100-100-10 --phi-knots 50 --Phi-knots 50 \\
          --lateral cyclic --residual node --norm skip-first --codomain
    """
    from functools import partial

    from neurocli.cli.run import compute, emit
    from neurocli.sprecher.records import count_record

    if not specs:
        raise click.UsageError("give a specification, such as sprecher:784-100-10")
    shape = _shape(given)
    ctx.exit(emit([partial(compute, count_record, spec, batch, timeout=timeout, memory=memory, **shape)
                   for spec in specs], **given))


@sprecher.command()
@_source
@click.argument("inputs", metavar="INPUT")
@click.option("--exact", is_flag=True, help="Fractions instead of floats (piecewise linear networks).")
@click.option("--low-memory", is_flag=True, help="Go through the outputs of a block one after the other.")
@_to
@options.seed_option
@shape_options
@_common
@click.pass_context
def forward(ctx: click.Context, source: str, inputs: str, exact: bool, low_memory: bool, destination: str | None,
            seed: int, timeout: float | None, memory: int | None, **given: Any) -> None:
    """Evaluate a network on the rows of INPUT (CSV, or NPY in floats).

    A specification stands for the network before training, with weights drawn from --seed.

    \b
    Examples:
      neurocli sprecher forward mnist.snds images.csv --exact --format csv
      neurocli sprecher forward sprecher:64-16384-1 x.npy --low-memory
    """
    from neurocli.cli.run import compute, emit
    from neurocli.sprecher.records import forward_record

    shape = _shape(given)
    ctx.exit(emit([lambda: compute(forward_record, source, inputs, seed, exact, low_memory, destination,
                                   timeout=timeout, memory=memory, **shape)], **given))


@sprecher.command()
@_source
@click.option("--low", default="0", show_default=True, metavar="A", help="Least value of every input.")
@click.option("--high", default="1", show_default=True, metavar="B", help="Greatest value of every input.")
@options.seed_option
@shape_options
@_common
@click.pass_context
def domains(ctx: click.Context, source: str, low: str, high: str, seed: int, timeout: float | None,
            memory: int | None, **given: Any) -> None:
    """Exact interval propagation: what every block can be asked for and can answer.

    \b
    Examples:
      neurocli sprecher domains mnist.snds
      neurocli sprecher domains network.json --low -1 --high 1
    """
    from neurocli.cli.run import compute, emit
    from neurocli.sprecher.records import domains_record

    shape = _shape(given)
    ctx.exit(emit([lambda: compute(domains_record, source, low, high, seed, timeout=timeout, memory=memory, **shape)],
                  **given))


@sprecher.command("import")
@click.argument("file", metavar="FILE.snds")
@_to
@_plot("the inner and outer functions")
@_common
@click.pass_context
def import_command(ctx: click.Context, file: str, destination: str | None, plot: str | None, timeout: float | None,
                   memory: int | None, **printing: Any) -> None:
    """Read a trained network in SNDS version 3, exactly.

    \b
    Examples:
      neurocli sprecher import mnist.snds
      neurocli sprecher import mnist.snds --to mnist.json --plot splines.svg
    """
    from neurocli.cli.run import compute, emit

    def work() -> Any:
        from neurocli.sprecher.records import import_record, network_of

        result = import_record(file, destination)
        if plot is not None:
            from neurocli.report.spline_plot import draw_splines

            draw_splines(plot, [(f"block {k}: {name}", list(map(float, spline.knots)), list(map(float, spline.values)))
                                for k, block in enumerate(network_of(file, 0, {}).blocks, 1)
                                for name, spline in (("phi", block.phi), ("Phi", block.Phi))], file)
        return result

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **printing))


@sprecher.command()
@options.spec_argument
@click.argument("data", metavar="DATA")
@click.option("--epochs", type=click.IntRange(1), default=2000, show_default=True, metavar="N", help="Steps of Adam.")
@click.option("--rate", type=float, default=1e-2, show_default=True, metavar="R", help="First learning rate.")
@click.option("--clip", type=float, default=1.0, show_default=True, metavar="C", help="Largest norm of a gradient.")
@click.option("--track", type=click.IntRange(0), default=400, show_default=True, metavar="N",
              help="Epochs in which domains follow the weights.")
@click.option("--checkpoint", type=click.Path(dir_okay=False), default=None, metavar="FILE",
              help="Save the state here, and go on from it when it exists.")
@click.option("--every", type=click.IntRange(1), default=500, show_default=True, metavar="N",
              help="Epochs between checkpoints.")
@click.option("--no-mlp", is_flag=True, help="Do not train the MLP beside it.")
@_to
@_plot("the losses")
@options.seed_option
@shape_options
@_common
@click.pass_context
def fit(ctx: click.Context, spec: str, data: str, epochs: int, rate: float, clip: float, track: int,
        checkpoint: str | None, every: int, no_mlp: bool, destination: str | None, plot: str | None, seed: int,
        timeout: float | None, memory: int | None, **given: Any) -> None:
    """Train on DATA (CSV or NPY: inputs in [0, 1], then targets), or on toy-1d-poly, toy-2d, toy-100d.

    \b
    Examples:
      neurocli sprecher fit sprecher:1-5-5-1 toy-1d-poly --phi-knots 20 --Phi-knots 20 \\
          --lateral cyclic --residual node
      neurocli sprecher fit sprecher:2-5-1 data.csv --checkpoint run.npz --to network.json
    """
    import sys

    from neurocli.cli.run import compute, emit

    shape = _shape(given)
    shown = None
    if not given["quiet"] and sys.stderr.isatty():
        def shown(epoch: int, loss: float) -> None:
            text = "" if epoch + 50 > epochs else f"epoch {epoch}/{epochs}, loss {loss:.6g}"
            click.echo(f"\r\033[K{text}", err=True, nl=False)

    def work() -> Any:
        from neurocli.sprecher.records import fit_record

        settings = {"epochs": epochs, "rate": rate, "clip": clip, "track": track, "seed": seed}
        result = fit_record(spec, data, settings, checkpoint, every, destination, not no_mlp, shown, **shape)
        if plot is not None:
            from neurocli.report.spline_plot import draw_losses

            draw_losses(plot, result.data["curves"], f"{spec} on {data}")
        return result

    ctx.exit(emit([lambda: compute(work, timeout=timeout, memory=memory)], **given))
