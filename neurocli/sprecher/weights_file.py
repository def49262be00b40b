"""Sprecher networks as JSON: fractions and dyadic floats keep their exact values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from neurocli.errors import DataError
from neurocli.sprecher.network import Block, Lateral, SprecherNetwork
from neurocli.sprecher.spline import Spline

FORMAT = "neurocli-sprecher"


def to_json(network: SprecherNetwork) -> dict[str, Any]:
    """The network as JSON types; every number is a fraction written as text, or an integer."""
    return {"format": FORMAT, "version": 1, "alpha": _out(network.alpha), "summed": network.summed,
            "scale": _out(network.scale), "bias": _out(network.bias),
            "blocks": [_block_out(block) for block in network.blocks]}


def write_network(path: str | Path, network: SprecherNetwork) -> None:
    """Write a network to a JSON file, at once."""
    from neurocli.sprecher.files import replace_file

    replace_file(Path(path), (json.dumps(to_json(network), sort_keys=True) + "\n").encode())


def read_network(path: str | Path) -> SprecherNetwork:
    """Read a network from a JSON or an SNDS file.

    Raises:
        DataError: the file cannot be read or holds no Sprecher network.
    """
    path = Path(path)
    if path.suffix.lower() == ".snds":
        from neurocli.sprecher.snds import read_snds

        return read_snds(path).network
    try:
        # Decimals are read as the fractions they spell; nan and infinities are refused by Fraction.
        record = json.loads(path.read_text(encoding="utf-8"), parse_float=Fraction, parse_constant=_constant)
    except OSError as fault:
        raise DataError(f"{path}: {fault.strerror}") from None
    except (ValueError, RecursionError) as fault:
        raise DataError(f"{path}: not JSON: {fault}") from None
    return from_json(record, str(path))


def from_json(record: Any, name: str = "network") -> SprecherNetwork:
    """Read what `to_json` wrote, or a record written by hand (decimals and fractions alike).

    Raises:
        DataError: a field is missing, of the wrong type or of the wrong length.
    """
    if not isinstance(record, Mapping) or record.get("format") != FORMAT or record.get("version") != 1:
        raise DataError(f"{name}: not a Sprecher network", f'expected {{"format": "{FORMAT}", "version": 1, ...}}')
    try:
        blocks = tuple(_block_in(block) for block in record["blocks"])
        return SprecherNetwork(blocks, bool(record["summed"]), _in(record.get("scale", 1)), _in(record.get("bias", 0)),
                               _in(record.get("alpha", 1)))
    except KeyError as fault:
        raise DataError(f"{name}: field {fault.args[0]!r} is missing") from None
    except (TypeError, AttributeError, ValueError, ZeroDivisionError) as fault:
        raise DataError(f"{name}: {fault}") from None
    except DataError as fault:
        raise DataError(f"{name}: {fault.message}", fault.hint) from None


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is not a finite number")


def _out(value: Any) -> Any:
    value = Fraction(value)
    return value.numerator if value.denominator == 1 else str(value)


def _in(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, (int, str, Fraction)):
        raise TypeError(f"{value!r} is not a number")
    if isinstance(value, str) and len(value) > 10_000:
        raise ValueError("a number of more than 10000 characters")
    return Fraction(value)


def _spline_out(spline: Spline) -> dict[str, Any]:
    return {"kind": spline.kind, "knots": [_out(knot) for knot in spline.knots],
            "values": [_out(value) for value in spline.values]}


def _spline_in(record: Mapping[str, Any], monotone: bool) -> Spline:
    return Spline(_numbers(record["knots"]), _numbers(record["values"]), record.get("kind", "linear"), monotone)


def _numbers(values: Any) -> tuple[Fraction, ...]:
    if not isinstance(values, list):
        raise TypeError(f"{values!r} is not a list of numbers")
    return tuple(_in(value) for value in values)


def _block_out(block: Block) -> dict[str, Any]:
    record: dict[str, Any] = {
        "lambda": [_out(weight) for weight in block.weights], "outputs": block.outputs, "eta": _out(block.eta),
        "phi": _spline_out(block.phi), "Phi": _spline_out(block.Phi), "residual": block.residual,
        "residual_weights": [_out(weight) for weight in block.residual_weights]}
    if block.lateral is not None:
        record["lateral"] = {"scale": _out(block.lateral.scale), "forward": list(map(_out, block.lateral.forward)),
                             "backward": list(map(_out, block.lateral.backward))}
    if block.norm is not None:
        record["norm"] = {"scale": list(map(_out, block.norm[0])), "bias": list(map(_out, block.norm[1])),
                          "first": block.norm_first}
    return record


def _block_in(record: Mapping[str, Any]) -> Block:
    lateral = record.get("lateral")
    norm = record.get("norm")
    outputs = record["outputs"]
    if isinstance(outputs, bool) or not isinstance(outputs, int):
        raise TypeError(f"outputs {outputs!r} is not an integer")
    return Block(
        _numbers(record["lambda"]), outputs, _spline_in(record["phi"], True), _spline_in(record["Phi"], False),
        _in(record["eta"]),
        None if lateral is None else Lateral(_in(lateral["scale"]), _numbers(lateral["forward"]),
                                             _numbers(lateral.get("backward", []))),
        record.get("residual", "none"), _numbers(record.get("residual_weights", [])),
        None if norm is None else (_numbers(norm["scale"]), _numbers(norm["bias"])),
        bool(norm is not None and norm.get("first", False)))
