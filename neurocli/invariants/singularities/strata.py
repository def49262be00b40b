"""Stratification of a neurovariety by subnetworks: dimensions, Jacobian ranks, tangent-span certificates.

A subnetwork is what is left when neurons vanish.  At its functions the Jacobian depends on how they
vanish: with incoming and outgoing weights zero, with outgoing weights zero only, ....  The images of the
Jacobian at all weights of one function lie in the Zariski tangent space there, so a span larger
than the dimension proves that the function is singular.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import comb, prod
from typing import Any

import numpy as np

from neurocli.algebra.matrices import rank
from neurocli.algebra.primes import DEFAULT_PRIME, derive_seed
from neurocli.algebra.rings import prime_field
from neurocli.architectures.actions import hidden_widths, places
from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import TooLarge

MAX_STRATA = 5000
#: Draws of the free dead weights after which the span is expected to be complete.
MAX_DRAWS = 40


@dataclasses.dataclass(frozen=True)
class Stratum:
    """The functions of one subnetwork.

    Args:
        widths: hidden widths that are left.
        removed: how many neurons vanish.
        dimension: affine dimension of its neurovariety (modular rank).
        rank_both: rank of the Jacobian with incoming and outgoing weights of dead neurons zero.
        rank_outgoing: the same with outgoing weights zero, incoming ones random.
        rank_incoming: the same with incoming weights zero, outgoing ones random.
        span: dimension of the span of Jacobian images over all dead weights tried.
        singular: `proved` where the span exceeds a proved dimension of the neurovariety,
            `probable` where it exceeds the computed one, `undecided` else.
        choices: in how many ways the neurons can be chosen.
        family: dimension of the weights over one of its functions, a lower bound.
        exposed: whether training is critically exposed there, or None when that is not settled.
        reason: why.
    """

    widths: tuple[int, ...]
    removed: int
    dimension: int
    rank_both: int
    rank_outgoing: int
    rank_incoming: int
    span: int
    singular: str
    choices: int
    family: int
    exposed: bool | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The stratum as plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Strata:
    """The strata computed, and how many were left out by depth or time."""

    found: tuple[Stratum, ...]
    total: int
    left: int


def subnetwork_widths(widths: Sequence[int], depth: int | None) -> Iterator[tuple[int, ...]]:
    """Hidden width vectors below the given one, largest first; at most `depth` neurons removed."""
    vectors = [v for v in product(*(range(1, n + 1) for n in widths))
               if sum(v) < sum(widths) and (depth is None or sum(widths) - sum(v) <= depth)]
    yield from sorted(vectors, key=lambda v: (sum(widths) - sum(v), [-n for n in v]))


def subnetwork(network: Network, widths: tuple[int, ...]) -> Network:
    """The network with other hidden widths (channels)."""
    family, _, rest = network.spelling.partition(":")
    shape, _, keys = rest.partition(",")
    if network.family == "cnn":
        channels = network.get("channels")
        pieces = [piece for piece in keys.split(",") if piece and not piece.startswith("channels=")]
        pieces.append("channels=" + "-".join(map(str, (channels[0], *widths, channels[-1]))))
        return parse(f"{family}:{shape}," + ",".join(pieces))
    ends = network.shape
    shape = "-".join(map(str, (ends[0], *widths, ends[-1])))
    return parse(f"{family}:{shape}" + (f",{keys}" if keys else ""))


def strata(network: Network, dimension: int, proved: bool, *, depth: int | None = None, prime: int | None = None,
           seed: int = 0, deadline: float | None = None,
           progress: Callable[[int, int], None] | None = None) -> Strata | None:
    """All strata of a network made of layers of neurons, or None for the other families.

    Args:
        dimension: affine dimension of the neurovariety.
        proved: whether it is proved (as an upper bound it makes certificates proofs).
        depth: at most this many neurons are removed.
        deadline: moment on the clock of `time.monotonic` when to stop and return what is done.
        progress: called with the numbers of strata done and to do.

    Raises:
        TooLarge: more than MAX_STRATA width vectors.
    """
    from neurocli.architectures.registry import parametrization as of

    widths = hidden_widths(network)
    if not widths or network.get("bias") or not _vanishing_at_zero(network):
        return None
    count = prod(widths)
    if depth is None and count > MAX_STRATA:
        raise TooLarge(f"{network}: {count - 1:,} width vectors of subnetworks; the limit is {MAX_STRATA:,}",
                       "--depth N looks at those with at most N neurons removed")
    parametrization = of(network)
    vectors = list(subnetwork_widths(widths, depth))
    if len(vectors) > MAX_STRATA:
        raise TooLarge(f"{network}: {len(vectors):,} width vectors; the limit is {MAX_STRATA:,}",
                       "take a smaller --depth")
    found = []
    for done, vector in enumerate(vectors):
        if deadline is not None and time.monotonic() > deadline:
            break
        found.append(_stratum(network, parametrization, widths, vector, dimension, proved,
                              prime or DEFAULT_PRIME, seed))
        if progress:
            progress(done + 1, len(vectors))
    found = _inherited(found)
    found.sort(key=lambda s: (-s.dimension, s.removed, s.widths))
    return Strata(tuple(found), count - 1, count - 1 - len(found))


def _inherited(found: list[Stratum]) -> list[Stratum]:
    """A subnetwork of one that is singular is singular: its functions are in the closure, and the
    singular locus is closed."""
    result = []
    for s in found:
        above = [t.singular for t in found if all(a <= b for a, b in zip(s.widths, t.widths, strict=True))]
        best = min(above, key=("proved", "probable", "undecided").index)
        result.append(dataclasses.replace(s, singular=best))
    return result


def _vanishing_at_zero(network: Network) -> bool:
    """Whether s(0) = 0 for every activation, so that a neuron without input is dead."""
    if network.family == "linear":
        return True
    from neurocli.architectures.mlp import layer_activations

    return all(act[0][0] > 0 for act in layer_activations(network))


def _stratum(network: Network, parametrization: Parametrization, widths: tuple[int, ...], vector: tuple[int, ...],
             dimension: int, proved: bool, prime: int, seed: int) -> Stratum:
    from neurocli.architectures.registry import parametrization as of
    from neurocli.invariants.ranks.jacobian_rank import jacobian_rank

    small = of(subnetwork(network, vector))
    outputs = parametrization.program.output_size
    ambient = parametrization.ambient.dimension if parametrization.ambient else parametrization.parameter_count
    samples = min(ambient, 3 * dimension + 40) // outputs + 3
    own = jacobian_rank(small, prime, seed, min(samples, small.parameter_count // outputs + 3), pivots=False).value
    field = prime_field(prime)
    x = field.random((samples, parametrization.program.input_size), derive_seed(seed, "stratum-inputs"))
    live = field.random((parametrization.parameter_count,), derive_seed(seed, "stratum", *vector))

    def image(incoming: bool, outgoing: bool, draw: int) -> np.ndarray:
        """Columns that span the image of the Jacobian; flags say which dead weights are random."""
        theta = _with_dead(network, parametrization, widths, vector, live, incoming, outgoing,
                           field.random((parametrization.parameter_count,), derive_seed(seed, "dead", draw)))
        rows = parametrization.jacobian(field, theta[None, :], x).reshape(-1, parametrization.parameter_count)
        return np.asarray(rows[:, rows.any(axis=0)].T)

    both, outgoing, incoming = (image(*flags, 0) for flags in ((False, False), (True, False), (False, True)))
    size = _span([outgoing, incoming], lambda draw: image(True, False, draw), prime)
    certificate = "undecided" if size <= dimension else "proved" if proved else "probable"
    rank_both = rank(both, prime)
    exposed = None if rank_both != own else True
    reason = ("with dead weights zero the Jacobian has the image of the subnetwork's, so all normal directions of "
              "the stratum lead to targets with a critical point there" if exposed else "not settled")
    dead = [n - v for n, v in zip(widths, vector, strict=True)]
    family = _free_dead_weights(network, dead) + small.parameter_count - own
    return Stratum(vector, sum(dead), own, rank_both, rank(outgoing, prime), rank(incoming, prime), size, certificate,
                   prod(comb(n, v) for n, v in zip(widths, vector, strict=True)), family, exposed, reason)


def _with_dead(network: Network, parametrization: Parametrization, widths: tuple[int, ...], vector: tuple[int, ...],
               live: np.ndarray, incoming: bool, outgoing: bool, dead: np.ndarray) -> np.ndarray:
    """Weights whose last neurons of every layer are dead.

    Args:
        incoming, outgoing: whether these weights of dead neurons are random; at most one of them is.
    """
    theta, drawn = live.copy(), dead.copy()
    blocks, random_blocks = parametrization.blocks(theta), parametrization.blocks(drawn)
    for random_side, other in ((True, False), (False, True)):  # random entries first, then zeros over them
        for layer, left in enumerate(vector, 1):
            into, out, axis = places(network, layer)
            rows, columns = (slice(left, None),), (slice(None),) * axis + (slice(left, None),)
            if random_side:
                if incoming:
                    for name in into:
                        blocks[name][rows] = random_blocks[name][rows]
                if outgoing:
                    blocks[out][columns] = random_blocks[out][columns]
            if other:
                if not incoming:
                    for name in into:
                        blocks[name][rows] = 0
                if not outgoing:
                    blocks[out][columns] = 0
    return theta


def _span(first: list[np.ndarray], draw: Callable[[int], np.ndarray], prime: int) -> int:
    """Dimension of the span of all images, drawing until it has stood still twice."""
    rows = np.concatenate(first)
    size, still = rank(rows, prime), 0
    for number in range(1, MAX_DRAWS):
        if still == 2 or size == rows.shape[1]:
            break
        rows = np.concatenate([rows, draw(number)])
        larger = rank(rows, prime)
        still = still + 1 if larger == size else 0
        size = larger
    return size


def _free_dead_weights(network: Network, dead: list[int]) -> int:
    """Incoming weights of dead neurons that stay free when all their outgoing weights are zero."""
    from neurocli.architectures.registry import parametrization as of

    shapes = dict(of(network).program.parameters)
    total = 0
    for layer, count in enumerate(dead, 1):
        into, _, axis = places(network, layer)
        for name in into:
            shape = shapes[name]
            per_neuron = prod(shape[1:])
            lost = dead[layer - 2] * per_neuron // shape[axis] if layer > 1 and len(shape) > axis else 0
            total += count * (per_neuron - lost)
    return total
