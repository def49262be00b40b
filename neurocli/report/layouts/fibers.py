"""Layout of `fibers`."""

from __future__ import annotations

from typing import Any

from neurocli.report.layouts.tracking import proved_solutions, tracking
from neurocli.report.render import Style
from neurocli.report.sections import Section, cell, facts
from neurocli.results.result import Result


def sections(result: Result, style: Style) -> list[Section]:
    """One layout for each question."""
    found = {"generic": _generic, "equivalent": _equivalent, "symmetries": _symmetries,
             "at": _at}[result.data["question"]](result)
    if style.verbose and "failed_paths" in result.run:
        found.append(tracking(result))
    return found


def _generic(result: Result) -> list[Section]:
    value, data = result.value, result.data
    found = [facts(result.spec, [
        ("verdict", words(value)),
        ("status", result.status),
        ("error at most", result.error_probability),
        ("method", result.method),
        *proved_solutions(data),
        ("over functions", data["degree"] if "found" in data else None),
        ("generic fibre", value["dimension"]),
        ("orbits of the group", data["orbit_dimension"]),
        ("beyond the group", value["excess"]),
        ("points in the gauge", value["points"]),
        ("finite group", data["finite_order"]),
        ("classes", value["classes"]),
        ("gauge", data["gauge"]),
        ("not settled", data["trouble"] or None),
    ])]
    groups = [(g["group"], g["place"], g["dimension"]) for g in data["group"]]
    groups += [(name, "", 0) for name in data["finite_symmetries"][:20]]
    if groups:
        found.append(Section("known symmetries", ("group", "place", "dimension"), tuple(groups)))
    hidden = data["hidden_symmetries"]
    if hidden:
        title = (f"kernel of the Jacobian modulo the group's tangent space, dimension {hidden['dimension']}, "
                 "at a rational point")
        found.append(Section(title, ("vector", "block", "entries"),
                             tuple(("point", name, cell(block)) for name, block in hidden["point"].items())
                             + tuple((str(i), name, cell(block)) for i, vector in enumerate(hidden["vectors"], 1)
                                     for name, block in vector.items())))
    return found


def words(value: dict[str, Any]) -> str:
    """The verdict in the words of the literature."""
    if value["verdict"] == "identifiable":
        return "identifiable up to the group"
    if value["verdict"] == "finitely-identifiable":
        classes = value["classes"]
        return "finitely identifiable" + (f" ({classes} classes)" if classes else ": the classes were not counted")
    return f"not identifiable (a family of dimension {value['excess']} beyond the group)"


def _equivalent(result: Result) -> list[Section]:
    data = result.data
    found = [facts(result.spec, [
        ("same function", result.value["same"]),
        ("status", result.status),
        ("error at most", result.error_probability),
        ("method", result.method),
        ("relative difference", data["relative_difference"]),
        ("tolerance", data["tolerance"]),
    ])]
    if data["element"]:
        found.append(Section("group element from A to B", ("layer", "kind", "permutation", "scalings", "matrix"),
                             tuple((m["layer"], m["kind"], short(m.get("permutation")), short(m.get("scalings")),
                                    short(m.get("matrix") or m.get("element"))) for m in data["element"])))
    elif not result.value["same"] or result.explanation:
        found.append(facts("", [("note", line) for line in result.explanation]))
    return found


def short(value: Any, length: int = 400) -> str:
    """A cell that does not fill the screen; `--json` has it in full."""
    text = cell(value)
    return text if len(text) <= length else text[:length] + " ..."


def _symmetries(result: Result) -> list[Section]:
    value, data = result.value, result.data
    found = [facts(result.spec, [
        ("dimension", value["dimension"]),
        ("finite part", value["finite_order"]),
        ("verified", value["verified"]),
        ("gauge", data["gauge"]),
    ])]
    if data["groups"]:
        found.append(Section("continuous symmetries", ("group", "place", "dimension", "J v = 0"),
                             tuple((g["group"], g["place"], g["dimension"], g["verified"]) for g in data["groups"])))
    if data["finite_symmetries"]:
        found.append(Section("finite symmetries", ("group",), tuple((s,) for s in data["finite_symmetries"])))
    if data["motions"]:
        found.append(Section("generators tried", ("layer", "kind", "element", "same function"), tuple(
            (m["layer"], m["kind"], short([m[key] for key in ("permutation", "scalings", "matrix", "element")
                                           if key in m], 60), m["verified"]) for m in data["motions"])))
    return found


def _at(result: Result) -> list[Section]:
    value, data = result.value, result.data
    found = [facts(result.spec, [
        ("fibre", None if value["dimension"] >= 0 else "empty: not in the image" if data.get("complete", True) else
         "no point found in the gauge"),
        ("dimension", value["dimension"] if value["dimension"] >= 0 else None),
        ("components", value["components"]),
        ("classes", value["classes"]),
        ("node", data.get("node")),
        ("status", result.status),
        ("method", result.method),
        *proved_solutions(data),
        ("points over a generic function", data.get("generic_points")),
        ("not settled", data.get("trouble") or None),
    ])]
    if data["components"]:
        found.append(Section("components", ("kind", "count", "dimension", "degree", "dead", "representative"), tuple(
            (c["kind"], c["count"], c["dimension"], c["degree"], c.get("dead") or None,
             short(c["representative"], 200)) for c in data["components"])))
    return found


def row(result: Result) -> dict[str, Any]:
    """One line per network."""
    question, value = result.data["question"], result.value
    if question == "generic":
        return {"spec": result.spec, "verdict": value["verdict"], "status": result.status.value,
                "dimension": value["dimension"], "excess": value["excess"], "points": value["points"],
                "classes": value["classes"]}
    if question == "at":
        return {"spec": result.spec, "dimension": value["dimension"], "components": value["components"],
                "classes": value["classes"], "status": result.status.value}
    return {"spec": result.spec, **value, "status": result.status.value}
