"""Numbers of critical points in closed form: polar degrees of further networks, and invariant metrics.

Let f: Y -> P(V) be a morphism from a smooth projective variety, birational onto X, given by sections of a line
bundle L with hyperplane class H.  Pairs (y, h) with h a hyperplane that is tangent along df(T_y Y) are the
zeros of a section of P^1(L) (x) O(1) on Y x P(V*), P^1(L) the bundle of first principal parts.  Over points
where df drops rank by p the fibre has p dimensions more; so when

    codim Ram_p > p   for every p >= 1,   Ram_p = {y: corank of df at y is p},

all zeros have the expected dimension and lie in the closure of the conormal variety of X.  Then, m = dim Y,

    delta_j = sum_i (-1)^i C(m + 1 - i, j + 1) int c_i(T_Y) H^(m - i),

as for a smooth variety [dhost-2016].  The number of critical points of a generic distance is sum delta_j.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from itertools import combinations, combinations_with_replacement
from math import comb, prod

from neurocli.architectures.network import Network
from neurocli.errors import InternalError
from neurocli.theorems.classical_varieties import LinearSpace, RationalNormalSecant
from neurocli.theorems.degree_catalogue import KnownVariety
from neurocli.theorems.determinantal import Determinantal, SubspaceVariety, SymmetricDeterminantal
from neurocli.theorems.lightning_critical import attention_of_middle_rank
from neurocli.theorems.segre_veronese import SegreVeronese

#: Polar degrees, and the hypotheses that were checked for them.
Reasoned = tuple[tuple[int, ...], tuple[str, ...]]
#: With more terms the sums over fixed points take longer than seconds.
MAX_FIXED_POINTS = 40_000


@dataclasses.dataclass(frozen=True)
class CriticalCount:
    """A number of critical points in closed form, proved.

    Args:
        value: the number.
        theorem: short name.
        statement: what is counted, in words.
        hypotheses: those that were checked.
        citation: bibliography key, or "".
        polar: the polar degrees that it is the sum of, if it is.
    """

    value: int
    theorem: str
    statement: str
    hypotheses: tuple[str, ...] = ()
    citation: str = ""
    polar: tuple[int, ...] | None = None

    def evidence(self) -> dict[str, object]:
        """The theorem as an evidence record of a result."""
        record: dict[str, object] = {"kind": "theorem", "theorem": self.theorem, "statement": self.statement,
                                     "hypotheses": list(self.hypotheses), "value": self.value}
        return record | ({"citation": self.citation} if self.citation else {})


def generic_count(network: Network, known: KnownVariety | None) -> CriticalCount | None:
    """Critical points of a generic distance: the sum of the polar degrees, where they are proved.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> from neurocli.theorems.degree_catalogue import known_variety
        >>> spec = parse("mlp:2-2-1,r=4")
        >>> generic_count(spec, known_variety(spec, lambda n: False)).polar
        (0, 4, 6, 3)
    """
    found = proved_polar_degrees(network, known)
    if found is None or known is None:
        return None
    polar, reasons = found
    if known.degree not in (None, polar[-1]):
        raise InternalError(f"{network}: degree {known.degree}, and {polar[-1]} from its polar degrees",
                            "please report this")
    return CriticalCount(sum(polar), "sum of polar degrees",
                         f"{known.statement}: polar degrees {', '.join(map(str, polar))}",
                         (*known.hypotheses, *reasons), "dhost-2016", polar)


def proved_polar_degrees(network: Network, known: KnownVariety | None) -> Reasoned | None:
    """The polar degrees of the neurovariety, with the hypotheses checked; None where no theorem gives them."""
    if known is None:
        return None
    variety = known.variety
    if network.family == "lightning":
        return _one_lightning_layer(network, variety, known.points)
    if isinstance(variety, SubspaceVariety):
        return _subspace(variety)
    if isinstance(variety, RationalNormalSecant):
        return _common_apolar(variety)
    if known.conormal != "proved":
        return None
    if isinstance(variety, (Determinantal, SymmetricDeterminantal)) and variety.fixed_points > MAX_FIXED_POINTS:
        return None
    if known.points == 1:
        return tuple(variety.polar_degrees), ()
    # A product P_1(x) P_2(x^s), s > 1: the roots of the second factor are whole orbits of the s-th roots of unity
    # and those of a generic first factor lie in different orbits, so the factors are determined.
    return tuple(variety.polar_degrees), ("strides exceed one: a generic product has one factorization",)


def _one_lightning_layer(network: Network, variety: object, points: int | None) -> Reasoned | None:
    """One layer V X X^T A X, at least two tokens.  For A of rank between one and the width: `lightning_critical`.

    By polarization in the columns of X the map is (A, V) -> (x -> Vx (x) A^T x), a product of two vectors of
    linear forms.  If the derivative vanishes in the direction (dA, dV) then dV x = rho(x) V x and
    dA^T x = -rho(x) A^T x with a rational function rho.  It is constant, which is the rescaling, unless its
    denominator divides all entries of both vectors: A = k q^T and V = w k^T.  There dV = w u^T, dA = -u q^T for
    any u, so the corank is d - 1.  Among all A this locus has codimension (d - 1)(d + d' - 1), among A = k q^T
    it has d'(d - 1).
    The same division shows that generic fibres are points.
    """
    if points != 1 or len(network.shape) != 2:
        return None
    d, out = network.shape
    rank = min(network.get("a")[0], d)
    if 1 < rank < d:
        if Determinantal(d, d, rank).fixed_points > MAX_FIXED_POINTS:
            return None
        return attention_of_middle_rank(d, out, rank), (
            f"1 < {rank} < {d}: the map from (space, A, V) drops rank by p only in codimension greater than p",)
    if not isinstance(variety, SegreVeronese):
        return None
    rank_one = min(network.get("a")[0], d) == 1
    codimension = out * (d - 1) if rank_one else (d - 1) * (d + out - 1)
    if d > 1 and codimension <= d - 1:
        return None
    return tuple(variety.polar_degrees), ((f"the map drops rank, by {d - 1}, in codimension {codimension} only",)
                                          if d > 1 else ())


def _subspace(variety: SubspaceVariety) -> Reasoned | None:
    n, k = variety.variables, variety.essential
    if not codimensions_exceed(variety) or comb(n, k) * _coefficients(variety, k) > MAX_FIXED_POINTS:
        return None
    return subspace_polar_degrees(variety), (
        f"the map from pairs (space, forms) drops rank by p only in codimension greater than p, for k = {k}, n = {n}",)


def codimensions_exceed(variety: SubspaceVariety) -> bool:
    """Whether the map from P(E) over Gr(k, n) drops rank by p only in codimension greater than p.

    Notes:
        P(E) is smooth.  A tuple of forms that depends on k' of the k linear forms is moved by Hom(S, Q) only through
        them: the corank is (n - k)(k - k'), in codimension h(k) - h(k') - k'(k - k'), h the number of coefficients.

    Example:
        >>> codimensions_exceed(SubspaceVariety(3, 2, (3,), 1)), codimensions_exceed(SubspaceVariety(9, 2, (2,), 1))
        (True, False)
    """
    n, k = variety.variables, variety.essential
    sizes = [_coefficients(variety, j) for j in range(k + 1)]
    return all(sizes[k] - sizes[j] - j * (k - j) > (n - k) * (k - j) for j in range(1, k))


def _coefficients(variety: SubspaceVariety, variables: int) -> int:
    return variety.outputs * sum(comb(d + variables - 1, d) for d in variety.degrees)


def subspace_polar_degrees(variety: SubspaceVariety) -> tuple[int, ...]:
    """delta_0, ..., delta_m from the Chern classes of P(E) over Gr(k, n), by localization at its fixed points.

    Example:
        >>> subspace_polar_degrees(SubspaceVariety(3, 2, (2,), 2))[-1]
        15
    """
    n, k, m = variety.variables, variety.essential, variety.dimension
    weights = [3**i for i in range(n)]
    outputs = [101 * 7**i + 13 * i for i in range(variety.outputs)]
    integrals = [Fraction(0)] * (m + 1)
    for chosen in combinations(range(n), k):
        sub = [weights[i] for i in chosen]
        quotient = [w for i, w in enumerate(weights) if i not in chosen]
        fibre = [sum(w) + o for d in variety.degrees for w in combinations_with_replacement(sub, d) for o in outputs]
        for i, line in enumerate(fibre):
            tangent = [q - s for s in sub for q in quotient] + [w - line for j, w in enumerate(fibre) if j != i]
            elementary = [1] + [0] * m
            for weight in tangent:
                for j in range(m, 0, -1):
                    elementary[j] += weight * elementary[j - 1]
            euler = prod(tangent)
            for j in range(m + 1):
                integrals[j] += Fraction(elementary[j] * (-line) ** (m - j), euler)
    if any(value.denominator != 1 for value in integrals):
        raise ArithmeticError("an integral of integral classes is no integer")
    return polar_from_chern([int(value) for value in integrals])


def polar_from_chern(degrees: list[int]) -> tuple[int, ...]:
    """delta_j from the degrees of the Chern classes of the tangent bundle.

    Example:
        >>> polar_from_chern([3, 2])
        (4, 3)
    """
    m = len(degrees) - 1
    return tuple(sum((-1) ** i * comb(m + 1 - i, j + 1) * degrees[i] for i in range(m - j + 1)) for j in range(m + 1))


def _common_apolar(variety: RationalNormalSecant) -> Reasoned | None:
    """Tuples of m binary forms of degree r with a common apolar form of degree k.

    For one form see `secant_polar_degrees`.  For m > 1 take P(E) over the P^k of forms q.  At (q, f) the rank drops by
    one less than the dimension of the space of forms of degree k apolar to all of f.  If that has the greatest common
    divisor g of degree k - p then, for r >= 2k - 1, it is all multiples of g: coprime forms of degree e generate
    everything in degree 2e - 1.  So the rank drops by p in codimension m p > p.
    """
    r, k, m = variety.power, variety.summands, variety.outputs
    if m == 1 and 2 * k <= r:
        return secant_polar_degrees(r, k), (f"{k} summands are at most half of the degree {r}",)
    if m > 1 and r >= 2 * k - 1:
        return apolar_polar_degrees(r, k, m), (f"the map drops rank by p in codimension {m}p, as {r} >= 2*{k} - 1",)
    return None


def apolar_polar_degrees(r: int, k: int, m: int) -> tuple[int, ...]:
    """Polar degrees for m > 1 binary forms of degree r with a common apolar form of degree k, r >= 2k - 1.

    Notes:
        c(T) = (1 + h)^(k + 1) ((1 + H)^(r + 1) / (1 + H + h)^(r - k + 1))^m on P(E), and the integral of h^a H^b, a + b
        = dim, is the coefficient of h^(k - a) in s(E) = (1 + h)^(m (r - k + 1)).

    Example:
        >>> apolar_polar_degrees(3, 1, 2)
        (6, 10, 6)
    """
    top, power = k * (m + 1) - 1, m * (r - k + 1)
    # the total Chern class as {(a, b): coefficient of h^a H^b}
    chern = {(a, 0): comb(k + 1, a) for a in range(k + 1)}
    factors = [{(0, b): comb(m * (r + 1), b) for b in range(top + 1)},
               {(a, b): (-1) ** (a + b) * comb(power + a + b - 1, a + b) * comb(a + b, a)
                for a in range(k + 1) for b in range(top + 1 - a)}]
    for factor in factors:
        product: dict[tuple[int, int], int] = {}
        for (a, b), c in chern.items():
            for (i, j), d in factor.items():
                if a + i <= k and a + b + i + j <= top:
                    product[a + i, b + j] = product.get((a + i, b + j), 0) + c * d
        chern = product
    degrees = [sum(c * comb(power, k - a) for (a, b), c in chern.items() if a + b == i) for i in range(top + 1)]
    return polar_from_chern(degrees)


def secant_polar_degrees(r: int, k: int) -> tuple[int, ...]:
    """Polar degrees of the sums of k powers of degree r of binary linear forms, 2k <= r.

    Notes:
        By Terracini's lemma the tangent space at a general f, apolar to q of degree k, is orthogonal to q^2 g, deg g
        = r - 2k.  So the conormal variety is resolved by P(E) x P(F) over the P^k of forms q: E the kernel of
        q: S^r -> S^(r - k)(h), F = S^(r - 2k)(-2h), with Segre classes (1 + h)^(r - k + 1) and
        (1 - 2h)^-(r - 2k + 1).

    Example:
        >>> secant_polar_degrees(4, 2), secant_polar_degrees(3, 1)
        ((0, 4, 6, 3), (4, 3))
    """
    return (0,) * (k - 1) + tuple(comb(r - k + 1, i) * 2 ** (k - i) * comb(r - k - i, k - i) for i in range(k + 1))


def invariant_count(network: Network, known: KnownVariety | None, metric: str) -> CriticalCount | None:
    """Critical points of the Bombieri (or unit) distance where a classical theorem gives them.

    Args:
        metric: "bombieri", or "unit": the sum of squares of the coefficients.

    Notes:
        In suitable coordinates the metric must be the one of the theorem: the singular value decomposition for
        matrices, whatever the metric on the space of their rows is, since a linear change makes that the
        standard one; eigenvalues for symmetric matrices; invariant metrics for Segre-Veronese varieties.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> from neurocli.theorems.degree_catalogue import known_variety
        >>> spec = parse("mlp:3-1-1,r=3")
        >>> invariant_count(spec, known_variety(spec, lambda n: False), "bombieri").value
        7
    """
    if known is None or network.family not in ("mlp", "linear") or known.points != 1:
        return None
    variety = known.variety
    if isinstance(variety, Determinantal):
        return eckart_young(variety, known)
    if metric != "bombieri":
        return None
    if isinstance(variety, SymmetricDeterminantal):
        return CriticalCount(variety.frobenius_distance_degree, "eigenvalues of symmetric matrices",
                             f"{known.statement}: choices of {variety.rank} of {variety.size} eigenvalues",
                             known.hypotheses, "dhost-2016")
    if isinstance(variety, SegreVeronese):
        return CriticalCount(variety.bombieri_distance_degree, "singular vectors of partially symmetric tensors",
                             f"{known.statement}", known.hypotheses, "friedland-ottaviani-2014")
    return None


def eckart_young(variety: Determinantal, known: KnownVariety) -> CriticalCount:
    """Critical points on matrices of bounded rank for a metric that is a tensor product."""
    least = min(variety.rows, variety.columns)
    return CriticalCount(variety.frobenius_distance_degree, "Eckart-Young",
                         f"{known.statement}: choices of {variety.rank} of {least} singular values",
                         (*known.hypotheses, "the metric is the same for every output, and outputs are orthogonal"),
                         "dhost-2016")


def filling_count(known: KnownVariety | None) -> CriticalCount | None:
    """One critical point on a linear space, for a metric that does not degenerate on it."""
    if known is None or not isinstance(known.variety, LinearSpace):
        return None
    return CriticalCount(1, "linear space", f"{known.statement}: a linear space", known.hypotheses, "",
                         tuple(known.variety.polar_degrees))
