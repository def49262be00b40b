"""Weights of spectral networks: one block W_i of shape (|G|, d_i, d_i) for each representation.

The blocks of a network trained to be invariant tend to the group Fourier transform, W_i(g) = ρ_i(g)†
up to unitary changes [marchetti-2023].
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from neurocli.errors import DataError
from neurocli.groups.group import Group
from neurocli.groups.representation import Representation

Blocks = tuple[np.ndarray, ...]


def read_weights(path: str | os.PathLike[str], dimensions: Sequence[int] | None = None) -> Blocks:
    """The blocks in an NPZ or NPY file.

    Args:
        path: NPZ with one array of shape (|G|, d, d) for each block, or (|G|,) where d = 1, in the order
            of the file; or NPY, one array of shape (|G|, Σ d²) with the blocks flattened row by row.
        dimensions: the d of each block of an NPY file; all 1 when not given.

    Raises:
        DataError: unreadable, pickled, not finite, or of wrong sizes.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            loaded = np.load(stream, allow_pickle=False)
            arrays = loaded if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DataError(f"{path}: no NPZ or NPY file of plain numbers ({reason})",
                        "save the blocks with numpy.savez") from error
    if isinstance(arrays, np.ndarray):
        return checked_blocks(_columns(arrays, dimensions, str(path)), str(path))
    return checked_blocks(list(arrays.values()), str(path), list(arrays))


def _columns(array: np.ndarray, dimensions: Sequence[int] | None, place: str) -> list[np.ndarray]:
    """The blocks of a flat array; one block or a stack of equal blocks may come unflattened."""
    if dimensions is None:
        if array.ndim != 2:
            raise DataError(f"{place}: read shape {array.shape}, expected (|G|, Σ d²)",
                            "give the block sizes, or save the blocks with numpy.savez")
        return [array[:, i] for i in range(array.shape[1])]
    width = sum(d * d for d in dimensions)
    if min(dimensions, default=0) < 1 or array.ndim != 2 or array.shape[1] != width:
        raise DataError(f"{place}: blocks of sizes {list(dimensions)} need shape (|G|, {width}), "
                        f"read {array.shape}")
    blocks, start = [], 0
    for d in dimensions:
        blocks.append(array[:, start:start + d * d].reshape(-1, d, d))
        start += d * d
    return blocks


def checked_blocks(arrays: Sequence[Any], place: str = "weights", names: Sequence[str] = ()) -> Blocks:
    """The arrays as complex blocks of shape (|G|, d, d).

    Raises:
        DataError: not numbers, not finite, not square, of different |G|, or Σ d² ≠ |G|.
    """
    blocks: list[np.ndarray] = []
    for i, array in enumerate(arrays):
        name = f"{place}: block {names[i] if names else i}"
        array = np.asarray(array)
        if array.dtype.kind not in "iufc":
            raise DataError(f"{name}: {array.dtype} are no numbers")
        if array.ndim == 1:
            array = array[:, None, None]
        if array.ndim != 3 or array.shape[1] != array.shape[2] or 0 in array.shape:
            raise DataError(f"{name}: read shape {array.shape}, expected (|G|, d, d)")
        if not np.isfinite(array).all():
            raise DataError(f"{name}: not finite")
        if blocks and len(array) != len(blocks[0]):
            raise DataError(f"{name}: {len(array)} elements, the blocks before have {len(blocks[0])}")
        blocks.append(array.astype(np.complex128))
    if not blocks:
        raise DataError(f"{place}: no blocks")
    n, squares = len(blocks[0]), sum(block.shape[1] ** 2 for block in blocks)
    if squares != n:
        sizes = ", ".join(str(block.shape[1]) for block in blocks)
        raise DataError(f"{place}: wrong block sizes {sizes}: their squares add up to {squares}, not to the "
                        f"{n} elements", "a complete set of irreducible representations has Σ d² = |G|")
    return tuple(blocks)


def fourier_blocks(representations: Sequence[Representation]) -> Blocks:
    """The weights of the group Fourier transform, W_i(g) = ρ_i(g)†, in unitary bases."""
    return tuple(rho.unitary().conj().transpose(0, 2, 1) for rho in representations)


def normalized(blocks: Blocks) -> Blocks:
    """The blocks with W_i(1) = 1 and mean squared norm d_i, where they are not so already.

    Raises:
        DataError: a block vanishes, or W_i(1) is singular.

    Notes:
        Unitary changes W → U W and constants c W are divided out: with W(1) = P Q (polar, Q unitary)
        the block becomes Q† W / c.
    """
    result = []
    for i, block in enumerate(blocks):
        d = block.shape[1]
        if np.array_equal(block[0], np.eye(d)):
            result.append(block)
            continue
        scale = float(np.sqrt(np.mean(np.abs(block) ** 2) * d))
        u, singular, vh = np.linalg.svd(block[0])
        if scale == 0 or singular[-1] <= 1e-12 * scale:
            raise DataError(f"block {i}: the weights at the identity are singular, so the block cannot be "
                            "normalized", "the first element must be the identity of the group")
        result.append((u @ vh).conj().T @ block / scale)
    return tuple(result)


def weighted_gram(blocks: Blocks, weighted: bool = True) -> np.ndarray:
    """Σ_i d_i tr(W_i(g) W_i(h)†), or without the factors d_i.

    Returns:
        Complex array of shape (|G|, |G|); |G| times the identity for the group Fourier transform.
    """
    total = np.zeros((len(blocks[0]),) * 2, dtype=complex)
    for block in blocks:
        flat = block.reshape(len(block), -1)
        total += (block.shape[1] if weighted else 1) * (flat @ flat.conj().T)
    return total


def regularizer(blocks: Blocks, weighted: bool = True) -> float:
    """The mean squared entry of c·1 − Σ_i w_i W_i W_i†, which asks for orthonormal blocks.

    Args:
        blocks: the weights.
        weighted: with w_i = d_i and c = |G|, which vanishes at the group Fourier transform; without,
            w_i = 1 and c = Σ d_i, the form published with the method, which vanishes there only for
            commutative groups (on D_3 it is 1/3).

    Reference: [marchetti-2023].
    """
    n = len(blocks[0])
    c = n if weighted else sum(block.shape[1] for block in blocks)
    return float(np.mean(np.abs(c * np.eye(n) - weighted_gram(blocks, weighted)) ** 2))


def invariance_error(blocks: Blocks, group: Group, seed: int = 0, samples: int = 32) -> float:
    """How far the power spectra of random signals are from those of their translates.

    Returns:
        The root of the mean squared difference over the root of the mean square, over all translates of
        `samples` complex Gaussian signals; 0 for an exactly invariant network.
    """
    rng = np.random.default_rng(seed)
    n = group.order
    signals = rng.normal(size=(samples, n)) + 1j * rng.normal(size=(samples, n))
    difference = total = 0.0
    table = np.array(group.table)
    for block in blocks:
        def power(x: np.ndarray, block: np.ndarray = block) -> np.ndarray:
            a = np.einsum("...g,gij->...ij", x, block)
            return np.asarray(a @ a.conj().swapaxes(-1, -2))

        reference = power(signals)[:, None]
        moved = power(signals[:, table])
        difference += float(np.sum(np.abs(moved - reference) ** 2))
        total += n * float(np.sum(np.abs(reference) ** 2))
    return float(np.sqrt(difference / total)) if total else 0.0
