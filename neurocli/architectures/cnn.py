"""Family `cnn`: convolutional networks with polynomial activations, 1-D or 2-D, strides, channels.

Without `input` the network reads exactly its receptive field, so every output channel has one
position.  A layer maps (channels, positions) by y[o, p] = sum_{c, k} W[o, c, k] x[c, s p + k].
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from neurocli.architectures.keys import (
    MAX_DEPTH,
    MAX_PARAMETERS,
    Key,
    activations,
    integers,
    per_layer,
    powers,
    read_integers,
)
from neurocli.architectures.mlp import degree_in_parameters, degrees_of, layer_activations
from neurocli.architectures.network import Network
from neurocli.errors import SpecificationError

if TYPE_CHECKING:
    from neurocli.architectures.parametrization import Parametrization

SUMMARY = "convolutional network, 1-D or 2-D, with strides and channels"
EXAMPLE = "cnn:3-2,r=2"
SHAPE = "filter sizes, first layer first (3-2-2, or 3x3-2x2)"
MAX_INPUT = 100_000


def _write_size(size: tuple[int, ...]) -> str:
    return "x".join(map(str, size))


KEYS = {
    "r": powers("monomial activation x^r: one exponent, or one per hidden layer; r=1 is the linear CNN"),
    "act": activations("polynomial activation in x, or one per hidden layer, ';' between"),
    "stride": integers("-", "one stride per layer (stride=2-1); default 1"),
    "channels": integers("-", "channels from input to output (channels=1-2-1); default 1"),
    "input": Key(lambda text, place: read_integers(text, place, "x", 1, MAX_INPUT), _write_size, "x",
                 "length of the input (input=8, or 8x8); default the receptive field"),
}


def read_shape(text: str) -> tuple[tuple[int, ...], ...]:
    """Filter sizes from `3-2` or `3x3-2x2`."""
    pieces = text.split("-")
    if len(pieces) > MAX_DEPTH:
        raise SpecificationError("shape", text, f"at most {MAX_DEPTH} filters")
    sizes = tuple(read_integers(piece, f"shape, filter {i}", "x") for i, piece in enumerate(pieces, 1))
    if len({len(size) for size in sizes}) != 1 or len(sizes[0]) > 2:
        raise SpecificationError("shape", text, "filters that are all 1-D (3-2) or all 2-D (3x3-2x2)")
    return sizes


def write_shape(shape: tuple[tuple[int, ...], ...]) -> str:
    """`3-2` or `3x3-2x2` from filter sizes."""
    return "-".join(map(_write_size, shape))


def validate(shape: tuple[Any, ...], keys: dict[str, Any], place: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Check counts of strides and channels, and that the input is long enough; drop defaults."""
    layers = len(shape)
    keys = per_layer(keys, layers - 1, place)
    strides = keys.get("stride", (1,) * layers)
    if len(strides) != layers:
        raise SpecificationError("key 'stride'", "-".join(map(str, strides)), f"{layers} strides, one per layer")
    channels = keys.get("channels", (1,) * (layers + 1))
    if len(channels) != layers + 1:
        raise SpecificationError("key 'channels'", "-".join(map(str, channels)),
                                 f"{layers + 1} channel counts, input to output")
    field = receptive_field(shape, strides)
    given = keys.get("input")
    if max(field) > MAX_INPUT:
        raise SpecificationError("shape", write_shape(shape), f"a receptive field of at most {MAX_INPUT}")
    if given is not None and (len(given) != len(field) or any(a < b for a, b in zip(given, field, strict=True))):
        raise SpecificationError("key 'input'", _write_size(given),
                                 f"at least the receptive field {_write_size(field)}")
    if sum(prod(k) * a * b for k, a, b in zip(shape, channels, channels[1:], strict=False)) > MAX_PARAMETERS:
        raise SpecificationError("shape", write_shape(shape), f"at most {MAX_PARAMETERS} parameters")
    keys = dict(keys)
    if set(strides) == {1}:
        keys.pop("stride", None)
    if set(channels) == {1}:
        keys.pop("channels", None)
    if given == field:
        keys.pop("input", None)
    return shape, keys


def receptive_field(shape: tuple[tuple[int, ...], ...], strides: tuple[int, ...]) -> tuple[int, ...]:
    """Length of the input that gives exactly one output position, per axis."""
    field = []
    for axis in range(len(shape[0])):
        length = 1
        for size, stride in zip(reversed(shape), reversed(strides), strict=True):
            length = (length - 1) * stride + size[axis]
        field.append(length)
    return tuple(field)


