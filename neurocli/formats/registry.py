"""The formats by name: one line each."""

from __future__ import annotations

import dataclasses
import importlib

from neurocli.errors import UsageError
from neurocli.formats.question import DIMENSION, Kind, Question
from neurocli.formats.system import PolynomialSystem


@dataclasses.dataclass(frozen=True)
class Format:
    """A format that systems can be written in.

    Args:
        module: where its writer lives.
        suffix: of its files.
        run: the command that runs a file, or says how to load it.
        asks: whether its scripts take a `Question`; others have one answer, or are data.
    """

    module: str
    suffix: str
    run: str
    asks: bool = False


FORMATS = {
    "json": Format("neurocli.formats.system", ".json", "neurocli reads it"),
    "julia": Format("neurocli.formats.julia", ".jl", "julia FILE"),
    "latex": Format("neurocli.formats.latex", ".tex", r"\input{FILE}"),
    "macaulay2": Format("neurocli.formats.macaulay2", ".m2", "M2 --script FILE", asks=True),
    "mrdi": Format("neurocli.formats.mrdi", ".mrdi", 'in OSCAR: load("FILE")'),
    "msolve": Format("neurocli.formats.msolve", ".ms", "msolve -g 2 -f FILE"),
    "sage": Format("neurocli.formats.sage", ".py", "sage -python FILE", asks=True),
    "singular": Format("neurocli.formats.singular", ".sing", "Singular -q --no-rc FILE", asks=True),
}


def write(name: str, system: PolynomialSystem, question: Question = DIMENSION, seed: int = 0) -> str:
    """The text of a file in the format `name`.

    Args:
        question: what the script computes, for systems that compute.
        seed: for those that make random choices.

    Raises:
        UsageError: an unknown format, or a system or question that it cannot hold.
    """
    if name not in FORMATS:
        raise UsageError(f"format {name!r}: expected one of {', '.join(FORMATS)}")
    if name == "json":
        return system.dumps()
    module = importlib.import_module(FORMATS[name].module)
    if FORMATS[name].asks:
        return str(module.write(system, question))
    if question.kind in (Kind.IMAGE, Kind.RANK) and name in ("msolve", "mrdi"):
        # These hold ideals; the ideal that knows the image of a map is that of its graph.
        system = system.graph()
    return str(module.write(system, seed) if name == "julia" else module.write(system))
