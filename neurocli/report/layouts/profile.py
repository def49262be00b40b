"""Layout of `profile`."""

from __future__ import annotations

from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section
from neurocli.results.result import Result


def sections(result: Result, style: Style) -> list[Section]:
    """One line per quantity, then the commands that give the whole answers."""
    lines = result.value
    found = [Section(result.spec, ("topic", "quantity", "value", "status", "meaning"), tuple(
        (line["topic"], line["quantity"], line["value"], line["status"], line["meaning"]) for line in lines))]
    commands = dict.fromkeys(line["command"] for line in lines)
    found.append(Section("the whole answers", ("command",), tuple((command,) for command in commands)))
    return found


def row(result: Result) -> dict[str, Any]:
    """One line per network."""
    return {"spec": result.spec, **{line["quantity"]: line["value"] for line in result.value}}


def table(result: Result) -> Section:
    """The lines as a table."""
    return sections(result, Style())[0]
