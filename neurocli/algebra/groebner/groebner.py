"""Gröbner bases over prime fields: the way to them that suits the order and the dimension."""

from __future__ import annotations

from neurocli.algebra.groebner.basis import GroebnerBasis
from neurocli.algebra.groebner.f4 import f4
from neurocli.algebra.groebner.fglm import change_order
from neurocli.algebra.groebner.limits import NO_LIMITS, Limits
from neurocli.algebra.groebner.monomials import MonomialOrder
from neurocli.algebra.groebner.polynomial import System


def groebner_basis(system: System, order: MonomialOrder | None = None, *,
                   limits: Limits = NO_LIMITS) -> GroebnerBasis:
    """The reduced Gröbner basis of an ideal over a prime field.

    Args:
        system: generators; characteristic a prime below 2^31.
        order: monomial order, degrevlex by default.
        limits: time, memory, progress.

    Raises:
        UsageError: for a characteristic that is not a prime below 2^31.
        TimeLimit, MemoryLimit: when a limit is reached.

    Notes:
        Orders that respect degrees go through F4.  Others start from the degrevlex basis, which keeps
        degrees low: with finitely many solutions by change of order, else by F4 again, selecting
        pairs by sugar.

    Reference: [faugere-1999], [fglm-1993]

    Example:
        >>> circle = {(2, 0): 1, (0, 2): 1, (0, 0): -1}
        >>> line = {(1, 0): 1, (0, 1): -1}
        >>> groebner_basis(System("xy", 101, [circle, line])).leading_monomials
        [(1, 0), (0, 2)]
    """
    if order is not None and order.is_degree_compatible:
        return f4(system, order, limits=limits)
    graded = f4(system, MonomialOrder.degrevlex(system.n), limits=limits)
    if order is None:
        return graded
    if graded.dimension <= 0:
        return change_order(graded, order)
    return f4(graded.system(), order, limits=limits)
