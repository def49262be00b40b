"""Layout of `edd`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurocli.report.layouts.tracking import proved_solutions, tracking
from neurocli.report.render import Style
from neurocli.report.sections import Section, facts
from neurocli.results.result import Result


def sections(result: Result, style: Style) -> list[Section]:
    """The count first, with its metric; then what was removed, and the critical points by kind."""
    data = result.data
    found = [facts(result.spec, [
        (_counted(data), result.value),
        ("metric", data["metric"]),
        ("status", result.status),
        ("method", result.method),
        ("decision boundary" if "boundary_degree" in data else "neurovariety", data["variety"]),
        ("dim", data["dim"]),
        ("ambient", data["ambient"]),
        ("polar degrees", data["polar_degrees"]),
        ("their status", data.get("polar_status")),
        ("degree of the boundary", data.get("boundary_degree")),
        ("generic fibre", data["fibre"]),
        *proved_solutions(data),
        ("certified", None if "examined" in data else data.get("certified")),
        ("trace test passed" + ", unramified points" * (data.get("unramified_only") or data.get("incomplete") or False),
         None if data.get("agrees") else data.get("trace_test")),
        ("as many as the equations give", data.get("agrees")),
        ("searches that agree", data.get("agreeing_searches")),
        *(("note", line) for line in (() if style.explain else data.get("notes", ()))),
    ])]
    if data["split"]:
        found.append(Section("critical points by kind", ("kind", "dimension", "degree", "loss"),
                             tuple((p["kind"], p["dimension"], p["degree"], p["loss"]) for p in data["split"])))
    if "projection" in data:
        found += _projection(data["projection"], style)
    if "real" in data:
        found += _statistics(data["real"], "unramified " * bool(data.get("unramified_only")))
    if "points" in data:
        points = [*data["points"], *data.get("subnetwork_points", ())]
        found.append(Section("critical points of the loss",
                             ("loss", "kind", "type", "subnetwork", "certified", "proved real"), tuple(
                                 (_number(p["loss"]), p["kind"], p["type"], p["subnetwork"], p["certified"],
                                  p["proved_real"]) for p in points)))
        if style.verbose:
            found.append(Section("parameters of the real ones", ("loss", "parameters"), tuple(
                (_number(p["loss"]), p["parameters"]) for p in points if p["real"])))
    if data["removed"]:
        found.append(Section("removed from the ramification locus", ("where", "solutions"),
                             tuple((where, number) for where, number in data["removed"].items())))
    if style.verbose and "failed_paths" in result.run:
        found.append(tracking(result))
    return found


def _counted(data: Mapping[str, Any]) -> str:
    """What the number counts."""
    if data.get("unramified_only"):
        return "unramified critical points"
    if data.get("incomplete"):
        return "critical points listed"
    if any(p["dimension"] > 0 for p in data["split"] or ()):
        return "isolated critical points"
    return "critical points"


def _projection(record: dict[str, Any], style: Style) -> list[Section]:
    """The projection along the radical: numbers, then the radical, then the coordinates of the quotient."""
    shape = [facts("projection along the radical", [
        ("span of the functions", record["span"]),
        ("rank of the form", record["rank"]),
        ("its status", record["rank_status"]),
        ("kernel", record["kernel"]),
        ("squares +, -, 0", record["signature"]),
        ("dimension of the image", record["image"]),
        ("its status", record["image_status"]),
        ("degree on the neurovariety", record["degree"]),
        ("generic fibre", _locus(record["fibre"])),
        ("ramification locus", _locus(record["ramification"])),
        ("branch locus", _locus(record["branch"])),
        ("branch equation", record["equation"]),
        ("status", record["status"]),
        ("form", record["drawn"]),
    ])]
    if record["radical"]:
        shape.append(Section("radical", ("functions that the loss does not see",),
                             tuple((entry["function"],) for entry in record["radical"])))
    if style.verbose or record["equation"] is not None:
        shape.append(Section("coordinates of the quotient", ("name", "linear form in the coefficients"), tuple(
            (f"w{i + 1}", text) for i, text in enumerate(record["coordinates"]))))
    return shape


def _locus(size: Any) -> str | None:
    """Dimension and degree in words."""
    if size is None:
        return None
    dimension, degree = size
    return "empty" if dimension < 0 else f"dimension {dimension}, degree {degree}"


def _statistics(real: dict[str, Any], kind: str) -> list[Section]:
    minima = real["local_minima"]
    return [
        Section(f"real {kind}critical points", ("of", "minimum", "mean", "maximum"), (
            ("real critical points", real["minimum"], real["mean"], real["maximum"]),
            ("local minima", minima["minimum"], minima["mean"], minima["maximum"]))),
        Section("histogram", ("real critical points", "targets"),
                tuple((int(k), n) for k, n in real["histogram"].items())),
        Section("by index", ("index", "points"), tuple((int(k), n) for k, n in real["by_index"].items())),
    ]


def _number(value: Any) -> Any:
    """A complex number, given as a pair, as text; without an imaginary part that is rounding."""
    if not isinstance(value, (list, tuple)):
        return value
    real, imaginary = value
    return f"{real:.6g}" + ("" if abs(imaginary) <= 1e-9 * abs(real) else f"{imaginary:+.6g}i")


def row(result: Result) -> dict[str, Any]:
    """One line per network."""
    data = result.data
    line = {"spec": result.spec, "critical points": result.value, "metric": data["metric"],
            "status": result.status.value, "method": result.method, "dim": data["dim"]}
    if data["polar_degrees"] is not None:
        line["polar degrees"] = data["polar_degrees"]
    if data["split"]:
        line["by kind"] = "; ".join(f"{p['kind']}: dimension {p['dimension']}, degree {p['degree']}, loss {p['loss']}"
                                    for p in data["split"])
    return line
