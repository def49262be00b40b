"""Disc arithmetic encloses what FLINT's balls enclose, at random and where rounding hurts most."""

from fractions import Fraction

import numpy as np
import pytest

from neurocli.algebra.complex_balls import BallRing, working_precision
from neurocli.algebra.discs import DiscRing, Discs, U

RING, BALLS = DiscRing(), BallRing()


@pytest.fixture(autouse=True)
def many_bits():
    with working_precision(2400):  # enough for exact sums of products of any doubles
        yield


def arrays(rng, shape, spread):
    """Complex doubles with exponents within a spread, some of them zero."""
    parts = [rng.choice([-1, 1], shape) * rng.random(shape) * 2.0 ** rng.integers(-spread, spread + 1, shape)
             for _ in range(2)]
    return (parts[0] + 1j * parts[1]) * (rng.random(shape) > 0.1)


def members(rng, discs):
    """Exact members of discs: middle + radius * (a point of the unit circle, rounded inwards)."""
    angle = np.exp(2j * np.pi * rng.random(discs.shape)) * (1 - 1e-9)
    steps = BALLS.multiply(BALLS.constant(discs.radius), BALLS.constant(angle))
    return BALLS.add(BALLS.constant(discs.middle), steps)


def encloses(discs, exact):
    off = BALLS.add(np.asarray(exact, dtype=object), BALLS.scale(-1, BALLS.constant(discs.middle)))
    off = np.asarray(off, dtype=object)
    radii = discs.radius.ravel().tolist()
    return all(bool(z.abs_upper() <= r) for z, r in zip(off.ravel().tolist(), radii, strict=True))


OPERATIONS = {
    "add": (lambda r, a, b: r.add(a, b), (4, 7), (4, 7)),
    "multiply": (lambda r, a, b: r.multiply(a, b), (4, 7), (4, 7)),
    "square": (lambda r, a, b: r.multiply(a, a), (4, 7), (4, 7)),
    "contract": (lambda r, a, b: r.contract("...ij,...jk->...ik", a, b), (3, 2, 5), (3, 5, 2)),
    "outer": (lambda r, a, b: r.contract("...i,...j->...ij", a, b), (3, 4), (3, 2)),
    "long": (lambda r, a, b: r.contract("i,i->", a, b), (400,), (400,)),
    "sum": (lambda r, a, b: r.sum_last(a), (4, 30), (1,)),
    "scale": (lambda r, a, b: r.scale(Fraction(1, 3), a), (5,), (1,)),
}


@pytest.mark.parametrize("spread", [0, 3, 60])
@pytest.mark.parametrize("name", OPERATIONS)
def test_results_of_members_lie_in_the_result(name, spread):
    operation, left, right = OPERATIONS[name]
    rng = np.random.default_rng(spread)
    for scale in (0.0, 1e-12, 0.3):
        a, b = (Discs(z, scale * np.abs(z) * rng.random(z.shape)) for z in (arrays(rng, left, spread), arrays(
            rng, right, spread)))
        x, y = members(rng, a), members(rng, b)
        assert encloses(operation(RING, a, b), operation(BALLS, x, y))


@pytest.mark.parametrize("name", ["multiply", "contract", "long", "add", "sum"])
def test_cancellation_and_underflow(name):
    operation, left, right = OPERATIONS[name]
    rng = np.random.default_rng(5)
    for power in (1.0, 2.0**-540, 2.0**-1060):  # products of the last two vanish or are subnormal
        z, w = arrays(rng, left, 1), arrays(rng, right, 1)
        z.ravel()[1::2] = -z.ravel()[::2][: len(z.ravel()[1::2])] * (1 + 2 * U)
        a, b = (Discs(v * power, np.zeros(v.shape)) for v in (z, w))
        assert encloses(operation(RING, a, b), operation(BALLS, BALLS.constant(a.middle), BALLS.constant(b.middle)))


def test_radii_are_not_much_too_large():
    rng = np.random.default_rng(2)
    a, b = (Discs(arrays(rng, (30, 30), 1), np.full((30, 30), 1e-9)) for _ in range(2))
    product = RING.contract("ij,jk->ik", a, b)
    least = 1e-9 * (np.abs(a.middle).sum(1)[:, None] + np.abs(b.middle).sum(0)[None])
    assert (product.radius < 1.001 * least + 1e-12).all()


def test_constants_are_enclosed():
    values = np.array([Fraction(1, 3), Fraction(2**60 + 1), Fraction(-7, 4), Fraction(1, 10**400)], dtype=object)
    discs = RING.constant(values)
    assert encloses(discs, BALLS.constant(values))
    assert discs.radius[2] == 0 < discs.radius[0]
    assert encloses(RING.constant(np.array([2**60 + 1, 3])), BALLS.constant(np.array([2**60 + 1, 3], dtype=object)))


def test_overflow_makes_no_finite_disc():
    with np.errstate(all="ignore"):
        big = Discs(np.array([1e300 + 0j]), np.zeros(1))
        bound = RING.multiply(big, big).upper
    assert not (bound < 1e308).any()


def test_balls_as_discs():
    square = BALLS.multiply(*[BALLS.about(np.array([1 / 3 + 1j]), np.array([1e-7]))] * 2)
    discs = BALLS.discs(square)
    assert 4e-7 / 2 < discs.radius[0] < 4e-7
    assert encloses(discs, members(np.random.default_rng(0), Discs(np.array([(1 / 3 + 1j) ** 2]), np.array([1e-9]))))
