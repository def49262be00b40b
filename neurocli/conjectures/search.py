"""Exhaustive searches with a certificate of minimality.

`minimal_filling`: the widths that fill their ambient space while no network with one hidden width
less by one does.  `threshold`: the smallest activation degree from which on, up to a bound, the
dimension is the expected one, in both readings of the literature.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.conjectures.evaluation import is_unimodal
from neurocli.conjectures.grid import MAX_NETWORKS, readable
from neurocli.conjectures.witnesses import attained_from, certified
from neurocli.errors import SpecificationError, TooLarge, UsageError
from neurocli.invariants.dimension import dim
from neurocli.results.result import Result, Status
from neurocli.theorems.identifiability import effective_parameters
from neurocli.theorems.identifiability import threshold as proved_threshold

#: Largest hidden width that is tried when no bound is given.
DEFAULT_WIDTH = 8


def minimal_filling(
    inputs: int, outputs: int, depth: int, r: int, *, max_width: int = DEFAULT_WIDTH, seed: int = 0
) -> Result:
    """All minimal filling widths (d_0, ..., d_L) with hidden widths up to `max_width`.

    Args:
        depth: number L of layers.
        r: activation degree.

    Returns:
        A result whose value is the list of minimal filling hidden widths; the evidence lists, for
        each, its dimension and those of its predecessors.

    Raises:
        UsageError: a number out of range.
        TooLarge: more networks than can be listed.

    Notes:
        Filling is monotone in the widths, since a subnetwork's functions are functions of the
        network; so a network above a known filling one fills and is not asked again.

    Example:
        >>> minimal_filling(2, 1, 2, 2, max_width=3).value
        [[2]]
    """
    if min(inputs, outputs, r, max_width) < 1 or depth < 2:
        raise UsageError("search: inputs, outputs, r and the width must be positive, the depth at least 2")
    count = max_width ** (depth - 1)
    if count > MAX_NETWORKS:
        raise TooLarge(f"the search has {readable(count)} networks; the limit is {MAX_NETWORKS:,}", "lower --max-width")
    filling: list[tuple[int, ...]] = []
    asked: dict[tuple[int, ...], Result] = {}
    # by growing sum, so that everything below a width vector is known before it
    for hidden in sorted(itertools.product(range(1, max_width + 1), repeat=depth - 1), key=lambda h: (sum(h), h)):
        if any(all(a <= b for a, b in zip(low, hidden, strict=True)) for low in filling):
            continue
        asked[hidden] = dim(_network(inputs, hidden, outputs, r), seed=seed)
        if asked[hidden].data["filling"]:
            filling.append(hidden)
    evidence = []
    sure = True
    for hidden in filling:
        below = [tuple(w - (i == j) for j, w in enumerate(hidden)) for i in range(len(hidden)) if hidden[i] > 1]
        records = [asked[b] for b in below]
        sure &= all(r_.status is Status.PROVED for r_ in (asked[hidden], *records))
        evidence.append(
            {
                "kind": "minimality",
                "spec": asked[hidden].spec,
                "value": asked[hidden].value,
                "dimension": certified(asked[hidden]),
                "predecessors": [{**certified(r_), "ambient": r_.data["ambient"]} for r_ in records],
            }
        )
    largest = _largest([hidden for hidden in asked if hidden not in set(filling)])
    sure &= all(asked[hidden].status is Status.PROVED for hidden in largest)
    evidence.append(
        {
            "kind": "cover",
            "inputs": inputs,
            "outputs": outputs,
            "depth": depth,
            "r": r,
            "max_width": max_width,
            "largest": [certified(asked[hidden]) for hidden in largest],
        }
    )
    widths = [[inputs, *hidden, outputs] for hidden in filling]
    data = {
        "inputs": inputs,
        "outputs": outputs,
        "depth": depth,
        "r": r,
        "max_width": max_width,
        "networks": len(asked),
        "ambient": next(iter(asked.values())).data["ambient"],
        "rows": [
            {
                "widths": "-".join(map(str, w)),
                "parameters": asked[tuple(h)].data["parameters"],
                "unimodal": is_unimodal(w),
            }
            for w, h in zip(widths, filling, strict=True)
        ],
    }
    explanation = [f"{len(filling)} minimal filling networks among {count} with hidden widths up to {max_width}"]
    return Result(
        "search",
        f"minimal-filling inputs={inputs} outputs={outputs} depth={depth} r={r}",
        [list(h) for h in filling],
        Status.PROVED if sure else Status.PROBABLE,
        "exhaustive",
        data,
        tuple(explanation),
        tuple(evidence),
        None,
        seed,
    )


def _largest(failing: Collection[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The maximal elements of a set of width vectors that holds all smaller ones with each.

    Example:
        >>> _largest([(1, 1), (1, 2), (2, 1)])
        [(1, 2), (2, 1)]
    """
    known = set(failing)
    return [
        low
        for low in failing
        if not any(tuple(w + (i == j) for j, w in enumerate(low)) in known for i in range(len(low)))
    ]


