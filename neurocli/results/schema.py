"""The JSON schema of a result (see `neurocli-json(5)`), for tests and for users' validators."""

from __future__ import annotations

from typing import Any

from neurocli.results.result import SCHEMA, Status

_TEXTS = {"type": "array", "items": {"type": "string"}}

RESULT_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "neurocli result",
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "command", "spec", "value", "status", "method", "data", "explanation", "evidence",
                 "error_probability", "seed", "engine", "run"],
    "properties": {
        "schema": {"const": SCHEMA},
        "command": {"type": "string"},
        "spec": {"type": "string"},
        "value": {},
        "status": {"enum": [status.value for status in Status]},
        "method": {"type": "string"},
        "data": {"type": "object"},
        "explanation": _TEXTS,
        "evidence": {"type": "array", "items": {"type": "object", "required": ["kind"]}},
        "error_probability": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "seed": {"type": ["integer", "string"]},
        "engine": {"type": "object", "additionalProperties": {"type": "string"}},
        "run": {"type": "object"},
    },
}
