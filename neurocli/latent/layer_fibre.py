"""The fibre of a polynomial layer, seen by relative representations.

A monomial activation commutes with scalings: (P D W x)^r = P D^r P^-1 . P (W x)^r.  So the weights of a hidden
layer may be permuted and scaled, and the next weights changed to compensate, without changing the
function: these moves sweep the symmetric part of the fibre of the parametrization.  The latent
vectors of the layer move by permutations and diagonal maps, so the normalised relative transform sends
all of this part of the fibre to one point, and the plain transform does not.

Reference:
    [garcia-castellanos-2024], [godfrey-2022]
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Sequence
from fractions import Fraction

from neurocli.architectures.network import Network
from neurocli.errors import UsageError
from neurocli.latent.exact import InvarianceTest, Vector, compare, random_map, signed_squares

Weights = tuple[tuple[Vector, ...], ...]
#: (exponent, coefficient) of a monomial activation.
Monomial = tuple[int, Fraction]


@dataclasses.dataclass(frozen=True)
class LayerFibre:
    """Points of one fibre and the relative representations of a hidden layer at them.

    Args:
        layer: the hidden layer, from 1.
        same_function: at each further point of the fibre, whether all outputs at all samples agree
            exactly with those at the first.
        plain, normalised: comparisons with the first point of the fibre.
        weights: the points, as one matrix per layer.
    """

    layer: int
    same_function: tuple[bool, ...]
    plain: tuple[InvarianceTest, ...]
    normalised: tuple[InvarianceTest, ...]
    weights: tuple[Weights, ...]


def layer_fibre(network: Network, layer: int = 1, members: int = 3, samples: int = 0,
                seed: int = 0) -> LayerFibre:
    """Move along the fibre of a monomial network and compare a layer's relative representations.

    Args:
        network: an `mlp` with monomial activations and no bias.
        layer: the hidden layer whose latents are compared, from 1.
        members: further points of the fibre.
        samples: data points, all of them anchors; 0 for enough to see every coordinate.
        seed: of weights, data and moves.

    Raises:
        UsageError: another family, no such layer, or an activation that is no monomial.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> found = layer_fibre(parse("mlp:2-3-1,r=2"))
        >>> found.same_function, {t.invariant for t in found.plain}, {t.invariant for t in found.normalised}
        ((True, True, True), {False}, {True})
    """
    widths, powers = _monomial_shape(network)
    if not 1 <= layer <= len(powers):
        raise UsageError(f"hidden layer {layer} of {network.spelling}", f"1 to {len(powers)}")
    draw = random.Random(f"{seed} {network.spelling}")
    count = samples or widths[layer] + 3

    def integer() -> Fraction:
        return Fraction(draw.choice([-1, 1]) * draw.randint(1, 9))

    weights: Weights = tuple(tuple(tuple(integer() for _ in range(a)) for _ in range(b))
                             for a, b in itertools.pairwise(widths))
    data = [tuple(integer() for _ in range(widths[0])) for _ in range(count)]
    points = [weights, *(_moved(weights, layer, powers[layer - 1][0], seed + 1 + k) for k in range(members))]
    traces = [_forward(point, powers, data) for point in points]
    latents = [trace[layer] for trace in traces]
    tests: list[tuple[InvarianceTest, ...]] = []
    for normalize in (False, True):
        images = [signed_squares(rows, rows, normalize) for rows in latents]
        tests.append(tuple(compare(images[0], image, "fibre", normalize) for image in images[1:]))
    return LayerFibre(layer, tuple(trace[-1] == traces[0][-1] for trace in traces[1:]), tests[0], tests[1],
                      tuple(points))


def _monomial_shape(network: Network) -> tuple[tuple[int, ...], list[Monomial]]:
    from neurocli.architectures.mlp import layer_activations

    if network.family != "mlp" or network.get("bias"):
        raise UsageError(f"{network.spelling}: layers of an mlp without bias are compared here")
    powers = []
    for terms in layer_activations(network):
        if len(terms) != 1:
            raise UsageError(f"{network.spelling}: the activations must be monomials",
                             "other activations have no scalings in their fibres")
        powers.append(terms[0])
    if not powers:
        raise UsageError(f"{network.spelling}: no hidden layer")
    return tuple(network.shape), powers


def _moved(weights: Weights, layer: int, power: int, seed: int) -> Weights:
    """Permute and scale the neurons of a hidden layer, and compensate in the next weights."""
    width = len(weights[layer - 1])
    move = random_map("permutation, diagonal, shift", width, seed)
    # Row i of the move is s_i at the column of the old neuron; its shift is not used.
    old = [next(j for j, x in enumerate(row) if x) for row in move.matrix]
    scales = [row[j] for row, j in zip(move.matrix, old)]
    incoming = tuple(tuple(s * x for x in weights[layer - 1][j]) for s, j in zip(scales, old))
    outgoing = tuple(tuple(row[j] / s**power for s, j in zip(scales, old)) for row in weights[layer])
    return (*weights[:layer - 1], incoming, outgoing, *weights[layer + 1:])


def _forward(weights: Weights, powers: Sequence[Monomial], data: Sequence[Vector]) -> list[list[Vector]]:
    """Exact values of every layer: the data, each hidden layer after its activation, the outputs."""
    trace = [list(data)]
    for place, matrix in enumerate(weights):
        power, factor = powers[place] if place < len(powers) else (1, Fraction(1))
        trace.append([tuple(factor * sum((w * x for w, x in zip(line, row)), Fraction(0)) ** power
                            for line in matrix) for row in trace[-1]])
    return trace
