"""`neurocli search`."""

from __future__ import annotations

from typing import Any

import click

from neurocli.cli import options


@click.group()
def search() -> None:
    """Exhaustive searches with certificates of minimality.

    \b
    Examples:
      neurocli search minimal-filling --inputs 2 --outputs 1 --depth 4 --r 2
      neurocli search threshold mlp:2-2-3-1,r=2
    """


@search.command("minimal-filling")
@click.option("--inputs", type=click.IntRange(1, 1000), required=True, metavar="N", help="Input width.")
@click.option(
    "--outputs", type=click.IntRange(1, 1000), default=1, show_default=True, metavar="N", help="Output width."
)
@click.option("--depth", type=click.IntRange(2, 20), required=True, metavar="L", help="Number of layers.")
@click.option(
    "--r", "power", type=click.IntRange(2, 1000), default=2, show_default=True, metavar="R", help="Activation degree."
)
@click.option(
    "--max-width",
    type=click.IntRange(1, 1000),
    default=8,
    show_default=True,
    metavar="N",
    help="Largest hidden width tried.",
)
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def minimal_filling(
    ctx: click.Context,
    inputs: int,
    outputs: int,
    depth: int,
    power: int,
    max_width: int,
    seed: int,
    timeout: float | None,
    memory: int | None,
    **printing: Any,
) -> None:
    """Widths that fill the ambient space while no smaller ones do."""
    from functools import partial

    from neurocli.cli.run import compute, emit
    from neurocli.conjectures.search import minimal_filling as find

    task = partial(
        compute, find, inputs, outputs, depth, power, max_width=max_width, seed=seed, timeout=timeout, memory=memory
    )
    ctx.exit(emit([task], **printing))


@search.command()
@options.spec_argument
@click.option(
    "--max-degree",
    type=click.IntRange(2, 10_000),
    default=12,
    show_default=True,
    metavar="R",
    help="Largest activation degree computed.",
)
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def threshold(
    ctx: click.Context,
    spec: str,
    max_degree: int,
    seed: int,
    timeout: float | None,
    memory: int | None,
    **printing: Any,
) -> None:
    """The activation degree from which on the dimension is the expected one."""
    from functools import partial

    from neurocli.cli.run import compute, emit
    from neurocli.conjectures.search import threshold as find

    ctx.exit(
        emit(
            [partial(compute, find, spec, max_degree=max_degree, seed=seed, timeout=timeout, memory=memory)], **printing
        )
    )
