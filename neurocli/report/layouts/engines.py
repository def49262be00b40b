"""Layout of `engines`."""

from __future__ import annotations

from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section
from neurocli.results.result import Result


def sections(result: Result, style: Style) -> list[Section]:
    """What is there, and the lines that install what is not."""
    records = result.data["engines"]
    found = [Section("engines, the preferred first", ("engine", "version", "path"),
                     tuple((one["name"], one["version"] or None, one["trouble"] or one["path"] or "not installed")
                           for one in records))]
    missing = [one for one in records if one["name"] not in result.value]
    if missing:
        found.append(Section("to install the others", (),
                             tuple((one["name"], one["install"]) for one in missing)))
    return found


def row(result: Result) -> dict[str, Any]:
    """One line: what is chosen, and what there is."""
    return {"chosen": result.data["chosen"], "engines": list(result.value)}


def table(result: Result) -> Section:
    """One row for each engine."""
    return Section("", ("engine", "version", "path", "install"),
                   tuple((one["name"], one["version"] or None, one["path"], one["install"])
                         for one in result.data["engines"]))
