"""The known symmetry group acting on weights: its elements, one factor per place, exactly over Q.

`symmetries.py` has the Lie algebra; here are finite motions, which also reach the components of
the group that no vector field sees (permutations, signs, translations).  A `Motion` says what it
does in the words of the literature and applies itself to parameter blocks of FLINT rationals.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import factorial, gcd, prod
from typing import Any

import numpy as np

from neurocli.algebra.rational_matrices import exact, fractions, inverse
from neurocli.architectures.network import Network

Blocks = Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True, eq=False)
class Motion:
    """An element of one factor of the symmetry group.

    Args:
        kind: `monomial` (permutation and rescaling of the neurons of a layer), `scaling` (of a
            whole filter), `linear` (change
            of basis of a layer), `orthogonal` (of an outer sum of squares), `translation` (of a
            hidden signal on a group), `contragredient` (K -> g K, Q -> g^-T Q), `exchange`
            (Q -> t Q, V -> V / t), `heads` (permutation).
        layer: the hidden layer (or attention layer) it acts at, from 1.
        permutation: new place i takes what stood at permutation[i].
        scalings: new place i is multiplied by scalings[i].
        matrix: the matrix g of a linear motion.
        element: number of the group element of a translation.
    """

    kind: str
    layer: int
    permutation: tuple[int, ...] = ()
    scalings: tuple[Fraction, ...] = ()
    matrix: np.ndarray | None = None
    element: int | None = None

    @property
    def is_identity(self) -> bool:
        """Whether it moves nothing."""
        straight = self.permutation == tuple(range(len(self.permutation)))
        plain = all(c == 1 for c in self.scalings) and not self.element
        same = self.matrix is None or (self.matrix == exact(np.eye(len(self.matrix), dtype=np.int64))).all()
        return bool(straight and plain and same)

    def to_json(self) -> dict[str, Any]:
        """The motion as plain data, places numbered from 1."""
        record: dict[str, Any] = {"kind": self.kind, "layer": self.layer}
        if self.permutation:
            record["permutation"] = [i + 1 for i in self.permutation]
        if self.scalings:
            record["scalings"] = list(self.scalings)
        if self.matrix is not None:
            record["matrix"] = fractions(self.matrix)
        if self.element is not None:
            record["element"] = self.element
        return record


def apply(network: Network, motion: Motion, blocks: Blocks) -> dict[str, np.ndarray]:
    """The blocks moved; the function they represent is unchanged.

    Args:
        blocks: arrays of FLINT rationals, one per parameter block.
    """
    moved = dict(blocks)
    layer = motion.layer
    if motion.kind in ("monomial", "linear", "orthogonal"):
        incoming, outgoing, axis = places(network, layer)
        order = list(motion.permutation)
        if motion.kind == "monomial":
            power = exponent(network, layer)
            for name in incoming:
                c = exact(list(motion.scalings)).reshape(-1, *[1] * (blocks[name].ndim - 1))
                moved[name] = blocks[name][order] * c
            inverses = exact([1 / c**power for c in motion.scalings])
            shape = [1] * blocks[outgoing].ndim
            shape[axis] = len(order)
            moved[outgoing] = np.take(blocks[outgoing], order, axis=axis) * inverses.reshape(shape)
            return moved
        g = motion.matrix
        assert g is not None
        for name in incoming:
            flat = blocks[name].reshape(len(g), -1)
            moved[name] = (g @ flat).reshape(blocks[name].shape)
        if motion.kind == "orthogonal":  # c = diagonal of G^T diag(c') G, so c' = diagonal of H^T diag(c) H
            h = inverse(g)
            assert h is not None
            c = blocks[outgoing].reshape(-1)
            moved[outgoing] = (h.T @ (c[:, None] * h)).diagonal().copy().reshape(blocks[outgoing].shape)
            return moved
        return moved | {outgoing: _right(blocks[outgoing], g, axis)}
    if motion.kind == "scaling":
        incoming, outgoing, _ = places(network, layer)
        (t,) = exact(list(motion.scalings))
        return moved | {name: blocks[name] * t for name in incoming} | {
            outgoing: blocks[outgoing] / t ** exponent(network, layer)}
    if motion.kind == "translation":
        return moved | _translate(network, motion, blocks)
    return moved | _attention(network, motion, blocks)


def places(network: Network, layer: int) -> tuple[list[str], str, int]:
    """Blocks into a hidden layer (neurons on axis 0), the block out of it and the neurons' axis there."""
    if network.family == "gcnn":
        return [f"w{layer}"], f"w{layer + 1}", 0
    incoming = [f"W{layer}"] + ([f"b{layer}"] if network.get("bias") else [])
    return incoming, f"W{layer + 1}", 1


