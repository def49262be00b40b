"""Family `clifford`: layers over a Clifford algebra Cl(p,q,z): complex, quaternion, dual, projective.

Weights, inputs and outputs are multivectors; weights multiply from the left, the activation is
the r-th power in the algebra.  signature=p/q/z counts generators of square +1, -1 and 0:
0/1/0 complex, 0/2/0 quaternions, 1/0/0 split-complex, 0/0/1 dual numbers, 3/0/1 projective.

The multiplication table of the algebra comes from galgebra.  Its printing, duals and inverses go
wrong on degenerate metrics, so only products are used and its standard output is discarded.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from neurocli.architectures.keys import Key, per_layer, powers, read_integers
from neurocli.architectures.mlp import degree_in_parameters, degrees_of, layer_activations, read_shape, write_shape
from neurocli.architectures.network import Network
from neurocli.errors import SpecificationError

if TYPE_CHECKING:
    from neurocli.architectures.parametrization import Parametrization

__all__ = ["EXAMPLE", "KEYS", "SHAPE", "SUMMARY", "parametrize", "read_shape", "validate", "write_shape"]

SUMMARY = "network over a Clifford algebra: complex, quaternion, dual, projective"
EXAMPLE = "clifford:2-2-1,signature=0/2/0,r=2"
SHAPE = "widths d_0-...-d_L in multivectors (2-2-1)"
MAX_GENERATORS = 6
KEYS = {
    "signature": Key(lambda text, place: read_integers(text, place, "/", 0, MAX_GENERATORS),
                     lambda value: "/".join(map(str, value)), "/",
                     "p/q/z: generators of square +1, -1, 0 (0/2/0 is the quaternions)"),
    "r": powers("activation: the r-th power in the algebra, one exponent or one per hidden layer"),
}

#: TABLE[i][j] = (sign, k) with e_i e_j = sign e_k; blades are bit masks of generators.
Table = tuple[tuple[tuple[int, int], ...], ...]


def validate(shape: tuple[int, ...], keys: dict[str, Any], place: str) -> tuple[tuple[int, ...], dict[str, Any]]:
    """A signature of three small numbers; one exponent per hidden layer."""
    if "signature" not in keys:
        raise SpecificationError(place, "no signature", f"a key signature ({KEYS['signature'].help})",
                                 place + ",signature=0/1/0")
    signature = keys["signature"]
    if len(signature) != 3 or sum(signature) > MAX_GENERATORS:
        raise SpecificationError("key 'signature'", "/".join(map(str, signature)),
                                 f"p/q/z with p+q+z at most {MAX_GENERATORS}")
    return shape, per_layer(keys, len(shape) - 2, place)


@lru_cache(maxsize=16)
def multiplication_table(signature: tuple[int, int, int]) -> Table:
    """Products of the basis blades of Cl(p,q,z), computed by galgebra.

    Example:
        >>> multiplication_table((0, 1, 0))[1][1]
        (-1, 0)
    """
    import contextlib
    import io

    p, q, z = signature
    count = p + q + z
    if not count:
        return (((1, 0),),)
    with contextlib.redirect_stdout(io.StringIO()):
        from galgebra.ga import Ga

        names = "e*" + "|".join(map(str, range(1, count + 1)))
        generators = Ga(names, g=[1] * p + [-1] * q + [0] * z).mv()
        products: list[Any] = [None] * (1 << count)
        for mask in range(1, 1 << count):
            low, rest = (mask & -mask).bit_length() - 1, mask & (mask - 1)
            products[mask] = generators[low] if not rest else generators[low] * products[rest]
        blades = {products[mask].obj: mask for mask in range(1, 1 << count)}
        return tuple(tuple(_product(products, blades, i, j) for j in range(1 << count))
                     for i in range(1 << count))


def _product(products: list[Any], blades: dict[Any, int], i: int, j: int) -> tuple[int, int]:
    """e_i e_j as (sign, blade); a vanishing product has sign 0."""
    if i == 0 or j == 0:
        return 1, i | j
    value = (products[i] * products[j]).obj
    if value == 0:
        return 0, 0
    for sign in (1, -1):
        if sign * value == 1:
            return sign, 0
        if sign * value in blades:
            return sign, blades[sign * value]
    raise AssertionError("a product of blades is a signed blade")


def centre(table: Table) -> list[int]:
    """The blades that span the centre.

    A blade commutes or anticommutes with a generator, or the products vanish, and products with
    one generator keep different blades apart; so an element is central exactly when its blades are.
    """
    generators = [1 << g for g in range(len(table).bit_length() - 1)]
    return [blade for blade in range(len(table))
            if all(table[g][blade] == table[blade][g] for g in generators)]


def parametrize(network: Network) -> Parametrization:
    """The parametrization over the real coordinates of all multivectors."""
    import numpy as np

    from neurocli.algebra.program import ProgramBuilder
    from neurocli.architectures.parametrization import Ambient, Gauge, Parametrization

    widths, table = network.shape, multiplication_table(network.get("signature"))
    size = len(table)
    tensor = np.zeros((size, size, size), dtype=np.int64)
    for i in range(size):
        for j in range(size):
            sign, k = table[i][j]
            tensor[i, j, k] = sign
    acts = layer_activations(network)
    builder = ProgramBuilder([(f"W{i}", (b, a, size)) for i, (a, b) in
                              enumerate(itertools.pairwise(widths), 1)], [("x", (widths[0], size))])
    structure = builder.constant(tensor.tolist())
    value = builder["x"]
    for layer in range(1, len(widths)):
        left = builder.contract("oia,abk->oibk", builder[f"W{layer}"], structure)
        value = builder.contract("oibk,ib->ok", left, value)
        if layer < len(widths) - 1:
            value = _power(builder, value, structure, acts[layer - 1][0][0])
    degrees = degrees_of(acts)
    return Parametrization(
        network=network,
        program=builder.finish(value),
        ambient=Ambient(widths[0] * size, degrees, widths[-1] * size,
                        note="forms in the real coordinates of the inputs; the algebra makes many of their "
                             "coefficients dependent or zero"),
        degree_x=degrees[-1],
        degree_parameters=degree_in_parameters(acts),
        symmetries=tuple(_scalings(widths[layer], layer, acts[layer - 1][0][0], tensor, centre(table))
                         for layer in range(1, len(widths) - 1)),
        finite_symmetries=tuple(f"permutations S_{n} of hidden layer {i}"
                                for i, n in enumerate(widths[1:-1], 1) if n > 1),
        gauge=Gauge({f"W{layer}": tuple((row * widths[layer - 1] * size + c, int(c == 0))
                                        for row in range(widths[layer]) for c in centre(table))
                     for layer in range(1, len(widths) - 1) if acts[layer - 1][0][0] > 1},
                    len(centre(table)) == 1 and all(act[0][0] > 1 for act in acts),
                    "central part of the first incoming weight of every neuron 1"),
    )


def _power(builder: Any, value: int, structure: int, exponent: int) -> int:
    """The r-th power in the algebra, by repeated squaring: powers of one element commute."""
    def times(a: int, b: int) -> int:
        return int(builder.contract("obk,ob->ok", builder.contract("oa,abk->obk", a, structure), b))

    result = None
    while True:
        if exponent & 1:
            result = value if result is None else times(result, value)
        exponent >>= 1
        if not exponent:
            assert result is not None
            return result
        value = times(value, value)


def _scalings(size: int, layer: int, power: int, tensor: Any, central: list[int]) -> Any:
    """Neurons of a layer multiplied by central elements: (z y)^r = z^r y^r for central z.

    With power 1 the layer has no activation and any matrix over the algebra may be inserted.
    """
    import numpy as np

    from neurocli.architectures.parametrization import Symmetry, zero_like

    pairs = [(i, j, b) for i in range(size) for j in range(size) for b in range(len(tensor))] if power == 1 \
        else [(i, i, b) for i in range(size) for b in central]

    def fields(ring: Any, blocks: Any) -> Any:
        incoming, outgoing = blocks[f"W{layer}"], blocks[f"W{layer + 1}"]
        tangents = []
        for i, j, b in pairs:
            left = ring.constant(np.ascontiguousarray(tensor[b]))  # x -> e_b x
            right = ring.constant(np.ascontiguousarray(tensor[:, b]))  # x -> x e_b
            moved, out = zero_like(ring, incoming), zero_like(ring, outgoing)
            moved[i] = ring.contract("na,ak->nk", incoming[j], left)
            out[:, j] = ring.scale(-power, ring.contract("na,ak->nk", outgoing[:, i], right))
            tangents.append({f"W{layer}": moved, f"W{layer + 1}": out})
        return tangents

    name = f"GL({size}) over the algebra" if power == 1 else f"(centre*)^{size}"
    return Symmetry(name, f"hidden layer {layer}", len(pairs), fields)
