"""Relative representations: latent vectors by their cosines with anchors.

Plain:      T(z) = (cos(z, a_1), ..., cos(z, a_k)).
Normalised: the same after each coordinate of latents and anchors is centred and scaled,
            z_i -> (z_i - m_i) / s_i, with the means m and standard deviations s of the latents.

The plain transform is invariant under orthogonal maps and a common scale; the normalised one under
permutations of coordinates, invertible diagonal maps and translations, z -> P D z + b.

Reference:
    [moschella-2023], [garcia-castellanos-2024]
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from neurocli.errors import DataError
from neurocli.latent.matrices import check_finite

if TYPE_CHECKING:
    import numpy as np

#: Rows per block: the block and its cosines stay in the cache of the processor.
BLOCK = 2048


@dataclasses.dataclass(frozen=True)
class Statistics:
    """Mean and standard deviation of each coordinate.

    Args:
        mean, deviation: arrays (d,) of float64.
    """

    mean: np.ndarray
    deviation: np.ndarray


def statistics(latents: np.ndarray) -> Statistics:
    """Mean and standard deviation (over n, not n - 1) of each coordinate, in two passes over blocks.

    Raises:
        DataError: an entry is not finite, or a coordinate is constant.

    Example:
        >>> import numpy as np
        >>> statistics(np.array([[0., 1.], [2., 5.]])).deviation.tolist()
        [1.0, 2.0]
    """
    import numpy as np

    count = len(latents)
    total = np.zeros(latents.shape[1])
    low = np.full(latents.shape[1], np.inf)
    high = -low
    for start in range(0, count, BLOCK):
        block = latents[start:start + BLOCK]
        check_finite(block, "latents", start)
        total += block.sum(axis=0, dtype=np.float64)
        low, high = np.minimum(low, block.min(axis=0)), np.maximum(high, block.max(axis=0))
    if (low == high).any():
        raise DataError(f"coordinate {int(np.argmax(low == high)) + 1} of the latents is constant: its variance "
                        "is zero", "leave the coordinate out, or do without --normalize")
    mean = total / count
    squares = np.zeros(latents.shape[1])
    for start in range(0, count, BLOCK):
        centred = latents[start:start + BLOCK] - mean
        squares += np.einsum("ij,ij->j", centred, centred)
    return Statistics(mean, np.sqrt(squares / count))


def relative_transform(latents: np.ndarray, anchors: np.ndarray, normalize: bool = False,
                       shared: Statistics | None = None, out: np.ndarray | None = None) -> np.ndarray:
    """Cosines of latents with anchors, block by block.

    Args:
        latents: array (n, d), float32 or float64, possibly mapped from a file.
        anchors: array (k, d).
        normalize: centre and scale the coordinates first.
        shared: the statistics to use; those of the latents by default.
        out: array (n, k) to write to, possibly mapped to a file.

    Returns:
        array (n, k) of the type of the latents.

    Raises:
        DataError: a zero vector (its cosine is undefined), a constant coordinate, an entry that is not
            finite, or anchors of another width; rows are numbered from 1.

    Example:
        >>> import numpy as np
        >>> relative_transform(np.array([[3., 4.], [0., 2.]]), np.array([[1., 0.]])).tolist()
        [[0.6], [0.0]]
    """
    import numpy as np

    if anchors.ndim != 2 or latents.ndim != 2 or anchors.shape[1] != latents.shape[1]:
        raise DataError(f"anchors of shape {anchors.shape} for latents of shape {latents.shape}")
    kind = np.result_type(latents.dtype, np.float32)
    mean = scale = None
    if normalize:
        shared = shared or statistics(latents)
        mean, scale = shared.mean.astype(kind), (1 / shared.deviation).astype(kind)
    check_finite(anchors, "anchors")
    directions = anchors.astype(np.float64)
    if shared is not None and normalize:
        directions = (directions - shared.mean) / shared.deviation
    lengths = np.sqrt(np.einsum("ij,ij->i", directions, directions))
    _refuse_zeros(lengths, "anchors", 0, normalize)
    directions = np.ascontiguousarray((directions / lengths[:, None]).T, dtype=kind)
    if out is None:
        out = np.empty((len(latents), len(anchors)), dtype=kind)
    for start in range(0, len(latents), BLOCK):
        block = np.asarray(latents[start:start + BLOCK], dtype=kind)
        if mean is not None:
            block = block - mean
            block *= scale
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block))
        if not np.isfinite(lengths).all() or (lengths < np.finfo(kind).tiny ** 0.5).any():
            # Rare: not finite, zero, or squares out of range; scale each row by its largest entry.
            check_finite(latents[start:start + BLOCK], "latents", start)
            largest = np.abs(block).max(axis=1)
            _refuse_zeros(largest, "latents", start, normalize)
            block = block / largest[:, None]
            lengths = np.sqrt(np.einsum("ij,ij->i", block, block))
        target = out[start:start + BLOCK]
        np.matmul(block, directions, out=target)
        target /= lengths[:, None]
    return out


def _refuse_zeros(lengths: np.ndarray, name: str, offset: int, normalize: bool) -> None:
    import numpy as np

    if (lengths == 0).any():
        row = offset + int(np.argmax(lengths == 0)) + 1
        raise DataError(f"{name}, row {row}: a zero vector{' after normalisation' if normalize else ''}: "
                        "its cosine is undefined")
