"""Classical systems with known numbers of solutions."""

import itertools

import numpy as np
import pytest

from neurocli.errors import TooLarge, UsageError
from neurocli.numerics.endgame import track_to_the_end
from neurocli.numerics.function_space import gaussian
from neurocli.numerics.monodromy import SEARCHING, Monodromy, triangle
from neurocli.numerics.paths import Paths, ReturnCode, segment
from neurocli.numerics.polynomials import LinearFamily
from neurocli.numerics.solve_system import solve_polynomials
from neurocli.numerics.tracker import Tracker


def cyclic(n):
    system = []
    for k in range(1, n):
        terms = {}
        for i in range(n):
            e = [0] * n
            for j in range(k):
                e[(i + j) % n] += 1
            terms[tuple(e)] = 1
        system.append(terms)
    return [*system, {(1,) * n: 1, (0,) * n: -1}]


def katsura(n):
    """Magnetism: n quadrics and one linear equation in u_0, ..., u_n."""
    def unit(*places):
        e = [0] * (n + 1)
        for place in places:
            e[place] += 1
        return tuple(e)

    system = []
    for m in range(n):
        terms = {unit(m): -1}
        for k in range(-n, n + 1):
            if abs(m - k) <= n:
                e = unit(abs(k), abs(m - k))
                terms[e] = terms.get(e, 0) + 1
        system.append(terms)
    return [*system, {unit(): -1, unit(0): 1} | {unit(i): 2 for i in range(1, n + 1)}]


@pytest.mark.parametrize(("system", "finite", "infinite"), [(cyclic(5), 70, 50), (katsura(6), 64, 0), (katsura(4), 16, 0)],
                         ids=["cyclic-5", "katsura-6", "katsura-4"])
def test_known_counts(system, finite, infinite):
    found = solve_polynomials(system, seed=1)
    assert (len(found.points), found.at_infinity, found.failures, found.repeated) == (finite, infinite, {}, 0)
    for x in found.points:
        for p in system:
            terms = [complex(c) * np.prod(x ** np.array(e)) for e, c in p.items()]
            assert abs(sum(terms)) < 1e-9 * max(1, sum(map(abs, terms)))


def test_real_solutions_of_katsura():
    points = solve_polynomials(katsura(4)).points
    assert sum(np.abs(x.imag).max() < 1e-10 for x in points) == 12


def test_multiple_solutions_are_found_once_and_called_singular():
    # (x - 2)^2 = 0, y = x^2: one double point; and x^3 = 0, y = 1: a triple point.
    found = solve_polynomials([{(2, 0): 1, (1, 0): -4, (0, 0): 4}, {(0, 1): 1, (2, 0): -1}])
    assert len(found.points) == 0 and np.allclose(found.singular, [[2, 4]], atol=1e-5) and found.at_infinity == 2
    found = solve_polynomials([{(3, 0): 1}, {(0, 1): 1, (0, 0): -1}])
    assert len(found.points) == 0 and np.allclose(found.singular, [[0, 1]], atol=1e-5)


def test_winding_numbers():
    from neurocli.numerics.polynomials import TotalDegreeHomotopy

    homotopy = TotalDegreeHomotopy([{(3,): 1, (2,): -6, (1,): 12, (0,): -8}], seed=2)  # (x - 2)^3
    start = homotopy.start_points()
    way = segment(np.zeros(1), np.ones(1))
    done = track_to_the_end(homotopy, Paths(start, np.repeat(way[None], 3, axis=0), np.arange(3)))
    assert done.ends.codes.tolist() == [ReturnCode.SINGULAR] * 3
    assert done.windings.tolist() == [3, 3, 3]
    assert np.allclose(done.invariants[:, 1] / done.invariants[:, 0], 2, atol=1e-6)


@pytest.mark.parametrize(("system", "match"), [([{(1, 0): 1}], "1 equations in 2"), ([{(0,): 3}], "constant"),
                                               ([{}], "zero")])
def test_systems_that_cannot_be_solved(system, match):
    with pytest.raises(UsageError, match=match):
        solve_polynomials(system)


def test_too_many_paths_are_refused_before_they_are_made():
    big = [{tuple(40 * (i == j) for j in range(6)): 1, (0,) * 6: -1} for i in range(6)]
    with pytest.raises(TooLarge, match="4096000000 paths"):
        solve_polynomials(big)


def lines_on_a_cubic():
    """Lines (1, 0, a, b) s + (0, 1, c, d) t on cubic surfaces: four cubics in a, b, c, d for every monomial."""
    members = []
    for exponents in itertools.product(range(4), repeat=4):
        if sum(exponents) != 3:
            continue
        # s^i t^j (a s + c t)^k (b s + d t)^l, coefficient by coefficient of s^(3-m) t^m
        _, j, k, l = exponents
        equations = [{} for _ in range(4)]
        for p in itertools.product((0, 1), repeat=k):
            for q in itertools.product((0, 1), repeat=l):
                m = j + sum(p) + sum(q)
                e = (k - sum(p), l - sum(q), sum(p), sum(q))
                equations[m][e] = equations[m].get(e, 0) + 1
        members.append(equations)
    return members


def explored(family, start, seed, quiet):
    """Monodromy over all data until several further arcs bring nothing new."""
    rng = np.random.default_rng(seed)
    q = family.data_through(start, rng)
    second = gaussian(rng, family.data)
    second *= np.linalg.norm(q[0]) / np.linalg.norm(second)

    def fresh(count):
        x = family.random_points(rng, count) if hasattr(family, "random_points") else gaussian(rng, count, family.unknowns)
        return x, family.data_through(x, rng)

    monodromy = Monodromy(family, start, triangle(q[0], second), seed, trace_test=False, most_arcs=3, fresh=fresh)
    tracker = Tracker(family, SEARCHING)
    silent = 0
    while silent < quiet:
        before = sum(monodromy.counts)
        monodromy.run(tracker)
        silent = silent + 1 if sum(monodromy.counts) == before and len(set(monodromy.counts)) == 1 else 0
        monodromy.allow_arcs(1)
        assert monodromy.arcs < 40
    return monodromy


