"""Krawczyk's test in ball arithmetic: existence, uniqueness, distinctness, and reality of solutions.

For a square system F, an approximate zero x, an approximate inverse Y of F'(x) and a box X about
x, the Krawczyk operator is K(X) = x - Y F(x) + (I - Y F'(X)) (X - x).  If K(X) lies in the
interior of X, then X contains exactly one zero of F (Krawczyk 1969; Moore 1977).  F(x) and F'(X)
are enclosed by FLINT balls, so the conclusion is a theorem about the system whose coefficients
are the doubles that were used.

The systems of networks have fibres.  They are cut by the patch conj(N)^T (theta - x) = 0, N the
kernel at x, which makes them square.  For critical equations, d combinations R of the gradient
J^T (z - q) are set to zero, d the dimension of the variety: the gradient lies in the row space of
J, so it vanishes with them as soon as R J^T has rank d on the box, and that is checked, too; it
also shows that the point is no ramification point.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
from flint import acb, acb_mat, arb

from neurocli.algebra.rings import Array
from neurocli.numerics.balance import turned_real
from neurocli.numerics.ball_sweep import precision
from neurocli.numerics.evaluation import Evaluation
from neurocli.numerics.function_space import FunctionSpace
from neurocli.numerics.systems import CriticalSystem, SliceSystem
from neurocli.numerics.threads import one_thread

#: Half-widths of the boxes that are tried, relative to the size of the point.
RADII = (1e-9, 1e-11, 1e-7)
_SMALL_RADII = (1e-13, 1e-16, 1e-19)
_BITS, _MANY_BITS = 64, 192
#: A refined point farther than this from the given one, relative to its size, is another one.
_NEAR = 1e-7


@dataclasses.dataclass(frozen=True)
class Certificate:
    """What is proved about one approximate solution.

    Args:
        certified: a box at the point (within 1e-7 of it) contains exactly one solution, modulo
            the fibre through it.
        distinct: its function differs from that of every other certified solution of the list.
        real: the solution is real (its parameters can be chosen real).
        not_real: its function is not real. Both flags may be False: then nothing is proved.
        radius: half-width of the box, relative to the point; below 1e-12 the box is about a
            refined point.
    """

    certified: bool
    distinct: bool
    real: bool
    not_real: bool
    radius: float


def certify(system: SliceSystem | CriticalSystem, points: np.ndarray, data: np.ndarray) -> list[Certificate]:
    """Certify approximate solutions.

    Args:
        system: the equations.
        points: array (B, parameters).
        data: q, shape (k,), or one row for every point.

    Returns:
        One certificate for each point, in order. The number of those that are `certified` and
        `distinct` is a proved lower bound for the number of solutions.

    Notes:
        The rank of the Jacobian is at most `space.dimension` everywhere: that is taken from the
        space. Reality needs a real system (`function_space(..., real=True)`, real data).
    """
    balls = _Balls(system)
    targets = np.broadcast_to(np.atleast_2d(data), (len(points), system.data))
    with one_thread():
        found = [balls.test(x, q) for x, q in zip(points, targets, strict=True)]
    distinct = _distinct([values for _, values, _ in found])
    result = []
    for i, (radius, values, real) in enumerate(found):
        result.append(Certificate(values is not None, distinct[i], real,
                                  values is not None and balls.real_system and _off_real(values), radius))
    return result


def count_certified(certificates: list[Certificate]) -> int:
    """Number of solutions proved to exist and to differ."""
    return sum(c.certified and c.distinct for c in certificates)


@dataclasses.dataclass(frozen=True)
class _Frame:
    """Approximate data of a test, as exact matrices: combinations R, patch, inverse, inverse of R J^T."""

    rows: acb_mat
    kernel: acb_mat
    inverse: acb_mat
    regular: acb_mat | None


class _Balls:
    """The system over balls."""

    def __init__(self, system: SliceSystem | CriticalSystem) -> None:
        self.system = system
        space = self.space = system.space
        self.evaluation = Evaluation(space.parametrization.program, to_balls(space.samples))
        self.dimension = space.dimension
        matrix = system.root if isinstance(system, CriticalSystem) else system.rows @ space.coordinates
        self.matrix = acb_matrix(matrix.T)
        self.back = acb_matrix(matrix)
        self.coordinates = acb_matrix(space.coordinates.T)
        self.real_system = not (space.samples.imag.any() or matrix.imag.any())

    def test(self, x: np.ndarray, q: np.ndarray) -> tuple[float, list[Any] | None, bool]:
        """Radius, balls of the function's coordinates (None: nothing is proved), and reality."""
        if not np.isfinite(x).all():
            return 0.0, None, False
        real = False
        if self.real_system and not q.imag.any():
            candidate = real_representative(self.space, x)
            if candidate is not None:
                x, real = candidate, True
        values, radius = self._try(x, q)
        if values is None and real:  # real in fact, perhaps, but not provably so
            values, radius = self._try(x * np.exp(1e-3j), q)
            real = False
        return (radius, values, real) if values is not None else (0.0, None, False)

    def _try(self, x: np.ndarray, q: np.ndarray) -> tuple[list[Any] | None, float]:
        """Boxes about x; where all fail, smaller ones about a point refined in many bits."""
        frame = self._frame(x, q)
        if frame is None:
            return None, 0.0
        with precision(_BITS):
            for radius in RADII:
                values = self._krawczyk(to_balls(x[None]), x, q, radius, frame)
                if values is not None:
                    return values, radius
        with precision(_MANY_BITS):
            centre = self._refined(x, q, frame)
            near = arb(_NEAR * float(np.linalg.norm(x)))
            if not all(abs(z - complex(given)) < near for z, given in zip(centre[0], x, strict=True)):
                return None, 0.0  # a solution somewhere else is not what was asked about
            for radius in _SMALL_RADII:
                values = self._krawczyk(centre, x, q, radius, frame)
                if values is not None:
                    return values, radius
        return None, 0.0

    def _frame(self, x: np.ndarray, q: np.ndarray) -> _Frame | None:
        """All that is only approximate, from floating point: patch, combinations, inverse."""
        system, d = self.system, self.dimension
        start = x[None].astype(complex)
        outputs = self.space.evaluation.run(start).jacobian[0]
        _, transposed, _ = system.evaluate(start, q[None], q[None] * 0)
        left, _, _ = np.linalg.svd(outputs @ self.space.coordinates.T)
        rows, kernel = left[:, :d].conj().T, left[:, d:].conj()
        if not np.iscomplexobj(x):  # a real patch, so that the system is real
            rows, kernel = np.linalg.qr(rows.real.T)[0].T, np.linalg.qr(kernel.real)[0]
        critical = isinstance(system, CriticalSystem)
        derivative = rows @ transposed[0].T if critical else transposed[0].T
        square = np.concatenate([derivative, kernel.conj().T])
        if not np.isfinite(square).all() or np.linalg.cond(square) > 1e15:
            return None
        regular = acb_matrix(np.linalg.pinv(rows @ outputs @ system.root.T)) if isinstance(
            system, CriticalSystem) else None
        return _Frame(acb_matrix(rows), acb_matrix(kernel.conj().T), acb_matrix(np.linalg.inv(square)), regular)

    def _refined(self, x: np.ndarray, q: np.ndarray, frame: _Frame) -> Array:
        """Newton's method in many bits with the fixed inverse; exact centres of the last balls."""
        point = to_balls(x[None])
        for _ in range(6):
            newton = self._newton(point, q, frame)
            moved = [(z - newton[i, 0]).mid() for i, z in enumerate(point[0])]
            if not np.iscomplexobj(x):
                moved = [acb(z.real) for z in moved]
            point = np.empty((1, len(x)), dtype=object)
            point[0] = moved
        return point

    def _newton(self, point: Array, q: np.ndarray, frame: _Frame) -> acb_mat:
        here = self._value(point, q, frame.rows)
        return frame.inverse * acb_mat([*here.tolist(), *([acb(0)] for _ in range(frame.kernel.nrows()))])

    def _krawczyk(self, centre: Array, x: np.ndarray, q: np.ndarray, radius: float, frame: _Frame
                  ) -> list[Any] | None:
        """Coordinates of the function on the box, if Krawczyk's test succeeds on it."""
        n, size = len(x), radius * float(np.linalg.norm(x))
        half = arb(0, size)
        box = centre + acb(half, half)
        jacobian, values, regular = self._derivative(box, q, frame)
        if not regular:
            return None
        newton = self._newton(centre, q, frame)
        defect = frame.inverse * acb_mat([*jacobian.tolist(), *frame.kernel.tolist()])
        identity = acb_mat(n, n, [int(i == j) for i in range(n) for j in range(n)])
        spread = (identity - defect) * acb_mat([[acb(half, half)] for _ in range(n)])
        for i in range(n):
            moved = spread[i, 0] - newton[i, 0]
            if not (abs(moved.real) < size and abs(moved.imag) < size):
                return None
        return values

    def _value(self, point: Array, q: np.ndarray, rows: acb_mat) -> acb_mat:
        critical = isinstance(self.system, CriticalSystem)
        trace = self.evaluation.run(point, order=int(critical))
        residual = acb_mat([trace.outputs[0].tolist()]) * self.matrix - acb_matrix(q[None])
        if not critical:
            return residual.transpose()
        return rows * (acb_mat(trace.jacobian[0].tolist()) * self.matrix * residual.transpose())

    def _derivative(self, box: Array, q: np.ndarray, frame: _Frame) -> tuple[acb_mat, list[Any], bool]:
        """F' on the box without the patch, the function's coordinates, and whether J has full rank."""
        trace = self.evaluation.run(box)
        outputs = acb_mat([trace.outputs[0].tolist()])
        values = (outputs * self.coordinates).tolist()[0]
        jacobian = acb_mat(trace.jacobian[0].tolist()) * self.matrix  # (n, k)
        if frame.regular is None:
            return jacobian.transpose(), values, True
        residual = outputs * self.matrix - acb_matrix(q[None])
        weights = np.array((residual * self.back).tolist(), dtype=object)
        hessian = jacobian * jacobian.transpose() + acb_mat(trace.second(weights)[0].tolist())
        defect = frame.rows * jacobian * frame.regular
        d = self.dimension
        regular = all(sum((abs(defect[i, j] - int(i == j)) for j in range(d)), arb(0)) < 1 for i in range(d))
        return frame.rows * hessian, values, regular


