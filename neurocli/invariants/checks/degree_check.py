"""Re-checking the evidence of degrees: equations composed again, theorems asked again; nothing is solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.errors import EngineError

Checked = tuple[bool | None, str]


def check_theorem(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The catalogue of known varieties still says the same about the network, or it fills its space."""
    from neurocli.invariants.degree import proved_to_fill
    from neurocli.theorems.degree_catalogue import known_variety

    network, value = parse(record["spec"]), int(evidence["value"])
    if evidence.get("theorem") == "filling":
        return value == 1 and fills_its_coordinates(record["spec"]), "dimension compared with the number of coordinates"
    if evidence.get("theorem") == "one point":
        return value == 1 and _ideal(record["spec"]).dimension == 0, "the dimension again"
    known = known_variety(network, proved_to_fill)
    if known is None or known.theorem != evidence.get("theorem"):
        return False, f"no theorem {evidence.get('theorem')!r} speaks about this network"
    if known.points is None:
        return (None if known.variety.degree % value == 0 else False), "up to the number of points of a fibre"
    return known.degree == value, f"the theorem gives {known.degree}"


def fills_its_coordinates(spec: str) -> bool:
    """Whether the dimension is proved to be the number of coordinates that do not vanish identically."""
    from neurocli.invariants.degree import bounded_below
    from neurocli.invariants.dimension import dim

    facts = dim(spec)
    if not bounded_below(facts):
        return False
    return bool(facts.data["filling"]) or facts.value == _ideal(spec).coordinates


