"""`neurocli examples`."""

from __future__ import annotations

import click


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--copy", type=click.Path(file_okay=False), default=None, metavar="DIR",
              help="Copy all examples, or the one named, into this folder.")
def examples(name: str | None, copy: str | None) -> None:
    """Files to start from: claims, grids, a Makefile, a workflow, data.

    \b
    Examples:
      neurocli examples
      neurocli examples Makefile > Makefile
      neurocli examples --copy demo
    """
    from importlib.resources import files
    from pathlib import Path

    folder = files("neurocli").joinpath("examples")
    entries = {entry.name: entry for entry in sorted(folder.iterdir(), key=lambda e: e.name)
               if entry.is_file() and not entry.name.startswith("_")}
    if name is not None and name not in entries:
        raise click.UsageError(f"No example {name!r}. Examples: {', '.join(entries)}.")
    if copy is not None:
        target = Path(copy)
        target.mkdir(parents=True, exist_ok=True)
        for entry in entries.values():
            if name in (None, entry.name):
                (target / entry.name).write_bytes(entry.read_bytes())
                click.echo(str(target / entry.name))
    elif name is not None:
        click.echo(entries[name].read_bytes().decode("utf-8"), nl=False)
    else:
        for entry in entries.values():
            first = entry.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
            click.echo(f"{entry.name:24} {first}")
