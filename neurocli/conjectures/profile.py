"""`profile`: the dictionary of neuroalgebraic geometry for one network, on one page.

Every line is a quantity, its meaning for a reader from machine learning, its status, and the
command that gives the whole answer.  Every invariant gets its own child process and share of
time; what did not fit is said, and is not an error.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.conjectures.asker import INVARIANTS, invariant
from neurocli.errors import NeurocliError, SpecificationError, UsageError
from neurocli.jobs.isolate import isolate
from neurocli.results.result import Result, Status

Line = dict[str, Any]
PARTS = ("dim", "degree", "fibers", "sing", "edd")


def profile(
    spec: str | Mapping[str, Any] | Network,
    *,
    epsilon: float = 0.1,
    delta: float = 0.05,
    radius: float = 1.0,
    share: float = 10.0,
    seed: int = 0,
    memory_mb: int | None = None,
    progress: Callable[[int, str], None] | None = None,
) -> Result:
    """The invariants of a network with what they mean for learning.

    Args:
        epsilon: accuracy, in the norm of the function space.
        delta: probability of failure of the sample bound.
        radius: bound on the loss, and radius of the ball of functions.
        share: seconds for each invariant.
        progress: called with (number, name) before each invariant.

    Returns:
        A result whose value is the list of lines; its status is that of the weakest line.

    Raises:
        UsageError: epsilon, delta or radius out of range.

    Notes:
        With m the dimension and d the degree, covering numbers satisfy log N(epsilon) = O(m log(d/epsilon) + C),
        and O((R^2/epsilon^2)(m log(d/epsilon) + C + log(1/delta))) samples suffice for uniform
        convergence.  The constants depend on the ambient space and the norm; the numbers printed
        have constant 1 and C = 0, and serve to compare networks.  Reference: [marchetti-2025].

    Example:
        >>> page = profile("mlp:2-2-1,r=3", share=20)
        >>> page.value[0]["quantity"], page.value[0]["value"]
        ('dimension', 4)
    """
    if not (0 < epsilon < math.inf and 0 < delta < 1 and 0 < radius < math.inf):
        raise UsageError(
            f"--epsilon {epsilon}, --delta {delta}, --radius {radius}: expected positive numbers, delta below 1"
        )
    start = time.perf_counter()
    network = parse(spec)
    found: dict[str, Result | str] = {}
    for number, name in enumerate(PARTS):
        if progress is not None:
            progress(number, name)
        found[name] = _part(name, network, seed, share, memory_mb)
    lines = [
        line
        for part in (_expressivity, _waste, _identifiability, _bias, _landscape)
        for line in part(network, found, epsilon, delta, radius)
    ]
    order = [Status.PROVED, Status.CERTIFIED, Status.PROBABLE, Status.NUMERICAL, Status.BOUND, Status.UNDECIDED]
    weakest = max((Status(line["status"]) for line in lines), key=order.index)
    data = {"epsilon": epsilon, "delta": delta, "radius": radius, "seconds_each": share}
    result = Result(
        "profile",
        network.spelling,
        lines,
        weakest,
        "invariants",
        data,
        ("covering numbers and sample sizes are orders of magnitude: constants are set to 1",),
        (),
        None,
        seed,
    )
    return result.with_run(seconds=round(time.perf_counter() - start, 4))


def _part(name: str, network: Network, seed: int, share: float, memory_mb: int | None) -> Result | str:
    """One invariant in a child of its own; a sentence where there is no answer."""

    def work() -> dict[str, Any]:
        return invariant(name)(network, seed=seed).to_json()

    if name not in INVARIANTS:
        return "not available"
    try:
        return Result.from_json(isolate(work, timeout=share, memory_mb=memory_mb).value)
    except SpecificationError:
        return "not available in this version"
    except NeurocliError as error:
        return error.message


def _line(topic: str, quantity: str, result: Result | str, value: Any, meaning: str, command: str) -> Line:
    if isinstance(result, str):
        return {
            "topic": topic,
            "quantity": quantity,
            "value": None,
            "status": Status.UNDECIDED.value,
            "meaning": result,
            "command": command,
        }
    return {
        "topic": topic,
        "quantity": quantity,
        "value": value,
        "status": result.status.value,
        "meaning": meaning,
        "command": command,
    }


def _number(result: Result | str) -> int | None:
    return int(result.value) if isinstance(result, Result) and isinstance(result.value, int) else None


def _expressivity(
    network: Network, found: Mapping[str, Result | str], epsilon: float, delta: float, radius: float
) -> Iterator[Line]:
    topic, dim, degree = "expressivity", found["dim"], found["degree"]
    m, d = _number(dim), _number(degree)
    yield _line(
        topic,
        "dimension",
        dim,
        m,
        "degrees of freedom of the functions the network can represent",
        f"neurocli dim {network}",
    )
    yield _line(topic, "degree", degree, d, "how complicated the set of functions is", f"neurocli degree {network}")
    if m is None or d is None:
        return
    # orders of magnitude with constants set to 1, whatever is proved of m and d
    log_cover = m * math.log(max(d / epsilon, 1.0))
    samples = radius**2 / epsilon**2 * (log_cover + math.log(1 / delta))
    rough = {"topic": topic, "status": Status.NUMERICAL.value}
    yield {
        **rough,
        "quantity": f"log covering number at {epsilon:g}",
        "value": round(log_cover, 2),
        "meaning": "m log(d/epsilon), up to constants: how many functions are different at this accuracy",
        "command": f"neurocli profile {network} --epsilon {epsilon:g}",
    }
    yield {
        **rough,
        "quantity": "samples that suffice",
        "value": math.ceil(samples),
        "meaning": f"(R/epsilon)^2 (m log(d/epsilon) + log(1/delta)), up to constants, delta = {delta:g}",
        "command": f"neurocli profile {network} --delta {delta:g}",
    }


def _waste(network: Network, found: Mapping[str, Result | str], *_: float) -> Iterator[Line]:
    dim = found["dim"]
    data = dim.data if isinstance(dim, Result) else {}
    parameters, defect = data.get("parameters"), data.get("defect")
    yield _line("parameters", "parameters", dim, parameters, "weights of the network", f"neurocli describe {network}")
    yield _line(
        "parameters",
        "wasted parameters",
        dim,
        data.get("fibre_dimension"),
        "directions in which weights move without changing the function",
        f"neurocli fibers {network}",
    )
    yield _line(
        "parameters",
        "defect",
        dim,
        defect,
        "dimension missing beyond known symmetries and the size of the space"
        if defect
        else "nothing is lost beyond known symmetries and the size of the space",
        f"neurocli dim --explain {network}",
    )


def _identifiability(network: Network, found: Mapping[str, Result | str], *_: float) -> Iterator[Line]:
    fibers = found["fibers"]
    value = fibers.value if isinstance(fibers, Result) and isinstance(fibers.value, dict) else {}
    verdict = value.get("verdict")
    meaning = {
        "identifiable": "the weights are determined by the function, up to the symmetries of the architecture",
        "finitely-identifiable": f"{value.get('classes')} essentially different weights give the same function",
        "not-identifiable": f"a family of dimension {value.get('excess')} of essentially different weights gives "
        "the same function",
    }.get(str(verdict), "not settled")
    yield _line("identifiability", "weights", fibers, verdict, meaning, f"neurocli fibers {network}")


def _bias(network: Network, found: Mapping[str, Result | str], *_: float) -> Iterator[Line]:
    sing = found["sing"]
    value = sing.value if isinstance(sing, Result) and isinstance(sing.value, dict) else {}
    dimension = value.get("dimension")
    if dimension is None or (isinstance(dimension, int) and dimension < 0):
        meaning = "no singular functions are known" if isinstance(sing, Result) else ""
    else:
        meaning = (
            f"singular functions form a set of dimension {dimension}; training is drawn to the smaller networks there"
        )
    yield _line("implicit bias", "singular functions", sing, dimension, meaning, f"neurocli sing {network}")


def _landscape(network: Network, found: Mapping[str, Result | str], *_: float) -> Iterator[Line]:
    edd = found["edd"]
    yield _line(
        "landscape",
        "critical points",
        edd,
        _number(edd),
        "complex critical points of a generic quadratic loss on the regular functions; bounds minima and saddles",
        f"neurocli edd {network}",
    )
