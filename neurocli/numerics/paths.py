"""Paths in the space of data, end points, and why a path ended."""

from __future__ import annotations

import dataclasses
import enum
from typing import Protocol

import numpy as np


class ReturnCode(enum.IntEnum):
    """How a path ended; every path ends with exactly one of these."""

    #: The end of the path, with an isolated solution refined to working precision.
    SUCCESS = 0
    #: The end point is singular: Newton's method converges slowly or the Jacobian drops rank.
    SINGULAR = 1
    #: The solution goes to infinity (beyond `Options.infinity` times its first size).
    AT_INFINITY = 2
    #: The step became shorter than `Options.smallest_step`: near a branch point, or precision lost.
    STEP_TOO_SMALL = 3
    #: More steps than `Options.most_steps`.
    TOO_MANY_STEPS = 4
    #: The start point does not solve the start system (Newton's method moves it far).
    BAD_START = 5
    #: The start point is singular, or not isolated modulo the known kernel.
    SINGULAR_START = 6
    #: Overflow: a value is not a finite number.
    NOT_FINITE = 7


class Homotopy(Protocol):
    """A family G(x; q) of systems, q a vector of data (offsets, targets, coefficients).

    `evaluate` takes points (B, n), data (B, k) and velocities (B, k) of the data, and returns
    G (B, m), the derivatives in x transposed (B, n, m), and the derivative along the velocity
    (B, m).  Either m < n and the fibres have dimension n - m = `kernel` (scalings, gauge), or
    m = n; then `kernel` > 0 says that G is a gradient, so its derivative is symmetric, with that
    many kernel directions at every solution.
    """

    unknowns: int
    kernel: int
    data: int

    def evaluate(self, x: np.ndarray, q: np.ndarray, dq: np.ndarray
                 ) -> tuple[np.ndarray, np.ndarray, np.ndarray]: ...

    def invariants(self, x: np.ndarray) -> np.ndarray:
        """Coordinates (B, k) that separate solutions, and are equal on one orbit of the gauge."""
        ...

    def normalize(self, x: np.ndarray) -> np.ndarray:
        """The same solutions by well-scaled representatives (B, n)."""
        ...


@dataclasses.dataclass(frozen=True, eq=False)
class Paths:
    """Paths to track: start points, ways of the parameter, and labels.

    Args:
        x: start points (B, n).
        ways: complex (B, 3, k): q(t) = c0 + c1 t + c2 t^2, t from 0 to 1.
        labels: integers (B,).
    """

    x: np.ndarray
    ways: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


@dataclasses.dataclass(frozen=True, eq=False)
class EndPoints:
    """Where paths ended: labels, points, return codes, relative error bounds, numbers of steps."""

    labels: np.ndarray
    x: np.ndarray
    codes: np.ndarray
    errors: np.ndarray
    steps: np.ndarray
    t: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


def segment(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The straight way from a to b."""
    return arc(a, b, np.zeros_like(a))


def arc(a: np.ndarray, b: np.ndarray, detour: np.ndarray) -> np.ndarray:
    """The parabola from a to b that passes its middle at the distance `detour` of the chord's.

    Example:
        >>> a, b = np.array([0j]), np.array([1 + 0j])
        >>> position(arc(a, b, np.array([2j]))[None], np.array([0.5]))[0].tolist()
        [[(0.5+2j)]]
    """
    return np.stack([a, b - a + 4 * detour, -4 * detour]).astype(np.complex128)


def detoured(a: np.ndarray, b: np.ndarray, seed: int = 0) -> np.ndarray:
    """The way from a to b through a random complex point: it meets a discriminant at most in its ends, also
    between real points."""
    rng = np.random.default_rng([seed, 0xA8C])
    detour = rng.standard_normal(len(a)) + 1j * rng.standard_normal(len(a))
    return arc(a, b, detour * (0.5 * np.linalg.norm(b - a) / np.linalg.norm(detour)))


def reverse(way: np.ndarray) -> np.ndarray:
    """The same way backwards."""
    c0, c1, c2 = way
    return np.stack([c0 + c1 + c2, -c1 - 2 * c2, c2])


def position(ways: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """q(t) and q'(t) for a batch of ways."""
    t = t[:, None]
    return ways[:, 0] + t * (ways[:, 1] + t * ways[:, 2]), ways[:, 1] + 2 * t * ways[:, 2]
