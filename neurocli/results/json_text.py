"""Reading JSON strictly: a key that stands twice is a fault, not a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The object of some pairs; for `json.loads(..., object_pairs_hook=unique_keys)`.

    Raises:
        ValueError: a key stands twice, of which Python would keep the last without a word.

    Example:
        >>> import json
        >>> json.loads('{"a": 1, "a": 2}', object_pairs_hook=unique_keys)
        Traceback (most recent call last):
            ...
        ValueError: the key 'a' stands twice
    """
    record: dict[str, Any] = {}
    for key, value in pairs:
        if key in record:
            raise ValueError(f"the key {key!r} stands twice")
        record[key] = value
    return record
