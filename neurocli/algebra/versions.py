"""Names and versions of the libraries that do the algebra."""

from __future__ import annotations

from functools import cache


@cache
def flint_version() -> str:
    """Version of the FLINT library behind python-flint."""
    import flint

    return str(flint.__FLINT_VERSION__)


@cache
def _engine() -> tuple[tuple[str, str], ...]:
    return (("name", "flint"), ("version", flint_version()))


def flint_engine() -> dict[str, str]:
    """The engine record of results that FLINT computed."""
    return dict(_engine())
