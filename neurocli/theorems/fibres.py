"""What is known of the generic fibre: are the weights determined by the function, up to the known group.

A statement gives the number of classes of the generic fibre modulo the known symmetry group of
the family (`architectures/`): 1 means identifiable.  Dimensions are left to `dimension_bounds`.
"""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from math import factorial, prod
from typing import Any

from neurocli.architectures.cnn import is_single_channel_1d
from neurocli.architectures.network import Network
from neurocli.theorems import closed_forms
from neurocli.theorems.identifiability import kruskal
from neurocli.theorems.secants import forms


@dataclasses.dataclass(frozen=True)
class FibreStatement:
    """A theorem on the generic fibre of one network.

    Args:
        classes: points of the generic fibre modulo the known symmetry group.
        theorem: short name of the theorem or of the elementary argument.
        statement: what it says here, in one sentence.
        hypotheses: each checked before this record was made.
        citation: bibliography key, or "" where the argument is written out in the code.
        proved: False for conjectures and for statements only checked by computation.
    """

    classes: int
    theorem: str
    statement: str
    hypotheses: tuple[str, ...] = ()
    citation: str = ""
    proved: bool = True

    def evidence(self) -> dict[str, Any]:
        """The statement as an evidence record of a result."""
        record: dict[str, Any] = {"kind": "theorem", "classes": self.classes, "theorem": self.theorem,
                                  "statement": self.statement, "hypotheses": list(self.hypotheses)}
        if self.citation:
            record["citation"] = self.citation
        if not self.proved:
            record["conjecture"] = True
        return record


def fibre_statement(network: Network) -> FibreStatement | None:
    """The strongest statement known on the generic fibre, or None.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> fibre_statement(parse("lightning:2-1,a=1,t=2")).classes
        2
    """
    if network.family == "linear" or _all_powers(network, 1):
        return _linear(network)
    if network.family == "mlp":
        return _fully_connected(network)
    if network.family == "cnn":
        return _convolutional(network)
    if network.family == "gcnn":
        return _group_convolutional(network)
    if network.family == "lightning":
        return _one_lightning_layer(network)
    if network.family == "softmax":
        return _softmax(network)
    return None


def _all_powers(network: Network, power: int) -> bool:
    powers = network.get("r", ())
    return network.family == "mlp" and bool(powers) and set(powers) == {power} and not network.get("bias")


def _linear(network: Network) -> FibreStatement | None:
    """Matrices M = W_L ... W_1 of rank r when all hidden widths are r <= min(d_0, d_L).

    The row space of M is that of W_1, which has r rows: W_1 is determined up to GL(r) from the left.
    Dividing it out (it has a right inverse) leaves W_L ... W_2, and the same argument goes on.
    """
    widths, hidden = network.shape, set(network.shape[1:-1])
    if not hidden:
        return FibreStatement(1, "one layer", "the weights are the coefficients")
    if len(widths) == 3 and widths[0] == widths[2] < widths[1]:
        # M is regular, so W_1 = (1, 0)^T in a suitable basis and W_2 = (M, B); the unipotent element
        # with block -M^-1 B removes B, so all factorizations are one orbit
        return FibreStatement(1, "factorizations of a matrix", "a regular matrix determines its factors up to "
                              f"GL({widths[1]})", ("one hidden layer", "all activations the identity",
                                                   f"square matrices, hidden width {widths[1]} > {widths[0]}"))
    if len(hidden) > 1 or max(hidden) > min(widths[0], widths[-1]):
        return None
    (r,) = hidden
    return FibreStatement(1, "factorizations of a matrix",
                          f"a matrix of rank {r} determines its factors up to GL({r})",
                          ("all activations the identity",
                           f"all hidden widths are {r}, at most the first and the last"))


def _fully_connected(network: Network) -> FibreStatement | None:
    widths, powers = network.shape, network.get("r", ())
    if len(widths) == 2:
        return FibreStatement(1, "one layer", "the weights are the coefficients")
    if len(widths) != 3 or not powers or network.get("bias"):
        return None
    n, k, m, r = widths[0], widths[1], widths[2], powers[0]
    if m == 1 and r == 2:
        return _sum_of_squares(n, k)
    if kruskal(n, k, m, r):
        return FibreStatement(1, "Kruskal", "the summands of the network are unique, each a neuron up to rescaling",
                              ("two layers, monomial activation, no bias",
                               f"{r}*{min(n, k)}+{min(m, k)} >= 2*{k}+{r}"), "sidiropoulos-bro-2000")
    return _power_sums(n, r, k) if m == 1 and r >= 3 and n >= 2 else None


def _sum_of_squares(n: int, k: int) -> FibreStatement:
    """f = sum c_i l_i^2 with generic weights: one orbit of the rescalings and O(k).

    Rescaling makes c = (1, ..., 1) over C.  Then f = W^T W, and two k x n matrices of full rank with
    the same Gram matrix differ by an element of O(k): for k <= n the rows of W are a basis of
    their span, for k > n this is Witt's theorem on the isometry between the column spaces.
    """
    return FibreStatement(1, "Witt", f"decompositions into {k} squares form one orbit of O({k}) and the rescalings",
                          ("two layers, one output, activation x^2, no bias", "over the complex numbers"))


