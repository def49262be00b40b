"""Options that mean the same in every command, as decorators."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import click

from neurocli.errors import NeurocliError, SpecificationError

Command = Callable[..., Any]
#: MB that Python needs to load its libraries.
SMALLEST_MEMORY = 64
FORMATS = ("table", "json", "csv", "latex", "plain")


def _chain(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command
    return decorate


class Duration(click.ParamType):
    """Seconds, or with a unit: 90s, 10m, 2h."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from neurocli.jobs.limits import parse_duration

        try:
            return value if isinstance(value, float) else parse_duration(str(value))
        except NeurocliError as error:
            self.fail(error.message, param, ctx)


class Size(click.ParamType):
    """Megabytes, or with a unit: 500MB, 2GB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        from neurocli.jobs.limits import parse_size

        try:
            size = value if isinstance(value, int) else parse_size(str(value))
            if size < SMALLEST_MEMORY:
                self.fail(f"{value} is less than {SMALLEST_MEMORY} MB, which no computation fits in", param, ctx)
            return size
        except NeurocliError as error:
            self.fail(error.message, param, ctx)


class Seed(click.ParamType):
    """A non-negative integer, or `random` to draw one (the result names it)."""

    name = "seed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if value == "random":
            import secrets

            return secrets.randbits(32)
        if not (value.isascii() and value.isdigit()) or len(value) > 19:
            self.fail(f"{value!r} is neither a non-negative integer below 10^19 nor 'random'", param, ctx)
        return int(value)


def output_options(command: Command) -> Command:
    """--json, --format, --output, --quiet, --verbose."""
    return _chain(
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object per answer."),
        click.option("--format", "format_", type=click.Choice(FORMATS), default=None,
                     help="How to print the answer; table by default."),
        click.option("-o", "--output", type=click.Path(dir_okay=False), default=None,
                     help="Write to a file instead, at once and only on success."),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on standard error."),
        click.option("-v", "--verbose", is_flag=True, help="Show evidence, seed, engine and time."),
    )(command)


def limit_options(command: Command) -> Command:
    """--timeout, --memory."""
    return _chain(
        click.option("--timeout", type=Duration(), default=None, metavar="TIME",
                     help="Stop after this time (90s, 10m); exit status 5."),
        click.option("--memory", type=Size(), default=None, metavar="SIZE",
                     help="Take at most this much memory (500MB, 2GB); exit status 5."),
    )(command)


def seed_option(command: Command) -> Command:
    """--seed."""
    return click.option("--seed", type=Seed(), default=0, show_default=True, metavar="N",
                        help="Seed of every random choice, or 'random'.")(command)


def jobs_option(command: Command) -> Command:
    """--jobs."""
    return click.option("--jobs", type=click.IntRange(1, 1024), default=1, show_default=True, metavar="N",
                        help="Number of worker processes.")(command)


def journal_options(command: Command) -> Command:
    """--journal, --resume."""
    return _chain(
        click.option("--journal", type=click.Path(dir_okay=False), default=None, metavar="FILE",
                     help="Keep what is found here, so that a killed run can resume."),
        click.option("--resume", is_flag=True,
                     help="Go on with the journal; without it an existing journal is refused."),
    )(command)


def tracking_options(command: Command) -> Command:
    """--certify, --solutions, --real-only, --journal, --resume, --jobs, --scheduler.

    The command receives them as one argument, `tracking`, a record of `invariants.tracking.Tracking`.
    """
    @functools.wraps(command)
    def gathered(*arguments: Any, certify: bool, solutions: str | None, real_only: bool, journal: str | None,
                 resume: bool, jobs: int, scheduler: str | None, **others: Any) -> Any:
        from neurocli.cli.sweep_output import check_journal
        from neurocli.invariants.tracking import Tracking

        tracking = Tracking(certify, solutions, real_only, journal, jobs, scheduler)
        check_journal(journal, resume)
        return command(*arguments, tracking=tracking, **others)

    return _chain(
        click.option("--certify", is_flag=True,
                     help="Path tracking: examine every solution by Krawczyk's test, for a proved lower bound."),
        click.option("--solutions", type=click.Path(dir_okay=False), default=None, metavar="FILE",
                     help="Path tracking: save the solutions, as JSON (*.json) or in Bertini's text format."),
        click.option("--real-only", is_flag=True,
                     help="With --certify or --solutions: ask over the real numbers, and save real solutions only."),
        journal_options,
        jobs_option,
        click.option("--scheduler", default=None, metavar="ADDRESS",
                     help="Track paths on Dask: tcp://HOST:PORT, or local."),
    )(gathered)


def told_of(task: Callable[[], Any], path: str) -> Callable[[], Any]:
    """The same task, which says on standard error that it has written a file."""
    def work() -> Any:
        result = task()
        click.echo(f"written: {path}", err=True)
        return result
    return work


def prime_option(command: Command) -> Command:
    """--prime."""
    return click.option("--prime", type=int, default=None, metavar="P",
                        help="Prime to compute modulo; default 2147483647.")(command)


def explain_options(command: Command) -> Command:
    """--explain, --cite, --certificate."""
    return _chain(
        click.option("--explain", is_flag=True, help="Say why, in sentences."),
        click.option("--cite", is_flag=True, help="List the references the answer rests on."),
        click.option("--certificate", type=click.Path(dir_okay=False), default=None, metavar="FILE",
                     help="Write the evidence to a file that can be checked again."),
    )(command)


def specs_argument(command: Command) -> Command:
    """SPEC...: networks on the command line, or one per line on standard input."""
    return click.argument("specs", nargs=-1, metavar="SPEC...")(command)


def spec_argument(command: Command) -> Command:
    """SPEC: one network."""
    return click.argument("spec", metavar="SPEC")(command)


def read_specs(specs: tuple[str, ...]) -> list[Any]:
    """The networks of the command line; `-`, or nothing on a pipe, reads standard input.

    Standard input holds one specification per line, or one TOML or JSON document.

    Raises:
        SpecificationError: a specification does not parse.
        click.UsageError: nothing was given.
    """
    from neurocli.architectures.grammar import parse

    if not specs:
        if sys.stdin is None or sys.stdin.isatty():
            raise click.UsageError("give a specification, such as mlp:3-2-1,r=2 (see: neurocli help spec)")
        specs = ("-",)
    networks = []
    for spec in specs:
        if spec == "-":
            networks += _networks_of_stream()
        else:
            networks.append(parse(spec))
    return networks


def _networks_of_stream() -> list[Any]:
    from neurocli.architectures.grammar import parse, parse_document

    try:
        text = sys.stdin.read()
    except UnicodeDecodeError:
        raise SpecificationError("standard input", "binary data", "UTF-8 text") from None
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise SpecificationError("standard input", "nothing", "one specification per line", "mlp:2-3-1,r=2")
    if text.lstrip().startswith("{") or any(
            line.split("=")[0].strip() in ("family", "variables") for line in lines):
        return [parse_document(text, "standard input")]
    return [parse(line) for line in lines]
