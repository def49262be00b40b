"""A certificate that weights determine a group: an exact representation nearby, measured with balls.

Two groups whose true stacks are both within operator norm e < `RECOVERY_BOUND` of the weights have the
same table, since both tables are what recovery finds.  So one representation within the bound proves
that the table is the only one within it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from flint import acb, acb_mat, arb, ctx, fmpq

from neurocli.groups.cyclotomic import Matrix
from neurocli.groups.group import Group
from neurocli.groups.intertwiners import intertwiner, match_characters
from neurocli.groups.irreps import irreps, verify_irreps
from neurocli.groups.isomorphism import isomorphism_type
from neurocli.groups.names import group_by_name
from neurocli.groups.recovery import RECOVERY_BOUND
from neurocli.groups.representation import Representation
from neurocli.groups.weights import Blocks

PRECISION = 96


@dataclass(frozen=True)
class RecoveryCertificate:
    """How near weights are to the exact representations of a group.

    Args:
        holds: is the distance below the bound, so that the group is determined?
        distance: rigorous upper bound of the largest operator norm of W_i(g) − U_i ρ_i(g)† U_i†.
        bound: `RECOVERY_BOUND`.
        representations: the representation matched to each block.
        distances: the upper bound for each block.
    """

    holds: bool
    distance: float
    bound: float
    representations: tuple[str, ...]
    distances: tuple[float, ...]


def representations_of(group: Group) -> tuple[Representation, ...]:
    """The irreducible representations, through the named group it is isomorphic to when there is one."""
    found = isomorphism_type(group)
    if found is None or found[0] == group.name:
        return irreps(group)
    name, images = found
    preimage = {h: g for g, h in enumerate(images)}
    renumber = [preimage[h] for h in range(group.order)]
    return tuple(replace(rho, group=group, matrices=tuple(rho.matrices[g] for g in renumber))
                 for rho in irreps(group_by_name(name)))


def certify_recovery(blocks: Blocks, group: Group,
                     representations: Sequence[Representation] | None = None) -> RecoveryCertificate:
    """Measure how far the weights are from the group's representations, rigorously.

    Args:
        blocks: normalized weights.
        group: the recovered group, in the numbering of the weights.
        representations: its irreducible representations; computed when not given.

    Notes:
        The representations are verified exactly first: all irreducible ones of this table, each once.
        With a float matrix S near an intertwiner, R(g) = S⁻¹ ρ(g) S is a representation exactly, and it
        preserves the form S* H S.  If that form is within κ ≤ 1/10 of the identity (Frobenius norm), R
        is within 3κ of a unitary representation: with C the root of the form, |C − 1| ≤ κ and
        |C⁻¹ − 1| ≤ κ/(1 − κ), and R = C⁻¹ U C with U unitary.  The distance to R is enclosed with balls.
    """
    if representations is None:
        representations = representations_of(group)
    sizes, dimensions = (sorted(block.shape[1] for block in blocks), sorted(rho.dimension for rho in representations))
    if sizes != dimensions or not verify_irreps(group, representations):
        return RecoveryCertificate(False, float("inf"), RECOVERY_BOUND, (), ())
    unitaries = [rho.unitary() for rho in representations]
    matching, _ = match_characters(blocks, unitaries)
    names, distances = [], []
    for block, index in zip(blocks, matching):
        rho = representations[index]
        names.append(rho.name)
        distances.append(_distance(block, rho, unitaries[index]))
    worst = max(distances)
    return RecoveryCertificate(worst < RECOVERY_BOUND, worst, RECOVERY_BOUND, tuple(names), tuple(distances))


def _distance(block: np.ndarray, rho: Representation, unitary: np.ndarray) -> float:
    """An upper bound of the distance of a block to a unitary change of ρ(g)†."""
    lower = np.linalg.cholesky(np.array([[complex(v) for v in row] for row in rho.form]))
    change = np.linalg.inv(lower.conj().T) @ intertwiner(block, unitary)
    with ctx.workprec(PRECISION):
        s = acb_mat(change.tolist())
        inverse_s = s.inv()
        form = _adjoint(s) * _ball(rho.form) * s
        kappa = _frobenius(form - _identity(rho.dimension))
        if not kappa <= arb(1) / 10:
            return float("inf")
        worst = arb(0)
        for g, m in enumerate(rho.matrices):
            # W(g) estimates ρ(g)†, so its adjoint estimates ρ(g).
            error = acb_mat(block[g].conj().T.tolist()) - inverse_s * _ball(m) * s
            worst = max(worst, _operator_norm(error))
        return float((worst + 3 * kappa).upper())


def _ball(m: Matrix) -> Any:
    """A matrix of cyclotomic numbers as balls."""
    return acb_mat([[_ball_entry(entry) for entry in row] for row in m])


def _ball_entry(value: Any) -> Any:
    total = acb(0)
    for k, c in enumerate(value.polynomial.coeffs()):
        if c != 0:
            angle = fmpq(2 * k, value.conductor)
            total += acb(arb.cos_pi_fmpq(angle), arb.sin_pi_fmpq(angle)) * acb(arb(c))
    return total


def _identity(d: int) -> Any:
    return acb_mat(d, d, [int(i == j) for i in range(d) for j in range(d)])


def _adjoint(a: Any) -> Any:
    return a.transpose().conjugate()


def _frobenius(a: Any) -> Any:
    """An upper bound of the Frobenius norm, as an exact number, so that no ball reaches below zero."""
    sizes = [abs(x).upper() for x in a.entries()]
    return sum((x * x for x in sizes), arb(0)).upper().sqrt().upper()


def _operator_norm(a: Any) -> Any:
    """An upper bound of the operator norm, at most d^(1/64) times too large.

    |A|^32 = |(A*A)^16| is at most the Frobenius norm of the power.
    """
    if a.nrows() == 1:
        return _frobenius(a)
    power = _adjoint(a) * a
    for _ in range(4):
        power = power * power
    bound = _frobenius(power)
    for _ in range(5):
        bound = bound.sqrt().upper()
    return bound
