"""Zero-shot stitching: how well the relative representations of two encoders agree.

Two encoders of the same data, with the same data points as anchors, are stitched by using the decoder
of one on the relative representation of the other.  No training is involved, so the error of stitching
is the disagreement of the two representations, and a linear decoder fitted on one side only measures
what it costs.

Reference:
    [moschella-2023], [garcia-castellanos-2024]
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from neurocli.errors import DataError
from neurocli.latent.relative import relative_transform

if TYPE_CHECKING:
    import numpy as np

REPRESENTATIONS = ("absolute", "plain", "normalized")
#: Weight of the ridge in the linear decoder, relative to the mean square of the features.
RIDGE = 1e-6


@dataclasses.dataclass(frozen=True)
class Stitching:
    """Agreement of two encoders in one representation.

    Args:
        representation: "absolute", "plain" or "normalized".
        error: |R_A - R_B| / |R_A|, Frobenius norms; None when widths differ.
        largest: largest difference of an entry.
        retrieval: share of rows of B whose nearest row of A (by cosine) is their own.
        cka: linear centred kernel alignment.
        own, stitched: accuracy of a linear decoder fitted on A, on A and on B; None without labels.
    """

    representation: str
    error: float | None
    largest: float | None
    retrieval: float | None
    cka: float
    own: float | None = None
    stitched: float | None = None


def stitch(left: np.ndarray, right: np.ndarray, left_anchors: np.ndarray, right_anchors: np.ndarray,
           labels: Sequence[str] | None = None) -> list[Stitching]:
    """Compare the absolute, plain and normalised representations of two encoders.

    Args:
        left, right: arrays (n, d) and (n, d') of the same data, row by row.
        left_anchors, right_anchors: arrays (k, d) and (k, d'), paired row by row.
        labels: n classes, for the linear decoder.

    Raises:
        DataError: unpaired rows or anchors, another number of labels, or faults of the transforms.
    """
    check_same_data(left, right)
    if len(left_anchors) != len(right_anchors):
        raise DataError(f"unpaired anchors: {len(left_anchors)} of A, {len(right_anchors)} of B")
    if labels is not None and len(labels) != len(left):
        raise DataError(f"{len(labels)} labels for {len(left)} rows")
    found = []
    for name in REPRESENTATIONS:
        a, b = left, right
        if name != "absolute":
            a = relative_transform(left, left_anchors, name == "normalized")
            b = relative_transform(right, right_anchors, name == "normalized")
        found.append(_agreement(name, a, b, labels))
    return found


def check_same_data(left: np.ndarray, right: np.ndarray) -> None:
    """Complain when two encoders have different numbers of latent vectors.

    Raises:
        DataError: with both numbers.
    """
    if len(left) != len(right):
        raise DataError(f"{len(left)} latents of A for {len(right)} of B: they must be of the same data")


def _agreement(name: str, a: np.ndarray, b: np.ndarray, labels: Sequence[str] | None) -> Stitching:
    import numpy as np

    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    alignment = cka(a, b)
    if a.shape != b.shape:
        return Stitching(name, None, None, None, alignment)
    own = stitched = None
    if labels is not None:
        own, stitched = _decoder_accuracy(a, b, labels)
    norm = float(np.linalg.norm(a))
    return Stitching(name, float(np.linalg.norm(a - b)) / norm if norm else None, float(np.abs(a - b).max()),
                     _retrieval(a, b), alignment, own, stitched)


def cka(a: np.ndarray, b: np.ndarray) -> float:
    """Linear centred kernel alignment of two sets of features of the same data.

    Args:
        a, b: arrays (n, p), (n, q).

    Example:
        >>> import numpy as np
        >>> x = np.array([[0., 1.], [2., 0.], [5., 4.]])
        >>> round(cka(x, 3 * x[:, ::-1] + 1), 12)
        1.0
    """
    import numpy as np

    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    below = float(np.linalg.norm(a.T @ a) * np.linalg.norm(b.T @ b))
    return float(np.linalg.norm(a.T @ b) ** 2) / below if below else 0.0


def _retrieval(a: np.ndarray, b: np.ndarray) -> float:
    import numpy as np

    def directions(rows: np.ndarray) -> np.ndarray:
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)

    a, b = directions(a), directions(b)
    hits = 0
    for start in range(0, len(b), 1024):
        similarity = b[start:start + 1024] @ a.T
        own = similarity[np.arange(len(similarity)), start + np.arange(len(similarity))]
        # Equal rows of A tie; a tie with the right one counts.
        hits += int((similarity.max(axis=1) <= own + 1e-12).sum())
    return hits / len(b)


def _decoder_accuracy(a: np.ndarray, b: np.ndarray, labels: Sequence[str]) -> tuple[float, float]:
    """Accuracies on A and on B of a ridge classifier fitted on A."""
    import numpy as np

    names, target = np.unique(np.array(labels), return_inverse=True)
    ones = np.ones((len(a), 1))
    features = np.hstack([a, ones])
    wanted = np.eye(len(names))[target]
    gram = features.T @ features
    ridge = RIDGE * np.trace(gram) / len(gram)
    weights = np.linalg.solve(gram + ridge * np.eye(len(gram)), features.T @ wanted)
    return (float(np.mean((features @ weights).argmax(axis=1) == target)),
            float(np.mean((np.hstack([b, ones]) @ weights).argmax(axis=1) == target)))
