"""What `agf run` and `agf flow` answer: one `Result` each, with curves to draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from neurocli.dynamics import systems
from neurocli.dynamics.data import Samples, read_samples, read_vector
from neurocli.dynamics.gradient_flow import compare, gradient_flow
from neurocli.dynamics.records import read_eigenvalues, read_spectrum
from neurocli.dynamics.utility import Leading, leading_utility
from neurocli.errors import DataError, SpecificationError, UsageError
from neurocli.results.result import Result, Status

#: Points of a curve kept in a record.
_KEPT = 400
Progress = Callable[[float, float], None] | None


def two_layer(spec: str, file: str) -> tuple[systems.TwoLayer, Leading, Samples]:
    """The system of a two-layer network of the language on a data set, with its exact kappa.

    Raises:
        SpecificationError: not a network with one hidden layer and a polynomial activation.
        DataError: the columns of the file do not fit the network.
    """
    from neurocli.architectures.grammar import parse
    from neurocli.architectures.mlp import layer_activations

    network = parse(spec)
    if network.family not in ("mlp", "linear") or len(network.shape) != 3:
        raise SpecificationError("network", spec, "one hidden layer, such as mlp:2-6-1,r=2", "mlp:2-6-1,r=2")
    inputs, hidden, outputs = network.shape
    bias = bool(network.get("bias"))
    data = read_samples(file, outputs)
    if data.shape[1] != inputs:
        raise DataError(f"{file}: {data.shape[1]} input columns and {outputs} targets; {network} reads {inputs} inputs")
    terms = dict(layer_activations(network)[0]) if network.family == "mlp" else {1: Fraction(1)}
    activation = [terms.get(j, Fraction(0)) for j in range(max(terms) + 1)]
    leading = leading_utility(data, activation, bias)
    x, y = _floats(data.x), _floats(data.y)
    if bias:
        x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    return (systems.TwoLayer(x, y, [float(s) for s in activation], hidden, leading.kappa), leading, data)


def run_record(spec: str, file: str, scale: float = 1e-2, seed: int = 0, rounds: int = 100,
               progress: Progress = None) -> Result:
    """`agf run`: the two-step algorithm on a two-layer network with polynomial activation."""
    from neurocli.dynamics.two_step import two_step

    if not 0 < scale < 0.5:
        raise UsageError(f"--scale {scale}", "the scale of the initialization lies between 0 and 1/2")
    system, leading, _ = two_layer(spec, file)
    found = two_step(system, scale, seed, rounds, progress=progress)
    rows = [{"time": turn.time, "neuron": turn.neuron + 1, "kappa": turn.kappa, "utility": turn.utility,
             "loss": turn.loss, "gradient": turn.gradient, "active": [i + 1 for i in turn.active],
             "returned": [i + 1 for i in turn.returned]} for turn in found.rounds]
    value = {"losses": [found.initial_loss, *(turn.loss for turn in found.rounds)],
             "times": [turn.time for turn in found.rounds]}
    data = {"kappa": leading.kappa, "initial_loss": found.initial_loss, "rows": rows, "reason": found.reason,
            "scale": scale, "neurons": system.hidden,
            "parameters": [{"neuron": i + 1, "weights": list(weights)} for i, weights in found.parameters]}
    explanation = (
        f"kappa = {leading.kappa}, exactly: all parts of the utility below degree {leading.kappa} vanish",
        "the loss is (1/2) mean |y - f(x)|^2 over the samples",
        f"ended: {found.reason}")
    return Result("agf run", f"{spec} {file}", value, Status.NUMERICAL, "utility and cost flows", data, explanation,
                  (_kappa(leading), {"kind": "definition", "citation": "kunin-2025"}), seed=seed)


def flow_record(case: str, source: str, scale: float, seed: int = 0, neurons: int | None = None, context: int = 32,
                targets: int = 1, size: int | None = None, end: float | None = None,
                progress: Progress = None) -> Result:
    """`agf flow`: gradient flow from a small initialization beside the predicted plateaus.

    Args:
        case: "diagonal", "linear", "attention", "modadd", "group:NAME", or a two-layer network.
        source: its data: samples, eigenvalues, an encoding or a spectrum, a signal.
        scale: size of the initialization.
        seed: of its directions.
        neurons: hidden units or heads; a default that is enough for the case.
        context: pairs in the context of attention.
        targets: target columns of the linear case.
        size: p, when `source` is a spectrum.
        end: final time; default until rest.
    """
    system, predicted, times, evidence = _case(case, source, scale, neurons, context, targets, size)
    flow = gradient_flow(system, scale, seed, end, progress=progress)
    matches = [] if predicted is None else [
        {"predicted": row.predicted, "observed": row.observed, "time": row.time, "error": row.error}
        for row in compare(flow, predicted)]
    keep = sorted({round(i) for i in np.linspace(0, len(flow.times) - 1, min(_KEPT, len(flow.times)))})
    data = {"kappa": system.kappa, "scale": scale, "finished": flow.finished, "final_loss": flow.losses[-1],
            "plateaus": [{"time": time, "loss": loss} for time, loss in flow.plateaus], "comparison": matches,
            "worst_error": max((row["error"] for row in matches), default=None), "parameters": system.size,
            "predicted_losses": predicted, "predicted_times": times,
            "curve": {"time": [flow.times[i] for i in keep], "loss": [flow.losses[i] for i in keep]}}
    explanation = ["a plateau is a stretch where the gradient's norm is a local minimum along the flow"]
    if not flow.finished:
        explanation.append("the flow was stopped before it came to rest")
    return Result("agf flow", f"{case} {source}", [loss for _, loss in flow.plateaus], Status.NUMERICAL,
                  "gradient flow by LSODA", data, tuple(explanation), evidence, seed=seed)


def _case(case: str, source: str, scale: float, neurons: int | None, context: int, targets: int, size: int | None
          ) -> tuple[Any, list[float] | None, list[float] | None, tuple[dict[str, Any], ...]]:
    """The system, the predicted plateaus, the times of the jumps at this scale (lower bounds for kappa = 3,
    None where they are not known in advance), and evidence."""
    if not 0 < scale < 0.5:
        raise UsageError(f"--scale {scale}", "the scale of the initialization lies between 0 and 1/2")
    norm = math.sqrt(2) * scale
    if case == "diagonal":
        from neurocli.dynamics.diagonal import staircase

        data = read_samples(source)
        found = staircase(data)
        losses = [float(found.initial_loss), *(float(jump.loss) for jump in found.jumps)]
        times = [-math.log(scale) * float(jump.time) for jump in found.jumps]
        return systems.Diagonal(_floats(data.x), _floats(data.y)), losses, times, ()
    if case == "linear":
        from neurocli.dynamics.linear import covariances, linear_staircase

        data = read_samples(source, targets)
        covariance, cross, power = covariances(data)
        hidden = neurons or min(data.shape[1:])
        predicted = linear_staircase(covariance, cross, power, hidden)
        return (systems.Linear(_floats(covariance), _floats(cross), float(power), hidden),
                [float(loss) for loss in predicted.losses],
                [-math.log(norm) * float(feature.time or 0) for feature in predicted.features], ())
    if case == "attention":
        from neurocli.dynamics.attention import attention_staircase

        eigenvalues = read_eigenvalues(source)
        losses = [float(loss) for loss in attention_staircase(eigenvalues, context).losses]
        return (systems.Attention([float(value) for value in eigenvalues], context, neurons or len(eigenvalues) + 1),
                losses, None, ())
    if case == "modadd":
        from neurocli.dynamics.modular_addition import modular_addition_staircase

        p, powers, encoding = read_encoding(source, size)
        bounds = modular_addition_staircase(p, powers, norm)
        return (systems.modular_addition(encoding, neurons or 6 * len(powers)),
                [_real(loss) for loss in bounds.losses], [float(f.time or 0) for f in bounds.features], ())
    if case.startswith("group:"):
        from neurocli.dynamics.group_composition import group_staircase
        from neurocli.groups.signals import signal_from
        from neurocli.groups.tables import group_from

        group = group_from(case.partition(":")[2])
        signal = signal_from(group, source)
        found_group = group_staircase(group, signal, norm)
        sizes = [int(dict(feature.details)["dimension"]) for feature in found_group.features]
        enough = neurons or 16 * sum(size * size for size in sizes)
        return (systems.group_composition(group.table, [complex(value).real for value in signal], enough),
                [_real(loss) for loss in found_group.losses], [float(f.time or 0) for f in found_group.features], ())
    system, leading, _ = two_layer(case, source)
    return system, None, None, (_kappa(leading),)


def read_encoding(source: str, size: int | None) -> tuple[int, dict[int, Any], list[float]]:
    """(p, power of each frequency, encoding) from a spectrum `1:10,3:5` with p, or from a file.

    Raises:
        DataError: unreadable, or a mean that is not zero.
        UsageError: a spectrum without p, or a file with another p.
    """
    from neurocli.dynamics.modular_addition import encoding_of_spectrum, powers_of_encoding, powers_of_spectrum

    if ":" in source:
        if size is None:
            raise UsageError("a spectrum needs the size of the group", "-p 20")
        magnitudes = read_spectrum(source)
        return size, dict(powers_of_spectrum(size, magnitudes)), encoding_of_spectrum(size, magnitudes)
    vector = read_vector(source)
    if any(not isinstance(entry, Fraction) for entry in vector):
        raise DataError(f"{source}: the encoding holds square roots", "write rationals, or give the spectrum")
    if size not in (None, len(vector)):
        raise UsageError(f"-p {size} with an encoding of length {len(vector)}")
    rational = [entry for entry in vector if isinstance(entry, Fraction)]
    return len(rational), powers_of_encoding(rational), [float(entry) for entry in rational]


def _kappa(leading: Leading) -> dict[str, Any]:
    return {"kind": "nonzero-moment", "kappa": leading.kappa, "output": leading.output + 1,
            "inputs": [i + 1 for i in leading.monomial], "moment": str(leading.moment)}


def _real(value: Any) -> float:
    return complex(value).real if not isinstance(value, Fraction) else float(value)


def _floats(rows: Any) -> Any:
    return np.array([[float(entry) for entry in row] for row in rows])
