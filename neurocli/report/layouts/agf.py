"""Layout of `agf`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from neurocli.report.render import Style
from neurocli.report.sections import Section, facts
from neurocli.results.result import Result

#: Rows shown to a person, and characters of an exact number; the other formats have everything.
SHOWN = 40
LONGEST = 40


def sections(result: Result, style: Style) -> list[Section]:
    """Facts, then one line per jump."""
    subcommand, data = result.command.split()[1], result.data
    if result.value is None:
        return [facts(result.spec, [("status", result.status), ("samples", data["samples"]),
                                    ("inputs", data["inputs"])])]
    if subcommand == "flow":
        head = facts(result.spec, [
            ("plateaus", len(result.value)), ("status", result.status), ("kappa", data["kappa"]),
            ("scale", data["scale"]), ("final loss", data["final_loss"]), ("at rest", data["finished"]),
            ("largest error", None if data["worst_error"] is None else f"{100 * data['worst_error']:.3g} %")])
    elif subcommand == "run":
        head = facts(result.spec, [
            ("rounds", len(data["rows"])), ("status", result.status), ("kappa", data["kappa"]),
            ("initial loss", data["initial_loss"]), ("ended", data["reason"]), ("scale", data["scale"])])
    elif subcommand == "diagonal":
        head = facts(result.spec, [
            ("jumps", len(data["rows"])), ("status", result.status), ("method", result.method),
            ("initial loss", short(data["initial_loss"], data["initial_loss_decimal"])),
            ("interpolates", data["interpolates"]),
            ("l1 norm of the limit", data["l1_norm"] and short(data["l1_norm"])),
            ("saddles possible", data["candidates"]), ("index at zero", data["initial_index"]),
            ("unit of time", data["time_unit"])])
    else:
        head = facts(result.spec, [
            ("features", len(data["rows"])), ("status", result.status), ("kappa", data["kappa"]),
            ("initial loss", short(data["initial_loss"], data["initial_loss_decimal"])),
            ("losses exact", data["exact"]), ("times", data["time_status"]), ("unit of time", data["time_unit"])])
    listing = _listing(result, True)
    rows = listing.rows[:SHOWN]
    more = [facts("", [("", f"... {len(listing.rows) - SHOWN} more: --format csv prints all")])
            ] if len(listing.rows) > SHOWN else []
    return [head, Section("", listing.columns, rows), *more]


def row(result: Result) -> dict[str, Any]:
    """One line."""
    return {"input": result.spec, "status": result.status.value}


def table(result: Result) -> Section | None:
    """One line per jump, round or plateau, with the exact numbers."""
    return None if result.value is None else _listing(result, False)


def _listing(result: Result, brief: bool) -> Section:
    subcommand, data = result.command.split()[1], result.data
    rows = data.get("rows", ())
    exact = (lambda value: short(value)) if brief else (lambda value: value)
    if subcommand == "flow":
        if data["comparison"]:
            return Section("", ("predicted", "observed", "time", "error"), tuple(
                (r["predicted"], r["observed"], r["time"], r["error"]) for r in data["comparison"]))
        return Section("", ("time", "plateau"), tuple((r["time"], r["loss"]) for r in data["plateaus"]))
    if subcommand == "run":
        columns = ("round", "time", "neuron", "kappa", "utility", "loss", "active", "returned")
        return Section("", columns, tuple(
            (k, r["time"], r["neuron"], r["kappa"], r["utility"], r["loss"],
             len(r["active"]) if brief else r["active"], r["returned"]) for k, r in enumerate(rows, 1)))
    if subcommand == "diagonal":
        scaled = bool(rows) and "scaled_time" in rows[0]
        columns = ("step", "time", "time decimal", *(("at alpha",) if scaled else ()), "loss", "loss decimal", "enters",
                   "leaves", "support", "index", *(() if brief else ("beta",)))
        return Section("", columns, tuple(
            (k, exact(r["time"]), r["time_decimal"], *((r["scaled_time"],) if scaled else ()), exact(r["loss"]),
             r["loss_decimal"], _names(r["entered"]), _names(r["deactivated"]), _support(r["support"], brief),
             r["hessian_index"], *(() if brief else (r.get("beta"),))) for k, r in enumerate(rows, 1)))
    scaled = bool(rows) and "scaled_time" in rows[0]
    extra = {"attention": ("singular_value",), "linear": ("mu", "hessian_index"), "modadd": ("power",),
             "group": ("dimension", "power")}[subcommand]
    columns = ("feature", "loss", "loss decimal", "time", *(("at alpha",) if scaled else ()), "utility",
               *(name.replace("_", " ") for name in extra), "tie")
    return Section("", columns, tuple(
        (r["feature"], exact(r["loss"]), r["loss_decimal"], r["time"], *((r["scaled_time"],) if scaled else ()),
         r["utility"], *(exact(r.get(name)) for name in extra), r["tie"]) for r in rows))


def short(value: Any, decimal: float | None = None) -> Any:
    """An exact number for a person: left out when it is longer than a line has room for."""
    text = str(value)
    if isinstance(value, float) or value is None or isinstance(value, (bool, int)):
        return value
    if len(text) > LONGEST:
        return f"({len(text)} digits)" if decimal is None else decimal
    if decimal is None or (isinstance(value, Fraction) and value.denominator == 1):
        return text
    return f"{text} = {decimal:.7g}"


def _names(coordinates: list[int]) -> str:
    return ", ".join(f"x{i}" for i in coordinates) or "-"


def _support(coordinates: list[int], brief: bool) -> str:
    return _names(coordinates) if len(coordinates) <= 8 or not brief else f"{len(coordinates)} inputs"
