"""Which theorems speak about the dimension of a network: bounds for every family, best first."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from neurocli.architectures.network import Network
from neurocli.theorems import closed_forms, identifiability, multi_head, recursion
from neurocli.theorems.bound import Bound

BlockRank = Callable[[tuple[int, int, int], int], "int | None"]


def dimension_bounds(network: Network, rank: BlockRank | None = None) -> list[Bound]:
    """Everything the theorems say about the dimension of a network; hypotheses are checked.

    Args:
        rank: gives a proved lower bound for the dimension of a two-layer block, for the
            localization theorem; None leaves only arithmetic criteria.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> [b.value for b in dimension_bounds(parse("mlp:784-512-512-10,r=3"))][0]
        667648
    """
    found: list[Bound | None] = []
    if network.family == "linear":
        found.append(closed_forms.linear(network))
    elif network.family == "mlp":
        found += _fully_connected(network, rank)
    elif network.family == "cnn":
        found.append(closed_forms.convolutional(network))
    elif network.family == "gcnn":
        found.append(closed_forms.group_convolutional(network))
    elif network.family == "lightning":
        found += [closed_forms.one_lightning_layer(network), closed_forms.one_layer_space(network),
                  closed_forms.lightning_formula(network), *multi_head.several_heads(network)]
    elif network.family == "softmax":
        found.append(closed_forms.softmax_conjecture(network))
    elif network.family == "clifford":
        twin = closed_forms.complex_network(network)
        if twin:
            found += [_doubled(bound) for bound in _fully_connected(twin, rank) if bound]
    return [bound for bound in found if bound is not None]


def _doubled(bound: Bound) -> Bound:
    """A complex variety of complex dimension n is real of dimension 2n."""
    return dataclasses.replace(bound, value=2 * bound.value, statement=bound.statement + ", over the complex numbers")


def _fully_connected(network: Network, rank: BlockRank | None) -> list[Bound | None]:
    widths, powers, bias = network.shape, network.get("r", ()), network.get("bias")
    if len(widths) == 2:
        size = widths[0] * widths[1] + (widths[1] if bias else 0)
        return [Bound("exact", size, "one layer", "matrices (and vectors) are their own coefficients")]
    if not powers:
        return []
    if set(powers) == {1} and not bias:
        return [closed_forms.linear(network)]
    if bias:
        return [identifiability.biased(widths, powers)] if min(powers) > 1 else []
    if min(powers) < 2:  # rescaling and cuts hold for every degree; the other theorems ask for at least 2
        return [recursion.upper_bound(widths, powers)]
    found: list[Bound | None] = [
        _two_layers(widths, powers),
        identifiability.pyramid(widths, powers),
        identifiability.high_degree(widths, powers),
        recursion.upper_bound(widths, powers),
    ]
    exact = [bound for bound in found if bound and bound.kind == "exact"]
    if not exact:
        found.insert(0, identifiability.localization(widths, powers, rank))
    return found


def _two_layers(widths: tuple[int, ...], powers: tuple[int, ...]) -> Bound | None:
    """One output, one hidden layer: exact for every width and degree."""
    from neurocli.theorems.secants import power_sums

    if len(widths) != 3 or widths[-1] != 1:
        return None
    n, k, r = widths[0], widths[1], powers[0]
    what = (f"symmetric {n}x{n} matrices of rank at most {min(k, n)}" if r == 2 else
            f"sums of {k} powers of degree {r} in {n} variables")
    return Bound("exact", power_sums(n, r, k), "Alexander-Hirschowitz" if r > 2 else "symmetric determinantal variety",
                 what, ("two layers", "one output", "monomial activation, no bias"),
                 "alexander-hirschowitz-1995" if r > 2 else "kubjas-li-wiesmann-2024")
