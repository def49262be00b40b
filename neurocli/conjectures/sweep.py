"""Sweeps: one invariant over a grid, one record per network, in worker processes with limits.

A crash, a hang or the death of a worker costs one task and becomes that task's record.  Records
are journaled as they come; a sweep that was killed resumes with what is missing.  The seed of a
task is a hash of the master seed, the network and the invariant, so answers depend neither on
order, nor on the number of workers, nor on shards.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import neurocli
from neurocli.architectures.grammar import parse, read_text
from neurocli.conjectures.asker import INVARIANTS, invariant
from neurocli.conjectures.grid import Grid, read_grid, specs_grid
from neurocli.errors import DataError, LimitError, NeurocliError, SpecificationError
from neurocli.jobs.journal import Journal, read
from neurocli.jobs.supervisor import Outcome, Supervisor, in_order, task_seed
from neurocli.results.result import plain
from neurocli.results.store import Store, result_key

#: Options of invariants that a grid file may set.
OPTIONS = {"method", "metric", "engine", "prime"}


@dataclasses.dataclass(frozen=True)
class Sweep:
    """What is to be computed: a grid, an invariant and its options."""

    grid: Grid
    invariant: str
    options: tuple[tuple[str, Any], ...] = ()

    def header(self, seed: int) -> dict[str, Any]:
        """What a journal of this sweep belongs to."""
        text = repr((self.grid.templates, self.grid.variables, self.grid.where))
        return {
            "grid": hashlib.sha256(text.encode()).hexdigest(),
            "invariant": self.invariant,
            "options": plain(dict(self.options)),
            "seed": seed,
            "version": neurocli.__version__,
        }


def read_sweep(path: str | Path, invariant_: str | None = None) -> Sweep:
    """A sweep from a TOML file: a grid (see grid.py), with `invariant` and options at the top.

    A file that does not end in `.toml` is a list of specifications, one per line; `-` is standard input, which
    holds either.

    Raises:
        SpecificationError: the file does not parse, or names no invariant.
    """
    text = _standard_input() if str(path) == "-" else read_text(Path(path))
    if not (str(path).endswith(".toml") or (str(path) == "-" and re.search(r"^\s*networks\s*=", text, re.MULTILINE))):
        specs = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        if not specs:
            raise SpecificationError(str(path), "nothing", "one specification per line, or a grid in TOML")
        return Sweep(specs_grid(specs), invariant_ or "dim")
    try:
        record = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecificationError(str(path), str(error), "TOML") from None
    name = invariant_ or record.pop("invariant", "dim")
    record.pop("invariant", None)
    if name not in INVARIANTS:
        raise SpecificationError(f"{path}, key 'invariant'", str(name), "one of " + ", ".join(INVARIANTS))
    options = record.pop("options", {})
    if not isinstance(options, dict) or set(options) - OPTIONS:
        raise SpecificationError(f"{path}, key 'options'", repr(options), "a table of " + ", ".join(sorted(OPTIONS)))
    return Sweep(read_grid(record, str(path)), name, tuple(sorted(options.items())))


def _standard_input() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise SpecificationError("standard input", "binary data", "a grid in TOML, or one specification per line"
                                 ) from None


def in_shard(spec: str, shard: tuple[int, int]) -> bool:
    """Whether a network belongs to shard i of n, by content hash (i from 1)."""
    index, count = shard
    return int(hashlib.sha256(spec.encode()).hexdigest(), 16) % count == index - 1


def tasks_of(sweep: Sweep, seed: int, shard: tuple[int, int] | None = None) -> Iterator[dict[str, Any]]:
    """The tasks in the order of the grid, each with its own seed."""
    for network, _ in sweep.grid.instances():
        if shard is None or in_shard(network.spelling, shard):
            yield {
                "spec": network.spelling,
                "invariant": sweep.invariant,
                "options": dict(sweep.options),
                "seed": task_seed(seed, network.spelling, sweep.invariant),
            }


def work(task: Mapping[str, Any]) -> dict[str, Any]:
    """In a worker: the result of one task, without what may change from run to run."""
    result = invariant(task["invariant"])(parse(task["spec"]), seed=task["seed"], **task["options"])
    record = dataclasses.replace(result, run={}).to_json()
    return record


def records(
    sweep: Sweep,
    *,
    seed: int = 0,
    jobs: int = 1,
    timeout: float | None = None,
    memory_mb: int | None = None,
    shard: tuple[int, int] | None = None,
    journal: str | Path | None = None,
    store: Store | None = None,
    ordered: bool = False,
    scheduler: str | None = None,
    progress: Callable[[int, bool], None] | None = None,
) -> Iterator[dict[str, Any]]:
    """Run the sweep and yield one record per network, as they come or in the order of the grid.

    Args:
        shard: only the tasks of shard i of n.
        journal: where finished records are kept; those it already holds come first.
        store: results known from earlier runs are taken from here and new ones put in.
        scheduler: `local` or the address of a Dask scheduler, instead of workers of our own.
        progress: called with (done, failed) after each record.

    Raises:
        DataError: the journal belongs to another sweep, is spoiled, or in use.
    """
    done = 0
    keeper = Journal(journal, sweep.header(seed)) if journal is not None else None
    try:
        tasks: Iterator[dict[str, Any]] = tasks_of(sweep, seed, shard)
        if keeper is not None:
            for record in read(keeper.path)[1]:
                done += 1
                yield _reported(record["record"], done, progress)
            tasks = keeper.remaining(tasks, key=lambda task: str(task["spec"]))
        if store is not None:
            tasks, known = _split(tasks, store)
            for record in known:
                if keeper is not None:
                    keeper.append({"task": record["spec"], "record": record})
                done += 1
                yield _reported(record, done, progress)
        for group in _groups(tasks, jobs, timeout, memory_mb, ordered, scheduler):
            found = [_record(outcome) for outcome in group]
            if keeper is not None:  # on disk before anyone is told
                keeper.append(*({"task": record["spec"], "record": record} for record in found))
            for outcome, record in zip(group, found, strict=True):
                if store is not None and "error" not in record:
                    _keep(store, outcome.task, record)
                done += 1
                yield _reported(record, done, progress)
    finally:
        if keeper is not None:
            keeper.close()


def _groups(
    tasks: Iterator[dict[str, Any]],
    jobs: int,
    timeout: float | None,
    memory_mb: int | None,
    ordered: bool,
    scheduler: str | None,
) -> Iterator[list[Outcome]]:
    if scheduler is not None:
        from neurocli.conjectures.cluster import outcomes

        stream = outcomes(work, tasks, scheduler, jobs, timeout, memory_mb)
        yield from ([outcome] for outcome in (in_order(stream) if ordered else stream))
        return
    # loaded once, here, so that every worker inherits it
    import neurocli.algebra.matrices
    import neurocli.algebra.program  # noqa: F401

    with Supervisor(work, jobs=jobs, timeout=timeout, memory_mb=memory_mb) as pool:
        groups = pool.groups(tasks)
        if not ordered:
            yield from groups
            return
        for outcome in in_order(outcome for group in groups for outcome in group):
            yield [outcome]


def _record(outcome: Outcome) -> dict[str, Any]:
    """A result, or what became of the task, as a record with the same first keys."""
    if outcome.error is None:
        return dict(outcome.value)
    error: NeurocliError = outcome.error
    return {
        "command": outcome.task["invariant"],
        "spec": outcome.task["spec"],
        "value": None,
        "status": "undecided" if isinstance(error, LimitError) else "failed",
        "seed": outcome.task["seed"],
        **error.to_json(),
    }


def _reported(record: dict[str, Any], done: int, progress: Callable[[int, bool], None] | None) -> dict[str, Any]:
    if progress is not None:
        progress(done, "error" in record)
    return record


def _key(task: Mapping[str, Any]) -> tuple[str, str]:
    digest = parse(task["spec"]).digest
    return result_key(task["invariant"], digest, task["options"], task["seed"], neurocli.__version__), digest


def _split(tasks: Iterator[dict[str, Any]], store: Store) -> tuple[Iterator[dict[str, Any]], list[dict[str, Any]]]:
    unknown, known = [], []
    for task in tasks:
        result = store.get(_key(task)[0])
        if result is None:
            unknown.append(task)
        else:
            known.append(dataclasses.replace(result, run={}).to_json())
    return iter(unknown), known


def _keep(store: Store, task: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    from neurocli.results.result import Result

    key, digest = _key(task)
    store.put(key, digest, Result.from_json(record).with_run(version=neurocli.__version__))


def merge(journals: Sequence[str | Path]) -> list[dict[str, Any]]:
    """The records of the shards of one sweep, by specification.

    Raises:
        DataError: the journals belong to different sweeps.
    """
    merged: dict[str, dict[str, Any]] = {}
    first: dict[str, Any] | None = None
    for path in journals:
        header, lines = read(path)
        if first is not None and header != first:
            raise DataError(f"{path}: belongs to another sweep than {journals[0]}", "merge the shards of one sweep")
        first = header
        for line in lines:
            merged[line["task"]] = line["record"]
    return [merged[spec] for spec in sorted(merged)]


def slurm_script(arguments: Sequence[str], shards: int, hours: int = 4, memory_gb: int = 4, at_once: int = 50) -> str:
    """An array script that runs a sweep in shards, each with a journal of its own, and how to merge them."""
    import shlex

    words = " ".join(shlex.quote(argument) for argument in arguments)
    return f"""#!/bin/bash
#SBATCH --job-name=neurocli
#SBATCH --array=1-{shards}%{at_once}
#SBATCH --cpus-per-task=1
#SBATCH --mem={memory_gb}G
#SBATCH --time={hours:02d}:00:00
# Submit with sbatch; a shard that was killed resumes when submitted again.  Afterwards:
#   neurocli sweep --merge shard.*.ndjson --output all.ndjson
set -eu
exec neurocli sweep {words} --shard "$SLURM_ARRAY_TASK_ID/{shards}" \\
    --journal "shard.$SLURM_ARRAY_TASK_ID.ndjson" --resume --quiet --output /dev/null
"""
