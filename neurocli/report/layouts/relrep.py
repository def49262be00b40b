"""Layout of `relrep`."""

from __future__ import annotations

from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, facts
from neurocli.results.result import Result

#: Rows and columns of a matrix shown to a person; all of it stands in the other formats.
SHOWN = 12


def sections(result: Result, style: Style) -> list[Section]:
    """The answer first, then what it is made of."""
    subcommand, data, value = result.command.split()[1], result.data, result.value
    status = ("status", result.status)
    if subcommand == "transform":
        head = facts(result.spec, [("points", data["points"]), ("anchors", data["anchors"]),
                                   ("coordinates", data["coordinates"]), ("normalized", data["normalized"]),
                                   ("exact", data["exact"]), ("written to", data["file"]), status])
        if data["file"] is not None:
            return [head]
        listing = table(result)
        assert listing is not None
        clipped = tuple(line[:SHOWN] for line in listing.rows[:SHOWN])
        whole = len(listing.rows) <= SHOWN and len(listing.columns) <= SHOWN
        more = [] if whole else [facts("", [("", "... --format csv prints all of it")])]
        return [head, Section("", listing.columns[:SHOWN], clipped), *more]
    if subcommand == "invariance":
        tests = {(test["group"], test["transform"]): test["invariant"] for test in data["tests"]}
        return [Section(result.spec, ("group", "plain", "normalized"), tuple(
            (group, tests[group, "plain"], tests[group, "normalized"]) for group in data["groups"])),
            facts("", [status])]
    if subcommand == "stitch":
        listing = table(result)
        assert listing is not None
        return [Section(result.spec, listing.columns, listing.rows),
                facts("", [("points", data["points"]), ("anchors", data["anchors"]), ("classes", data["classes"])])]
    if subcommand == "densify":
        listing = table(result)
        assert listing is not None
        return [facts(result.spec, [("loss", value), ("status", result.status), ("beta", data["beta"]),
                                    ("metric", data["metric"]), ("norm of the gradient", data["gradient_norm"]),
                                    ("gradient written to", data["gradient_file"])]), listing]
    if subcommand == "dimension":
        listing = table(result)
        assert listing is not None
        return [facts(result.spec, [("dimension of the image", value), ("complete invariant", data["complete"]),
                                    ("gap", data["gap"]), status]), listing]
    if subcommand == "demo":
        return [facts(result.spec, [
            ("permutation", data["permutation"]), ("scaling", data["scaling"]), ("shift", data["shift"]),
            ("plain cosines", value["plain"]), ("largest difference", data["plain_difference"]),
            ("an entry, as sign(cos) cos^2", data["before"]), ("the same of encoder B", data["after"]),
            ("normalized cosines", value["normalized"]),
            ("largest difference in doubles", data["normalized_difference"]), status])]
    return [facts(result.spec, [
        ("hidden layer", data["layer"]), ("points of the fibre", value["points"]),
        ("same function", data["same_function"]), ("images, plain", value["plain"]),
        ("images, normalized", value["normalized"]), ("one point", value["one_point"]), status,
        ("generic fibre", f"{data['verdict']} ({data['fibre_status']})"),
        ("all of it to one point", True if data["whole_fibre"] else None)])]


def row(result: Result) -> dict[str, Any]:
    """One line."""
    if result.command == "relrep fibre":
        return {"spec": result.spec, "layer": result.data["layer"], "points": result.value["points"],
                "plain": result.value["plain"], "normalized": result.value["normalized"],
                "one point": result.value["one_point"], "status": result.status.value,
                "generic fibre": result.data["verdict"]}
    if result.command == "relrep demo":
        return {"input": result.spec, **result.value, "status": result.status.value}
    return {"input": result.spec, "status": result.status.value}


def table(result: Result) -> Section | None:
    """The matrix, tests, classes or transforms, one per line."""
    subcommand, data = result.command.split()[1], result.data
    names: tuple[str, ...]
    if subcommand == "transform" and data["file"] is None:
        columns = tuple(f"anchor {i + 1}" for i in range(data["anchors"]))
        return Section("", columns, tuple(tuple(line) for line in result.value))
    if subcommand == "invariance":
        names = ("transform", "group", "invariant", "witness", "before", "after")
        return Section("", names, tuple(tuple(test[name] for name in names) for test in data["tests"]))
    if subcommand == "stitch":
        names = ("representation", "error", "largest", "retrieval", "cka", "own", "stitched")
        if data["classes"] is None:
            names = names[:-2]
        return Section("", names, tuple(tuple(item[name] for name in names) for item in data["representations"]))
    if subcommand == "densify":
        names = ("label", "points", "shortest", "median", "longest")
        return Section("", names, tuple(tuple(item[name] for name in names) for item in data["classes"]))
    if subcommand == "dimension":
        names = ("transform", "dimension", "upper", "complete", "gap", "proved")
        return Section("", names, tuple(tuple(item[name] for name in names) for item in data["transforms"]))
    return None
