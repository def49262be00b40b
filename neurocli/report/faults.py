"""How a fault is shown: one line and a remedy, or an object."""

from __future__ import annotations

import json

from neurocli.errors import NeurocliError


def fault_text(error: NeurocliError) -> str:
    """One line, and the hint on a second."""
    text = f"neurocli: {error.message}"
    return f"{text}\n  {error.hint}" if error.hint else text


def fault_json(error: NeurocliError) -> str:
    """The fault as one JSON object on one line."""
    return json.dumps(error.to_json(), sort_keys=True)
