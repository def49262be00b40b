"""Layout of `edd`."""

from __future__ import annotations

from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, facts
from neurocli.results.result import Result


def sections(result: Result, style: Style) -> list[Section]:
    """The count first, with its metric; then what was removed, and the critical points by kind."""
    data = result.data
    found = [facts(result.spec, [
        ("critical points", result.value),
        ("metric", data["metric"]),
        ("status", result.status),
        ("method", result.method),
        ("neurovariety", data["variety"]),
        ("dim", data["dim"]),
        ("ambient", data["ambient"]),
        ("polar degrees", data["polar_degrees"]),
        ("their status", data.get("polar_status")),
        ("generic fibre", data["fibre"]),
        ("certified", data.get("certified")),
        ("trace test passed", data.get("trace_test")),
    ])]
    if data["split"]:
        found.append(Section("critical points by kind", ("kind", "dimension", "degree", "loss"),
                             tuple((p["kind"], p["dimension"], p["degree"], p["loss"]) for p in data["split"])))
    if data["removed"]:
        found.append(Section("removed from the ramification locus", ("where", "solutions"),
                             tuple((where, number) for where, number in data["removed"].items())))
    return found


def row(result: Result) -> dict[str, Any]:
    """One line per network."""
    data = result.data
    line = {"spec": result.spec, "critical points": result.value, "metric": data["metric"],
            "status": result.status.value, "method": result.method, "dim": data["dim"]}
    if data["polar_degrees"] is not None:
        line["polar degrees"] = data["polar_degrees"]
    return line
