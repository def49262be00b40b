"""Reading the golden table."""

import json
from pathlib import Path

ROWS = json.loads((Path(__file__).parent / "golden" / "networks.json").read_text())


def rows(invariant):
    """Distinct rows of one invariant that are about a network of the language."""
    seen, found = set(), []
    for row in ROWS:
        key = (row["spec"], row["invariant"], row.get("metric"))
        if row["invariant"] == invariant and not row["spec"].startswith("Segre") and key not in seen:
            seen.add(key)
            found.append(row)
    return found
