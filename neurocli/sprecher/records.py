"""What the questions about Sprecher networks answer: one `Result` each."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from neurocli.errors import DataError, SpecificationError, TooLarge, UsageError
from neurocli.results.result import Result, Status
from neurocli.sprecher.count import Shape, count
from neurocli.sprecher.network import SprecherNetwork

#: Rows that `forward` evaluates exactly, and prints.
LARGEST_EXACT = 1000
LARGEST_PRINTED = 100_000
_SOURCE = {"kind": "definition", "citation": "sprecher-networks-2025"}


def shape_of(spec: str, options: Mapping[str, Any]) -> Shape:
    """The shape that a specification `sprecher:784-100-10` and the options give.

    Args:
        spec: of the family `sprecher`; `knots=` sets the knots of both functions, degrees are not used here.
        options: fields of `Shape` other than the widths; None where not given.

    Raises:
        SpecificationError: a network of another family.
    """
    from neurocli.architectures.grammar import parse

    # The knots of the language are those of this command's options, so a bare shape is complete here.
    bare = "," not in spec and spec.strip().startswith("sprecher:")
    network = parse(f"{spec.strip()},knots=100" if bare else spec)
    if network.family != "sprecher":
        raise SpecificationError("family", network.family, "sprecher", "sprecher:784-100-10")
    given = {name: value for name, value in options.items() if value is not None}
    knots = network.get("knots", 100)
    return Shape(network.shape, **{"phi_knots": knots, "Phi_knots": knots, **given})


def count_record(spec: str, batch: int = 32, **options: Any) -> Result:
    """`sprecher count`: parameters, redundancy, memory, beside an MLP and a KAN."""
    shape = shape_of(spec, options)
    found = count(shape)
    data = {"widths": list(shape.widths), "parts": dict(found.parts), "redundant": dict(found.redundant),
            "effective_at_most": found.effective, "mlp": found.mlp, "kan": found.kan, "batch": batch,
            "plain_bytes": 4 * batch * found.plain_floats, "sequential_bytes": 4 * batch * found.sequential_floats,
            "phi_knots": shape.phi_knots, "Phi_knots": shape.Phi_knots, "lateral": shape.lateral,
            "residual": shape.residual, "norm": shape.norm, "codomain": shape.codomain}
    explanation = ("each redundant direction is an explicit symmetry, so the dimension of the family is at most "
                   f"{found.effective}; it can be smaller",
                   "the KAN has cubic splines on 5 cells and a base weight per edge (9 numbers)",
                   f"memory: the largest intermediate array in single precision, batch {batch}")
    return Result("sprecher count", spec, found.parameters, Status.PROVED, "closed form", data, explanation, (_SOURCE,))


def forward_record(source: str, inputs_file: str, seed: int = 0, exact: bool = False, low_memory: bool = False,
                   destination: str | None = None, **options: Any) -> Result:
    """`sprecher forward`: outputs of a network (a file, or a specification with random weights)."""
    from neurocli.sprecher.evaluate import evaluate, evaluate_exactly, largest_product
    from neurocli.sprecher.targets import read_floats

    network = network_of(source, seed, options)
    data: dict[str, Any] = {"widths": list(network.widths), "exact": exact, "low_memory": low_memory}
    if exact:
        rows = read_fractions(inputs_file)
        if len(rows) > LARGEST_EXACT:
            raise TooLarge(f"{len(rows)} rows to evaluate exactly, at most {LARGEST_EXACT}", "leave out --exact")
        exact_outputs = [[Fraction(value) for value in evaluate_exactly(network, row)] for row in rows]
        data |= {"rows": len(rows), "decimals": [[float(value) for value in row] for row in exact_outputs]}
        if destination is not None:
            _write_table(destination, exact_outputs)
        return Result("sprecher forward", f"{source} {inputs_file}", exact_outputs, Status.PROVED, "fractions", data,
                      (), (_SOURCE,), seed=seed)
    x = read_floats(inputs_file)
    outputs = evaluate(network, x, low_memory)
    if destination is not None:
        _write_table(destination, outputs.tolist())
    elif outputs.size > LARGEST_PRINTED:
        raise TooLarge(f"{outputs.size} outputs are too many to print", "write them with --to FILE.csv")
    data |= {"rows": len(x), "floats_per_sample": max(network.widths) if low_memory else largest_product(network)}
    return Result("sprecher forward", f"{source} {inputs_file}", outputs.tolist() if destination is None else None,
                  Status.NUMERICAL, "sequential" if low_memory else "plain", {**data, "file": destination}, (),
                  (_SOURCE,), seed=seed)


def domains_record(source: str, low: str = "0", high: str = "1", seed: int = 0, **options: Any) -> Result:
    """`sprecher domains`: interval propagation through every block."""
    from neurocli.sprecher.domains import output_interval, propagate

    network = network_of(source, seed, options)
    interval = (_fraction(low, "--low"), _fraction(high, "--high"))
    domains = propagate(network, [interval] * network.inputs)
    blocks = []
    for block, domain in zip(network.blocks, domains):
        hull = (min(a for a, _ in domain.outputs), max(b for _, b in domain.outputs))
        blocks.append({
            "inputs": block.inputs, "outputs": block.outputs, "inner": _interval(domain.inner),
            "phi_knots": _interval((block.phi.knots[0], block.phi.knots[-1])), "phi_covered": domain.inner_covered,
            "outer": _interval(domain.outer), "Phi_knots": _interval((block.Phi.knots[0], block.Phi.knots[-1])),
            "Phi_covered": domain.outer_covered, "range": _interval(hull)})
    value = [_interval(pair) for pair in output_interval(network, domains)]
    exact = not network.cubic
    return Result("sprecher domains", source, value, Status.PROVED if exact else Status.NUMERICAL,
                  "interval arithmetic", {"blocks": blocks, "exact": exact, "low": str(interval[0]),
                                          "high": str(interval[1])},
                  ("every output lies in its interval for all inputs of the box; the ends need not be attained",),
                  (_SOURCE,), seed=seed)


def import_record(file: str, destination: str | None = None) -> Result:
    """`sprecher import`: a trained network from an SNDS file, exactly."""
    from neurocli.sprecher.snds import read_snds
    from neurocli.sprecher.weights_file import write_network

    found = read_snds(file)
    network = found.network
    if destination is not None:
        write_network(destination, network)
    blocks = [{"inputs": block.inputs, "outputs": block.outputs, "phi_knots": len(block.phi.knots),
               "Phi_knots": len(block.Phi.knots), "eta": block.eta,
               "lateral": "none" if block.lateral is None else
               "bidirectional" if block.lateral.backward else "cyclic",
               "residual": block.residual, "normalized": block.norm is not None} for block in network.blocks]
    data = {"widths": list(network.widths), "outputs": network.outputs, "flags": f"{found.flags:#04x}",
            "blocks": blocks, "scale": network.scale, "bias": network.bias, "alpha": network.alpha, "file": destination}
    return Result("sprecher import", file, found.parameters, Status.PROVED, "SNDS version 3", data,
                  ("weights are 16.16 fixed point, read as the fractions they are",), (_SOURCE,))


def fit_record(spec: str, data_name: str, settings: Mapping[str, Any], checkpoint: str | None = None, every: int = 500,
               destination: str | None = None, compare: bool = True,
               progress: Callable[[int, float], None] | None = None, **options: Any) -> Result:
    """`sprecher fit`: train on a file or on a named function, beside an MLP of equal size."""
    from neurocli.sprecher.fit import Settings, fit, fit_mlp
    from neurocli.sprecher.targets import TARGETS, read_floats, sample_target
    from neurocli.sprecher.weights_file import write_network

    shape = shape_of(spec, options)
    chosen = Settings(**settings)
    if data_name in TARGETS:
        x, y = sample_target(data_name, chosen.seed)
    else:
        table = read_floats(data_name, shape.widths[0] + shape.widths[-1])
        x, y = table[:, :shape.widths[0]], table[:, shape.widths[0]:]
    found = fit(shape, x, y, chosen, checkpoint, every, progress)
    assert found.network is not None
    if destination is not None:
        write_network(destination, found.network)
    rows = [{"model": "Sprecher", "widths": list(found.widths), "parameters": found.parameters, "loss": found.best}]
    curves = {"Sprecher": _thinned(found.losses)}
    if compare:
        rival = fit_mlp(x.shape[1], y.shape[1], found.parameters, max(1, len(shape.blocks)), x, y, chosen)
        rows.append({"model": "tanh MLP", "widths": list(rival.widths), "parameters": rival.parameters,
                     "loss": rival.best})
        curves["tanh MLP"] = _thinned(rival.losses)
    data = {"rows": rows, "curves": curves, "samples": len(x), "epochs": chosen.epochs, "rate": chosen.rate,
            "track": chosen.track, "file": destination, "checkpoint": checkpoint}
    return Result("sprecher fit", f"{spec} {data_name}", found.best, Status.NUMERICAL, "Adam", data,
                  ("losses are mean squared errors on the training samples, the least of the run",
                   "the MLP is the largest with no more parameters, trained in the same way"), (_SOURCE,),
                  seed=chosen.seed)


def network_of(source: str, seed: int, options: Mapping[str, Any]) -> SprecherNetwork:
    """The network in a file (.json, .snds), or a specification with the initial weights of training."""
    from neurocli.sprecher.weights_file import read_network

    if not source.startswith("sprecher:"):
        if any(value is not None for value in options.values()):
            raise UsageError("options of the shape with a network from a file", "leave them out")
        if Path(source).suffix.lower() not in (".json", ".snds"):
            raise UsageError(f"{source}: neither a specification nor a .json or .snds file", "sprecher:2-5-1")
        return read_network(source)
    from neurocli.sprecher.trainable import Trainable

    shape = shape_of(source, options)
    if shape.norm != "none":
        raise UsageError("random weights have no normalization", "leave out --norm")
    model = Trainable(shape)
    return exactly(model.network(*model.start(seed)))


def exactly(network: SprecherNetwork) -> SprecherNetwork:
    """The same network with floats replaced by the fractions they are."""
    from neurocli.sprecher.weights_file import from_json, to_json

    return from_json(to_json(network))


def read_fractions(file: str) -> list[list[Fraction]]:
    """Rows of fractions or decimals of a CSV file, exactly.

    Raises:
        DataError: unreadable, or an entry that is no number; the message names the line.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError(f"{file}: {fault}") from None
    rows: list[list[Fraction]] = []
    for number, cells in enumerate(csv.reader(lines), 1):
        if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        if not rows and all(cell.strip()[:1].isalpha() and cell.strip().lower() not in ("nan", "inf", "infinity")
                            for cell in cells):
            continue
        rows.append([_fraction(cell, f"{file}, line {number}") for cell in cells])
    if not rows:
        raise DataError(f"{file}: no numbers")
    return rows


def _fraction(text: str, place: str) -> Fraction:
    digits = text.lower().partition("e")[2].lstrip("+-")
    try:
        if len(text) > 1000 or (digits and int(digits) > 400):
            raise ValueError
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise DataError(f"{place}: {text[:40]!r} is not a number", "3/7, 0.25 or 1e-3") from None


def _interval(pair: tuple[Any, Any]) -> list[Any]:
    return [value if isinstance(value, (int, float, Fraction)) else str(value) for value in pair]


def _thinned(losses: Sequence[float]) -> dict[str, list[float]]:
    """At most 400 points of a loss curve."""
    step = max(1, len(losses) // 400)
    return {"epoch": list(range(0, len(losses), step)), "loss": list(losses[::step])}


def _write_table(destination: str, rows: Sequence[Sequence[Any]]) -> None:
    from neurocli.sprecher.files import replace_file

    text = "".join(",".join(str(value) for value in row) + "\n" for row in rows)
    replace_file(Path(destination), text.encode())
