"""Re-checking the evidence of generic fibres: the dimension again, theorems asked again; nothing is solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurocli.architectures.grammar import parse

Checked = tuple[bool | None, str]


def check_statement(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The theorem still gives the same number of classes for the network."""
    from neurocli.theorems.fibres import fibre_statement

    statement = fibre_statement(parse(record["spec"]))
    if statement is None or statement.theorem != evidence.get("theorem"):
        return False, f"no theorem {evidence.get('theorem')!r} speaks about this network"
    if statement.classes != int(evidence["classes"]):
        return False, f"the theorem gives {statement.classes} classes, not {evidence['classes']}"
    return (True, "hypotheses checked again") if statement.proved else (None, "a conjecture, no proof")


def check_count(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The count agrees with the value; that it is right is only known by solving again."""
    if not isinstance(record["value"], Mapping) or "points" not in record["value"]:
        return None, "no checker for the fibre over one function"
    fits = int(evidence["value"]) == record["value"]["points"]
    return (None, "the counts fit") if fits else (False, "another count than the value's")


def supported(record: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> tuple[bool | None, str]:
    """Whether right evidence supports dimension, excess, classes and verdict of a generic fibre, whatever the status.

    Notes:
        Fibres have at least the dimension of the orbits and at most that which a lower bound for the rank leaves; where
        these are equal, the dimension is proved.  A positive excess needs a bound of the rank from above, too, and
        orbits of the dimension of the group.  The number of classes needs a theorem: counts are not made again.
    """
    from neurocli.architectures.actions import gauge_stabilizer
    from neurocli.architectures.registry import parametrization
    from neurocli.invariants.ranks.jacobian_rank import orbit_rank
    from neurocli.theorems.fibres import fibre_statement

    value, network = record["value"], parse(record["spec"])
    if not isinstance(value, Mapping) or not {"dimension", "excess", "classes", "points"} <= set(value):
        return None, "only generic fibres have a checker"
    p, known = parametrization(network), fibre_statement(network)
    classes = {int(e["classes"]) for e in done if "classes" in e}
    classes |= {known.classes} if known is not None and known.proved else set()
    bounds = [e for e in done if "classes" not in e]
    low = max((int(e["value"]) for e in bounds if e["kind"] in ("lower-bound", "theorem")), default=0)
    high = min((int(e["value"]) for e in bounds if e["kind"] in ("upper-bound", "theorem")), default=p.parameter_count)
    orbit = orbit_rank(p, 2**31 - 1, int(record.get("seed") or 0) % 2**63)
    fibre, points = p.parameter_count - low, value["points"]
    if value["dimension"] != fibre or value["excess"] != fibre - orbit:
        return False, f"the evidence gives fibres of dimension {fibre}, {fibre - orbit} beyond the group"
    verdict = "not-identifiable" if value["excess"] else "identifiable" if value["classes"] == 1 else (
        "finitely-identifiable")
    if verdict != value["verdict"]:
        return False, f"the evidence gives {verdict}, not {value['verdict']}"
    if classes and value["excess"]:
        return False, "finite modulo the group by a theorem"
    if classes and classes != {value["classes"]} and (
            value["classes"] is not None or record["status"] in ("proved", "certified")):
        return False, f"{min(classes)} class{'es' * (min(classes) > 1)} by a theorem, not {value['classes']}"
    if value["excess"] and (value["classes"], points) != (None, None):
        return False, "a fibre of positive dimension modulo the group has no finite number of points"
    if value["classes"] is not None and points not in (None, value["classes"] * gauge_stabilizer(p.network)):
        return False, f"{points} points do not make {value['classes']} classes"
    if value["excess"] and (low != high or orbit < p.symmetry_dimension):
        return None, f"fibres of dimension at most {fibre}: nothing here proves that it is no less"
    if classes == {value["classes"]}:
        return True, "proved again"
    if (value["classes"], points) == (None, None):
        return True, "the dimension is proved again"
    return None, "the dimension is proved again; nothing here proves the number of classes"
