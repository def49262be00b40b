"""`verify`: the certificates of a file, checked and summed up; and the same check as a script elsewhere."""

from __future__ import annotations

import time
from pathlib import Path

from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import parametrization
from neurocli.conjectures import exact_checks, witnesses
from neurocli.errors import UsageError
from neurocli.invariants.checks.certificates import read_certificate, verify
from neurocli.results.result import Result, Status

#: The fields of a record that its evidence is held against; a metric only where there is one.
VOUCHED_FOR = ("command", "spec", "metric", "value", "status")


def verify_file(path: str | Path) -> Result:
    """Check every certified result of a file; the value is whether all are right, or None where
    some evidence has no checker.

    Raises:
        DataError: the file is no certificate of this version.
    """
    started = time.perf_counter()
    checkers, support = {**witnesses.CHECKERS, **exact_checks.CHECKERS}, {**witnesses.SUPPORT, **exact_checks.SUPPORT}
    records = [verify(record, checkers, support) for record in read_certificate(path)]
    rows = [
        {
            "spec": r.spec,
            "command": r.command,
            "metric": r.metric or None,
            "value": r.value,
            "status": r.status,
            "right": r.right,
            "note": r.note,
            "checks": [{"kind": c.kind, "right": c.right, "note": c.note} for c in r.checks],
        }
        for r in records
    ]
    verdicts = [r.right for r in records]
    right = False if False in verdicts else None if None in verdicts else True
    explanation = tuple(f"{r.spec}: {r.note}" for r in records if not r.right)
    status = Status.UNDECIDED if right is None else Status.PROVED
    result = Result("verify", str(path), right, status, "checkers", {"results": rows, "vouched_for": list(VOUCHED_FOR)},
                    explanation)
    return result.with_run(seconds=round(time.perf_counter() - started, 6))


def script(path: str | Path) -> str:
    """A Macaulay2 script that checks the pivot minors of a certificate with that system's arithmetic.

    The script holds the integer point, the sample inputs and the network as polynomials, takes
    the partial derivatives itself, and asserts that the minor is a unit modulo the prime.

    Raises:
        UsageError: the certificate holds nothing that this script can express.
    """
    lines = [f"-- check of {Path(path).name}; run with: M2 --script FILE"]
    for record in read_certificate(path):
        for entry in record["evidence"]:
            # degrees and numbers of critical points rest on a dimension, which carries its minor
            evidence = entry["by"] if entry.get("kind") == "dimension" else entry
            if (
                evidence.get("kind") == "lower-bound"
                and evidence.get("rows")
                and "prime" in evidence
                and not evidence.get("reduced")
            ):
                lines += _minor(record, evidence)
    if len(lines) == 1:
        raise UsageError(f"{path}: no Jacobian minor to check", "certificates of dim, degree and edd carry one")
    return "\n".join([*lines, 'print "verified"', "exit 0"]) + "\n"


def _minor(record: dict[str, object], evidence: dict[str, object]) -> list[str]:
    from neurocli.algebra.polynomial_text import format_polynomial
    from neurocli.architectures.expansion import outputs_at_inputs
    from neurocli.invariants.ranks.jacobian_rank import inputs, point

    p = parametrization(parse(str(record["spec"])))
    prime, seed, samples = int(str(evidence["prime"])), int(str(evidence["seed"])), int(str(evidence["samples"]))
    rows = [int(r) for r in evidence["rows"]]  # type: ignore[attr-defined]
    columns = [int(c) for c in evidence["columns"]]  # type: ignore[attr-defined]
    x = inputs(p, prime, seed, samples)
    theta = [int(t) for t in point(p, prime, seed)[0]]
    names = [f"t_{i}" for i in range(p.parameter_count)]
    functions = outputs_at_inputs(p, prime, [x[r % samples] for r in rows], [r // samples for r in rows])
    polynomials = [format_polynomial(f, names) for f in functions]
    return [
        f"-- {record['spec']}: rank at least {len(rows)} modulo {prime}",
        f"R = ZZ/{prime}[t_0..t_{p.parameter_count - 1}];",
        "F = {" + ",\n  ".join(polynomials) + "};",
        f"P = {{{', '.join(map(str, theta))}}};",
        f"J = sub(jacobian matrix {{F}}, apply({p.parameter_count}, i -> R_i => P#i));",
        f"M = (lift(J, ZZ/{prime}))^{{{', '.join(map(str, columns))}}};",
        f"assert(rank M == {len(rows)});",
    ]
