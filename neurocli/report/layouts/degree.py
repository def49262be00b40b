"""Layout of `degree`."""

from __future__ import annotations

from typing import Any

from neurocli.report.layouts.tracking import proved_solutions, tracking
from neurocli.report.render import Style
from neurocli.report.sections import Section, facts
from neurocli.results.result import Result


def sections(result: Result, style: Style) -> list[Section]:
    """The degree first, then what was asked for besides."""
    data = result.data
    found = [facts(result.spec, [
        ("degree", result.value),
        ("status", result.status),
        ("method", result.method),
        *proved_solutions(data),
        ("neurovariety", data["variety"]),
        ("dim", data["dim"]),
        ("ambient", data["ambient"]),
        ("codimension", data["codimension"]),
        ("of the", "projective variety" if data["projective"] else "affine variety"),
        ("generic fibre", data["fibre"]),
        ("degenerate solutions removed", data["removed"] if data["primes"] else None),
        ("polar degrees", data.get("polar_degrees")),
        ("their status", data.get("polar_status")),
        ("Hilbert function", data.get("hilbert_function")),
        ("equation", data.get("equation")),
    ])]
    for key, title in (("equations", "equations"), ("implicit", "reduced basis of the ideal")):
        if key in data:
            found.append(Section(title, ("equation",), tuple((e,) for e in data[key]) or (("none",),)))
    if "equation_count" in data:
        found.append(Section("equations of each degree", ("degree", "dimension"),
                             tuple((int(d), n) for d, n in data["equation_count"].items())))
    if style.verbose and "failed_paths" in result.run:
        found.append(tracking(result))
    if "coordinates" in data and style.verbose:
        found.append(Section("coordinates", ("name", "meaning"), tuple(data["coordinates"].items())))
    return found


def row(result: Result) -> dict[str, Any]:
    """One line per network."""
    data = result.data
    line = {"spec": result.spec, "degree": result.value, "status": result.status.value, "method": result.method,
            "dim": data["dim"], "codimension": data["codimension"]}
    if "examined" in data:
        line["certified"] = data["certified"]
    if "polar_degrees" in data:
        line["polar degrees"] = data["polar_degrees"]
    return line
