"""Round trips, and parsers of the essentials for systems that are not installed."""

from __future__ import annotations

import ast
import math
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurocli.errors import DataError, EngineError, UsageError
from neurocli.formats import bertini, julia, latex, mrdi, msolve, registry, sage
from neurocli.formats.answer import parse_answer, parse_expanded
from neurocli.formats.question import BASIS, COUNT, DIMENSION, IMAGE, Kind, Question
from neurocli.formats.system import Polynomial, PolynomialSystem, spell

NAMES = ("x", "W1_2_1", "t")
COMMENT = ("neurocli 0.1.0: neurocli export mlp:2-2-1,r=2 --to mrdi", "seed 0")
coefficients = st.integers(-10**30, 10**30) | st.fractions(max_denominator=50)
polynomials = st.dictionaries(st.tuples(*[st.integers(0, 9)] * 3), coefficients, max_size=6)
systems = st.builds(lambda p, fs: PolynomialSystem(NAMES, p, tuple(fs), COMMENT),
                    st.sampled_from([0, 101, 2147483647]), st.lists(polynomials, min_size=1, max_size=4))
RATIONAL = PolynomialSystem(
    ("x", "y"), 0, ({(2, 0): Fraction(1, 2), (0, 1): -1}, {(1, 1): 3, (0, 0): -7}), COMMENT)


@given(systems)
def test_mrdi_round_trip(system: PolynomialSystem) -> None:
    assert mrdi.read(mrdi.write(system)) == system
    assert mrdi.write(system) == mrdi.write(system)


def test_mrdi_file_of_oscar() -> None:
    # Essentials of OSCAR's own data/Surfaces/cubic_scroll.mrdi, with two of its terms.
    text = ('{"_ns":{"Oscar":["https://github.com/oscar-system/Oscar.jl","1.4.0"]},"_type":{"name":"MPolyIdeal",'
            '"params":"31f4"},"data":[[[["1","1","0"],"31990"],[["1","0","1"],"19122"]]],"_refs":{"31f4":{"_type":'
            '{"name":"MPolyRing","params":{"_type":{"name":"FiniteField","_instance":"fpField"},"data":"31991"}},'
            '"data":{"symbols":["x","y","z"]}}}}')
    assert mrdi.read(text) == PolynomialSystem(("x", "y", "z"), 31991, ({(1, 1, 0): -1, (1, 0, 1): 19122},))


@pytest.mark.parametrize("spoil", [
    ('"Oscar"', '"polymake"'), ("MPolyIdeal", "MPolyRingElem"), ("QQField", "QQBarField"), ('"-7"', "-7"),
    ('"-7"', '"-7.0"'), ('"1//2"', '"1//0"'), ('["2","0"]', '["2"]'), ('["2","0"]', '["2","-1"]'),
    ("_refs", "refs"), ("symbols", "names"), ("MPolyRing\"", "PolyRing\""), ("]]", "]")])
def test_spoiled_mrdi_is_refused(spoil: tuple[str, str]) -> None:
    text = mrdi.write(RATIONAL)
    assert spoil[0] in text
    with pytest.raises(DataError):
        mrdi.read(text.replace(*spoil))


@given(systems)
def test_msolve_round_trip(system: PolynomialSystem) -> None:
    if not system.generators:
        with pytest.raises(UsageError):
            msolve.write(system)
        return
    read = msolve.read(msolve.write(system))
    assert (read.variables, read.characteristic, read.polynomials) == (
        system.variables, system.characteristic, system.generators)


@pytest.mark.parametrize("body", [
    "x*y+y*x-2", "x*x-4", "(x+1)*y-2", "x^2+q", "x^2,", "# comment\nx^2", "x^-1", "x**2", "2x", "x^2*3", "",
    "1/0*x", "x^2 y", "+-x"])
def test_what_msolve_misreads_is_refused(body: str) -> None:
    with pytest.raises(DataError):
        msolve.read(f"x,y\n65521\n{body}\n")


def test_msolve_files_are_only_what_msolve_reads_right() -> None:
    text = msolve.write(PolynomialSystem(("x", "y"), 0, ({}, {(2, 1): Fraction(-1, 2), (0, 0): 3}), COMMENT))
    assert text == "x,y\n0\n-1/2*x^2*y+3\n"
    with pytest.raises(UsageError, match="2\\^31"):
        msolve.write(PolynomialSystem(("x",), 4294967291, ({(1,): 1},)))


@given(st.lists(st.tuples(*[st.complex_numbers(allow_nan=False, allow_infinity=False)] * 2), max_size=5))
def test_bertini_round_trip(points: list[tuple[complex, complex]]) -> None:
    read = bertini.read(bertini.write(points))
    assert read == tuple(points)
    # Signs of zeros too.
    assert [math.copysign(1, z.imag) for point in read for z in point] == [
        math.copysign(1, z.imag) for point in points for z in point]


def test_bertini_reads_its_own_notation() -> None:
    text = "2 \n\n1.000000000000000e+00 -2.5E-3\n0 1\n\n\n-1.d0 +.5\n3. 4\n"
    assert bertini.read(text) == ((1 - 0.0025j, 1j), (-1 + 0.5j, 3 + 4j))
    assert bertini.read("0\n") == ()


@pytest.mark.parametrize("text", [
    "", "x", "1\n\n", "2\n\n1 2\n\n", "1\n\n1 2 3\n\n", "1\n\n1 nan\n\n", "1\n\n1 inf\n",
    "2\n\n1 2\n\n1 2\n3 4\n",
    "1\n\n1_0 2\n\n", "1\n1 2\n", "1\n\n1e999 0\n", "-1\n\n"])
