"""Fibres of one-channel polynomial CNNs, read off the zeros at the ends of the filters.

Filters w and their shifts by integers t_i with sum t_i S_i = 0 (S_i the product of the strides before layer i)
give the same function, and up to rescaling these are all its preimages.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from neurocli.architectures.cnn import is_single_channel_1d
from neurocli.architectures.network import Network
from neurocli.architectures.weights import Weights
from neurocli.results.result import Result, Status
from neurocli.theorems.singularities import shift_vectors, strides_before

Filter = list[Fraction]


def applies(network: Network) -> bool:
    """One dimension, one channel, one monomial activation of degree at least 2."""
    powers = network.get("r", ())
    return network.family == "cnn" and is_single_channel_1d(network) and bool(powers) and len(set(powers)) == 1 \
        and powers[0] >= 2


def filters_of(network: Network, values: Sequence[Fraction]) -> list[Filter]:
    """The filters of flat weights."""
    found, start = [], 0
    for (size,) in network.shape:
        found.append(list(values[start:start + size]))
        start += size
    return found


def zeros(w: Filter) -> tuple[int, int]:
    """Numbers of leading and trailing zeros of a filter that is not zero."""
    support = [i for i, value in enumerate(w) if value]
    return support[0], len(w) - 1 - support[-1]


def preimages(network: Network, filters: list[Filter]) -> list[tuple[tuple[int, ...], list[Filter]]]:
    """Shift vectors with the shifted filters; the zero vector, the filters themselves, first.

    Args:
        filters: none of them zero.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> one, none = Fraction(1), Fraction(0)
        >>> [t for t, _ in preimages(parse("cnn:2-2,r=2"), [[one, none], [none, one]])]
        [(0, 0), (1, -1)]
    """
    ends = [zeros(w) for w in filters]
    vectors = shift_vectors(tuple(a for a, _ in ends), tuple(b for _, b in ends), strides_before(network))
    vectors.sort(key=lambda t: (any(t), t))
    return [(t, [shifted(w, s) for w, s in zip(filters, t, strict=True)]) for t in vectors]


def shifted(w: Filter, by: int) -> Filter:
    """The filter moved to the right; what leaves the end is zero."""
    padded = [Fraction(0)] * len(w)
    for i, value in enumerate(w):
        if value:
            padded[i + by] = value
    return padded


def cnn_fibre(network: Network, weights: Weights, seed: int = 0) -> Result | None:
    """The fibre over one function, or None when the network is not of this kind.

    Notes:
        Every shift vector gives one component: the closed orbit of the L - 1 rescalings through the
        shifted filters, of degree 1 + r + ... + r^(L-1) (normalized volume of the simplex of the characters
        of the layers, which contains 0).  The zero function is reached from each zero filter.
    """
    if not applies(network):
        return None
    filters = filters_of(network, weights.values)
    layers, r = len(filters), network.get("r")[0]
    components: list[dict[str, Any]] = []
    if not all(any(w) for w in filters):
        for i, w in enumerate(filters):
            rest = sum(map(len, filters)) - len(w)
            components.append({"kind": f"filter {i + 1} zero", "count": 1, "dimension": rest, "degree": 1, "dead": [],
                               "representative": [[0] * len(v) if j == i else v for j, v in enumerate(filters)]})
        components.sort(key=lambda c: -c["dimension"])
        value = {"dimension": components[0]["dimension"], "components": layers, "classes": None}
        data = {"question": "at", "components": components, "trouble": "", "complete": True, "node": False}
        return Result("fibers", network.spelling, value, Status.PROVED, "theorem", data,
                      ("the zero function: the output is a product of powers of the filters, so one of them is zero",),
                      (), None, seed)
    found = preimages(network, filters)
    degree = sum(r**i for i in range(layers))
    for t, preimage in found:
        components.append({"kind": f"shift {t}", "count": 1, "dimension": layers - 1, "degree": degree, "dead": [],
                           "shift": list(t), "representative": preimage})
    value = {"dimension": layers - 1, "components": len(found), "classes": len(found)}
    data = {"question": "at", "components": components, "trouble": "", "complete": True, "node": len(found) > 1}
    lines = [f"{len(found)} preimages up to rescaling, one for each shift vector"]
    if len(found) > 1:
        lines.append("a node: several smooth branches of the neurovariety meet")
    evidence = [{"kind": "theorem", "theorem": "shift vectors", "value": len(found), "conjecture": True,
                 "statement": "filters with the same function are shifts of each other", "hypotheses": [
                     "one-dimensional", "one channel", "one monomial activation of degree at least 2"],
                 "citation": "shahverdi-marchetti-kohn-2024"}]
    return Result("fibers", network.spelling, value, Status.PROBABLE, "theorem", data, tuple(lines), tuple(evidence),
                  None, seed)
