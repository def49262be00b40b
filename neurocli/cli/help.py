"""`neurocli help`: the manual pages as text."""

from __future__ import annotations

import sys

import click


@click.command("help")
@click.argument("page", required=False, metavar="[PAGE]")
def help_command(page: str | None) -> None:
    """The manual page of a command, or of `spec` and `json`.

    \b
    Examples:
      neurocli help dim
      neurocli help spec
    """
    from neurocli.cli.manual.pages import page_names, page_text

    names = page_names()
    name = page or "neurocli"
    if name not in names:
        raise click.UsageError(f"No manual page '{name}'. Pages: {', '.join(names)}.")
    if sys.stdout.isatty():
        click.echo_via_pager(page_text(name))
    else:
        click.echo(page_text(name), nl=False)
