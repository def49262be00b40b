"""Re-checking certificates with the short checkers alone; no solver is called.

A certificate file is what `--certificate` writes: version, and per result its claim and evidence.
Every kind of evidence has a checker beside its solver; evidence without one (a theorem with its
hypotheses, say) is checked by asking the catalogue whether it still says the same.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.errors import DataError, NeurocliError
from neurocli.invariants.checks import degree_check, ed_degree_check, fibre_check
from neurocli.results.json_text import unique_keys
from neurocli.results.result import SCHEMA

#: (record, evidence) -> right, wrong or not checkable, and why.
Checker = Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[bool | None, str]]
#: (record, evidence found right) -> supports the value and the status, contradicts them, or neither; and why.
Support = Callable[[Mapping[str, Any], Sequence[Mapping[str, Any]]], tuple[bool | None, str]]
VERSION = 1
#: What is claimed to be true, not only likely.
SURE = ("proved", "certified")
MAX_BYTES = 200_000_000


@dataclasses.dataclass(frozen=True)
class Check:
    """One piece of evidence and what became of it.

    Args:
        right: True, False, or None where there is no checker for it.
    """

    spec: str
    kind: str
    right: bool | None
    note: str


@dataclasses.dataclass(frozen=True)
class Verification:
    """The checks of one certified result, and whether they support its claim (None: not checkable here)."""

    spec: str
    command: str
    value: Any
    status: str
    checks: tuple[Check, ...]
    right: bool | None
    note: str
    metric: str = ""


def read_certificate(path: str | Path) -> list[dict[str, Any]]:
    """The results of a certificate file, or of what a command printed with --json.

    Raises:
        DataError: missing, truncated, no certificate, of a foreign version, or with fields of wrong types;
            each is told apart.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path}: more than {MAX_BYTES:,} bytes", "this is no certificate")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: binary data, expected a certificate in JSON") from None
    try:
        documents = _documents(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: truncated or spoiled JSON ({error})", "write it again with --certificate") from None
    results: Any
    if all(isinstance(d, dict) and "certificate" not in d and {"schema", "command", "evidence"} <= set(d)
           for d in documents):
        results = documents
        version, known, word = documents[0]["schema"], SCHEMA, "record"
    else:
        first = documents[0]
        if len(documents) > 1 or not isinstance(first, dict) or "certificate" not in first:
            raise DataError(f"{path}: JSON, but no certificate", "certificates are written with --certificate FILE")
        results = first.get("results")
        version, known, word = first["certificate"], VERSION, "certificate"
    if version != known or isinstance(version, bool):
        raise DataError(f"{path}: {word} of version {version!r}; this neurocli reads {known}",
                        "use the version of neurocli that wrote it")
    needed = {"command": str, "spec": str, "status": str, "evidence": list}
    if not isinstance(results, list) or not results or not all(
            isinstance(r, dict) and all(isinstance(r.get(k), t) for k, t in needed.items()) and "value" in r
            for r in results):
        raise DataError(f"{path}: a {word} with missing or foreign fields", "write it again with --certificate")
    return results


def _documents(text: str) -> list[Any]:
    """One JSON document, or one on each line; a key that stands twice is refused."""
    try:
        return [json.loads(text, object_pairs_hook=unique_keys)]
    except json.JSONDecodeError as error:
        lines = text.splitlines()
        if error.msg != "Extra data" or len(lines) < 2:
            raise
        return [json.loads(line, object_pairs_hook=unique_keys) for line in lines if line.strip()]


def verify(record: Mapping[str, Any], checkers: Mapping[str, Checker] | None = None,
           support: Mapping[str, Support] | None = None) -> Verification:
    """Check every piece of evidence of one result, and whether together they support its value.

    Args:
        record: command, spec, value, status and evidence.
        checkers: of further kinds of evidence.
        support: for further commands, whether evidence that was found right supports the value.
    """
    command, record = str(record["command"]), {**record, "value": _exact(record["value"])}
    checks: tuple[Check, ...] = ()
    right: bool | None
    try:
        _same_network(record)
        ed_degree_check.one_metric(record)
        known = {**CHECKERS, **(checkers or {})}
        checks = tuple(_checked(known, record, evidence) for evidence in record["evidence"])
        wrong = [check for check in checks if check.right is False]
        if wrong:
            right, note = False, f"{wrong[0].kind}: {wrong[0].note}"
        else:
            right, note = _supported(record, checks, {**SUPPORT, **(support or {})})
    except (NeurocliError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        right, note = False, f"the evidence cannot be read: {error}"
    return Verification(str(record["spec"]), command, record["value"], str(record["status"]), checks, right, note,
                        ed_degree_check.metric_of(record))


def _exact(value: Any) -> Any:
    """A value with its large integers, which JSON holds as texts."""
    if isinstance(value, Mapping):
        return {key: _exact(entry) for key, entry in value.items()}
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value


def _same_network(record: Mapping[str, Any]) -> None:
    """Refuse a certificate whose network is spelled the same but has another content (an edited file)."""
    if "digest" in record and parse(record["spec"]).digest != record["digest"]:
        raise ValueError("the file behind the specification has changed since")


def _checked(known: Mapping[str, Checker], record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Check:
    from neurocli.algebra.primes import check_prime

    kind = str(evidence.get("kind", ""))
    for prime in (evidence.get("prime"), *evidence.get("primes", ())):
        if prime is not None:
            check_prime(int(prime))
    checker = known.get(kind)
    if checker is None:
        return Check(str(record["spec"]), kind, None, "no checker for this kind of evidence")
    right, note = checker(record, evidence)
    return Check(str(record["spec"]), kind, right, note)


def _lower_bound(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> tuple[bool | None, str]:
    from neurocli.architectures.registry import parametrization
    from neurocli.invariants.ranks.jacobian_rank import check_rank
    from neurocli.invariants.ranks.upper_bounds import reduced

    if record["command"] in ("degree", "edd"):  # of the number itself; what proves it are boxes
        return degree_check.check_claimed(record, evidence)
    network = parse(record["spec"])
    if (evidence.get("ring") == "balls") != (network.family == "softmax"):
        return False, "evidence of another family"
    if evidence.get("ring") == "balls":
        from neurocli.architectures.softmax import reduce
        from neurocli.invariants.ranks.softmax_dimension import check_certified_rank

        return check_certified_rank(reduce(network), evidence), "determinant in ball arithmetic"
    if "prime" not in evidence or "samples" not in evidence:
        return None, "no point to check at"
    if network.get("knots"):
        return None, "cell patterns have no short checker"
    p = reduced(network) if evidence.get("reduced") else parametrization(network)
    note = "determinant of the pivot minor" if "rows" in evidence else "rank at the recorded point"
    return check_rank(p, evidence), note


def _theorem(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> tuple[bool | None, str]:
    """A theorem or bound is right when the catalogue still says the same about this network."""
    from neurocli.theorems.catalogue import dimension_bounds

    if record["command"] == "degree":
        return degree_check.check_theorem(record, evidence)
    if record["command"] == "edd":
        return ed_degree_check.check_theorem(record, evidence)
    if record["command"] == "fibers" and "classes" in evidence:
        return fibre_check.check_statement(record, evidence)
    if record["command"] not in ("dim", "fibers"):
        return None, "no checker for theorems of this command"
    network = parse(record["spec"])
    if evidence.get("theorem") == "polynomial vector fields":
        if evidence["kind"] != "upper-bound":
            return False, "fields give a bound from above"
        from neurocli.invariants.ranks.kernel_fields import check_fields
        from neurocli.invariants.ranks.upper_bounds import reduced

        return check_fields(reduced(network), evidence), "derivative along the fields, as polynomials"
    found = [*dimension_bounds(network), *_own_bounds(network, evidence)]
    same = [b for b in found if b.theorem == evidence.get("theorem")]
    if not same:
        return False, f"no theorem {evidence.get('theorem')!r} speaks about this network"
    if not any(b.proved for b in same):
        return None, CONJECTURE
    said = [b for b in same if b.value == int(evidence["value"])]
    if not said:
        return False, f"the theorem gives {same[0].value}, not {evidence['value']}"
    # an exact value is a bound from above as well, and a bound is never an exact value
    allowed = ("exact", "upper") if evidence["kind"] == "upper-bound" else ("exact",)
    if not any(b.proved and b.kind in allowed for b in said):
        return False, f"the theorem gives a bound, not the {evidence['kind']}"
    return True, "hypotheses checked again"


def _boxes(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> tuple[bool | None, str]:
    from neurocli.invariants.checks.box_certificate import check_boxes

    if {"degree": "slice", "edd": "critical"}.get(record["command"], evidence["system"]) != evidence["system"]:
        return False, "boxes of another question"
    return check_boxes(record, evidence)


def _own_bounds(network: Network, evidence: Mapping[str, Any]) -> list[Any]:
    """Bounds that come from the parametrization: ambient space and symmetries."""
    if evidence.get("theorem") not in ("ambient space", "parameters minus symmetries", "one token"):
        return []
    if network.family == "softmax":
        from neurocli.architectures.softmax import reduce
        from neurocli.invariants.ranks.softmax_dimension import upper_bounds

        return upper_bounds(network, reduce(network), 0)
    from neurocli.invariants.ranks.upper_bounds import rank_upper_bounds, reduced

    small = reduced(network)
    return rank_upper_bounds(network, small, 2**31 - 1, 0)


CONJECTURE = "a conjecture, no proof"
CHECKERS: dict[str, Checker] = {
    "lower-bound": _lower_bound,
    "upper-bound": _theorem,
    "theorem": _theorem,
    "equation": degree_check.check_equation,
    "equations": degree_check.check_linear,
    "slice": degree_check.check_slice,
    "dimension": degree_check.check_dimension,
    "monodromy": degree_check.check_claimed,
    "ideal": degree_check.check_claimed,
    "hilbert-function": degree_check.check_claimed,
    "critical-split": degree_check.check_claimed,
    "boundary-points": degree_check.check_claimed,
    "critical-points": ed_degree_check.check_count,
    "krawczyk": _boxes,
    "fibre-count": fibre_check.check_count,
}


def _supported(record: Mapping[str, Any], checks: tuple[Check, ...], support: Mapping[str, Support]
               ) -> tuple[bool | None, str]:
    """Whether evidence that was found right supports the value and the status.

    A value that its evidence contradicts is wrong.  One that is said to be proved and lacks support is wrong when
    everything could be checked, and undecided when some evidence has no checker; a conjecture is no evidence.
    """
    done = [e for e, check in zip(record["evidence"], checks, strict=True) if check.right]
    open_ = any(check.right is None and check.note != CONJECTURE for check in checks)
    weigh = support.get(str(record["command"]))
    if weigh is None:
        return None, f"no checker for {record['command']!r}"
    right, note = weigh(record, done)
    if right is None and open_:
        return None, f"{note}; some evidence has no checker here"
    if right is None and record["evidence"] and str(record["status"]) in SURE:
        return False, note
    return right, note


def _supported_dimension(record: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> tuple[bool | None, str]:
    """A regular minor is a bound from below: it supports a bound, and no other value without a bound from above."""
    value, status = record["value"], record["status"]
    lower = max((int(e["value"]) for e in done if e["kind"] in ("lower-bound", "theorem")), default=None)
    upper = min((int(e["value"]) for e in done if e["kind"] in ("upper-bound", "theorem")), default=None)
    if not record["evidence"]:
        return False, "no evidence"
    if (lower is not None and lower > value) or (upper is not None and upper < value):
        return False, f"the evidence contradicts the value {value}"
    if lower == value == upper:
        return True, "bounds meet"
    if status in SURE:
        return None, f"bounds {lower} and {upper} do not prove {value}"
    if status == "bound":
        return value in (lower, upper) or None, f"bounds {lower} and {upper} are shown"
    return None, f"at least {lower} is shown; that it is no more is only {status}"


#: Command -> whether evidence that was found right supports its value and status.
SUPPORT: dict[str, Support] = {
    "dim": _supported_dimension,
    "degree": degree_check.supported,
    "edd": ed_degree_check.supported,
    "fibers": fibre_check.supported,
}
