"""`neurocli dim`."""

from __future__ import annotations

from typing import Any

import click

from neurocli.cli import options


@click.command()
@options.specs_argument
@click.option("--method", type=click.Choice(["auto", "rank", "theorem", "symbolic"]), default="auto",
              show_default=True, help="Jacobian rank with bounds, theorems alone, or the expanded map.")
@click.option("--prove", is_flag=True, help="Exit with status 3 unless the answer is proved or certified.")
@click.option("--points", type=click.IntRange(1, 10**7), default=None, metavar="N",
              help="Number of sample inputs for the rank; default enough.")
@options.prime_option
@options.seed_option
@options.limit_options
@options.explain_options
@options.output_options
@click.pass_context
def dim(ctx: click.Context, specs: tuple[str, ...], method: str, prove: bool, points: int | None,
        prime: int | None, seed: int, timeout: float | None, memory: int | None, **printing: Any) -> None:
    """Dimension of the set of functions that a network represents.

    \b
    Examples:
      neurocli dim mlp:3-2-1,r=2
      neurocli dim --explain mlp:3-5-1,r=4 lightning:3-3,a=2,t=2
      printf 'mlp:2-2-%d,r=2\\n' 2 3 4 | neurocli dim --format csv
    """
    from neurocli.cli.run import each, emit
    from neurocli.invariants.dimension import check_options
    from neurocli.invariants.dimension import dim as dimension

    check_options(prime, points)
    networks = options.read_specs(specs)
    tasks = each(dimension, networks, timeout=timeout, memory=memory, method=method, prime=prime, seed=seed,
                 points=points, prove=prove, memory_mb=memory)
    ctx.exit(emit(tasks, **printing))
