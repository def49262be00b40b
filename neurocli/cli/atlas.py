"""`neurocli atlas`."""

from __future__ import annotations

import click


@click.command()
@click.argument("store", required=False, metavar="[STORE]")
@click.option("--html", required=True, type=click.Path(file_okay=False), metavar="DIR",
              help="Folder to write the pages to.")
@click.option("-q", "--quiet", is_flag=True, help="No notes on standard error.")
def atlas(store: str | None, html: str, quiet: bool) -> None:
    """A static site of the stored results: sort, filter, one page per network.

    \b
    Examples:
      neurocli atlas --html site
      neurocli atlas results.sqlite --html site
    """
    from pathlib import Path

    from neurocli.errors import DataError
    from neurocli.report.atlas import atlas_files
    from neurocli.report.write import write_file
    from neurocli.results.store import Store

    if store is not None and not Path(store).is_file():
        raise DataError(f"{store}: no such store", "neurocli sweep --store FILE makes one")
    with Store(store) as results:
        pages = atlas_files(results.records())
    for name, text in pages.items():
        path = Path(html) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, text)
    if not quiet:
        click.echo(f"{len(pages) - 1} networks: {Path(html) / 'index.html'}", err=True)
