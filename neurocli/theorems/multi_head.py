"""One lightning layer with several heads: upper bounds for the dimension."""

from __future__ import annotations

from neurocli.architectures.network import Network
from neurocli.theorems.bound import Bound


def several_heads(network: Network) -> list[Bound]:
    """Bounds for one layer of h heads, d inputs, e outputs and attention width a.

    The function is determined by the tensor sum_i V_i (x) A_i, V_i of shape e x d, A_i of shape d x d and rank at most
    alpha = min(a, d).

    Change of basis.  For generic heads and h <= d^2 the A_i are a basis of their span L.  The matrices of rank at most
    alpha in L have dimension at least h - (d - alpha)^2 at each A_i, as determinantal loci have at most that
    codimension, and at least 1, by scaling.  Any other basis of L made of such matrices gives the same tensor with
    other V_i, so the fibre has dimension at least h max(1, h - (d - alpha)^2).

    Few heads.  Entry (j, s) of the output is a form in X X^T, represented by the symmetric matrix sum_i sym(v_i q_i^T)
    with v_i row j of V_i, the same for every column s.  It vanishes on the orthogonal complement of the h vectors v_i.
    For each output these are d matrices in a space of dimension d(d+1)/2 - (d-h)(d-h+1)/2 that depends on a point of
    the Grassmannian of h-spaces.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> [b.value for b in several_heads(parse("lightning:4-1,a=4,t=2,heads=2"))]
        [36, 32]
    """
    heads = network.get("heads", 1)
    if len(network.shape) != 2 or heads < 2:
        return []
    d, out = network.shape
    alpha = min(network.get("a")[0], d)
    found = []
    if heads <= d * d:
        fibre = heads * max(1, heads - (d - alpha) ** 2)
        value = heads * (alpha * (2 * d - alpha) + d * out) - fibre
        found.append(Bound("upper", value, "several heads", f"{heads} matrices of rank {alpha} and {heads} of shape "
                           f"{out}x{d}, other bases of their span: dimension {fibre}",
                           ("one layer", f"{heads} heads, at most {d * d}")))
    if heads < d:
        rest = d - heads
        value = out * (d * (d * (d + 1) - rest * (rest + 1)) // 2 + heads * rest)
        found.append(Bound("upper", value, "few heads", f"symmetric forms in {d} variables that vanish on a space of "
                           f"dimension {rest}", ("one layer", f"{heads} heads, fewer than {d}")))
    return found
