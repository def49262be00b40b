"""`neurocli fibers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from neurocli.cli import options
from neurocli.cli.settled import emit_settled, settle

if TYPE_CHECKING:
    from neurocli.invariants.tracking import Tracking

ENGINES = ["msolve", "singular", "macaulay2", "builtin"]


@click.command()
@options.specs_argument
@click.option("--at", type=click.Path(dir_okay=False), default=None, metavar="WEIGHTS",
              help="The whole fibre over the function with these weights (JSON, CSV or NPY).")
@click.option("--equivalent", type=click.Path(dir_okay=False), nargs=2, default=None, metavar="A B",
              help="Whether two sets of weights give the same function; exit status 1 if not.")
@click.option("--symmetries", is_flag=True, help="The known symmetry group, its generators, checked.")
@click.option("--tolerance", type=float, default=None, metavar="T",
              help="With --equivalent: accept outputs that differ by at most T, relative to their size.")
@click.option("--method", type=click.Choice(["auto", "theorem", "groebner", "monodromy"]), default="auto",
              show_default=True,
              help="Theorems alone, points counted by a Gröbner basis or by path tracking, or whatever decides.")
@click.option("--emit", "emitted", type=(str, click.Path(dir_okay=False)), default=None, metavar="FORMAT FILE",
              help="Save the system of the generic fibre: macaulay2, singular, msolve, mrdi, julia, sage, json.")
@click.option("--engine", type=click.Choice(ENGINES), default=None, help="Program for Gröbner bases.")
@options.tracking_options
@options.prime_option
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def fibers(ctx: click.Context, specs: tuple[str, ...], at: str | None, equivalent: tuple[str, str] | None,
           symmetries: bool, tolerance: float | None, method: str, emitted: tuple[str, str] | None,
           engine: str | None, tracking: Tracking, prime: int | None, seed: int,
           timeout: float | None, memory: int | None, **printing: Any) -> None:
    """Are the weights determined by the function, and up to what.

    \b
    Examples:
      neurocli fibers mlp:2-3-2,r=2
      neurocli fibers --at weights.json cnn:3-2,r=2
      neurocli fibers --equivalent a.npy b.npy mlp:784-100-10,r=2
    """
    from neurocli.invariants.fibers import check_options
    from neurocli.invariants.fibers import fibers as fibres

    method = tracking.method_for(method)
    check_options(method, prime, at, equivalent or None, symmetries, tolerance)
    networks = options.read_specs(specs)
    tracking.require_one(len(networks))
    if emitted is not None:
        _save(networks, *emitted, prime, seed, printing["quiet"])
    tasks = [settle(fibres, network, at=at, equivalent=equivalent or None, symmetries=symmetries,
                    tolerance=tolerance, method=method, prime=prime, seed=seed, engine=engine, timeout=timeout,
                    memory=memory, tracking=tracking) for network in networks]
    if tracking.solutions and not printing["quiet"]:
        tasks = [options.told_of(task, tracking.solutions) for task in tasks]
    ctx.exit(emit_settled(tasks, **printing))


def _save(networks: list[Any], name: str, path: str, prime: int | None, seed: int, quiet: bool) -> None:
    """Write the system of one network's generic fibre."""
    from neurocli.formats.registry import FORMATS
    from neurocli.invariants.fibres.generic_fibre import fibre_file
    from neurocli.report.write import write_file

    if name not in FORMATS:
        raise click.UsageError(f"--emit: read {name!r}, expected one of {', '.join(FORMATS)}")
    if len(networks) != 1:
        raise click.UsageError("--emit: give one network, since there is one file")
    write_file(path, fibre_file(networks[0], name, prime=prime or 2**31 - 1, seed=seed))
    if not quiet:
        click.echo(f"written: {path}", err=True)
