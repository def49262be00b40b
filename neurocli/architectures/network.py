"""`Network`: a family and its shape, frozen, with one canonical spelling and a content hash."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from neurocli.results.result import plain


@dataclasses.dataclass(frozen=True)
class Network:
    """An architecture: what can be asked about, and nothing else.

    Args:
        family: name of the family, a key of the registry.
        shape: the family's shape (widths, filter sizes, a group name, ...), as nested tuples.
        keys: (key, value) pairs in the family's order, defaults left out.
        spelling: the canonical text, which `parse` reads back to an equal network.
        content: what the spelling only refers to (a Cayley table, a user's polynomials).

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> parse(" mlp:2-3-1, r=2").spelling
        'mlp:2-3-1,r=2'
    """

    family: str
    shape: tuple[Any, ...]
    keys: tuple[tuple[str, Any], ...]
    spelling: str
    content: tuple[Any, ...] = ()

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default` when the network does not carry it."""
        return dict(self.keys).get(key, default)

    @property
    def digest(self) -> str:
        """SHA-256 of family, shape, keys and content: equal networks, equal digests."""
        record = [self.family, _hashable(self.shape), _hashable(self.keys), _hashable(self.content)]
        return hashlib.sha256(json.dumps(record).encode()).hexdigest()

    def __str__(self) -> str:
        return self.spelling


def _hashable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return [[_hashable(key), _hashable(item)] for key, item in sorted(value.items())]
    if isinstance(value, (list, tuple)):
        return [_hashable(item) for item in value]
    return plain(value)
