"""Reading the golden table."""

import json
from pathlib import Path

ROWS = json.loads((Path(__file__).parent / "golden" / "networks.json").read_text())


def rows(invariant, status="known"):
    """Distinct rows of one invariant that are about a network of the language; `numerical` ones only when asked for."""
    seen, found = set(), []
    for row in ROWS:
        key = (row["spec"], row["invariant"], row.get("metric"))
        wanted = row["invariant"] == invariant and row.get("status", "known") == status
        if wanted and not row["spec"].startswith("Segre") and key not in seen:
            seen.add(key)
            found.append(row)
    return found
