"""Upper bounds for fully connected monomial networks, by cutting them into shorter ones.

For a hidden layer k the network is a composition tail(head(x)), where the head ends before the
activation of layer k and the tail begins with it.  The torus (C*)^(d_k) acts on pairs (head,
tail) without changing the composition, and freely where no output of the head vanishes, so

    dim V(d_0..d_L) <= dim V(d_0..d_k) + dim V(d_k..d_L) - d_k        [kileel-trager-bruna-2019]

and every piece may be replaced by any proved upper bound for it.  Each piece is bounded by its
ambient space, by parameters minus symmetries, by exact values for two layers, and by cuts again;
a modular rank never enters, since it bounds from below only.
"""

from __future__ import annotations

import dataclasses
import itertools
from functools import lru_cache
from math import prod

from neurocli.theorems.bound import Bound
from neurocli.theorems.secants import defective_segre_veronese, forms, power_sums


@dataclasses.dataclass(frozen=True)
class Piece:
    """An upper bound for one piece of a network, with the reason for it."""

    value: int
    reason: str
    citation: str = ""


def upper_bound(widths: tuple[int, ...], powers: tuple[int, ...]) -> Bound:
    """The best upper bound for dim V(widths) with activations x^r, r from `powers`.

    Example:
        >>> upper_bound((2, 2, 3, 1), (3, 3)).value
        6
        >>> upper_bound((2, 3, 7, 4), (3, 3)).value
        39
    """
    piece = _bound(widths, powers)
    return Bound("upper", piece.value, "recursive bound", piece.reason,
                 ("monomial activations", "no bias"),
                 piece.citation or "kileel-trager-bruna-2019")


def all_bounds(widths: tuple[int, ...], powers: tuple[int, ...]) -> list[Piece]:
    """Every bound tried at the top level, best first; the ambient space is among them."""
    return sorted(_candidates(widths, powers), key=lambda piece: piece.value)


@lru_cache(maxsize=20_000)
def _bound(widths: tuple[int, ...], powers: tuple[int, ...]) -> Piece:
    return min(_candidates(widths, powers), key=lambda piece: piece.value)


def _candidates(widths: tuple[int, ...], powers: tuple[int, ...]) -> list[Piece]:
    name = "(" + ",".join(map(str, widths)) + ")"
    first, last, layers = widths[0], widths[-1], len(widths) - 1
    if layers == 1:
        return [Piece(first * last, f"{name} is a matrix")]
    degree = prod(powers)
    hidden = widths[1:-1]
    found = [Piece(sum(a * b for a, b in itertools.pairwise(widths)) - sum(hidden),
                   f"{name}: parameters minus rescalings of the hidden neurons"),
             Piece(last * forms(degree, first),
                   f"{name}: the ambient space of forms of degree {degree} in {first} variables")]
    if layers == 2:
        k, r = widths[1], powers[0]
        if last == 1:
            value = power_sums(first, r, k)
            what = (f"quadrics of rank at most {min(k, first)} in {first} variables" if r == 2 else
                    f"sums of {k} powers of degree {r} in {first} variables")
            found.insert(0, Piece(value, f"{name}: {what} (Alexander-Hirschowitz)", "alexander-hirschowitz-1995"))
        else:
            case = defective_segre_veronese(first, r, k, last)
            if case:
                found.insert(0, Piece(case[0], f"{name}: {case[1]} are defective", case[2]))
    before, ambient = widths[-2], forms(degree, first)
    if before < min(last, ambient):
        # the coefficients are a last x ambient matrix that factors through the last hidden layer
        found.append(Piece(before * (ambient + last - before),
                           f"{name}: {last} outputs that span a space of dimension at most {before}"))
    if last == 1 and powers[-1] == 2 and widths[-2] > 1:
        found.append(_outer_squares(widths, powers))
    for k in range(1, layers):
        head = _bound(widths[:k + 1], powers[:k - 1])
        tail = _bound(widths[k:], powers[k:])
        cut = "(" + ",".join(map(str, widths[:k + 1])) + ") and (" + ",".join(map(str, widths[k:])) + ")"
        found.append(Piece(head.value + tail.value - widths[k],
                           f"cut into {cut}: {head.value} + {tail.value} - {widths[k]}; {tail.reason}",
                           tail.citation or head.citation))
        curve = _head_on_hypersurface(widths, powers, k, head)
        if curve:
            found.append(curve)
    return found


def _outer_squares(widths: tuple[int, ...], powers: tuple[int, ...]) -> Piece:
    """One output, last activation a square: f = sum_i c_i y_i^2, and over C f = sum_i y_i^2.

    O(k) acts on the vectors y of outputs of the shorter network, with orbits of dimension
    k(k-1)/2 - (k-m)(k-m-1)/2 when the k outputs span a space of dimension m.  m is bounded from
    below by `spanned`, at least for generic weights, which is all that the dimension asks for.
    """
    k = widths[-2]
    head = _bound(widths[:-1], powers[:-1])
    m = min(k, spanned(widths[:-2], powers[:-1]))
    orbit = k * (k - 1) // 2 - (k - m) * (k - m - 1) // 2
    name = "(" + ",".join(map(str, widths[:-1])) + ")"
    return Piece(head.value - orbit, f"sum of {k} squares of outputs of {name}, on which O({k}) acts: "
                                     f"{head.value} - {orbit}; {head.reason}", head.citation)


def spanned(widths: tuple[int, ...], powers: tuple[int, ...]) -> int:
    """Lower bound for the dimension of the span of the activated neurons of the last layer in `widths`.

    The r-th powers of generic elements of an s-dimensional space Z of forms span the degree-r part
    of the algebra that Z generates, as far as their number allows; it has dimension at least
    r(s-1) + 1, and exactly forms(r, s) when Z consists of linear forms.

    Example:
        >>> spanned((3,), ()), spanned((3, 4), (2,)), spanned((2, 5), (3,))
        (3, 4, 4)
    """
    span = widths[0]
    for layer, (width, r) in enumerate(zip(widths[1:], powers, strict=False)):
        products = forms(r, span) if layer == 0 else r * (span - 1) + 1
        span = min(width, products)
    return span


def _head_on_hypersurface(widths: tuple[int, ...], powers: tuple[int, ...], k: int, head: Piece) -> Piece | None:
    """The tail sees its input only on a hypersurface.

    If d_k = d_0 + 1, the activated head maps P^(d_0 - 1) to P^(d_0) by forms of degree delta, so
    its image satisfies an equation of degree s = delta^(d_0 - 1): this is the degree of the image
    times that of the map when there are no base points, hence a multiple of the equation has
    degree s; having such an equation is a closed condition on the head.  The tail is a form of
    degree e on that image, and those have dimension at most forms(e) - forms(e - s) per output.
    """
    first = widths[0]
    if widths[k] != first + 1 or first < 2:
        return None
    delta, e = prod(powers[:k]), prod(powers[k:])
    s = delta ** (first - 1)
    if e < s:
        return None
    seen = forms(e, first + 1) - forms(e - s, first + 1)
    value = head.value - widths[k] + widths[-1] * seen
    what = "plane curve" if first == 2 else "hypersurface"
    return Piece(value, f"layers up to {k} map onto a {what} of degree at most {s}, on which forms of degree {e} "
                        f"have dimension at most {seen}: {head.value} - {widths[k]} + {widths[-1]}*{seen}")
