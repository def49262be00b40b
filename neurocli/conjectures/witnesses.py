"""Refutations and exhaustive searches as evidence, and their checkers.

A witness carries the claim's text, the values of its variables, and every answer the statement
asked for, each with its own evidence.  The checker re-checks the answers and evaluates the statement
on them again; nothing is computed anew.  A search carries the dimensions of what fills, of all its
predecessors, and of the largest networks that do not fill, which together cover the box of widths.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from neurocli.architectures.grammar import parse
from neurocli.architectures.network import Network
from neurocli.conjectures.asker import Asker
from neurocli.conjectures.evaluation import FUNCTIONS, Context, evaluate, smaller
from neurocli.conjectures.expression import INTEGER, NETWORK, TEXT, parse_statement
from neurocli.conjectures.grid import fill
from neurocli.invariants.checks.certificates import SURE, verify
from neurocli.invariants.checks.ed_degree_check import metric_of
from neurocli.results.result import Result, Status
from neurocli.theorems.identifiability import effective_parameters, kruskal

Checked = tuple[bool | None, str]
_KEPT = ("command", "spec", "value", "status", "method", "evidence", "seed")
#: A search that claims more networks is refused.
MAX_BOX = 1_000_000


def certified(result: Result) -> dict[str, Any]:
    """What a certificate keeps of a result."""
    record = result.to_json()
    return {key: record[key] for key in _KEPT} | (
        {"metric": record["data"]["metric"]} if result.command == "edd" else {})


def refutation(name: str, statement: str, spec: str, variables: Mapping[str, Any], *, seed: int = 0,
               template: str = "") -> dict[str, Any]:
    """The evidence that a statement is false for one network: every answer it asks for.

    Args:
        name: of the claim.
        variables: integers, texts and lists of integers, by name.
        template: the specification with the variables in it, which gives the network.
    """
    asker = Asker(seed)
    network = parse(spec)
    node = parse_statement(statement, {**types_of(variables), "network": NETWORK}, FUNCTIONS)
    evaluate(node, Context(network, variables, asker))
    answers = [{"invariant": invariant, "network": result.spec, "options": dict(options), "result": certified(result)}
               for (invariant, _, options), result in asker.cache.items() if result is not None]
    plain = {key: list(value) if isinstance(value, (list, tuple)) else value for key, value in variables.items()}
    return {"kind": "refutation", "claim": name, "statement": statement, "network": spec, "variables": plain,
            "template": template, "answers": answers}


def types_of(variables: Mapping[str, Any]) -> dict[str, str]:
    """The types of the variables of an instance."""
    types = {}
    for name, value in variables.items():
        item = value[0] if isinstance(value, (list, tuple)) and value else value
        kind = TEXT if isinstance(item, str) else INTEGER
        types[name] = f"list of {kind}s" if isinstance(value, (list, tuple)) else kind
    return types


class Recorded(Asker):
    """Answers from a certificate, each re-checked; what is not there is unknown.

    Attributes:
        wrong: the first answer whose evidence does not support it, in words.
        unchecked: the first whose evidence has no checker.
    """

    def __init__(self, answers: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(0)
        self.wrong = self.unchecked = ""
        for answer in answers:
            record = {"status": "undecided", **answer["result"]}
            network = parse(answer["network"])
            if record["command"] != answer["invariant"] or parse(record["spec"]).digest != network.digest:
                self.wrong = self.wrong or f"{answer['network']}: an answer to another question"
                continue
            another = _another_question(record, answer["options"])
            if another:
                self.wrong = self.wrong or f"{answer['network']}: {another}"
                continue
            found = verify(record)
            if found.right is False:
                self.wrong = self.wrong or f"{record['spec']}: {found.note}"
            elif found.right is None:
                self.unchecked = self.unchecked or f"{record['spec']}: {found.note}"
            # bounds are read from the evidence, so only what was found right may stay
            right = tuple(e for e, check in zip(record["evidence"], found.checks, strict=False) if check.right)
            key = (answer["invariant"], network.digest, tuple(sorted(answer["options"].items())))
            self.cache[key] = Result(record["command"], record["spec"], record["value"], Status(record["status"]),
                                     str(record.get("method", "")), evidence=right)

    def result(self, name: str, network: Network, options: Mapping[str, str | int]) -> Result | None:
        """The recorded answer, or None."""
        return self.cache.get((name, network.digest, tuple(sorted(options.items()))))


def _another_question(record: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """Why an answer is not one to a question with these options; "" where it is.

    The method is no part of the question.  Files with Gram matrices and data are not in a certificate, so numbers that
    rest on them are refused.
    """
    asked = {key: value for key, value in options.items() if key != "method"}
    if record["command"] != "edd":
        return f"an answer has no {min(asked)}" if asked else ""
    from neurocli.errors import UsageError
    from neurocli.invariants.critical.metrics import read_metric

    text = str(asked.pop("metric", "generic"))
    rank = asked.pop("rank", None)
    if asked or text.startswith(("gram", "data")):
        return f"nothing here shows {min(asked) if asked else text}"
    try:
        metric = read_metric(text, None if rank is None else int(rank)).name
    except UsageError as error:
        return error.message
    return "" if metric_of(record) == metric else f"the {metric_of(record)} metric, not {metric}"


def check_refutation(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The statement is false on the recorded answers, and each of them is right."""
    claims = [c for c in record["value"]["claims"] if c["name"] == evidence["claim"]]
    if len(claims) != 1 or claims[0]["statement"] != evidence["statement"]:
        return False, f"no claim {evidence['claim']!r} with this statement"
    if claims[0]["verdict"] != "refuted" or claims[0]["witness"]["spec"] != evidence["network"]:
        return False, f"{evidence['network']} is not the witness of this claim"
    variables, template = evidence["variables"], evidence.get("template", "")
    if template and parse(fill(template, variables)).digest != parse(evidence["network"]).digest:
        return False, f"{evidence['network']} is not {fill(template, variables)}"
    asker = Recorded(evidence["answers"])
    if asker.wrong:
        return False, asker.wrong
    node = parse_statement(evidence["statement"], {**types_of(variables), "network": NETWORK}, FUNCTIONS)
    context = Context(parse(evidence["network"]), variables, asker)
    truth = evaluate(node, context)
    if truth is not False:
        return False, f"the statement is {'true' if truth else 'not settled'} on the recorded answers"
    if not context.sure and (record["status"] in SURE or claims[0]["witness"]["sure"]):
        return False, "said to be proved, on numbers that are only probable"
    if variables and not template:
        return None, "nothing ties the variables to the network"
    if asker.unchecked or not context.sure:
        return None, asker.unchecked or f"false for {evidence['network']}, on numbers that are only probable"
    return True, f"false for {evidence['network']}"