#: (variables, degree, summands) of subgeneric rank with exactly two decompositions.
TWO_DECOMPOSITIONS = {(3, 6, 9), (4, 4, 8), (6, 3, 9)}
#: Generic rank, and still unique: Sylvester's pentahedron and Hilbert's quintics.
UNIQUE_GENERIC_RANK = {(4, 3, 5), (3, 5, 7)}


def _power_sums(n: int, r: int, k: int) -> FibreStatement | None:
    """f = sum c_i l_i^r, r >= 3: how many decompositions a generic such form has."""
    hypotheses = ("two layers, one output, monomial activation of degree at least 3, no bias",)
    total = forms(r, n)
    if n * k < total:
        classes = 2 if (n, r, k) in TWO_DECOMPOSITIONS else 1
        how = "is unique" if classes == 1 else "is one of exactly two"
        return FibreStatement(classes, "identifiability of subgeneric rank",
                              f"the decomposition into {k} powers of degree {r} in {n} variables {how}",
                              (*hypotheses, f"{k} < {total}/{n}"), "chiantini-ottaviani-vannieuwenhoven-2017")
    if n * k == total and (n == 2 or (n, r, k) in UNIQUE_GENERIC_RANK):
        return FibreStatement(1, "identifiability of generic rank",
                              f"a generic form of degree {r} in {n} variables is a sum of {k} powers in one way",
                              (*hypotheses, f"{n}*{k} = {total}"), "galuppi-mella-2019")
    return None


def _convolutional(network: Network) -> FibreStatement | None:
    powers = network.get("r", ())
    if not is_single_channel_1d(network):
        return None
    if len(network.shape) == 1:
        return FibreStatement(1, "one layer", "the weights are the coefficients")
    if not powers or len(set(powers)) > 1:
        return None
    if powers[0] > 1:
        bound = closed_forms.convolutional(network)
        assert bound is not None
        return FibreStatement(1, "polynomial CNN", "the filters are determined up to rescaling", bound.hypotheses,
                              bound.citation)
    return _linear_convolution(network)


def _linear_convolution(network: Network) -> FibreStatement:
    """The end-to-end filter is the polynomial prod_i p_i(x^(S_i)), S_i the product of the earlier strides.

    For generic filters the non-zero roots are distinct, and those that come in full orbits under
    the S-th roots of unity, S the largest S_i, are exactly those of the factors with S_i = S: a
    factorization of the same shape has the same product of these factors.  As polynomials in
    y = x^S they have sum (k_i - 1) simple roots, to be dealt out among the factors.  Divide, and go on
    with the next largest S.
    """
    strides = network.get("stride", (1,) * len(network.shape))
    steps = [prod(strides[:i]) for i in range(len(network.shape))]
    classes = 1
    for step in set(steps):
        degrees = [size[0] - 1 for size, s in zip(network.shape, steps, strict=True) if s == step]
        classes *= factorial(sum(degrees)) // prod(map(factorial, degrees))
    return FibreStatement(classes, "factorizations of a polynomial",
                          f"the roots of the end-to-end filter are dealt out to the layers in {classes} "
                          + ("way" if classes == 1 else "ways"),
                          ("one-dimensional", "one channel", "no activation", "over the complex numbers"))


def _group_convolutional(network: Network) -> FibreStatement | None:
    powers = network.get("r", ())
    if network.get("layers") == 1:
        return FibreStatement(1, "one layer", "the weights are the coefficients")
    if not powers or min(powers) < 2:
        return None
    return FibreStatement(1, "fibre conjecture of group convolutional networks",
                          "the filters are determined up to rescaling and translations of the hidden signals",
                          ("one channel", "monomial activations of degree at least 2"), "pgcnn-2026", proved=False)


def _one_lightning_layer(network: Network) -> FibreStatement | None:
    """One layer, t >= 2, one head: (A, V) is determined up to (cA, V/c), except for rank A = rank V = 1.

    A = K^T Q determines (K, Q) up to GL(a), also when a exceeds d: then Q = (1, 0)^T and
    K^T = (A, B) in a suitable basis, and a unipotent element removes B.  If A = k q^T and V = u v^T,
    the vectors v and k may be exchanged; generic matrices have these ranks only for a = d' = 1 < d.
    """
    if len(network.shape) != 2 or network.get("heads") or network.get("t") < 2:
        return None
    d, out = network.shape
    swap = network.get("a")[0] == 1 and out == 1 and d > 1
    what = "key and value may be exchanged: two classes" if swap else "A and V are determined up to a scalar"
    return FibreStatement(2 if swap else 1, "one lightning layer", what,
                          ("one layer", "one head", "at least two tokens"), "henry-marchetti-kohn-2024")


def _softmax(network: Network) -> FibreStatement | None:
    if network.get("heads") or network.get("t") < 2:
        return None
    layers, widths = len(network.shape) - 1, network.shape
    if layers > 1 and any(b > a for a, b in pairwise(widths[:-1])):
        return None
    return FibreStatement(1, "normalized attention",
                          "virtual weights are determined up to changes of basis between layers",
                          ("one head", "at least two tokens", *(("one layer",) if layers == 1 else ())),
                          "henry-marchetti-kohn-2024", proved=layers == 1)
