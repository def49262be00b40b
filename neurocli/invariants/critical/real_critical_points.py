"""Real critical points: statistics over random targets, and all critical points of the loss of a data set.

One generic complex system is solved by monodromy; its solutions are followed to every real target.  A solution
counts as real when real parameters of the same function are found.  Solutions are certified in ball arithmetic,
which proves existence, distinctness and, for most, reality.
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from neurocli.errors import UsageError
from neurocli.invariants.certified_count import require_dimension, run_facts
from neurocli.invariants.critical.extras import FITTED
from neurocli.invariants.critical.metrics import Metric
from neurocli.invariants.critical.monodromy import root_of
from neurocli.invariants.critical.ramified_points import ramified_points
from neurocli.invariants.critical.spurious_points import has_subnetworks, subnetwork_points
from neurocli.invariants.degrees.question import Found, Question
from neurocli.results.result import Status

if TYPE_CHECKING:
    from neurocli.numerics.solutions import Solutions

MAX_TARGETS = 10_000
#: Share of the time limit that the search for a generic solution set may take.
SEARCH_SHARE = 0.6
#: Paths that are followed at once to real targets.
GROUP = 256
#: Random phases that are tried to make parameters real, and the error that counts as none.
PHASES = 40
EXACT = 1e-10
#: A loss that is so small relative to that of the zero function is zero.
NO_LOSS = 1e-20
#: Functions that differ by more, relative to their size, are two.
APART = 1e-6
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
        return {"loss": loss, "real": self.real, "certified": self.certified, "subnetwork": None, "type": "pure",
                "proved_real": self.proved_real, "index": self.index,
                "kind": kind_of(self.index), "parameters": parameters}


def kind_of(index: int | None) -> str:
    """`local minimum`, `saddle of index 2`, or `complex`."""
    if index is None:
        return "complex"
    return "local minimum" if index == 0 else f"saddle of index {index}"


def solve_generic(question: Question, metric: Metric, until: float | None = None) -> Solutions:
    """The critical points of one generic complex target, in real coordinates.

    Args:
        until: moment on the clock of `time.monotonic` when to stop the search.

    Raises:
        UsageError: indefinite or degenerate forms.
    """
    from neurocli.numerics.critical import solve_critical

    if metric.kind == "gram" and min(np.linalg.eigvalsh(np.array(metric.matrix, dtype=float))) <= 0:
        raise UsageError("the Gram matrix is not positive definite, so real critical points have no index",
                         "complex counts need no definite form: leave --real out")
    return solve_critical(question.parametrization, root_of(metric, question.seed), question.seed,
                          question.tracking.execution(until))


def with_conjugates(solutions: Solutions, ends: np.ndarray) -> np.ndarray:
    """End points over a real target, with the conjugates of those whose paths were lost, where the form is real."""
    system: Any = solutions.system
    if not len(ends) or system.root.imag.any():
        return ends
    values = system.invariants(ends)
    kept = list(ends)
    for x, value in zip(ends, values, strict=True):
        distances = np.linalg.norm(values - value.conj(), axis=1)
        if float(distances.min()) > APART * float(np.linalg.norm(value)):
            kept.append(x.conj())
    return np.array(kept)


def critical_points(solutions: Solutions, target: np.ndarray, ends: np.ndarray,
                    boxes: list[dict[str, Any]] | None = None) -> list[CriticalPoint]:
    """Certify the end points of paths to a real target; real ones first, by loss.

    Args:
        boxes: where to put what the certificates are, as evidence.
    """
    from neurocli.invariants.checks.box_certificate import box_evidence
    from neurocli.numerics.certification import certify

    system, space = solutions.system, solutions.system.space
    if not len(ends):
        return []
    shown = [real_parameters(solutions, x) for x in ends]
    points = np.array([x if r is None else r.astype(complex) for x, r in zip(ends, shown, strict=True)])
    found = []
    proofs = certify(system, points, target.astype(complex))
    if boxes is not None and any(p.certified and p.distinct for p in proofs):
        boxes.append(box_evidence(system, points, target.astype(complex), proofs))
    for x, real, proof in zip(points, shown, proofs, strict=True):
        if proof.certified and not proof.distinct:
            continue
        index = None if real is None else morse_index(system, x, target)
        residual = space.evaluation.run(x[None]).outputs[0] @ system.root.T - target  # type: ignore[union-attr]
        loss = complex(residual @ residual)
        if abs(loss) < NO_LOSS * float(target @ target):
            loss = 0j
        found.append(CriticalPoint(loss, real is not None, proof.certified, proof.real, index,
                                   tuple(complex(v) for v in x)))
    return sorted(found, key=_by_loss)


def _by_loss(point: CriticalPoint) -> tuple[bool, float, float]:
    """Real ones first, by loss."""
    return not point.real, point.loss.real, point.loss.imag


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
    if not 1 <= count <= MAX_TARGETS:
        raise UsageError(f"--real: read {count}, expected a number from 1 to {MAX_TARGETS}")
    if metric.kind == "data":
        raise UsageError("--real draws targets, and data have theirs", "use --solve")
    began, limit = time.monotonic(), question.limits.timeout
    solutions = solve_generic(question, metric, None if limit is None else began + SEARCH_SHARE * limit)
    require_dimension(question, solutions)
    until = None if limit is None else began + limit
    targets = np.random.default_rng([question.seed, 0x4EA1]).standard_normal((count, len(solutions.data)))
    outcomes = list(_followed(question, solutions, targets, until))
    numbers = [sum(kinds.values()) for kinds, _, _ in outcomes]
    if not numbers:
        return _no_targets(solutions, proved)
    minima = [kinds.get(0, 0) for kinds, _, _ in outcomes]
    indices = sum((Counter(kinds) for kinds, _, _ in outcomes), Counter[int]())
    lost, sure = sum(o[1] for o in outcomes), sum(o[2] for o in outcomes)
    asked, count = count, len(outcomes)
    summary = {"targets": count, "complex": solutions.count, "minimum": min(numbers),
               "mean": round(statistics.fmean(numbers), 6), "maximum": max(numbers),
               "histogram": {str(k): v for k, v in sorted(Counter(numbers).items())},
               "local_minima": {"minimum": min(minima), "mean": round(statistics.fmean(minima), 6),
                                "maximum": max(minima), "histogram": {str(k): v for k, v in sorted(
                                    Counter(minima).items())}},
               "by_index": {str(k): v for k, v in sorted(indices.items())}, "lost_paths": lost,
               "proved_real": sure}
    lines = [f"{solutions.count} complex critical points followed to {count} random real targets",
             f"{sure} of {sum(numbers)} real critical points are proved to be real (Krawczyk's test; the boxes of all "
             "targets are not kept in a certificate)",
             f"real critical points: {min(numbers)} to {max(numbers)}, on average {summary['mean']}",
             f"local minima: {min(minima)} to {max(minima)}"]
    if lost:
        lines.append(f"{lost} paths lost, which may have led to real points")
    if count < asked:
        lines.append(f"the time was over after {count} of {asked} targets")
    return Found(solutions.count, _status(solutions, proved), "monodromy", (_record(solutions),), tuple(lines),
                 {"real": summary, "seeds": [question.seed], "trace_test": solutions.complete,
                  "limit": count < asked or solutions.search.stop == "limit"}, _engine(), run=run_facts(solutions))


def _followed(question: Question, solutions: Solutions, targets: np.ndarray,
              until: float | None) -> Iterator[tuple[dict[int, int], int, int]]:
    """For every target in order: real points by index, lost paths, points proved to be real.

    Targets go in fixed groups, so that the answer does not depend on the number of processes.
    """
    from neurocli.jobs.messages import tell
    from neurocli.jobs.supervisor import run
    from neurocli.numerics.critical import track_to_targets
    from neurocli.numerics.paths import ReturnCode

    size = max(1, GROUP // max(1, solutions.count))
    groups = [(i, min(i + size, len(targets))) for i in range(0, len(targets), size)]

    def work(group: Any) -> Any:
        first, last = group
        if until is not None and time.monotonic() > until:
            return None
        ends = track_to_targets(solutions, targets[first:last])
        found = []
        for number in range(last - first):
            mine = ends.labels // solutions.count == number
            good = mine & (ends.codes == ReturnCode.SUCCESS)
            points = critical_points(solutions, targets[first + number], ends.x[good])
            kinds = Counter(p.index for p in points if p.real and p.index is not None)
            found.append([sorted(kinds.items()), int((mine & ~good).sum()), sum(p.proved_real for p in points)])
        return found

    jobs = question.tracking.jobs
    answers = map(work, groups) if jobs == 1 else (_value(o) for o in run(work, groups, jobs=jobs, ordered=True))
    done = 0
    for found in answers:
        if found is None:
            return
        for kinds, lost, sure in found:
            done += 1
            yield dict(map(tuple, kinds)), lost, sure
        tell({"phase": f"{solutions.count} solutions followed to {done} of {len(targets)} real targets"})


def _value(outcome: Any) -> Any:
    if outcome.error is not None:
        raise outcome.error
    return outcome.value


def _no_targets(solutions: Solutions, proved: int | None) -> Found:
    """The time was over before a target was reached: what is known of the complex points."""
    status = _status(solutions, proved)
    lines = (f"{'' if status is Status.NUMERICAL else 'at least '}{solutions.count} complex critical points; the time "
             "was over before they could be followed to a real target",)
    return Found(solutions.count, status, "monodromy", (_record(solutions),), lines,
                 {"seeds": [solutions.seed], "trace_test": solutions.complete, "limit": True}, _engine(),
                 run=run_facts(solutions))


def solve_data(question: Question, metric: Metric, proved: int | None = None, ramified: int = 0) -> Found:
    """All critical points of the loss sum |f(x_i) - y_i|^2 of a data set on the regular locus.

    Args:
        proved: number of critical points of a generic target, where a theorem says it.
        ramified: number of isolated ramified critical points, which are looked for beside the others.

    Raises:
        UsageError: no data, or fewer than make the critical points isolated.
    """
    from neurocli.numerics.special_targets import ends_at

    if metric.kind != "data":
        raise UsageError("--solve: the critical points of data; give --data FILE")
    began, limit = time.monotonic(), question.limits.timeout
    metric, factors = balanced_inputs(question, metric)
    solutions = solve_generic(question, metric, None if limit is None else began + SEARCH_SHARE * limit)
    require_dimension(question, solutions)
    target = np.array([[float(v) for v in row] for row in metric.outputs]).reshape(-1)
    ends = ends_at(solutions.system, solutions.points, solutions.data, target.astype(complex), solutions.seed)
    boxes: list[dict[str, Any]] = []
    found_points = critical_points(solutions, target, with_conjugates(solutions, ends.regular), boxes)
    reached = len(found_points)
    if ramified:
        until = None if limit is None else began + 0.8 * limit
        system: Any = solutions.system
        others = ramified_points(system, target, ramified, solutions.seed, until)
        found_points = sorted([*found_points, *critical_points(solutions, target, others)], key=_by_loss)
    points = [in_own_units(question, p, factors) for p in found_points]
    real = [p for p in points if p.real]
    lines = [f"{len(points)} critical points, {len(real)} of them real, "
             f"{sum(p.index == 0 for p in real)} local minima; {sum(p.certified for p in points)} certified, with "
             "boxes in the certificate"]
    if ramified:
        lines.append(f"{len(points) - reached} of them ramified, from ramified critical points of random targets")
    if reached < solutions.count:
        lost = ", ".join(f"{number} {name.lower().replace('_', ' ')}" for name, number in ends.lost.items())
        lines.append(f"a generic target has {solutions.count}: {solutions.count - reached} paths ended in no "
                     f"isolated regular point ({lost or 'merged'}), so these data are not generic (repeated samples, "
                     "exact fits), or lie far from generic ones in floating point")
    fitted = any(p.real and p.loss == 0 for p in points)
    if fitted:
        lines.append(FITTED)
    elif any(p.loss == 0 for p in points):
        lines.append("complex weights fit the data exactly, where the loss is zero; no real ones do")
    data: dict[str, Any] = {"points": [p.to_json() for p in points], "generic": solutions.count,
                            "seeds": [question.seed], "trace_test": solutions.complete, "real_points": len(real),
                            "limit": solutions.search.stop == "limit", "fitted": fitted}
    if has_subnetworks(question.network):
        found = subnetwork_points(question, metric, target, None if limit is None else began + 0.9 * limit)
        lines.append(f"{len(found.points)} critical points of the loss in parameters on subnetworks, "
                     f"{sum(p.spurious for p in found.points)} of them spurious: the loss on functions is not critical")
        lines += [f"subnetwork {'-'.join(map(str, widths))} was not solved: {why}" for widths, why in found.left]
        data["subnetwork_points"] = [dataclasses.replace(p, point=in_own_units(question, p.point, factors)).to_json()
                                     for p in found.points]
    record = {**_record(solutions), "value": len(points), "generic": solutions.count, "ramified": len(points) - reached}
    return Found(len(points), _status(solutions, proved), "monodromy", (record, *boxes), tuple(lines), data,
                 _engine(), run=run_facts(solutions))


def balanced_inputs(question: Question, metric: Metric) -> tuple[Metric, tuple[float, ...]]:
    """Data with inputs of size about one, by powers of two, where the first layer takes them linearly.

    A weight of the first layer times its input is the same in any unit, so the functions, and the critical points, are;
    high powers of inputs of very different sizes are lost in floating point.

    Returns:
        The data, and what each input was divided by; () where the network is no stack of full layers.
    """
    if question.network.family not in ("mlp", "linear"):
        return metric, ()
    sizes = np.sqrt((np.array(metric.inputs, dtype=float) ** 2).mean(axis=0))
    factors = tuple(2.0 ** round(float(np.log2(size))) if size else 1.0 for size in sizes)
    rows = tuple(tuple(v / Fraction(f) for v, f in zip(row, factors, strict=True)) for row in metric.inputs)
    return dataclasses.replace(metric, inputs=rows), factors


def in_own_units(question: Question, point: CriticalPoint, factors: tuple[float, ...]) -> CriticalPoint:
    """The same point by weights for the inputs as they were given."""
    if not factors:
        return point
    place, shape = next(iter(question.parametrization.slices.values()))
    theta = np.array(point.parameters)
    theta[place] = (theta[place].reshape(shape) / np.array(factors)).ravel()
    return dataclasses.replace(point, parameters=tuple(complex(v) for v in theta))


def _status(solutions: Solutions, proved: int | None) -> Status:
    return Status.NUMERICAL if solutions.complete or solutions.count == proved else Status.BOUND


def _record(solutions: Solutions) -> dict[str, Any]:
    return {"kind": "monodromy", "value": solutions.count, "seed": solutions.seed, "complete": solutions.complete,
            "paths": solutions.paths}


def _engine() -> dict[str, str]:
    return {"name": "numpy", "version": np.__version__}
