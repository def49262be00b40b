"""The numbers a dimension is compared with: ambient and expected dimension."""

from __future__ import annotations

from math import comb

from neurocli.architectures.network import Network


def ambient_of(network: Network) -> int | None:
    """Dimension of the coefficient space, or None when the functions are not polynomial.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> ambient_of(parse("mlp:3-2-1,r=2"))
        6
    """
    if network.family in ("mlp", "linear"):
        # without building the program, so that networks of any size are answered
        from neurocli.architectures.mlp import degrees_of, layer_activations

        widths = network.shape
        degrees = degrees_of(layer_activations(network), bool(network.get("bias")))
        if isinstance(degrees, range):
            return int(widths[-1] * comb(degrees[-1] + widths[0], widths[0]))
        return int(widths[-1] * sum(comb(d + widths[0] - 1, widths[0] - 1) for d in degrees))
    from neurocli.architectures.registry import parametrization

    ambient = parametrization(network).ambient
    return None if ambient is None else ambient.dimension


def expected_of(network: Network, parameters: int) -> int | None:
    """min(ambient, parameters - rescalings of the hidden neurons, or the group that replaces them).

    For fully connected networks this is the expected dimension of the literature, which leaves
    the orthogonal group of an outer sum of squares out; for the other families the whole known
    group is subtracted.
    """
    ambient = ambient_of(network)
    if network.family == "mlp":
        from neurocli.architectures.mlp import layer_activations

        widths, symmetric = network.shape, 0
        for i, act in enumerate(layer_activations(network), 1):
            if len(act) == 1 and act[0][0] == 1:
                # GL(k) on a layer without activation; (k-n)(k-m) dimensions of it fix generic weights
                n, k, m = widths[i - 1] + bool(network.get("bias")), widths[i], widths[i + 1]
                symmetric += k * k - max(0, k - n) * max(0, k - m)
            elif len(act) == 1:
                symmetric += widths[i]
        assert ambient is not None
        return max(0, min(ambient, parameters - symmetric))
    if network.family == "linear":
        widths, r = network.shape, min(network.shape)
        return int(r * (widths[0] + widths[-1] - r))
    from neurocli.invariants.ranks.jacobian_rank import orbit_rank
    from neurocli.invariants.ranks.upper_bounds import reduced

    small = reduced(network)
    free = small.parameter_count - orbit_rank(small, 2**31 - 1, 0)
    return free if ambient is None else min(ambient, free)
