"""Family `lightning`: deep lightning (linear) self-attention X -> V X X^T K^T Q X.

Widths d_0-...-d_l, attention widths a_1-...-a_l, t tokens; the input is a d_0 x t matrix and the
output the whole d_l x t matrix.  With heads, a layer is a sum of such terms.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

from neurocli.architectures.keys import MAX_PARAMETERS, integer, integers, read_integers
from neurocli.architectures.network import Network
from neurocli.errors import SpecificationError

if TYPE_CHECKING:
    from neurocli.architectures.parametrization import Parametrization, Symmetry

SUMMARY = "deep lightning self-attention (no softmax), any number of heads"
EXAMPLE = "lightning:3-3-3,a=2-2,t=3"
SHAPE = "widths d_0-...-d_l, input first (3-3-3)"
KEYS = {
    "a": integers("-", "attention widths, one per layer or one for all (a=2-2)"),
    "t": integer("number of tokens (t=3)", 1, 10_000),
    "heads": integer("number of heads of every layer; default 1", 1, 1000),
}


def read_shape(text: str) -> tuple[int, ...]:
    """Widths from `3-3-3`."""
    return read_integers(text, "shape", "-", at_least=2)


def write_shape(shape: tuple[int, ...]) -> str:
    """`3-3-3` from widths."""
    return "-".join(map(str, shape))


def validate(shape: tuple[int, ...], keys: dict[str, Any], place: str) -> tuple[tuple[int, ...], dict[str, Any]]:
    """Attention widths for every layer, tokens given."""
    layers = len(shape) - 1
    for key in ("a", "t"):
        if key not in keys:
            raise SpecificationError(place, f"no {key}", f"a key {key} ({KEYS[key].help})",
                                     place + ("" if "a" in keys else ",a=2") + ("" if "t" in keys else ",t=2"))
    widths = keys["a"] * layers if len(keys["a"]) == 1 else keys["a"]
    if len(widths) != layers:
        raise SpecificationError("key 'a'", "-".join(map(str, keys["a"])), f"{layers} widths, one per layer")
    keys = {**keys, "a": widths}
    if keys.get("heads") == 1:
        keys.pop("heads")
    size = sum((2 * a + e) * d * keys.get("heads", 1) for a, d, e in zip(widths, shape, shape[1:], strict=False))
    if size > MAX_PARAMETERS:
        raise SpecificationError("shape", write_shape(shape), f"at most {MAX_PARAMETERS} parameters")
    return shape, keys


@dataclasses.dataclass(frozen=True)
class Layer:
    """One attention layer: input and output width, attention width, heads, whether only the
    symmetric part of A = K^T Q is seen (then A is written B^T B with B of `rank` rows)."""

    width: int
    out: int
    rank: int
    heads: int = 1
    symmetric: bool = False

    def blocks(self, number: int) -> list[tuple[str, tuple[int, ...]]]:
        """Names and shapes of the parameter blocks."""
        head = () if self.heads == 1 else (self.heads,)
        if self.symmetric:
            keys = [(f"B{number}", (*head, self.rank, self.width))]
        else:
            keys = [(f"{letter}{number}", (*head, self.rank, self.width)) for letter in "KQ"]
        return [*keys, (f"V{number}", (*head, self.out, self.width))]


def layers_of(network: Network) -> list[Layer]:
    """The layers as the specification gives them."""
    heads = network.get("heads", 1)
    return [Layer(d, e, a, heads) for d, e, a in
            zip(network.shape, network.shape[1:], network.get("a"), strict=False)]


def parametrize(network: Network) -> Parametrization:
    """The parametrization of an attention network."""
    return attention(network, layers_of(network), normalized=False)


def reduce(network: Network) -> Parametrization:
    """A smaller network whose image has the same closure, by these three steps.

    * a_i > delta_{i-1}: A_i = K^T Q is any matrix already for attention width delta_{i-1}.
    * d_i > d_{i-1}: a generic V_i is B V' with V' square, and B is absorbed by the next layer
      (K B, Q B, V B), so width d_{i-1} gives the same functions.
    * t = 1, or an earlier layer with attention width 1: the layer sees its input X = u v^T of
      rank one, and X X^T A X = (v.v)(u^T A u) u v^T depends on the symmetric part of A only,
      which runs through the symmetric matrices of rank at most 2 alpha (written B^T B).
    Several heads break the second and third step and only the first is taken.
    """
    reasons: list[str] = []
    widths, heads = list(network.shape), network.get("heads", 1)
    t, last = network.get("t"), len(network.shape) - 1
    if heads == 1:
        for i in range(1, last):
            if widths[i] > widths[i - 1]:
                reasons.append(f"width {widths[i]} of layer {i} acts as {widths[i - 1]}")
                widths[i] = widths[i - 1]
    layers, rank_one = [], t == 1
    for i, a in enumerate(network.get("a")):
        width, rank = widths[i], min(a, widths[i])
        if rank < a:
            reasons.append(f"attention width {a} of layer {i + 1} acts as {rank}")
        symmetric = rank_one and heads == 1
        if symmetric:
            why = "one token" if t == 1 else "its input has rank one"
            reasons.append(f"layer {i + 1} sees only the symmetric part of K^T Q ({why})")
        layers.append(Layer(width, widths[i + 1], min(2 * rank, width) if symmetric else rank, heads, symmetric))
        rank_one = rank_one or (rank == 1 and heads == 1)
    return attention(network, layers, normalized=False, reasons=tuple(reasons))


def attention(network: Network, layers: list[Layer], normalized: bool,
              reasons: tuple[str, ...] = ()) -> Parametrization:
    """The parametrization with the given layers; `normalized` applies softmax to the scores."""
    from neurocli.algebra.program import ProgramBuilder
    from neurocli.architectures.parametrization import Ambient, Parametrization

    t = network.get("t")
    blocks = [block for i, layer in enumerate(layers, 1) for block in layer.blocks(i)]
    builder = ProgramBuilder(blocks, [("X", (layers[0].width, t))])
    value = builder["X"]
    for i, layer in enumerate(layers, 1):
        value = _layer(builder, layer, i, value, normalized)
    degree, degree_parameters = 1, 0
    for _ in layers:
        degree, degree_parameters = 3 * degree, 3 * degree_parameters + 3
    return Parametrization(
        network=network,
        program=builder.finish(value),
        ambient=None if normalized else Ambient(
            layers[0].width * t, (degree,), layers[-1].out * t,
            note="forms in all entries of X; attention makes many of their coefficients vanish identically"),
        degree_x=None if normalized else degree,
        degree_parameters=None if normalized else degree_parameters,
        symmetries=tuple(_symmetries(layers, normalized)),
        finite_symmetries=tuple(f"permutations S_{layer.heads} of the heads of layer {i}"
                                for i, layer in enumerate(layers, 1) if layer.heads > 1),
        gauge=_gauge(layers, normalized),
        equivalent=reasons,
    )


def _layer(builder: Any, layer: Layer, i: int, x: int, normalized: bool) -> int:
    """One layer: values V X (X^T K^T Q X), heads summed."""
    h = "" if layer.heads == 1 else "h"
    key, query = (f"B{i}", f"B{i}") if layer.symmetric else (f"K{i}", f"Q{i}")
    keys = builder.contract(f"{h}ad,dt->{h}at", builder[key], x)
    queries = builder.contract(f"{h}ad,dt->{h}at", builder[query], x)
    scores = builder.contract(f"{h}at,{h}as->{h}ts", keys, queries)
    if normalized:  # softmax over the tokens attended to
        t = builder.shapes[x][1]
        scores = builder.elementary("exp", scores)
        ones = builder.constant([1] * t)
        total = builder.contract(f"{h}ts,t->{h}s", scores, ones)
        scores = builder.contract(f"{h}ts,{h}s->{h}ts", scores, builder.elementary("reciprocal", total))
    values = builder.contract(f"{h}ed,dt->{h}et", builder[f"V{i}"], x)
    return int(builder.contract(f"{h}et,{h}ts->es", values, scores))


def _symmetries(layers: list[Layer], normalized: bool) -> list[Symmetry]:
    """GL(a) of every factorization, scalars between A and V, GL of every hidden width."""
    from neurocli.architectures.symmetries import contragredient, general_linear

    found: list[Symmetry] = []
    for i, layer in enumerate(layers, 1):
        names = [name for name, _ in layer.blocks(i)]
        for head in range(layer.heads):
            where = f"layer {i}" + (f", head {head + 1}" if layer.heads > 1 else "")
            if layer.symmetric:
                if layer.rank > 1:
                    found.append(_in_head(_orthogonal_left(layer.rank, names[0], where), head, layer.heads))
            else:
                found.append(_in_head(contragredient(layer.rank, names[0], names[1], where), head, layer.heads))
            if not normalized:
                found.append(_in_head(_exchange(names, layer.symmetric, where), head, layer.heads))
    for i in range(1, len(layers)):
        following = [name for name, _ in layers[i].blocks(i + 1)]
        found.append(_hidden_basis(general_linear, layers[i].width, f"V{i}", following, layers[i - 1].heads,
                                   f"between layers {i} and {i + 1}"))
    return found


def _in_head(symmetry: Symmetry, head: int, heads: int) -> Symmetry:
    """The symmetry acting on one head only."""
    if heads == 1:
        return symmetry

    def fields(ring: Any, blocks: Any) -> Any:
        from neurocli.architectures.parametrization import zero_like

        tangents = []
        for tangent in symmetry.fields(ring, {name: block[head] for name, block in blocks.items()}):
            wide = {}
            for name, value in tangent.items():
                wide[name] = zero_like(ring, blocks[name])
                wide[name][head] = value
            tangents.append(wide)
        return tangents

    return dataclasses.replace(symmetry, fields=fields)


def _orthogonal_left(size: int, name: str, place: str) -> Symmetry:
    """B -> O B with O orthogonal keeps B^T B; its fields exchange two rows with a sign."""
    from neurocli.architectures.parametrization import Symmetry, zero_like

    def fields(ring: Any, blocks: Any) -> Any:
        tangents = []
        for i in range(size):
            for j in range(i + 1, size):
                moved = zero_like(ring, blocks[name])
                moved[i] = blocks[name][j]
                moved[j] = ring.scale(-1, blocks[name][i])
                tangents.append({name: moved})
        return tangents

    return Symmetry(f"O({size})", place, size * (size - 1) // 2, fields)


def _exchange(names: list[str], symmetric: bool, place: str) -> Symmetry:
    """A -> t A, V -> V / t; with A = B^T B this is B -> s B, V -> V / s^2."""
    from neurocli.architectures.symmetries import scaling

    return scaling([names[0]], [(names[-1], 2 if symmetric else 1)], place, free=False)


def _hidden_basis(general_linear: Any, size: int, incoming: str, following: list[str], heads: int,
                  place: str) -> Symmetry:
    """X -> g X between two layers: V -> g V, and g^-1 on the right of the next layer's matrices."""
    import numpy as np

    plain = general_linear(size, [incoming], following, place)
    if heads == 1:
        return cast("Symmetry", plain)

    def fields(ring: Any, blocks: Any) -> Any:
        turned = {**blocks, incoming: np.moveaxis(blocks[incoming], 0, -1)}
        return [{**tangent, incoming: np.moveaxis(tangent[incoming], -1, 0)}
                for tangent in plain.fields(ring, turned)]

    return dataclasses.replace(plain, fields=fields)


