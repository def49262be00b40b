"""Singular loci known in closed form: determinantal neurovarieties, secants, CNNs, one attention layer.

Dimensions are affine.  The vertex of a cone over a variety that is no linear space is singular and
counts as a component of dimension 0 where nothing larger contains it.
"""

from __future__ import annotations

import dataclasses
from itertools import product
from math import comb, factorial, prod
from typing import Any

from neurocli.architectures.cnn import is_single_channel_1d
from neurocli.architectures.network import Network
from neurocli.theorems.secants import forms, power_sums


@dataclasses.dataclass(frozen=True)
class Component:
    """An irreducible component of a singular locus, with its reduced structure.

    Args:
        dimension: affine dimension.
        degree: degree of the reduced variety, or None when it is not known.
        description: what its points are.
    """

    dimension: int
    degree: int | None
    description: str

    def to_json(self) -> dict[str, Any]:
        """The component as plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class SingularLocus:
    """A theorem on the singular locus of one neurovariety.

    Args:
        components: irreducible components; () for a smooth variety.
        theorem, statement, hypotheses, citation: as for a bound; hypotheses were checked.
        proved: False for statements that are only derived and checked by computation.
    """

    components: tuple[Component, ...]
    theorem: str
    statement: str
    hypotheses: tuple[str, ...]
    citation: str = ""
    proved: bool = True

    @property
    def dimension(self) -> int:
        """Affine dimension; -1 when the variety is smooth."""
        return max((c.dimension for c in self.components), default=-1)

    @property
    def degree(self) -> int | None:
        """Sum of the degrees of the components of highest dimension."""
        top = [c.degree for c in self.components if c.dimension == self.dimension]
        return None if None in top else sum(d for d in top if d is not None)

    def evidence(self) -> dict[str, Any]:
        """The statement as an evidence record of a result."""
        record: dict[str, Any] = {"kind": "theorem", "value": self.dimension, "theorem": self.theorem,
                                  "statement": self.statement, "hypotheses": list(self.hypotheses)}
        if self.citation:
            record["citation"] = self.citation
        if not self.proved:
            record["conjecture"] = True
        return record


VERTEX = Component(0, 1, "the zero function, vertex of the cone")


def closed_form(network: Network, dimension: int, ambient: int | None, proved: bool) -> SingularLocus | None:
    """The singular locus of a neurovariety, where a theorem gives it, or None.

    Args:
        dimension: affine dimension of the neurovariety.
        ambient: dimension of its ambient space.
        proved: whether that dimension is proved; what depends on it is proved only then.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> locus = closed_form(parse("mlp:2-2-3,r=2"), 8, 9, True)
        >>> locus.dimension, locus.degree
        (5, 6)
    """
    if ambient is not None and dimension == ambient:
        return SingularLocus((), "filling", "the neurovariety is the whole ambient space, which is smooth",
                             (f"dimension {dimension} = ambient dimension",), proved=proved)
    found = None
    if network.family == "linear":
        found = _matrices(network.shape[-1], network.shape[0], min(network.shape), "all activations the identity", True)
    elif network.family == "mlp" and network.get("r") and not network.get("bias"):
        found = _fully_connected(network, dimension, proved)
    elif network.family == "cnn":
        found = _convolutional(network)
    elif network.family == "lightning":
        found = _one_lightning_layer(network)
    return found


def determinantal_degree(rows: int, columns: int, rank: int) -> int:
    """Degree of the matrices of rank at most `rank`.

    Example:
        >>> determinantal_degree(3, 3, 1), determinantal_degree(2, 2, 1)
        (6, 2)
    """
    numerator = prod(comb(rows + i, rank) for i in range(columns - rank))
    return numerator // prod(comb(rank + i, rank) for i in range(columns - rank))


def symmetric_degree(size: int, rank: int) -> int:
    """Degree of the symmetric matrices of rank at most `rank`.  Reference: [harris-tu-1984].

    Example:
        >>> symmetric_degree(3, 1), symmetric_degree(4, 2)
        (4, 10)
    """
    numerator = prod(comb(size + a, size - rank - a) for a in range(size - rank))
    return numerator // prod(comb(2 * a + 1, a) for a in range(size - rank))


def _matrices(rows: int, columns: int, rank: int, why: str, proved: bool) -> SingularLocus | None:
    """Matrices of rank at most `rank` are singular exactly where the rank is smaller."""
    if rank >= min(rows, columns):
        return None
    s = rank - 1
    component = VERTEX if s == 0 else Component(
        s * (rows + columns - s), determinantal_degree(rows, columns, s),
        f"{rows}x{columns} matrices of rank at most {s}")
    return SingularLocus((component,), "determinantal variety", f"{rows}x{columns} matrices of rank at most "
                         f"{rank} are singular exactly where the rank is below {rank}",
                         (why,), "bruns-vetter-1988", proved)


def _fully_connected(network: Network, dimension: int, proved: bool) -> SingularLocus | None:
    widths, powers = network.shape, network.get("r")
    n, m, last, degree = widths[0], widths[-1], widths[-2], prod(powers)
    if set(powers) == {1}:
        return _matrices(m, n, min(widths), "all activations the identity", True)
    if min(powers) < 2:
        return None
    if len(widths) == 3 and m == 1:
        return _power_sums(n, powers[0], last)
    # The coefficients are an m x N matrix of rank at most the last hidden width; an irreducible
    # variety of the same dimension inside an irreducible one is all of it.
    size = forms(degree, n)
    if last < min(m, size) and dimension == last * (size + m - last):
        return _matrices(m, size, last, f"dimension {dimension} = {last}({size}+{m}-{last}): every "
                         f"{m}x{size} coefficient matrix of rank at most {last} is reached in the closure", proved)
    return None


def _power_sums(n: int, r: int, k: int) -> SingularLocus | None:
    """Two layers, one output: secant varieties of Veronese varieties."""
    setting = "two layers, one output, monomial activation, no bias"
    if r == 2:
        if k >= n:
            return None
        s = k - 1
        component = VERTEX if s == 0 else Component(power_sums(n, 2, s), symmetric_degree(n, s),
                                                    f"symmetric {n}x{n} matrices of rank at most {s}")
        return SingularLocus((component,), "symmetric determinantal variety",
                             f"symmetric {n}x{n} matrices of rank at most {k} are singular where the rank is below {k}",
                             (setting, "activation x^2", f"{k} < {n}"), "harris-tu-1984")
    if n == 2 and 2 * k <= r:
        s = k - 1
        component = VERTEX if s == 0 else Component(2 * s, comb(r - s + 1, s),
                                                    f"sums of {s} powers of linear forms: subnetworks of width {s}")
        return SingularLocus((component,), "secant variety of a rational normal curve",
                             f"the {k}-th secant variety is singular exactly along the previous one",
                             (setting, "two inputs", f"2*{k} <= {r}"), "iarrobino-kanev-1999")
    if k == 1 and n >= 2:
        return SingularLocus((VERTEX,), "Veronese variety", "a cone over a smooth variety",
                             (setting, "one hidden neuron"), "")
    if k == 2 and n >= 3 and r >= 3:
        return SingularLocus((Component(n, r ** (n - 1), "powers of linear forms: subnetworks of width 1"),),
                             "chordal variety of a Veronese variety",
                             "the chordal variety of a Veronese variety of degree at least 3 is singular along it only",
                             (setting, "two hidden neurons", f"degree {r} >= 3"), "kanev-1999")
    return None


def shift_vectors(lead: tuple[int, ...], trail: tuple[int, ...], steps: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Integer vectors t with -lead_i <= t_i <= trail_i and sum t_i steps_i = 0.

    They number the preimages, up to rescaling, of the function of a CNN whose filters have these
    numbers of leading and trailing zeros; steps_i is the product of the strides before layer i.

    Example:
        >>> shift_vectors((1, 0), (0, 1), (1, 1))
        [(-1, 1), (0, 0)]
    """
    ranges = [range(-a, b + 1) for a, b in zip(lead[:-1], trail[:-1], strict=True)]
    found = []
    for head in product(*ranges):
        total = sum(t * s for t, s in zip(head, steps, strict=False))
        last, rest = divmod(-total, steps[-1])
        if rest == 0 and -lead[-1] <= last <= trail[-1]:
            found.append((*head, last))
    return found


