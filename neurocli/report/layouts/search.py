"""Layout of `search`."""

from __future__ import annotations

from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, facts
from neurocli.results.result import Result


def sections(result: Result, style: Style) -> list[Section]:
    """The answer, then the networks or degrees that were computed."""
    data = result.data
    if result.spec.startswith("threshold"):
        head = facts(
            result.spec,
            [
                ("threshold", result.value),
                ("status", result.status),
                ("first degree attained", data["first"]),
                ("proved beyond", data["localization"] - 1),
                ("older bound", data["theorem"]),
            ],
        )
        return [
            head,
            Section(
                "",
                ("r", "dim", "expected", "attained", "status"),
                tuple((r["r"], r["dim"], r["expected"], r["attained"], r["status"]) for r in data["rows"]),
            ),
        ]
    head = facts(
        result.spec,
        [
            ("minimal networks", len(result.value)),
            ("status", result.status),
            ("ambient", data["ambient"]),
            ("computed", data["networks"]),
        ],
    )
    return [
        head,
        Section(
            "",
            ("widths", "parameters", "unimodal"),
            tuple((r["widths"], r["parameters"], r["unimodal"]) for r in data["rows"]),
        ),
    ]


def row(result: Result) -> dict[str, Any]:
    """One line."""
    return {"search": result.spec, "value": result.value, "status": result.status.value}


def table(result: Result) -> Section:
    """The rows of the search."""
    return sections(result, Style())[1]
