"""Representations over cyclotomic fields, each with its invariant Hermitian form."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from neurocli.groups.cyclotomic import (
    ZERO,
    Cyclotomic,
    Matrix,
    conjugate_transpose,
    identity,
    inverse,
    multiply,
    to_complex,
    trace,
)
from neurocli.groups.group import Group

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class Representation:
    """A representation ρ of a finite group by matrices over a cyclotomic field.

    A unitary normalization would bring in square roots, so the algebraic matrices are kept, with the
    positive definite form H that they preserve: ρ(g)* H ρ(g) = H.  The adjoint of a matrix A is then
    A† = H⁻¹ A* H, and ρ(g)† = ρ(g⁻¹).

    Args:
        group: the group.
        name: how the representation is called.
        matrices: ρ(g) for each element, d × d.
        form: H, d × d.
        labels: what the basis vectors stand for, where they have a meaning (standard tableaux).
    """

    group: Group
    name: str
    matrices: tuple[Matrix, ...] = field(repr=False)
    form: Matrix = field(repr=False)
    labels: tuple[str, ...] = field(default=(), repr=False)

    @property
    def dimension(self) -> int:
        """The dimension d."""
        return len(self.form)

    @cached_property
    def character(self) -> tuple[Cyclotomic, ...]:
        """The trace on each conjugacy class, in the order of `group.conjugacy_classes`."""
        values = [self.matrices[members[0]] for members in self.group.conjugacy_classes]
        # A linear representation is its own character, in the fields it was given in.
        return tuple(m[0][0] if self.dimension == 1 else trace(m).descend() for m in values)

    @cached_property
    def inverse_form(self) -> Matrix:
        """H⁻¹."""
        return inverse(self.form)

    @cached_property
    def frobenius_schur(self) -> int:
        """The Frobenius-Schur indicator: 1 real, 0 complex, −1 quaternionic (of an irreducible one)."""
        group = self.group
        if any(value.conjugate() != value for value in self.character):
            return 0
        total = sum((self.character[group.class_of[group.table[g][g]]] for g in range(group.order)), ZERO)
        return int((total / group.order).to_fraction())

    @cached_property
    def conductor(self) -> int:
        """A conductor of the field of the matrix entries."""
        import math

        return math.lcm(*(entry.conductor for m in self.matrices for row in m for entry in row))

    def adjoint(self, a: Matrix) -> Matrix:
        """A† = H⁻¹ A* H, the adjoint for the invariant form."""
        return multiply(multiply(self.inverse_form, conjugate_transpose(a)), self.form)

    def unitary(self) -> np.ndarray:
        """The equivalent unitary matrices in floats.

        Returns:
            Complex array of shape (|G|, d, d): L* ρ(g) L*⁻¹ with H = L L* (Cholesky).
        """
        return self._unitary

    @cached_property
    def _unitary(self) -> np.ndarray:
        import numpy as np

        lower = np.linalg.cholesky(np.array(to_complex(self.form), dtype=complex))
        upper = lower.conj().T
        matrices = np.array([to_complex(m) for m in self.matrices], dtype=complex)
        return np.asarray(upper @ matrices @ np.linalg.inv(upper))

    def modulo(self, p: int) -> list[Any]:
        """The matrices in F_p, as FLINT matrices.

        Args:
            p: prime with p ≡ 1 modulo `conductor`, dividing no denominator.
        """
        from flint import nmod_mat

        from neurocli.groups.modular import root_of_unity_modulo

        d = self.dimension
        return [nmod_mat(d, d, [entry.modulo(p, root_of_unity_modulo(entry.conductor, p))
                                for row in m for entry in row], p) for m in self.matrices]


def extend(group: Group, generators: dict[int, Matrix]) -> tuple[Matrix, ...]:
    """The matrices of all elements from those of generators, along a shortest-word tree."""
    degree = len(next(iter(generators.values())))
    matrices: dict[int, Matrix] = {0: identity(degree)}
    frontier = [0]
    for g in frontier:
        for s, m in generators.items():
            product = group.table[s][g]
            if product not in matrices:
                matrices[product] = multiply(m, matrices[g])
                frontier.append(product)
    return tuple(matrices[g] for g in range(group.order))


def is_homomorphism(representation: Representation) -> bool:
    """Is ρ(1) = 1 and ρ(sg) = ρ(s)ρ(g) for generators s and all g, exactly?"""
    group, matrices = representation.group, representation.matrices
    if matrices[0] != identity(representation.dimension):
        return False
    return all(multiply(matrices[s], matrices[g]) == matrices[group.table[s][g]]
               for s in group.generators for g in range(group.order))


def form_is_invariant(representation: Representation) -> bool:
    """Is H Hermitian, preserved by the generators, and positive definite?  (Exact.)"""
    form = representation.form
    if conjugate_transpose(form) != form:
        return False
    for s in representation.group.generators:
        m = representation.matrices[s]
        if multiply(multiply(conjugate_transpose(m), form), m) != form:
            return False
    return _pivots_are_positive(form)


def _pivots_are_positive(form: Matrix) -> bool:
    """Sylvester's criterion by elimination; the pivots are real numbers of the field."""
    rows = [list(row) for row in form]
    for j in range(len(rows)):
        pivot = rows[j][j]
        if not pivot or not _is_positive(pivot):
            return False
        for i in range(j + 1, len(rows)):
            factor = rows[i][j] / pivot
            if factor:
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[j])]
    return True


def _is_positive(value: Cyclotomic) -> bool:
    """The sign of a nonzero real number of a cyclotomic field, by balls of growing precision."""
    from flint import arb, ctx, fmpq

    if value.conjugate() != value:
        return False
    precision = 64
    while True:
        with ctx.workprec(precision):
            total = arb(0)
            for k, c in enumerate(value.polynomial.coeffs()):
                total += arb(c) * arb.cos_pi_fmpq(fmpq(2 * k, value.conductor))
            if not total.contains(0):
                return bool(total > 0)
        precision *= 2


def direct_sum_matrix(blocks: list[Matrix]) -> Matrix:
    """The block diagonal matrix."""
    width, rows, place = sum(map(len, blocks)), [], 0
    for block in blocks:
        for row in block:
            rows.append((ZERO,) * place + row + (ZERO,) * (width - place - len(block)))
        place += len(block)
    return tuple(rows)


