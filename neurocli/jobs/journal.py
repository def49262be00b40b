"""An append-only journal of finished tasks, one JSON object per line, safe against death at any moment.

What `append` has returned from is on disk.  Every line ends with a checksum of itself, under the key `crc`.  A line
that was torn by a crash is at the end, has no newline or a wrong checksum, and is dropped; a spoiled line anywhere
else, were it one flipped bit, is a fault that names the line.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from neurocli.errors import DataError

T = TypeVar("T")

#: Version of the layout: a header line, then one line per record, each with its checksum.
SCHEMA = 2
_CHECKED = re.compile(rb'(\{.*),"crc":"([0-9a-f]{8})"\}\n', re.DOTALL)


class Journal:
    """A journal that is open for writing, by this process alone.

    Args:
        path: the file; made when it is not there.
        header: what the journal belongs to (the grid, the seed, the version). Written into a new
            journal, and compared with what an old one says.

    Raises:
        DataError: the journal belongs to something else, is spoiled, cannot be written, or another
            process writes it.

    Notes:
        The lock is the kernel's own on the open file, so it cannot survive its owner.

    Example:
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "sweep.ndjson")
        >>> with Journal(path, {"grid": "small"}) as journal:
        ...     journal.append({"task": "a", "value": 3})
        >>> with Journal(path, {"grid": "small"}) as journal:
        ...     list(journal.remaining(["a", "b"], key=str))
        ['b']
    """

    def __init__(self, path: str | Path, header: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self._finished: set[str] = set()
        with _faults(self.path, "open"):
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            self._lock()
            self._begin_or_resume({"journal": SCHEMA, **header})
        except BaseException:
            os.close(self._descriptor)
            raise

    def append(self, *records: Mapping[str, Any]) -> None:
        """Write records, each with a string under `task`, and wait until they are on disk."""
        for record in records:
            self._finished.add(record["task"])
        self._write(records)

    def remaining(self, tasks: Iterable[T], key: Callable[[T], str]) -> Iterator[T]:
        """The tasks that the journal does not hold, in order."""
        return (task for task in tasks if key(task) not in self._finished)

    def close(self) -> None:
        """Give the journal back; a second time does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _lock(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DataError(f"{self.path}: another process writes this journal",
                            "wait for it, or give each its own --journal") from None

    def _begin_or_resume(self, header: Mapping[str, Any]) -> None:
        _refuse_older(self.path)
        whole = 0
        for number, (record, end) in enumerate(_lines(self.path), start=1):
            if number == 1:
                _compare(self.path, record, header)
            else:
                self._finished.add(_task(self.path, number, record))
            whole = end
        if whole == 0 and not _line(header).startswith(self.path.read_bytes().rstrip(b"\0")):
            raise DataError(f"{self.path}: no journal, and not empty", "give another file")
        with _faults(self.path, "write"):
            os.ftruncate(self._descriptor, whole)  # what is beyond was torn by a crash
        if whole == 0:
            self._write([header])
            _sync_folder(self.path)

    def _write(self, records: Iterable[Mapping[str, Any]]) -> None:
        data = memoryview(b"".join(map(_line, records)))
        with _faults(self.path, "write"):
            while data:
                data = data[os.write(self._descriptor, data):]
            os.fsync(self._descriptor)


def read(path: str | Path) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """The header of a journal, and its records in the order they were written.

    Raises:
        DataError: not a journal, of another schema, or spoiled before its last line.
    """
    path = Path(path)
    _refuse_older(path)
    lines = _lines(path)
    first = next(lines, None)
    if first is None:
        raise DataError(f"{path}: an empty journal", "give the file that a sweep has written")
    header = first[0]
    if header.get("journal") != SCHEMA:
        raise DataError(f"{path}: line 1: no journal of schema {SCHEMA}",
                        "give the file that a sweep has written")
    return header, (record for record, _ in lines)


def _line(record: Mapping[str, Any]) -> bytes:
    """A non-empty record on one line, with the CRC-32 of what stands before the checksum."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()[:-1]
    return text + b',"crc":"%08x"}\n' % zlib.crc32(text)


def _lines(path: Path) -> Iterator[tuple[dict[str, Any], int]]:
    """Each whole record with the number of bytes up to its end."""
    end = 0
    with _faults(path, "read"), path.open("rb") as file:
        line = file.readline()
        number = 1
        while line:
            following = file.readline()
            record = _record(line)
            if record is None:
                if following or _glued(line):
                    raise DataError(f"{path}: line {number} is spoiled",
                                    "journals are written by one program only; restore the file")
                return
            end += len(line)
            yield record, end
            line, number = following, number + 1


def _refuse_older(path: Path) -> None:
    """Say what a journal without checksums is, instead of calling it spoiled."""
    with _faults(path, "read"), path.open("rb") as file:
        first = file.readline()
    if first.endswith(b"}\n") and b'"crc":' not in first and b'"journal":1' in first:
        raise DataError(f"{path}: a journal of schema 1, without checksums; this neurocli writes schema {SCHEMA}",
                        "finish it with the version that began it, or begin another journal")


def _record(line: bytes) -> dict[str, Any] | None:
    match = _CHECKED.fullmatch(line)
    if not match or zlib.crc32(match[1]) != int(match[2], 16):
        return None
    record: dict[str, Any] = json.loads(match[1] + b"}")
    return record


def _glued(line: bytes) -> bool:
    """Whether a spoiled last line is two whole lines whose newline was spoiled, and not torn."""
    first = re.search(rb',"crc":"[0-9a-f]{8}"\}', line)
    return first is not None and line.endswith(b"\n") and _record(line[:first.end()] + b"\n") is not None


def _compare(path: Path, found: Mapping[str, Any], header: Mapping[str, Any]) -> None:
    wanted = json.loads(json.dumps(header))
    if found.get("journal") != SCHEMA:
        raise DataError(f"{path}: line 1: no journal of schema {SCHEMA}", "give another file")
    different = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
    if different:
        name = different[0]
        raise DataError(f"{path}: belongs to another run: {name} is {found.get(name)!r} there, "
                        f"{wanted.get(name)!r} here", "give another journal")


def _task(path: Path, number: int, record: Mapping[str, Any]) -> str:
    if not isinstance(record.get("task"), str):
        raise DataError(f"{path}: line {number} names no task", "restore the file")
    return str(record["task"])


def _sync_folder(path: Path) -> None:
    """Make the name of a new file as durable as its contents."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _faults(path: Path, act: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(f"{path}: cannot {act} the journal: {error.strerror}",
                        "what was reported before is kept; resume when there is room") from error
