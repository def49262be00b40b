"""Pages for browsers: self-contained, no request leaves them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from neurocli.report.sections import cell
from neurocli.results.result import Result

STYLE = """
:root { color-scheme: light dark; --line: #8884; --bar: #4a7ab5; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } code { font-size: .95em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; vertical-align: top; border-bottom: 1px solid var(--line); }
th[data-key] { cursor: pointer; } th[aria-sort=ascending]::after { content: " ▲"; }
th[aria-sort=descending]::after { content: " ▼"; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.proved, .certified { color: #18794e; } .probable, .numerical { color: #b45309; } .bound { color: #7c3aed; }
.undecided, .failed { color: #b91c1c; } nav, .note { color: #8889; }
input { font: inherit; padding: .3rem .5rem; width: 20rem; }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; } svg rect { fill: var(--bar); }
"""


def page(title: str, body: str, script: str = "") -> str:
    """A complete page; its policy forbids any request."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
    tail = f"<script>{script}</script>" if script else ""
    return ("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
            f"<title>{escape(title)}</title>\n"
            f"<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n"
            f"<meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\n"
            f"<body>\n{body}\n{tail}"
            "</body></html>\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], sortable: bool = False) -> str:
    """A table; cells that are already HTML are given as `Markup`."""
    head = "".join(f"<th{' data-key' if sortable else ''} scope=\"col\">{escape(name)}</th>" for name in columns)
    body = []
    for row in rows:
        cells = []
        for value in row:
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            text = value.text if isinstance(value, Markup) else escape(cell(value))
            cells.append(('<td class="number">' if number else "<td>") + text + "</td>")
        body.append("<tr>" + "".join(cells) + "</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(body) + "\n</tbody></table>"


class Markup:
    """Text that is HTML already."""

    def __init__(self, text: str) -> None:
        self.text = text


def status(value: str) -> Markup:
    """A status in its colour."""
    return Markup(f'<span class="{escape(value)}">{escape(value)}</span>')


def bars(title: str, counts: Mapping[str, float]) -> str:
    """A bar chart as SVG."""
    if not counts:
        return ""
    top = max(counts.values()) or 1
    width, height = 46, 160
    pieces = []
    for i, (label, count) in enumerate(counts.items()):
        h = round(count / top * (height - 40), 1)
        x, middle, name = i * width, i * width + width / 2 - 1, escape(label)
        pieces += [f'<rect x="{x + 4}" y="{height - 20 - h}" width="{width - 10}" height="{h}">',
                   f"<title>{name}: {count:g}</title></rect>",
                   f'<text x="{middle}" y="{height - 6}" text-anchor="middle">{name}</text>',
                   f'<text x="{middle}" y="{height - 24 - h}" text-anchor="middle">{count:g}</text>']
    return (f'<figure><figcaption>{escape(title)}</figcaption><svg role="img" aria-label="{escape(title)}" '
            f'width="{width * len(counts)}" height="{height}" viewBox="0 0 {width * len(counts)} {height}">'
            + "".join(pieces) + "</svg></figure>")


def profile_page(result: Result) -> str:
    """The page of `profile`."""
    rows = [(line["topic"], line["quantity"], line["value"], status(line["status"]), line["meaning"],
             Markup(f"<code>{escape(line['command'])}</code>")) for line in result.value]
    sizes = {line["quantity"]: float(line["value"]) for line in result.value
             if line["quantity"] in ("parameters", "dimension", "wasted parameters", "defect")
             and isinstance(line["value"], int)}
    short = {"parameters": "params", "dimension": "dim", "wasted parameters": "wasted", "defect": "defect"}
    body = (f"<h1>Profile of <code>{escape(result.spec)}</code></h1>\n"
            + table(("topic", "quantity", "value", "status", "meaning", "whole answer"), rows)
            + bars("dimension against parameters", {short[name]: value for name, value in sizes.items()})
            + "".join(f'<p class="note">{escape(line)}</p>' for line in result.explanation))
    return page(f"neurocli profile {result.spec}", body)


def network_page(spec: str, records: Sequence[Mapping[str, Any]]) -> str:
    """Everything stored about one network."""
    parts = [f'<nav><a href="../index.html">atlas</a></nav>\n<h1><code>{escape(spec)}</code></h1>']
    for record in records:
        parts.append(f"<h2>{escape(record['command'])}</h2>")
        facts = [("value", cell(record["value"])), ("status", status(record["status"])), ("method", record["method"])]
        facts += [(key, cell(value)) for key, value in record["data"].items()]
        parts.append(table(("", ""), facts))
        parts += [f"<p>{escape(line)}</p>" for line in record["explanation"]]
        if record["evidence"]:
            evidence = json.dumps(record["evidence"], indent=1, sort_keys=True)
            parts.append(f"<details><summary>evidence</summary><pre>{escape(evidence)}</pre></details>")
    return page(spec, "\n".join(parts))
