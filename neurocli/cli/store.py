"""`neurocli store`."""

from __future__ import annotations

import click


@click.group()
def store() -> None:
    """The results kept from sweeps: list, export, prune.

    \b
    Examples:
      neurocli store list
      neurocli store export > all.ndjson
      neurocli store prune
    """


path_option = click.option("--store", "path", type=click.Path(dir_okay=False), default=None, metavar="FILE",
                           help="The store; default below XDG_CACHE_HOME.")
command_option = click.option("--command", default=None, metavar="NAME", help="Only results of this command.")


@store.command("list")
@path_option
@command_option
def list_(path: str | None, command: str | None) -> None:
    """One line per result: specification, command, value, status."""
    import json

    from neurocli.results.store import Store

    with Store(path) as results:
        for record in results.records(command):
            value = record["value"] if isinstance(record["value"], (int, str)) else json.dumps(record["value"])
            click.echo(f"{record['spec']}\t{record['command']}\t{value}\t{record['status']}")


@store.command()
@path_option
@command_option
def export(path: str | None, command: str | None) -> None:
    """Every record as one JSON object per line."""
    import json

    from neurocli.results.store import Store

    with Store(path) as results:
        for record in results.records(command):
            click.echo(json.dumps(record, sort_keys=True))


@store.command()
@path_option
def prune(path: str | None) -> None:
    """Remove the results of other versions of neurocli."""
    import neurocli
    from neurocli.results.store import Store

    with Store(path) as results:
        click.echo(f"{results.prune(neurocli.__version__)} results removed from {results.path}")
