"""The one bibliography, and how its keys become citations."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files


@cache
def references() -> dict[str, dict[str, str]]:
    """Every entry of `references.bib`: key -> fields.

    Example:
        >>> references()["usevich-2025"]["eprint"]
        '2506.17093'
    """
    text = files("neurocli.theorems").joinpath("references.bib").read_text(encoding="utf-8")
    entries = {}
    for match in re.finditer(r"@(\w+)\{([^,\s]+),(.*?)\n\}", text, re.DOTALL):
        kind, key, body = match.groups()
        fields = dict(re.findall(r"(\w+)\s*=\s*\{((?:[^{}]|\{[^{}]*\})*)\}", body))
        entries[key] = {"kind": kind} | {name: re.sub(r"[{}]", "", value) for name, value in fields.items()}
    return entries


def citation(key: str) -> str:
    """One line for a key, as `--cite` prints it.

    Raises:
        KeyError: no entry has this key.

    Example:
        >>> citation("finkel-2024")[:13]
        'Finkel et al.'
    """
    entry = references()[key]
    authors = [name.split(",")[0] for name in entry.get("author", "").split(" and ") if name]
    who = authors[0] + " et al." if len(authors) > 3 else ", ".join(authors)
    where = entry.get("journal", "")
    if entry.get("volume"):
        where += f" {entry['volume']}"
    if entry.get("eprint"):
        where = f"arXiv:{entry['eprint']}"
    what = entry.get("title") or entry.get("note", "")
    return ", ".join(part for part in (who, what, where, entry.get("year", "")) if part)
