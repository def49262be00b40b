"""Layout of `sing`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, cell, facts
from neurocli.results.result import Result

#: Rows of a table of strata that are printed; `--json` has them all.
SHOWN = 60


def sections(result: Result, style: Style) -> list[Section]:
    """One layout for each question."""
    return {"locus": _locus, "ideal": _locus, "ramification": _ramification,
            "at": _at}[result.data["question"]](result)


def _locus(result: Result) -> list[Section]:
    value, data = result.value, result.data
    empty = value["dimension"] == -1
    found = [facts(result.spec, [
        ("singular locus", "empty: smooth" if empty else None),
        ("dimension", None if empty else at_least(value["dimension"], data)),
        ("degree", None if empty else value["degree"]),
        ("codimension", None if empty or value["dimension"] is None else data["dim"] - value["dimension"]),
        ("status", result.status),
        ("error at most", result.error_probability),
        ("method", result.method),
        ("neurovariety", f"dimension {data['dim']} ({data['dim_status']}) in {data['ambient']}"),
        ("scheme degree", data.get("scheme_degree")),
        ("not settled", data.get("trouble") or None),
    ])]
    if value["components"]:
        keys = ("dimension", "degree", *(("reached",) if "reached" in value["components"][0] else ()), "description")
        found.append(Section("components", keys, tuple(
            tuple(c.get(key) for key in keys) for c in value["components"])))
    if data.get("equations"):
        found.append(Section("equations", ("degree", "count"), tuple(
            (int(d), n) for d, n in data["equations"].items())))
    if value["strata"]:
        left = data["left_out"] + max(0, len(value["strata"]) - SHOWN)
        found.append(Section("subnetworks" + (f" ({left} more)" if left else ""),
                             ("hidden widths", "dim", "rank: both 0", "out 0", "in 0", "span", "singular",
                              "choices", "family", "exposed"), tuple(
            ("-".join(map(str, s["widths"])), s["dimension"], s["rank_both"], s["rank_outgoing"], s["rank_incoming"],
             s["span"], s["singular"], s["choices"], s["family"], s["exposed"]) for s in value["strata"][:SHOWN])))
    if data.get("families"):
        left = max(0, len(data["families"]) - SHOWN)
        found.append(Section("zero-padded filters" + (f" ({left} more)" if left else ""),
                             ("filter sizes", "leading zeros", "trailing zeros", "dim", "preimages", "exposed"), tuple(
            ("-".join(map(str, f["sizes"])), cell(f["lead"]), cell(f["trail"]), f["dimension"], f["preimages"],
             f["exposed"]) for f in data["families"][:SHOWN])))
    return found


def at_least(dimension: int | None, data: Mapping[str, Any]) -> str | int | None:
    """A dimension, marked when it is only a lower bound."""
    return f"at least {dimension}" if data.get("bound") == "lower" and dimension is not None else dimension


def _ramification(result: Result) -> list[Section]:
    value, data = result.value, result.data
    found = [facts(result.spec, [
        ("ramification locus", value["dimension"]),
        ("generic rank", data["dim"]),
        ("parameters", data["parameters"]),
        ("status", result.status),
        ("method", result.method),
        ("not settled", data.get("trouble") or None),
    ])]
    if value["strata"]:
        found.append(Section("rank strata", ("rank at most", "dimension", "by subnetworks", "the rest"), tuple(
            (s["rank"], s["dimension"], s["explained"], s["rest"]) for s in value["strata"])))
    return found


def _at(result: Result) -> list[Section]:
    value, data = result.value, result.data
    found = [facts(result.spec, [
        ("function", value["verdict"]),
        ("kind", value["kind"]),
        ("status", result.status),
        ("method", result.method),
        ("dimension", data["dim"]),
        ("tangent space", data["tangent"]),
        ("rank at these weights", data["rank"]),
        ("preimages", data["preimages"]),
        ("not settled", data.get("trouble") or None),
    ])]
    if result.explanation:
        found.append(facts("", [("because", line) for line in result.explanation]))
    return found


def row(result: Result) -> dict[str, Any]:
    """One line per network."""
    value, data = result.value, result.data
    if data["question"] == "at":
        return {"spec": result.spec, "function": value["verdict"], "kind": value["kind"],
                "status": result.status.value}
    if data["question"] == "ramification":
        return {"spec": result.spec, "ramification": value["dimension"], "status": result.status.value}
    return {"spec": result.spec, "dim": data["dim"], "singular locus": at_least(value["dimension"], data),
            "degree": value["degree"], "components": len(value["components"]), "strata": len(value["strata"]),
            "status": result.status.value}