@pytest.mark.parametrize("seed", [1, *(pytest.param(s, marks=pytest.mark.slow) for s in (2, 3))])
def test_27_lines_on_a_cubic_surface(seed):
    family = LinearFamily(lines_on_a_cubic())
    start = gaussian(np.random.default_rng([seed, 1]), 1, family.unknowns)
    assert explored(family, family.normalize(start), seed, quiet=2).counts == (27, 27, 27)


class TangentConics:
    """A conic a that touches five given conics c_i at p_i: a(p_i) = 0 and (a + m_i c_i) p_i = 0 as symmetric matrices.

    Unknowns: a (6), points p_i (15), multipliers m_i (5); a and m scale together, each point alone.
    The equations are linear in the conics c_i.
    """

    unknowns, kernel, data = 26, 6, 30

    @staticmethod
    def _matrices(c):
        a, b, d, e, f, g = np.moveaxis(c, -1, 0)
        rows = [[2 * a, b, d], [b, 2 * e, f], [d, f, 2 * g]]
        return np.stack([np.stack(row, -1) for row in rows], -2) / 2

    def evaluate(self, x, q, dq):
        count = len(x)
        basis = self._matrices(np.eye(6) + 0j)
        a, m = self._matrices(x[:, :6])[:, None], x[:, 21:, None]
        p = x[:, 6:21].reshape(count, 5, 3)
        c, dc = (self._matrices(z.reshape(count, 5, 6)) for z in (q, dq))
        ap, cp, dcp = ((matrix @ p[..., None])[..., 0] for matrix in (a, c, dc))
        value = np.concatenate([ap + m * cp, (p * ap).sum(-1, keepdims=True)], -1)
        slopes = np.zeros((count, 26, 5, 4), dtype=complex)
        bp = np.einsum("kij,bnj->bkni", basis, p)
        slopes[:, :6, :, :3], slopes[:, :6, :, 3] = bp, (bp * p[:, None]).sum(-1)
        for i in range(5):
            own = slopes[:, 6 + 3 * i:9 + 3 * i, i]
            own[..., :3], own[..., 3] = a[:, 0] + m[:, i, :, None] * c[:, i], 2 * ap[:, i]
            slopes[:, 21 + i, i, :3] = cp[:, i]
        velocity = np.concatenate([m * dcp, 0 * m], -1)
        return value.reshape(count, 20), slopes.reshape(count, 26, 20), velocity.reshape(count, 20)

    def normalize(self, x):
        x = x.copy()
        x[:, [*range(6), *range(21, 26)]] /= np.linalg.norm(x[:, :6], axis=1, keepdims=True)
        points = x[:, 6:21].reshape(-1, 5, 3)
        x[:, 6:21] = (points / np.linalg.norm(points, axis=2, keepdims=True)).reshape(-1, 15)
        return x

    def invariants(self, x):
        form = np.exp(1j * np.arange(1, 7)**2)
        return x[:, :6] / (x[:, :6] @ form)[:, None]

    def random_points(self, rng, count):
        x = np.ones((count, 26), dtype=complex)
        x[:, :21] = gaussian(rng, count, 21)
        for row in x:  # points on the conic: the second root on a random line through a random point
            a = self._matrices(row[:6])
            for i in range(5):
                u, v = gaussian(rng, 2, 3)
                row[6 + 3 * i:9 + 3 * i] = u + v * np.roots([v @ a @ v, 2 * (u @ a @ v), u @ a @ u])[0]
        return self.normalize(x)

    def data_through(self, x, rng):
        basis = self._matrices(np.eye(6) + 0j)
        result = []
        for row in x:
            found = []
            for i in range(5):  # c = -a/m + a random conic that is singular at p
                null = np.linalg.svd((basis @ row[6 + 3 * i:9 + 3 * i]).T)[2][3:].conj()
                found.append(-row[:6] / row[21 + i] + gaussian(rng, 3) @ null)
            result.append(np.concatenate(found))
        return np.array(result)


def test_the_derivatives_of_tangency():
    system, rng = TangentConics(), np.random.default_rng(0)
    x, q, d = gaussian(rng, 2, 26), gaussian(rng, 2, 30), gaussian(rng, 2, 26)
    h = 1e-6
    _, slopes, _ = system.evaluate(x, q, q)
    numeric = (system.evaluate(x + h * d, q, q)[0] - system.evaluate(x - h * d, q, q)[0]) / (2 * h)
    assert np.allclose(np.einsum("bnm,bn->bm", slopes, d), numeric, atol=1e-7)
    p = system.random_points(rng, 3)
    data = system.data_through(p, rng)
    assert np.abs(system.evaluate(p, data, data)[0]).max() < 1e-10


@pytest.mark.slow
def test_3264_conics():
    system = TangentConics()
    start = system.random_points(np.random.default_rng(7), 1)
    monodromy = explored(system, start, 7, quiet=1)
    # Pairs of lines with their vertex at a p_i solve the equations, too, on components of their own.
    for table in monodromy.tables:
        spectrum = np.linalg.svd(system._matrices(table.x[:, :6]), compute_uv=False)
        assert (spectrum[:, 2] > 1e-10 * spectrum[:, 0]).sum() == 3264
