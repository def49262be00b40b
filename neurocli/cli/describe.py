"""`neurocli describe`."""

from __future__ import annotations

from typing import Any

import click

from neurocli.cli import options


@click.command()
@options.specs_argument
@click.option("--map", "with_map", is_flag=True,
              help="Print the coefficient map; refused with an estimate when it is too large.")
@options.limit_options
@options.output_options
@click.pass_context
def describe(ctx: click.Context, specs: tuple[str, ...], with_map: bool, timeout: float | None,
             memory: int | None, **printing: Any) -> None:
    """What a network is: parameters, symmetries, gauge, ambient space, degrees.

    \b
    Examples:
      neurocli describe mlp:3-2-1,r=2
      neurocli describe --map mlp:2-2-1,r=2
      neurocli describe --format latex lightning:3-3,a=2,t=3
    """
    from neurocli.cli.run import each, emit
    from neurocli.invariants.describe import describe as description

    networks = options.read_specs(specs)
    tasks = each(description, networks, timeout=timeout, memory=memory, with_map=with_map)
    ctx.exit(emit(tasks, **printing))
