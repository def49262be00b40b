"""Networks whose neurovariety is a known variety, with the hypotheses that were checked.

Each function states the argument or the theorem that identifies the neurovariety.  The record is used
for degrees, for polar degrees, and for numbers of critical points.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from math import prod
from typing import Any

from neurocli.architectures.cnn import is_single_channel_1d
from neurocli.architectures.mlp import degrees_of, layer_activations
from neurocli.architectures.network import Network
from neurocli.theorems.classical_varieties import Factor, Hypersurface, LinearSpace, Product, RationalNormalSecant
from neurocli.theorems.determinantal import Determinantal, SubspaceVariety, SymmetricDeterminantal
from neurocli.theorems.secants import forms, power_sums
from neurocli.theorems.segre_veronese import SegreVeronese

#: Whether a network is proved to fill its ambient space.
Fills = Callable[[Network], bool]


@dataclasses.dataclass(frozen=True)
class KnownVariety:
    """What a neurovariety is, as a projective variety.

    Args:
        variety: has `dimension` (projective) and `degree`, mostly also `polar_degrees`.
        theorem: short name.
        statement: what the neurovariety is, in words.
        hypotheses: those that were checked.
        citation: bibliography key, or "" where the argument is written out in the code.
        points: points of the generic fibre of `variety` over the neurovariety; None: to be counted.
        conormal: "proved" when the polar degrees are those of `variety`; "probable" when only checked
            by computation; "" when unknown.
    """

    variety: Any
    theorem: str
    statement: str
    hypotheses: tuple[str, ...] = ()
    citation: str = ""
    points: int | None = 1
    conormal: str = ""

    @property
    def degree(self) -> int | None:
        """Degree of the neurovariety; None when the fibre must be counted first."""
        return None if self.points is None else int(self.variety.degree) // self.points

    def evidence(self) -> dict[str, Any]:
        """The theorem as an evidence record of a result."""
        record: dict[str, Any] = {"kind": "theorem", "theorem": self.theorem, "statement": self.statement,
                                  "hypotheses": list(self.hypotheses), "value": self.degree}
        return record | ({"citation": self.citation} if self.citation else {})


def known_variety(network: Network, fills: Fills) -> KnownVariety | None:
    """The classical variety that a neurovariety is, or None.

    Args:
        fills: whether a (smaller) network is proved to fill its ambient space.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> known_variety(parse("mlp:3-2-1,r=2"), lambda n: False).statement
        'symmetric 3x3 matrices of rank at most 2'
    """
    if network.family == "linear":
        return _matrices(network.shape)
    if network.family == "mlp":
        return _fully_connected(network, fills)
    if network.family == "cnn":
        return _convolutional(network)
    if network.family == "lightning":
        return _one_layer(network) or _after_rank_one(network)
    return None


def _fully_connected(network: Network, fills: Fills) -> KnownVariety | None:
    widths, powers = network.shape, network.get("r", ())
    if len(widths) == 2:
        size = widths[0] * widths[1] + (widths[1] if network.get("bias") else 0)
        return KnownVariety(LinearSpace(size - 1), "one layer", "all matrices (and vectors)", conormal="proved")
    if network.get("bias"):
        return None
    if powers and set(powers) == {1}:
        return _matrices(widths)
    if powers and min(powers) > 1:
        found = _width_one(widths, powers) or (_two_layers(widths, powers[0]) if len(widths) == 3 else None)
        if found:
            return found
    return _narrow_first_layer(network, fills)


def _matrices(widths: tuple[int, ...]) -> KnownVariety:
    """A product of matrices is any matrix of rank at most the least width."""
    n, m, r = widths[0], widths[-1], min(widths)
    variety = LinearSpace(n * m - 1) if r == min(n, m) else Determinantal(m, n, r)
    return KnownVariety(variety, "determinantal variety", f"{m}x{n} matrices of rank at most {r}",
                        ("all activations the identity",), "marchetti-2025", conormal="proved")


def _width_one(widths: tuple[int, ...], powers: tuple[int, ...]) -> KnownVariety | None:
    """All hidden widths one: c_i l^R, the Segre-Veronese variety of (c, l)."""
    if set(widths[1:-1]) != {1}:
        return None
    variety = SegreVeronese((widths[0] - 1, widths[-1] - 1), (prod(powers), 1))
    return KnownVariety(variety, "Segre-Veronese variety", f"multiples of one power: {variety}",
                        ("every hidden layer has one neuron",), conormal="proved")


def _two_layers(widths: tuple[int, ...], r: int) -> KnownVariety | None:
    """One hidden layer: symmetric matrices, all matrices of bounded rank, secants, hypersurfaces."""
    n, k, m = widths
    ambient = forms(r, n)
    if m == 1 and r == 2:
        known: Any = LinearSpace(ambient - 1) if k >= n else SymmetricDeterminantal(n, k)
        return KnownVariety(known, "symmetric determinantal variety",
                            f"symmetric {n}x{n} matrices of rank at most {min(k, n)}",
                            ("two layers", "one output", "activation x^2"), "kubjas-li-wiesmann-2024",
                            conormal="proved")
    if k >= ambient - n + 1:
        # A general linear space of codimension at most n - 1 meets the Veronese variety in a non-degenerate
        # set: so the rows of a general matrix of rank k lie in the span of k powers of linear forms.
        full = k >= min(m, ambient)
        known = LinearSpace(m * ambient - 1) if full else Determinantal(m, ambient, k)
        return KnownVariety(known, "determinantal variety",
                            f"{m} forms of degree {r} that span a space of dimension at most {min(k, m, ambient)}",
                            ("two layers", f"hidden width at least {ambient - n + 1}"), conormal="proved")
    if n == 2:
        secant = RationalNormalSecant(r, k, m)
        if secant.rows <= k:
            return KnownVariety(LinearSpace(m * ambient - 1), "forms with a common apolar form", "all forms",
                                ("two layers", "two inputs"), conormal="proved")
        return KnownVariety(secant, "forms with a common apolar form",
                            f"{m} binary form{'s' * (m > 1)} apolar to a form of degree {k}: Hankel matrices of rank "
                            f"at most {k}", ("two layers", "two inputs"), "eisenbud-1988" if m == 1 else "")
    return _hypersurface_of_powers(n, k, r, ambient) if m == 1 else None


def _hypersurface_of_powers(n: int, k: int, r: int, ambient: int) -> KnownVariety | None:
    """Sums of powers that form a hypersurface whose equation has a name.

    The catalecticant: for r = 2s and k = N - 1, N the number of monomials of degree s, the middle
    catalecticant of a sum of k powers is singular.  Its determinant is irreducible: forms apolar to some q of
    degree s are a vector bundle over the q's, so they are irreducible; and the derivative of the
    determinant at a form with kernel q is f -> <q^2, f>, not zero, so it is reduced.
    """
    if power_sums(n, r, k) != ambient - 1:
        return None
    hypotheses = ("two layers", "one output", f"dimension {ambient - 1} by Alexander-Hirschowitz")
    if r % 2 == 0 and k == forms(r // 2, n) - 1:
        name, degree, citation = "the catalecticant determinant", k + 1, "alexander-hirschowitz-1995"
    elif (n, k, r) == (3, 3, 3):
        name, degree, citation = "the Aronhold invariant", 4, "ottaviani-2009"
    elif (n, k, r) == (5, 7, 3):
        name, degree, citation = "Ottaviani's invariant of cubics", 15, "ottaviani-2009"
    else:
        return None
    variety = Hypersurface(ambient - 2, degree, name)
    return KnownVariety(variety, "hypersurface of sums of powers", f"zeros of {name}, of degree {degree}",
                        hypotheses, citation)


def _narrow_first_layer(network: Network, fills: Fills) -> KnownVariety | None:
    """First hidden width k below the inputs: forms in k linear forms, if the network on k inputs fills."""
    n, k = network.shape[:2]
    acts = layer_activations(network)
    if k >= n or not acts or any(act[-1][0] < 2 for act in acts):
        return None
    keys = "".join(f",{key}={_spelled(network, key)}" for key in ("r",) if network.get(key))
    if not keys:
        return None
    from neurocli.architectures.grammar import parse

    narrow = parse(f"mlp:{'-'.join(map(str, (k, *network.shape[1:])))}{keys}")
    if not fills(narrow):
        return None
    variety = SubspaceVariety(n, k, tuple(degrees_of(acts)), network.shape[-1])
    return KnownVariety(variety, "subspace variety",
                        f"{variety.outputs} forms of degree {variety.degrees[-1]} that depend on {k} linear forms",
                        (f"the first hidden layer has {k} < {n} neurons", f"{narrow} fills its ambient space"))


def _spelled(network: Network, key: str) -> str:
    return "/".join(map(str, network.get(key)))


def _convolutional(network: Network) -> KnownVariety | None:
    """One-dimensional, one channel: a projection of a Segre-Veronese variety.

    The map is a morphism, since filters that are not zero give a function that is not zero.  With a monomial
    activation of degree at least 2 it is birational and unramified [shahverdi-marchetti-kohn-2024].  Without
    activation functions are products of polynomials, and the fibre is counted.
    """
    powers, layers = network.get("r", ()), len(network.shape)
    if not is_single_channel_1d(network) or network.get("act") or len(set(powers)) > 1:
        return None
    sizes = tuple(k[0] for k in network.shape)
    if layers == 1:
        return KnownVariety(LinearSpace(sizes[0] - 1), "one layer", "all filters", conormal="proved")
    if not powers:
        return None
    r = powers[0]
    variety = SegreVeronese(tuple(k - 1 for k in sizes), tuple(r**(layers - 1 - j) for j in range(layers)))
    if r == 1:
        strides = network.get("stride", (1,) * layers)
        reduced = min(strides[:-1]) > 1 and min(sizes) > 1
        return KnownVariety(variety, "linear CNN", f"projection of {variety}",
                            ("one-dimensional", "one channel", "no activation"), "kohn-2024", points=None,
                            conormal="proved" if reduced else "")
    return KnownVariety(variety, "polynomial CNN", f"birational unramified projection of {variety}",
                        ("one-dimensional", "one channel", f"activation x^{r}, {r} > 1"),
                        "shahverdi-marchetti-kohn-2024", conormal="proved")


def _one_layer(network: Network) -> KnownVariety | None:
    """One lightning layer V X X^T A X with at least two tokens.

    The map (A, V) -> function is a morphism: with two columns of X general, X^T A X is regular or A = k q^T;
    then V X (X^T A X) is not zero, or is (V X X^T k)(q^T X), a product of polynomials that are not zero.
    Generic fibres are points, but for A and V of rank one: V X X^T k is symmetric in V and k.
    Reference: [henry-marchetti-kohn-2024].
    """
    if len(network.shape) != 2 or network.get("heads") or network.get("t") < 2:
        return None
    d, out = network.shape
    alpha = min(network.get("a")[0], d)
    swap = alpha == 1 and out == 1 and d > 1
    matrices = Determinantal(d, d, alpha)
    hypotheses = ("one layer", "one head", "at least two tokens")
    if alpha == d or alpha == 1:
        sizes = (d * d - 1, d * out - 1) if alpha == d and d > 1 else (d - 1, d - 1, d * out - 1)
        variety: Any = SegreVeronese(sizes, (1,) * len(sizes))
        conormal = "" if swap else "probable"
    else:
        variety = Product((Factor(matrices.dimension, matrices.degree), Factor(d * out - 1)))
        conormal = ""
    return KnownVariety(variety, "one lightning layer",
                        f"rank {alpha} matrices A times {out}x{d} matrices V" + (", two to one" if swap else ""),
                        hypotheses, "henry-marchetti-kohn-2024", 2 if swap else 1, conormal)


def _after_rank_one(network: Network) -> KnownVariety | None:
    """Several lightning layers, the first of attention width one, hidden widths at least the input's.

    The first layer gives u v^T with u = V_1 G k, v = X^T q, G = X X^T; a later layer with input u v^T gives
    (V u)(v.v)(u^T B u) v^T, B the symmetric part of A.  So with C_i the form B_i in terms of G k,

        f = (M G k) * prod_i ((q^T G q) (k^T G C_i G k))^(3^(L - i)) * (q^T X),   i = 2, ..., L,

    with M any matrix, C_i symmetric of rank at most rho_i = min(2 alpha_i, d), k and q vectors.  All factors are
    polynomials that are not zero, so this is a morphism on the product of the projective varieties.  The row
    direction of f determines q; the entries of M G k have no common factor if M has rank two, which gives
    k and M; and quadratic forms C_i are told apart by their multiplicities.  For one output, M G k is
    one linear form in G, to be confused with the two factors of k^T G C_L G k when C_L has rank two.
    """
    d, out, layers = network.shape[0], network.shape[-1], len(network.shape) - 1
    if layers < 2 or network.get("heads") or network.get("t") < 2 or d < 2:
        return None
    if network.get("a")[0] != 1 or min(network.shape[1:-1]) < d:
        return None
    factors = [Factor(d * out - 1), Factor(d - 1, 1, 3**(layers - 1)), Factor(d - 1, 1, 3**(layers - 1))]
    last_rank = 0
    for i in range(2, layers + 1):
        last_rank = min(2 * min(network.get("a")[i - 1], d), d)
        form = SymmetricDeterminantal(d, last_rank)
        factors.append(Factor(form.dimension, form.degree, 3**(layers - i)))
    points = 3 if out == 1 and last_rank == 2 else 1
    return KnownVariety(Product(tuple(factors)), "lightning layers after one of rank one",
                        "product of a matrix, two vectors and symmetric forms"
                        + (", three to one" if points > 1 else ""),
                        ("first attention width one", "hidden widths at least the input's", "one head",
                         "at least two tokens"), points=points)
