"""A journal that is torn, spoiled, locked, foreign, or written to a full disk."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from neurocli.errors import DataError
from neurocli.jobs.journal import Journal, _line, read

HEADER = {"grid": "mlp:2-2-1", "seed": 0}


def written(path: Path) -> list[dict[str, object]]:
    return list(read(path)[1])


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "run.ndjson"
    with Journal(path, HEADER) as open_journal:
        open_journal.append({"task": "a", "value": 1})
        open_journal.append({"task": "b", "value": 2**70}, {"task": "c", "value": "ü\n"})
    return path


def test_round_trip(journal: Path) -> None:
    header, records = read(journal)
    assert header == {"journal": 2, **HEADER}
    assert [record["value"] for record in records] == [1, 2**70, "ü\n"]


@pytest.mark.parametrize("tail", [b'{"task": "d", "val', b'{"task": "d", "value": 1}', b"\0" * 40,
                                  b"garbage\n"])
def test_torn_end_is_dropped_and_written_over(journal: Path, tail: bytes) -> None:
    with journal.open("ab") as file:
        file.write(tail)
    assert [record["task"] for record in written(journal)] == ["a", "b", "c"]
    with Journal(journal, HEADER) as again:
        assert list(again.remaining("abcde", key=str)) == ["d", "e"]
        again.append({"task": "d", "value": 4})
    assert [record["task"] for record in written(journal)] == ["a", "b", "c", "d"]


def test_cut_anywhere_loses_only_the_end(journal: Path) -> None:
    whole = journal.read_bytes()
    header = whole.index(b"\n") + 1
    for cut in range(len(whole)):
        journal.write_bytes(whole[:cut])
        with Journal(journal, HEADER) as again:
            again.append({"task": "z"})
        tasks = [record["task"] for record in written(journal)]
        ends = [position for position in range(header, cut) if whole[position:position + 1] == b"\n"]
        assert tasks == ["a", "b", "c"][:len(ends)] + ["z"]


def test_spoiled_middle_is_a_fault(journal: Path) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2][:10] + b"\n"
    journal.write_bytes(b"".join(lines))
    with pytest.raises(DataError, match="line 3 is spoiled"):
        written(journal)
    with pytest.raises(DataError, match="line 3 is spoiled"):
        Journal(journal, HEADER)


def test_every_flipped_bit_is_found(journal: Path) -> None:
    whole = journal.read_bytes()
    last = whole.rstrip(b"\n").rindex(b"\n") + 1
    for position in range(last):
        spoiled = bytearray(whole)
        spoiled[position] ^= 1 << position % 7
        journal.write_bytes(spoiled)
        with pytest.raises(DataError, match=r"line \d is spoiled|line 1: no journal|belongs to another run"):
            written(journal)
    journal.write_bytes(whole)
    assert len(written(journal)) == 3


def test_a_line_moved_or_edited_by_hand_is_spoiled(journal: Path) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], lines[1].replace(b'"value":1', b'"value":2'), *lines[2:]]))
    with pytest.raises(DataError, match="line 2 is spoiled"):
        written(journal)


def test_journal_without_checksums_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "old.ndjson"
    path.write_bytes(b'{"grid":"mlp:2-2-1","journal":1,"seed":0}\n{"task":"a"}\n')
    for act in (lambda: read(path), lambda: Journal(path, HEADER)):
        with pytest.raises(DataError, match="schema 1, without checksums"):
            act()
    assert b'"task":"a"' in path.read_bytes()


def test_record_without_task_is_a_fault(journal: Path) -> None:
    with journal.open("ab") as file:
        file.write(_line({"value": 1}))
    with pytest.raises(DataError, match="line 5 names no task"):
        Journal(journal, HEADER)


def test_journal_of_another_run_is_refused_and_unharmed(journal: Path) -> None:
    before = journal.read_bytes()
    with pytest.raises(DataError, match="seed is 0 there, 1 here"):
        Journal(journal, {**HEADER, "seed": 1})
    assert journal.read_bytes() == before


@pytest.mark.parametrize("content", [b'{"journal": 2}\n', b'{"a": 1}\n', b"[1]\n[2]\n", b"\x7fELF\n\n", b""])
def test_what_is_no_journal_is_not_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(DataError):
        read(path)
    with pytest.raises(DataError):
        read(tmp_path / "missing")


def test_foreign_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b'{"precious": 1}\n')
    with pytest.raises(DataError):
        Journal(path, HEADER)
    assert path.read_bytes() == b'{"precious": 1}\n'


def test_foreign_text_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"precious\n")
    with pytest.raises(DataError):
        Journal(path, HEADER)
    assert path.read_bytes() == b"precious\n"


def test_two_writers_are_kept_apart(journal: Path) -> None:
    with Journal(journal, HEADER), pytest.raises(DataError, match="another process"):
        Journal(journal, HEADER)
    Journal(journal, HEADER).close()


def test_unwritable_places_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot open"):
        Journal(tmp_path / "no" / "folder", HEADER)
    with pytest.raises(DataError, match="cannot open"):
        Journal(tmp_path, HEADER)


def test_full_disk_keeps_what_was_reported(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    with Journal(journal, HEADER) as again:
        def full(descriptor: int, data: bytes) -> int:
            if len(data) < 20:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(descriptor, data[:20])

        monkeypatch.setattr(os, "write", full)
        with pytest.raises(DataError, match="No space left"):
            again.append({"task": "d", "value": "x" * 30})
        monkeypatch.undo()
    assert [record["task"] for record in written(journal)] == ["a", "b", "c"]


WRITER = """
import sys
from neurocli.jobs.journal import Journal
with Journal(sys.argv[1], {"grid": "g"}) as journal:
    done = 10**6 - len(list(journal.remaining(map(str, range(10**6)), key=str)))
    for number in range(done, 10**6):
        journal.append({"task": str(number)})
        print(number, flush=True)
"""


def test_kill_9_loses_nothing_that_was_reported(tmp_path: Path) -> None:
    path = tmp_path / "run.ndjson"
    last = -1
    for _ in range(3):
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            reported = [int(writer.stdout.readline()) for _ in range(20)]
            writer.send_signal(signal.SIGKILL)
            reported += [int(line) for line in writer.stdout if line.endswith("\n")]
        assert reported[0] in (last + 1, last + 2)  # written, but killed before it was reported
        last = reported[-1]
        kept = [record["task"] for record in map(json.loads, path.read_text().splitlines()[1:])]
        assert kept[:last + 1] == [str(number) for number in range(last + 1)]
