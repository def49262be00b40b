"""Layout of `verify`."""

from __future__ import annotations

from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section
from neurocli.results.result import Result

VERDICTS = {True: "verified", False: "WRONG", None: "undecided"}


def sections(result: Result, style: Style) -> list[Section]:
    """The verdict; one line per certified result, then per piece of evidence; and what the verdict is about."""
    rows, metrics = result.data["results"], any(r["metric"] for r in result.data["results"])
    names = ("spec", "command", *(["metric"] if metrics else []), "value", "claimed", "right", "why")
    found = [Section(f"{result.spec}: {VERDICTS[result.value]}", (), ()), Section("", names, tuple(
        (r["spec"], r["command"], *([r["metric"]] if metrics else []), _short(r["value"]), r["status"], r["right"],
         r["note"]) for r in rows))]
    if (style.verbose or not result.value) and any(r["checks"] for r in rows):
        found.append(Section("evidence", ("spec", "kind", "right", "how"), tuple(
            (r["spec"], c["kind"], c["right"], c["note"]) for r in rows for c in r["checks"])))
    told = [name for name in result.data["vouched_for"] if metrics or name != "metric"]
    if result.value:
        found.append(Section("", (), (("vouched for", f"{', '.join(told)}; nothing else in the file"),)))
    return found


def _short(value: Any) -> Any:
    """A value for one cell: lists of records by their number."""
    if not isinstance(value, dict):
        return value
    return ", ".join(f"{key} {len(entry) if isinstance(entry, list) else 'none' if entry is None else entry}"
                     for key, entry in value.items() if not isinstance(entry, dict))


def row(result: Result) -> dict[str, Any]:
    """One line per file."""
    return {"spec": result.spec, "verified": result.value, "results": len(result.data["results"])}