def strides_before(network: Network) -> tuple[int, ...]:
    """For every layer the product of the strides of the layers before it."""
    strides = network.get("stride", (1,) * len(network.shape))
    return tuple(prod(strides[:i]) for i in range(len(strides)))


def cnn_degree(sizes: tuple[int, ...], r: int) -> int:
    """Degree of the neurovariety of a polynomial CNN.  Reference: [shahverdi-marchetti-kohn-2024].

    Example:
        >>> cnn_degree((3, 2), 2), cnn_degree((2, 2, 2), 2)
        (12, 48)
    """
    layers = len(sizes)
    value = factorial(sum(sizes) - layers)
    for j, k in enumerate(sizes):
        value = value * r ** ((layers - 1 - j) * (k - 1)) // factorial(k - 1)
    return value


@dataclasses.dataclass(frozen=True)
class Node:
    """A family of functions of a CNN with several preimages: filters of smaller sizes at an offset.

    Args:
        sizes: sizes of the filters that are left.
        offset: position of the composed filter in the receptive field.
        shift: a shift vector that leads from one preimage to another.
    """

    sizes: tuple[int, ...]
    offset: int
    shift: tuple[int, ...]

    def inside(self, other: Node, steps: tuple[int, ...]) -> bool:
        """Whether the functions of this family belong to another: its filters, zero-padded, fit."""
        spare = [b - a for a, b in zip(self.sizes, other.sizes, strict=True)]
        if min(spare) < 0:
            return False
        return any(sum(o * s for o, s in zip(offsets, steps, strict=True)) == self.offset - other.offset
                   for offsets in product(*(range(n + 1) for n in spare)))


