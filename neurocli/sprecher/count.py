"""Parameter counts of Sprecher networks, and of the MLP and the KAN of the same shape, exactly."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

from neurocli.errors import DataError
from neurocli.sprecher.network import residual_count, residual_kind

LATERALS = ("none", "cyclic", "bidirectional")
RESIDUAL_STYLES = ("none", "node", "linear")
NORMS = ("none", "all", "skip-first")


@dataclasses.dataclass(frozen=True)
class Shape:
    """The shape and options of a Sprecher network.

    Args:
        widths: inputs, hidden widths, outputs; a last width 1 means that the last hidden block is summed.
        phi_knots, Phi_knots: knots of the inner and outer functions.
        lateral: "none", "cyclic" or "bidirectional".
        residual: "none", "node" (a weight per input or output) or "linear" (a matrix).
        norm: which blocks are followed by a normalization: "none", "all" or "skip-first".
        codomain: every outer function has a trained codomain (two more numbers).

    Raises:
        DataError: fewer than three widths, or an unknown option.
    """

    widths: tuple[int, ...]
    phi_knots: int = 100
    Phi_knots: int = 100
    lateral: str = "none"
    residual: str = "none"
    norm: str = "none"
    codomain: bool = False

    def __post_init__(self) -> None:
        if len(self.widths) < 3 or min(self.widths) < 1:
            raise DataError(f"widths {'-'.join(map(str, self.widths))}", "inputs, hidden widths, outputs: 784-100-10")
        if self.phi_knots < 2 or self.Phi_knots < 2:
            raise DataError(f"{min(self.phi_knots, self.Phi_knots)} knots; a spline has at least 2")
        for value, allowed in ((self.lateral, LATERALS), (self.residual, RESIDUAL_STYLES), (self.norm, NORMS)):
            if value not in allowed:
                raise DataError(f"option {value!r}", ", ".join(allowed))

    @property
    def summed(self) -> bool:
        """Whether the last block's outputs are added up."""
        return self.widths[-1] == 1

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """(inputs, outputs) of every block."""
        stages = self.widths[:-1] if self.summed else self.widths
        return tuple(pairwise(stages))

    def normalized(self, number: int) -> bool:
        """Whether block `number` (from 0) is normalized."""
        return self.norm == "all" or (self.norm == "skip-first" and number > 0)


@dataclasses.dataclass(frozen=True)
class Count:
    """How many parameters, and how many of them are redundant.

    Args:
        parameters: as the authors count.
        parts: (name, number) of every kind.
        redundant: (reason, number) of directions that change no function, each by an explicit symmetry.
        mlp, kan: parameters of an MLP and of a KAN (grid of 5 cells, cubic: 8 coefficients and one
            scale an edge) of the same widths.
        plain_floats, sequential_floats: largest intermediate array per sample, in numbers.
    """

    parameters: int
    parts: tuple[tuple[str, int], ...]
    redundant: tuple[tuple[str, int], ...]
    mlp: int
    kan: int
    plain_floats: int
    sequential_floats: int

    @property
    def effective(self) -> int:
        """Parameters minus the known redundancy: an upper bound of the dimension of the family."""
        return self.parameters - sum(number for _, number in self.redundant)


def count(shape: Shape) -> Count:
    """The exact parameter count of a Sprecher network.

    Notes:
        Per block: m weights, one shift, the values of both splines, 2 for a trained codomain, lateral
        mixing 1 + d (cyclic) or 1 + 2d (bidirectional) when d > 1, residuals; 2d per normalized block; 2
        for the affine output.  Redundant directions: the increments of phi are divided by their sum (1
        per block); with a trained codomain, Phi is brought to it by its minimum and maximum, so scaling
        and shifting its coefficients does nothing (2 per block); at every junction and at the output,
        scaling the passed vector is undone by what follows (1), and so is shifting it where the next
        residual shifts all outputs alike (1); a normalized block has such a pair of its own, between
        its values and the affine map of the normalization.

    Reference: [sprecher-networks-2025].

    Example:
        >>> shape = Shape((784, 100, 100, 10), 50, 50, "cyclic", "node", "skip-first", True)
        >>> count(shape).parameters
        2613
    """
    weights = shifts = inner = outer = codomains = lateral = residual = norms = 0
    redundant = {"increments of phi divided by their sum": 0, "codomain and coefficients of Phi": 0,
                 "scale and shift against a normalization": 0, "scale and shift at junctions": 0}
    for number, (m, d) in enumerate(shape.blocks):
        weights, shifts = weights + m, shifts + 1
        inner, outer = inner + shape.phi_knots, outer + shape.Phi_knots
        codomains += 2 * shape.codomain
        if d > 1:
            lateral += {"none": 0, "cyclic": 1 + d, "bidirectional": 1 + 2 * d}[shape.lateral]
        kind = residual_kind(shape.residual, m, d)
        residual += residual_count(kind, m, d)
        redundant["increments of phi divided by their sum"] += 1
        redundant["codomain and coefficients of Phi"] += 2 * shape.codomain
        if number:
            redundant["scale and shift at junctions"] += 1 + (kind in ("none", "scalar"))
        if shape.normalized(number):
            norms += 2 * d
            redundant["scale and shift against a normalization"] += 2
    redundant["scale and shift at junctions"] += 2      # the last block and the affine output
    parts = (("inner weights", weights), ("shifts", shifts), ("inner functions", inner),
             ("outer functions", outer), ("codomains", codomains), ("lateral mixing", lateral),
             ("residuals", residual), ("normalizations", norms), ("output", 2))
    return Count(sum(number for _, number in parts), parts,
                 tuple((reason, number) for reason, number in redundant.items() if number),
                 mlp_count(shape.widths), sum(a * b * 9 for a, b in pairwise(shape.widths)),
                 max(m * d for m, d in shape.blocks), max(max(m, d) for m, d in shape.blocks))


def mlp_count(widths: tuple[int, ...]) -> int:
    """Weights and biases of an MLP.

    Example:
        >>> mlp_count((784, 100, 100, 10))
        89610
    """
    return sum((a + 1) * b for a, b in pairwise(widths))
