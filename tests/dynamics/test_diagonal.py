"""The staircase of diagonal linear networks."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

from neurocli.dynamics.data import Samples, read_samples
from neurocli.dynamics.diagonal import dot, gram, staircase, verify_l1_certificate
from neurocli.dynamics.surd import read_number
from neurocli.errors import DataError

HERE = Path(__file__).parent


def table(n, d, seed, low=-9, high=9, teacher=True):
    draw = random.Random(seed)
    x = [[Fraction(draw.randint(low, high)) for _ in range(d)] for _ in range(n)]
    beta = [Fraction(draw.randint(-5, 5)) for _ in range(d)]
    y = [[dot(row, beta) if teacher else Fraction(draw.randint(-50, 50))] for row in x]
    return Samples(tuple(map(tuple, x)), tuple(map(tuple, y)))


def test_two_inputs_golden():
    """Golden values of the two-dimensional example, as surds."""
    data = read_samples(HERE / "two_inputs.csv")
    found = staircase(data)
    assert found.initial_loss == read_number("2657/700 - 6*sqrt(3)/7")
    assert [jump.time for jump in found.jumps] == [
        read_number("(10990+21000*sqrt(3))/245351"), read_number("157/175 - 6*sqrt(3)/35"),
        read_number("657/175 - 6*sqrt(3)/35")]
    assert [jump.loss for jump in found.jumps] == [Fraction(175, 157), Fraction(7, 100), 0]
    assert [jump.beta for jump in found.jumps] == [
        (read_number("-1/5+60*sqrt(3)/157"), 0), (0, read_number("2-6*sqrt(3)/25")), (Fraction(-1, 5), 2)]
    assert [jump.entered for jump in found.jumps] == [(0,), (1,), (0,)]
    assert [jump.deactivated for jump in found.jumps] == [(), (0,), ()]
    assert (found.initial_index, [jump.hessian_index for jump in found.jumps]) == (2, [1, 1, 0])
    assert verify_l1_certificate(data, found.beta, found.rho)


def test_certificate_is_refused_when_wrong():
    data = read_samples(HERE / "two_inputs.csv")
    found = staircase(data)
    assert not verify_l1_certificate(data, found.beta, [entry * 2 for entry in found.rho])
    assert not verify_l1_certificate(data, found.beta, [entry / 2 for entry in found.rho])
    assert not verify_l1_certificate(data, (Fraction(-1, 5), Fraction(1)), found.rho)
    assert not verify_l1_certificate(data, found.beta, found.rho[:1])


@pytest.mark.parametrize(("n", "d", "seed"), [(3, 6, 0), (5, 5, 1), (8, 4, 2), (4, 9, 3), (6, 12, 4)])
def test_limit_is_the_least_l1_minimizer(n, d, seed):
    """Against linear programming: the limit has the least l1 norm among all minimizers."""
    from scipy.optimize import linprog

    data = table(n, d, seed, teacher=n <= d)
    found = staircase(data)
    assert verify_l1_certificate(data, found.beta, found.rho)
    x = [[float(entry) for entry in row] for row in data.x]
    fitted = [float(dot(row, found.beta)) for row in data.x]
    program = linprog([1] * (2 * d), A_eq=[[*row, *(-entry for entry in row)] for row in x], b_eq=fitted)
    assert abs(program.fun - sum(abs(float(entry)) for entry in found.beta)) < 1e-7


@pytest.mark.parametrize("seed", range(4))
def test_every_saddle_is_a_constrained_minimum(seed):
    """At each saddle: stationary on the support, losses fall, times rise, s stays in the cube."""
    data = table(7, 7, seed)
    found = staircase(data)
    matrix, b, c = gram(data)
    previous, clock = found.initial_loss, Fraction(0)
    for jump in found.jumps:
        g = [b[i] - dot(matrix[i], jump.beta) for i in range(7)]
        assert all(g[i] == 0 for i in jump.support)
        assert jump.loss == (c - dot(b, jump.beta)) / 2 < previous
        assert jump.time >= clock
        assert jump.hessian_index == sum(1 for entry in g if entry)
        previous, clock = jump.loss, jump.time
    assert all(abs(entry) <= 1 for entry in found.dual)
    assert found.interpolates


@pytest.mark.parametrize(("n", "d", "seed"), [(9, 14, 0), (12, 12, 1), (16, 8, 2), (30, 40, 3)])
def test_balls_agree_with_exact_arithmetic(n, d, seed):
    data = table(n, d, seed, teacher=n <= d)
    exact, balls = staircase(data, "exact"), staircase(data, "balls")
    assert [jump.support for jump in exact.jumps] == [jump.support for jump in balls.jumps]
    assert [jump.entered for jump in exact.jumps] == [jump.entered for jump in balls.jumps]
    assert [jump.hessian_index for jump in exact.jumps] == [jump.hessian_index for jump in balls.jumps]
    assert exact.interpolates == balls.interpolates
    for left, right in zip(exact.jumps, balls.jumps):
        assert right.time.low <= left.time <= right.time.high
        assert right.loss.low <= left.loss <= right.loss.high
        assert right.time.high - right.time.low < Fraction(1, 10**40)
        assert all(b.low <= a <= b.high for a, b in zip(left.beta, right.beta))


def test_ties_are_flagged_and_decided_exactly():
    one, zero = Fraction(1), Fraction(0)
    data = Samples(((one, zero), (zero, one)), ((one,), (-one,)))
    found = staircase(data)
    assert [jump.entered for jump in found.jumps] == [(0, 1)]
    assert found.jumps[0].tie and found.beta == (1, -1)


def test_balls_say_undecided_on_a_tie():
    from neurocli.dynamics.diagonal import Undecided

    three, zero = Fraction(3), Fraction(0)
    with pytest.raises(Undecided):
        staircase(Samples(((three, zero), (zero, three)), ((three,), (-three,))), "balls")


def test_equal_columns():
    """A singular Gram matrix: two equal columns share the fit and the tie is flagged."""
    one, two = Fraction(1), Fraction(2)
    data = Samples(((one, one), (two, two)), ((one,), (two,)))
    found = staircase(data)
    assert found.jumps[0].tie and found.jumps[0].degenerate and found.interpolates
    assert verify_l1_certificate(data, found.beta, found.rho)


def test_zero_targets_have_no_jump():
    data = Samples(((Fraction(1),),), ((Fraction(0),),))
    assert staircase(data).jumps == () and staircase(data).interpolates


@pytest.mark.parametrize(("text", "part"), [
    ("x,y\n1,nan\n", "line 2, column 2"), ("1,2\n3\n", "line 2"), ("", "no numbers"), ("1\n2\n", "columns"),
    ("1,sqrt(2)\nsqrt(3),1\n", "square roots of 2 and of 3"), ("nan,1\n1,1\n", "line 1, column 1"),
])
def test_bad_files(tmp_path, text, part):
    path = tmp_path / "data.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=part):
        read_samples(path)


def test_pickled_arrays_are_refused(tmp_path):
    import numpy

    path = tmp_path / "data.npy"
    numpy.save(path, numpy.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError):
        read_samples(path)


def test_array_files_are_read_exactly(tmp_path):
    import numpy

    path = tmp_path / "data.npy"
    numpy.save(path, numpy.array([[0.5, 0.1]]))
    assert read_samples(path).y == ((Fraction(0.1),),)
    numpy.save(path, numpy.array([[0.5, numpy.inf]]))
    with pytest.raises(DataError, match="not finite"):
        read_samples(path)
