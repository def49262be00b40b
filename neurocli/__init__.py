"""Exact invariants of the function spaces of neural networks, each with a status and evidence.

>>> import neurocli
>>> neurocli.dim("mlp:3-2-1,r=2").value
5
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

#: Public name -> module that defines it; loaded on first use, so that importing stays cheap.
_PUBLIC = {
    "Network": "neurocli.architectures.network",
    "parse": "neurocli.architectures.grammar",
    "parametrization": "neurocli.architectures.registry",
    "describe": "neurocli.invariants.describe",
    "dim": "neurocli.invariants.dimension",
    "degree": "neurocli.invariants.degree",
    "edd": "neurocli.invariants.ed_degree",
    "export": "neurocli.invariants.export",
    "fibers": "neurocli.invariants.fibers",
    "sing": "neurocli.invariants.singular_locus",
    "Result": "neurocli.results.result",
    "Status": "neurocli.results.result",
}

__all__ = ["__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'neurocli' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