def supported_check(record: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> Checked:
    """Whether the witnesses that were found right refute every claim that is said to be refuted."""
    refuted = {claim["name"] for claim in record["value"]["claims"] if claim["verdict"] == "refuted"}
    shown = {e["claim"] for e in done if e["kind"] == "refutation"}
    missing = sorted(refuted - shown)
    if record["value"]["refuted"] != len(refuted):
        return False, f"{len(refuted)} claims are refuted, not {record['value']['refuted']}"
    if missing:
        unread = missing[0] in {e.get("claim") for e in record["evidence"]}
        return None if unread else False, f"no witness against {missing[0]}"
    if not shown:
        return None, "nothing is refuted; what holds is checked by checking again"
    return True, f"{len(shown)} refuted, each by its witness; what holds is checked by checking again"


def check_minimality(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The network fills, its predecessors are all there, and none of them fills."""
    network = parse(evidence["spec"])
    if _ambient(network) != int(evidence["value"]):
        return False, f"{network}: does not fill its ambient space"
    predecessors = [parse(p["spec"]).digest for p in evidence["predecessors"]]
    if sorted(predecessors) != sorted(n.digest for n in smaller(network)):
        return False, f"{network}: the predecessors are not all its networks with one width less by one"
    if parse(evidence["dimension"]["spec"]).digest != network.digest:
        return False, f"{network}: the dimension of another network"
    return _all_right(record, [evidence["dimension"], *evidence["predecessors"]],
                      lambda d: _fills(d) == (parse(d["spec"]).digest == network.digest))


def check_cover(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """Every network of the box lies above one that fills or below one that does not, so the list is complete.

    Filling is monotone in the widths: a subnetwork's functions are functions of the network.
    """
    inputs, outputs, depth, r, most = (int(evidence[key]) for key in ("inputs", "outputs", "depth", "r", "max_width"))
    if record["spec"] != f"minimal-filling inputs={inputs} outputs={outputs} depth={depth} r={r}":
        return False, "the cover of another search"
    if depth < 2 or most < 1 or most ** (depth - 1) > MAX_BOX:
        return False, "a box of no meaning"
    minimal = [tuple(widths) for widths in record["value"]]
    largest = [parse(p["spec"]).shape[1:-1] for p in evidence["largest"]]
    for hidden in itertools.product(range(1, most + 1), repeat=depth - 1):
        above = any(all(a <= b for a, b in zip(low, hidden, strict=True)) for low in minimal)
        below = any(all(a >= b for a, b in zip(high, hidden, strict=True)) for high in largest)
        if above == below:
            return False, f"hidden widths {list(hidden)}: {'contradictory' if above else 'not covered'}"
    asked = {parse(f"mlp:{'-'.join(map(str, (inputs, *hidden, outputs)))},r={r}").digest for hidden in largest}
    return _all_right(record, evidence["largest"], lambda d: not _fills(d) and parse(d["spec"]).digest in asked)


def check_attained(record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Checked:
    """The dimension at one activation degree, compared with the expected one."""
    network = parse(evidence["dimension"]["spec"])
    widths = parse(str(record["spec"]).removeprefix("threshold ")).shape
    expected = effective_parameters(widths)
    asked = parse(f"mlp:{'-'.join(map(str, widths))},r={int(evidence['r'])}")
    if (network.digest, expected) != (asked.digest, int(evidence["expected"])):
        return False, "the dimension of another network"
    if (int(evidence["dim"]) == expected) != evidence["attained"]:
        return False, "attained exactly where the dimension is the expected one"
    return _all_right(record, [evidence["dimension"]], lambda p: p["value"] == evidence["dim"])


def attained_from(widths: Sequence[int], r: int) -> bool:
    """Whether localization proves the expected dimension for the activation degree r and all greater ones.

    Notes:
        Kruskal's condition r min(n, k) + min(m, k) >= 2k + r for a block of widths (n, k, m) has min(n, k) >= 2, so
        with r it holds for r + 1.  Reference: [usevich-2025].

    Example:
        >>> attained_from((2, 2, 3, 1), 5), attained_from((2, 2, 3, 1), 4)
        (True, False)
    """
    return all(kruskal(min(widths[:i]), widths[i], widths[i + 1], r) for i in range(1, len(widths) - 1))


def supported_search(record: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> Checked:
    """Whether evidence of which none is wrong supports the list of a search, or a threshold."""
    threshold = str(record["spec"]).startswith("threshold ")
    right, note = (_supported_threshold if threshold else _supported_list)(record, record["evidence"])
    if right and len(done) < len(record["evidence"]):
        return None, f"{note}; some dimensions are only probable"
    return right, note


def _supported_threshold(record: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]]) -> Checked:
    rows = {int(e["r"]): bool(e["attained"]) for e in evidence if e["kind"] == "attained"}
    most = max(rows, default=0)
    if parse(str(record["spec"]).removeprefix("threshold ")).get("bias"):
        return False, "a network with a bias has no such threshold"
    if most < 2 or sorted(rows) != list(range(2, most + 1)):
        return False, "degrees are missing"
    last = max((r for r, attained in rows.items() if not attained), default=1)
    shown = f"attained from {last + 1} to {most}" if last < most else f"not attained at {most}, the last degree"
    if last != record["value"]:
        return False, shown
    if attained_from(parse(str(record["spec"]).removeprefix("threshold ")).shape, most + 1):
        return True, f"{shown}; beyond, by localization"
    if record["status"] in SURE:
        return False, f"{shown}; nothing proves what is beyond"
    return True, f"{shown}; not known beyond"


def _supported_list(record: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]]) -> Checked:
    listed = [list(parse(e["spec"]).shape[1:-1]) for e in evidence if e["kind"] == "minimality"]
    if sorted(listed) != sorted(record["value"]):
        return False, "the list and the certificates of minimality do not agree"
    widths = [e["max_width"] for e in evidence if e["kind"] == "cover"]
    if len(widths) != 1:
        return False, "nothing shows the list complete"
    return True, f"minimal, and no others with hidden widths up to {widths[0]}: {len(listed)}"


def _ambient(network: Network) -> int:
    from neurocli.invariants.ranks.expected import ambient_of

    found = ambient_of(network)
    return -1 if found is None else found


def _fills(record: Mapping[str, Any]) -> bool:
    return bool(record["value"] == _ambient(parse(record["spec"])))


def _all_right(whole: Mapping[str, Any], records: Sequence[Mapping[str, Any]], meets: Any) -> Checked:
    """Whether every nested result is right and meets a condition.

    That a network does not fill is a bound from above, so every dimension must be proved, not only bounded by a minor;
    one that is not makes the whole undecided, or wrong where it is said to be proved.
    """
    unchecked = ""
    for record in records:
        if record.get("command") != "dim" or not meets(record):
            return False, f"{record.get('spec')}: dimension {record.get('value')} is not what is claimed"
        found = verify(record)
        if found.right is False:
            return False, f"{found.spec}: {found.note}"
        if found.status not in SURE:
            if whole["status"] in SURE:
                return False, f"{found.spec}: dimension {found.value} is only {found.status}"
            unchecked = unchecked or f"{found.spec}: dimension {found.value} is only {found.status}"
        elif found.right is None:
            unchecked = unchecked or f"{found.spec}: {found.note}"
    return (None, unchecked) if unchecked else (True, "dimensions checked")


CHECKERS = {"refutation": check_refutation, "minimality": check_minimality, "cover": check_cover,
            "attained": check_attained}
SUPPORT = {"check": supported_check, "search": supported_search}
