"""Why a network has the dimension it has: which bound is attained, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.theorems.bound import Bound


def explain(network: Network, value: int, data: Mapping[str, Any], bounds: Sequence[Bound],
            small: Parametrization) -> list[str]:
    """Sentences on filling, the bound that is attained, the cause of a defect, and disagreements.

    Args:
        value: the dimension.
        data: parameters, ambient, expected, defect, filling.
        bounds: every bound that was known.
        small: the parametrization the rank was taken of.
    """
    lines = []
    attained = [b for b in bounds if b.proved and b.kind in ("upper", "exact") and b.value == value]
    if data["filling"]:
        lines.append(f"fills its ambient space of dimension {data['ambient']}")
    defect = data["defect"]
    if defect:
        causes = causes_of_defect(network, value, attained)
        if causes:
            lines += [f"defect {defect}: {cause}" for cause in causes]
        else:
            lines.append(f"defect {defect} unexplained: no proved bound is attained")
    elif attained and not data["filling"]:
        lines.append(f"attains the bound: {attained[0].statement}")
    lines += [f"reduced: {reason}" for reason in small.equivalent]
    for bound in bounds:
        if not bound.proved and bound.value != value:
            lines.append(f"differs from {bound.theorem} ({bound.value}), which is not proved here")
    ambient = small.ambient
    if ambient is not None and ambient.note and not data["filling"]:
        lines.append(f"ambient: {ambient.note}")
    return lines


def causes_of_defect(network: Network, value: int, attained: Sequence[Bound]) -> list[str]:
    """The reasons that lower the dimension below the expected one, among the bounds attained."""
    causes = []
    if network.family == "mlp" and network.get("r") and not network.get("bias") and min(network.get("r")) > 1:
        from neurocli.theorems.recursion import all_bounds

        widths, powers = network.shape, network.get("r")
        if 1 in widths[1:-1]:
            causes.append("a hidden layer of width one: everything after it sees a single function")
        attained_pieces = [piece for piece in all_bounds(widths, powers) if piece.value == value]
        if attained_pieces:
            causes.append(attained_pieces[0].reason)
        elif powers[-1] == 2 and widths[-1] == 1:
            symmetric = [b for b in attained if b.theorem == "parameters minus symmetries"]
            if symmetric:
                causes.append(f"the output is a sum of {widths[-2]} squares, on which O({widths[-2]}) acts")
    if not causes:
        causes = [b.statement for b in attained[:1]]
    return causes
