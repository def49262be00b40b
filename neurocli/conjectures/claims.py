"""Claims: a statement over a grid of networks, evaluated to holds, refuted or undecided.

A claims file (TOML) has one table `[[claim]]` per claim: name, title, source (a bibliography key or
words), statement, and a `[claim.grid]` (see grid.py) or a list `networks`.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from neurocli.architectures.grammar import parse, read_text
from neurocli.conjectures.asker import Asker
from neurocli.conjectures.evaluation import FUNCTIONS, Context, EvaluationError, evaluate
from neurocli.conjectures.expression import NETWORK, Node, parse_statement
from neurocli.conjectures.grid import Grid, read_grid
from neurocli.errors import NeurocliError, SpecificationError
from neurocli.jobs.supervisor import Outcome, run, task_seed

POINTER = "see: neurocli help claims"
HOLDS, REFUTED, UNDECIDED = "holds", "refuted", "undecided"


@dataclasses.dataclass(frozen=True)
class Claim:
    """A statement over a grid.

    Args:
        name: short name, for reports and `--only`.
        title: the claim in words.
        source: bibliography key, or where it comes from.
        statement: its text; `node` is the checked tree.
        grid: the networks it is about.
        expect: the verdict that is known to be true, where the file says so (`holds`, `refuted`).
        place: where the statement stands, for messages.
    """

    name: str
    title: str
    source: str
    statement: str
    node: Node
    grid: Grid
    expect: str | None = None
    place: str = "statement"


@dataclasses.dataclass(frozen=True)
class Instance:
    """What became of a claim at one network.

    Args:
        verdict: holds, refuted or undecided.
        sure: False when a number in it was only probable.
        used: the invariants that were asked and their values.
        note: why it is undecided.
        variables: the integers, texts and lists that the grid gave.
    """

    spec: str
    verdict: str
    sure: bool
    used: Mapping[str, Any]
    size: int
    seconds: float
    note: str = ""
    variables: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A claim's verdict over its grid; the witnesses are the smallest networks that refute it."""

    claim: Claim
    verdict: str
    instances: tuple[Instance, ...]
    seconds: float

    def count(self, verdict: str) -> int:
        """Number of instances with this verdict."""
        return sum(instance.verdict == verdict for instance in self.instances)

    @property
    def witnesses(self) -> list[Instance]:
        """The instances that refute the claim, smallest first."""
        refuting = [i for i in self.instances if i.verdict == REFUTED]
        return sorted(refuting, key=lambda i: (i.size, len(i.spec), i.spec))

    def to_json(self) -> dict[str, Any]:
        """The verdict as data."""
        return {
            "name": self.claim.name,
            "title": self.claim.title,
            "source": self.claim.source,
            "statement": self.claim.statement,
            "verdict": self.verdict,
            "expect": self.claim.expect,
            "instances": len(self.instances),
            "holds": self.count(HOLDS),
            "refuted": self.count(REFUTED),
            "undecided": self.count(UNDECIDED),
            "sure": all(i.sure for i in self.instances),
            "witness": _witness(self.witnesses[0]) if self.witnesses else None,
            "open": [{"spec": i.spec, "note": i.note} for i in self.instances if i.verdict == UNDECIDED][:5],
        }


def _witness(instance: Instance) -> dict[str, Any]:
    return {"spec": instance.spec, "values": dict(instance.used), "sure": instance.sure}


def read_claims(path: str | Path) -> list[Claim]:
    """The claims of a file.

    Raises:
        SpecificationError: line, column or key, what stood there, what was expected.
    """
    try:
        return claims_of_text(read_text(Path(path)), str(path))
    except SpecificationError as error:
        error.hint = _with_pointer(error.hint)
        raise


def _with_pointer(hint: str) -> str:
    """The hint of a fault in a claims file, with where the language is explained."""
    return "\n  ".join([*(line for line in [hint] if line and line != "see: neurocli help spec"), POINTER])


