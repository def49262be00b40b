"""Re-checking the evidence of numbers of critical points: theorems asked again, counts compared; nothing is solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurocli.architectures.grammar import parse

Checked = tuple[bool | None, str]


def check_theorem(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The same theorem still gives the same number for the network and the metric.

    Example:
        >>> record = {"spec": "mlp:3-2-1,r=2"}
        >>> check_theorem(record, {"theorem": "sum of polar degrees", "metric": "generic", "value": 13})
        (True, 'the theorem gives 13')
        >>> check_theorem(record, {"theorem": "sum of polar degrees", "metric": "generic", "value": 14})
        (False, 'the theorem gives 13')
    """
    from neurocli.errors import EngineError, LimitError, NeurocliError
    from neurocli.invariants.ed_degree import BOUNDARY_METRIC, edd

    metric = str(evidence.get("metric", ""))
    boundary = metric == BOUNDARY_METRIC
    rank = int(metric.removeprefix("generic of rank ")) if metric.startswith("generic of rank ") else None
    try:
        spelled = "generic" if rank or boundary else metric.replace(" ", "=")
        again = edd(parse(record["spec"]), metric=spelled, rank=rank, method="closed-form", boundary=boundary,
                    prime=evidence.get("prime"), seed=int(evidence.get("seed", 0)))
    except (EngineError, LimitError) as error:
        return None, error.message
    except NeurocliError as error:
        return False, error.message
    if again.evidence[0].get("theorem") != evidence.get("theorem"):
        return False, f"no theorem {evidence.get('theorem')!r} speaks about this network and metric"
    if record.get("status") in ("proved", "certified") and again.status.value != "proved":
        return False, f"the theorem's number is only {again.status}"
    return int(again.value) == int(evidence["value"]), f"the theorem gives {again.value}"


def metric_of(record: Mapping[str, Any]) -> str:
    """The metric that a number of critical points is about, by the record or else by all of its evidence.

    Example:
        >>> metric_of({"command": "edd", "evidence": [{"kind": "theorem", "metric": "unit"}]})
        'unit'
    """
    if record["command"] != "edd":
        return ""
    return str(record.get("metric") or _metrics(record)[0])


def one_metric(record: Mapping[str, Any]) -> None:
    """Refuse evidence about several metrics, or about another one than the record names.

    Raises:
        ValueError: it is.
    """
    if record["command"] == "edd" and len(found := _metrics(record)) > 1:
        raise ValueError(f"metrics {' and '.join(found)} in one result")


def _metrics(record: Mapping[str, Any]) -> list[str]:
    named = [record["metric"]] if "metric" in record else []
    named += [record["data"]["metric"]] if record.get("data") else []  # what --json has printed
    named += [e.get("metric") or "none" for e in record["evidence"] if e.get("kind") != "dimension"]
    return list(dict.fromkeys(map(str, named))) or ["none"]


def check_count(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """Solutions, ramified solutions and fibre give the value claimed; that they are right is not known."""
    good = int(evidence["solutions"]) - int(evidence.get("ramified") or 0)
    fits = good == int(evidence["value"]) * int(evidence["fibre"])
    return (None, "the counts fit") if fits else (False, "the counts do not give this number")


def supported(record: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> tuple[bool | None, str]:
    """Whether evidence that was found right supports a number of critical points and its status."""
    theorems = [e for e in done if e["kind"] == "theorem"]
    if any(int(e["value"]) != record["value"] for e in theorems):
        return False, f"the evidence contradicts {record['value']}"
    if record["status"] == "proved":
        return bool(theorems) or None, "proved again" if theorems else "nothing here proves the number"
    boxes = max((int(e["value"]) for e in done if e["kind"] == "krawczyk"), default=None)
    if boxes is not None:
        from neurocli.invariants.checks.degree_check import boxes_support

        return boxes_support(record, boxes)
    counts = [e["value"] for e in record["evidence"] if e.get("kind") == "critical-points"]
    if not counts:
        return None, "nothing here shows the number"
    fits = counts.count(record["value"]) > 1
    return None if fits else False, "counts fit" if fits else "the counts do not agree"
