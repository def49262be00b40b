"""`neurocli verify`."""

from __future__ import annotations

from typing import Any

import click

from neurocli.cli import options


@click.command()
@click.argument("certificates", nargs=-1, required=True, metavar="CERT...")
@click.option(
    "--emit",
    type=click.Choice(["macaulay2"]),
    default=None,
    help="Print the check as a script for another system instead.",
)
@options.limit_options
@options.output_options
@click.pass_context
def verify(
    ctx: click.Context,
    certificates: tuple[str, ...],
    emit: str | None,
    timeout: float | None,
    memory: int | None,
    **printing: Any,
) -> None:
    """Check certificates again with the short checkers, without any solver.

    \b
    Examples:
      neurocli dim mlp:10-10-10-1,r=2 --certificate c.json && neurocli verify c.json
      neurocli verify *.json --json | jq .value
    """
    from functools import partial

    from neurocli.cli.run import compute
    from neurocli.cli.run import emit as emit_results
    from neurocli.conjectures.verification import verify_file

    if emit is not None:
        from neurocli.conjectures.verification import script

        for name in certificates:
            click.echo(script(name), nl=False)
        return
    verdicts = []

    def task(name: str) -> Any:
        result = compute(partial(verify_file, name), timeout=timeout, memory=memory)
        verdicts.append(result.value)
        return result

    status = emit_results([partial(task, name) for name in certificates], **printing)
    ctx.exit(status or (1 if False in verdicts else 3 if None in verdicts else 0))
