"""How `sweep` writes its records: as they come, or into a file at the end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import click

from neurocli.errors import SweepFailures, UsageError

COLUMNS = ("spec", "command", "value", "status", "method", "seed", "message")


def check_journal(journal: str | None, resume: bool) -> None:
    """An existing journal is only continued when that was asked for.

    Raises:
        UsageError: it exists and `--resume` was not given, or `--resume` without a journal.
    """
    if resume and journal is None:
        raise UsageError("--resume needs --journal FILE")
    if journal is not None and not resume and os.path.exists(journal) and os.path.getsize(journal):
        raise UsageError(f"{journal} exists", "add --resume to go on with it, or give another file")


def csv_row(record: dict[str, Any]) -> str:
    """One record as a line of CSV."""
    import csv
    import io

    stream_ = io.StringIO()
    cells = [record.get(name) for name in COLUMNS]
    csv.writer(stream_, lineterminator="\n").writerow(
        ["" if c is None else c if isinstance(c, (str, int)) else json.dumps(c, sort_keys=True) for c in cells]
    )
    return stream_.getvalue()


def stream(records: Iterator[dict[str, Any]], format_: str, output: str | None, quiet: bool) -> int:
    """Print every record; exit status 6 when some tasks failed."""
    from neurocli.report.write import write_file

    done = failed = 0
    kept: list[str] = [",".join(COLUMNS) + "\n"] if format_ == "csv" else []
    if output is None and kept:
        click.echo(kept[0], nl=False)
    for record in records:
        line = csv_row(record) if format_ == "csv" else json.dumps(record, sort_keys=True) + "\n"
        done += 1
        failed += "error" in record
        if output is None:
            click.echo(line, nl=False)
        else:
            kept.append(line)
    if output == os.devnull:
        pass
    elif output is not None:
        write_file(output, "".join(kept))
    if not quiet:
        click.echo(f"{done} networks, {failed} failed", err=True)
    return SweepFailures.exit_status if failed else 0
