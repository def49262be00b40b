"""Krawczyk boxes as evidence: solutions of slices and of critical equations, re-checked without any solver.

The record holds the system (sample points, matrix, target, as exact doubles) and the centres and
half-widths of the boxes.  `check_boxes` evaluates the network's program on the boxes by itself, in
disc arithmetic (`algebra/discs.py`), and repeats Krawczyk's test; what doubles cannot decide it
repeats in many bits with FLINT's balls.  Nothing is taken from the tracker or from the
certification that made the record (of that room only the switch for BLAS threads is used).

Theorem ([krawczyk-1969], on polydiscs).  Let F be analytic on X = prod D(x_i, s), Y a matrix, M an array of
discs that contains F'(z) for all z in X.  If |(Y F(x))_i| + sum_j |(I - Y M)_ij| s < s for every i, then F has exactly
one zero in X, and every matrix in M is regular.
Proof.  For z, w in X, F(z) - F(w) = A (z - w) with A in M, as M is convex, entry by entry.  So z - Y F(z) maps X into
its interior and contracts the maximum norm; a fixed point has Y F(z) = 0, and Y is regular as |I - Y A| < 1.

Slices: F = L f - q, d equations for a neurovariety of dimension d, and the patch K^H (theta - x) = 0.  A zero is an
isolated, transversal point of the slice.  Critical equations: the gradient G (L f - q), G = J^T L^T, lies in the
column space of G, whose dimension is at most d; d combinations R of it are set to zero.  Where R G has rank d,
which is checked on the box, R is injective on that space, so the gradient vanishes and J has rank d.
Different functions are told apart by their values at the samples.

What this says about the numbers.  Transversal points stay when slice, form and target move a little, so their
number is at most that for a generic slice, and for a generic form and target: a lower bound for the degree, and for
the number of critical points of the generic metric.  For the Bombieri and the unit form, whose root matrix is only
recorded rounded, the matrix is replaced by discs about an exact one (`named_form.py`), and what is proved is about
that form.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurocli.algebra.discs import DiscRing, Discs
from neurocli.algebra.program import Program
from neurocli.algebra.rings import Array, ComplexFloats
from neurocli.algebra.tangents import Tangents
from neurocli.errors import DataError, UsageError
from neurocli.invariants.checks.named_form import enclosed_root
from neurocli.numerics.threads import one_thread

if TYPE_CHECKING:
    from neurocli.numerics.certification import Certificate
    from neurocli.numerics.systems import CriticalSystem, SliceSystem

#: Solutions and directions that are evaluated at once: this many complex numbers for each value of the program.
_CHUNK = 400_000
#: Half-widths of the boxes in many bits, relative to the size of the point, and the bits.
_SMALL_RADII = (1e-12, 1e-16, 1e-20)
_MANY_BITS = 192
MAX_NUMBERS = 20_000_000


def box_evidence(system: SliceSystem | CriticalSystem, points: np.ndarray, data: np.ndarray,
                 certificates: Sequence[Certificate]) -> dict[str, Any]:
    """The boxes of certified solutions as a record of evidence.

    Args:
        system: the equations that were solved.
        points: array (B, parameters), the approximate solutions that `certify` was asked about.
        data: their target q, shape (k,).
        certificates: what `certify` answered; only certified and distinct solutions are kept.

    Returns:
        A record of kind `krawczyk`; its value is the number of solutions proved to exist and to differ.
    """
    space = system.space
    critical = hasattr(system, "root")
    matrix = system.root if critical else system.rows @ space.coordinates  # type: ignore[union-attr]
    if np.size(data) != len(matrix):
        raise UsageError(f"{np.size(data)} numbers for a target of {len(matrix)}", "one target for all solutions")
    kept = [i for i, c in enumerate(certificates) if c.certified and c.distinct]
    return {
        "kind": "krawczyk", "value": len(kept), "system": "critical" if critical else "slice",
        "network": space.parametrization.network.spelling, "dimension": space.dimension,
        "samples": _encode(space.samples), "matrix": _encode(matrix), "target": _encode(np.ravel(data)),
        "points": _encode(np.asarray(points)[kept]),
        "radii": [certificates[i].radius for i in kept],
    }


def check_boxes(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> tuple[bool | None, str]:
    """Whether every box of a record holds exactly one solution, and no two solutions are the same function.

    Returns:
        False where a box fails; None where the boxes are right but nothing proves that the dimension is at most
        the number of equations.
    """
    from neurocli.architectures.grammar import parse
    from neurocli.architectures.registry import parametrization
    from neurocli.invariants.ranks.upper_bounds import reduced

    network = parse(record["spec"])
    known = [p for p in (reduced(network), parametrization(network)) if p.network.spelling == evidence["network"]
             and p.parameter_count == evidence["points"]["shape"][1]]
    if not known:
        return False, "boxes of another network"
    boxes = BoxTest(known[0].program, evidence)
    metric = evidence.get("metric") if boxes.critical else "generic"
    if metric != "generic":
        boxes.form = enclosed_root(known[0], str(metric), boxes.samples, boxes.matrix)
    if not len(boxes.points):
        return int(evidence["value"]) == 0, "no boxes"
    if len(boxes.points) != int(evidence["value"]):
        return False, f"{len(boxes.points)} boxes, {evidence['value']} claimed"
    failure = boxes.run()
    if failure:
        return False, failure
    if metric != "generic" and boxes.form is None:
        return None, "the boxes are right for the recorded doubles, which are the metric up to rounding only"
    upper = dimension_at_most(network, known[0])
    if upper > boxes.dimension:
        return None, f"the boxes are right, but the dimension is only known to be at most {upper}"
    return True, f"{len(boxes.points)} boxes, {boxes.in_bits} of them in {_MANY_BITS} bits"


def dimension_at_most(network: Any, parametrization: Any) -> int:
    """The best upper bound for the dimension that theorems and symmetries prove."""
    from neurocli.invariants.ranks.upper_bounds import rank_upper_bounds
    from neurocli.theorems.bound import best_upper
    from neurocli.theorems.catalogue import dimension_bounds

    best = best_upper([*dimension_bounds(network), *rank_upper_bounds(network, parametrization, 2**31 - 1, 0)])
    assert best is not None
    return best.value


class BoxTest:
    """Krawczyk's test for all boxes of a record."""

    def __init__(self, program: Program, evidence: Mapping[str, Any]) -> None:
        self.program = program
        self.critical = {"critical": True, "slice": False}[evidence["system"]]
        self.dimension = int(evidence["dimension"])
        self.samples, self.matrix = _decode(evidence["samples"], 2), _decode(evidence["matrix"], 2)
        self.target, self.points = _decode(evidence["target"], 1), _decode(evidence["points"], 2)
        self.radii = np.array([float(r) for r in evidence["radii"]])
        self.in_bits = 0
        self.form: Discs | None = None  # about the exact form, where the matrix is a rounded one
        n, outputs = program.parameter_count, program.output_size
        if not (self.samples.shape[1] == program.input_size and self.points.shape[1] == n and len(self.radii) == len(
                self.points) and self.matrix.shape == (len(self.target), len(self.samples) * outputs)
                and 0 < self.dimension <= n and (self.critical or len(self.matrix) == self.dimension)):
            raise DataError("boxes of wrong shapes")

    def run(self) -> str:
        """Test everything; the first failure in words, or an empty text."""
        with np.errstate(all="ignore"), one_thread():
            functions, good = self._fast()
            weak = sorted({*np.flatnonzero(~good).tolist(), *(i for pair in overlaps(functions) for i in pair)})
            for i in weak:
                refined = self._slow(i)
                if refined is None:
                    return f"box {i + 1}: not proved to hold one solution"
                functions.middle[i], functions.radius[i] = refined.middle[0], refined.radius[0]
            self.in_bits = len(weak)
            same = overlaps(functions) if weak else []
        return f"boxes {same[0][0] + 1} and {same[0][1] + 1}: perhaps the same function" if same else ""

    def _fast(self) -> tuple[Discs, np.ndarray]:
        """Function values on the boxes, and which boxes pass, in double precision."""
        widest = max(int(np.prod(shape, dtype=np.int64)) for shape in self.program.shapes)
        step = max(1, _CHUNK // (self.points.shape[1] * len(self.samples) * widest))
        parts = [self._test(DiscRing(), self.points[i:i + step], self.points[i:i + step], self.radii[i:i + step])
                 for i in range(0, len(self.points), step)]
        return (Discs(np.concatenate([f.middle for f, _ in parts]), np.concatenate([f.radius for f, _ in parts])),
                np.concatenate([ok for _, ok in parts]))

    def _slow(self, i: int) -> Discs | None:
        """Function values on a box about the refined solution, in many bits, where the test succeeds."""
        from neurocli.algebra.complex_balls import BallRing, working_precision

        with working_precision(_MANY_BITS):
            ring, x = BallRing(), self.points[i:i + 1]
            centre = ring.constant(x)
            frame = self._frame(x)
            for _ in range(6):
                centre = ring.centres(ring.add(centre, ring.scale(-1, self._newton(ring, centre, frame))))
            if not float(ring.upper(centre - x).max()) < 1e-6 * float(np.linalg.norm(x)):
                return None  # a solution somewhere else
            for radius in _SMALL_RADII:
                functions, good = self._test(ring, x, centre, np.array([radius]))
                if good[0]:
                    return functions
        return None

    def _frame(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Combinations R, patch K^H, inverse Y, inverse of R G: approximations, which need no proof."""
        _, _, gradients, slope = self._derivatives(ComplexFloats(), x)
        left, spectrum, right = np.linalg.svd(gradients)
        d = self.dimension
        rows, patch = left[:, :, :d].conj().swapaxes(1, 2), left[:, :, d:].conj().swapaxes(1, 2)
        if self.critical:
            square = np.concatenate([rows @ slope, patch], axis=1)
            regular = right[:, :d].conj().swapaxes(1, 2) / spectrum[:, None, :d]
        else:
            square, regular = np.concatenate([gradients.swapaxes(1, 2), patch], axis=1), rows
        try:
            inverse = np.linalg.inv(square)
        except np.linalg.LinAlgError:  # one of them is singular; the others need not be
            inverse = np.linalg.pinv(square)
        return rows, patch, inverse, regular

    def _newton(self, ring: Any, centre: Array, frame: tuple[np.ndarray, ...]) -> Array:
        """Y F(x); the patch vanishes at x."""
        _, value, _, _ = self._derivatives(ring, centre, slopes=False)
        if self.critical:
            value = ring.contract("bij,bj->bi", ring.constant(frame[0]), value)
        return ring.contract("bij,bj->bi", ring.constant(frame[2][:, :, :self.dimension]), value)

    def _test(self, ring: Any, x: np.ndarray, centre: Array, radii: np.ndarray) -> tuple[Discs, np.ndarray]:
        """Values of the functions on the boxes, and which boxes pass."""
        frame = rows, patch, inverse, regular = self._frame(x)
        d, n = self.dimension, x.shape[1]
        half = radii * np.linalg.norm(x, axis=1)
        box = ring.about(centre, half[:, None])
        functions, _, gradients, slope = self._derivatives(ring, box)
        newton = ring.upper(self._newton(ring, ring.constant(centre), frame))
        if self.critical:
            slope = ring.contract("bij,bjk->bik", ring.constant(rows), slope)
            ranks = _off_identity(ring, ring.contract("bij,bjk->bik", ring.contract(
                "bij,bjk->bik", ring.constant(rows), gradients), ring.constant(regular)))
        else:
            slope, ranks = ring.apply(lambda a: a.swapaxes(1, 2), gradients), np.zeros(len(x))
        whole = ring.add(
            ring.contract("bij,bjk->bik", ring.constant(inverse[:, :, :d]), slope),
            ring.contract("bij,bjk->bik", ring.constant(inverse[:, :, d:]), ring.constant(patch)) if d < n else
            ring.constant(np.zeros((1, n, n))))
        defect = _off_identity(ring, whole)
        reach = (newton.max(axis=1) + defect * half) * (1 + 2.0**-50)
        return ring.discs(functions), (half > 0) & (reach < half) & (ranks < 1)

    def _derivatives(self, ring: Any, theta: Array, slopes: bool = True) -> tuple[Array, Array, Array, Array]:
        """Function values f (B, M * outputs), F before R (B, ...), G = J^T L^T (B, n, k), Hessian (B, n, n) or None.

        Dual numbers in all n directions at once: the value parts have a direction axis of length 1.  Without slopes
        the last two are None.
        """
        program, dual, n = self.program, Tangents(ring), self.program.parameter_count
        parameters, start = [], 0
        for _, shape in program.parameters:
            stop = start + int(np.prod(shape, dtype=np.int64))
            value = ring.apply(lambda a, s=shape, i=start, j=stop: a[:, i:j].reshape(-1, 1, 1, *s), theta)
            slope = ring.constant(np.eye(n)[:, start:stop].reshape(1, n, 1, *shape)) if slopes else None
            parameters.append((value, slope))
            start = stop
        inputs, start = [], 0
        for _, shape in program.inputs:
            stop = start + int(np.prod(shape, dtype=np.int64))
            piece = self.samples[:, start:stop].reshape(1, 1, -1, *shape)
            inputs.append((ring.constant(piece), None))
            start = stop
        values = program.values(dual, parameters, inputs)
        count, m, event = len(_first(theta)), len(self.samples), program.shapes[program.output]
        out, tangents = values[program.output]
        functions = ring.apply(lambda a: np.broadcast_to(a, (count, 1, m, *event)).reshape(count, -1), out)
        matrix = ring.constant(self.matrix)
        if self.form is not None and not isinstance(ring, ComplexFloats):
            matrix = ring.about(self.form.middle, self.form.radius)
        residual = ring.add(ring.contract("kv,bv->bk", matrix, functions), ring.constant(-self.target))
        gradients = moving = None
        if slopes:
            tangents = ring.apply(lambda a: np.broadcast_to(a, (count, n, m, *event)).reshape(count, n, -1), tangents)
            gradients = ring.contract("bnv,kv->bnk", tangents, matrix)
        if not self.critical:
            return functions, residual, gradients, None
        weights = ring.contract("bk,kv->bv", residual, matrix)
        if slopes:
            moving = ring.contract("bnk,kv->bnv", gradients, matrix)
            moving = ring.apply(lambda a: a.reshape(count, n, m, *event), moving)
        seed = (ring.apply(lambda a: a.reshape(count, 1, m, *event), weights), moving)
        pulled = program.pullback(dual, values, seed)
        first, second = (_joined(ring, program, [None if g is None else g[part] for g in pulled], (count, axis))
                         if part == 0 or slopes else None for part, axis in ((0, 1), (1, n)))
        return functions, ring.apply(lambda a: a[:, 0], first), gradients, second


def _joined(ring: Any, program: Program, gradients: Sequence[Array | None], batch: tuple[int, int]) -> Array:
    """Gradients of all parameter blocks, summed over the samples, side by side: shape (*batch, parameters)."""
    pieces = []
    for (_, shape), gradient in zip(program.parameters, gradients, strict=False):
        size = int(np.prod(shape, dtype=np.int64))
        if gradient is None:
            pieces.append(ring.constant(np.zeros((*batch, size))))
            continue
        total = ring.sum_last(ring.apply(lambda a: np.moveaxis(a, 2, -1), gradient))
        pieces.append(ring.apply(lambda a, s=size: np.broadcast_to(a.reshape(*a.shape[:2], s), (*batch, s)), total))
    if isinstance(pieces[0], Discs):
        return Discs(np.concatenate([p.middle for p in pieces], -1), np.concatenate([p.radius for p in pieces], -1))
    return np.concatenate(pieces, axis=-1)


def _first(array: Array) -> np.ndarray:
    return array.middle if isinstance(array, Discs) else array


def _off_identity(ring: Any, matrices: Array) -> np.ndarray:
    """Upper bounds for the maximum norms of M - I."""
    size = _first(matrices).shape[1]
    bounds = ring.upper(ring.add(matrices, ring.constant(-np.eye(size)[None])))
    rows: np.ndarray = bounds.sum(axis=2) * (1 + 4 * (size + 2) * 2.0**-53)
    return rows.max(axis=1)


def overlaps(functions: Discs) -> list[tuple[int, int]]:
    """Pairs of rows that are not proved to differ: their discs meet in every entry.

    Notes:
        Rows are sorted by the lower ends of the first real part, so only rows whose intervals
        meet there are compared.  The factor covers the rounding of ends and differences.
    """
    radius = functions.radius * (1 + 2.0**-50) + 2.0**-50 * np.abs(functions.middle)
    low, high = functions.middle.real[:, 0] - radius[:, 0], functions.middle.real[:, 0] + radius[:, 0]
    order = np.argsort(low)
    ends = np.searchsorted(low[order], high[order], side="right")
    pairs = []
    for place, end in enumerate(ends.tolist()):
        i, others = order[place], order[place + 1:end]
        if len(others):
            gap = np.abs(functions.middle[others] - functions.middle[i]) * (1 - 2.0**-50)
            apart = (gap > (radius[others] + radius[i]) * (1 + 2.0**-50)).any(axis=1)
            pairs += [(int(i), int(j)) for j in others[~apart]]
    return pairs


def _encode(array: np.ndarray) -> dict[str, Any]:
    """A complex array: shape, and base 64 of its doubles, real and imaginary parts in turn, little-endian."""
    flat = np.ascontiguousarray(array, dtype="<c16")
    return {"shape": list(flat.shape), "doubles": base64.b64encode(flat.tobytes()).decode("ascii")}


def _decode(record: Mapping[str, Any], axes: int) -> np.ndarray:
    shape = [int(n) for n in record["shape"]]
    raw = base64.b64decode(record["doubles"], validate=True)
    if len(shape) != axes or min(shape, default=0) < 0 or len(raw) != 16 * int(np.prod(shape)) or len(
            raw) > 16 * MAX_NUMBERS:
        raise DataError("an array of doubles that has another shape than it says")
    array = np.frombuffer(raw, dtype="<c16").reshape(shape).astype(np.complex128)
    if not np.isfinite(array).all():
        raise DataError("an array of doubles with infinities")
    return array
