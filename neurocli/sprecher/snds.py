"""Reading SNDS version 3: trained Sprecher networks in 16.16 fixed point, exact dyadic rationals."""

from __future__ import annotations

import dataclasses
import struct
from fractions import Fraction
from pathlib import Path

from neurocli.errors import DataError
from neurocli.sprecher.network import Block, Lateral, SprecherNetwork, residual_count
from neurocli.sprecher.spline import KNOTS, Spline

MAGIC = b"SNDS"
VERSION = 3
SHIFT = 16
#: Flags of the file.
LATERAL, BIDIRECTIONAL, RESIDUAL, LINEAR_RESIDUAL = 1, 2, 4, 8
NORM_FIRST = 64
#: Flags of a block.
BLOCK_LATERAL, BLOCK_NORM = 1, 2
#: Residual types by their number in the file.
RESIDUAL_TYPES = ("none", "scalar", "pool", "broadcast", "linear")
#: Widths beyond this are refused before anything is read.
LARGEST_WIDTH = 2**20


@dataclasses.dataclass(frozen=True)
class SndsFile:
    """A network with what the file's header says of it.

    Args:
        network: the weights, as fractions.
        flags: the file's flag word.
        parameters: the parameter count of the header, checked against the shape.
    """

    network: SprecherNetwork
    flags: int
    parameters: int


def read_snds(path: str | Path) -> SndsFile:
    """Read an SNDS file.

    Raises:
        DataError: the file cannot be read or is malformed; the message names the byte.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as fault:
        raise DataError(f"{path}: {fault.strerror}") from None
    return parse_snds(content, str(path))


class _Words:
    """4-byte little-endian words, one after the other."""

    def __init__(self, content: bytes, name: str) -> None:
        self.content, self.name, self.place = content, name, 0

    def fault(self, text: str) -> DataError:
        return DataError(f"{self.name}, byte {self.place}: {text}")

    def take(self, count: int, form: str) -> tuple[int, ...]:
        end = self.place + 4 * count
        if end > len(self.content):
            raise self.fault(f"the file ends after {len(self.content)} bytes, {end} expected")
        words = struct.unpack_from(f"<{count}{form}", self.content, self.place)
        self.place = end
        return words

    def unsigned(self) -> int:
        return self.take(1, "I")[0]

    def numbers(self, count: int) -> tuple[Fraction, ...]:
        return tuple(Fraction(word, 1 << SHIFT) for word in self.take(count, "i"))


def parse_snds(content: bytes, name: str = "SNDS") -> SndsFile:
    """Read the bytes of an SNDS file; see `read_snds`."""
    if content[:4] != MAGIC:
        raise DataError(f"{name}: not an SNDS file (it starts with {content[:4]!r})")
    words = _Words(content, name)
    words.place = 4
    for what, expected in (("version", VERSION), ("fixed-point shift", SHIFT)):
        value = words.unsigned()
        if value != expected:
            raise words.fault(f"{what} {value}, expected {expected}")
    flags, count, inputs, outputs, parameters, widest = words.take(6, "I")
    if flags >> 8:
        raise words.fault(f"unknown flags {flags:#x}")
    if not 1 <= count <= 10_000 or not 1 <= max(inputs, outputs, widest) <= LARGEST_WIDTH:
        raise words.fault(f"{count} blocks, {inputs} inputs, {outputs} outputs, largest width {widest}")
    alpha = words.numbers(1)[0]
    blocks = [_block(words, flags, widest) for _ in range(count)]
    scale, bias = words.numbers(2)
    if words.place != len(content):
        raise words.fault(f"{len(content) - words.place} bytes after the end of the network")
    summed = outputs == 1 and blocks[-1].outputs != 1
    network = SprecherNetwork(tuple(blocks), summed, scale, bias, alpha)
    if network.inputs != inputs or network.outputs != outputs:
        raise DataError(f"{name}: the header says {inputs} inputs and {outputs} outputs, the blocks have "
                        f"{network.inputs} and {network.outputs}")
    if max(network.widths) != widest:
        raise DataError(f"{name}: the header says largest width {widest}, the blocks have {max(network.widths)}")
    counts = {parameter_count(network, codomain=trained) for trained in (False, True)}
    if parameters not in counts:
        raise DataError(f"{name}: the header says {parameters} parameters, the blocks have "
                        f"{' or '.join(map(str, sorted(counts)))} (without or with trained codomains)")
    return SndsFile(network, flags, parameters)


def parameter_count(network: SprecherNetwork, codomain: bool) -> int:
    """The trained numbers of a network, as its authors count them: knot positions are not trained."""
    total = 2
    for block in network.blocks:
        total += block.inputs + 1 + len(block.phi.knots) + len(block.Phi.knots) + 2 * codomain
        total += len(block.residual_weights)
        if block.lateral is not None:
            total += 1 + len(block.lateral.forward) + len(block.lateral.backward)
        if block.norm is not None:
            total += 2 * len(block.norm[0])
    return total


def _block(words: _Words, flags: int, widest: int) -> Block:
    inputs, outputs, inner, outer, own, residual, width = words.take(7, "I")
    if not (1 <= inputs <= widest and 1 <= outputs <= widest):
        raise words.fault(f"a block {inputs} -> {outputs}, largest width {widest}")
    for knots in (inner, outer):
        if not KNOTS[0] <= knots <= KNOTS[1]:
            raise words.fault(f"{knots} knots, expected {KNOTS[0]} to {KNOTS[1]}")
    if own >> 2 or (own & BLOCK_LATERAL and not flags & LATERAL):
        raise words.fault(f"block flags {own:#x} with file flags {flags:#x}")
    if residual >= len(RESIDUAL_TYPES) or (residual and not flags & RESIDUAL):
        raise words.fault(f"residual type {residual} with file flags {flags:#x}")
    kind = RESIDUAL_TYPES[residual]
    norm_first = bool(flags & NORM_FIRST)
    if width != ((inputs if norm_first else outputs) if own & BLOCK_NORM else 0):
        raise words.fault(f"normalization of {width} channels in a block {inputs} -> {outputs}, flags {own:#x}")
    eta = words.numbers(1)[0]
    try:
        phi = Spline(words.numbers(inner), words.numbers(inner), monotone=True)
        if any(a > b for a, b in zip(phi.values, phi.values[1:])):
            raise DataError("the inner function decreases")
        outer_function = Spline(words.numbers(outer), words.numbers(outer))
        weights = words.numbers(inputs)
        lateral = None
        if own & BLOCK_LATERAL:
            scale = words.numbers(1)[0]
            forward = words.numbers(outputs)
            lateral = Lateral(scale, forward, words.numbers(outputs) if flags & BIDIRECTIONAL else ())
        extra = words.numbers(residual_count(kind, inputs, outputs))
        norm = (words.numbers(width), words.numbers(width)) if own & BLOCK_NORM else None
        return Block(weights, outputs, phi, outer_function, eta, lateral, kind, extra, norm, norm_first)
    except DataError as fault:
        if fault.message.startswith(words.name):
            raise
        raise words.fault(fault.message) from None
