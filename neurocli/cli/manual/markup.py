"""The little markup of the hand-written sections, to roff and to plain text.

    SECTION         a line in capitals at the margin begins a section
    text            paragraphs, filled; `word` is bold
    - item          a list item
    term :: text    a definition
        code        four spaces or more: set as it is
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator


def sections_of(text: str) -> dict[str, list[str]]:
    """The sections of a hand-written file, in order: title -> lines."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if re.fullmatch(r"[A-Z][A-Z ]+", line):
            current = sections.setdefault(line, [])
        else:
            current.append(line)
    return sections


def blocks_of(lines: list[str]) -> Iterator[tuple[str, str]]:
    """The lines of a section as (kind, text) blocks: para, item, define, code."""
    paragraph: list[str] = []
    code: list[str] = []

    def flush() -> Iterator[tuple[str, str]]:
        if code:
            yield "code", textwrap.dedent("\n".join(code)).rstrip()
            code.clear()
        if paragraph:
            text = " ".join(line.strip() for line in paragraph)
            kind = "para"
            if text.startswith("- "):
                kind, text = "item", text[2:]
            elif " :: " in text:
                kind = "define"
            yield kind, text
            paragraph.clear()

    for line in lines:
        if line.startswith("    "):
            if paragraph:
                yield from flush()
            code.append(line)
        elif not line.strip():
            if code and not paragraph:
                code.append("")
                continue
            yield from flush()
        else:
            if code or line.startswith("- ") or " :: " in line:
                yield from flush()
            paragraph.append(line)
    yield from flush()


def escape(text: str) -> str:
    """Text that roff prints as it stands."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("^", r"\(ha")
    text = text.replace("~", r"\(ti").replace("`", r"\(ga")
    return "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)


def inline(text: str) -> str:
    """A paragraph for roff: `word` in bold, long lines broken at sentences' words."""
    pieces = re.split(r"`([^`]+)`", text)
    marked = "".join(rf"\fB{escape(piece)}\fR" if i % 2 else escape(piece) for i, piece in enumerate(pieces))
    lines = textwrap.wrap(marked, 78, break_long_words=False, break_on_hyphens=False)
    return "\n".join(r"\&" + line if line[0] in ".'" else line for line in lines)


def roff(lines: list[str]) -> str:
    """A section's body for roff."""
    out = []
    first = True
    for kind, text in blocks_of(lines):
        if kind == "code":
            body = "\n".join(r"\&" + escape(line) if line[:1] in (".", "'") else escape(line)
                             for line in text.splitlines())
            out.append((".RS 4\n" if first else ".PP\n.RS 4\n") + f".nf\n{body}\n.fi\n.RE")
        elif kind == "item":
            out.append(f".IP \\(bu 2\n{inline(text)}")
        elif kind == "define":
            term, _, rest = text.partition(" :: ")
            out.append(f".TP\n\\fB{escape(term)}\\fR\n{inline(rest)}")
        else:
            out.append(inline(text) if first else f".PP\n{inline(text)}")
        first = False
    return "\n".join(out)


def plain(lines: list[str], width: int = 78) -> str:
    """A section's body as text, indented by four."""
    out: list[str] = []
    previous = ""
    for kind, text in blocks_of(lines):
        clean = text.replace("`", "")
        gap = "" if not out or (kind == previous and kind in ("item", "define")) else "\n"
        if kind == "code":
            out.append(gap + textwrap.indent(text, " " * 8))
        elif kind == "item":
            out.append(gap + textwrap.fill(clean, width, initial_indent="    - ", subsequent_indent="      "))
        elif kind == "define":
            term, _, rest = clean.partition(" :: ")
            body = textwrap.fill(rest, width, initial_indent=" " * 12, subsequent_indent=" " * 12)
            out.append(f"{gap}    {term}\n{body}")
        else:
            out.append(gap + textwrap.fill(clean, width, initial_indent="    ", subsequent_indent="    "))
        previous = kind
    return "\n".join(out)
