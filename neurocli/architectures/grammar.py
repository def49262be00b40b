"""The language of architectures: text, TOML, JSON or standard input to a `Network`.

    FAMILY:SHAPE[,key=value]...        mlp:2-3-1,r=2    cnn:3-2,r=2,stride=1-1    mlp:2-2-1,r=2,bias

A file carries the same keys: family, shape, and the others.  Nothing is ever evaluated.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurocli.architectures.network import Network
from neurocli.architectures.registry import FAMILIES, family
from neurocli.errors import SpecificationError
from neurocli.results.json_text import unique_keys

MAX_TEXT = 10_000
MAX_FILE_BYTES = 5_000_000


def parse(source: str | Mapping[str, Any] | Network, directory: str | Path = ".") -> Network:
    """The network that a specification names.

    Args:
        source: the text, a mapping with the same keys, the name of a `.toml` or `.json` file,
            or `-` for standard input.
        directory: where file names inside the specification start from.

    Raises:
        SpecificationError: naming the place, what was read and what was expected.

    Example:
        >>> parse("mlp:2-3-1,r=2") == parse({"family": "mlp", "shape": [2, 3, 1], "r": 2})
        True
    """
    if isinstance(source, Network):
        return source
    if isinstance(source, Mapping):
        return _from_mapping(source, "specification", Path(directory))
    text = source.strip()
    if text == "-":
        return _from_stream()
    if ":" not in text and text.lower().endswith((".toml", ".json")):
        return _from_file(Path(directory) / text)
    return _from_text(text, Path(directory))


def _from_text(text: str, directory: Path) -> Network:
    if not text:
        raise SpecificationError("specification", text, "FAMILY:SHAPE[,key=value]...", "mlp:2-3-1,r=2")
    if len(text) > MAX_TEXT:
        raise SpecificationError("specification", text, f"at most {MAX_TEXT} characters, or a file")
    name, colon, rest = text.partition(":")
    if not colon:
        raise SpecificationError("specification", text, "FAMILY:SHAPE[,key=value]..., such as mlp:2-3-1,r=2",
                                 _suggest(text))
    module = family(name.strip())
    shape, *items = rest.split(",")
    values: dict[str, str] = {}
    for item in items:
        key, _, value = item.partition("=")
        key = key.strip()
        _check_key(module, key, item)
        if key in values:
            raise SpecificationError(f"key '{key}'", item, "each key once")
        if not module.KEYS[key].flag and not value.strip():
            raise SpecificationError(f"key '{key}'", item, f"{key}=VALUE ({module.KEYS[key].help})")
        values[key] = value.strip()
    return _build(name.strip(), shape.strip(), values, directory)


def _suggest(text: str) -> str:
    """A spelling near to what was typed, or nothing: `3-2-1` is probably an MLP."""
    if re.fullmatch(r"\d+(-\d+)+", text):
        return f"mlp:{text},r=2"
    if text in FAMILIES:
        return str(family(text).EXAMPLE)
    return ""


def _check_key(module: Any, key: str, read: str) -> None:
    if key not in module.KEYS:
        from difflib import get_close_matches

        near = get_close_matches(key, module.KEYS, n=1)
        known = ", ".join(module.KEYS) or "no keys"
        raise SpecificationError("key", read, f"one of the keys of this family: {known}",
                                 near[0] if near else "")


def _build(name: str, shape_text: str, values: Mapping[str, str], directory: Path,
           inline: Mapping[str, Any] | None = None) -> Network:
    module = family(name)
    if not shape_text:
        raise SpecificationError("shape", shape_text, module.SHAPE, module.EXAMPLE)
    shape = module.read_shape(shape_text)
    keys = {key: module.KEYS[key].read(text, f"key '{key}'") for key, text in values.items()}
    keys = {key: value for key, value in keys.items() if value is not False}
    shape, keys = module.validate(shape, keys, f"{name}:{shape_text}")
    content = module.load(shape, directory, inline) if hasattr(module, "load") else ()
    ordered = tuple((key, keys[key]) for key in module.KEYS if key in keys)
    spelling = f"{name}:{module.write_shape(shape)}"
    for key, value in ordered:
        text = module.KEYS[key].write(value)
        spelling += f",{key}={text}" if text else f",{key}"
    return Network(name, shape, ordered, spelling, content)


def _from_mapping(record: Mapping[str, Any], place: str, directory: Path,
                  source: str | None = None) -> Network:
    if "family" not in record:
        if "polynomials" in record and source is not None:  # a user's polynomial map, by itself
            return _build("poly", source, {}, directory, record)
        raise SpecificationError(place, ", ".join(map(str, record))[:60] or "nothing", "a key 'family'")
    name = record["family"]
    if not isinstance(name, str):
        raise SpecificationError(f"{place}, key 'family'", repr(name), "a string")
    module = family(name, f"{place}, key 'family'")
    inline = None
    if name == "poly" and "polynomials" in record:
        inline = record
        record = {"family": name, "shape": source or "inline"}
    if "shape" not in record:
        raise SpecificationError(place, "no shape", f"a key 'shape' ({module.SHAPE})")
    values = {}
    for key, value in record.items():
        if key in ("family", "shape"):
            continue
        _check_key(module, key, key)
        values[key] = _value_text(value, module.KEYS[key].separator, f"{place}, key '{key}'")
    shape_text = _value_text(record["shape"], "-", f"{place}, key 'shape'")
    return _build(name, shape_text, values, directory, inline)


def _value_text(value: Any, separator: str, place: str) -> str:
    """A file's value in the spelling of the command line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, str)):
        return str(value)
    if isinstance(value, list) and value and separator:
        inner = "x" if separator == "-" else "-"
        return separator.join(_value_text(item, inner, place) for item in value)
    raise SpecificationError(place, repr(value), "an integer, a string, true, false, or a list of them")


