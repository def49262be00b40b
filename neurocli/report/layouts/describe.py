"""Layout of `describe`."""

from __future__ import annotations

from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, cell, facts
from neurocli.results.result import Result


def sections(result: Result, style: Style) -> list[Section]:
    """The network, its parameter blocks, its symmetries, and the map when asked."""
    data = result.data
    found = [facts(result.spec, [
        ("family", data["summary"]),
        ("parameters", data["parameters"]),
        ("symmetry dimension", data["symmetry_dimension"]),
        ("ambient dimension", data["ambient"]),
        ("note", data["ambient_note"] or None),
        ("expected dimension", data["expected"]),
        ("degree in x", data["degree_x"]),
        ("degree in the parameters", data["degree_parameters"]),
        ("terms when expanded", data["terms"]),
        ("gauge", data["gauge"]),
        ("cone", data["cone"]),
    ])]
    found.append(Section("parameters", ("block", "shape", "size"),
                         tuple((b["name"], "x".join(map(str, b["shape"])), b["size"]) for b in data["blocks"])))
    groups = [(s["group"], s["place"], s["dimension"]) for s in data["symmetries"]]
    if groups:
        found.append(Section("continuous symmetries", ("group", "place", "dimension"), tuple(groups)))
    if data["finite_symmetries"]:
        found.append(Section("finite symmetries", ("group",), tuple((s,) for s in data["finite_symmetries"])))
    if data["map"] is not None:
        found.append(Section("coefficient map", ("output", "monomial", "coefficient"),
                             tuple((c["output"], c["monomial"], c["coefficient"]) for c in data["map"])))
    return found


def row(result: Result) -> dict[str, Any]:
    """One line per network."""
    data = result.data
    return {"spec": result.spec, "parameters": data["parameters"], "symmetry dimension": data["symmetry_dimension"],
            "ambient": data["ambient"], "expected": data["expected"], "degree in x": data["degree_x"],
            "degree in the parameters": cell(data["degree_parameters"])}


def table(result: Result) -> Section | None:
    """With --map the map is the table."""
    if result.data["map"] is None:
        return None
    return Section("", ("output", "monomial", "coefficient"),
                   tuple((c["output"], c["monomial"], c["coefficient"]) for c in result.data["map"]))
