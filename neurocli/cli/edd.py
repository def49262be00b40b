"""`neurocli edd`."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import click

from neurocli.cli import options
from neurocli.results.result import Result

if TYPE_CHECKING:
    from neurocli.invariants.tracking import Tracking


class _MetricWithArgument(click.Command):
    """Reads `--metric samples 5` as `--metric samples=5`, and so for gram and data."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        joined: list[str] = []
        rest = iter(args)
        for argument in rest:
            joined.append(argument)
            if argument == "--metric":
                joined.append(next(rest, ""))
                if joined[-1] in ("gram", "samples", "data"):
                    joined[-1] += "=" + next(rest, "")
        return super().parse_args(ctx, joined)


@click.command(cls=_MetricWithArgument)
@options.specs_argument
@click.option("--metric", default="generic", show_default=True, metavar="METRIC",
              help="generic, bombieri, unit, gram FILE, samples S, or data FILE.")
@click.option("--rank", type=int, default=None, metavar="R", help="A generic form of rank R.")
@click.option("--method", type=click.Choice(["auto", "closed-form", "groebner", "monodromy", "split"]),
              default="auto", show_default=True,
              help="A theorem, critical equations modulo primes, path tracking, or critical points by kind.")
@click.option("--engine", type=click.Choice(["msolve", "singular", "macaulay2", "builtin"]), default=None,
              help="Program that solves systems; default the first that is installed.")
@click.option("--polar", is_flag=True, help="The polar degrees too.")
@click.option("--project", is_flag=True,
              help="The projection along the radical of a degenerate loss too: kernel, degree, branch locus.")
@click.option("--boundary", is_flag=True,
              help="Critical points of the distance from an input to the decision boundary of generic weights instead.")
@click.option("--real", type=int, default=None, metavar="N",
              help="Real critical points, minima and saddles of N random real targets.")
@click.option("--solve", is_flag=True, help="All critical points of the loss of the data (with --metric data FILE).")
@click.option("--data", type=click.Path(exists=True, dir_okay=False), default=None, metavar="FILE",
              help="The same as --metric data FILE.")
@click.option("--plot", type=click.Path(dir_okay=False), default=None, metavar="FILE",
              help="Draw the statistics of --real or the points of --solve (.png, .svg, .pdf).")
@click.option("--emit", "emitted", type=(str, click.Path(dir_okay=False)), default=None, metavar="FORMAT FILE",
              help="Save the critical equations: macaulay2, singular, msolve, mrdi, julia, sage, latex, json.")
@options.tracking_options
@options.prime_option
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def edd(ctx: click.Context, specs: tuple[str, ...], metric: str, rank: int | None, method: str, engine: str | None,
        polar: bool, project: bool, boundary: bool, real: int | None, solve: bool, data: str | None,
        plot: str | None, emitted: tuple[str, str] | None, tracking: Tracking, prime: int | None, seed: int,
        timeout: float | None, memory: int | None, **printing: Any) -> None:
    """Number of critical points of a quadratic loss over a network's functions.

    \b
    Examples:
      neurocli edd mlp:3-2-1,r=2
      neurocli edd --metric bombieri --method groebner mlp:2-2-1,r=4
      neurocli edd --metric samples 2 --project lightning:2-1,a=2,t=2
      neurocli edd --real 100 cnn:2-2,r=2
    """
    from neurocli.cli.settled import emit_settled, settle
    from neurocli.formats.registry import FORMATS
    from neurocli.invariants.critical.metrics import read_metric
    from neurocli.invariants.dimension import check_options
    from neurocli.invariants.ed_degree import edd as edd_of

    check_options(prime, None)
    if data is not None and ctx.get_parameter_source("metric") is not click.core.ParameterSource.DEFAULT:
        raise click.UsageError("--data and --metric: give one of them")
    chosen = read_metric(metric if data is None else f"data={data}", rank)
    if not solve and real is None:
        method = tracking.method_for(method)
    if plot is not None and real is None and not solve:
        raise click.UsageError("--plot: draws what --real or --solve find")
    if emitted is not None and emitted[0] not in FORMATS:
        raise click.UsageError(f"--emit: read {emitted[0]!r}, expected one of {', '.join(FORMATS)}")
    networks = options.read_specs(specs)
    if (emitted is not None or plot is not None) and len(networks) > 1:
        raise click.UsageError("--emit and --plot: give one network, since there is one file")
    tracking.require_one(len(networks))

    def work(network: Any) -> Result:
        """Count one network's critical points in a child process."""
        result = settle(edd_of, network, metric=chosen, method=method, prime=prime, seed=seed, engine=engine,
                        polar=polar, project=project, boundary=boundary, real=real, solve=solve,
                        emit=emitted and emitted[0], tracking=tracking, timeout=timeout, memory=memory)()
        if tracking.solutions and not printing["quiet"]:
            click.echo(f"written: {tracking.solutions}", err=True)
        if plot is not None:
            from neurocli.report.critical_plot import draw

            draw(result, plot)
            if not printing["quiet"]:
                click.echo(f"written: {plot}", err=True)
        undecided.append(result.value is None)
        return result if emitted is None else _saved(result, emitted[1], printing["quiet"])

    undecided: list[bool] = []
    status = emit_settled([functools.partial(work, network) for network in networks], **printing)
    ctx.exit(status or (3 if any(undecided) else 0))


def _saved(result: Result, path: str, quiet: bool) -> Result:
    """Write the emitted system to its file and leave it out of the record."""
    from neurocli.report.write import write_file

    data = dict(result.data)
    write_file(path, data.pop("emitted")["text"])
    if not quiet:
        click.echo(f"written: {path}", err=True)
    return dataclasses.replace(result, data=data)
