"""The families: name -> module, loaded on first use.

A family is one file here with these names:
    SUMMARY        one line for help pages
    EXAMPLE        one valid spelling
    SHAPE          what the shape is, for error messages
    KEYS           key name -> `Key` (see keys.py)
    read_shape     text -> shape
    write_shape    shape -> text
    validate       (shape, keys, place) -> (shape, keys), raising SpecificationError
    parametrize    Network -> Parametrization
and, when a spelling refers to a file, `load(shape, directory)` -> content.
"""

from __future__ import annotations

import importlib
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING

from neurocli.errors import SpecificationError

if TYPE_CHECKING:
    from neurocli.architectures.network import Network
    from neurocli.architectures.parametrization import Parametrization

FAMILIES = {
    "mlp": "neurocli.architectures.mlp",
    "linear": "neurocli.architectures.linear",
    "cnn": "neurocli.architectures.cnn",
    "gcnn": "neurocli.architectures.gcnn",
    "lightning": "neurocli.architectures.lightning",
    "softmax": "neurocli.architectures.softmax",
    "sprecher": "neurocli.architectures.sprecher",
    "clifford": "neurocli.architectures.clifford",
    "poly": "neurocli.architectures.poly",
}


def family(name: str, place: str = "family") -> ModuleType:
    """The module of a family.

    Raises:
        SpecificationError: no family has this name.
    """
    if name not in FAMILIES:
        from difflib import get_close_matches

        near = get_close_matches(name, FAMILIES, n=1)
        raise SpecificationError(place, name, "one of " + ", ".join(FAMILIES), near[0] if near else "")
    return importlib.import_module(FAMILIES[name])


@lru_cache(maxsize=64)
def parametrization(network: Network) -> Parametrization:
    """The polynomial map from parameters to functions that a network is.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> parametrization(parse("mlp:2-3-1,r=2")).parameter_count
        9
    """
    result: Parametrization = family(network.family).parametrize(network)
    return result
