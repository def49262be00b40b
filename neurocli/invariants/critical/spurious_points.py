"""Critical points of the loss of data that lie on subnetworks: where the parametrization drops rank.

Let neurons be dead, with incoming and outgoing weights zero, and activations vanish at zero.  The Jacobian
of the network at such weights has the rank of the subnetwork's, so every critical point of the subnetwork's loss is
one of the network's loss in parameters.  It is *spurious*, critical for the parametrization only, where the
gradient of the loss on functions is not orthogonal to the tangent vectors that other weights of the same function
give: those with any incoming weights at the dead neurons.  Otherwise it is *pure*.  The zero function is one of them.

Each subnetwork is asked for its own critical points on its own regular locus, so no point is listed twice.
Reference: [shahverdi-marchetti-kohn-2025].
"""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from neurocli.architectures.actions import hidden_widths
from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.errors import NeurocliError
from neurocli.invariants.critical.metrics import Metric
from neurocli.invariants.degrees.question import Question
from neurocli.invariants.singularities.strata import subnetwork, subnetwork_widths

if TYPE_CHECKING:
    from neurocli.invariants.critical.real_critical_points import CriticalPoint

#: Subnetworks beyond these are counted, not solved.
MAX_SUBNETWORKS = 20
#: Gradients below this, relative to the gradient on functions, are zero.
ZERO = 1e-7
#: Random incoming weights that are tried at dead neurons.
DRAWS = 6


@dataclasses.dataclass(frozen=True)
class SubnetworkPoint:
    """A critical point of the loss in parameters, on a subnetwork.

    Args:
        widths: hidden widths of the subnetwork; zeros for the zero function.
        point: with the network's own parameters; its index is that on the subnetwork's functions.
        spurious: it is no critical point of the loss on functions, as far as other weights of the same function show.
    """

    widths: tuple[int, ...]
    point: CriticalPoint
    spurious: bool

    def to_json(self) -> dict[str, Any]:
        """The point as plain data."""
        zero = {} if any(self.widths) else {"kind": "zero function"}
        return {**self.point.to_json(), **zero, "subnetwork": "-".join(map(str, self.widths)),
                "type": "spurious" if self.spurious else "pure"}


@dataclasses.dataclass(frozen=True)
class Subnetworks:
    """What was found on subnetworks.

    Args:
        points: real ones first, by loss.
        solved: widths of the subnetworks that were solved.
        left: widths of those that were not, with the reason.
    """

    points: tuple[SubnetworkPoint, ...]
    solved: tuple[tuple[int, ...], ...]
    left: tuple[tuple[tuple[int, ...], str], ...]


def has_subnetworks(network: Network) -> bool:
    """Whether neurons that are dead leave a network of the same family, at which its loss is critical.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> has_subnetworks(parse("mlp:2-2-1,r=3")), has_subnetworks(parse("mlp:2-2-1,r=3,bias"))
        (True, False)
    """
    return network.family in ("mlp", "linear", "cnn") and bool(hidden_widths(network)) and not network.get("bias")


def subnetwork_points(question: Question, metric: Metric, target: np.ndarray, until: float | None) -> Subnetworks:
    """The critical points of every subnetwork for the same data, in the network's parameters.

    Args:
        target: the outputs, input by input.
        until: moment on the clock of `time.monotonic` when to stop.
    """
    network = question.network
    points = [zero_function(question, metric, target)]
    solved: list[tuple[int, ...]] = []
    left: list[tuple[tuple[int, ...], str]] = []
    for number, widths in enumerate(subnetwork_widths(hidden_widths(network), None)):
        if number >= MAX_SUBNETWORKS or (until is not None and time.monotonic() > until):
            left.append((widths, "too many" if number >= MAX_SUBNETWORKS else "no time left"))
            continue
        try:
            points += _on(question, metric, target, widths, until)
            solved.append(widths)
        except NeurocliError as error:  # fewer data than parameters, say: the others are listed all the same
            left.append((widths, error.message))
    kept = [p for p in points if p is not None]
    kept.sort(key=lambda p: (not p.point.real, p.point.loss.real, p.point.loss.imag))
    return Subnetworks(tuple(kept), tuple(solved), tuple(left))


