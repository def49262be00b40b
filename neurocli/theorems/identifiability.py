"""When a fully connected monomial network has the expected dimension: identifiability criteria.

A network whose parameters are finitely identifiable up to the rescalings of the hidden neurons
has dimension parameters - hidden neurons.  The localization theorem reduces this to two-layer
blocks, and Kruskal's condition decides a block by arithmetic, whatever its size.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

from neurocli.theorems.bound import Bound
from neurocli.theorems.secants import power_sums


@dataclasses.dataclass(frozen=True)
class Block:
    """One two-layer block of the localization theorem and how it was settled.

    Args:
        widths: (min of the earlier widths, width, next width).
        power: degree of its activation.
        identifiable: True, or None when the criteria do not decide.
        reason: the criterion that decided.
    """

    widths: tuple[int, int, int]
    power: int
    identifiable: bool | None
    reason: str


def effective_parameters(widths: tuple[int, ...], bias: bool = False) -> int:
    """Parameters minus one rescaling per hidden neuron."""
    weights = sum(a * b for a, b in itertools.pairwise(widths))
    return weights + (sum(widths[1:]) if bias else 0) - sum(widths[1:-1])


def kruskal(n: int, k: int, m: int, r: int) -> bool:
    """Kruskal's condition for sum_i v_i (x) l_i^r with k generic terms, n variables, m outputs.

    Generic Kruskal ranks are min(n, k) in each of the r symmetric factors and min(m, k) in the
    last; uniqueness of the r + 1 factors holds when r min(n,k) + min(m,k) >= 2k + r.
    Reference: [sidiropoulos-bro-2000], [usevich-2025].

    Example:
        >>> kruskal(784, 512, 512, 3), kruskal(2, 3, 2, 2)
        (True, False)
    """
    return min(n, k) >= 2 and r >= 2 and r * min(n, k) + min(m, k) >= 2 * k + r


def blocks(widths: tuple[int, ...], powers: tuple[int, ...],
           rank: Callable[[tuple[int, int, int], int], int | None] | None = None) -> list[Block]:
    """The two-layer blocks of the localization theorem, each decided if possible.

    Args:
        rank: proved lower bound for the dimension of a block (a modular rank), or None.
    """
    found = []
    for layer in range(1, len(widths) - 1):
        n, k, m, r = min(widths[:layer]), widths[layer], widths[layer + 1], powers[layer - 1]
        expected = effective_parameters((n, k, m))
        verdict, reason = None, "not decided"
        if kruskal(n, k, m, r):
            verdict, reason = True, f"Kruskal: {r}*{min(n, k)}+{min(m, k)} >= 2*{k}+{r}"
        elif m == 1:
            value = power_sums(n, r, k)
            if value == expected:
                verdict, reason = True, "Alexander-Hirschowitz"
        elif rank is not None and rank((n, k, m), r) == expected:
            verdict, reason = True, f"Jacobian rank {expected} modulo a prime"
        found.append(Block((n, k, m), r, verdict, reason))
    return found


def localization(widths: tuple[int, ...], powers: tuple[int, ...],
                 rank: Callable[[tuple[int, int, int], int], int | None] | None = None) -> Bound | None:
    """Expected dimension when every block (min(d_0..d_{l-1}), d_l, d_{l+1}) is finitely identifiable.

    Reference: [usevich-2025].
    """
    decided = blocks(widths, powers, rank)
    if not decided or not all(block.identifiable for block in decided):
        return None
    checked = tuple(f"block {block.widths}, degree {block.power}: {block.reason}" for block in decided)
    value = effective_parameters(widths)
    return Bound("exact", value, "localization",
                 "every two-layer block is finitely identifiable, so the dimension is parameters minus "
                 "hidden neurons", ("monomial activations of degree at least 2", "no bias", *checked),
                 "usevich-2025")


def pyramid(widths: tuple[int, ...], powers: tuple[int, ...]) -> Bound | None:
    """Non-increasing widths, hidden widths at least 2, degrees at least 2 (the last at least 3 for one output).

    Reference: [usevich-2025].
    """
    hidden = widths[:-1]
    if len(widths) < 3 or list(hidden) != sorted(hidden, reverse=True) or hidden[-1] < 2:
        return None
    if min(powers) < 2 or (widths[-1] == 1 and powers[-1] < 3):
        return None
    last = "last degree at least 3" if widths[-1] == 1 else "at least 2 outputs"
    return Bound("exact", effective_parameters(widths), "pyramid",
                 "non-increasing widths: identifiable, so the dimension is parameters minus hidden neurons",
                 ("widths up to the last hidden layer do not increase", "hidden widths at least 2",
                  "monomial activations of degree at least 2", last, "no bias"), "usevich-2025")


def biased(widths: tuple[int, ...], powers: tuple[int, ...]) -> Bound | None:
    """Networks with a bias in every layer, by homogenization.

    Condition: r_l >= (2(d_l+1) - min(d_l+1, d_{l+1})) / min(d_l, d_0..d_{l-1}), all r_l >= 2.
    Reference: [usevich-2025].
    """
    if len(widths) < 3 or min(powers) < 2 or min(widths[:-1]) < 1:
        return None
    checked = []
    for layer in range(1, len(widths) - 1):
        d, following, r = widths[layer], widths[layer + 1], powers[layer - 1]
        needed, narrow = 2 * (d + 1) - min(d + 1, following), min(widths[:layer + 1])
        if r * narrow < needed:
            return None
        checked.append(f"layer {layer}: {r} >= {needed}/{narrow}")
    return Bound("exact", effective_parameters(widths, bias=True), "localization with bias",
                 "the homogenized network is identifiable block by block",
                 ("monomial activations of degree at least 2", "a bias in every layer", *checked), "usevich-2025")


def threshold(widths: tuple[int, ...]) -> int:
    """Beyond this activation degree the dimension is the expected one: 6m^2 - 6m + 1.

    m is twice the largest hidden width; widths before the last must be at least 2.
    Reference: [finkel-2024].

    Example:
        >>> threshold((2, 3, 1))
        181
    """
    m = 2 * max(widths[1:-1])
    return 6 * m * m - 6 * m + 1


def high_degree(widths: tuple[int, ...], powers: tuple[int, ...]) -> Bound | None:
    """The high-activation-degree theorem: one degree r for all layers, r above the threshold."""
    if len(widths) < 3 or len(set(powers)) != 1 or min(widths[:-1]) < 2:
        return None
    bound = threshold(widths)
    if powers[0] <= bound:
        return None
    return Bound("exact", effective_parameters(widths), "high activation degree",
                 "the activation degree exceeds the threshold, so the dimension is parameters minus hidden neurons",
                 (f"degree {powers[0]} > 6m^2-6m+1 = {bound}, m = 2*{max(widths[1:-1])}",
                  "no width 1 before the output", "one degree for all layers", "no bias"), "finkel-2024")


def massarenti_mella(widths: tuple[int, ...], powers: tuple[int, ...]) -> Bound | None:
    """The expected dimension of a single-output network in the sense of [massarenti-mella-2025].

    min(parameters, ambient, cap), the cap being the parameters of the first L-2 layers plus the
    full space of forms of the last block; minus one in the exceptions of Alexander-Hirschowitz.
    Their theorem says when it is attained; its hypotheses are not checked here, so the value is a
    prediction to compare with, and never a proof.
    """
    from math import prod

    from neurocli.theorems.secants import EXCEPTIONS, forms

    if len(widths) < 3 or widths[-1] != 1 or min(powers) < 2:
        return None
    first, before, last_hidden = widths[0], widths[-3], widths[-2]
    head = sum(a * b for a, b in itertools.pairwise(widths)) - sum(widths[1:-2])
    cap = head + forms(powers[-1], before)
    value = min(effective_parameters(widths), forms(prod(powers), first), cap)
    if len(widths) == 3 and powers[-1] == 2:
        value = power_sums(first, 2, last_hidden)
    elif len(widths) == 3 and (first, powers[-1], last_hidden) in EXCEPTIONS:
        value -= 1
    return Bound("exact", value, "Massarenti-Mella expectation",
                 f"min(effective parameters, ambient, {head} + forms of the last block)",
                 ("one output",), "massarenti-mella-2025", proved=False)