def _from_file(path: Path) -> Network:
    return _from_document(read_text(path), path.suffix.lower(), str(path), path.parent, path.name)


def read_text(path: Path) -> str:
    """The text of a specification file.

    Raises:
        SpecificationError: missing, a directory, too large, or not UTF-8.
    """
    try:
        if path.is_dir():
            raise SpecificationError("file", str(path), "a file, found a directory")
        if not path.exists():
            raise SpecificationError("file", str(path), "an existing file")
        if not path.is_file():
            raise SpecificationError("file", str(path), "a regular file")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SpecificationError("file", str(path), f"at most {MAX_FILE_BYTES} bytes")
        return path.read_text(encoding="utf-8-sig")  # editors on some systems begin files with a mark
    except UnicodeDecodeError:
        raise SpecificationError("file", str(path), "UTF-8 text") from None
    except (OSError, ValueError) as error:
        raise SpecificationError("file", str(path), f"a readable file ({error})") from None


def parse_document(text: str, place: str) -> Network:
    """The network of a TOML or JSON document given as text; JSON begins with `{`."""
    suffix = ".json" if text.lstrip().startswith("{") else ".toml"
    return _from_document(text, suffix, place, Path(), "stdin")


def _from_document(text: str, suffix: str, place: str, directory: Path, name: str) -> Network:
    record = read_document(text, suffix, place)
    return _from_mapping(record, place, directory, name)


def read_document(text: str, suffix: str, place: str) -> dict[str, Any]:
    """The table at the top of a TOML or JSON document.

    Raises:
        SpecificationError: it does not parse, or holds something else.
    """
    import tomllib

    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise SpecificationError(place, "nothing", "a specification", "mlp:2-3-1,r=2")
    try:
        record = json.loads(text, object_pairs_hook=unique_keys) if suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # both decoders' errors are ValueErrors
        raise SpecificationError(place, text.strip().splitlines()[0], f"{suffix[1:].upper()} ({error})") from None
    if not isinstance(record, dict):
        raise SpecificationError(place, type(record).__name__, "a table with family and shape")
    return record


def _from_stream() -> Network:
    try:
        text = sys.stdin.read(MAX_FILE_BYTES)
    except UnicodeDecodeError:
        raise SpecificationError("standard input", "binary data", "UTF-8 text") from None
    if text.lstrip().startswith("{") or re.search(r"^\s*(family|variables)\s*=", text, re.MULTILINE):
        return parse_document(text, "standard input")
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) != 1:
        raise SpecificationError("standard input", f"{len(lines)} lines", "one specification")
    return _from_text(lines[0].strip(), Path())