def test_spoiled_bertini_files_are_refused(text: str) -> None:
    with pytest.raises(DataError):
        bertini.read(text)


def test_julia_script_holds_the_system() -> None:
    text = julia.write(RATIONAL, seed=-1, solutions='a"$b.txt')
    equations = re.search(r"System\(\[\n(.*?)\n\];", text, re.DOTALL)
    assert equations is not None
    parts = ["".join(part.split()) for part in equations[1].replace("//", "/").split(",")]
    assert tuple(parse_expanded(part, ("x", "y"), "julia") for part in parts) == RATIONAL.polynomials
    assert "@var x y\n" in text
    assert "seed = UInt32(4294967295)" in text
    assert r'write_solutions("a\"\$b.txt", ' in text
    assert all(f"# {line}\n" in text for line in COMMENT)


def test_julia_refuses_what_it_cannot_solve() -> None:
    with pytest.raises(UsageError, match="modulo a prime"):
        julia.write(RATIONAL.over(101))
    with pytest.raises(UsageError, match="1 equations in 2 variables"):
        julia.write(PolynomialSystem(("x", "y"), 0, ({(1, 1): 1}, {})))


QUESTIONS = [BASIS, DIMENSION, COUNT, IMAGE, Question(Kind.ELIMINATE, eliminated=1),
             Question(Kind.RANK, point=(3, 5))]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.kind.value)
def test_sage_script_is_python_and_holds_the_system(question: Question) -> None:
    tree = ast.parse(sage.write(RATIONAL, question))
    system = RATIONAL.graph() if question.kind is Kind.IMAGE else RATIONAL
    lists = [node.value for node in tree.body if isinstance(node, ast.Assign)
             and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "the_system"]
    assert isinstance(lists[0], ast.List)
    spelled = [ast.unparse(element).replace("**", "^").replace("QQ(1) / 2", "1/2")
               for element in lists[0].elts]
    assert tuple(parse_expanded(text, system.variables, "sage") for text in spelled) == system.polynomials
    called = {node.func.id for node in ast.walk(tree)
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called <= {"GF", "QQ", "PolynomialRing", "matrix", "print", "degree", "factorial", "the_ring",
                      "len", "list"}


def test_questions_that_do_not_fit_are_refused() -> None:
    for name in ("singular", "macaulay2", "sage"):
        for question in (Question(Kind.ELIMINATE, eliminated=2), Question(Kind.ELIMINATE),
                         Question(Kind.RANK)):
            with pytest.raises(UsageError):
                registry.write(name, RATIONAL, question)


def test_latex_breaks_long_lines_and_balances() -> None:
    terms: Polynomial = {(i, 1): Fraction(-i, 7) for i in range(1, 15)}
    wide = PolynomialSystem(("W1_2_1", "phi"), 0, (terms, {}), ("50%",))
    text = latex.write(wide)
    assert text.count("{") == text.count("}")
    assert text.count("&\\quad") == 2
    assert "- 2 W_{1,2,1}^{14} \\phi" in text
    assert text.count("= 0") == 2
    assert latex.write(RATIONAL, ["f", "g"]).splitlines()[4] == r"  f &= \tfrac{1}{2} x^{2} - y \\"


@pytest.mark.parametrize("name", registry.FORMATS)
def test_every_format_writes_the_same_file_twice_and_says_where_it_is_from(name: str) -> None:
    shuffled = PolynomialSystem(RATIONAL.variables, 0, tuple(dict(reversed(polynomial.items()))
                                                            for polynomial in RATIONAL.polynomials), COMMENT)
    text = registry.write(name, RATIONAL)
    assert text == registry.write(name, shuffled)
    assert (COMMENT[0] in text) == (name != "msolve")


def test_unknown_format_names_the_known() -> None:
    with pytest.raises(UsageError, match="macaulay2"):
        registry.write("maple", RATIONAL)


ANSWER = "dimension 1\ndegree 4\nelements 2\nbasis x^2-2*y\nbasis y^3+1/3\nend of the answer\n"


def test_answer_of_a_script() -> None:
    answer = parse_answer(ANSWER, ("x", "y"), "test")
    assert answer.numbers == {"dimension": 1, "degree": 4}
    assert answer.basis == ({(2, 0): 1, (0, 1): -2}, {(0, 3): 1, (0, 0): Fraction(1, 3)})


@pytest.mark.parametrize("spoiled", [
    "", "\n", ANSWER[:-2], ANSWER + "x\n", ANSWER.replace("elements 2", "elements 3"),
    ANSWER.replace("elements 2\n", ""), ANSWER.replace("degree 4", "degree"),
    ANSWER.replace("degree 4", "degree 4.5"), "   ? error occurred\n" + ANSWER,
    ANSWER.replace("degree", "dimension"), ANSWER.replace("x^2", "z^2"), ANSWER.replace("x^2", "x^2*x"),
    ANSWER.replace("2*y", "2y"), ANSWER.replace("basis y^3+1/3", "basis"), ANSWER.replace("-2*y", "-2*y-2*y"),
    ANSWER.replace("x^2-2*y", "x^"), ANSWER.replace("x^2-2*y", "-"), ANSWER.replace("x^2-2*y", "(x)")])
def test_spoiled_answers_are_no_answers(spoiled: str) -> None:
    with pytest.raises(EngineError):
        parse_answer(spoiled, ("x", "y"), "test")


@given(systems)
def test_what_is_spelled_is_read(system: PolynomialSystem) -> None:
    for polynomial in system.generators:
        assert parse_expanded(spell(polynomial, NAMES), NAMES, "test") == polynomial