def exponent(network: Network, layer: int) -> int:
    """The power p with s(t y) = t^p s(y) for the scalings that are allowed at a hidden layer."""
    from neurocli.architectures.mlp import layer_activations

    if network.family == "linear":
        return 1
    return layer_activations(network)[layer - 1][0][0]


def allowed_scalings(network: Network, layer: int) -> str:
    """Which scalars t satisfy s(t y) = t^p s(y): `any`, `signs` (one parity only) or `none`."""
    from neurocli.architectures.mlp import layer_activations

    if network.family == "linear":
        return "any"
    exponents = [e for e, _ in layer_activations(network)[layer - 1]]
    if len(exponents) == 1:
        return "any"
    return "signs" if len({e % 2 for e in exponents}) == 1 else "none"


def _right(block: np.ndarray, g: np.ndarray, axis: int) -> np.ndarray:
    """block times g^-1 along one axis."""
    h = inverse(g)
    assert h is not None
    turned = np.moveaxis(block, axis, -1)
    return np.moveaxis((turned.reshape(-1, len(g)) @ h).reshape(turned.shape), -1, axis)


def _translate(network: Network, motion: Motion, blocks: Blocks) -> dict[str, np.ndarray]:
    """w_l -> delta_u * w_l and w_(l+1) -> w_(l+1) * delta_(u^-1): the hidden signal is translated.

    (delta_u * w)(g) = w(u^-1 g) and (w * delta_(u^-1))(g) = w(g u); activations commute with
    translations, and delta_(u^-1) * delta_u is the identity.
    """
    table = np.array(network.content)
    u = motion.element or 0
    first, second = f"w{motion.layer}", f"w{motion.layer + 1}"
    back = int(np.argmin(table[u]))
    return {first: blocks[first][table[back]], second: blocks[second][table[:, u]]}


def _attention(network: Network, motion: Motion, blocks: Blocks) -> dict[str, np.ndarray]:
    i = motion.layer
    k, q, v = f"K{i}", f"Q{i}", f"V{i}"
    if motion.kind == "heads":
        order = list(motion.permutation)
        return {name: blocks[name][order] for name in (k, q, v)}
    if motion.kind == "exchange":
        (t,) = exact(list(motion.scalings))
        return {q: blocks[q] * t, v: blocks[v] / t}
    g = motion.matrix
    assert g is not None
    h = inverse(g)
    assert h is not None
    if motion.kind == "contragredient":
        return {k: g @ blocks[k], q: h.T @ blocks[q]}
    if motion.kind != "basis":
        raise ValueError(f"no motion of kind {motion.kind!r}")
    moved = {v: g @ blocks[v]}
    return moved | {name: blocks[name] @ h for name in (f"K{i + 1}", f"Q{i + 1}", f"V{i + 1}")}


def generators(network: Network, seed: int = 0) -> list[Motion]:
    """A random element of every factor of the known group, for checking and for tests.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> [(m.kind, m.layer) for m in generators(parse("mlp:2-3-2-1,r=3"))]
        [('monomial', 1), ('monomial', 2)]
    """
    rng = random.Random(f"generators {seed}")
    if network.family in ("lightning", "softmax"):
        return _attention_generators(network, rng)
    if network.family == "gcnn":
        hidden = range(1, network.get("layers"))
        found = [Motion("translation", i, element=rng.randrange(len(network.content))) for i in hidden]
        return found + [Motion("scaling", i, (), (_scalar(rng),)) for i in hidden
                        if allowed_scalings(network, i) == "any"]
    widths = hidden_widths(network)
    found = []
    for layer, size in enumerate(widths, 1):
        if network.family == "linear" or _is_identity(network, layer):
            found.append(Motion("linear", layer, matrix=_regular(size, rng)))
            continue
        order = list(range(size))
        rng.shuffle(order)
        scalings = allowed_scalings(network, layer)
        values = tuple(_scalar(rng) if scalings == "any" else Fraction(rng.choice((1, -1))) if scalings == "signs"
                       else Fraction(1) for _ in range(size))
        found.append(Motion("monomial", layer, tuple(order), values))
    return found


