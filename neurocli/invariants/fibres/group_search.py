"""The element of the known group that carries one set of weights to another, layer by layer.

Each step finds one motion from the incoming weights of a layer, applies it, and goes on with the
moved weights; the caller compares the end with the goal, so a wrong guess here is never believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from neurocli.algebra.rational_matrices import fraction, left_factor
from neurocli.architectures.actions import (
    Motion,
    allowed_scalings,
    apply,
    exponent,
    hidden_widths,
    places,
)
from neurocli.architectures.network import Network

Blocks = Mapping[str, np.ndarray]


def search(network: Network, start: Blocks, goal: Blocks) -> list[Motion] | None:
    """Motions that may carry `start` to `goal`, or None.

    Args:
        start, goal: parameter blocks of FLINT rationals.
    """
    if all(np.array_equal(start[name], goal[name]) for name in goal):
        return []
    if network.family == "lightning":
        return _attention(network, start, goal) if network.get("heads", 1) == 1 else None
    if network.family == "gcnn":
        return _group_convolution(network, start, goal)
    motions: list[Motion] = []
    blocks = dict(start)
    widths = hidden_widths(network)
    if network.family == "cnn" and not network.get("channels"):
        widths = (1,) * (len(network.shape) - 1)
    for layer in range(1, len(widths) + 1):
        motion = _layer(network, layer, layer == len(widths), blocks, goal)
        if motion is None:
            return None
        blocks = apply(network, motion, blocks)
        motions.append(motion)
    return motions


def _layer(network: Network, layer: int, last: bool, blocks: Blocks, goal: Blocks) -> Motion | None:
    scalings = allowed_scalings(network, layer)
    incoming, outgoing, axis = places(network, layer)
    before, after = (np.concatenate([b[name].reshape(b[name].shape[0], -1) for name in incoming], axis=1)
                     for b in (blocks, goal))
    if scalings == "any" and exponent(network, layer) == 1 and network.family in ("mlp", "linear"):
        g = left_factor(after, before)
        return None if g is None else _checked_linear(layer, g)
    columns = [np.moveaxis(b[outgoing], axis, 0).reshape(before.shape[0], -1) for b in (blocks, goal)]
    found = match_rows(before, after, columns[0], columns[1], scalings, exponent(network, layer), last)
    if found is not None:
        return Motion("monomial", layer, tuple(found[0]), tuple(found[1]))
    if last and network.family == "mlp" and network.shape[-1] == 1 and exponent(network, layer) == 2 \
            and scalings == "any":
        g = left_factor(after, before)
        return None if g is None or _singular(g) else Motion("orthogonal", layer, matrix=g)
    return None


def _singular(g: np.ndarray) -> bool:
    from neurocli.algebra.rational_matrices import inverse

    return inverse(g) is None


def _checked_linear(layer: int, g: np.ndarray) -> Motion | None:
    return None if _singular(g) else Motion("linear", layer, matrix=g)


def match_rows(before: np.ndarray, after: np.ndarray, out_before: np.ndarray, out_after: np.ndarray,
               scalings: str, power: int, last: bool) -> tuple[list[int], list[Fraction]] | None:
    """Permutation and scalings with after[i] = scalings[i] * before[permutation[i]], or None.

    Args:
        before, after: incoming weights, one row per neuron.
        out_before, out_after: outgoing weights, one row per neuron; they decide between parallel
            neurons, exactly in the last hidden layer and by order elsewhere.
        scalings: `any`, `signs` or `none`.
        power: outgoing weights are divided by scaling^power.
    """
    width = min(8, before.shape[1])  # a few entries tell generic neurons apart
    groups: dict[tuple[object, ...], list[int]] = {}
    leads: list[Any] = []
    while True:
        for i, row in enumerate(before):
            key, lead = _direction(row[:width], scalings)
            leads.append(lead)
            groups.setdefault(key, []).append(i)
        if width == before.shape[1] or len(groups) == len(before):
            break
        width, groups, leads = before.shape[1], {}, []
    permutation, factors = [], []
    for i, row in enumerate(after):
        key, lead = _direction(row[:width], scalings)
        candidates = groups.get(key)
        if not candidates:
            return None
        place = 0
        if len(candidates) > 1 and last:
            for k, j in enumerate(candidates):
                c = lead / leads[j]
                if np.array_equal(out_after[i] * c**power, out_before[j]):
                    place = k
                    break
        j = candidates.pop(place)
        permutation.append(j)
        factors.append(fraction(lead / leads[j]))
    return permutation, factors


def _direction(row: np.ndarray, scalings: str) -> tuple[tuple[object, ...], Any]:
    """The row up to the scalings allowed, as a key, and the scalar that was divided out."""
    values = row.tolist()
    lead = next((v for v in values if v != 0), None)
    one = values[0] * 0 + 1
    if lead is None or scalings == "none":
        return tuple(map(_pair, values)), one
    if scalings == "signs":
        lead = one if lead > 0 else -one
    return tuple(_pair(v / lead) for v in values), lead


def _pair(value: Any) -> tuple[int, int]:
    """A hashable form of a FLINT rational, equal across equal values."""
    return int(value.p), int(value.q)


def _group_convolution(network: Network, start: Blocks, goal: Blocks) -> list[Motion] | None:
    motions: list[Motion] = []
    blocks = dict(start)
    for layer in range(1, network.get("layers")):
        name, scalings = f"w{layer}", allowed_scalings(network, layer)
        wanted, lead = _direction(goal[name], scalings)
        for u in range(len(network.content)):
            translation = Motion("translation", layer, element=u)
            moved = apply(network, translation, blocks)
            key, own = _direction(moved[name], scalings)
            if key == wanted:
                motions.append(translation)
                blocks = moved
                if scalings != "none":
                    factor = Motion("scaling", layer, (), (fraction(lead / own),))
                    motions.append(factor)
                    blocks = apply(network, factor, blocks)
                break
        else:
            return None
    return motions


def _attention(network: Network, start: Blocks, goal: Blocks) -> list[Motion] | None:
    """Scalars from the ratio of the score matrices A = K^T Q, bases from K and from V."""
    motions: list[Motion] = []
    blocks = dict(start)
    layers = len(network.shape) - 1

    def do(motion: Motion) -> None:
        nonlocal blocks
        motions.append(motion)
        blocks = apply(network, motion, blocks)

    for i in range(1, layers + 1):
        k, q, v = f"K{i}", f"Q{i}", f"V{i}"
        before, after = (b[k].T @ b[q] for b in (blocks, goal))
        ratio = next((y / x for x, y in zip(before.ravel(), after.ravel()) if x != 0), None)
        if ratio is None or ratio == 0:
            return None
        do(Motion("exchange", i, (0,), (fraction(ratio),)))
        g = left_factor(goal[k], blocks[k])
        if g is None or _singular(g):
            return None
        do(Motion("contragredient", i, matrix=g))
        if i < layers:
            h = left_factor(goal[v], blocks[v])
            if h is None or _singular(h):
                return None
            do(Motion("basis", i, matrix=h))
    return motions
