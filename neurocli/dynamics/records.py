"""What the questions about alternating gradient flows answer: one `Result` each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from neurocli.dynamics.data import Samples, read_samples, read_table
from neurocli.dynamics.diagonal import Jump, Staircase, Undecided, staircase, verify_l1_certificate
from neurocli.dynamics.plateaus import Feature, Prediction
from neurocli.dynamics.surd import Exact, read_number
from neurocli.errors import DataError, InternalError, UsageError
from neurocli.results.result import Result, Status

#: Coefficients are listed in the record up to this many inputs.
_LISTED = 50


def diagonal_record(file: str, alpha: float | None = None, method: str = "auto") -> Result:
    """`agf diagonal`: the staircase of a diagonal linear network.

    Raises:
        DataError: faults of the file.
        UsageError: alpha is not between 0 and 1.
    """
    if alpha is not None and not 0 < alpha < 1:
        raise UsageError(f"--alpha {alpha}", "the initial scale lies between 0 and 1")
    data = read_samples(file)
    try:
        found = staircase(data, method)
    except Undecided as outcome:
        return Result("agf diagonal", file, None, Status.UNDECIDED, "balls", {"samples": data.shape[0],
                      "inputs": data.shape[1]}, (f"{outcome}: a tie, or a correlation that vanishes exactly",
                                                 "exact arithmetic decides it: --method exact"))
    rows = [_jump(jump, found, alpha) for jump in found.jumps]
    ties = [number for number, jump in enumerate(found.jumps, 1) if jump.tie or jump.degenerate]
    status = (Status.UNDECIDED if ties else Status.PROVED if found.method == "exact" else Status.CERTIFIED)
    explanation = ["gradient flow from the scale alpha tends to this staircase as alpha tends to 0 (kunin-2025)",
                   "the limit has the least l1 norm among all minimizers; the dual vector proves it"]
    if ties:
        explanation.insert(0, f"step {ties[0]} is a tie or has several minimizers: the theorem asks for data in "
                              "general position, so the recursion is shown without the promise that training "
                              "follows it")
    if found.method == "balls":
        explanation.append("numbers are midpoints of balls whose radius is below 10^-15; the order is certified")
    value = {"losses": [_number(found.initial_loss), *(row["loss"] for row in rows)],
             "times": [row["time"] for row in rows], "supports": [row["support"] for row in rows]}
    information = {
        "samples": found.samples, "inputs": found.inputs, "initial_loss": _number(found.initial_loss),
        "initial_loss_decimal": float(found.initial_loss), "initial_index": found.initial_index, "rows": rows,
        "interpolates": found.interpolates, "alpha": alpha, "time_unit": "-log(alpha)",
        "candidates": f"2^{found.inputs}",
        "l1_norm": _number(sum((abs(entry) for entry in found.beta), Fraction(0))) if found.method == "exact" else None}
    return Result("agf diagonal", file, value, status, found.method, information, tuple(explanation),
                  _l1_evidence(data, found))


def _jump(jump: Jump, found: Staircase, alpha: float | None) -> dict[str, Any]:
    row = {"time": _number(jump.time), "time_decimal": float(jump.time), "loss": _number(jump.loss),
           "loss_decimal": float(jump.loss), "entered": [i + 1 for i in jump.entered],
           "deactivated": [i + 1 for i in jump.deactivated], "support": [i + 1 for i in jump.support],
           "hessian_index": jump.hessian_index, "stratum": f"support of {len(jump.support)}", "tie": jump.tie,
           "several_minimizers": bool(jump.degenerate)}
    if found.inputs <= _LISTED:
        row["beta"] = [_number(entry) for entry in jump.beta]
    if alpha is not None:
        row["scaled_time"] = -math.log(alpha) * float(jump.time)
    return row


def _l1_evidence(data: Samples, found: Staircase) -> tuple[dict[str, Any], ...]:
    source = {"kind": "theorem", "citation": "kunin-2025", "statement": "limit of gradient flow, least l1 norm"}
    recursion = {"kind": "definition", "citation": "pesme-flammarion-2023", "statement": "recursion in s and beta"}
    if found.method != "exact":
        return source, recursion
    if not verify_l1_certificate(data, found.beta, found.rho):
        raise InternalError("the l1 certificate of the staircase does not verify")
    return ({"kind": "l1-certificate", "beta": [_number(entry) for entry in found.beta],
             "rho": [_number(entry) for entry in found.rho], "dual": [_number(entry) for entry in found.dual]},
            source, recursion)


def linear_record(file: str, targets: int, hidden: int | None = None, alpha: float | None = None) -> Result:
    """`agf linear`: the staircase of a fully connected linear network."""
    from neurocli.dynamics.linear import covariances, linear_staircase

    found = linear_staircase(*covariances(read_samples(file, targets)), hidden=hidden)
    proved = found.time_status == "proved"
    status = Status.PROVED if proved and found.exact else Status.NUMERICAL
    factor = None if alpha is None else -math.log(_scale(alpha))
    return prediction_record("agf linear", file, found, status, {"alpha": alpha}, factor)


def attention_record(eigenvalues: Sequence[Exact], context: int, scale: float | None, spec: str) -> Result:
    """`agf attention`: the staircase of linear attention."""
    from neurocli.dynamics.attention import attention_staircase

    found = attention_staircase(eigenvalues, context, None if scale is None else _scale(scale))
    return prediction_record("agf attention", spec, found, Status.BOUND, {"context": context, "norm": scale})


def modadd_record(p: int, powers: Mapping[int, Any], scale: float | None, spec: str) -> Result:
    """`agf modadd`: the staircase of modular addition, with the witness for six neurons."""
    from neurocli.dynamics.modular_addition import modular_addition_staircase
    from neurocli.dynamics.six_neurons import witness_amplitude

    found = modular_addition_staircase(p, powers, None if scale is None else _scale(scale))
    amplitude = witness_amplitude(6, 1, 4)
    witness = {"kind": "identity", "field": "Q(zeta_6)", "neurons": 6, "phases": [1, 4], "amplitude": str(amplitude),
               "statement": "six quadratic neurons add up to cos(alpha + beta - gamma)"}
    return prediction_record("agf modadd", spec, found, Status.BOUND, {"p": p, "norm": scale}, None, (witness,))


def group_record(name: str, signal: str, scale: float | None) -> Result:
    """`agf group`: the staircase of learning the product of a finite group."""
    from neurocli.dynamics.group_composition import group_staircase
    from neurocli.groups.signals import signal_from
    from neurocli.groups.tables import group_from

    group = group_from(name)
    found = group_staircase(group, signal_from(group, signal), None if scale is None else _scale(scale))
    return prediction_record("agf group", f"{group.name} {signal}", found, Status.BOUND,
                             {"order": group.order, "norm": scale})


def prediction_record(command: str, spec: str, found: Prediction, status: Status, more: Mapping[str, Any],
                      factor: float | None = None, evidence: tuple[Mapping[str, Any], ...] = ()) -> Result:
    """A predicted staircase as a record."""
    rows = [_feature(feature, factor) for feature in found.features]
    citation = "group-composition-2026" if found.case == "group" else "kunin-2025"
    value = {"losses": [_number(loss) for loss in found.losses], "features": [row["feature"] for row in rows],
             "times": [row["time"] for row in rows]}
    data = {"kappa": found.kappa, "rows": rows, "initial_loss": _number(found.initial_loss),
            "initial_loss_decimal": _float(found.initial_loss), "initial_index": found.initial_index,
            "time_status": found.time_status, "time_unit": found.time_unit, "exact": found.exact, **more}
    return Result(command, spec, value, status, "alternating gradient flows", data, found.notes,
                  (*evidence, {"kind": "theorem", "citation": citation, "statement": "plateaus and utilities"}))


def _feature(feature: Feature, factor: float | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "feature": feature.name, "loss": _number(feature.loss), "loss_decimal": _float(feature.loss),
        "drop": _number(feature.drop), "time": feature.time, "utility": feature.utility, "tie": feature.tie,
        "hessian_index": feature.hessian_index}
    row |= {name: _number(value) for name, value in feature.details}
    if factor is not None and feature.time is not None:
        row["scaled_time"] = factor * feature.time
    return row


def read_eigenvalues(text: str) -> tuple[Exact, ...]:
    """Eigenvalues written out (`24/25,12/25`), or those of a file: a vector, or a diagonal covariance.

    Raises:
        DataError: unreadable, or a covariance that is not diagonal.
    """
    from pathlib import Path

    if not Path(text).is_file():
        return tuple(read_number(piece) for piece in text.split(","))
    rows = read_table(text)
    if len(rows) == 1 or len(rows[0]) == 1:
        return tuple(entry for row in rows for entry in row)
    if len(rows) != len(rows[0]) or any(rows[i][j] for i in range(len(rows)) for j in range(len(rows)) if i != j):
        raise DataError(f"{text}: expected a row, a column, or a diagonal covariance",
                        "give the covariance in its eigenbasis")
    return tuple(rows[i][i] for i in range(len(rows)))


def read_spectrum(text: str) -> dict[int, Fraction]:
    """Magnitudes by frequency, `1:10,3:5,5:5/2`.

    Raises:
        DataError: not of that form, or a frequency twice.
    """
    found: dict[int, Fraction] = {}
    for piece in text.split(","):
        head, _, tail = piece.partition(":")
        value = read_number(tail) if tail else None
        if not (head.strip().isascii() and head.strip().isdigit()) or not isinstance(value, Fraction):
            raise DataError(f"spectrum: read {piece!r}, expected FREQUENCY:MAGNITUDE such as 3:5/2")
        if int(head) in found:
            raise DataError(f"spectrum: frequency {int(head)} twice")
        found[int(head)] = value
    return found


def _scale(value: float) -> float:
    if not 0 < value < 1:
        raise UsageError(f"scale {value}", "the scale of the initialization lies between 0 and 1")
    return value


def _float(value: Any) -> float:
    from neurocli.groups.cyclotomic import Cyclotomic

    return complex(value).real if isinstance(value, Cyclotomic) else float(value)


def _number(value: Any) -> Any:
    """A number as a record holds it: fractions stay, other exact numbers become text, enclosures floats."""
    from neurocli.dynamics.diagonal_balls import Enclosure

    if isinstance(value, Enclosure):
        return float(value)
    if isinstance(value, (bool, int, float, Fraction)):
        return value
    if isinstance(value, (tuple, list)):
        return [_number(item) for item in value]
    return str(value)