def real_representative(space: FunctionSpace, x: np.ndarray, steps: int = 30) -> np.ndarray | None:
    """Real parameters of the same function, if moving along the fibre finds some.

    Notes:
        First the angles of the scalings, then Gauss-Newton for "imaginary part zero" along the
        kernel of the Jacobian, each step followed by a correction back to the function.  A real
        function may have no real parameters (two neurons with conjugate weights, say).
    """
    x = turned_real(x.astype(complex), space.scalings)
    goal = space.evaluation.run(x[None], order=0).outputs[0] @ space.coordinates.T
    if np.abs(goal.imag).max() > 1e-7 * np.abs(goal).max():
        return None
    for _ in range(steps):
        if np.abs(x.imag).max() <= 1e-7 * np.abs(x).max():
            return _real_correction(space, x.real, goal.real)
        trace = space.evaluation.run(x[None])
        jacobian = (trace.jacobian[0] @ space.coordinates.T).T
        _, _, right = np.linalg.svd(jacobian)
        kernel = right[space.dimension:].conj().T
        if not kernel.shape[1]:
            return None
        wide = np.concatenate([kernel.imag, kernel.real], axis=1)  # Im(kernel (a + ib))
        c = np.linalg.lstsq(wide, -x.imag, rcond=None)[0]
        move = kernel @ (c[:kernel.shape[1]] + 1j * c[kernel.shape[1]:])
        move *= min(1.0, 0.5 * float(np.linalg.norm(x)) / max(float(np.linalg.norm(move)), 1e-300))
        x = x + move
        for _ in range(2):
            trace = space.evaluation.run(x[None])
            jacobian = (trace.jacobian[0] @ space.coordinates.T).T
            x = x + np.linalg.lstsq(jacobian, goal - trace.outputs[0] @ space.coordinates.T, rcond=1e-10)[0]
    return None