def gauge_stabilizer(network: Network) -> int:
    """Order of the finite part of the known group that maps the gauge of the family to itself.

    Permutations of the neurons (renormalized afterwards), translations of hidden signals, roots of
    unity where no continuous rescaling is allowed, and the signs that keep an outer sum of
    squares with a triangular last matrix; a generic point has a trivial stabilizer in it.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> gauge_stabilizer(parse("mlp:2-3-1,r=3")), gauge_stabilizer(parse("mlp:3-2-1,r=2"))
        (6, 4)
    """
    from neurocli.architectures.mlp import layer_activations

    if network.family == "gcnn":
        hidden = network.get("layers") - 1
        roots = [_roots_of_unity(act) for act in layer_activations(network)]
        return int(len(network.content) ** hidden * prod(roots))
    if network.family not in ("mlp", "cnn", "clifford"):
        return 1
    acts, order = layer_activations(network), 1
    widths = (1,) * len(acts) if network.family == "cnn" and not network.get("channels") else hidden_widths(network)
    squares = network.family == "mlp" and network.shape[-1] == 1
    for layer, (act, k) in enumerate(zip(acts, widths, strict=True), 1):
        exponents = [e for e, _ in act]
        if squares and layer == len(acts) and exponents == [2]:
            order *= 2 ** min(k, network.shape[layer - 1])
        elif exponents != [1]:
            order *= factorial(k) * _roots_of_unity(act) ** k
    return order


def _roots_of_unity(act: Sequence[tuple[int, Fraction]]) -> int:
    """How many t have s(t y) = t^e s(y) when that is finitely many; 1 for a monomial (gauge-fixed)."""
    exponents = [e for e, _ in act]
    return gcd(*(e - exponents[0] for e in exponents[1:])) if len(exponents) > 1 else 1


def hidden_widths(network: Network) -> tuple[int, ...]:
    """Neurons (channels) of the hidden layers of a family made of layers; () for the others."""
    if network.family in ("mlp", "linear", "clifford"):
        return tuple(network.shape[1:-1])
    if network.family == "cnn":
        return tuple(network.get("channels", (1,) * (len(network.shape) + 1))[1:-1])
    return ()


def _is_identity(network: Network, layer: int) -> bool:
    return allowed_scalings(network, layer) == "any" and exponent(network, layer) == 1 and network.family == "mlp"


def _attention_generators(network: Network, rng: random.Random) -> list[Motion]:
    heads, layers = network.get("heads", 1), len(network.shape) - 1
    if heads > 1:
        orders = []
        for i in range(1, layers + 1):
            order = list(range(heads))
            rng.shuffle(order)
            orders.append(Motion("heads", i, tuple(order)))
        return orders
    found = []
    for i in range(1, layers + 1):
        found.append(Motion("contragredient", i, matrix=_regular(network.get("a")[i - 1], rng)))
        if network.family == "lightning":
            found.append(Motion("exchange", i, (0,), (_scalar(rng),)))
        if i < layers:
            found.append(Motion("basis", i, matrix=_regular(network.shape[i], rng)))
    return found


def _scalar(rng: random.Random) -> Fraction:
    return Fraction(rng.choice((-3, -2, -1, 1, 2, 3)), rng.choice((1, 2)))


def _regular(size: int, rng: random.Random) -> np.ndarray:
    """A random matrix of small integers with inverse: lower times upper triangular, diagonal not 0."""
    lower, upper = (exact([[rng.randint(-2, 2) if j < i else int(i == j) for j in range(size)] for i in range(size)])
                    for _ in range(2))
    diagonal = exact([_scalar(rng) for _ in range(size)])
    return lower @ (diagonal[:, None] * upper.T)


def reflection(network: Network, blocks: Blocks, seed: int = 0) -> Motion | None:
    """A reflection of an outer sum of squares sum c_i y_i^2, or None when the output is none.

    H = 1 - 2 v v^T C / (v^T C v) with C = diag(c) satisfies H^T C H = C, so c stays as it is.
    """
    powers = network.get("r", ())
    if network.family != "mlp" or network.shape[-1] != 1 or not powers or powers[-1] != 2 or network.get("bias"):
        return None
    layer, rng = len(powers), random.Random(f"reflection {seed}")
    c = blocks[f"W{layer + 1}"].reshape(-1)
    for _ in range(20):
        v = exact([rng.randint(-3, 3) for _ in c])
        norm = (v * c * v).sum()
        if norm != 0:
            h = exact(np.eye(len(c), dtype=np.int64)) - 2 * v[:, None] * (v * c)[None, :] / norm
            return Motion("orthogonal", layer, matrix=h)
    return None


def move(network: Network, motions: Sequence[Motion], blocks: Blocks) -> dict[str, np.ndarray]:
    """Several motions, one after the other."""
    moved = dict(blocks)
    for motion in motions:
        moved = apply(network, motion, moved)
    return moved
