"""Fully connected linear networks f(x) = A W x: singular modes learned in decreasing order.

With S = E[y x^T], C = E[x x^T] and mu_1 >= mu_2 >= ... the eigenvalues of S C^-1 S^T, the network
visits the rank-k least-squares maps one after the other.  The times follow from the utilities along
the way; they are proved where C commutes with S^T S and a conjecture otherwise.

Reference: [kunin-2025].
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from neurocli.dynamics.data import Samples
from neurocli.dynamics.diagonal import dot
from neurocli.dynamics.plateaus import Feature, Prediction
from neurocli.dynamics.surd import Surd
from neurocli.errors import DataError

Table = Sequence[Sequence[Any]]
#: Eigenvalues below this share of the largest are noise of the eigensolver.
_ZERO = 1e-12


def covariances(data: Samples) -> tuple[list[list[Any]], list[list[Any]], Any]:
    """E[x x^T] (d x d), E[y x^T] (c x d) and E|y|^2, exact."""
    n, d, c = data.shape
    inputs = [tuple(row[i] for row in data.x) for i in range(d)]
    targets = [tuple(row[i] for row in data.y) for i in range(c)]
    return ([[dot(a, b) / n for b in inputs] for a in inputs],
            [[dot(a, b) / n for b in inputs] for a in targets],
            sum((dot(a, a) for a in targets), Fraction(0)) / n)


def commutes(input_covariance: Table, cross: Table) -> bool:
    """Whether C and S^T S commute, exactly: then the learned modes are decoupled and the times proved."""
    square = [[dot(a, b) for b in zip(*cross)] for a in zip(*cross)]
    d = len(square)
    left = [[dot(input_covariance[i], [row[j] for row in square]) for j in range(d)] for i in range(d)]
    return all(left[i][j] == left[j][i] for i in range(d) for j in range(i))


def linear_staircase(input_covariance: Table, cross: Table, target_power: Any,
                     hidden: int | None = None) -> Prediction:
    """The staircase of a two-layer linear network from a vanishing initialization.

    Args:
        input_covariance: C = E[x x^T], d x d, positive definite.
        cross: S = E[y x^T], c x d.
        target_power: E|y|^2.
        hidden: width of the hidden layer; default min(c, d), so that no mode is missed.

    Returns:
        Plateaus (1/2) E|y|^2 - (1/2) (mu_1 + ... + mu_k) and times in units of -log(alpha).  Losses are
        exact where every mu is rational.

    Raises:
        DataError: C is singular or not positive definite, or sizes do not fit.

    Notes:
        With sigma^(k)_j the j-th singular value of (I - U_k U_k^T) S, the waiting times are
        D_k = (1 - sum_{i=0}^{k-2} sigma^(i)_{k-i} D_{i+1}) / sigma^(k-1)_1.  At the k-th plateau each of
        the hidden - k dormant neurons offers the utility a^T R w with the residual correlation R, a
        quadratic form with rank(R) negative directions of the loss.

    Reference: [kunin-2025].

    Example:
        >>> zero, one, two = Fraction(0), Fraction(1), Fraction(2)
        >>> found = linear_staircase([[one, zero], [zero, one]], [[two, zero], [zero, one]], 5 * one)
        >>> [str(loss) for loss in found.losses], found.time_status
        (['5/2', '1/2', '0'], 'proved')
        >>> [feature.time for feature in found.features]
        [0.5, 1.0]
    """
    c, d = len(cross), len(input_covariance)
    if any(len(row) != d for row in (*input_covariance, *cross)) or not c:
        raise DataError(f"covariances of sizes {d} x {len(input_covariance[0])} and {c} x {len(cross[0])}")
    covariance = np.array([[float(entry) for entry in row] for row in input_covariance])
    correlation = np.array([[float(entry) for entry in row] for row in cross])
    spectrum = np.linalg.eigvalsh(covariance)
    if spectrum[0] <= _ZERO * abs(spectrum[-1]) or not np.all(np.isfinite(spectrum)):
        raise DataError(f"the input covariance is singular (least eigenvalue {spectrum[0]:.3g})",
                        "remove inputs that are linear combinations of others")
    gain = correlation @ np.linalg.solve(covariance, correlation.T)
    values, vectors = np.linalg.eigh((gain + gain.T) / 2)
    values, vectors = values[::-1], vectors[:, ::-1]
    rank = int(np.sum(values > _ZERO * max(values[0], 1e-300)))
    width = min(c, d) if hidden is None else hidden
    learned = min(rank, width)
    exact_values = _rational_eigenvalues(input_covariance, cross, values[:rank])
    modes: Sequence[Any] = exact_values or [float(value) for value in values[:rank]]
    sigmas = [np.linalg.svd(correlation - vectors[:, :k] @ (vectors[:, :k].T @ correlation), compute_uv=False)
              for k in range(learned)]
    waits: list[float] = []
    clock, notes = 0.0, []
    features = []
    loss: Any = target_power / 2
    if not exact_values:
        loss = float(loss)
    for k in range(1, learned + 1):
        wait = (1 - sum(sigmas[i][k - i - 1] * waits[i] for i in range(k - 1))) / sigmas[k - 1][0]
        if wait < -1e-12:
            notes.append(f"mode {k}: the formula gives a negative waiting time ({wait:.6g}); taken as 0")
        waits.append(max(float(wait), 0.0))
        clock += waits[-1]
        drop = modes[k - 1] / 2
        loss = loss - drop
        tie = any(abs(float(modes[j]) - float(modes[k - 1])) <= _ZERO * float(modes[0])
                  for j in range(rank) if j != k - 1)
        features.append(Feature(f"mode {k}", loss, drop, clock, float(sigmas[k - 1][0]) / 2, tie,
                                (width - k) * (rank - k), (("mu", modes[k - 1]),)))
    proved = commutes(input_covariance, cross)
    notes.append("C commutes with S^T S: the times are proved" if proved else
                 "C does not commute with S^T S: the times are a conjecture of the theory")
    if learned < rank:
        notes.append(f"the width {width} stops the network at rank {width} of {rank}")
    return Prediction("linear", 2, float(target_power / 2) if not exact_values else target_power / 2,
                      tuple(features), "proved" if proved else "conjectured", "-log(alpha)",
                      bool(exact_values), tuple(notes), width * rank)


def _rational_eigenvalues(covariance: Table, cross: Table, approximate: Any) -> list[Fraction]:
    """The nonzero eigenvalues of S C^-1 S^T as fractions, or nothing where one is irrational.

    Each is guessed from its float and accepted when S C^-1 S^T - mu loses rank exactly as often as the
    guess is repeated.
    """
    entries = [entry for row in (*covariance, *cross) for entry in row]
    size = len(cross)
    if any(isinstance(entry, Surd) for entry in entries) or size > 12 or len(covariance) > 24:
        return []
    solved = _solve(covariance, [list(column) for column in cross])
    matrix = [[dot(row, column) for column in solved] for row in cross]
    guesses = [Fraction(float(value)).limit_denominator(10**6) for value in approximate]
    for guess in set(guesses):
        shifted = [[matrix[i][j] - (guess if i == j else 0) for j in range(size)] for i in range(size)]
        if size - _rank(shifted) != guesses.count(guess):
            return []
    return guesses


def _solve(matrix: Table, right: list[list[Any]]) -> list[list[Any]]:
    """C^-1 applied to each given vector; C is positive definite, so no pivoting is needed."""
    size = len(matrix)
    rows = [[Fraction(entry) for entry in matrix[i]] + [vector[i] for vector in right] for i in range(size)]
    for k in range(size):
        rows[k] = [entry / rows[k][k] for entry in rows[k]]
        for i in range(size):
            if i != k and rows[i][k]:
                head = rows[i][k]
                rows[i] = [entry - head * other for entry, other in zip(rows[i], rows[k])]
    return [[rows[i][size + j] for i in range(size)] for j in range(len(right))]


def _rank(matrix: Table) -> int:
    """The rank of a rational matrix."""
    rows, rank = [list(row) for row in matrix], 0
    for k in range(len(rows[0])):
        pivot = next((i for i in range(rank, len(rows)) if rows[i][k]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for i in range(rank + 1, len(rows)):
            head = rows[i][k] / rows[rank][k]
            if head:
                rows[i] = [entry - head * other for entry, other in zip(rows[i], rows[rank])]
        rank += 1
    return rank