def _on(question: Question, metric: Metric, target: np.ndarray, widths: tuple[int, ...],
        until: float | None) -> list[SubnetworkPoint | None]:
    from neurocli.architectures.registry import parametrization as of
    from neurocli.invariants.critical.real_critical_points import critical_points, solve_generic
    from neurocli.invariants.tracking import PLAIN
    from neurocli.numerics.critical import track_to_targets
    from neurocli.numerics.paths import ReturnCode

    small = subnetwork(question.network, widths)
    asked = dataclasses.replace(question, network=small, parametrization=of(small), tracking=PLAIN)
    solutions = solve_generic(asked, metric, until)
    ends = track_to_targets(solutions, target[None])
    found = critical_points(solutions, target, ends.x[ends.codes == ReturnCode.SUCCESS])
    return [_placed(question, metric, target, widths, point, embedded(asked.parametrization, question.parametrization,
                                                                     np.array(point.parameters))) for point in found]


def embedded(small: Parametrization, large: Parametrization, theta: np.ndarray) -> np.ndarray:
    """Weights of a subnetwork as weights of the network, all others zero.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> from neurocli.architectures.registry import parametrization as of
        >>> a, b = of(parse("mlp:2-1-1,r=2")), of(parse("mlp:2-2-1,r=2"))
        >>> embedded(a, b, np.array([1, 2, 3])).tolist()
        [1, 2, 0, 0, 3, 0]
    """
    whole = np.zeros(large.parameter_count, dtype=theta.dtype)
    for name, (place, shape) in small.slices.items():
        at, full = large.slices[name]
        block = whole[at].reshape(full)
        block[tuple(slice(0, n) for n in shape)] = theta[place].reshape(shape)
        whole[at] = block.ravel()
    return whole


def zero_function(question: Question, metric: Metric, target: np.ndarray) -> SubnetworkPoint | None:
    """The zero function, all weights zero; None where it is not critical."""
    from neurocli.invariants.critical.real_critical_points import CriticalPoint

    size = question.parametrization.parameter_count
    point = CriticalPoint(complex(target @ target), True, True, True, None, (0j,) * size)
    return _placed(question, metric, target, (0,) * len(hidden_widths(question.network)), point, np.zeros(size))


def _placed(question: Question, metric: Metric, target: np.ndarray, widths: tuple[int, ...], point: CriticalPoint,
            theta: np.ndarray) -> SubnetworkPoint | None:
    """The point in the network's parameters; None where these are not critical."""
    gradient, size = gradient_at(question.parametrization, metric, theta, target)
    if float(np.abs(gradient).max(initial=0)) > ZERO * size:
        return None
    moved = dataclasses.replace(point, parameters=tuple(complex(v) for v in theta))
    return SubnetworkPoint(widths, moved, _moves(question, metric, target, widths, theta))


def gradient_at(parametrization: Parametrization, metric: Metric, theta: np.ndarray,
                target: np.ndarray) -> tuple[np.ndarray, float]:
    """Half the gradient of the loss in parameters, and the size that it is compared with."""
    from neurocli.numerics.evaluation import Evaluation

    inputs = np.array([[float(v) for v in row] for row in metric.inputs], dtype=complex)
    trace = Evaluation(parametrization.program, inputs).run(np.asarray(theta, dtype=complex)[None])
    residual = trace.outputs[0] - target
    scale = float(np.linalg.norm(trace.jacobian[0]) * np.linalg.norm(residual))
    return trace.jacobian[0] @ residual, max(scale, float(np.linalg.norm(target)))


def _moves(question: Question, metric: Metric, target: np.ndarray, widths: tuple[int, ...], theta: np.ndarray) -> bool:
    """Whether the loss falls along tangent vectors at other weights of the same function.

    At a dead neuron with outgoing weights zero the incoming ones are free.  A subnetwork keeps its first neurons, so
    in every layer the rows behind them are.
    """
    rng = np.random.default_rng([question.seed, 0x5B])
    names = list(question.parametrization.slices)
    for _ in range(DRAWS):
        turned = np.array(theta, dtype=complex)
        for width, name in zip(widths, names[:-1], strict=False):
            place, shape = question.parametrization.slices[name]
            block = turned[place].reshape(shape)
            block[width:] = rng.standard_normal(block[width:].shape)
            turned[place] = block.ravel()
        for width, name in zip(widths, names[1:], strict=False):
            place, shape = question.parametrization.slices[name]
            block = turned[place].reshape(shape)
            block[:, width:] = 0
            turned[place] = block.ravel()
        gradient, size = gradient_at(question.parametrization, metric, turned, target)
        if float(np.abs(gradient).max(initial=0)) > 100 * ZERO * size:
            return True
    return False
