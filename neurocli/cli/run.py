"""How a command computes and prints: in a child process with limits, one record at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click

from neurocli.errors import NeurocliError
from neurocli.results.result import Result


def compute(function: Callable[..., Result], *arguments: Any, timeout: float | None = None,
            memory: int | None = None, **options: Any) -> Result:
    """Call a function that returns a `Result` in a child process, so that limits and Ctrl-C hold.

    FLINT ignores signals inside a call and aborts the process when memory ends; the child takes
    that, and the parent stays in charge; what the child tells on its way is shown on a terminal.
    """
    from neurocli.jobs.isolate import isolate
    from neurocli.report.progress import SearchProgress

    if _quiet():
        import logging

        logging.getLogger("neurocli").setLevel(logging.ERROR)

    def work() -> dict[str, Any]:
        return function(*arguments, **options).to_json()

    with SearchProgress(_quiet()) as progress:
        answer = isolate(work, timeout=timeout, memory_mb=memory, listener=progress.update if progress.wanted else None)
    result = Result.from_json(answer.value)
    return result.with_run(**_provenance(), wall_seconds=round(answer.seconds, 4), peak_mb=answer.peak_mb)


def each(function: Callable[..., Result], items: Sequence[Any], *, timeout: float | None, memory: int | None,
         **options: Any) -> list[Callable[[], Result]]:
    """One task per item: `function(item, **options)` in a child of its own.

    With several items the libraries are loaded once, here, and the children inherit them.
    """
    if len(items) > 1:
        import importlib

        for module in ("neurocli.algebra.matrices", "neurocli.algebra.program"):
            importlib.import_module(module)
    return [partial(compute, function, item, timeout=timeout, memory=memory, **options) for item in items]


def _quiet() -> bool:
    """Whether the command that runs was given --quiet."""
    context = click.get_current_context(silent=True)
    return bool(context and context.params.get("quiet"))


def _provenance() -> dict[str, str]:
    """Where and when this run happened; never part of the answer."""
    import platform
    from datetime import UTC, datetime

    import neurocli

    return {"host": platform.node(), "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "version": neurocli.__version__}


def emit(tasks: Sequence[Callable[[], Result]], *, as_json: bool, format_: str | None, output: str | None,
         verbose: bool = False, explain: bool = False, cite: bool = False, certificate: str | None = None,
         quiet: bool = False) -> int:
    """Compute and print every task's result; the exit status is that of the first fault, or 0.

    With JSON every record is printed as soon as it is there; a fault becomes an object in its
    place, and the tasks after it are still done.
    """
    from neurocli.report.faults import fault_json, fault_text
    from neurocli.report.render import Style, certificate_text, render, render_one
    from neurocli.report.write import write_file

    if as_json and format_ not in (None, "json"):
        raise click.UsageError(f"--json and --format {format_}: give one of them")
    format_ = "json" if as_json else format_ or "table"
    style = Style(format_, verbose=verbose, explain=explain, cite=cite, to_file=output is not None)
    results: list[Result] = []
    streamed: list[str] = []
    status = 0
    for task in tasks:
        try:
            result = task()
        except NeurocliError as error:
            status = status or error.exit_status
            if format_ == "json":
                streamed.append(fault_json(error))
                if output is None:
                    click.echo(streamed[-1])
            click.echo(fault_text(error), err=True)
            continue
        results.append(result)
        if format_ == "json":
            streamed.append(render_one(result, style))
            if output is None:
                click.echo(streamed[-1])
    if format_ == "json":
        text = "".join(line + "\n" for line in streamed)
    else:
        text = render(results, style) if results else ""
        if output is None and text:
            click.echo(text, nl=False, color=True)  # colour was decided by the printer
    if output is not None and status == 0:
        write_file(output, text)
        if not quiet:
            click.echo(f"written: {output}", err=True)
    if certificate is not None and status == 0:
        write_file(certificate, certificate_text(results))
        if not quiet:
            click.echo(f"certificate: {certificate}", err=True)
    return status