def _gauge(layers: list[Layer], normalized: bool) -> Any:
    """Left blocks of K_i and of the hidden V_i the identity, the first entry of Q_i equal to 1.

    GL(a) and GL(delta) are used up by the identity blocks; the remaining scalars multiply A_i
    (compensated in later layers where V_i is fixed), and Q_i[0, 0] = 1 uses them up.
    """
    from neurocli.architectures.parametrization import Gauge, identity_block

    fixed: dict[str, tuple[tuple[int, int], ...]] = {}
    complete = True
    for i, layer in enumerate(layers, 1):
        simple = layer.heads == 1 and not layer.symmetric and layer.rank <= layer.width
        hidden = i < len(layers)
        if hidden and layer.out > layer.width:
            simple = False
        complete &= simple
        if not simple:
            continue
        fixed[f"K{i}"] = identity_block(layer.rank, layer.width, layer.rank)
        if not normalized:
            fixed[f"Q{i}"] = ((0, 1),)
        if hidden:
            fixed[f"V{i}"] = identity_block(layer.out, layer.width, layer.out)
    words = "left blocks of K_i and of hidden V_i the identity" + ("" if normalized else ", Q_i[1,1] = 1")
    return Gauge(fixed if complete else {}, complete, words if complete else "none for this shape")
