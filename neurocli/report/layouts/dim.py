"""Layout of `dim`."""

from __future__ import annotations

from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, facts
from neurocli.results.result import Result


def sections(result: Result, style: Style) -> list[Section]:
    """The dimension first, then what it is compared with."""
    data = result.data
    return [facts(result.spec, [
        ("dim", result.value),
        ("status", result.status),
        ("error at most", result.error_probability),
        ("method", result.method),
        ("parameters", data["parameters"]),
        ("generic fibre", data["fibre_dimension"]),
        ("ambient", data["ambient"]),
        ("expected", data["expected"]),
        ("defect", data["defect"]),
        ("filling", data["filling"]),
    ])]


def row(result: Result) -> dict[str, Any]:
    """One line per network."""
    data = result.data
    return {"spec": result.spec, "dim": result.value, "status": result.status.value,
            "parameters": data["parameters"], "ambient": data["ambient"], "expected": data["expected"],
            "defect": data["defect"], "filling": data["filling"]}