def claims_of_text(text: str, place: str) -> list[Claim]:
    """The claims of a TOML text."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecificationError(place, str(error), "TOML (see: neurocli help claims)") from None
    records = document.get("claim")
    if set(document) != {"claim"} or not isinstance(records, list) or not records:
        raise SpecificationError(place, ", ".join(document) or "nothing", "tables [[claim]]")
    lines = _statement_lines(text)
    claims = [
        _claim(record, f"{place}, claim {number}", f"{place}, line {line}, claim {number}, statement")
        for number, (record, line) in enumerate(zip(records, lines, strict=False), 1)
    ]
    names = [claim.name for claim in claims]
    if len(set(names)) != len(names):
        raise SpecificationError(place, max(names, key=names.count), "each name once")
    return claims


def _statement_lines(text: str) -> Iterator[int]:
    """For each table `[[claim]]` the line of its statement, or of its head where it has none."""
    heads: list[int] = []
    statements: dict[int, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*\[\[\s*claim\s*\]\]", line):
            heads.append(number)
        elif heads and re.match(r"\s*statement\s*=", line):
            statements.setdefault(heads[-1], number)
    yield from (statements.get(head, head) for head in heads)
    yield from itertools.repeat(1)  # tables spelled in another way


def _claim(record: Any, place: str, statement: str) -> Claim:
    known = {"name", "title", "source", "statement", "grid", "networks", "expect"}
    if not isinstance(record, dict) or set(record) - known:
        raise SpecificationError(place, ", ".join(sorted(set(record) - known)), "the keys " + ", ".join(sorted(known)))
    for key in ("name", "statement"):
        if not isinstance(record.get(key), str):
            raise SpecificationError(f"{place}, key '{key}'", repr(record.get(key)), "a text")
    if ("grid" in record) == ("networks" in record):
        raise SpecificationError(
            place, "both grid and networks" if "grid" in record else "neither grid nor networks", "one of them"
        )
    if record.get("expect") not in (None, HOLDS, REFUTED):
        raise SpecificationError(f"{place}, key 'expect'", repr(record["expect"]), "holds or refuted")
    grid = read_grid(
        record["grid"] if "grid" in record else {"networks": record["networks"]},
        f"{place}, {'grid' if 'grid' in record else 'networks'}",
    )
    names = {**grid.names(), "network": NETWORK}
    node = parse_statement(record["statement"], names, FUNCTIONS, statement)
    return Claim(
        record["name"],
        str(record.get("title", "")),
        str(record.get("source", "")),
        record["statement"],
        node,
        grid,
        record.get("expect"),
        statement,
    )


def shipped() -> list[Claim]:
    """The claims that come with neurocli, each with its source, in the order of their files."""
    claims = []
    folder = files("neurocli.conjectures").joinpath("shipped")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            claims += claims_of_text(entry.read_text(encoding="utf-8"), entry.name)
    return claims


def decide(
    claims: Sequence[Claim],
    *,
    seed: int = 0,
    jobs: int = 1,
    timeout: float | None = None,
    memory_mb: int | None = None,
    strict: bool = False,
    progress: Callable[[int, int, Instance], None] | None = None,
) -> list[Verdict]:
    """Evaluate every claim at every network of its grid, in worker processes.

    Args:
        strict: count instances that rest on probable numbers as undecided.
        progress: called with (done, all, instance) after each instance.

    Notes:
        A crash, a hang or the death of a worker makes one instance undecided and is named there.
    """
    tasks, sizes = [], []
    for index, claim in enumerate(claims):
        instances = _instances(claim)
        sizes.append(len(instances))
        tasks += [
            {"claim": index, "spec": network.spelling, "variables": variables} for network, variables in instances
        ]

    def work(task: dict[str, Any]) -> dict[str, Any]:
        return _evaluate(claims[task["claim"]], task, seed)

    found: dict[int, list[Instance]] = {index: [] for index in range(len(claims))}
    started = time.monotonic()
    spent = dict.fromkeys(found, 0.0)
    for done, outcome in enumerate(_outcomes(work, tasks, jobs, timeout, memory_mb), 1):
        instance = _instance(outcome, strict)
        found[outcome.task["claim"]].append(instance)
        spent[outcome.task["claim"]] = time.monotonic() - started
        if progress is not None:
            progress(done, len(tasks), instance)
    return [
        Verdict(claim, _overall(found[index]), tuple(found[index]), spent[index]) for index, claim in enumerate(claims)
    ]


def _instances(claim: Claim) -> list[tuple[Any, dict[str, Any]]]:
    """The networks of a claim; one about nothing would hold, so an empty grid is a fault."""
    try:
        instances = list(claim.grid.instances())
        if not instances:
            expected = "hypotheses that some network of the ranges satisfies: this range is empty"
            raise SpecificationError(f"claim {claim.name}", "a grid without networks", expected)
    except SpecificationError as error:
        error.hint = _with_pointer(error.hint)
        raise
    return instances


def _outcomes(
    work: Callable[[Any], Any], tasks: Iterable[Any], jobs: int, timeout: float | None, memory_mb: int | None
) -> Iterator[Outcome]:
    return run(work, tasks, jobs=jobs, timeout=timeout, memory_mb=memory_mb, ordered=True)


def refutations(
    verdicts: Sequence[Verdict],
    *,
    seed: int = 0,
    jobs: int = 1,
    timeout: float | None = None,
    memory_mb: int | None = None,
) -> list[dict[str, Any]]:
    """Evidence for every refuted claim: its smallest witness, with all that its statement asked for.

    Raises:
        NeurocliError: a witness could not be evaluated again within the limits.
    """
    tasks = [
        {"name": v.claim.name, "statement": v.claim.statement, "spec": w.spec, "variables": dict(w.variables),
         "template": v.claim.grid.template_of(w.spec, w.variables)}
        for v in verdicts
        for w in v.witnesses[:1]
    ]

    def work(task: dict[str, Any]) -> dict[str, Any]:
        from neurocli.conjectures.witnesses import refutation

        return refutation(task["name"], task["statement"], task["spec"], task["variables"],
                          seed=_seed(seed, task["spec"]), template=task["template"])

    evidence = []
    for outcome in _outcomes(work, tasks, jobs, timeout, memory_mb):
        if outcome.error is not None:
            raise outcome.error
        evidence.append(outcome.value)
    return evidence


def _seed(seed: int, spec: str) -> int:
    """The seed of the computations for one network."""
    return seed if seed < 2**31 else task_seed(seed, spec, "claim")


_ASKERS: dict[int, Asker] = {}


def _evaluate(claim: Claim, task: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """In a worker: the truth of a claim at one network."""
    network = parse(task["spec"])
    variables = {name: tuple(value) if isinstance(value, list) else value for name, value in task["variables"].items()}
    own = _seed(seed, network.spelling)
    asker = _ASKERS.setdefault(own, Asker(own))
    context = Context(network, variables, asker)
    try:
        truth = evaluate(claim.node, context)
    except EvaluationError as error:
        fault = error.in_statement(claim.statement, claim.place, f" for {network.spelling}")
        fault.hint = _with_pointer(fault.hint)
        raise fault from None
    from neurocli.conjectures.asker import _facts

    return {"truth": truth, "sure": context.sure, "used": context.used, "size": _facts(network)["parameters"].value}


def _instance(outcome: Outcome, strict: bool) -> Instance:
    spec = outcome.task["spec"]
    if outcome.error is not None:
        if isinstance(outcome.error, SpecificationError):
            raise outcome.error
        error: NeurocliError = outcome.error
        return Instance(spec, UNDECIDED, True, {}, 0, outcome.seconds, f"{error.kind}: {error.message}")
    value = outcome.value
    truth, sure = value["truth"], value["sure"]
    if truth is None or (strict and not sure):
        note = "only probable" if truth is not None else "the bounds known do not settle it"
        return Instance(spec, UNDECIDED, sure, value["used"], value["size"], outcome.seconds, note)
    verdict, variables = HOLDS if truth else REFUTED, outcome.task["variables"]
    return Instance(spec, verdict, sure, value["used"], value["size"], outcome.seconds, "", variables)


def _overall(instances: Sequence[Instance]) -> str:
    verdicts = {instance.verdict for instance in instances}
    return REFUTED if REFUTED in verdicts else UNDECIDED if UNDECIDED in verdicts else HOLDS
