"""`python -m neurocli.cli.manual DIRECTORY` writes every manual page below DIRECTORY (`man/`)."""

from __future__ import annotations

import sys
from pathlib import Path

from neurocli.cli.manual.pages import all_pages
from neurocli.report.write import write_file


def main(directory: str) -> None:
    """Write `man1/` and `man5/`, and remove pages of commands that are gone."""
    root = Path(directory)
    pages = all_pages()
    for name, text in pages.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, text)
    for old in root.glob("man*/*"):
        if f"{old.parent.name}/{old.name}" not in pages:
            old.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
