"""`neurocli sing`."""

from __future__ import annotations

import sys
from typing import Any

import click

from neurocli.cli import options
from neurocli.cli.settled import emit_settled, settle

ENGINES = ["msolve", "singular", "macaulay2", "builtin"]


@click.command()
@options.specs_argument
@click.option("--at", type=click.Path(dir_okay=False), default=None, metavar="WEIGHTS",
              help="Is the function with these weights (JSON, CSV or NPY) singular, and how.")
@click.option("--ideal", is_flag=True, help="The singular locus from equations of the neurovariety.")
@click.option("--ramification", is_flag=True, help="The rank strata of the parametrization instead.")
@click.option("--depth", type=click.IntRange(1, 10**6), default=None, metavar="N",
              help="Subnetworks with at most N neurons removed; default all.")
@click.option("--engine", type=click.Choice(ENGINES), default=None, help="Program for Gröbner bases.")
@options.prime_option
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def sing(ctx: click.Context, specs: tuple[str, ...], at: str | None, ideal: bool, ramification: bool,
         depth: int | None, engine: str | None, prime: int | None, seed: int, timeout: float | None,
         memory: int | None, **printing: Any) -> None:
    """Singular functions of a network, and the subnetworks that training is drawn to.

    \b
    Examples:
      neurocli sing mlp:3-3-3-1,r=2
      neurocli sing --ideal mlp:2-2-1,act=x^3+x^2
      neurocli sing --at weights.json cnn:2-2,r=2
    """
    from neurocli.invariants.singular_locus import check_options
    from neurocli.invariants.singular_locus import sing as singular

    check_options(prime, depth, at, ideal, ramification)
    networks = options.read_specs(specs)
    progress = _progress if sys.stderr.isatty() and not printing.get("quiet") else None
    tasks = [settle(singular, network, at=at, ideal=ideal, ramification=ramification, depth=depth, prime=prime,
                    seed=seed, engine=engine, timeout=timeout, memory=memory, progress=progress)
             for network in networks]
    ctx.exit(emit_settled(tasks, **printing))


def _progress(done: int, total: int) -> None:
    """One line on the terminal, overwritten."""
    click.echo(f"\r{done}/{total} subnetworks" + ("\r\033[K" if done == total else ""), err=True, nl=False)
