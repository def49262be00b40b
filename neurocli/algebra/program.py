"""Straight-line programs on tensors: how a network is evaluated and differentiated, unexpanded.

A `Program` is a list of steps on tensors.  Its parameters and inputs are tensors of fixed shapes;
every value carries batch axes in front (parameter points, then sample points), and operations
name only the event axes behind them.  Derivatives propagate backwards through the steps, whole
tensors at a time, over any ring of `rings.py`; nothing is expanded symbolically.

The steps:
    contract     bilinear: an einsum of two tensors
    add          sum of two tensors of one shape
    gather       rearrangement, with zeros where the index is -1
    polynomial   one univariate polynomial, entry by entry
    powers       z -> (1, z, ..., z^n) along a new last axis
    monomials    a vector -> the vector of given monomials in it
    constant     fixed rational entries
    exp, reciprocal   entry by entry, over floats and balls only (the softmax model)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from neurocli.algebra.rings import Array, Ring, power

#: A univariate polynomial: (exponent, coefficient) pairs, exponents increasing.
Univariate = tuple[tuple[int, Fraction], ...]


@dataclasses.dataclass(frozen=True)
class Step:
    """One operation: its name, the values it reads, and its fixed data."""

    name: str
    arguments: tuple[int, ...]
    data: Any = None


@dataclasses.dataclass(frozen=True)
class Program:
    """A straight-line program; values are numbered parameters first, then inputs, then steps.

    Args:
        parameters: names and shapes of the parameter tensors.
        inputs: names and shapes of the input tensors.
        steps: the operations.
        shapes: event shape of every value.
        output: number of the value that is the output.
    """

    parameters: tuple[tuple[str, tuple[int, ...]], ...]
    inputs: tuple[tuple[str, tuple[int, ...]], ...]
    steps: tuple[Step, ...]
    shapes: tuple[tuple[int, ...], ...]
    output: int

    @property
    def parameter_count(self) -> int:
        """Number of scalar parameters."""
        return sum(_size(shape) for _, shape in self.parameters)

    @property
    def output_size(self) -> int:
        """Number of scalar outputs."""
        return _size(self.shapes[self.output])

    @property
    def input_size(self) -> int:
        """Number of scalar inputs."""
        return sum(_size(shape) for _, shape in self.inputs)

    def with_absolute_constants(self) -> Program:
        """The same program with every constant replaced by its size: at all ones it bounds heights."""
        steps = []
        for step in self.steps:
            data = step.data
            if step.name == "polynomial":
                data = tuple((e, abs(c)) for e, c in data)
            elif step.name == "constant":
                data = np.frompyfunc(abs, 1, 1)(data)
            steps.append(dataclasses.replace(step, data=data))
        return dataclasses.replace(self, steps=tuple(steps))

    def split(self, theta: Array) -> list[Array]:
        """Parameter tensors from flat vectors: shape (..., parameters) to (..., 1, *shape) each."""
        return self._split(theta, self.parameters, -1)

    def split_inputs(self, x: Array) -> list[Array]:
        """Input tensors from flat samples: shape (samples, inputs) to (1, samples, *shape) each."""
        return self._split(x, self.inputs, 0)

    @staticmethod
    def _split(flat: Array, layout: Sequence[tuple[str, tuple[int, ...]]], axis: int) -> list[Array]:
        tensors, start = [], 0
        for _, shape in layout:
            piece = flat[..., start:start + _size(shape)]
            start += _size(shape)
            batch = flat.shape[:-1]
            batch = (1, *batch) if axis == 0 else (*batch, 1)
            tensors.append(piece.reshape(*batch, *shape))
        return tensors

    def values(self, ring: Ring, parameters: Sequence[Array], inputs: Sequence[Array]) -> list[Array]:
        """Every intermediate value, parameters and inputs included."""
        values = [*parameters, *inputs]
        for step in self.steps:
            values.append(self._forward(ring, step, [values[i] for i in step.arguments]))
        return values

    def evaluate(self, ring: Ring, theta: Array, x: Array) -> Array:
        """The outputs at every pair of a parameter point and a sample.

        Args:
            theta: array (points, parameters) of ring elements.
            x: array (samples, inputs).

        Returns:
            Array (points, samples, *output shape).
        """
        return self.values(ring, self.split(theta), self.split_inputs(x))[self.output]

    def _forward(self, ring: Ring, step: Step, arguments: list[Array]) -> Array:
        name, data = step.name, step.data
        if name == "contract":
            a, b, result = data
            return ring.contract(f"...{a},...{b}->...{result}", *arguments)
        if name == "add":
            return ring.add(*arguments)
        if name == "gather":
            return _gather(ring, data, arguments[0], len(self.shapes[step.arguments[0]]))
        if name == "polynomial":
            return _polynomial(ring, data, arguments[0])
        if name == "powers":
            return ring.stack_last(_powers(ring, arguments[0], data))
        if name == "monomials":
            return _monomials(ring, data, arguments[0])
        if name == "constant":
            return ring.constant(data)
        return ring.elementary(name, arguments[0])

    def pullback(self, ring: Ring, values: Sequence[Array], seed: Array) -> list[Array | None]:
        """Derivatives of <seed, output> with respect to every parameter and input tensor.

        Batch axes of `seed` in front of those of `values` are kept, and nothing is summed over
        batch axes: with a seed (outputs, 1, 1, *shape) that is the identity, the entries are the
        rows of the Jacobian at every point and sample.
        """
        gradients: list[Array | None] = [None] * len(values)
        gradients[self.output] = seed
        first = len(self.parameters) + len(self.inputs)
        for number in range(len(values) - 1, first - 1, -1):
            gradient = gradients[number]
            if gradient is None:
                continue
            step = self.steps[number - first]
            for i, piece in self._backward(ring, step, values, number, gradient):
                known = gradients[i]
                gradients[i] = piece if known is None else ring.add(known, piece)
            if number != self.output:
                gradients[number] = None  # free the memory
        return gradients[:first]

    def _backward(self, ring: Ring, step: Step, values: Sequence[Array], number: int,
                  gradient: Array) -> list[tuple[int, Array]]:
        name, data = step.name, step.data
        if name == "contract":
            left, right, result = data
            i, j = step.arguments
            return [(i, ring.contract(f"...{result},...{right}->...{left}", gradient, values[j])),
                    (j, ring.contract(f"...{result},...{left}->...{right}", gradient, values[i]))]
        if name == "add":
            return [(i, gradient) for i in step.arguments]
        if name == "constant":
            return []
        (i,) = step.arguments
        value = values[i]
        if name == "gather":
            back = _gather(ring, data.transposed, gradient, len(data.shape))
            return [(i, ring.sum_last(back))]
        if name == "polynomial":
            slope = tuple((e - 1, e * c) for e, c in data if e)
            return [(i, ring.multiply(gradient, _polynomial(ring, slope, value)))]
        if name == "powers":
            terms = [ring.scale(k, ring.multiply(_entry(ring, gradient, k), z))
                     for k, z in enumerate(_powers(ring, value, data - 1), 1)] if data else []
            total = ring.scale(0, value) if not terms else terms[0]
            for term in terms[1:]:
                total = ring.add(total, term)
            return [(i, total)]
        if name == "monomials":
            columns = []
            for j in range(self.shapes[i][0]):
                slopes = _monomials(ring, tuple((*e[:j], max(e[j] - 1, 0), *e[j + 1:]) for e in data), value)
                exponents = ring.constant([e[j] for e in data])
                columns.append(ring.sum_last(ring.multiply(gradient, ring.multiply(slopes, exponents))))
            return [(i, ring.stack_last(columns))]
        if name == "exp":
            return [(i, ring.multiply(gradient, values[number]))]
        square = ring.multiply(values[number], values[number])
        return [(i, ring.scale(-1, ring.multiply(gradient, square)))]

    def jacobian(self, ring: Ring, theta: Array, x: Array) -> Array:
        """The Jacobian of the samples' outputs with respect to the parameters, at every point.

        Args:
            theta: array (points, parameters).
            x: array (samples, inputs).

        Returns:
            Array (outputs, points, samples, parameters), outputs flattened.
        """
        values = self.values(ring, self.split(theta), self.split_inputs(x))
        shape = self.shapes[self.output]
        size = _size(shape)
        seed = ring.constant(np.eye(size, dtype=np.int64).reshape(size, 1, 1, *shape))
        gradients = self.pullback(ring, values, seed)
        batch = (size, theta.shape[0], x.shape[0])
        rows = []
        for (_, block), gradient in zip(self.parameters, gradients, strict=False):
            if gradient is None:  # the block never reaches the output
                gradient = ring.constant(np.zeros((*batch, *block), dtype=np.int64))
            full = np.broadcast_to(gradient, (*batch, *block))
            rows.append(full.reshape(*batch, _size(block)))
        return np.concatenate(rows, axis=-1)


@dataclasses.dataclass(frozen=True, eq=False)
class Gathering:
    """Which source entry stands at each target entry (-1: zero), and the transposed rule."""

    index: np.ndarray
    shape: tuple[int, ...]
    source_shape: tuple[int, ...]

    @property
    def transposed(self) -> Gathering:
        """For each source entry the target entries that read it, padded with -1 on a last axis."""
        readers: list[list[int]] = [[] for _ in range(_size(self.source_shape))]
        for target, source in enumerate(self.index.ravel().tolist()):
            if source >= 0:
                readers[source].append(target)
        width = max(1, max((len(r) for r in readers), default=1))
        table = np.full((len(readers), width), -1, dtype=np.int64)
        for row, positions in enumerate(readers):
            table[row, :len(positions)] = positions
        shape = (*self.source_shape, width)
        return Gathering(table.reshape(shape), shape, self.shape)


def _gather(ring: Ring, rule: Gathering, a: Array, event_axes: int) -> Array:
    def move(array: np.ndarray) -> np.ndarray:
        batch = array.shape[:array.ndim - event_axes]
        flat = array.reshape(*batch, -1)
        picked = flat[..., np.maximum(rule.index, 0)]
        if (rule.index < 0).any():
            picked[..., rule.index < 0] = flat.dtype.type(0) if flat.dtype != object else flat.flat[0] * 0
        return picked

    return ring.apply(move, a)


def _entry(ring: Ring, a: Array, k: int) -> Array:
    """Entry k along the last axis."""
    return ring.apply(lambda array: array[..., k], a)


def _polynomial(ring: Ring, terms: Univariate, a: Array) -> Array:
    total = None
    for exponent, coefficient in terms:
        term = ring.scale(0, a) if exponent == 0 else power(ring, a, exponent)
        if exponent == 0:
            term = ring.add(term, ring.constant(coefficient))
        elif coefficient != 1:
            term = ring.scale(coefficient, term)
        total = term if total is None else ring.add(total, term)
    return ring.scale(0, a) if total is None else total


def _powers(ring: Ring, a: Array, highest: int) -> list[Array]:
    powers = [ring.add(ring.scale(0, a), ring.constant(1))]
    for _ in range(highest):
        powers.append(a if len(powers) == 1 else ring.multiply(powers[-1], a))
    return powers


def _monomials(ring: Ring, exponents: Sequence[tuple[int, ...]], a: Array) -> Array:
    count = len(exponents[0])
    tables = [_powers(ring, _entry(ring, a, j), max(e[j] for e in exponents))
              for j in range(count)]
    products = []
    for e in exponents:
        product = tables[0][e[0]]
        for j in range(1, count):
            if e[j]:
                product = ring.multiply(product, tables[j][e[j]])
        products.append(product)
    return ring.stack_last(products)


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for n in shape:
        size *= n
    return size


class ProgramBuilder:
    """Writes a `Program` step by step; every method returns the number of the new value.

    Example:
        >>> b = ProgramBuilder([("W", (1, 2))], [("x", (2,))])
        >>> p = b.finish(b.power(b.contract("ij,j->i", 0, 1), 2))
        >>> from neurocli.algebra.rings import PrimeField
        >>> F = PrimeField(101)
        >>> p.evaluate(F, F.constant([[1, 2]]), F.constant([[3, 4]])).tolist()
        [[[20]]]
    """

    def __init__(self, parameters: Sequence[tuple[str, tuple[int, ...]]],
                 inputs: Sequence[tuple[str, tuple[int, ...]]]) -> None:
        self.parameters, self.inputs = tuple(parameters), tuple(inputs)
        self.shapes = [shape for _, shape in (*self.parameters, *self.inputs)]
        self.steps: list[Step] = []

    def __getitem__(self, name: str) -> int:
        names = [n for n, _ in (*self.parameters, *self.inputs)]
        return names.index(name)

    def _append(self, step: Step, shape: tuple[int, ...]) -> int:
        self.steps.append(step)
        self.shapes.append(shape)
        return len(self.shapes) - 1

    def contract(self, subscripts: str, a: int, b: int) -> int:
        """Einsum over event axes; every index of an operand occurs elsewhere (so it transposes)."""
        operands, result = subscripts.split("->")
        left, right = operands.split(",")
        if set(left) - set(right) - set(result) or set(right) - set(left) - set(result):
            raise ValueError(f"{subscripts}: an index is summed over one operand alone")
        sizes = dict(zip(left, self.shapes[a])) | dict(zip(right, self.shapes[b]))
        return self._append(Step("contract", (a, b), (left, right, result)),
                            tuple(sizes[letter] for letter in result))

    def add(self, a: int, b: int) -> int:
        """Sum of two values of one shape."""
        if self.shapes[a] != self.shapes[b]:
            raise ValueError(f"shapes {self.shapes[a]} and {self.shapes[b]} differ")
        return self._append(Step("add", (a, b)), self.shapes[a])

    def gather(self, a: int, index: Any) -> int:
        """Rearranged entries: target entry t is source entry index[t] (row-major), or 0 for -1."""
        table = np.asarray(index, dtype=np.int64)
        rule = Gathering(table, table.shape, self.shapes[a])
        return self._append(Step("gather", (a,), rule), table.shape)

    def reshape(self, a: int, shape: tuple[int, ...]) -> int:
        """The same entries in row-major order under another shape."""
        return self.gather(a, np.arange(_size(shape)).reshape(shape))

    def polynomial(self, a: int, terms: Univariate) -> int:
        """A univariate polynomial, entry by entry; the identity adds no step."""
        if tuple(terms) == ((1, Fraction(1)),):
            return a
        return self._append(Step("polynomial", (a,), tuple(terms)), self.shapes[a])

    def power(self, a: int, exponent: int) -> int:
        """Entrywise power."""
        return self.polynomial(a, ((exponent, Fraction(1)),))

    def powers(self, a: int, highest: int) -> int:
        """(1, z, ..., z^highest) along a new last axis."""
        return self._append(Step("powers", (a,), highest), (*self.shapes[a], highest + 1))

    def monomials(self, a: int, exponents: Sequence[tuple[int, ...]]) -> int:
        """The monomials with these exponent vectors in the entries of a vector."""
        return self._append(Step("monomials", (a,), tuple(exponents)), (len(exponents),))

    def constant(self, values: Any) -> int:
        """Fixed integer or rational entries."""
        array = np.asarray(values, dtype=object)
        return self._append(Step("constant", (), array), array.shape)

    def elementary(self, name: str, a: int) -> int:
        """`exp` or `reciprocal`, entry by entry."""
        return self._append(Step(name, (a,)), self.shapes[a])

    def finish(self, output: int) -> Program:
        """The program whose output is the given value."""
        return Program(self.parameters, self.inputs, tuple(self.steps), tuple(self.shapes), output)