def nodes(sizes: tuple[int, ...], steps: tuple[int, ...]) -> list[Node]:
    """The maximal families with several preimages.

    Filters w and their shifts by t give the same function when sum t_i steps_i = 0; w needs max(0, -t_i)
    leading and max(0, t_i) trailing zeros for that.
    """
    found: list[Node] = []
    bound = tuple(k - 1 for k in sizes)
    for t in shift_vectors(bound, bound, steps):
        if not any(t):
            continue
        left = tuple(k - abs(ti) for k, ti in zip(sizes, t, strict=True))
        offset = sum(max(0, -ti) * s for ti, s in zip(t, steps, strict=True))
        found.append(Node(left, offset, t))
    maximal: list[Node] = []
    for node in sorted(found, key=lambda n: -sum(n.sizes)):
        if not any(node.inside(other, steps) for other in maximal):
            maximal.append(node)
    return maximal


def _convolutional(network: Network) -> SingularLocus | None:
    """Nodes: finite and birational modulo rescaling, unramified away from 0 [P6], so a function is
    singular exactly when it has several preimages (one preimage: a closed embedding nearby;
    several: not unibranch).  That all preimages are shifts of each other is derived and checked."""
    powers = network.get("r", ())
    if not is_single_channel_1d(network) or len(network.shape) < 2 or not powers or min(powers) < 2 \
            or len(set(powers)) > 1:
        return None
    sizes, steps = tuple(k[0] for k in network.shape), strides_before(network)
    layers = len(sizes)
    if cnn_degree(sizes, powers[0]) == 1:
        return SingularLocus((), "linear space", "only the last filter has more than one entry",
                             ("one-dimensional", "one channel", "degree 1"), "shahverdi-marchetti-kohn-2024")
    components = tuple(
        Component(sum(node.sizes) - layers + 1, cnn_degree(node.sizes, powers[0]),
                  f"nodes: filters of sizes {'-'.join(map(str, node.sizes))}, offset {node.offset}; "
                  f"shift vector {node.shift}")
        for node in nodes(sizes, steps))
    return SingularLocus(components or (VERTEX,), "nodes of a polynomial CNN",
                         "singular exactly at the functions with several preimages, zero-padded and shifted filters",
                         ("one-dimensional", "one channel", "one monomial activation of degree at least 2"),
                         "shahverdi-marchetti-kohn-2025", proved=False)


def _one_lightning_layer(network: Network) -> SingularLocus | None:
    """Rank conditions on A and V, t >= 2 (derived; checked for d = 2, d' = 1, a = 2)."""
    if len(network.shape) != 2 or network.get("heads") or network.get("t") < 2:
        return None
    d, out = network.shape
    alpha = min(network.get("a")[0], d)
    if d < 2 or (alpha == 1 and out == 1):
        return None
    setting = ("one layer", "one head", "at least two tokens", f"rank of A at most {alpha}")
    if 2 <= alpha < d:
        s = alpha - 1
        p, q = s * (2 * d - s) - 1, d * out - 1
        degree = determinantal_degree(d, d, s) * comb(p + q, q) // (2 if s == 1 and out == 1 else 1)
        component = Component(p + q + 1, degree, f"rank of A at most {s}")
    else:
        # A = k q^T, V = u v^T: (k, v) and (v, k) give the same function, so the Segre map is 2 : 1
        exponents = (d - 1, d - 1, d - 1, out - 1)
        degree = factorial(sum(exponents)) // prod(map(factorial, exponents)) // 2
        component = Component(3 * d + out - 3, degree, "rank A = rank V = 1: key and value may be exchanged")
    return SingularLocus((component,), "one lightning layer", f"singular where {component.description}", setting,
                         "henry-marchetti-kohn-2024", proved=False)
