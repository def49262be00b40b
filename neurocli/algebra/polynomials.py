"""Multivariate polynomials over Q and F_p in FLINT, behind one place that names its types."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import flint


@lru_cache(maxsize=64)
def rational_context(variables: int) -> Any:
    """The ring Q[v0, v1, ...] in that many variables, degrevlex."""
    names = [f"v{i}" for i in range(variables)]
    return flint.fmpq_mpoly_ctx.get(names, flint.Ordering.degrevlex)


@lru_cache(maxsize=64)
def modular_context(variables: int, p: int) -> Any:
    """The ring F_p[v0, v1, ...] in that many variables, degrevlex."""
    names = [f"v{i}" for i in range(variables)]
    return flint.nmod_mpoly_ctx.get(names, p, flint.Ordering.degrevlex)


def constants(context: Any) -> Callable[[Any], Any]:
    """The function that embeds integers and rationals into a ring of polynomials over Q.

    Example:
        >>> str(constants(rational_context(1))(Fraction(1, 2)))
        '1/2'
    """
    def embed(value: Any) -> Any:
        if isinstance(value, Fraction):
            return context.constant(flint.fmpq(value.numerator, value.denominator))
        return context.constant(int(value))
    return embed