def check_equation(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The equation vanishes on the parametrization, is irreducible, of the degree claimed, of a hypersurface."""
    from neurocli.formats.answer import parse_expanded

    ideal = _ideal(record["spec"])
    if list(ideal.variables()) != list(evidence["variables"]):
        return False, "the coordinates are not those of the network"
    try:
        equation = parse_expanded(str(evidence["equation"]), ideal.variables(), "equation")
    except EngineError as error:
        return False, error.message
    if {sum(e) for e in equation} != {int(evidence["value"])} and ideal.homogeneous:
        return False, "not homogeneous of the degree claimed"
    if max(map(sum, equation), default=0) != int(evidence["value"]):
        return False, "not of the degree claimed"
    if ideal.dimension != ideal.coordinates - 1:
        return False, "the neurovariety is no hypersurface"
    if not ideal.vanishes(equation):
        return False, "does not vanish on the parametrization"
    return ideal.is_irreducible(equation), "composed with the parametrization, and factored"


def check_linear(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """Independent linear equations vanish on the parametrization, as many as the codimension."""
    import numpy as np

    from neurocli.algebra.matrices import rank
    from neurocli.formats.answer import parse_expanded

    ideal, p = _ideal(record["spec"]), 2**31 - 1
    if list(ideal.variables()) != list(evidence["variables"]) or int(evidence["value"]) != 1:
        return False, "the coordinates are not those of the network"
    try:
        forms = [parse_expanded(str(text), ideal.variables(), "equation") for text in evidence["equations"]]
    except EngineError as error:
        return False, error.message
    if any(sum(e) > 1 for f in forms for e in f) or not all(map(ideal.vanishes, forms)):
        return False, "not linear, or does not vanish on the parametrization"
    rows = [[int(f.get(tuple(int(i == j) for i in range(ideal.coordinates)), 0)) % p
             for j in range(ideal.coordinates)] for f in forms]
    independent = rank(np.array(rows, dtype=np.uint64).reshape(len(rows), ideal.coordinates), p)
    return ideal.dimension == ideal.coordinates - independent, "composed with the parametrization"


def check_slice(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The counts of a slice fit together; that they are right is only known by solving it again."""
    if evidence["value"] is None:  # it was no generic slice, and was left out
        return None, "no count"
    right = int(evidence["solutions"]) == int(evidence["value"]) * int(evidence["fibre"])
    return (None, "the counts fit") if right else (False, "the counts do not give this degree")


def check_claimed(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """A count that only counting again can check says the same as the value, or as much where that is a bound."""
    value, found = record["value"], int(evidence["value"])
    if record["command"] == "fibers" and isinstance(value, Mapping) and evidence["kind"] == "monodromy":
        value = value.get("points", found)  # of the generic fibre
    elif record["command"] not in ("degree", "edd") or not isinstance(value, int):
        return None, "no checker for this kind of evidence"
    dimensions = {e["dim"] for e in record["evidence"] if "dim" in e}
    if len(dimensions) > 1:
        return False, f"dimensions {' and '.join(map(str, dimensions))} in one result"
    below = evidence["kind"] == "lower-bound"
    if found == value or (found < value if below else found > value and record["status"] == "bound"):
        return None, "only counting again can check it"
    return False, f"a count of {found}, not {value}"


def check_dimension(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The recorded rank of the Jacobian, or the theorem, behind the dimension; and no rank at another point is greater.

    A rank at any point is a bound from below, so a greater one refutes a dimension whose minor was cut down.
    """
    from neurocli.architectures.registry import parametrization
    from neurocli.invariants.checks.certificates import CHECKERS
    from neurocli.invariants.ranks.jacobian_rank import jacobian_rank

    by, dimension = evidence["by"], int(evidence["dim"])
    checker = CHECKERS.get(str(by.get("kind")))
    if checker is None:
        return None, "no checker for this evidence of the dimension"
    if {int(by["value"]), (record.get("data") or {}).get("dim", dimension)} != {dimension}:
        return False, f"evidence of dimension {by['value']}, not {dimension}"
    right, note = checker({**record, "command": "dim"}, by)
    network = parse(record["spec"])
    if right and network.family != "softmax" and not network.get("knots"):
        p = parametrization(network)
        rank = jacobian_rank(p, 2**31 - 1, 1, p.parameter_count // p.program.output_size + 1, pivots=False).value
        if rank > dimension:
            return False, f"the dimension is at least {rank}, not {dimension}"
    return right, note


def supported(record: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> tuple[bool | None, str]:
    """Whether evidence that was found right supports a degree and its status."""
    values = [e for e in done if e["kind"] in ("theorem", "equation", "equations")]
    if any(int(e["value"]) != record["value"] for e in values):
        return False, f"the evidence contradicts the degree {record['value']}"
    if record["status"] == "proved":
        return bool(values) or None, "proved again" if values else "nothing here proves the degree"
    boxes = max((int(e["value"]) for e in done if e["kind"] == "krawczyk"), default=None)
    if boxes is not None:
        return boxes_support(record, boxes)
    claimed = [e["value"] for e in record["evidence"] if e.get("kind") == "slice"]
    if not claimed:
        return None, "nothing here shows the degree"
    fits = claimed.count(record["value"]) > 1
    return None if fits else False, "dimension checked, counts fit" if fits else "the slices do not agree on the degree"


def boxes_support(record: Mapping[str, Any], boxes: int) -> tuple[bool | None, str]:
    """Whether so many boxes support a number: they prove a bound from below, and cannot prove more.

    What lies above the boxes was only found by path tracking, where the record says so, and is not shown here.
    """
    value, status = int(record["value"]), record["status"]
    if boxes > value:
        return False, f"{boxes} solutions are proved, more than the value {value}"
    if status in ("proved", "certified"):
        return None, f"at least {boxes} is proved, which does not prove {value}"
    if boxes == value:
        return True, f"at least {boxes} is proved"
    if not any(e.get("kind") == "monodromy" and e["value"] == value for e in record["evidence"]):
        return False, f"at least {boxes} is proved, and nothing here finds {value}"
    return None, f"at least {boxes} is proved; the other {value - boxes} are numerical"


def _ideal(spec: str) -> Any:
    from neurocli.invariants.degrees.equations import Ideal
    from neurocli.invariants.dimension import dim
    from neurocli.invariants.ranks.upper_bounds import reduced
    from neurocli.results.result import Status

    facts = dim(spec)
    return Ideal(reduced(parse(spec)), facts.value, facts.status is Status.PROVED)