def geometry(network: Network) -> tuple[tuple[int, ...], tuple[int, ...], list[tuple[int, ...]]]:
    """Strides, channels and the spatial sizes from input to output."""
    layers = len(network.shape)
    strides = network.get("stride", (1,) * layers)
    channels = network.get("channels", (1,) * (layers + 1))
    sizes = [network.get("input") or receptive_field(network.shape, strides)]
    for filter_size, stride in zip(network.shape, strides, strict=True):
        sizes.append(tuple((n - k) // stride + 1 for n, k in zip(sizes[-1], filter_size, strict=True)))
    return strides, channels, sizes


def is_single_channel_1d(network: Network) -> bool:
    """The setting of the theorems on polynomial CNNs: 1-D, one channel everywhere."""
    return len(network.shape[0]) == 1 and not network.get("channels")


def _patches(size: tuple[int, ...], filter_size: tuple[int, ...], stride: int, channels: int) -> list[Any]:
    """Row-major source index of every (position, channel and filter entry)."""
    positions = [range((n - k) // stride + 1) for n, k in zip(size, filter_size, strict=True)]
    table = []
    for start in product(*positions):
        row = []
        for channel in range(channels):
            for offset in product(*map(range, filter_size)):
                index = channel
                for n, p, k in zip(size, start, offset, strict=True):
                    index = index * n + p * stride + k
                row.append(index)
        table.append(row)
    return table


def parametrize(network: Network) -> Parametrization:
    """The parametrization of a convolutional network."""
    from neurocli.algebra.program import ProgramBuilder
    from neurocli.architectures.parametrization import Ambient, Gauge, Parametrization
    from neurocli.architectures.symmetries import general_linear, orthogonal, torus

    strides, channels, sizes = geometry(network)
    acts = layer_activations(network)
    blocks = [(f"W{i}", (b, a, *k)) for i, (k, a, b) in
              enumerate(zip(network.shape, channels, channels[1:], strict=False), 1)]
    builder = ProgramBuilder(blocks, [("x", (channels[0], *sizes[0]))])
    value = builder["x"]
    for i, (filter_size, stride) in enumerate(zip(network.shape, strides, strict=True)):
        patches = builder.gather(value, _patches(sizes[i], filter_size, stride, channels[i]))
        weights = builder.reshape(builder[f"W{i + 1}"], (channels[i + 1], channels[i] * prod(filter_size)))
        value = builder.contract("oc,pc->op", weights, patches)
        if i < len(acts):
            value = builder.polynomial(value, acts[i])
    symmetries, fixed, complete = [], {}, True
    for i, act in enumerate(acts, 1):
        name, following, c = f"W{i}", f"W{i + 1}", channels[i]
        place = f"hidden layer {i}"
        if len(act) > 1:
            continue
        if act[0][0] == 1 and c > 1:
            symmetries.append(_channel_basis(general_linear, c, name, following, place))
            complete = False
        else:
            symmetries.append(torus(c, [name], following, act[0][0], place))
            size = channels[i - 1] * prod(network.shape[i - 1])
            fixed[name] = tuple((row * size, 1) for row in range(c))
    if (acts and acts[-1] == ((2, Fraction(1)),) and channels[-1] == 1 and channels[-2] > 1
            and prod(network.shape[-1]) == 1):
        symmetries.append(orthogonal(channels[-2], [f"W{len(acts)}"], f"W{len(acts) + 1}",
                                     f"hidden layer {len(acts)}, outer sum of squares"))
        complete = False
    degrees = degrees_of(acts)
    return Parametrization(
        network=network,
        program=builder.finish(value),
        ambient=Ambient(channels[0] * prod(sizes[0]), degrees, channels[-1] * prod(sizes[-1]),
                        note="forms in all input variables; a convolution makes some of their "
                             "coefficients vanish identically" if acts else ""),
        degree_x=degrees[-1],
        degree_parameters=degree_in_parameters(acts),
        symmetries=tuple(symmetries),
        finite_symmetries=tuple(f"permutations S_{c} of the channels of hidden layer {i}"
                                for i, c in enumerate(channels[1:-1], 1) if c > 1),
        gauge=Gauge(fixed, complete, "first entry of every hidden filter 1" if fixed else
                    "no continuous symmetry to fix"),
    )


def _channel_basis(general_linear: Any, size: int, name: str, following: str, place: str) -> Any:
    """GL on the channels of a layer without activation; channels are axis 1 of the next filter."""
    import dataclasses

    import numpy as np

    plain = general_linear(size, [name], [following], place)

    def fields(ring: Any, blocks: Any) -> Any:
        turned = {**blocks, following: np.moveaxis(blocks[following], 1, -1)}
        tangents = plain.fields(ring, turned)
        return [{**t, following: np.moveaxis(t[following], -1, 1)} for t in tangents]

    return dataclasses.replace(plain, fields=fields)
