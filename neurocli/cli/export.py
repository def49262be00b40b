"""`neurocli export`."""

from __future__ import annotations

from typing import Any

import click

from neurocli.cli import options

FORMATS = ("macaulay2", "singular", "msolve", "mrdi", "julia", "sage", "latex", "json")
WHAT = ("map", "graph-ideal", "slice", "fibre", "jacobian", "critical-equations")


@click.command()
@options.spec_argument
@click.option("--to", type=click.Choice(FORMATS), required=True, help="The language of the file.")
@click.option("--what", type=click.Choice(WHAT), default="graph-ideal", show_default=True,
              help="Which system of the network.")
@click.option("--prime", type=int, default=None, metavar="P",
              help="Characteristic, 0 for the rationals; default what suits the system and the format.")
@options.seed_option
@options.limit_options
@click.option("--json", "as_json", is_flag=True, help="Print the record that holds the file, as JSON.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), default=None,
              help="Write to a file instead, at once and only on success.")
@click.option("-q", "--quiet", is_flag=True, help="No notes on standard error.")
@click.pass_context
def export(ctx: click.Context, spec: str, to: str, what: str, prime: int | None, seed: int, timeout: float | None,
           memory: int | None, as_json: bool, output: str | None, quiet: bool) -> None:
    """A polynomial system of a network, as a file for another computer algebra system.

    \b
    Examples:
      neurocli export --to macaulay2 mlp:3-2-1,r=2 -o network.m2
      neurocli export --to singular --what slice cnn:2-2,r=2
      neurocli export --to julia --what critical-equations mlp:2-2-1,r=4
    """
    from neurocli.cli.run import compute, emit
    from neurocli.invariants.export import export as exported
    from neurocli.report.write import write_file

    (network,) = options.read_specs((spec,))

    def work() -> Any:
        return compute(exported, network, to=to, what=what, prime=prime, seed=seed, timeout=timeout, memory=memory)

    if as_json:
        ctx.exit(emit([work], as_json=True, format_=None, output=output, quiet=quiet))
    result = work()
    if output is None:
        click.echo(result.value, nl=False)
        return
    write_file(output, result.value)
    if not quiet:
        click.echo(f"written: {output} ({result.data['answer']}); run: "
                   f"{result.data['run'].replace('FILE', output)}", err=True)
