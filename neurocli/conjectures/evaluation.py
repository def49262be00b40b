"""Evaluating a statement for one network: invariants are asked only when the truth depends on them."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from math import comb, factorial
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.conjectures.expression import INTEGER, NETWORK, TEXT, TRUTH, Node, Signature, list_of, pointed
from neurocli.conjectures.knowledge import Judged, Known, Truth, equal, every, less, negated, some
from neurocli.errors import SpecificationError, UsageError

#: Largest exponent and operand size of `^`, and largest argument of `factorial`.
MAX_BITS = 20_000


def _one_of(names: Sequence[str], text: str) -> str:
    near = get_close_matches(text, names, n=1)
    known = "one of " + ", ".join(names)
    return "" if text in names else known + (f" (did you mean {near[0]}?)" if near else "")


def _degree_method(text: str) -> str:
    from neurocli.invariants.degree import METHODS

    return _one_of(METHODS, text)


def _edd_method(text: str) -> str:
    from neurocli.invariants.ed_degree import METHODS

    return _one_of(METHODS, text)


def _metric(text: str) -> str:
    """What is expected instead of the spelling of a metric, or "" where it is one; files are not opened."""
    from neurocli.invariants.critical.metrics import SPELLINGS, read_metric

    if re.match(r"(gram|data)[= ]\s*\S", text):
        return ""
    try:
        read_metric(text)
    except UsageError as error:
        near = [name for name in SPELLINGS if get_close_matches(text, [name.partition("=")[0]])]
        known = ", ".join(SPELLINGS) + (f" (did you mean {near[0]}?)" if near else "")
        if f"read {text!r}" in error.message:
            return f"one of {known}"
        return error.message.partition("expected ")[2] or re.split("[= ]", text)[0] + " alone"
    return ""


def _rank(text: str) -> str:
    return "" if text.isdecimal() and int(text) else "a positive integer"


FUNCTIONS: dict[str, Signature] = {
    "dim": Signature((NETWORK,), INTEGER, of_network=True),
    "expected": Signature((NETWORK,), INTEGER, of_network=True),
    "defect": Signature((NETWORK,), INTEGER, of_network=True),
    "ambient": Signature((NETWORK,), INTEGER, of_network=True),
    "parameters": Signature((NETWORK,), INTEGER, of_network=True),
    "filling": Signature((NETWORK,), TRUTH, of_network=True),
    "explained": Signature((NETWORK,), TRUTH, of_network=True),
    "bound": Signature((NETWORK, TEXT), INTEGER, of_network=True),
    "degree": Signature((NETWORK,), INTEGER, {"method": _degree_method}, of_network=True),
    "edd": Signature((NETWORK,), INTEGER, {"metric": _metric, "method": _edd_method, "rank": _rank}, of_network=True),
    "identifiable": Signature((NETWORK,), TRUTH, of_network=True),
    "finitely_identifiable": Signature((NETWORK,), TRUTH, of_network=True),
    "fibre_dimension": Signature((NETWORK,), INTEGER, of_network=True),
    "singular_dimension": Signature((NETWORK,), INTEGER, of_network=True),
    "smaller": Signature((NETWORK,), list_of(NETWORK), of_network=True),
    "unimodal": Signature((list_of(INTEGER),), TRUTH),
    "nonincreasing": Signature((list_of(INTEGER),), TRUTH),
    "nondecreasing": Signature((list_of(INTEGER),), TRUTH),
    "hidden": Signature((list_of(INTEGER),), list_of(INTEGER)),
    "binomial": Signature((INTEGER, INTEGER), INTEGER),
    "factorial": Signature((INTEGER,), INTEGER),
    "multinomial": Signature((INTEGER,), INTEGER, variadic=True),
}


class EvaluationError(SpecificationError):
    """A statement has no meaning for some network: it divides by 0, or an index has no entry."""

    def __init__(self, column: int, read: str, expected: str) -> None:
        super().__init__(f"statement, column {column + 1}", read, expected)
        self.column = column

    def in_statement(self, text: str, place: str, when: str = "") -> SpecificationError:
        """The same fault with the text of the statement, a caret, and the instance where it came up."""
        return pointed(text, place, self.column, self.read, self.expected + when)


@dataclasses.dataclass
class Context:
    """One instance of a statement.

    Args:
        network: the network, or None while a hypothesis about variables alone is evaluated.
        variables: names and their integers or lists of integers.
        ask: (invariant, network, keywords) -> Known, Judged or Truth; results are cached by the asker.
        used: what was asked, for the report: "dim(mlp:...)" -> value.
    """

    network: Network | None
    variables: Mapping[str, Any]
    ask: Callable[[str, Network, Mapping[str, str]], Any]
    used: dict[str, Any] = dataclasses.field(default_factory=dict)
    sure: bool = True


def evaluate(node: Node, context: Context) -> Any:
    """The value of a checked expression: Known, Truth, text, Network or list."""
    kind = node.kind
    if kind == "number":
        return node.value if node.type == TRUTH else Known.point(int(str(node.value)))
    if kind == "text":
        return node.value
    if kind == "name":
        return _variable(node, context)
    if kind in ("and", "or"):
        return _junction(node, context)
    if kind == "not":
        return negated(evaluate(node.parts[0], context))
    if kind == "compare":
        return _compare(str(node.value), *(evaluate(part, context) for part in node.parts))
    if kind == "arithmetic":
        a, b = (evaluate(part, context) for part in node.parts)
        if node.value in ("//", "%", "/") and b.value == 0:
            raise EvaluationError(node.parts[1].column, "0", "a divisor that is not 0 (`where` can see to it)")
        return _arithmetic(str(node.value), a, b)
    if kind == "index":
        return _index(node, context)
    if kind in ("all", "any"):
        return _quantified(node, context)
    if kind == "aggregate":
        return _aggregate(str(node.value), [evaluate(part, context) for part in node.parts])
    first, *rest = (evaluate(part, context) for part in node.parts)
    if kind == "spread":
        return [_call(str(node.value), [item, *rest], dict(node.keywords), context) for item in first]
    return _call(str(node.value), [first, *rest], dict(node.keywords), context)


def _variable(node: Node, context: Context) -> Any:
    if node.value == "network":
        if context.network is None:
            raise EvaluationError(node.column, "an invariant of a network", "a condition on the variables alone")
        return context.network
    value = context.variables[str(node.value)]
    if isinstance(value, (tuple, list)):
        return [Known.point(item) for item in value]
    return Known.point(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _junction(node: Node, context: Context) -> Truth:
    """Lazy, so that what does not matter is not computed."""
    decisive = node.kind == "or"
    found: list[Truth] = []
    for part in node.parts:
        found.append(evaluate(part, context))
        if found[-1] is decisive:
            return decisive
    return some(found) if decisive else every(found)


def _quantified(node: Node, context: Context) -> Truth:
    low, high = (evaluate(part, context) for part in node.parts[:2])
    if low.value is None or high.value is None or high.value - low.value > 10_000:
        return None
    found = []
    for value in range(low.value, high.value + 1):
        inner = dataclasses.replace(context, variables={**context.variables, str(node.value): value})
        found.append(evaluate(node.parts[2], inner))
        context.sure &= inner.sure
    return every(found) if node.kind == "all" else some(found)


def _compare(operator: str, a: Any, b: Any) -> Truth:
    if not isinstance(a, Known):
        same: Truth = None if a is None or b is None else a == b
        if isinstance(a, list):
            same = every(equal(x, y) for x, y in zip(a, b, strict=False)) if len(a) == len(b) else False
        return same if operator == "==" else negated(same)
    table: dict[str, Callable[[], Truth]] = {
        "==": lambda: equal(a, b),
        "!=": lambda: negated(equal(a, b)),
        "<": lambda: less(a, b),
        ">": lambda: less(b, a),
        "<=": lambda: negated(less(b, a)),
        ">=": lambda: negated(less(a, b)),
    }
    return table[operator]()


def _arithmetic(operator: str, a: Known, b: Known) -> Known:
    if operator == "+":
        return a + b
    if operator == "-":
        return a + (-b)
    x, y, sure = a.value, b.value, a.sure and b.sure
    if x is None or y is None:
        return Known(None, None, sure)
    if operator == "*":
        return Known.point(x * y, sure)
    if operator == "^":
        if y < 0 or max(x.bit_length(), 1) * y > MAX_BITS:
            return Known(None, None, sure)
        return Known.point(x**y, sure)
    if operator == "/" and x % y:
        return Known(None, None, sure)  # undefined: no statement about it is settled
    return Known.point(x % y if operator == "%" else x // y, sure)


def _index(node: Node, context: Context) -> Any:
    items, index = (evaluate(part, context) for part in node.parts)
    if index.value is None or not -len(items) <= index.value < len(items):
        raise EvaluationError(node.column, f"index {index.value}", f"an index into a list of {len(items)}")
    return items[index.value]


def _aggregate(name: str, parts: list[Any]) -> Any:
    items = parts if len(parts) > 1 else parts[0]
    if name in ("all", "any"):
        return every(items) if name == "all" else some(items)
    if name == "len":
        return Known.point(len(items))
    if name == "sum":
        total = Known.point(0)
        for item in items:
            total = total + item
        return total
    pick = min if name == "min" else max
    lows, highs = [item.low for item in items], [item.high for item in items]
    low = None if None in lows else pick(lows, default=None)
    high = None if None in highs else pick(highs, default=None)
    return Known(low, high, all(item.sure for item in items))


def _call(name: str, arguments: list[Any], keywords: dict[str, str], context: Context) -> Any:
    if name == "smaller":
        return smaller(arguments[0])
    if FUNCTIONS[name].of_network:
        network, extra = arguments[0], {f"argument{i}": str(a) for i, a in enumerate(arguments[1:])}
        value = context.ask(name, network, {**extra, **keywords})
        if isinstance(value, Judged):
            context.sure &= value.sure
            value = value.truth
        shown = ", ".join([network.spelling, *map(str, arguments[1:]), *(f"{k}={v}" for k, v in keywords.items())])
        context.used[f"{name}({shown})"] = value.value if isinstance(value, Known) else value
        if isinstance(value, Known):
            context.sure &= value.sure
        return value
    if name == "hidden":
        return arguments[0][1:-1]
    if name in ("unimodal", "nonincreasing", "nondecreasing"):
        return _shape(name, [item.value for item in arguments[0]])
    numbers = [argument.value for argument in arguments]
    if any(number is None or number < 0 or number > MAX_BITS for number in numbers):
        return Known(None, None)
    if name == "binomial":
        return Known.point(comb(numbers[0], numbers[1]))
    if name == "factorial":
        return Known.point(factorial(numbers[0]))
    value = factorial(sum(numbers))
    for number in numbers:
        value //= factorial(number)
    return Known.point(value)


def _shape(name: str, widths: list[int]) -> bool:
    if name == "unimodal":
        return is_unimodal(widths)
    return widths == sorted(widths, reverse=name == "nonincreasing")


def is_unimodal(widths: Sequence[int]) -> bool:
    """Whether a sequence never grows again once it has fallen.

    Example:
        >>> is_unimodal([2, 3, 3, 1]), is_unimodal([2, 5, 4, 6, 1])
        (True, False)
    """
    fallen = False
    for a, b in itertools.pairwise(widths):
        if b > a and fallen:
            return False
        fallen |= b < a
    return True


def smaller(network: Network) -> list[Network]:
    """The networks with one hidden width less by one (fully connected and linear).

    Example:
        >>> [n.spelling for n in smaller(parse("mlp:2-3-1-1,r=2"))]
        ['mlp:2-2-1-1,r=2']
    """
    if network.family not in ("mlp", "linear"):
        raise SpecificationError("smaller", network.spelling, "a fully connected network")
    keys = network.spelling.partition(",")[2]
    found = []
    for i in range(1, len(network.shape) - 1):
        if network.shape[i] > 1:
            shape = [w - (j == i) for j, w in enumerate(network.shape)]
            found.append(parse(f"{network.family}:{'-'.join(map(str, shape))}" + (f",{keys}" if keys else "")))
    return found
