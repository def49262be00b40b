"""Family `softmax`: attention with normalized scores; not polynomial, so answers are numerical."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurocli.architectures import lightning
from neurocli.architectures.network import Network

if TYPE_CHECKING:
    from neurocli.architectures.parametrization import Parametrization

SUMMARY = "softmax self-attention: the normalized model, numerical answers only"
EXAMPLE = "softmax:3-3-3,a=2-2,t=3"
SHAPE = lightning.SHAPE
KEYS = lightning.KEYS

read_shape = lightning.read_shape
write_shape = lightning.write_shape
validate = lightning.validate


def parametrize(network: Network) -> Parametrization:
    """The parametrization with softmax over the tokens attended to."""
    return lightning.attention(network, lightning.layers_of(network), normalized=True)


def reduce(network: Network) -> Parametrization:
    """A smaller network with the same functions: attention widths and widths cut as for lightning.

    With one token the normalized score is 1 and keys and queries do not matter at all; the
    vector fields of the parametrization do not know that, so the bound is then not sharp.
    """
    reasons: list[str] = []
    widths, heads = list(network.shape), network.get("heads", 1)
    if heads == 1:
        for i in range(1, len(widths) - 1):
            if widths[i] > widths[i - 1]:
                reasons.append(f"width {widths[i]} of layer {i} acts as {widths[i - 1]}")
                widths[i] = widths[i - 1]
    layers = []
    for i, a in enumerate(network.get("a")):
        rank = min(a, widths[i])
        if rank < a:
            reasons.append(f"attention width {a} of layer {i + 1} acts as {rank}")
        layers.append(lightning.Layer(widths[i], widths[i + 1], rank, heads))
    return lightning.attention(network, layers, normalized=True, reasons=tuple(reasons))
