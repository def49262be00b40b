"""Layout of `hyperdga`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, facts
from neurocli.results.result import Result

#: Edges or points shown to a person; all of them stand in the other formats.
SHOWN = 20


def sections(result: Result, style: Style) -> list[Section]:
    """The answer, and a table where there are many."""
    subcommand, data = result.command.split()[1], result.data
    if subcommand in ("score", "baselines"):
        if len(data["pairs"]) == 1:
            pair = data["pairs"][0]
            named = {"value": "HyperDGA", "size_a": "points of A", "size_b": "points of B", "within_a": "within A",
                     "within_b": "within B", "dropped": "only Euclidean", "a": "A", "b": "B"}
            first = ["value"] if "value" in pair else []
            names = [*first, *(name for name in pair if name not in first)]
            return [facts(result.spec, [(named.get(name, name), pair[name]) for name in names]
                          + [("status", result.status)])]
        found = table(result)
        assert found is not None
        return [Section(result.spec, found.columns, found.rows), facts("", [("status", result.status)])]
    listing = table(result)
    assert listing is not None
    count = len(listing.rows)
    if subcommand == "convert":
        head = facts(result.spec, [("from", data["from"]), ("to", data["to"]), ("points", data["points"]),
                                   ("exact", data["exact"])])
        width = len(result.value[0])
        listing = Section("", listing.columns, tuple((*map(_decimal, line[:width]), *line[width:])
                                                     for line in listing.rows[:SHOWN]))
    else:
        head = facts(result.spec, [
            ("edges", data["edges"]), ("status", result.status), ("points", data["points"]),
            ("dimension", data["dimension"]), ("model", data["model"]), ("simplices", data["simplices"]),
            ("only Euclidean", data["dropped"]),
            ("Gabriel edges", data["gabriel_edges"] if subcommand == "delaunay" else None)])
    notes = [f"... {count - SHOWN} more: --format csv prints all"] if count > SHOWN else []
    if subcommand == "convert" and data["exact"]:
        notes.append("rounded for reading; --format csv prints the fractions")
    more = [facts("", [("", note) for note in notes])] if notes else []
    return [head, Section("", listing.columns, listing.rows[:SHOWN]), *more]


def row(result: Result) -> dict[str, Any]:
    """One line."""
    return {"input": result.spec, "status": result.status.value}


def table(result: Result) -> Section | None:
    """Pairs, edges or points, one per line."""
    subcommand, data = result.command.split()[1], result.data
    if subcommand == "score":
        names = ("a", "b", "size_a", "size_b", "edges", "mixed", "within_a", "within_b", "dropped", "value", "decimal")
        titles = ("A", "B", "|A|", "|B|", "edges", "mixed", "AA", "BB", "only Euclidean", "HyperDGA", "decimal")
        return Section("", titles, tuple(tuple(pair[name] for name in names) for pair in data["pairs"]))
    if subcommand == "baselines":
        columns = ("a", "b", "chamfer", "hausdorff", "wasserstein")
        return Section("", ("A", "B", *columns[2:]), tuple(tuple(pair[name] for name in columns)
                                                           for pair in data["pairs"]))
    if subcommand == "convert":
        width = len(result.value[0]) if result.value else 0
        axes = tuple(f"x{i}" for i in range(width)) if data["to"] == "lorentz" else tuple(
            f"x{i + 1}" for i in range(width))
        labels = data["labels"]
        if labels is None:
            return Section("", axes, tuple(tuple(map(_exactly, point)) for point in result.value))
        return Section("", (*axes, "label"), tuple((*map(_exactly, point), label)
                                                   for point, label in zip(result.value, labels)))
    labels, lengths = data["labels"], data["lengths"]
    rows = []
    for place, (a, b) in enumerate(result.value):
        ends = () if labels is None else (labels[a], labels[b], "mixed" if labels[a] != labels[b] else "within")
        rows.append((a, b, lengths[place], data["gabriel"][place], *ends))
    columns = ("from", "to", "length", "Gabriel", *(() if labels is None else ("label from", "label to", "kind")))
    return Section("", columns, tuple(rows))


def _decimal(value: Any) -> float:
    """A coordinate for reading."""
    return float(Fraction(value))


def _exactly(value: Any) -> Any:
    """Coordinates keep all their digits."""
    return repr(value) if isinstance(value, float) else value
