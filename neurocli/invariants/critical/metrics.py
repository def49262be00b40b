"""Quadratic losses on function space: generic, Bombieri, unit, a Gram matrix, samples, data.

A loss is Q(f - u) for a quadratic form Q and a target u, or a sum of squares |f(x_i) - y_i|^2.  In coordinates c
of functions its gradient is G c - b, so a loss is the pair (G, b), here modulo a prime.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import factorial, prod
from pathlib import Path
from typing import Any

from neurocli.algebra.primes import derive_seed
from neurocli.algebra.rings import prime_field
from neurocli.architectures.weights import number
from neurocli.errors import DataError, UsageError

KINDS = ("generic", "bombieri", "unit", "gram", "samples", "data")
#: How they are written.
SPELLINGS = ("generic", "bombieri", "unit", "gram=FILE", "samples=S", "data=FILE")
Rows = tuple[tuple[Fraction, ...], ...]
Label = tuple[int, tuple[int, ...]]


@dataclasses.dataclass(frozen=True)
class Metric:
    """A family of quadratic losses, of which a generic target picks one.

    Args:
        kind: one of `KINDS`.
        rank: of a generic form; None for full rank.
        samples: number of samples, for "samples" and "data".
        matrix: the Gram matrix of "gram".
        inputs, outputs: of "data".
    """

    kind: str
    rank: int | None = None
    samples: int | None = None
    matrix: Rows = ()
    inputs: Rows = ()
    outputs: Rows = ()

    @property
    def name(self) -> str:
        """How answers call it."""
        if self.rank is not None:
            return f"generic of rank {self.rank}"
        return f"samples {self.samples}" if self.kind == "samples" else self.kind

    @property
    def definite(self) -> bool:
        """Positive definite on real functions."""
        return self.kind in ("bombieri", "unit")


def read_metric(text: str | Metric, rank: int | None = None) -> Metric:
    """A metric from its spelling: `generic`, `bombieri`, `unit`, `gram=FILE`, `samples=S`, `data=FILE`.

    A space may stand for the equals sign, as in the answers.

    Raises:
        UsageError: another spelling, or a number that is not positive.
        DataError: a file that cannot be read as what it should be.

    Example:
        >>> read_metric("samples=3").name, read_metric("samples 3").name, read_metric("generic", 2).name
        ('samples 3', 'samples 3', 'generic of rank 2')
    """
    if isinstance(text, Metric):
        return text
    kind, equals, argument = text.partition("=" if "=" in text else " ")
    argument = argument.strip()
    if rank is not None:
        if kind != "generic":
            raise UsageError("--rank: the rank of a generic form, so the metric must be generic")
        if rank < 1:
            raise UsageError(f"--rank: read {rank}, expected a positive integer")
        return Metric("generic", rank)
    if kind not in KINDS:
        raise UsageError(f"--metric: read {text!r}, expected one of {', '.join(SPELLINGS)}",
                         "samples=3 and samples 3 are the same")
    if kind in ("gram", "samples", "data") and not argument:
        what = "a number" if kind == "samples" else "a file"
        raise UsageError(f"--metric {kind}: expected {what} after it",
                         f"{kind}={what.split()[1].upper()} or {kind} {what.split()[1].upper()}")
    if kind in ("generic", "bombieri", "unit"):
        if equals or argument:
            raise UsageError(f"--metric {kind}: nothing may follow it")
        return Metric(kind)
    if kind == "samples":
        if not (argument.isascii() and argument.isdigit() and 0 < int(argument) <= 10_000):
            raise UsageError(f"--metric samples: read {argument!r}, expected a number from 1 to 10000")
        return Metric(kind, samples=int(argument))
    rows = read_table(argument)
    if kind == "gram":
        return Metric(kind, matrix=_checked_gram(rows, argument))
    return Metric(kind, samples=len(rows), inputs=rows)  # split into inputs and outputs once the network is known


def read_table(path: str | Path) -> Rows:
    """Rows of exact numbers from a CSV file (a first line of names is allowed) or an NPY array.

    Raises:
        DataError: not there, empty, ragged, or with entries that are no finite numbers.
    """
    path = Path(path)
    try:
        if path.suffix == ".npy":
            import numpy as np

            array = np.load(path, allow_pickle=False)
            if array.ndim != 2 or array.dtype.kind not in "iuf":
                raise DataError(f"{path}: expected a table of numbers, not an array of shape {array.shape}")
            lines: list[list[Any]] = array.tolist()
        else:
            lines = [line for line in csv.reader(path.read_text().splitlines()) if line and not line[0].startswith("#")]
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None
    except ValueError as error:  # no text, or no array
        raise DataError(f"{path}: {error}", "a CSV file of numbers, or an NPY array") from None
    if lines and isinstance(lines[0][0], str) and not _is_number(lines[0][0]):
        lines = lines[1:]
    if not lines:
        raise DataError(f"{path}: no rows")
    if len({len(line) for line in lines}) > 1:
        raise DataError(f"{path}: rows of different lengths")
    return tuple(tuple(_exact(entry, f"{path}, row {i + 1}") for entry in line) for i, line in enumerate(lines))


def _is_number(text: str) -> bool:
    try:
        float(Fraction(text.strip())) if "/" in text else float(text)
    except ValueError:
        return False
    return True


def _exact(entry: Any, place: str) -> Fraction:
    try:
        value = number(entry.strip() if isinstance(entry, str) else entry, place)
    except DataError as error:
        raise DataError(error.message, "entries are numbers: 3, -1/2, 0.25") from None
    return value if isinstance(value, Fraction) else Fraction(value)


def _checked_gram(rows: Rows, source: str) -> Rows:
    if any(len(row) != len(rows) for row in rows):
        raise DataError(f"{source}: a Gram matrix is square, this table has {len(rows)} rows of {len(rows[0])}")
    if any(rows[i][j] != rows[j][i] for i in range(len(rows)) for j in range(i)):
        raise DataError(f"{source}: the Gram matrix is not symmetric")
    if not any(map(any, rows)):
        raise DataError(f"{source}: the Gram matrix is zero")
    return rows


def for_network(metric: Metric, inputs: int, outputs: int, coordinates: int | None) -> Metric:
    """The metric, checked against a network's numbers of inputs, outputs and coefficients.

    Raises:
        DataError: a table of the wrong size.
    """
    if metric.kind == "gram" and coordinates is not None and len(metric.matrix) != coordinates:
        raise DataError(f"the Gram matrix has size {len(metric.matrix)}, the functions have {coordinates} coefficients",
                        "neurocli describe --map lists them in order")
    if metric.kind == "data" and not metric.outputs:
        width = len(metric.inputs[0])
        if width != inputs + outputs:
            raise DataError(f"the data have {width} columns, expected {inputs} inputs and {outputs} outputs")
        return dataclasses.replace(metric, inputs=tuple(row[:inputs] for row in metric.inputs),
                                   outputs=tuple(row[inputs:] for row in metric.inputs))
    return metric


def remarks(metric: Metric) -> list[str]:
    """What a reader should know about a Gram matrix or data: indefinite forms, repeated inputs.

    Example:
        >>> remarks(Metric("gram", matrix=((Fraction(1), Fraction(0)), (Fraction(0), Fraction(-1)))))
        ['the Gram matrix is not positive definite: critical points are counted over the complex numbers']
    """
    if metric.kind == "gram":
        import numpy as np

        smallest = float(np.linalg.eigvalsh(np.array(metric.matrix, dtype=float)).min())
        if smallest <= 0:
            return ["the Gram matrix is not positive definite: critical points are counted over the complex numbers"]
    if metric.kind == "data":
        repeated = len(metric.inputs) - len(set(metric.inputs))
        if repeated:
            return [f"{repeated} of {len(metric.inputs)} rows repeat the inputs of another: together they act as one "
                    "sample, with the mean of the outputs"]
    return []


def loss(metric: Metric, labels: Sequence[Label], inputs: int, p: int, seed: int) -> tuple[list[list[int]], list[int]]:
    """(G, b) modulo p in coordinates that are coefficients with these labels; targets are random, or the data's.

    Args:
        labels: (output, exponents in the inputs) of every coordinate; only their number matters for "generic".
        inputs: number of inputs.

    Example:
        >>> loss(Metric("bombieri"), [(0, (2, 0)), (0, (1, 1)), (0, (0, 2))], 2, 101, 0)[0]
        [[1, 0, 0], [0, 51, 0], [0, 0, 1]]
    """
    size, field = len(labels), prime_field(p)

    def random(count: int, label: str, at: int = 0) -> list[int]:
        return [int(v) for v in field.random((count,), derive_seed(seed, label, at)).tolist()]

    if metric.kind in ("samples", "data"):
        if metric.kind == "samples":
            points = [random(inputs, "sample", i) for i in range(metric.samples or 0)]
        else:
            points = [[_residue(v, p) for v in row] for row in metric.inputs]
        return _of_samples(metric, labels, points, p, random(size, "target"))
    if metric.kind == "generic" and metric.rank is None:
        lower = [random(size, "metric", i) for i in range(size)]
        gram = [[lower[max(i, j)][min(i, j)] for j in range(size)] for i in range(size)]
    elif metric.kind == "generic":
        forms = [random(size, "form", i) for i in range(metric.rank or 0)]
        gram = [[sum(f[i] * f[j] for f in forms) % p for j in range(size)] for i in range(size)]
    elif metric.kind == "gram":
        gram = [[_residue(v, p) for v in row] for row in metric.matrix]
    else:
        weights = [bombieri_weight(e) if metric.kind == "bombieri" else Fraction(1) for _, e in labels]
        gram = [[_residue(w, p) if i == j else 0 for j in range(size)] for i, w in enumerate(weights)]
    return gram, _applied(gram, random(size, "target"), p)


def bombieri_weight(exponents: Sequence[int]) -> Fraction:
    """The square of the Bombieri norm of a monomial: prod e_i! / |e|!."""
    return Fraction(prod(map(factorial, exponents)), factorial(sum(exponents)))


def sample_form(labels: Sequence[Label], points: Sequence[Sequence[Fraction]]) -> Rows:
    """The form sum_i |f(x_i)|^2 in coefficients with these labels, over Q.

    Example:
        >>> sample_form([(0, (1, 0)), (0, (0, 1))], [(Fraction(1), Fraction(2))])
        ((Fraction(1, 1), Fraction(2, 1)), (Fraction(2, 1), Fraction(4, 1)))
    """
    values = [[prod((v**k for v, k in zip(x, e, strict=True)), start=Fraction(1)) for _, e in labels] for x in points]
    return tuple(tuple(sum((row[i] * row[j] for row in values), Fraction(0)) if labels[i][0] == labels[j][0]
                       else Fraction(0) for j in range(len(labels))) for i in range(len(labels)))


def sample_values(metric: Metric, labels: Sequence[Label], p: int) -> Iterator[tuple[list[int], int]]:
    """For every entry of the data: its weights on the coefficients, and its value, modulo p."""
    for row, x in enumerate(metric.inputs):
        point = [_residue(v, p) for v in x]
        for output, value in enumerate(metric.outputs[row]):
            yield _evaluation(labels, point, output, p), _residue(value, p)


def _evaluation(labels: Sequence[Label], x: Sequence[int], output: int, p: int) -> list[int]:
    return [prod(pow(v, k, p) for v, k in zip(x, e, strict=True)) % p if o == output else 0 for o, e in labels]


def _of_samples(metric: Metric, labels: Sequence[Label], points: Sequence[Sequence[int]], p: int,
                target: Sequence[int]) -> tuple[list[list[int]], list[int]]:
    size = len(labels)
    gram, b = [[0] * size for _ in range(size)], [0] * size
    for row, x in enumerate(points):
        for output in sorted({o for o, _ in labels}):
            values = _evaluation(labels, x, output, p)
            for i, v in enumerate(values):
                if v:
                    gram[i] = [(a + v * w) % p for a, w in zip(gram[i], values, strict=True)]
                    if metric.kind == "data":
                        b[i] = (b[i] + v * _residue(metric.outputs[row][output], p)) % p
    return gram, b if metric.kind == "data" else _applied(gram, target, p)


def _applied(gram: Sequence[Sequence[int]], vector: Sequence[int], p: int) -> list[int]:
    return [sum(a * v for a, v in zip(row, vector, strict=True)) % p for row in gram]


def _residue(value: Fraction, p: int) -> int:
    if value.denominator % p == 0:
        raise UsageError(f"{value} has no value modulo {p}", "choose another --prime")
    return value.numerator * pow(value.denominator, -1, p) % p
