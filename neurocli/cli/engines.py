"""`neurocli engines`."""

from __future__ import annotations

from typing import Any

import click

from neurocli.cli import options


@click.command()
@click.argument("required", nargs=-1, metavar="[ENGINE...]")
@options.output_options
@click.pass_context
def engines(ctx: click.Context, required: tuple[str, ...], **printing: Any) -> None:
    """The Gröbner engines on this machine, and how to install the others.

    With names of engines, exit with status 4 unless all of them can be used.

    \b
    Examples:
      neurocli engines
      neurocli engines msolve singular macaulay2
    """
    from neurocli.cli.run import compute, emit
    from neurocli.engines.inventory import engines as inventory

    ctx.exit(emit([lambda: compute(inventory, required)], **printing))
