"""The canonical form of a system, its JSON, and what it refuses."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurocli.errors import DataError, UsageError
from neurocli.formats.system import PolynomialSystem, degrevlex, plain_names, spell

NAMES = ("x", "W1_2_1", "theta")
PRIME = 2147483647
exponents = st.tuples(*[st.integers(0, 6)] * 3)
coefficients = st.integers(-10**30, 10**30) | st.fractions(max_denominator=50)
polynomials = st.dictionaries(exponents, coefficients, max_size=6)
systems = st.builds(lambda p, fs: PolynomialSystem(NAMES, p, tuple(fs), ("spec: mlp:2-2-1,r=2",)),
                    st.sampled_from([0, 101, PRIME]), st.lists(polynomials, max_size=4))


@given(systems)
def test_json_round_trip(system: PolynomialSystem) -> None:
    assert PolynomialSystem.loads(system.dumps()) == system
    assert PolynomialSystem.from_json(json.loads(json.dumps(system.to_json()))) == system


@given(polynomials, st.randoms())
def test_files_do_not_depend_on_the_order_of_terms(polynomial: dict, random: object) -> None:
    terms = list(polynomial.items())
    random.shuffle(terms)  # type: ignore[attr-defined]
    first, second = (PolynomialSystem(NAMES, 0, (dict(order),)) for order in (polynomial.items(), terms))
    assert first.dumps() == second.dumps()
    assert list(first.polynomials[0]) == list(second.polynomials[0])


def test_terms_descend_in_degrevlex() -> None:
    # x^2 > x*y > y^2 > x*z > y*z > z^2: what tells it from the degree lexicographic order.
    ordered = [(2, 0, 0), (1, 1, 0), (0, 2, 0), (1, 0, 1), (0, 1, 1), (0, 0, 2), (1, 0, 0), (0, 0, 0)]
    assert sorted(set(ordered), key=degrevlex) == ordered
    system = PolynomialSystem(("x", "y", "z"), 7, (dict.fromkeys(reversed(ordered), 1),))
    assert list(system.polynomials[0]) == ordered


def test_coefficients_are_reduced() -> None:
    system = PolynomialSystem(("x",), 7, ({(1,): Fraction(1, 2), (2,): 14, (0,): -1},))
    assert system.polynomials == ({(1,): 4, (0,): 6},)
    assert PolynomialSystem(("x",), 0, ({(1,): Fraction(4, 2)},)).polynomials == ({(1,): 2},)


def test_graph_of_a_map() -> None:
    graph = PolynomialSystem(("x", "y1"), 0, ({(2, 0): 1}, {(0, 1): 3, (0, 0): 1}, {})).graph()
    assert graph.variables == ("x", "y1", "yy1", "yy2", "yy3")
    assert [spell(polynomial, graph.variables) for polynomial in graph.polynomials] == [
        "-x^2+yy1", "-3*y1+yy2-1", "yy3"]


def test_reordering_moves_the_exponents() -> None:
    system = PolynomialSystem(("x", "y"), 0, ({(3, 1): 5},)).reordered(("y", "x"))
    assert system.polynomials == ({(1, 3): 5},)
    with pytest.raises(UsageError):
        system.reordered(("x", "z"))


def test_names_that_mean_something_elsewhere_are_replaced_with_a_legend() -> None:
    kept = PolynomialSystem(("x", "W1_2_1", "a12"), 0, ())
    assert plain_names(kept) is kept
    replaced = plain_names(PolynomialSystem(("x", "end"), 0, ({(1, 2): 1},), ("seed 0",)))
    assert replaced.variables == ("x1", "x2")
    assert replaced.comment == ("seed 0", "variables: x1 = x, x2 = end")


def test_a_comment_cannot_break_out_of_its_line() -> None:
    system = PolynomialSystem(("x",), 0, (), ("spec\nquit;\r\nmore",))
    assert system.comment == ("spec", "quit;", "more")


@pytest.mark.parametrize(("variables", "characteristic", "polynomial"), [
    ((), 0, {}), (("x", "x"), 0, {}), (("1x",), 0, {}), (("x;quit",), 0, {}), (("x ",), 0, {}),
    (("",), 0, {}),
    (("x",), 6, {}), (("x",), -3, {}), (("x",), 1, {}), (("x",), 0, {(1, 2): 1}), (("x",), 0, {(-1,): 1}),
    (("x",), 7, {(1,): Fraction(1, 7)})])
def test_what_is_no_system_is_refused(variables: tuple[str, ...], characteristic: int,
                                      polynomial: dict) -> None:
    with pytest.raises(UsageError):
        PolynomialSystem(variables, characteristic, (polynomial,))


GOOD = PolynomialSystem(("x", "y"), 101, ({(1, 2): 3},)).to_json()


@pytest.mark.parametrize("change", [
    {"schema": 2}, {"format": "other"}, {"variables": ["x"]}, {"variables": None}, {"characteristic": 100},
    {"characteristic": "p"}, {"polynomials": [[[[1, 2], 1.5]]]}, {"polynomials": [[[[1, 2], "1e5"]]]},
    {"polynomials": [[[[1, 2], "1/0"]]]}, {"polynomials": [[[[1.0, 2], "1"]]]}, {"polynomials": [[[[1, 2]]]]},
    {"polynomials": [[[[1, 2], 1], [[1, 2], 1]]]}, {"polynomials": 3}, {"polynomials": [[[[1, -2], 1]]]},
    {"polynomials": [[[[True, 2], 1]]]}])
def test_spoiled_records_are_refused(change: dict) -> None:
    with pytest.raises(DataError):
        PolynomialSystem.from_json(GOOD | change)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "\x00", GOOD_TEXT := json.dumps(GOOD)[:-5]])
def test_spoiled_texts_are_refused(text: str) -> None:
    with pytest.raises(DataError):
        PolynomialSystem.loads(text)
