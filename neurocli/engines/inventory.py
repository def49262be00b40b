"""Which engines this machine has."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from neurocli.engines.registry import engine, installed
from neurocli.errors import EngineMissing
from neurocli.results.result import Result, Status


def engines(required: Sequence[str] = ()) -> Result:
    """The engines that can be used, the preferred first, with version, path, and how to get the others.

    Args:
        required: names of engines that must be usable.

    Returns:
        A result whose value is the list of names; `data` has a record for every engine.

    Raises:
        UsageError: a required name that is no engine's.
        EngineMissing: a required engine cannot be used.

    Example:
        >>> engines(["builtin"]).value[-1]
        'builtin'
    """
    asked = [engine(name).name for name in required]
    found = installed()
    usable = [one.name for one in found if one.path is not None and not one.trouble]
    for one in found:
        if one.name in asked and one.name not in usable:
            raise EngineMissing(one.trouble or f"{one.name} is not installed", one.install)
    records = [dataclasses.asdict(one) for one in found]
    return Result("engines", "this machine", usable, Status.PROVED, "asked each program for its version",
                  {"engines": records, "chosen": usable[0]})
