"""The command `neurocli`: its subcommands, loaded on first use, and how faults end the program."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import click

import neurocli
from neurocli.cli.commands import COMMANDS, load
from neurocli.errors import NeurocliError

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(click.Group):
    """A group that knows its commands' names and help lines without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return load(name) if name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else f" Commands: {', '.join(COMMANDS)}."
            ctx.fail(f"No such command '{name}'.{hint}")
        return super().resolve_command(ctx, args)


    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would turn it into status 1, which means refuted here
            raise _ReaderGone from None


class _ReaderGone(BaseException):
    """The reader of a pipe went away."""


def _version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"neurocli {neurocli.__version__}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings=CONTEXT, invoke_without_command=True)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version,
              help="Show the version and exit.")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Exact invariants of the functions that neural networks represent.

    \b
    Examples:
      neurocli dim mlp:3-2-1,r=2        dimension of the neurovariety, proved
      neurocli describe cnn:3-2,r=2     parameters, symmetries, ambient space
      neurocli help spec                the language of architectures
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> NoReturn:
    """Run the command line and end the process with a documented exit status."""
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(run(sys.argv[1:]))


class _Terminated(BaseException):
    """SIGTERM arrived."""


def _terminated(number: int, frame: FrameType | None) -> None:
    raise _Terminated


def run(arguments: list[str]) -> int:
    """The exit status of a command line; nothing but this function decides it."""
    try:
        status = cli.main(arguments, prog_name="neurocli", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except _Terminated:
        click.echo("terminated", err=True)
        return 143
    except (BrokenPipeError, _ReaderGone):
        # keep Python from complaining about it while it closes standard output
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except click.ClickException as error:
        error.show()
        return 2
    except OSError as error:  # a full disk behind standard output, say
        with contextlib.suppress(OSError):
            click.echo(f"neurocli: {error.strerror or error}", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 5
    except NeurocliError as error:
        return report_fault(error, arguments)
    except Exception as error:
        from neurocli.errors import InternalError

        if os.environ.get("NEUROCLI_DEBUG"):
            raise
        fault = InternalError(f"{type(error).__name__}: {error}",
                              "this is a fault of neurocli; NEUROCLI_DEBUG=1 shows where it happened")
        return report_fault(fault, arguments)


def report_fault(error: NeurocliError, arguments: list[str]) -> int:
    """One line and a remedy on standard error; with --json an object on standard output."""
    from neurocli.report.faults import fault_json, fault_text

    if "--json" in arguments or "--format=json" in arguments:
        with contextlib.suppress(OSError):
            click.echo(fault_json(error))
    click.echo(fault_text(error), err=True)
    if os.environ.get("NEUROCLI_DEBUG"):
        for note in getattr(error, "__notes__", []):
            click.echo(note, err=True)
    return error.exit_status
