"""A list of results in any of the printed formats; each command's layout is in `layouts/`.

A layout module has two functions:
    sections(result, style) -> list[Section]      one result, in full
    row(result) -> dict[str, cell]                one result as a line of a table
"""

from __future__ import annotations

import dataclasses
import importlib
import json
from collections.abc import Sequence
from types import ModuleType
from typing import Any, cast

from neurocli.report.sections import Section, cell
from neurocli.results.result import Result


@dataclasses.dataclass(frozen=True)
class Style:
    """What the user asked to see."""

    format: str = "table"
    verbose: bool = False
    explain: bool = False
    cite: bool = False
    to_file: bool = False


def layout(command: str) -> ModuleType:
    """The layout module of a command; subcommands (`harmonics irreps`) share their command's."""
    return importlib.import_module(f"neurocli.report.layouts.{command.split()[0]}")


def render_one(result: Result, style: Style) -> str:
    """One result as one line of JSON."""
    return result.dumps()


def render(results: Sequence[Result], style: Style) -> str:
    """All results in one format, ending in a newline."""
    if style.format == "json":
        return "".join(render_one(result, style) + "\n" for result in results)
    if style.format == "plain":
        return "".join(plain_line(result) for result in results)
    if style.format == "csv":
        return csv_text(table_of(results))
    if style.format == "latex":
        from neurocli.report.latex import latex_table

        return latex_table(table_of(results), results)
    from neurocli.report.table import Printer

    printer = Printer(style)
    if len(results) == 1:
        for section in layout(results[0].command).sections(results[0], style):
            printer.section(section)
    else:
        printer.section(table_of(results))
    for result in results:
        printer.notes(result, several=len(results) > 1)
    return printer.text()


def plain_line(result: Result) -> str:
    """`spec<TAB>value<TAB>status`: stable, for `cut` and `awk`."""
    value = result.value if isinstance(result.value, (int, str)) else json.dumps(
        result.to_json()["value"], sort_keys=True)
    return f"{result.spec}\t{value}\t{result.status}\n"


def table_of(results: Sequence[Result]) -> Section:
    """One row per result, columns from the layout of the command.

    A result whose value is itself a table (a list of equations, of pairs, ...) may give it by a
    function `table(result) -> Section` in its layout, used when it is the only result.
    """
    module = layout(results[0].command)
    if len(results) == 1 and hasattr(module, "table"):
        section = module.table(results[0])
        if section is not None:
            return cast(Section, section)
    rows = [module.row(result) for result in results]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return Section("", tuple(columns), tuple(tuple(row.get(name) for name in columns) for row in rows))


def csv_text(section: Section) -> str:
    """A section as CSV with a header line."""
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(section.columns or ("name", "value"))
    for row in section.rows:
        writer.writerow(["" if value is None else value if isinstance(value, str) else cell(value) for value in row])
    return stream.getvalue()


def certificate_text(results: Sequence[Result]) -> str:
    """The evidence of results as a versioned JSON document."""
    import neurocli

    certificates: list[dict[str, Any]] = []
    for result in results:
        record = result.to_json()
        kept = {key: record[key] for key in ("command", "spec", "value", "status", "method", "evidence", "seed")}
        if result.command == "edd":  # a number of critical points is one for a metric
            kept["metric"] = record["data"]["metric"]
        digest = _digest(result.spec)
        certificates.append({**kept, "digest": digest} if digest else kept)
    document = {"certificate": 1, "neurocli": neurocli.__version__, "results": certificates}
    return json.dumps(document, sort_keys=True, indent=1) + "\n"


def _digest(spec: str) -> str | None:
    """The content hash of a network whose specification names a file."""
    if not spec.startswith(("poly:", "gcnn:")):
        return None
    from neurocli.architectures.grammar import parse

    return parse(spec).digest
