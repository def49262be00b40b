"""Layout of `harmonics` and its subcommands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, facts
from neurocli.results.result import Result

#: Longest matrix or polynomial that is set in a cell; longer ones are in the JSON record.
WIDEST = 300


def sections(result: Result, style: Style) -> list[Section]:
    """Each subcommand has its own tables below the facts."""
    return _SECTIONS[result.command.split()[1]](result, style)


def row(result: Result) -> dict[str, Any]:
    """One line per group or file."""
    return {"spec": result.spec, "value": result.value, "status": result.status.value, "method": result.method}


def table(result: Result) -> Section | None:
    """The table that the answer is: representations, coefficients, factors, or the Cayley table."""
    subcommand = result.command.split()[1]
    if subcommand == "recover":
        rows = result.data["table"]
        return Section("", ("*", *(str(g) for g in range(len(rows)))),
                       tuple((str(g), *line) for g, line in enumerate(rows)))
    if subcommand == "fourier" and result.data["coefficients"] is None:
        return Section("", ("value",), tuple((x,) for x in result.data["signal"]))
    if subcommand in _TABLES:
        return _TABLES[subcommand](result)
    return None


def _short(value: Any) -> str:
    """A matrix in one cell."""
    text = "; ".join(", ".join(line) for line in value) if isinstance(value, list) else str(value)
    return text if len(text) <= WIDEST else text[: WIDEST - 3] + "..."


def _statistics(data: Any) -> str | None:
    counts = data["order_statistics"]
    return None if counts is None else ", ".join(f"{count} of order {order}" for order, count in counts.items())


def _group_facts(result: Result, *more: tuple[str, Any]) -> Section:
    data = result.data
    return facts(result.spec, [*more, ("status", result.status), ("method", result.method), ("order", data["order"]),
                               ("commutative", data["commutative"]), ("exponent", data["exponent"]),
                               ("elements", _statistics(data))])


def _representations(result: Result) -> Section:
    kinds = {1: "real", 0: "complex", -1: "quaternionic"}
    return Section("irreducible representations", ("name", "dimension", "type", "field", "character"), tuple(
        (r["name"], r["dimension"], kinds[r["indicator"]], "Q" if r["conductor"] == 1 else f"Q(z{r['conductor']})",
         ", ".join(r["character"])) for r in result.data["irreps"]))


def _irreps(result: Result, style: Style) -> list[Section]:
    data = result.data
    found = [_group_facts(result, ("dimensions", result.value)),
             Section("conjugacy classes", ("representative", "size", "order"), tuple(
                 (c["representative"], c["size"], c["order"]) for c in data["classes"])),
             _representations(result)]
    shown = data["generators"] if data["irreps"][0]["exact"] is None else list(data["irreps"][0]["matrices"])
    if shown:
        found.append(Section("matrices, and the Hermitian form they preserve", ("name", "form", *shown), tuple(
            (r["name"], _short(r["form"]), *(_short(r["matrices"][g]) for g in shown)) for r in data["irreps"])))
    return found


def _coefficients(result: Result) -> Section:
    return Section("coefficients", ("name", "dimension", "matrix"), tuple(
        (c["name"], c["dimension"], _short(c["matrix"])) for c in result.data["coefficients"]))


def _fourier(result: Result, style: Style) -> list[Section]:
    signal = ("signal", ", ".join(result.data["signal"]))
    if result.data["coefficients"] is None:
        return [_group_facts(result, signal)]
    return [_group_facts(result, signal), _coefficients(result)]


def _powers(result: Result) -> Section:
    return Section("power", ("name", "dimension", "power", "decimal"), tuple(
        (p["name"], p["dimension"], p["power"], p["decimal"]) for p in result.data["powers"]))


def _power(result: Result, style: Style) -> list[Section]:
    data = result.data
    matrices = Section("invariant matrices", ("name", "matrix"), tuple(
        (p["name"], _short(p["matrix"])) for p in data["powers"] if p["dimension"] > 1))
    return [_group_facts(result, ("signal", ", ".join(data["signal"])), ("squared norm", data["squared_norm"])),
            _powers(result), *([matrices] if matrices.rows else [])]


def _pairs(result: Result) -> Section:
    return Section("coefficients", ("left", "right", "trace", "matrix"), tuple(
        (c["left"], c["right"], c["trace"], _short(c["matrix"])) for c in result.data["coefficients"]))


def _bispectrum(result: Result, style: Style) -> list[Section]:
    return [_group_facts(result, ("signal", ", ".join(result.data["signal"]))), _pairs(result)]


def _factors(result: Result) -> Section:
    written = any(f["polynomial"] is not None for f in result.data["factors"])
    return Section("irreducible factors over the rationals",
                   ("representations", "degree", "multiplicity", *(("factor",) if written else ())), tuple(
                       (", ".join(f["representations"]), f["degree"], f["multiplicity"],
                        *((_short(f["polynomial"]),) if written else ())) for f in result.data["factors"]))


def _determinant(result: Result, style: Style) -> list[Section]:
    return [_group_facts(result, ("degree", result.data["order"])), _factors(result)]


def _dimension(result: Result, style: Style) -> list[Section]:
    data = result.data
    return [facts(result.spec, [("image", data["image"]), ("generic fibre", data["fibre"]), ("source", data["source"]),
                                ("status", result.status), ("method", result.method), ("signals", data["signals"]),
                                ("formula", data["formula"]), ("rank", data["rank"])])]


def _recover(result: Result, style: Style) -> list[Section]:
    data = result.data
    found = [facts(result.spec, [
        ("group", result.value if data["failure"] is None else data["failure"]), ("status", result.status),
        ("method", result.method), ("order", data["order"]), ("blocks", data["blocks"]),
        ("commutative", data["commutative"]), ("exponent", data["exponent"]), ("classes", data["classes"]),
        ("elements", _statistics(data)), ("distance at most", data["distance"]), ("bound", data["bound"]),
        ("certified", data["certified"]), ("separation", data["separation"]), ("residual", data["residual"]),
        ("gap", data["gap"]), ("invariance error", data["invariance"])])]
    if data["order"] <= 24:
        cayley = table(result)
        assert cayley is not None
        found.append(Section("table", cayley.columns, cayley.rows))
    return found


def _blocks(result: Result) -> Section:
    return Section("blocks", ("dimension", "representation", "overlap", "scale", "distance", "mean distance"), tuple(
        (b["dimension"], b["representation"], b["overlap"], b["scale"], b["distance"], b["mean_distance"])
        for b in result.data["blocks"]))


def _certify(result: Result, style: Style) -> list[Section]:
    data = result.data
    return [facts(result.spec, [
        ("group", data["group"]), ("Fourier transform", data["fourier"]), ("status", result.status),
        ("distance", data["distance"]), ("rigorous distance", data["rigorous_distance"]),
        ("determines the group", data["determines_the_group"]), ("bound", data["bound"]),
        ("regularizer", data["regularizer"]), ("published regularizer", data["published_regularizer"]),
        ("the same at the transform", data["published_regularizer_at_transform"]),
        ("invariance error", data["invariance"])]), _blocks(result)]


def _train(result: Result, style: Style) -> list[Section]:
    data = result.data
    losses = data["losses"][:: max(1, len(data["losses"]) // 10)]
    return [facts(result.spec, [
        ("recovered", data["recovered"]), ("group", data["type"] or data["failure"]), ("status", result.status),
        ("loss", data["loss"]), ("steps", data["steps"]), ("regularizer", data["regularizer"]),
        ("distance at most", data["distance"]), ("bound", data["bound"]), ("invariance error", data["invariance"]),
        ("weights", data["saved"])]),
        Section("training", ("step", "loss"), tuple((step, loss) for step, loss in losses))]


_SECTIONS: dict[str, Callable[[Result, Style], list[Section]]] = {
    "irreps": _irreps, "fourier": _fourier, "power": _power, "bispectrum": _bispectrum, "determinant": _determinant,
    "dimension": _dimension, "recover": _recover, "certify": _certify, "train": _train}
_TABLES: dict[str, Callable[[Result], Section]] = {
    "irreps": _representations, "fourier": _coefficients, "power": _powers, "bispectrum": _pairs,
    "determinant": _factors, "certify": _blocks}
