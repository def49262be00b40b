"""Every manual page: from the commands' declarations, the registry, and the hand-written sections.

Hand-written sections live beside this file: `<command>.txt` with DESCRIPTION, METHOD, EXAMPLES,
REFERENCES (and any others); `exit.txt` holds the EXIT STATUS that every command shares.  NAME,
SYNOPSIS, OPTIONS, SUBCOMMANDS and SEE ALSO are generated.  After a change, run

    python -m neurocli.cli.manual man

A test compares the pages checked in under `man/` with what this file makes.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import click

import neurocli
from neurocli.cli.commands import COMMANDS, load
from neurocli.cli.manual import markup

#: Sections that come first and last; hand-written others stand between them.
HEAD = ("SYNOPSIS", "DESCRIPTION", "COMMANDS", "SUBCOMMANDS", "OPTIONS", "METHOD")
TAIL = ("FILES", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "REFERENCES", "SEE ALSO")
#: Date on the pages: that of the version, so that building them again changes nothing.
DATE = "November 23, 2026"
#: Pages of section 5, made by hand with generated parts.
FORMATS = {"spec": "the language of network architectures", "json": "the records that neurocli prints and stores"}

Page = dict[str, list[str]]


def page_names() -> list[str]:
    """What `neurocli help` knows."""
    return ["neurocli", *(name for name in COMMANDS if name != "help"), *extra_formats()]


def extra_formats() -> dict[str, str]:
    """The pages of section 5 whose text exists."""
    found = dict(FORMATS)
    if _text("claims"):
        found["claims"] = "files of conjectures for neurocli check"
    return found


def all_pages() -> dict[str, str]:
    """Path below `man/` -> roff source, for every page."""
    pages = {}
    for name in page_names():
        section = 5 if name in extra_formats() else 1
        title = "neurocli" if name == "neurocli" else f"neurocli-{name}"
        pages[f"man{section}/{title}.{section}"] = _roff(title, section, *_page(name))
    return pages


def page_text(name: str) -> str:
    """A page as plain text, as `neurocli help NAME` shows it."""
    title = "neurocli" if name == "neurocli" else f"neurocli-{name}"
    summary, page = _page(name)
    parts = [f"NAME\n    {title} - {summary}"]
    for heading, lines in page.items():
        parts.append(f"{heading}\n{markup.plain(lines)}")
    return "\n\n".join(parts) + "\n"


def _roff(title: str, section: int, summary: str, page: Page) -> str:
    lines = [".\\\" made by `python -m neurocli.cli.manual man`; edit neurocli/cli/manual/*.txt instead",
             f'.TH {markup.escape(title.upper())} {section} "{DATE}" "neurocli {neurocli.__version__}" '
             '"neurocli manual"',
             ".SH NAME", f"{markup.escape(title)} \\- {markup.escape(summary)}"]
    for heading, body in page.items():
        lines += [f".SH {heading}", markup.roff(body)]
    return "\n".join(lines) + "\n"


def _page(name: str) -> tuple[str, Page]:
    """Summary and sections of a page."""
    written = markup.sections_of(_text(name))
    if name in extra_formats():
        summary = extra_formats()[name]
        generated: Page = {"FAMILIES": _families()} if name == "spec" else {}
        page = {**written, **generated}
        page["SEE ALSO"] = ["`neurocli`(1)"]
        return summary, page
    shared = markup.sections_of(_text("exit"))
    if name == "neurocli":
        from neurocli.cli.main import cli

        generated = {"SYNOPSIS": ["`neurocli` COMMAND [OPTIONS] [ARGUMENTS]"], "COMMANDS": _commands(),
                     "OPTIONS": _options(cli)}
        summary = "exact invariants of the functions that neural networks represent"
        also = [", ".join(f"`neurocli-{n}`({5 if n in extra_formats() else 1})" for n in page_names()[1:])]
    else:
        command = load(name)
        generated = {"SYNOPSIS": _synopsis(name, command), "OPTIONS": _options(command)}
        if isinstance(command, click.Group):
            generated = {"SYNOPSIS": generated["SYNOPSIS"], "SUBCOMMANDS": _subcommands(command)}
        summary = COMMANDS[name].help
        also = ["`neurocli`(1), `neurocli-spec`(5), `neurocli-json`(5)"]
    sections = {**shared, **written, **generated, "SEE ALSO": also}
    others = [heading for heading in sections if heading not in HEAD + TAIL]
    return summary, {heading: sections[heading] for heading in (*HEAD, *others, *TAIL) if heading in sections}


def _text(name: str) -> str:
    source = files("neurocli.cli.manual").joinpath(f"{name}.txt")
    return source.read_text(encoding="utf-8") if source.is_file() else ""


def _commands() -> list[str]:
    lines = []
    for name, entry in COMMANDS.items():
        lines += [f"{name} :: {entry.help}", ""]
    return lines


def _synopsis(name: str, command: click.Command) -> list[str]:
    if isinstance(command, click.Group):
        return [f"`neurocli {name}` SUBCOMMAND [OPTIONS] [ARGUMENTS]"]
    arguments = " ".join(p.make_metavar(click.Context(command)) for p in command.params
                         if isinstance(p, click.Argument))
    return [f"`neurocli {name}` [OPTIONS] {arguments}".rstrip()]


def _options(command: click.Command) -> list[str]:
    """One definition per option; bounds, choices and defaults come from the declaration."""
    lines = []
    context = click.Context(command, info_name=command.name, help_option_names=["-h", "--help"])
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Option) and not parameter.hidden:
            record = parameter.get_help_record(context)
            if record:
                term, text = record
                lines += [f"{term} :: {text or 'see the description'}", ""]
    return lines


def _subcommands(group: click.Group) -> list[str]:
    """Every subcommand with its arguments, help and own options."""
    lines: list[str] = []
    context = click.Context(group, info_name=group.name)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        arguments = " ".join(p.make_metavar(click.Context(command)) for p in command.params
                             if isinstance(p, click.Argument))
        help_ = (command.help or "").split("\n\n")[0].replace("\n", " ").strip()
        own = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
        flags = ", ".join(option.opts[-1] for option in own)
        lines += [f"{name} {arguments}".rstrip() + f" :: {help_} Options: {flags}.", ""]
    return lines


def _families() -> list[str]:
    """The families of the registry with their keys."""
    from neurocli.architectures.registry import FAMILIES, family

    lines: list[str] = []
    for name in FAMILIES:
        module: Any = family(name)
        lines += [f"`{name}`: {module.SUMMARY}. The shape is: {module.SHAPE}. Example: `{module.EXAMPLE}`.", ""]
        for key, entry in module.KEYS.items():
            lines += [f"{key} :: {entry.help}", ""]
    return lines
