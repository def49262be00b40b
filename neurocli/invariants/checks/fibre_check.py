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
    fits = int(evidence["value"]) == record["value"]["points"]
    return (None, "the counts fit") if fits else (False, "another count than the value's")


def supported(record: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> tuple[bool | None, str]:
    """Whether right evidence supports dimension, excess, classes and verdict of a generic fibre.

    Notes:
        A proved number of classes is about the quotient by the known group, so it proves that there is no excess.
        A positive excess needs the dimension, from above, and orbits of the dimension of the group.
    """
    from neurocli.architectures.actions import gauge_stabilizer
    from neurocli.architectures.registry import parametrization
    from neurocli.invariants.ranks.jacobian_rank import orbit_rank

    value, p = record["value"], parametrization(parse(record["spec"]))
    classes = {int(e["classes"]) for e in done if "classes" in e}
    bounds = [e for e in done if "classes" not in e]
    low = max((int(e["value"]) for e in bounds if e["kind"] in ("lower-bound", "theorem")), default=0)
    high = min((int(e["value"]) for e in bounds if e["kind"] in ("upper-bound", "theorem")), default=p.parameter_count)
    orbit = orbit_rank(p, 2**31 - 1, int(record.get("seed") or 0) % 2**63)
    fibre = p.parameter_count - low
    if value["dimension"] != fibre or value["excess"] != fibre - orbit:
        return False, f"the evidence gives fibres of dimension {fibre}, {fibre - orbit} beyond the group"
    verdict = "not-identifiable" if value["excess"] else "identifiable" if value["classes"] == 1 else (
        "finitely-identifiable")
    if verdict != value["verdict"] or (value["classes"] is not None and classes - {value["classes"]}):
        return False, f"the evidence gives {verdict}, not {value['verdict']}"
    if value["excess"] and (value["classes"], value["points"]) != (None, None):
        return False, "a fibre of positive dimension modulo the group has no finite number of points"
    if value["classes"] is not None and value["points"] not in (None, value["classes"] * gauge_stabilizer(p.network)):
        return False, f"{value['points']} points do not make {value['classes']} classes"
    if record["status"] != "proved":
        return True, f"fibres of dimension at most {fibre}"
    if classes and not value["excess"]:
        return True, "proved again"
    if low != high or (value["excess"] and orbit < p.symmetry_dimension):
        return None, "nothing here proves the dimension of the fibres"
    met = value["excess"] > 0 or value["classes"] is None
    return met or None, "the dimension is proved again" if met else "nothing here proves the number of classes"