def _real_correction(space: FunctionSpace, x: np.ndarray, goal: np.ndarray) -> np.ndarray | None:
    """Real parameters next to x whose function has the given coordinates."""
    for _ in range(6):
        trace = space.evaluation.run(x[None].astype(complex))
        error = goal - (trace.outputs[0] @ space.coordinates.T).real
        if np.abs(error).max() <= 1e-11 * np.abs(goal).max():
            return x
        jacobian = (trace.jacobian[0] @ space.coordinates.T).T.real
        x = x + np.linalg.lstsq(jacobian, error, rcond=1e-10)[0]
    return None


def to_balls(array: np.ndarray, radius: float = 0.0) -> Array:
    """Object array of balls: exact doubles, or boxes of a half-width about them."""
    flat = np.empty(array.size, dtype=object)
    values = array.astype(complex).ravel().tolist()
    if radius:
        flat[:] = [acb(arb(z.real, radius), arb(z.imag, radius)) for z in values]
    else:
        flat[:] = [acb(z) for z in values]
    return flat.reshape(array.shape)


def acb_matrix(array: np.ndarray) -> acb_mat:
    """A matrix of doubles, exactly."""
    rows, columns = array.shape
    return acb_mat(rows, columns, array.astype(complex).ravel().tolist())


def _off_real(values: list[Any]) -> bool:
    return any(not value.imag.contains(0) for value in values)


def _distinct(values: list[list[Any] | None]) -> list[bool]:
    """For each list of balls whether it is disjoint from all before it (None: False)."""
    known = [i for i, v in enumerate(values) if v is not None]
    result = [False] * len(values)
    intervals = []
    for i in known:
        real = values[i][0].real  # type: ignore[index]
        intervals.append((float(real.lower()), float(real.upper()), i))
    intervals.sort()
    for i in known:
        result[i] = True
    for place, j in _overlapping(intervals):
        a, b = values[place], values[j]
        assert a is not None and b is not None
        if all(u.overlaps(v) for u, v in zip(a, b, strict=True)):
            result[max(place, j)] = False
    return result


def _overlapping(intervals: list[tuple[float, float, int]]) -> Iterator[tuple[int, int]]:
    """Pairs of intervals, sorted by their lower ends, that meet."""
    active: list[tuple[float, int]] = []
    for low, high, i in intervals:
        active = [(end, j) for end, j in active if end >= low]
        for _, j in active:
            yield i, j
        active.append((high, i))
