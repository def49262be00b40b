"""Family `gcnn`: polynomial group convolutional networks, one channel, on the group itself.

A layer is (w * f)(g) = sum_h w(h) f(h^-1 g).  The network commutes with translations, so it is
determined by its output at the identity, and that is the function the invariants are about.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurocli.architectures.keys import activations, integer, per_layer, powers
from neurocli.architectures.mlp import degree_in_parameters, degrees_of, layer_activations
from neurocli.architectures.network import Network
from neurocli.errors import DataError, NeurocliError, SpecificationError

if TYPE_CHECKING:
    from neurocli.architectures.parametrization import Parametrization

SUMMARY = "group convolutional network, one channel, domain the group itself"
EXAMPLE = "gcnn:S3,layers=3,r=2"
SHAPE = "a group name (C6, D4, S3, A4, Q8, C2xC2) or a Cayley table file (.csv, .json)"
KEYS = {
    "layers": integer("number of convolutions; default 2", 1, 50),
    "r": powers("monomial activation x^r: one exponent, or one per hidden layer"),
    "act": activations("polynomial activation in x, or one per hidden layer, ';' between"),
}
MAX_ORDER = 2000


def read_shape(text: str) -> tuple[str, ...]:
    """The name of the group or of its table."""
    return (text,)


def write_shape(shape: tuple[str, ...]) -> str:
    """The name of the group or of its table."""
    return shape[0]


def validate(shape: tuple[str, ...], keys: dict[str, Any], place: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Spread the activations over the hidden layers."""
    keys = {"layers": 2, **keys}
    return shape, per_layer(keys, keys["layers"] - 1, place)


def load(shape: tuple[str, ...], directory: Path, inline: Any = None) -> tuple[Any, ...]:
    """The Cayley table."""
    from neurocli.groups.names import group_by_name, order_by_name
    from neurocli.groups.tables import read_group

    text = shape[0]
    try:
        if text.lower().endswith((".csv", ".json")):
            return read_group(directory / text).table
        if order_by_name(text) > MAX_ORDER:
            raise SpecificationError("shape", text, f"a group of order at most {MAX_ORDER}")
        return group_by_name(text).table
    except SpecificationError:
        raise
    except DataError as error:
        raise SpecificationError("shape", text, f"a group ({error.message})") from None
    except NeurocliError as error:
        raise SpecificationError("shape", text, f"{SHAPE}: {error.message}", "S3") from None


def parametrize(network: Network) -> Parametrization:
    """The parametrization of a group convolutional network."""
    import numpy as np

    from neurocli.algebra.program import ProgramBuilder
    from neurocli.architectures.parametrization import Ambient, Gauge, Parametrization
    from neurocli.architectures.symmetries import scaling

    table = np.array(network.content)
    order, layers = len(table), network.get("layers")
    acts = layer_activations(network)
    # M[g, u] = w(g u^-1), since h^-1 g = u means h = g u^-1.
    inverse = np.argmin(table, axis=1)  # the identity is 0: the column where the row holds 0
    circulant = table[:, inverse]
    builder = ProgramBuilder([(f"w{i}", (order,)) for i in range(1, layers + 1)], [("x", (order,))])
    value = builder["x"]
    for i in range(1, layers + 1):
        if i < layers:
            matrix = builder.gather(builder[f"w{i}"], circulant)
            value = builder.polynomial(builder.contract("gu,u->g", matrix, value), acts[i - 1])
        else:  # the output at the identity: row 0
            row = builder.gather(builder[f"w{i}"], circulant[0])
            value = builder.reshape(builder.contract("u,u->", row, value), (1,))
    monomial = [i for i, act in enumerate(acts, 1) if len(act) == 1]
    degrees = degrees_of(acts)
    return Parametrization(
        network=network,
        program=builder.finish(value),
        ambient=Ambient(order, degrees, 1, note="forms on C^G: the output at the identity, which "
                                                "determines the equivariant map"),
        degree_x=degrees[-1],
        degree_parameters=degree_in_parameters(acts),
        symmetries=tuple(scaling([f"w{i}"], [(f"w{i + 1}", acts[i - 1][0][0])], f"hidden layer {i}")
                         for i in monomial),
        finite_symmetries=tuple(f"translations by the group in hidden layer {i}" for i in range(1, layers)),
        gauge=Gauge({f"w{i}": ((0, 1),) for i in monomial}, True,
                    "w_i at the identity 1 for hidden layers" if monomial else "no continuous symmetry to fix"),
    )
