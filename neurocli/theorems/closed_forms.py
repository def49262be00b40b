"""Dimensions known in closed form: linear, convolutional and group convolutional networks, one attention layer."""

from __future__ import annotations

from math import comb

from neurocli.architectures.cnn import is_single_channel_1d
from neurocli.architectures.network import Network
from neurocli.theorems.bound import Bound


def linear(network: Network) -> Bound:
    """Matrices of rank at most the smallest width: r (d_0 + d_L - r)."""
    widths = network.shape
    r = min(widths)
    return Bound("exact", r * (widths[0] + widths[-1] - r), "determinantal variety",
                 f"{widths[-1]}x{widths[0]} matrices of rank at most {r}", ("all activations the identity",),
                 "marchetti-2025")


def convolutional(network: Network) -> Bound | None:
    """One-dimensional, one channel: |k| - L + 1.

    For r >= 2 the map is finite and birational modulo rescaling of the filters
    [shahverdi-marchetti-kohn-2024].  For r = 1 the end-to-end filter, as a polynomial, is a product
    of the filters in powers of the variable; a polynomial has finitely many factorizations up to
    scalars, so the fibres modulo rescaling are finite as well.
    """
    powers = network.get("r", ())
    layers = len(network.shape)
    if not is_single_channel_1d(network) or (layers > 1 and not powers):
        return None
    if len(set(powers)) > 1:
        return None
    size = sum(k[0] for k in network.shape)
    nonlinear = bool(powers) and min(powers) > 1
    return Bound("exact", size - layers + 1, "polynomial CNN" if nonlinear else "linear CNN",
                 f"filter entries {size} minus {layers - 1} rescalings",
                 ("one-dimensional", "one channel",
                  "one monomial activation of degree at least 2" if nonlinear else "no activation"),
                 "shahverdi-marchetti-kohn-2024" if nonlinear else "")


def group_convolutional(network: Network) -> Bound | None:
    """One channel on a finite group G, L layers: L |G| - (L - 1).  Reference: [pgcnn-2026]."""
    powers = network.get("r", ())
    layers, order = network.get("layers"), len(network.content)
    if layers > 1 and (not powers or min(powers) < 2):
        return None
    return Bound("exact", layers * order - (layers - 1), "polynomial group CNN",
                 f"{layers} filters of {order} entries minus {layers - 1} rescalings",
                 ("one channel", "monomial activations of degree at least 2"), "pgcnn-2026")


def one_lightning_layer(network: Network) -> Bound | None:
    """One layer, t >= 2, one head: alpha(2d - alpha) + d d' - 1, alpha = min(a, d).

    Reference: [henry-marchetti-kohn-2024].
    """
    if len(network.shape) != 2 or network.get("heads") or network.get("t") < 2:
        return None
    d, out = network.shape
    alpha = min(network.get("a")[0], d)
    return Bound("exact", alpha * (2 * d - alpha) + d * out - 1, "one lightning layer",
                 f"rank {alpha} matrices A, {out}x{d} matrices V, one rescaling",
                 ("one layer", "one head", "at least two tokens"), "henry-marchetti-kohn-2024")


def one_layer_space(network: Network) -> Bound | None:
    """One layer with any number of heads lies in a space of dimension d' d^2(d+1)/2.

    Column s of the output is sum_h V_h X X^T A_h x_s: linear in x_s and in the symmetric matrix
    X X^T, with values in R^d'.  With one token it is a cubic form in x.
    """
    if len(network.shape) != 2:
        return None
    d, out = network.shape
    if network.get("t") == 1:
        size, what = out * comb(d + 2, 3), f"cubic forms in {d} variables"
    else:
        size, what = out * d * d * (d + 1) // 2, "maps bilinear in X X^T and in one column"
    return Bound("upper", size, "space of one layer", f"{what}, {out} outputs: dimension {size}", ("one layer",))


def lightning_formula(network: Network) -> Bound | None:
    """The complete formula for deep lightning attention with one head.

    delta_i = min(delta_{i-1}, d_i), alpha_i = min(a_i, delta_{i-1}).  Layer i contributes its V part
    and alpha(2 delta - alpha), or, when t = 1 or an earlier layer has alpha = 1, the symmetric
    matrices of rank rho = min(2 alpha, delta): rho delta - rho(rho-1)/2; minus one rescaling per
    layer and delta_i^2 per hidden layer.  Checked on many architectures; a proof is written down
    for one layer only, so this is not used as a proof.
    """
    if network.get("heads"):
        return None
    widths, layers = network.shape, len(network.shape) - 1
    total, delta, rank_one = 0, widths[0], network.get("t") == 1
    for i in range(1, layers + 1):
        alpha = min(network.get("a")[i - 1], delta)
        if rank_one:
            rho = min(2 * alpha, delta)
            total += rho * delta - rho * (rho - 1) // 2
        else:
            total += alpha * (2 * delta - alpha)
        following = widths[i] if i == layers else min(delta, widths[i])
        total += delta * following - 1 - (following**2 if i < layers else 0)
        rank_one = rank_one or alpha == 1
        delta = following
    return Bound("exact", total, "lightning formula", "closed formula for deep lightning attention",
                 ("one head",), "henry-marchetti-kohn-2024", proved=False)


def softmax_conjecture(network: Network) -> Bound | None:
    """Normalized attention: the lightning formula without the rescalings (conjectured beyond one layer)."""
    if network.get("heads") or network.get("t") < 2:
        return None
    widths, layers = network.shape, len(network.shape) - 1
    total, delta = 0, widths[0]
    for i in range(1, layers + 1):
        alpha = min(network.get("a")[i - 1], delta)
        following = widths[i] if i == layers else min(delta, widths[i])
        total += alpha * (2 * delta - alpha) + delta * following - (following**2 if i < layers else 0)
        delta = following
    return Bound("exact", total, "normalized attention formula",
                 "virtual weights are determined up to a change of basis between the layers",
                 ("one head", "at least two tokens"), "henry-marchetti-kohn-2024", proved=False)


def complex_network(network: Network) -> Network | None:
    """A network over Cl(0,1,0) is a complex network: the fully connected one, for twice its dimension."""
    if network.family != "clifford" or network.get("signature") != (0, 1, 0):
        return None
    keys = (("r", network.get("r")),) if network.get("r") else ()
    return Network("mlp", network.shape, keys, network.spelling)
