"""Real critical points: statistics over random targets, and all critical points of the loss of a data set.

One generic complex system is solved by monodromy; its solutions are followed to every real target.  A solution
counts as real when real parameters of the same function are found.  Solutions are certified in ball arithmetic,
which proves existence, distinctness and, for most, reality.
"""

from __future__ import annotations

import dataclasses
import statistics
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from neurocli.errors import UsageError
from neurocli.invariants.critical_monodromy import root_of
from neurocli.invariants.degree_question import Found, Question
from neurocli.invariants.metrics import Metric
from neurocli.results.result import Status

if TYPE_CHECKING:
    from neurocli.numerics.solutions import Solutions

MAX_TARGETS = 10_000
#: Random phases that are tried to make parameters real, and the error that counts as none.
PHASES = 40
EXACT = 1e-10
#: Eigenvalues of a Hessian smaller than this, relative to the largest, are directions of the fibre.
ZERO = 1e-9


@dataclasses.dataclass(frozen=True)
class CriticalPoint:
    """One critical point of the loss for one target.

    Args:
        loss: its value; complex points have a complex one.
        real: whether there are real parameters, in floating point.
        certified: proved to exist.
        proved_real: proved to have real parameters.
        index: Morse index on the neuromanifold, for real points: 0 for local minima.
        parameters: that reproduce it.
    """

    loss: complex
    real: bool
    certified: bool
    proved_real: bool
    index: int | None
    parameters: tuple[complex, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data; complex numbers as pairs, for real points as numbers."""
        parameters = [v.real if self.real else [v.real, v.imag] for v in self.parameters]
        loss = self.loss.real if self.real else [self.loss.real, self.loss.imag]
        return {"loss": loss, "real": self.real, "certified": self.certified,
                "proved_real": self.proved_real, "index": self.index,
                "kind": kind_of(self.index), "parameters": parameters}


def kind_of(index: int | None) -> str:
    """`local minimum`, `saddle of index 2`, or `complex`."""
    if index is None:
        return "complex"
    return "local minimum" if index == 0 else f"saddle of index {index}"


def solve_generic(question: Question, metric: Metric) -> Solutions:
    """The critical points of one generic complex target, in real coordinates.

    Raises:
        UsageError: indefinite or degenerate forms.
    """
    from neurocli.numerics.critical import solve_critical

    if metric.kind == "gram" and min(np.linalg.eigvalsh(np.array(metric.matrix, dtype=float))) <= 0:
        raise UsageError("the Gram matrix is not positive definite, so real critical points have no index",
                         "complex counts need no definite form: leave --real out")
    return solve_critical(question.parametrization, root_of(metric, question.seed), question.seed, real=True)


def critical_points(solutions: Solutions, target: np.ndarray, ends: np.ndarray) -> list[CriticalPoint]:
    """Certify the end points of paths to a real target; real ones first, by loss."""
    from neurocli.numerics.certification import certify

    system, space = solutions.system, solutions.system.space
    if not len(ends):
        return []
    shown = [real_parameters(solutions, x) for x in ends]
    points = np.array([x if r is None else r.astype(complex) for x, r in zip(ends, shown, strict=True)])
    found = []
    for x, real, proof in zip(points, shown, certify(system, points, target.astype(complex)), strict=True):
        if proof.certified and not proof.distinct:
            continue
        index = None if real is None else morse_index(system, x, target)
        residual = space.evaluation.run(x[None]).outputs[0] @ system.root.T - target  # type: ignore[union-attr]
        found.append(CriticalPoint(complex(residual @ residual), real is not None, proof.certified, proof.real, index,
                                   tuple(complex(v) for v in x)))
    return sorted(found, key=lambda c: (not c.real, c.loss.real, c.loss.imag))


def real_parameters(solutions: Solutions, x: np.ndarray) -> np.ndarray | None:
    """Real parameters of the same function, by Gauss-Newton from real parts of rotated parameters."""
    space = solutions.system.space
    goal = space.evaluation.run(x[None], order=0).outputs[0] @ space.coordinates.T
    size = float(np.abs(goal).max())
    if float(np.abs(goal.imag).max()) > 1e-8 * size:
        return None
    rng = np.random.default_rng([solutions.seed, 0x9A])
    places = [place for place, _ in space.parametrization.slices.values()]
    found: list[np.ndarray] = []
    for attempt in range(PHASES):
        turned = x.copy()
        for place in places:
            if attempt:
                turned[place] *= np.exp(2j * np.pi * rng.random())
        theta = turned.real.astype(complex)
        for _ in range(25):
            trace = space.evaluation.run(theta[None])
            error = goal.real - (trace.outputs[0] @ space.coordinates.T).real
            if float(np.abs(error).max()) <= EXACT * 1e-3 * size:
                break
            jacobian = (trace.jacobian[0] @ space.coordinates.T).T.real
            theta = theta + np.linalg.lstsq(jacobian, error, rcond=1e-11)[0]
            if not np.isfinite(theta).all():
                break
        reached = space.evaluation.run(theta[None], order=0).outputs[0] @ space.coordinates.T
        if np.isfinite(reached).all() and float(np.abs(reached - goal).max()) <= EXACT * size:
            found.append(theta.real)
            if len(found) == 3:
                break
    return min(found, key=lambda t: float(np.linalg.norm(t)), default=None)


def morse_index(system: Any, x: np.ndarray, target: np.ndarray) -> int:
    """Negative eigenvalues of the Hessian of the loss at real parameters; the fibre's directions are zero."""
    q = target.astype(complex)[None]
    _, hessian, _ = system.evaluate(x[None], q, np.zeros_like(q))
    spectrum = np.linalg.eigvalsh((hessian[0].real + hessian[0].real.T) / 2)
    return int((spectrum < -ZERO * np.abs(spectrum).max()).sum())


def real_statistics(question: Question, metric: Metric, count: int, proved: int | None = None) -> Found:
    """Numbers of real critical points, minima and saddles over random real targets.

    Args:
        proved: number of complex critical points, where a theorem says it.
        count: number of targets, normally distributed in orthonormal coordinates of the metric (for samples: the
            outputs).

    Raises:
        UsageError: not a number of targets, or data, whose target is given.
    """
    from neurocli.numerics.critical import track_to_targets
    from neurocli.numerics.paths import ReturnCode

    if not 1 <= count <= MAX_TARGETS:
        raise UsageError(f"--real: read {count}, expected a number from 1 to {MAX_TARGETS}")
    if metric.kind == "data":
        raise UsageError("--real draws targets, and data have theirs", "use --solve")
    solutions = solve_generic(question, metric)
    rng = np.random.default_rng([question.seed, 0x4EA1])
    targets = rng.standard_normal((count, len(solutions.data)))
    ends = track_to_targets(solutions, targets)
    numbers, minima, indices, lost, sure = [], [], Counter[int](), 0, 0
    for number in range(count):
        mine = ends.labels // solutions.count == number
        good = mine & (ends.codes == ReturnCode.SUCCESS)
        lost += int((mine & ~good).sum())
        points = critical_points(solutions, targets[number], ends.x[good])
        real = [p for p in points if p.real]
        sure += sum(p.proved_real for p in points)
        numbers.append(len(real))
        minima.append(sum(p.index == 0 for p in real))
        indices.update(p.index for p in real if p.index is not None)
    summary = {"targets": count, "complex": solutions.count, "minimum": min(numbers),
               "mean": round(statistics.fmean(numbers), 6), "maximum": max(numbers),
               "histogram": {str(k): v for k, v in sorted(Counter(numbers).items())},
               "local_minima": {"minimum": min(minima), "mean": round(statistics.fmean(minima), 6),
                                "maximum": max(minima), "histogram": {str(k): v for k, v in sorted(
                                    Counter(minima).items())}},
               "by_index": {str(k): v for k, v in sorted(indices.items())}, "lost_paths": lost,
               "proved_real": sure}
    lines = [f"{solutions.count} complex critical points followed to {count} random real targets",
             f"{sure} of {sum(numbers)} real critical points are proved to be real (Krawczyk's test)",
             f"real critical points: {min(numbers)} to {max(numbers)}, on average {summary['mean']}",
             f"local minima: {min(minima)} to {max(minima)}"]
    if lost:
        lines.append(f"{lost} paths lost, which may have led to real points")
    return Found(solutions.count, _status(solutions, proved), "monodromy", (_record(solutions),), tuple(lines),
                 {"real": summary, "seeds": [question.seed], "trace_test": solutions.complete}, _engine())


def solve_data(question: Question, metric: Metric, proved: int | None = None) -> Found:
    """All critical points of the loss sum |f(x_i) - y_i|^2 of a data set on the regular locus.

    Args:
        proved: number of critical points of a generic target, where a theorem says it.

    Raises:
        UsageError: no data, or fewer than make the critical points isolated.
    """
    from neurocli.numerics.critical import track_to_targets
    from neurocli.numerics.paths import ReturnCode

    if metric.kind != "data":
        raise UsageError("--solve: the critical points of data; give --data FILE")
    solutions = solve_generic(question, metric)
    target = np.array([[float(v) for v in row] for row in metric.outputs]).reshape(-1)
    ends = track_to_targets(solutions, target[None])
    good = ends.codes == ReturnCode.SUCCESS
    points = critical_points(solutions, target, ends.x[good])
    real = [p for p in points if p.real]
    lines = [f"{len(points)} critical points, {len(real)} of them real, "
             f"{sum(p.index == 0 for p in real)} local minima; {sum(p.certified for p in points)} certified"]
    if len(points) < solutions.count:
        lines.append(f"a generic target has {solutions.count}: {solutions.count - len(points)} paths ended in no "
                     "isolated regular point, so these data are not generic (repeated samples, exact fits), or lie far "
                     "from generic ones in floating point")
    data = {"points": [p.to_json() for p in points], "generic": solutions.count, "seeds": [question.seed],
            "trace_test": solutions.complete, "real_points": len(real)}
    return Found(len(points), _status(solutions, proved), "monodromy", (_record(solutions),), tuple(lines), data,
                 _engine())


def _status(solutions: Solutions, proved: int | None) -> Status:
    return Status.NUMERICAL if solutions.complete or solutions.count == proved else Status.BOUND


def _record(solutions: Solutions) -> dict[str, Any]:
    return {"kind": "monodromy", "value": solutions.count, "seed": solutions.seed, "complete": solutions.complete,
            "paths": solutions.paths}


def _engine() -> dict[str, str]:
    return {"name": "numpy", "version": np.__version__}
