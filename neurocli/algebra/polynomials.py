"""Multivariate polynomials over Q and F_p in FLINT, behind one place that names its types."""

from __future__ import annotations

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


def integer(value: Any) -> int:
    """A FLINT number as a Python integer."""
    return int(value)
