"""Layout of `check`."""

from __future__ import annotations

from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section
from neurocli.results.result import Result


def sections(result: Result, style: Style) -> list[Section]:
    """One line per claim, then the witnesses, what is open, and the slowest instances."""
    claims = result.value["claims"]
    found = [Section("", ("claim", "verdict", "networks", "holds", "refuted", "undecided", "numbers"), tuple(
        (c["name"], c["verdict"], c["instances"], c["holds"], c["refuted"], c["undecided"],
         "sure" if c["sure"] else "probable") for c in claims))]
    witnesses = [(c["name"], c["witness"]["spec"], c["title"]) for c in claims if c["witness"]]
    if witnesses:
        found.append(Section("smallest witnesses", ("claim", "spec", "refutes"), tuple(witnesses)))
        values = [(key, value) for c in claims if c["witness"] for key, value in c["witness"]["values"].items()]
        if style.verbose or len(values) <= 12:
            found.append(Section("", ("asked", "value"), tuple(values)))
    still = [(c["name"], o["spec"], o["note"]) for c in claims for o in c["open"]]
    if still:
        found.append(Section("undecided", ("claim", "spec", "why"), tuple(still)))
    slowest = result.run.get("slowest", [])
    if slowest and style.verbose:
        found.append(Section("slowest", ("spec", "seconds"), tuple((s["spec"], s["seconds"]) for s in slowest)))
    return found


def row(result: Result) -> dict[str, Any]:
    """The counts."""
    return {"spec": result.spec, "holds": result.value["holds"], "refuted": result.value["refuted"],
            "undecided": result.value["undecided"]}


def table(result: Result) -> Section:
    """One row per claim."""
    return sections(result, Style())[0]
