"""Family `linear`: W_L ... W_1 x, the matrices of bounded rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neurocli.architectures import mlp
from neurocli.architectures.network import Network

if TYPE_CHECKING:
    from neurocli.architectures.parametrization import Parametrization

SUMMARY = "fully connected network without activation: matrices of bounded rank"
EXAMPLE = "linear:3-2-4"
SHAPE = "widths d_0-d_1-...-d_L, inputs first (3-2-4)"
KEYS: dict[str, Any] = {}

read_shape = mlp.read_shape
write_shape = mlp.write_shape


def validate(shape: tuple[int, ...], keys: dict[str, Any], place: str) -> tuple[tuple[int, ...], dict[str, Any]]:
    """Check the size."""
    mlp.validate(shape, {"r": (1,)} if len(shape) > 2 else {}, place)
    return shape, keys


def parametrize(network: Network) -> Parametrization:
    """The matrix product, with GL acting at every hidden layer."""
    import dataclasses

    hidden = len(network.shape) - 2
    keys = (("r", (1,) * hidden),) if hidden else ()
    twin = Network("mlp", network.shape, keys, network.spelling)
    return dataclasses.replace(mlp.parametrize(twin), network=network)
