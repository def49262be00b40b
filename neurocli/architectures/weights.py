"""Weights of a network from JSON, CSV or NPY files, as exact rationals.

A float is the dyadic rational it is; text such as `1/3` is the rational it says.  Files hold
either all parameters in the order of the blocks, row by row, or (JSON) one array per block.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurocli.errors import DataError

if TYPE_CHECKING:
    import numpy as np

    from neurocli.architectures.parametrization import Parametrization

_RATIONAL = re.compile(r"\s*[+-]?[0-9]+(/0*[1-9][0-9]*)?\s*", re.ASCII)
_DECIMAL = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\s*", re.ASCII)
HINT = "weights are real numbers, rationals such as 1/3, or floats; see: neurocli help fibers"


@dataclasses.dataclass(frozen=True, eq=False)
class Weights:
    """One point of parameter space.

    Args:
        entries: all parameters, flat, in the order of the blocks, as rationals or doubles.
        floating: some of them were written as floats, so equalities may fail by rounding.
        source: where they came from, for messages.
    """

    entries: tuple[Fraction | float, ...]
    floating: bool
    source: str

    @cached_property
    def values(self) -> tuple[Fraction, ...]:
        """The parameters as exact rationals."""
        return tuple([Fraction(entry) for entry in self.entries])

    def residues(self, p: int) -> np.ndarray | None:
        """The parameters modulo a prime below 2^31, or None when it divides a denominator.

        Notes:
            A double is m 2^e with an integer m of at most 53 bits, so doubles are done all at once.
        """
        import numpy as np

        if all(type(entry) is float for entry in self.entries):
            mantissas, exponents = np.frexp(np.array(self.entries))
            integers = np.ldexp(mantissas, 53).astype(np.int64) % p
            powers = {int(e): pow(2, int(e) - 53, p) for e in np.unique(exponents)}
            shifts = np.array([powers[e] for e in exponents.tolist()], dtype=np.uint64)
            return integers.astype(np.uint64) * shifts % np.uint64(p)
        out = np.empty(len(self.entries), dtype=np.uint64)
        for i, value in enumerate(self.values):
            if value.denominator % p == 0:
                return None
            out[i] = value.numerator * pow(value.denominator, -1, p) % p
        return out

    def exact(self) -> np.ndarray:
        """The parameters as FLINT rationals."""
        from neurocli.algebra.rational_matrices import quotients

        return quotients([value.as_integer_ratio() for value in self.entries])

    @cached_property
    def bits(self) -> int:
        """Bits of the largest numerator and denominator together (for doubles an upper bound)."""
        import numpy as np

        if all(type(entry) is float for entry in self.entries):
            exponents = np.frexp(np.array(self.entries))[1]
            return int(np.abs(exponents).max(initial=0)) + 107
        return max((v.numerator.bit_length() + v.denominator.bit_length() for v in self.values), default=1)


def read_weights(path: str | Path, parametrization: Parametrization) -> Weights:
    """The weights in a file, checked against the shape of the network.

    Args:
        path: a file; `.csv` and `.npy` by their names, everything else is JSON.
        parametrization: the network they are for.

    Raises:
        DataError: the file cannot be read, has another shape, or holds something that is no
            finite real number; the message names the entry.
    """
    path = Path(path)
    try:
        if path.suffix.lower() == ".npy":
            flat = _npy(path, parametrization)
        else:
            text = path.read_text(encoding="utf-8")
            if path.suffix.lower() == ".csv":
                flat = _csv(text, str(path))
            else:
                flat = _json(text, str(path), parametrization)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: binary data, expected JSON or CSV text",
                        "binary weights are read from .npy") from None
    if len(flat) != parametrization.parameter_count:
        shapes = ", ".join(f"{name} {'x'.join(map(str, shape))}" for name, shape in parametrization.program.parameters)
        raise DataError(f"{path}: {len(flat)} weights, expected {parametrization.parameter_count} ({shapes})",
                        "in the order of the blocks, row by row")
    return _weights(flat, str(path))


def weights(values: Any, parametrization: Parametrization, source: str = "weights") -> Weights:
    """Weights given in Python: a flat sequence, an array, or a mapping of blocks.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> from neurocli.architectures.registry import parametrization
        >>> weights({"W1": [[1, 0.5]], "W2": [["1/3"]]}, parametrization(parse("mlp:2-1-1,r=2"))).values
        (Fraction(1, 1), Fraction(1, 2), Fraction(1, 3))
    """
    if isinstance(values, Weights):
        return values
    if isinstance(values, (str, Path)):
        return read_weights(values, parametrization)
    if hasattr(values, "tolist"):
        values = values.tolist()
    flat = _document(values, source, parametrization)
    if len(flat) != parametrization.parameter_count:
        raise DataError(f"{source}: {len(flat)} weights, expected {parametrization.parameter_count}")
    return _weights(flat, source)


def _weights(flat: list[Fraction | float], source: str) -> Weights:
    return Weights(tuple(flat), any(type(value) is float for value in flat), source)


def write_weights(values: Sequence[Any], parametrization: Parametrization) -> str:
    """JSON text that `read_weights` reads back: one array per block, rationals as strings."""
    import numpy as np

    flat = np.empty(len(values), dtype=object)
    flat[:] = [_plain(Fraction(value)) for value in values]
    return json.dumps({name: block.tolist() for name, block in parametrization.blocks(flat).items()}, indent=1) + "\n"


def _plain(value: Fraction) -> int | str:
    return value.numerator if value.denominator == 1 and abs(value.numerator) < 2**53 else str(value)


def number(value: Any, place: str) -> Fraction | float:
    """One entry as a rational, or the double that it is.

    Raises:
        DataError: anything that is no finite real number.
    """
    kind = type(value)
    if kind is float:
        if not math.isfinite(value):
            raise DataError(f"{place}: read {value}, expected a finite number", HINT)
        return float(value)
    if kind is int:
        return Fraction(value)
    if kind is Fraction:
        return value
    if kind is str and len(value) < 5000:
        if _RATIONAL.fullmatch(value):
            return Fraction(value.strip())
        if _DECIMAL.fullmatch(value):
            read = float(value)  # what another program would have stored
            if math.isfinite(read):
                return read
        raise DataError(f"{place}: read {value[:60]!r}, expected a finite real number", HINT)
    if kind is complex:
        raise DataError(f"{place}: read the complex number {value}, expected a real one", HINT)
    raise DataError(f"{place}: read {str(value)[:60]!r}, expected a number", HINT)


def _flatten(value: Any, place: str, shape: tuple[int, ...] | None, into: list[Fraction | float]) -> None:
    """Append the entries of nested lists; with a shape, every level must have its length."""
    if not isinstance(value, (list, tuple)):
        if shape:
            raise DataError(f"{place}: a single number, expected {shape[0]} entries")
        into.append(number(value, place))
        return
    if shape is not None and (not shape or len(value) != shape[0]):
        raise DataError(f"{place}: {len(value)} entries, expected {shape[0] if shape else 'a single number'}")
    rest = None if shape is None else shape[1:]
    if not rest and all(type(item) is float for item in value) and all(map(math.isfinite, value)):
        into.extend(value)
        return
    for i, item in enumerate(value, 1):
        _flatten(item, f"{place}[{i}]", rest, into)


def _document(record: Any, place: str, parametrization: Parametrization) -> list[Fraction | float]:
    flat: list[Fraction | float] = []
    blocks = parametrization.program.parameters
    if isinstance(record, dict):
        names = [name for name, _ in blocks]
        unknown = [name for name in record if name not in names]
        missing = [name for name in names if name not in record]
        if unknown or missing:
            raise DataError(f"{place}: " + (f"no block {missing[0]!r}" if missing else f"unknown block {unknown[0]!r}"),
                            f"the blocks are {', '.join(names)}")
        for name, shape in blocks:
            _flatten(record[name], f"{place}, {name}", shape, flat)
        return flat
    if not isinstance(record, (list, tuple)):
        raise DataError(f"{place}: a single value, expected the list of weights or one array per block", HINT)
    if len(record) == len(blocks) and any(isinstance(item, (list, tuple)) for item in record):
        for (name, shape), item in zip(blocks, record):
            _flatten(item, f"{place}, {name}", shape, flat)
        return flat
    _flatten(record, place, None, flat)
    return flat


def _json(text: str, place: str, parametrization: Parametrization) -> list[Fraction | float]:
    def constant(name: str) -> None:
        raise DataError(f"{place}: read {name}, expected a finite number", HINT)

    try:
        record = json.loads(text, parse_constant=constant)
    except RecursionError:
        raise DataError(f"{place}: lists nested too deeply") from None
    except ValueError as error:
        raise DataError(f"{place}: not JSON: {error}", "weights are read from .json, .csv and .npy files") from None
    return _document(record, place, parametrization)


def _csv(text: str, place: str) -> list[Fraction | float]:
    flat: list[Fraction | float] = []
    for row, line in enumerate(text.splitlines(), 1):
        line = line.split("#", 1)[0].strip()
        if line:
            flat += [number(cell, f"{place}, line {row}, column {column}")
                     for column, cell in enumerate(line.split(","), 1)]
    return flat


def _npy(path: Path, parametrization: Parametrization) -> list[Fraction | float]:
    import numpy as np

    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        reason = "it holds Python objects (a pickle), which are never loaded" if "pickle" in str(error).lower() \
            else str(error)
        raise DataError(f"{path}: not an array of numbers: {reason}",
                        "save a plain numeric array with numpy.save") from None
    if not isinstance(array, np.ndarray):
        array.close()
        raise DataError(f"{path}: an archive of arrays, expected one array", "save one array with numpy.save")
    if array.dtype.kind == "c":
        raise DataError(f"{path}: complex numbers, expected real ones", HINT)
    if array.dtype.kind not in "fiu":
        raise DataError(f"{path}: entries of type {array.dtype}, expected numbers", HINT)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        raise DataError(f"{path}: entries of type {array.dtype}, expected at most 64 bits")
    flat = array.astype(np.float64).ravel() if array.dtype.kind == "f" else array.ravel()
    if array.dtype.kind == "f" and not np.isfinite(flat).all():
        bad = int(np.flatnonzero(~np.isfinite(flat))[0])
        raise DataError(f"{path}, entry {bad + 1}: read {flat[bad]}, expected a finite number", HINT)
    if array.ndim > 1 and array.shape not in [shape for _, shape in parametrization.program.parameters]:
        raise DataError(f"{path}: an array of shape {'x'.join(map(str, array.shape))}, expected all weights in one row",
                        "in the order of the blocks, row by row")
    return [value if type(value) is float else Fraction(value) for value in flat.tolist()]
