"""The engines by name, in the order in which they are chosen."""

from __future__ import annotations

import dataclasses
import importlib

from neurocli.engines.protocol import Engine
from neurocli.errors import EngineError, EngineMissing, UsageError

#: Name -> class; the fastest first, and last the one that is always there.
ENGINES = {
    "msolve": "neurocli.engines.msolve:Msolve",
    "singular": "neurocli.engines.singular:Singular",
    "macaulay2": "neurocli.engines.macaulay2:Macaulay2",
    "builtin": "neurocli.engines.builtin:Builtin",
}


@dataclasses.dataclass(frozen=True)
class Installed:
    """What is known of one engine on this machine.

    Args:
        version: empty where the engine is missing, or where the program does not say.
        path: None where it is missing.
        install: the line that installs it.
        trouble: why a program that is there cannot be used.
    """

    name: str
    version: str
    path: str | None
    install: str
    trouble: str = ""


def engine(name: str) -> Engine:
    """The engine of this name, installed or not.

    Raises:
        UsageError: there is none.
    """
    if name not in ENGINES:
        raise UsageError(f"engine {name!r}: expected one of {', '.join(ENGINES)}")
    module, _, cls = ENGINES[name].partition(":")
    made = getattr(importlib.import_module(module), cls)()
    assert isinstance(made, Engine)
    return made


def choose_engine(name: str | None = None) -> Engine:
    """The engine that was asked for, or the first that is installed.

    Raises:
        UsageError: an unknown name.
        EngineMissing: the engine asked for is not installed; the hint is the line that installs it.
    """
    if name is not None:
        chosen = engine(name)
        if not chosen.available():
            raise EngineMissing(f"{name} is not installed", chosen.install)
        return chosen
    return next(found for found in map(engine, ENGINES) if found.available())


def installed() -> tuple[Installed, ...]:
    """Every engine with what is known of it."""
    found = []
    for name in ENGINES:
        candidate = engine(name)
        path = candidate.path()
        version, trouble = "", ""
        if path is not None:
            try:
                version = candidate.version()
            except EngineError as error:
                trouble = error.message
        found.append(Installed(name, version, path, candidate.install, trouble))
    return tuple(found)
