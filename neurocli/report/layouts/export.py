"""Layout of `export`: the file itself is what people read; tables name it."""

from __future__ import annotations

from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, facts
from neurocli.results.result import Result


def sections(result: Result, style: Style) -> list[Section]:
    """What the file holds."""
    data = result.data
    return [facts(result.spec, [("format", data["format"]), ("system", data["what"]), ("answer", data["answer"]),
                                ("characteristic", data["characteristic"]), ("variables", data["variables"]),
                                ("equations", data["equations"]), ("run", data["run"])])]


def row(result: Result) -> dict[str, Any]:
    """One line per network."""
    data = result.data
    return {"spec": result.spec, "format": data["format"], "system": data["what"], "variables": data["variables"],
            "equations": data["equations"]}
