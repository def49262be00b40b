"""The language of statements: types, precedence, errors with columns, three-valued truth."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurocli.conjectures.evaluation import FUNCTIONS, Context, evaluate
from neurocli.conjectures.expression import INTEGER, list_of, parse_statement
from neurocli.conjectures.knowledge import UNKNOWN, Known, equal, every, less, negated, some
from neurocli.errors import SpecificationError

NAMES = {"k": INTEGER, "d": list_of(INTEGER), "network": "network"}


def truth(text, ask=None, **variables):
    node = parse_statement(text, NAMES, FUNCTIONS)
    context = Context(None, {"k": 2, "d": (2, 3, 4, 1), **variables}, ask or (lambda *a: UNKNOWN))
    return evaluate(node, context)


@pytest.mark.parametrize(("text", "value"), [
    ("1 + 2*3 == 7", True), ("2^3^2 == 512", True), ("-2^2 == -4", True), ("7 // 2 == 3 and 7 % 2 == 1", True),
    ("6 / 2 == 3", True), ("not 1 == 2 or 1 == 2", True), ("1 < 2 and not (2 < 1)", True), ("k >= 3", False),
    ("sum(hidden(d)) == 7", True), ("d[-1] == 1 and d[0] == 2", True), ("max(d) == 4", True), ("max(k, 5) == 5", True),
    ("len(d) == 4", True), ("unimodal(d)", True), ("nonincreasing(d)", False), ("binomial(5, 2) == 10", True),
    ("multinomial(2, 1, 1) == 12", True), ("factorial(5) == 120", True), ("all j in 1..3: j <= 3", True),
    ("any j in 1..3: j == k", True), ("all j in 1..3: any i in 1..j: i == j", True), ("true or false", True),
])
def test_values(text, value):
    assert truth(text) is value


@pytest.mark.parametrize(("text", "column"), [
    ("1 +", 4), ("1 == ", 6), ("foo == 1", 1), ("dim == filling", 8), ("1 + true == 2", 5), ("k", 1), ("all(k)", 1),
    ("d[true] == 1", 3), ("unimodal(k)", 10), ("edd(metrix=\"a\") == 1", 5), ("1 == 1 == 1", 8), ("(1 == 1", 8),
    ("__import__(\"os\") == 1", 1), ("k.real == 1", 2), ("all k in 1..2: true", 5), ("binomial(1) == 1", 1),
    ("'a' == 1", 1), ("filling(1) == true", 1),
])
def test_errors_have_columns_and_carets(text, column):
    with pytest.raises(SpecificationError) as caught:
        parse_statement(text, NAMES, FUNCTIONS)
    assert f"column {column}" in caught.value.message, caught.value.message
    line, caret = caught.value.hint.split("\n")
    assert line == text and caret.index("^") == column + 1


@settings(max_examples=2000)
@given(st.text(alphabet="dimkfilng()[]=<>+-*/^%., 0123\"andorot:all", max_size=30))
def test_fuzz(text):
    try:
        node = parse_statement(text, NAMES, FUNCTIONS)
    except SpecificationError:
        return
    assert node.type == "truth value"


def test_nearest_name():
    with pytest.raises(SpecificationError, match="did you mean dim"):
        parse_statement("dimm == 1", NAMES, FUNCTIONS)


intervals = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda t: Known(min(t), max(t)))


@given(intervals, intervals)
def test_intervals_never_lie(a, b):
    """A settled comparison is true of every pair of numbers inside the intervals."""
    for relation, value in ((less, lambda x, y: x < y), (equal, lambda x, y: x == y)):
        verdict = relation(a, b)
        outcomes = {value(x, y) for x in range(a.low, a.high + 1) for y in range(b.low, b.high + 1)}
        assert outcomes == {verdict} if verdict is not None else len(outcomes) == 2


def test_kleene():
    assert every([True, None, False]) is False and every([True, None]) is None
    assert some([False, None, True]) is True and some([False, None]) is None
    assert negated(None) is None


def test_what_is_not_proved_is_not_false():
    """dim between 5 and 6: `dim == 5` is neither true nor false, `dim <= 6` holds all the same."""
    from neurocli.architectures.grammar import parse

    def ask(name, network, keywords):
        return Known(5, 6)

    def ask_truth(text):
        context = Context(parse("mlp:3-2-1,r=2"), {}, ask)
        return evaluate(parse_statement(text, {"network": "network"}, FUNCTIONS), context)

    assert ask_truth("dim == 5") is None and ask_truth("dim <= 6") is True and ask_truth("dim > 6") is False


def test_lazy_junctions_ask_nothing_more():
    asked = []

    def ask(name, network, keywords):
        asked.append(name)
        return Known.point(1)

    from neurocli.architectures.grammar import parse

    context = Context(parse("mlp:3-2-1,r=2"), {}, ask)
    evaluate(parse_statement("defect == 1 or dim == 7", {"network": "network"}, FUNCTIONS), context)
    assert asked == ["defect"]
