"""Verdicts as JUnit XML, which continuous integration servers show as test cases, and as workflow annotations.

As for the exit status, a verdict is good when it is `holds`, or what the file expects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr


def junit_text(verdicts: Sequence[Any], per: str = "claim") -> str:
    """A test suite per claim; a test case per claim, or per network with `per="instance"`."""
    suites = []
    for verdict in verdicts:
        claim = verdict.claim
        whole = _case(claim.name, _judged(verdict), verdict.seconds, _message(verdict))
        cases = [whole] if per == "claim" else []
        if per != "claim":
            wanted = claim.expect == "refuted"
            cases = [
                _case(
                    i.spec,
                    "expected" if wanted and i.verdict == "refuted" else i.verdict,
                    i.seconds,
                    ", ".join(f"{k} = {v}" for k, v in i.used.items()) or i.note,
                )
                for i in verdict.instances
            ]
            if wanted and verdict.verdict != "refuted":
                cases.append(whole)
        failures = sum("<failure" in case for case in cases)
        skipped = sum("<skipped" in case for case in cases)
        suites.append(
            f'  <testsuite name={quoteattr(claim.name)} tests="{len(cases)}" failures="{failures}" '
            f'skipped="{skipped}" errors="0">\n' + "".join(cases) + "  </testsuite>\n"
        )
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n' + "".join(suites) + "</testsuites>\n"


def _judged(verdict: Any) -> str:
    """The verdict, or how it stands to what the file expects: `expected`, `unexpected`."""
    if verdict.claim.expect == "refuted" and verdict.verdict != "undecided":
        return "expected" if verdict.verdict == "refuted" else "unexpected"
    return str(verdict.verdict)


def _message(verdict: Any) -> str:
    claim = verdict.claim
    text = f"{claim.title}: {claim.statement}"
    if verdict.witnesses:
        witness = verdict.witnesses[0]
        text += f"; witness {witness.spec}: " + ", ".join(f"{k} = {v}" for k, v in witness.used.items())
    return text


def _case(name: str, verdict: str, seconds: float, message: str) -> str:
    body = ""
    if verdict == "refuted":
        body = f"      <failure message={quoteattr('refuted')}>{escape(message)}</failure>\n"
    elif verdict == "unexpected":
        reason = quoteattr("holds, but the file expects a refutation")
        body = f"      <failure message={reason}>{escape(message)}</failure>\n"
    elif verdict == "expected":
        body = f"      <system-out>refuted, as expected: {escape(message)}</system-out>\n"
    elif verdict == "undecided":
        body = f"      <skipped message={quoteattr('undecided: ' + message)}/>\n"
    return f'    <testcase name={quoteattr(name)} time="{seconds:.3f}">\n{body}    </testcase>\n'


def github_lines(verdicts: Sequence[Any]) -> str:
    """Annotations of GitHub workflows: an error per refuted claim, a warning per undecided one, and a notice per
    refutation that the file expects."""
    lines = []
    for verdict in verdicts:
        judged = _judged(verdict)
        if judged == "holds":
            continue
        level = {"refuted": "error", "unexpected": "error", "expected": "notice"}.get(judged, "warning")
        text = (
            _message(verdict)
            if judged != "undecided"
            else f"{verdict.count('undecided')} of {len(verdict.instances)} networks undecided: {verdict.claim.title}"
        )
        suffix = ", as expected" if judged == "expected" else ", not as expected" if judged == "unexpected" else ""
        title = f"{verdict.claim.name} {verdict.verdict}{suffix}".replace(",", " ").replace(":", " ")
        safe = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        lines.append(f"::{level} title={title}::{safe}\n")
    return "".join(lines)
