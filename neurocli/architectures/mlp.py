"""Family `mlp`: fully connected networks W_L s(W_{L-1} ... s(W_1 x)), polynomial activations."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from neurocli.architectures.keys import (
    MAX_PARAMETERS,
    activations,
    flag,
    per_layer,
    powers,
    read_integers,
)
from neurocli.architectures.network import Network
from neurocli.errors import SpecificationError

if TYPE_CHECKING:
    from neurocli.architectures.parametrization import Parametrization, Symmetry

SUMMARY = "fully connected network with polynomial activations"
EXAMPLE = "mlp:2-3-1,r=2"
SHAPE = "widths d_0-d_1-...-d_L, inputs first (2-3-1)"
KEYS = {
    "r": powers("monomial activation x^r: one exponent, or one per hidden layer (r=2/3)"),
    "act": activations("polynomial activation in x (act=x^3+x^2), or one per hidden layer, ';' between"),
    "bias": flag("every layer has a bias"),
}


def read_shape(text: str) -> tuple[int, ...]:
    """Widths from `2-3-1`."""
    return read_integers(text, "shape", "-", at_least=2)


def write_shape(shape: tuple[int, ...]) -> str:
    """`2-3-1` from widths."""
    return "-".join(map(str, shape))


def validate(shape: tuple[int, ...], keys: dict[str, Any], place: str) -> tuple[tuple[int, ...], dict[str, Any]]:
    """Check the number of activations and the size."""
    keys = per_layer(keys, len(shape) - 2, place)
    if sum(a * b for a, b in itertools.pairwise(shape)) > MAX_PARAMETERS:
        raise SpecificationError("shape", write_shape(shape), f"at most {MAX_PARAMETERS} parameters")
    return shape, keys


def layer_activations(network: Network) -> list[tuple[tuple[int, Fraction], ...]]:
    """The activation of every hidden layer, as (exponent, coefficient) pairs."""
    if network.get("act"):
        return list(network.get("act"))
    return [((r, Fraction(1)),) for r in network.get("r", ())]


def output_degrees(supports: list[tuple[int, ...]], bias: bool) -> tuple[int, ...]:
    """The degrees in x that occur in the outputs, from the exponents of the activations.

    An activation with exponents E turns degrees S into the sums of e elements of S, e in E.
    """
    degrees = {1, 0} if bias else {1}
    for support in supports:
        reached: set[int] = set()
        sums = {0}
        for e in range(max(support) + 1):
            if e in support:
                reached |= sums
            sums = {a + b for a in sums for b in degrees} if e < max(support) else sums
        degrees = reached | ({0} if bias else set())
    return tuple(sorted(degrees))


def degrees_of(acts: list[tuple[tuple[int, Fraction], ...]], bias: bool = False) -> Sequence[int]:
    """The degrees in x of the outputs, from the activations of the hidden layers.

    Beyond degree 2000 a network that is not homogeneous is given every degree up to the top one,
    which can only enlarge the ambient space.
    """
    total = 1
    for act in acts:
        total *= act[-1][0]
    if all(len(act) == 1 for act in acts):
        return range(total + 1) if bias else (total,)
    if total > 2000:
        return range(total + 1)
    return output_degrees([tuple(e for e, _ in act) for act in acts], bias)


def degree_in_parameters(acts: list[tuple[tuple[int, Fraction], ...]]) -> int:
    """Degree of the coefficients in the weights: each layer adds one, each activation multiplies."""
    degree = 1
    for act in acts:
        degree = degree * act[-1][0] + 1
    return degree


def parametrize(network: Network) -> Parametrization:
    """The parametrization of a fully connected network."""
    from neurocli.algebra.program import ProgramBuilder
    from neurocli.architectures.parametrization import Ambient, Parametrization

    widths, bias = network.shape, bool(network.get("bias"))
    acts = layer_activations(network)
    blocks: list[tuple[str, tuple[int, ...]]] = []
    for layer, (a, b) in enumerate(itertools.pairwise(widths), 1):
        blocks.append((f"W{layer}", (b, a)))
        if bias:
            blocks.append((f"b{layer}", (b,)))
    builder = ProgramBuilder(blocks, [("x", (widths[0],))])
    value = builder["x"]
    for layer in range(1, len(widths)):
        value = builder.contract("ij,j->i", builder[f"W{layer}"], value)
        if bias:
            value = builder.add(value, builder[f"b{layer}"])
        if layer < len(widths) - 1:
            value = builder.polynomial(value, acts[layer - 1])
    degrees = degrees_of(acts, bias)
    return Parametrization(
        network=network,
        program=builder.finish(value),
        ambient=Ambient(widths[0], degrees, widths[-1]),
        degree_x=degrees[-1],
        degree_parameters=degree_in_parameters(acts),
        symmetries=tuple(_symmetries(widths, acts, bias)),
        finite_symmetries=tuple(_finite(widths, acts)),
        gauge=_gauge(widths, acts, bias),
    )


def _outer_squares(widths: tuple[int, ...], acts: list[Any]) -> bool:
    """Whether the network ends in a sum of (completed) squares: one output, quadratic last activation."""
    return bool(acts) and widths[-1] == 1 and acts[-1][-1][0] == 2


def _symmetries(widths: tuple[int, ...], acts: list[Any], bias: bool) -> list[Symmetry]:
    from neurocli.architectures.symmetries import general_linear, orthogonal, orthogonal_affine, torus

    found = []
    for layer, act in enumerate(acts, 1):
        incoming = [f"W{layer}"] + ([f"b{layer}"] if bias else [])
        place = f"hidden layer {layer}"
        if len(act) > 1 or not act[0][0]:
            continue
        if act[0][0] == 1:  # identity up to a factor: a change of basis of the layer
            found.append(general_linear(widths[layer], incoming, [f"W{layer + 1}"], place))
        else:
            found.append(torus(widths[layer], incoming, f"W{layer + 1}", act[0][0], place))
    if _outer_squares(widths, acts):
        last, act = len(acts), dict(acts[-1])
        incoming = [f"W{last}"] + ([f"b{last}"] if bias else [])
        place, k = f"hidden layer {last}, outer sum of squares", widths[-2]
        if 1 not in act:
            if k > 1:
                found.append(orthogonal(k, incoming, f"W{last + 1}", place))
        elif bias:
            if k > 1:
                shift = Fraction(act[1]) / (2 * act[2])
                found.append(orthogonal(k, incoming, f"W{last + 1}", place, shift, f"b{last}"))
        elif k > 2:
            found.append(orthogonal_affine(k, incoming, f"W{last + 1}", place))
    return found


def _finite(widths: tuple[int, ...], acts: list[Any]) -> list[str]:
    found = []
    for layer, act in enumerate(acts, 1):
        if act[0][0] == 1 and len(act) == 1:
            continue
        if widths[layer] > 1:
            found.append(f"permutations S_{widths[layer]} of hidden layer {layer}")
    return found


def _gauge(widths: tuple[int, ...], acts: list[Any], bias: bool) -> Any:
    """First incoming weight of every neuron 1; for an outer sum of squares instead c = 1 and a
    triangular last hidden matrix (QR: the orthogonal group makes it triangular, in finitely many
    ways)."""
    from neurocli.architectures.parametrization import Gauge, identity_block

    fixed: dict[str, tuple[tuple[int, int], ...]] = {}
    words, complete = [], True
    squares = _outer_squares(widths, acts)
    for layer, act in enumerate(acts, 1):
        rows, columns = widths[layer], widths[layer - 1]
        monomial = len(act) == 1
        last = layer == len(acts)
        if last and squares and monomial:
            fixed[f"W{layer}"] = tuple((i * columns + j, 0) for j in range(min(rows, columns))
                                       for i in range(j + 1, rows))
            fixed[f"W{layer + 1}"] = tuple((i, 1) for i in range(rows))
            words.append(f"W{layer + 1} = (1, ..., 1) and W{layer} upper triangular")
            complete &= not bias or rows <= columns
        elif monomial and act[0][0] == 1:
            fixed[f"W{layer}"] = fixed.get(f"W{layer}", ()) + identity_block(rows, columns, min(rows, columns))
            complete &= rows <= columns
            words.append(f"left block of W{layer} the identity")
        elif monomial:
            fixed[f"W{layer}"] = tuple((i * columns, 1) for i in range(rows))
            words.append(f"first column of W{layer} all 1")
        elif last and squares and (bias or rows > 2):
            complete = False
    return Gauge(fixed, complete, "; ".join(words) or "no continuous symmetry to fix")
