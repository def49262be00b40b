"""Layout of `sprecher`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, facts
from neurocli.results.result import Result

#: Rows shown to a person; the other formats have all.
SHOWN = 20


def sections(result: Result, style: Style) -> list[Section]:
    """Facts, then the table of the subcommand."""
    subcommand, data = result.command.split()[1], result.data
    if subcommand == "count":
        return [
            facts(result.spec, [
                ("parameters", result.value), ("status", result.status),
                ("effective at most", data["effective_at_most"]), ("MLP", data["mlp"]), ("KAN", data["kan"]),
                ("plain evaluation", size(data["plain_bytes"])),
                ("sequential evaluation", size(data["sequential_bytes"]))]),
            Section("", ("parameters of", "number"), tuple(
                (name, number) for name, number in data["parts"].items() if number)),
            Section("", ("redundant directions", "number"), tuple(data["redundant"].items()))]
    if subcommand == "forward":
        head = facts(result.spec, [("rows", data["rows"]), ("status", result.status), ("method", result.method),
                                   ("written to", data.get("file"))])
        if result.value is None:
            return [head]
        shown = data["decimals"] if data["exact"] else result.value
        outputs = _outputs(shown[:SHOWN])
        rest = len(result.value) - SHOWN
        more = [facts("", [("", f"... {rest} more: --format csv prints all")])] if rest > 0 else []
        if data["exact"]:
            more.append(facts("", [("", "rounded for reading; --format csv prints the fractions")]))
        return [head, outputs, *more]
    if subcommand == "domains":
        head = facts(result.spec, [("status", result.status), ("exact", data["exact"]),
                                   ("inputs in", f"[{data['low']}, {data['high']}]")])
        listing = _domains(data, True)
        outputs = Section("", ("output", "from", "to"), tuple(
            (k, *map(_decimal, pair)) for k, pair in enumerate(result.value[:SHOWN], 1)))
        return [head, listing, outputs]
    if subcommand == "import":
        return [facts(result.spec, [("parameters", result.value), ("status", result.status),
                                    ("widths", "-".join(map(str, data["widths"]))), ("outputs", data["outputs"]),
                                    ("flags", data["flags"]), ("written to", data["file"])]), _blocks(data)]
    return [facts(result.spec, [("loss", result.value), ("status", result.status), ("samples", data["samples"]),
                                ("epochs", data["epochs"]), ("seed", result.seed), ("written to", data["file"])]),
            _models(data)]


def row(result: Result) -> dict[str, Any]:
    """One line."""
    if result.command == "sprecher count":
        data = result.data
        return {"spec": result.spec, "parameters": result.value, "effective_at_most": data["effective_at_most"],
                "mlp": data["mlp"], "kan": data["kan"], "status": result.status.value}
    return {"input": result.spec, "status": result.status.value}


def table(result: Result) -> Section | None:
    """The listing of one result, with exact numbers."""
    subcommand, data = result.command.split()[1], result.data
    if subcommand == "forward" and result.value is not None:
        return _outputs(result.value)
    if subcommand == "domains":
        return _domains(data, False)
    if subcommand == "import":
        return _blocks(data)
    return _models(data) if subcommand == "fit" else None


def size(count: int) -> str:
    """Bytes in a unit that reads well.

    Example:
        >>> size(2**31), size(512 * 1024)
        ('2 GiB', '512 KiB')
    """
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= factor:
            return f"{count / factor:.4g} {unit}"
    return f"{count} B"


def _outputs(rows: Any) -> Section:
    return Section("", tuple(f"y{k}" for k in range(1, len(rows[0]) + 1)), tuple(tuple(line) for line in rows))


def _decimal(value: Any) -> Any:
    return float(Fraction(value)) if isinstance(value, (str, Fraction)) else value


def _domains(data: Any, brief: bool) -> Section:
    rows = []
    for number, block in enumerate(data["blocks"], 1):
        for name, needed, knots, covered in (("phi", "inner", "phi_knots", "phi_covered"),
                                             ("Phi", "outer", "Phi_knots", "Phi_covered")):
            ends = (*block[needed], *block[knots])
            rows.append((number, name, *(map(_decimal, ends) if brief else ends), block[covered]))
    return Section("", ("block", "function", "needs from", "to", "knots from", "knots to", "covered"), tuple(rows))


def _blocks(data: Any) -> Section:
    names = ("inputs", "outputs", "phi_knots", "Phi_knots", "eta", "lateral", "residual", "normalized")
    return Section("", ("block", *(name.replace("_", " ") for name in names)), tuple(
        (k, *(_decimal(block[name]) if name == "eta" else block[name] for name in names))
        for k, block in enumerate(data["blocks"], 1)))


def _models(data: Any) -> Section:
    return Section("", ("model", "widths", "parameters", "loss"), tuple(
        (r["model"], "-".join(map(str, r["widths"])), r["parameters"], r["loss"]) for r in data["rows"]))
