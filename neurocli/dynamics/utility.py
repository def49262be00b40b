"""The leading part of the utility of a dormant neuron, by exact expansion.

A neuron a s(<w, x>) with s(z) = sum_j s_j z^j has the utility E <a, r> s(<w, x>) against a residual r.
Its part of degree 1 + j in (a, w) is s_j sum over outputs o and exponents e, |e| = j, of
(j!/e!) E[r_o x^e] a_o w^e: it vanishes identically exactly when s_j = 0 or all moments E[r_o x^e] are 0.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement
from math import comb

from neurocli.dynamics.data import Samples
from neurocli.dynamics.surd import Exact
from neurocli.errors import DataError, TooLarge

#: Products of data entries that the exact expansion may form.
_LARGEST = 20_000_000


@dataclasses.dataclass(frozen=True)
class Leading:
    """The lowest-degree part of the utility.

    Args:
        kappa: its degree in the parameters of one neuron, 1 + degree.
        degree: j, its degree in the input weights.
        coefficient: s_j.
        output: an output o, and
        monomial: inputs i_1 <= ... <= i_j (0-based; d stands for the bias), with
        moment: E[y_o x_{i_1} ... x_{i_j}] different from 0, the witness that the part does not vanish.
    """

    kappa: int
    degree: int
    coefficient: Exact
    output: int
    monomial: tuple[int, ...]
    moment: Exact


def leading_utility(data: Samples, activation: Sequence[Exact], bias: bool = False) -> Leading:
    """The degree kappa of the leading utility of a two-layer network on a data set, exactly.

    Args:
        data: inputs (n x d) and targets (n x c); the residual of the empty network is y.
        activation: coefficients s_0, s_1, ... of the activation.
        bias: neurons see one more input that is always 1.

    Returns:
        kappa with a nonzero moment as witness; all parts of lower degree are identically zero.

    Raises:
        DataError: kappa would be 1 (a nonzero constant term and targets of nonzero mean: neurons do not
            start at a saddle), or every moment vanishes (nothing can be learned from zero).
        TooLarge: the expansion needs too many products.

    Example:
        >>> one = Fraction(1)
        >>> data = Samples(((one, 2 * one), (-one, -2 * one)), ((one,), (one,)))
        >>> leading_utility(data, (0, one, one)).kappa        # E[y x] = 0, E[y x^2] = 1
        3
    """
    n, d, c = data.shape
    width = d + bias
    for degree, coefficient in enumerate(activation):
        if not coefficient:
            continue
        if comb(width + degree - 1, degree) * c * n > _LARGEST:
            raise TooLarge(f"expanding the utility in degree {degree}: {comb(width + degree - 1, degree)} "
                           f"monomials of {width} inputs on {n} samples")
        for monomial in combinations_with_replacement(range(width), degree):
            values = list(_values(data, monomial))
            for output in range(c):
                moment = sum((value * row[output] for value, row in zip(values, data.y)), Fraction(0)) / n
                if moment:
                    if degree == 0:
                        raise DataError(
                            "the utility has a linear part: the activation has a constant term and the "
                            f"targets a mean ({moment}), so the origin is no saddle",
                            "subtract the mean of the targets")
                    return Leading(1 + degree, degree, coefficient, output, monomial, moment)
    raise DataError("every moment of the targets against the activation vanishes: no neuron leaves the origin")


def _values(data: Samples, monomial: tuple[int, ...]) -> Iterator[Exact]:
    d = data.shape[1]
    for row in data.x:
        value: Exact = Fraction(1)
        for index in monomial:
            if index < d:
                value = value * row[index]
        yield value
