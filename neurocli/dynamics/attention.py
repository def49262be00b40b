"""Linear attention trained on in-context linear regression: principal components, one by one.

A head is v k^T ... q in the eigenbasis of the inputs' covariance; with N context pairs, eigenvalues
l_1 >= l_2 >= ... and trace T, a head that has learned component i lowers the loss by
(1/2) l_i / (1 + (1 + T/l_i)/N).  Everything is rational in the eigenvalues.

Reference: [kunin-2025].
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

from neurocli.dynamics.plateaus import Feature, Prediction
from neurocli.dynamics.surd import Exact, sign
from neurocli.errors import DataError


def attention_staircase(eigenvalues: Sequence[Exact], context: int, scale: float | None = None) -> Prediction:
    """Plateaus and lower bounds of the jump times of linear attention.

    Args:
        eigenvalues: of the covariance of the inputs, positive.
        context: number N of pairs in the context.
        scale: largest norm of a head at the start; the first time is then a plain gradient-flow time,
            else in units of 1/scale.

    Returns:
        Exact plateaus; the singular value 1/(T + (N+1) l) learned for each component; utilities
        N l^2/(3 sqrt 3); a lower bound of the first time.  For later jumps, `wait` divided by the largest
        norm of a dormant head at the jump before bounds the time in between from below: that norm has
        grown by then, since heads share v among components, so it is not known in advance.

    Raises:
        DataError: an eigenvalue is not positive, or the context is empty.

    Notes:
        For one component the population loss with head product m is
        (1/2)(l - 2 N l^2 m + N l (l^2 (N+1) + T l) m^2), a parabola in m with minimum at
        1/(T + (N+1) l).  The degree of the utility is kappa = 3, so a dormant head of norm r whose
        utility stays at the maximum U needs the time 1/(3 U r): no head can jump earlier.

    Reference: [kunin-2025].

    Example:
        >>> from fractions import Fraction
        >>> found = attention_staircase([Fraction(n, 25) for n in (24, 12, 8, 6)], 32)
        >>> [str(loss) for loss in found.losses]
        ['1', '5917/10525', '834499/2347075', '82948247/368490775', '60405689/456928561']
    """
    if context < 1:
        raise DataError(f"context of {context} pairs", "at least one pair")
    if not eigenvalues:
        raise DataError("no eigenvalues")
    for value in eigenvalues:
        if sign(value) <= 0:
            raise DataError(f"eigenvalue {value} is not positive", "remove directions without variance")
    order = sorted(range(len(eigenvalues)), key=lambda i: -float(eigenvalues[i]))
    trace: Any = sum(eigenvalues[1:], eigenvalues[0])
    loss: Any = trace / 2
    initial = loss
    features: list[Feature] = []
    for i in order:
        value = eigenvalues[i]
        drop = value / (1 + (1 + trace / value) / context) / 2
        loss = loss - drop
        utility = context * float(value) ** 2 / (3 * sqrt(3))
        wait = 1 / (3 * utility)
        time = None if features else (1 / scale - 1) * wait if scale else wait
        tie = any(eigenvalues[j] == value for j in order if j != i)
        learned = 1 / (trace + (context + 1) * value)
        features.append(Feature(f"component {i + 1}", loss, drop, time, utility, tie, None,
                                (("eigenvalue", value), ("singular_value", learned), ("wait", wait))))
    return Prediction("attention", 3, initial, tuple(features), "bound",
                      "time" if scale else "1/norm of a dormant head", True,
                      ("each time is a lower bound: it takes the head's utility to be the largest possible",))