def _network(inputs: int, hidden: tuple[int, ...], outputs: int, r: int) -> Network:
    return parse(f"mlp:{'-'.join(map(str, (inputs, *hidden, outputs)))},r={r}")


def threshold(spec: str | Network, *, max_degree: int = 12, seed: int = 0) -> Result:
    """The activation degree threshold of an architecture, by computation up to a degree.

    Args:
        spec: a fully connected network; its activation degree is ignored.
        max_degree: degrees 1 to this one are computed.

    Returns:
        A result whose value is the smallest r0 such that every r0 < r <= max_degree gives the
        expected dimension; data: `first`, the smallest degree above 1 that gives it at all, and
        the proved bounds beyond which it is certain.

    Raises:
        SpecificationError: not a fully connected network with a hidden layer, or one of width 1.

    Notes:
        Two readings are in use: the last degree that fails, and the first that succeeds; they
        differ where the expected dimension is attained, lost, and attained again.

    Example:
        >>> threshold("mlp:2-2-1,r=2", max_degree=5).value
        2
    """
    network = parse(spec)
    widths = network.shape
    if network.family != "mlp" or len(widths) < 3 or network.get("bias"):
        raise SpecificationError(
            "specification", network.spelling, "a fully connected network with a hidden layer, no bias"
        )
    if min(widths[:-1]) < 2:
        raise SpecificationError("shape", network.spelling, "no width 1 before the output: there is no threshold")
    expected = effective_parameters(widths)
    rows, evidence, failing, first, sure = [], [], 1, None, True
    for r in range(2, max_degree + 1):
        result = dim(f"mlp:{'-'.join(map(str, widths))},r={r}", seed=seed)
        attained = result.value == expected
        sure &= result.status is Status.PROVED
        evidence.append(
            {
                "kind": "attained",
                "r": r,
                "dim": result.value,
                "expected": expected,
                "attained": attained,
                "dimension": certified(result),
            }
        )
        rows.append(
            {"r": r, "dim": result.value, "expected": expected, "status": result.status.value, "attained": attained}
        )
        if attained and first is None:
            first = r
        if not attained:
            failing = r
    data = {
        "rows": rows,
        "first": first,
        "max_degree": max_degree,
        "theorem": proved_threshold(widths),
        "localization": 2 * max(widths[1:-1]) - 1,
    }
    settled = attained_from(widths, max_degree + 1)
    if failing < max_degree:
        attained_line = f"expected dimension {expected} attained for every degree from {failing + 1} to {max_degree}"
    else:
        attained_line = f"expected dimension {expected} not attained at degree {max_degree}, the last one computed"
    explanation = [
        attained_line,
        f"proved for every degree from {max_degree + 1} on (localization)"
        if settled
        else f"not computed up to {data['localization']}, from where on localization proves it",
    ]
    status = (Status.PROVED if settled else Status.BOUND) if sure else Status.PROBABLE
    return Result(
        "search",
        f"threshold {network.spelling}",
        failing,
        status,
        "exhaustive",
        data,
        tuple(explanation),
        tuple(evidence),
        None,
        seed,
    )
