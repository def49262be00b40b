"""A set of solutions, deduplicated by hashing coordinates that are equal on every orbit."""

from __future__ import annotations

import numpy as np

#: Two solutions are one when their coordinates agree to this relative error.
TOLERANCE = 1e-7


class PointTable:
    """Solutions at one value of the parameter.

    Args:
        unknowns: length of a solution.
        invariants: length of its invariant coordinates.
        seed: for the projections that are hashed.

    Notes:
        A point is kept as the solution and two random linear projections of its invariant
        coordinates.  The first is hashed on a square grid; a point is looked for in its cell and
        in the neighbours, so rounding never separates two copies.  The second decides.
    """

    def __init__(self, unknowns: int, invariants: int, seed: int = 0) -> None:
        rng = np.random.default_rng([seed, 0x7AB])
        weights = rng.standard_normal((invariants, 2)) + 1j * rng.standard_normal((invariants, 2))
        self._weights = weights / np.linalg.norm(weights, axis=0)
        self._x = np.zeros((16, unknowns), dtype=np.complex128)
        self._marks = np.zeros((16, 2), dtype=np.complex128)
        self._cells: dict[tuple[int, int], list[int]] = {}
        self._count = 0
        self._scale = 0.0
        self.trace = np.zeros(invariants, dtype=np.complex128)
        self.sizes = 0.0

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> np.ndarray:
        """The solutions, in the order they were found."""
        return self._x[:self._count]

    def find_or_add(self, x: np.ndarray, invariants: np.ndarray) -> tuple[list[int], list[bool]]:
        """For each point of a batch its number, and whether it is new."""
        marks = invariants @ self._weights
        sizes = np.linalg.norm(invariants, axis=1)
        if not self._scale and len(sizes):
            self._scale = float(np.median(sizes)) + 1e-300
        planar = np.stack([marks[:, 0].real, marks[:, 0].imag], axis=1)
        cells = np.floor(planar / (self._scale * TOLERANCE * 8))
        numbers, new = [], []
        for i, (a, b) in enumerate(np.clip(cells, -2.0**62, 2.0**62).astype(np.int64).tolist()):
            number = self._find((a, b), marks[i], TOLERANCE * (self._scale + sizes[i]))
            new.append(number is None)
            if number is None:
                number = self._add((a, b), x[i], marks[i])
                self.trace += invariants[i]
                self.sizes += float(sizes[i])
            numbers.append(number)
        return numbers, new

    def _find(self, cell: tuple[int, int], marks: np.ndarray, tolerance: float) -> int | None:
        for da in (0, -1, 1):
            for db in (0, -1, 1):
                for number in self._cells.get((cell[0] + da, cell[1] + db), ()):
                    if np.abs(self._marks[number] - marks).max() <= tolerance:
                        return number
        return None

    def _add(self, cell: tuple[int, int], x: np.ndarray, marks: np.ndarray) -> int:
        if self._count == len(self._x):
            self._x = np.concatenate([self._x, np.zeros_like(self._x)])
            self._marks = np.concatenate([self._marks, np.zeros_like(self._marks)])
        number = self._count
        self._x[number], self._marks[number] = x, marks
        self._cells.setdefault(cell, []).append(number)
        self._count += 1
        return number
