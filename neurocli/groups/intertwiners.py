"""Maps that commute with a group: the unitary change that brings weights to a representation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurocli.groups.weights import Blocks


def polar(a: np.ndarray) -> np.ndarray:
    """The nearest unitary matrix."""
    u, _, vh = np.linalg.svd(a)
    return np.asarray(u @ vh)


def intertwiner(weights: np.ndarray, unitary: np.ndarray) -> np.ndarray:
    """A unitary T with T W(g) ≈ ρ(g)† T, the closest found by averaging over the group.

    Args:
        weights: shape (|G|, d, d), near a unitary change of ρ(g)†, with W(1) = 1.
        unitary: ρ(g), shape (|G|, d, d), irreducible.

    Notes:
        Σ_g ρ(g) X W(g) commutes in this sense for every X; by Schur's lemma it is a multiple of one T.
        Of the matrix units X the one with the largest average is taken.
    """
    d = weights.shape[1]
    # averages[a, b] is the average of ρ(g) E_ab W(g): column a of ρ times row b of W.
    averages = np.einsum("gia,gbj->abij", unitary, weights) / len(weights)
    sizes = np.linalg.norm(averages, axis=(2, 3))
    a, b = np.unravel_index(int(np.argmax(sizes)), (d, d))
    return polar(averages[a, b])


def unitary_change(weights: np.ndarray, unitary: np.ndarray,
                   rounds: int = 50) -> tuple[np.ndarray, np.ndarray]:
    """Unitary A, B with W(g) ≈ A ρ(g)† B, least squares by turns.

    Args:
        weights: shape (|G|, d, d).
        unitary: ρ(g), shape (|G|, d, d), irreducible.
        rounds: at most so many turns; each can only improve the fit.
    """
    base = polar(weights[0])
    b = intertwiner(base.conj().T @ weights, unitary)
    a = base @ b.conj().T
    for _ in range(rounds):
        previous = a
        a = polar(np.einsum("gij,kj,gkl->il", weights, b.conj(), unitary))
        b = polar(np.einsum("gij,kj,gkl->il", unitary, a.conj(), weights))
        if np.abs(a - previous).max() < 1e-14:
            break
    return a, b


def match_characters(blocks: Blocks, unitaries: Sequence[np.ndarray]) -> tuple[list[int], np.ndarray]:
    """Which representation each block is nearest to, one to one.

    Args:
        blocks: normalized weights.
        unitaries: the irreducible representations ρ(g), as many as blocks, of the same sizes.

    Returns:
        The representation of each block, and the matrix of the overlaps (1/|G|) |Σ_g tr W(g) tr ρ(g)|,
        which are 1 for equivalent and 0 for inequivalent ones.
    """
    from scipy.optimize import linear_sum_assignment

    ours = np.array([np.trace(block, axis1=1, axis2=2) for block in blocks])
    theirs = np.array([np.trace(unitary, axis1=1, axis2=2) for unitary in unitaries])
    overlaps = np.abs(ours @ theirs.T) / ours.shape[1]
    same = np.array([[block.shape[1] == unitary.shape[1] for unitary in unitaries] for block in blocks])
    # Sizes must agree; both lists are complete, so an assignment exists whenever the sizes match.
    _, columns = linear_sum_assignment(np.where(same, -overlaps, 1e6))
    return [int(c) for c in columns], overlaps
