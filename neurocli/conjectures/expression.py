"""The language of statements: a small typed expression language with its own parser.

    or   and   not   == != < <= > >=   + -   * // % /   unary -   ^   f(x, key=y)   a[i]   name
    all k in 1..4: STATEMENT        any k in 1..4: STATEMENT

Types are integers, truth values, texts, networks, and lists of one of these.  Everything is
checked before anything is computed, and nothing a user writes is ever evaluated by Python.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping

from neurocli.errors import SpecificationError

INTEGER, TRUTH, TEXT, NETWORK = "integer", "truth value", "text", "network"
MAX_LENGTH = 2000
MAX_NESTING = 40

_TOKEN = re.compile(r'\s*(?:(\d+)|([A-Za-z_]\w*)|("[^"]*")|(==|!=|<=|>=|//|\.\.|[-+*/%^<>()\[\],=:]))', re.ASCII)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


def list_of(type_: str) -> str:
    """The type of lists of a type."""
    return f"list of {type_}s"


@dataclasses.dataclass(frozen=True)
class Signature:
    """A function: argument types, result type, keywords, and whether the first argument may
    be left out (it is then the network of the instance).

    Each keyword comes with what judges its value: it says what is expected instead, or "" where the value is right.
    """

    arguments: tuple[str, ...]
    result: str
    keywords: Mapping[str, Callable[[str], str]] = dataclasses.field(default_factory=dict)
    of_network: bool = False
    variadic: bool = False


@dataclasses.dataclass(frozen=True)
class Node:
    """A checked expression: what it is, its type, its parts, and where it begins."""

    kind: str
    type: str
    column: int
    value: object = None
    parts: tuple[Node, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()


def parse_statement(
    text: str,
    names: Mapping[str, str],
    functions: Mapping[str, Signature],
    place: str = "statement",
    type_: str = TRUTH,
) -> Node:
    """The checked tree of an expression.

    Args:
        names: variables and their types.
        functions: what may be called.
        type_: the type the whole must have.

    Raises:
        SpecificationError: with the column, a caret below it, what stood there, what was expected.

    Example:
        >>> parse_statement("1 + k < 3", {"k": INTEGER}, {}).type
        'truth value'
    """
    parser = _Parser(text, names, functions, place)
    node = parser.statement()
    if parser.kind != "end":
        raise parser.fail("an operator or the end")
    if node.type != type_:
        raise parser.fail(f"an expression that is a {type_}", node.column, f"a {node.type}")
    return node


def pointed(text: str, place: str, at: int, read: str, expected: str) -> SpecificationError:
    """A fault in a statement, with a caret below the column."""
    error = SpecificationError(f"{place}, column {at + 1}", read, expected)
    line = text.replace("\n", " ")
    error.hint = f"{line}\n  {' ' * at}^"
    return error


class _Parser:
    def __init__(self, text: str, names: Mapping[str, str], functions: Mapping[str, Signature], place: str) -> None:
        if len(text) > MAX_LENGTH:
            raise SpecificationError(place, text, f"at most {MAX_LENGTH} characters")
        self.text, self.names, self.functions, self.place = text, dict(names), functions, place
        self.position, self.depth, self.start = 0, 0, 0
        self.kind, self.token = "", ""
        self.next()

    def fail(self, expected: str, column: int | None = None, read: str | None = None) -> SpecificationError:
        at = self.start if column is None else column
        shown = read or self.token or "the end"
        return pointed(self.text, self.place, at, shown, expected)

    def next(self) -> None:
        rest = self.text[self.position :]
        self.start = self.position + len(rest) - len(rest.lstrip())
        if not rest.strip():
            self.kind, self.token = "end", ""
            return
        match = _TOKEN.match(self.text, self.position)
        if not match:
            self.token = self.text[self.start]
            raise self.fail("a number, a name, a text or an operator")
        self.position = match.end()
        index = match.lastindex or 0
        self.kind, self.token = ("number", "name", "text", "operator")[index - 1], match.group(index)

    def take(self, token: str) -> bool:
        if self.token == token and self.kind in ("operator", "name"):
            self.next()
            return True
        return False

    def need(self, token: str) -> None:
        if not self.take(token):
            raise self.fail(f"'{token}'")

    def expect(self, node: Node, type_: str) -> Node:
        if node.type != type_:
            raise self.fail(f"a {type_}", node.column, f"a {node.type}")
        return node

    def statement(self) -> Node:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.fail(f"at most {MAX_NESTING} nested expressions")
        node = self.quantifier() or self.disjunction()
        self.depth -= 1
        return node

    def quantifier(self) -> Node | None:
        """`all k in 1..4: ...`; `all(...)` is a call and is left to the rest."""
        if self.kind != "name" or self.token not in ("all", "any") or self.text[self.position :].lstrip()[:1] == "(":
            return None
        column, word = self.start, self.token
        self.next()
        if self.kind != "name":
            raise self.fail("a variable")
        variable = self.token
        if variable in self.names:
            raise self.fail("a new variable")
        self.next()
        self.need("in")
        low = self.expect(self.sum(), INTEGER)
        self.need("..")
        high = self.expect(self.sum(), INTEGER)
        self.need(":")
        self.names[variable] = INTEGER
        body = self.expect(self.statement(), TRUTH)
        del self.names[variable]
        return Node(word, TRUTH, column, variable, (low, high, body))

    def disjunction(self) -> Node:
        node = self.conjunction()
        while self.kind == "name" and self.token == "or":
            self.next()
            node = Node(
                "or", TRUTH, node.column, None, (self.expect(node, TRUTH), self.expect(self.conjunction(), TRUTH))
            )
        return node

    def conjunction(self) -> Node:
        node = self.negation()
        while self.kind == "name" and self.token == "and":
            self.next()
            node = Node(
                "and", TRUTH, node.column, None, (self.expect(node, TRUTH), self.expect(self.negation(), TRUTH))
            )
        return node

    def negation(self) -> Node:
        if self.kind == "name" and self.token == "not":
            column = self.start
            self.next()
            return Node("not", TRUTH, column, None, (self.expect(self.negation(), TRUTH),))
        node = self.sum()
        if self.kind == "operator" and self.token in _COMPARISONS:
            operator = self.token
            self.next()
            other = self.sum()
            if node.type != other.type or (operator not in ("==", "!=") and node.type != INTEGER):
                raise self.fail(
                    f"a {node.type if operator in ('==', '!=') else INTEGER}", other.column, f"a {other.type}"
                )
            return Node("compare", TRUTH, node.column, operator, (node, other))
        return node

    def sum(self) -> Node:
        node = self.product()
        while self.kind == "operator" and self.token in ("+", "-"):
            operator = self.token
            self.next()
            node = self.arithmetic(operator, node, self.product())
        return node

    def product(self) -> Node:
        node = self.power()
        while self.kind == "operator" and self.token in ("*", "//", "%", "/"):
            operator = self.token
            self.next()
            node = self.arithmetic(operator, node, self.power())
        return node

    def arithmetic(self, operator: str, left: Node, right: Node) -> Node:
        if operator in ("//", "%", "/") and right.kind == "number" and right.value == 0:
            raise self.fail("a divisor that is not 0", right.column, "0")
        return Node(
            "arithmetic", INTEGER, left.column, operator, (self.expect(left, INTEGER), self.expect(right, INTEGER))
        )

    def power(self) -> Node:
        if self.kind == "operator" and self.token == "-":
            column = self.start
            self.next()
            return Node(
                "arithmetic",
                INTEGER,
                column,
                "-",
                (Node("number", INTEGER, column, 0), self.expect(self.power(), INTEGER)),
            )
        node = self.postfix()
        if self.kind == "operator" and self.token == "^":
            self.next()
            return self.arithmetic("^", node, self.power())
        return node

    def postfix(self) -> Node:
        node = self.atom()
        while self.take("["):
            if not node.type.startswith("list of "):
                raise self.fail("a list before '['", node.column, f"a {node.type}")
            index = self.expect(self.sum(), INTEGER)
            self.need("]")
            node = Node("index", node.type.removeprefix("list of ").removesuffix("s"), node.column, None, (node, index))
        return node

    def atom(self) -> Node:
        column, token = self.start, self.token
        if self.kind == "number":
            if len(token) > 100:
                raise self.fail("a number of at most 100 digits", column, token[:10] + "...")
            self.next()
            return Node("number", INTEGER, column, int(token))
        if self.kind == "text":
            self.next()
            return Node("text", TEXT, column, token[1:-1])
        if self.take("("):
            node = self.statement()
            self.need(")")
            return node
        if self.kind != "name" or token in ("and", "or", "not", "in"):
            raise self.fail("a number, a name or '('")
        self.next()
        if self.kind == "operator" and self.token == "(":
            return self.call(token, column)
        if token in ("true", "false"):
            return Node("number", TRUTH, column, token == "true")
        if token in self.names:
            return Node("name", self.names[token], column, token)
        signature = self.functions.get(token)
        if signature and signature.of_network:
            return Node("call", signature.result, column, token, (Node("name", NETWORK, column, "network"),))
        raise self.fail("a variable or an invariant" + self.nearest(token), column, token)

    def nearest(self, token: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(token, [*self.names, *self.functions, "all", "any"], n=1)
        return f" (did you mean {near[0]}?)" if near else ""

    def call(self, name: str, column: int) -> Node:
        signature = self.functions.get(name)
        if signature is None and name not in ("all", "any", "sum", "min", "max", "len"):
            raise self.fail("a function" + self.nearest(name), column, name)
        self.need("(")
        arguments: list[Node] = []
        keywords: list[tuple[str, str]] = []
        while not self.take(")"):
            if arguments or keywords:
                self.need(",")
            if self.kind == "name" and re.match(r"\s*=(?!=)", self.text[self.position :]):
                key = self.token
                judge = signature.keywords.get(key) if signature else None
                if judge is None:
                    raise self.fail("one of the keywords " + (", ".join(signature.keywords) if signature else "none"))
                self.next()
                self.need("=")
                if self.kind not in ("text", "number"):
                    raise self.fail("a text or a number")
                expected = judge(self.token.strip('"'))
                if expected:
                    raise self.fail(expected, read=self.token.strip('"'))
                keywords.append((key, self.token.strip('"')))
                self.next()
            else:
                arguments.append(self.statement())
        if signature is None:
            return self.aggregate(name, column, arguments)
        return self.typed_call(name, column, signature, arguments, tuple(keywords))

    def aggregate(self, name: str, column: int, arguments: list[Node]) -> Node:
        if name in ("min", "max") and len(arguments) > 1:
            return Node("aggregate", INTEGER, column, name, tuple(self.expect(a, INTEGER) for a in arguments))
        if len(arguments) != 1 or not arguments[0].type.startswith("list of "):
            raise self.fail(f"{name}(LIST)", column, name)
        item = arguments[0].type.removeprefix("list of ").removesuffix("s")
        needed = TRUTH if name in ("all", "any") else INTEGER if name != "len" else item
        if item != needed:
            raise self.fail(f"a {list_of(needed)}", arguments[0].column, f"a {arguments[0].type}")
        result = TRUTH if name in ("all", "any") else INTEGER
        return Node("aggregate", result, column, name, tuple(arguments))

    def typed_call(
        self, name: str, column: int, signature: Signature, arguments: list[Node], keywords: tuple[tuple[str, str], ...]
    ) -> Node:
        if signature.of_network and (not arguments or arguments[0].type not in (NETWORK, list_of(NETWORK))):
            arguments = [Node("name", NETWORK, column, "network"), *arguments]
        wanted = signature.arguments if not signature.variadic else signature.arguments[:1] * len(arguments)
        if len(arguments) != len(wanted):
            raise self.fail(f"{len(wanted)} arguments of {name}", column, f"{len(arguments)}")
        spread = signature.of_network and arguments[0].type == list_of(NETWORK)
        for i, (argument, type_) in enumerate(zip(arguments, wanted, strict=True)):
            if not (spread and i == 0):
                self.expect(argument, type_)
        result = list_of(signature.result) if spread else signature.result
        return Node("spread" if spread else "call", result, column, name, tuple(arguments), keywords)
