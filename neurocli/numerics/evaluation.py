"""A straight-line program at fixed samples: values, Jacobians and contracted second derivatives, in batches.

For a batch of B parameter points and M samples, every value v of the program is an array
(B, M, *event); its tangent, the derivative with respect to the P parameters it depends on, is an
array (B, P, M, *event).  Axes along which a value is constant are left out, and tangents that
depend neither on the point nor on anything but fixed data are computed once.

Second derivatives: with the adjoint a_z = d<weights, output>/dz of every value,
    d^2<weights, output> = sum over steps z = phi(v, w) of  a_z . phi''[tangent, tangent],
so one backward sweep and one matrix product per nonlinear step give the whole Hessian.  The
kernels work on complex floats and on object arrays of balls alike.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from neurocli.algebra.program import Gathering, Program, Step
from neurocli.algebra.rings import Array
from neurocli.numerics.contractions import Contraction

_EVENT = "abcdefghijklmnopqrstuvwxyz"


@dataclasses.dataclass
class _Value:
    """What is known of a value before any parameter is: its axes, and the parameters behind it."""

    batch: bool
    samples: bool
    low: int
    high: int
    axes: str
    constant: Array | None = None
    tangent: Array | None = None  # fixed tangent (P, [M,] *event), batch axis left out

    @property
    def depends(self) -> bool:
        return self.high > self.low

    @property
    def letters(self) -> str:
        return "B" * self.batch + "M" * self.samples + self.axes

    @property
    def tangent_letters(self) -> str:
        return "B" * (self.batch and self.tangent is None) + "P" + "M" * self.samples + self.axes


class Evaluation:
    """Outputs of a program at fixed samples, with first and second derivatives in the parameters.

    Args:
        program: the straight-line program.
        samples: array (M, inputs), complex floats or balls.

    Notes:
        `run` returns a `Trace` for a batch of points; the trace gives what is asked of it.
    """

    def __init__(self, program: Program, samples: Array) -> None:
        self.program, self.samples = program, samples
        self.outputs = program.output_size
        self.parameters = program.parameter_count
        self._first = len(program.parameters) + len(program.inputs)
        self._values: list[_Value] = []
        self._cache: dict[tuple[str, str, str], Contraction] = {}
        self._zero = samples.reshape(-1)[:1][0] * 0 if samples.size else 0
        self._declare()

    # -- what can be known before the parameters are

    def _declare(self) -> None:
        start = 0
        for _, shape in self.program.parameters:
            size = int(np.prod(shape, dtype=np.int64))
            identity = self._constant(np.eye(size)).reshape(size, *shape)
            self._values.append(_Value(True, False, start, start + size, _EVENT[:len(shape)], None, identity))
            start += size
        start = 0
        for _, shape in self.program.inputs:
            size = int(np.prod(shape, dtype=np.int64))
            piece = self.samples[:, start:start + size].reshape(-1, *shape)
            self._values.append(_Value(False, True, 0, 0, _EVENT[:len(shape)], piece))
            start += size
        for number, step in enumerate(self.program.steps, self._first):
            self._values.append(self._declare_step(number, step))

    def _declare_step(self, number: int, step: Step) -> _Value:
        shape = self.program.shapes[number]
        arguments = [self._values[i] for i in step.arguments]
        behind = [v for v in arguments if v.depends]
        value = _Value(any(v.batch for v in arguments), any(v.samples for v in arguments),
                       min((v.low for v in behind), default=0), max((v.high for v in behind), default=0),
                       _EVENT[:len(shape)])
        fixed = [v.constant for v in arguments]
        if step.name == "constant":
            value.constant = self._constant(step.data)
        elif all(c is not None for c in fixed):
            value.constant = self._forward(number, step, fixed)
        elif len(behind) == 1 and behind[0].tangent is not None:
            linear = step.name in ("add", "gather") or (step.name == "contract" and any(
                c is not None for c in fixed))
            if linear:
                value.tangent = self._tangent(number, step, fixed, [v.tangent for v in arguments], fixed=True)
        return value

    def _constant(self, data: Any) -> Array:
        array = np.asarray(data)
        if self.samples.dtype != object:
            flat = [complex(value) for value in array.ravel().tolist()]
            return np.array(flat, dtype=np.complex128).reshape(array.shape)
        flat_balls = np.empty(array.size, dtype=object)
        flat_balls[:] = [self._zero + _exact(value, self._zero) for value in array.ravel().tolist()]
        return flat_balls.reshape(array.shape)

    def _product(self, left: str, right: str, result: str, a: Array, b: Array) -> Array:
        key = (left, right, result)
        plan = self._cache.get(key)
        if plan is None:
            plan = self._cache[key] = Contraction(left, right, result)
        return plan(a, b)

    # -- evaluation

    def run(self, theta: Array, order: int = 1) -> Trace:
        """Evaluate at points (B, parameters): values (order 0) and tangents (order 1)."""
        values: list[Array] = []
        start = 0
        for _, shape in self.program.parameters:
            size = int(np.prod(shape, dtype=np.int64))
            values.append(theta[:, start:start + size].reshape(-1, *shape))
            start += size
        values += [v.constant for v in self._values[len(values):self._first]]
        tangents: list[Array | None] = [v.tangent for v in self._values[:self._first]]
        slopes: dict[int, tuple[Array, Array]] = {}
        for number, step in enumerate(self.program.steps, self._first):
            known = self._values[number]
            if known.constant is not None:
                values.append(known.constant)
                tangents.append(None)
                continue
            arguments = [values[i] for i in step.arguments]
            if order and step.name in _NONLINEAR:
                value, first, second = _NONLINEAR[step.name](step.data, arguments[0])
                slopes[number] = first, second
                values.append(value)
            else:
                values.append(self._forward(number, step, arguments))
            if order:
                tangents.append(known.tangent if known.tangent is not None else self._tangent(
                    number, step, arguments, [tangents[i] for i in step.arguments], slopes.get(number)))
        return Trace(self, theta.shape[0], values, tangents, slopes)

    def _forward(self, number: int, step: Step, arguments: list[Array]) -> Array:
        if step.name == "contract":
            a, b = (self._values[i] for i in step.arguments)
            left, right, result = self._letters(step)
            prefix = "B" * (a.batch or b.batch) + "M" * (a.samples or b.samples)
            return self._product(left, right, prefix + result, *arguments)
        if step.name == "add":
            return _align(self._values[step.arguments[0]], arguments[0]) + _align(
                self._values[step.arguments[1]], arguments[1])
        if step.name == "gather":
            return _gather(step.data, arguments[0], self._zero)
        return _NONLINEAR[step.name](step.data, arguments[0])[0]

    def _letters(self, step: Step) -> tuple[str, str, str]:
        left, right, result = step.data
        a, b = (self._values[i] for i in step.arguments)
        return ("B" * a.batch + "M" * a.samples + left, "B" * b.batch + "M" * b.samples + right, result)

    def _tangent(self, number: int, step: Step, values: list[Array], tangents: list[Array | None],
                 slopes: tuple[Array, Array] | None = None, fixed: bool = False) -> Array:
        """Tangent of a step from those of its arguments (with batch axis unless `fixed`)."""
        known = [self._values[i] for i in step.arguments]
        pieces = []
        for place, (argument, tangent) in enumerate(zip(known, tangents, strict=True)):
            if tangent is not None:
                piece, batch = self._push(step, known, place, values, tangent, slopes)
                pieces.append((argument, piece if batch or fixed else piece[None]))
        if len(pieces) == 1:
            return pieces[0][1]
        low = min(v.low for v, _ in pieces)
        high = max(v.high for v, _ in pieces)
        shapes = [piece.shape for _, piece in pieces]
        shape = [max(sizes) for sizes in zip(*shapes, strict=True)]
        shape[1] = high - low
        total = np.zeros(shape, dtype=pieces[0][1].dtype)
        if total.dtype == object:
            total += self._zero
        for argument, piece in pieces:
            total[:, argument.low - low:argument.high - low] += piece
        return total

    def _push(self, step: Step, known: list[_Value], place: int, values: list[Array], tangent: Array,
              slopes: tuple[Array, Array] | None) -> tuple[Array, bool]:
        """The part of a tangent that comes from one argument, and whether it has a batch axis."""
        argument = known[place]
        batch = argument.tangent is None
        if step.name == "contract":
            letters = list(self._letters(step)[:2])
            subscripts = step.data[place]
            letters[place] = argument.tangent_letters[:-len(subscripts) or None] + subscripts
            batch = "B" in letters[0] or "B" in letters[1]
            result = "B" * batch + "P" + "M" * any(v.samples for v in known) + step.data[2]
            operands = list(values)
            operands[place] = tangent
            return self._product(letters[0], letters[1], result, operands[0], operands[1]), batch
        if step.name == "add":
            other = known[1 - place]
            if other.samples and not argument.samples:
                axis = tangent.ndim - len(argument.axes)
                tangent = np.repeat(np.expand_dims(tangent, axis), self.samples.shape[0], axis)
            return tangent, batch
        if step.name == "gather":
            return _gather(step.data, tangent, self._zero), batch
        assert slopes is not None
        first = np.expand_dims(slopes[0], 1)
        if step.name == "powers":
            return tangent[..., None] * first, True
        if step.name == "monomials":
            return (tangent[..., None, :] * first).sum(axis=-1), True
        return tangent * first, True


class Trace:
    """Values and tangents of one batch of points; made by `Evaluation.run`."""

    def __init__(self, evaluation: Evaluation, points: int, values: list[Array],
                 tangents: list[Array | None], slopes: dict[int, tuple[Array, Array]]) -> None:
        self._of, self._points = evaluation, points
        self._values, self._tangents, self._slopes = values, tangents, slopes

    @property
    def outputs(self) -> Array:
        """Outputs, shape (B, M * outputs)."""
        number = self._of.program.output
        value = self._full(self._of._values[number], self._values[number])
        return value.reshape(self._points, -1)

    @property
    def jacobian(self) -> Array:
        """Derivatives of the outputs, transposed: shape (B, parameters, M * outputs)."""
        of = self._of
        known = of._values[of.program.output]
        tangent = self._tangents[of.program.output]
        count = of.samples.shape[0] * of.outputs
        if tangent is None:
            raise ValueError("the outputs do not depend on the parameters")
        if known.tangent is not None:
            tangent = tangent[None]
        tangent = tangent.reshape(tangent.shape[0], tangent.shape[1], -1)
        if known.low == 0 and known.high == of.parameters and tangent.shape[0] == self._points:
            return tangent
        full = np.zeros((self._points, of.parameters, count), dtype=tangent.dtype)
        if full.dtype == object:
            full += of._zero
        full[:, known.low:known.high] += tangent
        return full

    def _full(self, known: _Value, value: Array) -> Array:
        shape = list(value.shape)
        if not known.batch:
            value = np.broadcast_to(value[None], (self._points, *shape))
            shape = list(value.shape)
        if not known.samples:
            value = np.broadcast_to(np.expand_dims(value, 1),
                                    (shape[0], self._of.samples.shape[0], *shape[1:]))
        return value

    def second(self, weights: Array) -> Array:
        """Second derivatives of the weighted sum of the outputs.

        Args:
            weights: array (B, M * outputs).

        Returns:
            Symmetric matrices (B, parameters, parameters).
        """
        of = self._of
        program = of.program
        n = of.parameters
        hessian = np.zeros((self._points, n, n), dtype=weights.dtype)
        if hessian.dtype == object:
            hessian += of._zero
        shape = program.shapes[program.output]
        adjoints: dict[int, Array] = {program.output: weights.reshape(self._points, -1, *shape)}
        if not of._values[program.output].samples:
            adjoints[program.output] = adjoints[program.output].sum(axis=1)
        for number in range(len(of._values) - 1, of._first - 1, -1):
            adjoint = adjoints.pop(number, None)
            known = of._values[number]
            if adjoint is None or known.tangent is not None or known.constant is not None:
                continue
            self._accumulate(number, program.steps[number - of._first], adjoint, hessian, adjoints)
        return hessian

    def _accumulate(self, number: int, step: Step, adjoint: Array, hessian: Array,
                    adjoints: dict[int, Array]) -> None:
        of = self._of
        known = [of._values[i] for i in step.arguments]
        out = of._values[number]
        if step.name == "contract":
            letters = of._letters(step)
            adjoint_letters = "B" + "M" * out.samples + step.data[2]
            for place in (0, 1):
                i, other = step.arguments[place], step.arguments[1 - place]
                if known[place].depends and (known[place].tangent is None):
                    wanted = "B" + "M" * known[place].samples + step.data[place]
                    self._add(adjoints, i, of._product(
                        adjoint_letters, letters[1 - place], wanted, adjoint, self._values[other]))
            if known[0].depends and known[1].depends:
                i, j = step.arguments
                self._bilinear(step, adjoint, adjoint_letters, i, j, hessian)
            return
        if step.name == "add":
            for i, argument in zip(step.arguments, known, strict=True):
                if argument.depends and argument.tangent is None:
                    piece = adjoint
                    if out.samples and not argument.samples:
                        piece = adjoint.sum(axis=1)
                    self._add(adjoints, i, piece)
            return
        (i,) = step.arguments
        argument = known[0]
        if step.name == "gather":
            self._add(adjoints, i, _gather(_transposed(step.data), adjoint, of._zero).sum(axis=-1))
            return
        first, second = self._slopes[number]
        tangent = self._tangents[i]
        assert tangent is not None
        if argument.tangent is not None:
            tangent = tangent[None]
        if step.name == "monomials":
            bend = (adjoint[..., :, None, None] * second).sum(axis=-3)
            pulled = (adjoint[..., :, None] * first).sum(axis=-2)
            bent = (tangent[..., None, :] * bend[:, None]).sum(axis=-1)
        else:
            bend = adjoint * second if step.name != "powers" else (adjoint * second).sum(axis=-1)
            pulled = adjoint * first if step.name != "powers" else (adjoint * first).sum(axis=-1)
            bent = tangent * np.expand_dims(bend, 1)
        count = argument.high - argument.low
        left = bent.reshape(self._points, count, -1)
        right = tangent.reshape(tangent.shape[0], count, -1)
        block = slice(argument.low, argument.high)
        hessian[:, block, block] += left @ right.swapaxes(1, 2)
        if argument.tangent is None:
            self._add(adjoints, i, pulled)

    def _bilinear(self, step: Step, adjoint: Array, adjoint_letters: str, i: int, j: int,
                  hessian: Array) -> None:
        """The two mixed blocks that a product of two values contributes."""
        of = self._of
        a, b = of._values[i], of._values[j]
        left = a.tangent_letters[:-len(step.data[0]) or None] + step.data[0]
        right = b.tangent_letters[:-len(step.data[1]) or None] + step.data[1]
        half_letters = "BP" + "M" * (b.samples or "M" in adjoint_letters) + step.data[0]
        if not a.samples:
            half_letters = half_letters.replace("M", "")
        half = of._product(right, adjoint_letters, half_letters, self._tangents[j], adjoint)
        mixed = of._product(left, half_letters.replace("P", "Q"), "BPQ", self._tangents[i], half)
        rows, columns = slice(a.low, a.high), slice(b.low, b.high)
        hessian[:, rows, columns] += mixed
        hessian[:, columns, rows] += mixed.swapaxes(1, 2)

    @staticmethod
    def _add(adjoints: dict[int, Array], number: int, piece: Array) -> None:
        known = adjoints.get(number)
        adjoints[number] = piece if known is None else known + piece


def _align(known: _Value, value: Array) -> Array:
    """A value with both batch axes, of length 1 where it is constant."""
    if not known.samples:
        value = np.expand_dims(value, value.ndim - len(known.axes))
    return value if known.batch else value[None]


def _gather(rule: Gathering, array: Array, zero: Any) -> Array:
    events = len(rule.source_shape)
    flat = array.reshape(*array.shape[:array.ndim - events], -1)
    picked = flat[..., np.maximum(rule.index, 0)]
    if (rule.index < 0).any():
        picked[..., rule.index < 0] = zero
    return picked


_TRANSPOSED: dict[int, tuple[Gathering, Gathering]] = {}


def _transposed(rule: Gathering) -> Gathering:
    """The transposed rule, computed once for each rule."""
    known = _TRANSPOSED.get(id(rule))
    if known is None or known[0] is not rule:
        known = _TRANSPOSED[id(rule)] = rule, rule.transposed
    return known[1]


def _exact(value: Any, zero: Any) -> Any:
    """A rational constant as an element of the ring of `zero`."""
    if hasattr(value, "denominator") and not isinstance(value, (float, complex)):
        return (zero + int(value.numerator)) / int(value.denominator)
    return value


def _univariate(terms: Any, a: Array) -> tuple[Array, Array, Array]:
    """A polynomial with its first two derivatives, entry by entry."""
    highest = terms[-1][0]
    powers: list[Any] = [None, a]
    while len(powers) <= highest:
        powers.append(powers[-1] * a)
    result = []
    for order in range(3):
        total = None
        for exponent, coefficient in terms:
            factor = coefficient
            for k in range(order):
                factor = factor * (exponent - k)
            if factor == 0:
                continue
            if a.dtype != object:
                factor = float(factor)
            else:
                factor = _exact(factor, a.reshape(-1)[0] * 0)
            degree = exponent - order
            term = a * 0 + factor if degree == 0 else (
                powers[degree] if coefficient == 1 and order == 0 else powers[degree] * factor)
            total = term if total is None else total + term
        result.append(a * 0 if total is None else total)
    return result[0], result[1], result[2]


def _powers(highest: int, a: Array) -> tuple[Array, Array, Array]:
    zero = a * 0
    table = [zero + 1]
    for _ in range(highest):
        table.append(table[-1] * a)
    first = [zero] + [table[k - 1] * k for k in range(1, highest + 1)]
    second = [zero, zero] + [table[k - 2] * (k * (k - 1)) for k in range(2, highest + 1)]
    return np.stack(table, -1), np.stack(first, -1), np.stack(second[:highest + 1], -1)


def _monomials(exponents: Any, a: Array) -> tuple[Array, Array, Array]:
    """Monomials in a vector: values (..., t), slopes (..., t, j), bends (..., t, j, k)."""
    table = np.asarray(exponents, dtype=np.int64)
    variables = table.shape[1]
    highest = int(table.max(initial=0))
    values, first, second = _powers(max(highest, 1), a)
    columns = np.arange(variables)
    parts = [kind[..., columns, table] for kind in (values, first, second)]  # (..., t, j)

    def product(kinds: list[int]) -> Array:
        total = None
        for j, kind in enumerate(kinds):
            factor = parts[kind][..., j]
            total = factor if total is None else total * factor
        return total

    plain = [0] * variables
    slopes = [product([int(j == i) for j in range(variables)]) for i in range(variables)]
    bends = [[product([int(j == i) + int(j == k) for j in range(variables)]) for k in range(variables)]
             for i in range(variables)]
    return (product(plain), np.stack(slopes, -1),
            np.stack([np.stack(row, -1) for row in bends], -2))


def _exponential(_: Any, a: Array) -> tuple[Array, Array, Array]:
    value = np.exp(a) if a.dtype != object else np.frompyfunc(lambda x: x.exp(), 1, 1)(a)
    return value, value, value


def _reciprocal(_: Any, a: Array) -> tuple[Array, Array, Array]:
    value = 1 / a
    return value, -value * value, 2 * value * value * value


_NONLINEAR: dict[str, Callable[[Any, Array], tuple[Array, Array, Array]]] = {
    "polynomial": _univariate, "powers": _powers, "monomials": _monomials,
    "exp": _exponential, "reciprocal": _reciprocal,
}
