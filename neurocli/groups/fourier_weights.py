"""Are weights a unitary change of the group Fourier transform, block by block?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neurocli.errors import DataError
from neurocli.groups.group import Group
from neurocli.groups.intertwiners import match_characters, unitary_change
from neurocli.groups.representation import Representation
from neurocli.groups.weights import Blocks, invariance_error, normalized, regularizer


@dataclass(frozen=True)
class BlockFit:
    """One block against the representation it is nearest to.

    Args:
        dimension: its size d.
        representation: name of the representation ρ.
        overlap: (1/|G|) |Σ_g tr W(g) tr ρ(g)|, 1 for an exact block.
        scale: the constant c in W(g) ≈ c A ρ(g)† B, root of the mean of |W(g)|²/d.
        distance: the largest operator norm of W(g)/c − A ρ(g)† B, with A, B unitary, least squares.
        mean_distance: the root of the mean of |W(g)/c − A ρ(g)† B|²/d.
    """

    dimension: int
    representation: str
    overlap: float
    scale: float
    distance: float
    mean_distance: float


@dataclass(frozen=True)
class FourierFit:
    """All blocks, and what the two regularizers and the network's invariance say.

    Args:
        blocks: one fit for each block.
        distance: the largest of the blocks' distances.
        regularizer: with the factors d_ρ; 0 at the group Fourier transform.
        published_regularizer: without them, as published; at the transform itself it is
            `published_at_transform`, which is 0 for commutative groups only.
        published_at_transform: see above.
        invariance: relative change of the output when the signal is translated.
    """

    blocks: tuple[BlockFit, ...]
    distance: float
    regularizer: float
    published_regularizer: float
    published_at_transform: float
    invariance: float


def fit_fourier(blocks: Blocks, group: Group, representations: Sequence[Representation],
                seed: int = 0) -> FourierFit:
    """Compare weights with the group Fourier transform.

    Args:
        blocks: shapes (|G|, d_i, d_i), elements in the numbering of the group.
        group: the group.
        representations: all its irreducible representations.
        seed: of the signals that measure invariance.

    Raises:
        DataError: not as many elements as the group, or sizes other than the dimensions of its
            irreducible representations.

    Example:
        >>> from neurocli.groups.irreps import irreps
        >>> from neurocli.groups.names import group_by_name
        >>> from neurocli.groups.weights import fourier_blocks
        >>> d3 = group_by_name("D3")
        >>> fit = fit_fourier(fourier_blocks(irreps(d3)), d3, irreps(d3))
        >>> fit.distance < 1e-12, round(fit.published_regularizer, 12)
        (True, 0.333333333333)
    """
    if len(blocks[0]) != group.order:
        raise DataError(f"the weights have {len(blocks[0])} elements, {group.name} has {group.order}")
    sizes = sorted(block.shape[1] for block in blocks)
    dimensions = sorted(rho.dimension for rho in representations)
    if sizes != dimensions:
        raise DataError(f"wrong block sizes {', '.join(map(str, sizes))}: the irreducible representations "
                        f"of {group.name} have dimensions {', '.join(map(str, dimensions))}")
    unitaries = [rho.unitary() for rho in representations]
    matching, overlaps = match_characters(normalized(blocks), unitaries)
    fits = tuple(_fit_block(block, representations[k], unitaries[k], float(overlaps[i, k]))
                 for i, (block, k) in enumerate(zip(blocks, matching)))
    return FourierFit(fits, max(fit.distance for fit in fits), regularizer(blocks),
                      regularizer(blocks, weighted=False), published_regularizer_of(group, representations),
                      invariance_error(blocks, group, seed))


def _fit_block(block: np.ndarray, rho: Representation, unitary: np.ndarray, overlap: float) -> BlockFit:
    d = rho.dimension
    scale = float(np.sqrt(np.mean(np.abs(block) ** 2) * d))
    a, b = unitary_change(block / scale, unitary)
    error = block / scale - a @ unitary.conj().swapaxes(1, 2) @ b
    return BlockFit(d, rho.name, overlap, scale, float(np.linalg.norm(error, 2, axis=(1, 2)).max()),
                    float(np.sqrt(np.mean(np.abs(error) ** 2) * d)))


def published_regularizer_of(group: Group, representations: Sequence[Representation]) -> float:
    """The published regularizer at the exact Fourier transform, (1/|G|) Σ_{g≠1} |Σ_ρ χ_ρ(g)|².

    Example:
        >>> from neurocli.groups.irreps import irreps
        >>> from neurocli.groups.names import group_by_name
        >>> published_regularizer_of(group_by_name("D3"), irreps(group_by_name("D3")))
        0.3333333333333333
    """
    total = 0.0
    for c, members in enumerate(group.conjugacy_classes):
        if members[0] != 0:
            value = abs(sum(complex(rho.character[c]) for rho in representations))
            total += len(members) * value**2
    return total / group.order
