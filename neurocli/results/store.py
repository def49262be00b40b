"""The store: results by content hash in one SQLite file, reused between runs.

The key of a result is a hash of everything it depends on: the command, the network's digest, the
options, the seed and the version of neurocli.  So a store never has to be invalidated by hand,
and what a new version computes stands beside what the old one did.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from neurocli.errors import DataError
from neurocli.results.result import Result

SCHEMA = 1


def default_path() -> Path:
    """`$XDG_CACHE_HOME/neurocli/store.sqlite`, below `~/.cache` by default.

    Notes:
        A relative `XDG_CACHE_HOME` is ignored, as its specification demands.  A user without a home has
        a folder of their own among the temporary files.
    """
    import tempfile

    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        base = Path(os.path.expanduser("~")) / ".cache"
    if not base.is_absolute():  # neither HOME nor an entry among the users
        base = Path(tempfile.gettempdir()) / f"neurocli-{os.getuid()}"
    return base / "neurocli" / "store.sqlite"


def result_key(command: str, digest: str, options: Mapping[str, Any], seed: int, version: str) -> str:
    """The content hash of a question.

    Example:
        >>> result_key("dim", "a", {}, 0, "1") == result_key("dim", "a", {}, 0, "2")
        False
    """
    text = json.dumps([SCHEMA, command, digest, sorted(options.items()), seed, version])
    return hashlib.sha256(text.encode()).hexdigest()


class Store:
    """A store that is open for reading and, where the file allows it, writing.

    Args:
        path: the file; made with its folder when it is not there.

    Raises:
        DataError: the file is no store, or belongs to a newer version.

    Notes:
        Where the folder cannot be written or the disk is full, reading goes on and writing does
        nothing: a cache must never be the reason that an answer is lost (`writable` tells).

    Example:
        >>> import tempfile
        >>> from neurocli.results.result import Status
        >>> with Store(Path(tempfile.mkdtemp()) / "s.sqlite") as store:
        ...     store.put("key", "digest", Result("dim", "mlp:2-2", 4, Status.PROVED, "theorem"))
        ...     store.get("key").value
        4
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path) if path is not None else default_path()
        self.writable = True
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=10)
        except (OSError, sqlite3.OperationalError):
            self.writable = False
            self._db = sqlite3.connect(":memory:")
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            if "readonly" in str(error) or "disk" in str(error):
                self.writable = False
                self._db = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
            else:
                raise DataError(f"{self.path}: no store of results ({error})",
                                "give another file, or remove this one") from None

    def _prepare(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            self._db.close()
            raise DataError(f"{self.path}: written by a newer version of neurocli (schema {version})",
                            "use that version, or another file")
        if version == 0:
            if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise sqlite3.DatabaseError("the file holds other tables")
            with self._db:
                self._db.execute("CREATE TABLE results (key TEXT PRIMARY KEY, command TEXT, spec TEXT, digest TEXT, "
                                 "status TEXT, version TEXT, record TEXT)")
                self._db.execute("CREATE INDEX by_spec ON results (spec, command)")
                self._db.execute(f"PRAGMA user_version = {SCHEMA}")

    def get(self, key: str) -> Result | None:
        """The result of a question, or None."""
        row = self._db.execute("SELECT record FROM results WHERE key = ?", (key,)).fetchone()
        return Result.from_json(json.loads(row[0])) if row else None

    def put(self, key: str, digest: str, result: Result) -> None:
        """Keep a result; where the store cannot be written, nothing happens."""
        version = str(result.run.get("version", ""))
        row = (key, result.command, result.spec, digest, result.status.value, version, result.dumps())
        if not self.writable:
            return
        try:
            with self._db:
                self._db.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        except sqlite3.OperationalError:  # full disk, read-only file, or another writer for too long
            self.writable = False

    def records(self, command: str | None = None) -> Iterator[dict[str, Any]]:
        """Every record as JSON types, by command and specification."""
        query = "SELECT record FROM results"
        arguments: tuple[str, ...] = ()
        if command is not None:
            query, arguments = query + " WHERE command = ?", (command,)
        for (text,) in self._db.execute(query + " ORDER BY command, spec, key", arguments):
            yield json.loads(text)

    def prune(self, version: str) -> int:
        """Remove what other versions have computed; how many results went."""
        try:
            with self._db:
                removed = self._db.execute("DELETE FROM results WHERE version != ?", (version,)).rowcount
            self._db.execute("VACUUM")
        except sqlite3.OperationalError as error:
            raise DataError(f"{self.path}: cannot be written ({error})") from None
        return removed

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()
