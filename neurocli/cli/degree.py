"""`neurocli degree`."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from neurocli.cli import options
from neurocli.results.result import Result

if TYPE_CHECKING:
    from neurocli.invariants.tracking import Tracking


@click.command()
@options.specs_argument
@click.option("--method", type=click.Choice(["auto", "closed-form", "slice", "implicit", "hilbert", "monodromy"]),
              default="auto", show_default=True,
              help="A theorem, points on a random slice, elimination, interpolation, or path tracking.")
@click.option("--engine", type=click.Choice(["msolve", "singular", "macaulay2", "builtin"]), default=None,
              help="Program that solves systems; default the first that is installed.")
@click.option("--polar", is_flag=True, help="The polar degrees too.")
@click.option("--hilbert", type=click.IntRange(0, 60), default=None, metavar="N",
              help="The Hilbert function up to degree N too.")
@click.option("--equations", type=click.IntRange(1, 60), default=None, metavar="D",
              help="Generators of the ideal up to degree D too, over the rationals, each verified.")
@click.option("--implicit", is_flag=True, help="All generators of the ideal too, by elimination.")
@click.option("--emit", "emitted", type=(str, click.Path(dir_okay=False)), default=None, metavar="FORMAT FILE",
              help="Save the system that was solved: macaulay2, singular, msolve, mrdi, julia, sage, latex, json.")
@options.tracking_options
@options.prime_option
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def degree(ctx: click.Context, specs: tuple[str, ...], method: str, engine: str | None, polar: bool,
           hilbert: int | None, equations: int | None, implicit: bool, emitted: tuple[str, str] | None,
           tracking: Tracking, prime: int | None, seed: int, timeout: float | None, memory: int | None,
           **printing: Any) -> None:
    """Degree of the set of functions that a network represents, and its equations.

    \b
    Examples:
      neurocli degree mlp:3-3-3,r=2
      neurocli degree --polar cnn:3-3,r=2
      neurocli degree --equations 3 mlp:3-2-1,r=2
      neurocli degree --certify mlp:2-2-2-2,r=2
    """
    from neurocli.cli.run import compute
    from neurocli.cli.settled import emit_settled, settle
    from neurocli.formats.registry import FORMATS
    from neurocli.invariants.degree import degree as degree_of
    from neurocli.invariants.dimension import check_options

    check_options(prime, None)
    method = tracking.method_for(method)
    if emitted is not None and emitted[0] not in FORMATS:
        raise click.UsageError(f"--emit: read {emitted[0]!r}, expected one of {', '.join(FORMATS)}")
    networks = options.read_specs(specs)
    if emitted is not None and len(networks) > 1:
        raise click.UsageError("--emit: give one network, since there is one file")
    tracking.require_one(len(networks))
    asked = functools.partial(degree_of, method=method, prime=prime, seed=seed, engine=engine, polar=polar,
                              hilbert=hilbert, equations=equations, implicit=implicit, emit=emitted and emitted[0],
                              tracking=tracking)

    def work(network: Any) -> Result:
        """Compute one network's degree in a child process."""
        if method == "monodromy" or not (polar or hilbert or equations or implicit or emitted):
            # it ends by itself in time, with the best bound
            result = settle(asked, network, timeout=timeout, memory=memory)()
        else:
            result = compute(asked, network, memory_mb=memory, timeout=timeout, memory=memory)
        return result if emitted is None else _saved(result, emitted[1], printing["quiet"])

    tasks: list[Callable[[], Result]] = [functools.partial(work, network) for network in networks]
    if tracking.solutions and not printing["quiet"]:
        tasks = [options.told_of(task, tracking.solutions) for task in tasks]
    ctx.exit(emit_settled(tasks, **printing))


def _saved(result: Result, path: str, quiet: bool) -> Result:
    """Write the emitted system to its file and leave it out of the record."""
    from neurocli.report.write import write_file

    data = dict(result.data)
    write_file(path, data.pop("emitted")["text"])
    if not quiet:
        click.echo(f"written: {path}", err=True)
    return dataclasses.replace(result, data=data)
