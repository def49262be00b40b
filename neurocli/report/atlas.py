"""The atlas: a static site of everything in a store, sortable and filterable, without a server."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from neurocli.report.html import Markup, bars, network_page, page, status, table
from neurocli.report.sections import cell

SCRIPT = """
const body = document.querySelector('tbody'), rows = [...body.rows], count = document.getElementById('count');
document.getElementById('filter').addEventListener('input', event => {
  const words = event.target.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word));
    shown += !row.hidden;
  }
  count.textContent = shown + ' of ' + rows.length;
});
document.querySelectorAll('th[data-key]').forEach((head, column) => head.addEventListener('click', () => {
  const up = head.getAttribute('aria-sort') !== 'ascending';
  document.querySelectorAll('th').forEach(other => other.removeAttribute('aria-sort'));
  head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
  const text = row => row.cells[column].textContent;
  rows.sort((a, b) => (up ? 1 : -1) * text(a).localeCompare(text(b), 'en', {numeric: true}));
  rows.forEach(row => body.append(row));
}));
"""


def atlas_files(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Name -> text of every page: an index, and one page per network."""
    by_spec: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for record in records:
        by_spec[str(record["spec"])].append(record)
    files, rows = {}, []
    defects: Counter[int] = Counter()
    degrees: Counter[int] = Counter()
    for spec in sorted(by_spec):
        name = f"networks/{hashlib.sha256(spec.encode()).hexdigest()[:16]}.html"
        files[name] = network_page(spec, by_spec[spec])
        for record in by_spec[spec]:
            data = record["data"]
            value = record["value"] if isinstance(record["value"], int) else cell(record["value"])
            rows.append((Markup(f'<a href="{name}"><code>{escape(spec)}</code></a>'), record["command"], value,
                         status(record["status"]), record["method"], data.get("parameters"), data.get("expected"),
                         data.get("defect")))
            if record["command"] == "dim" and isinstance(data.get("defect"), int):
                defects[data["defect"]] += 1
            if record["command"] == "degree" and isinstance(record["value"], int):
                degrees[record["value"]] += 1
    columns = ("network", "invariant", "value", "status", "method", "parameters", "expected", "defect")
    body = (f"<h1>Atlas of networks</h1>\n<p><label>filter <input id=\"filter\" type=\"search\" "
            f"placeholder=\"mlp defect proved\"></label> <span id=\"count\">{len(rows)} of {len(rows)}</span></p>\n"
            + table(columns, rows, sortable=True)
            + bars("networks by defect", {str(k): float(v) for k, v in sorted(defects.items())[:20]})
            + bars("networks by degree", {str(k): float(v) for k, v in sorted(degrees.items())[:20]}))
    files["index.html"] = page("Atlas of networks", body, SCRIPT)
    return files
