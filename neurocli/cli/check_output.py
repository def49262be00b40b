"""What `check` prints, by format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


def listing(claims: Sequence[Any]) -> str:
    """Names, titles and sources of claims."""
    return "".join(
        f"{claim.name}\n    {claim.title}\n    {claim.statement}\n    source: {claim.source}; "
        f"{claim.grid.count} networks before hypotheses\n"
        for claim in claims
    )


def printed(result: Any, verdicts: Sequence[Any], format_: str, verbose: bool) -> str:
    """The verdicts in one format."""
    from neurocli.report.junit import github_lines
    from neurocli.report.render import Style, render
    from neurocli.results.result import plain

    if format_ == "github":
        return github_lines(verdicts)
    if format_ == "ndjson":
        return "".join(
            json.dumps(
                plain(
                    {
                        "claim": v.claim.name,
                        "spec": i.spec,
                        "verdict": i.verdict,
                        "sure": i.sure,
                        "values": i.used,
                        "note": i.note,
                    }
                ),
                sort_keys=True,
            )
            + "\n"
            for v in verdicts
            for i in v.instances
        )
    return render([result], Style(format_, verbose=verbose))
