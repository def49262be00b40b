"""A child that answers, raises, hangs, dies or eats memory; and a parent that is interrupted or killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from neurocli.errors import (
    EngineMissing,
    InternalError,
    MemoryLimit,
    NeurocliError,
    SpecificationError,
    TimeLimit,
    TooLarge,
)
from neurocli.jobs.isolate import isolate
from neurocli.jobs.process import scratch_folder


def alive(pid: int) -> bool:
    try:
        # A zombie that waits for its new parent is dead.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int, within: float = 5.0) -> bool:
    end = time.monotonic() + within
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not alive(pid)


def test_value_comes_back_as_json_brings_it() -> None:
    offset = 10**30

    def closure(values: list[int], scale: int) -> dict[str, object]:
        return {"sum": scale * sum(values) + offset, "pair": (1, None), "pid": os.getpid()}

    got = isolate(closure, [1, 2], scale=5)
    assert got.value["sum"] == 10**30 + 15
    assert got.value["pair"] == [1, None]
    assert got.value["pid"] != os.getpid()
    assert got.seconds > 0
    assert got.peak_mb > 1


def test_large_value_passes_the_pipe_whole() -> None:
    assert isolate(lambda: list(range(200_000)), timeout=30).value == list(range(200_000))


@pytest.mark.parametrize("error", [
    SpecificationError("shape", "2-x", "an integer", "2-1"),
    SpecificationError("key 'r'", "x" * 200, "an integer"),
    EngineMissing("no msolve", "pip install it"),
    TooLarge("needs 4 TB"),
    NeurocliError("plain", "hint"),
])
def test_faults_come_back_as_themselves(error: NeurocliError) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        isolate(fail)
    assert type(caught.value) is type(error)
    assert vars(caught.value) == vars(error)
    assert str(caught.value) == str(error)
    assert caught.value.exit_status == error.exit_status


def test_other_exceptions_are_internal_and_carry_the_traceback() -> None:
    def a_function_with_a_bug() -> float:
        return 1 / 0

    with pytest.raises(InternalError, match="ZeroDivisionError") as caught:
        isolate(a_function_with_a_bug)
    assert "a_function_with_a_bug" in "".join(caught.value.__notes__)


def test_a_value_that_is_no_json_is_an_internal_error() -> None:
    with pytest.raises(InternalError, match="TypeError"):
        isolate(lambda: object())


def test_leaving_by_exit_is_no_answer() -> None:
    with pytest.raises(InternalError, match="SystemExit"):
        isolate(sys.exit, 0)
    with pytest.raises(InternalError, match="status 0 and no answer"):
        isolate(os._exit, 0)


def test_a_torn_answer_is_no_answer() -> None:
    before = set(os.listdir("/proc/self/fd"))

    def tear() -> None:
        for descriptor in set(os.listdir("/proc/self/fd")) - before:
            with contextlib.suppress(OSError):  # the leash cannot be written
                os.write(int(descriptor), b'{"value": 1')
        os._exit(0)

    with pytest.raises(InternalError, match="no answer"):
        isolate(tear)


def test_death_by_signal_is_named() -> None:
    with pytest.raises(InternalError, match="SIGSEGV"):
        isolate(lambda: os.kill(os.getpid(), signal.SIGSEGV))
    with pytest.raises(MemoryLimit, match="SIGKILL"):
        isolate(lambda: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(InternalError, match="SIGABRT"):
        isolate(os.abort)
    with pytest.raises(MemoryLimit, match=r"limit 400 MB, SIGABRT"):
        isolate(os.abort, memory_mb=400)


def test_memory_limit_counts_from_what_the_parent_has() -> None:
    ballast = bytearray(200 * 2**20)
    assert isolate(lambda: len(bytearray(50 * 2**20)), memory_mb=100).value == 50 * 2**20
    with pytest.raises(MemoryLimit, match="100 MB"):
        isolate(lambda: len(bytearray(150 * 2**20)), memory_mb=100)
    assert len(ballast) == 200 * 2**20


def test_flint_out_of_memory_is_a_memory_limit() -> None:
    flint = pytest.importorskip("flint")
    with pytest.raises(MemoryLimit):
        isolate(lambda: int(flint.fmpz(3) ** (10**10)) % 7, memory_mb=300, timeout=60)


def test_timeout_kills_engines_too(tmp_path: Path) -> None:
    note = tmp_path / "pid"

    def hang() -> None:
        engine = subprocess.Popen(["sleep", "600"])
        note.write_text(str(engine.pid))
        engine.wait()

    with pytest.raises(TimeLimit, match=r"0\.5 s"):
        isolate(hang, timeout=0.5)
    assert gone(int(note.read_text()))


def test_what_the_child_leaves_running_is_killed(tmp_path: Path) -> None:
    pid = isolate(lambda: subprocess.Popen(["sleep", "600"]).pid).value
    assert gone(pid)


def test_printing_in_the_child_does_not_reach_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    isolate(lambda: print("If I**2 = 0 ..."))
    out, err = capfd.readouterr()
    assert out == ""
    assert "If I**2" in err


def test_temporary_files_of_a_killed_child_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    def litter() -> None:
        Path(tempfile.mkdtemp(dir=scratch_folder()), "input").write_text("x")
        time.sleep(600)

    with pytest.raises(TimeLimit):
        isolate(litter, timeout=0.5)
    assert isolate(lambda: isolate(scratch_folder).value).value.startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert scratch_folder() is None


def test_isolation_nests() -> None:
    assert isolate(lambda: isolate(lambda: 7, timeout=20).value + 1, timeout=20).value == 8


def test_no_descriptor_is_leaked() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        isolate(int)
        with pytest.raises(InternalError):
            isolate(os.abort)
    assert len(os.listdir("/proc/self/fd")) == before


PARENT = """
import subprocess, sys, time
from neurocli.jobs.isolate import isolate
from neurocli.jobs.process import scratch_folder

def busy(nested):
    if nested:
        return isolate(busy, False).value
    engine = subprocess.Popen(["sleep", "600"])
    print(engine.pid, file=sys.stderr, flush=True)
    sum(range(10**12))            # never looks at signals in this one call

isolate(busy, {nested})
"""


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_parent_leaves_no_process(number: signal.Signals, nested: bool) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT.format(nested=nested)],
                              stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert parent.stderr is not None
    with parent:
        try:
            engine = int(parent.stderr.readline())
            assert alive(engine)
            parent.send_signal(number)
            rest = parent.stderr.read()
            assert parent.wait(10) == -number
        finally:
            parent.kill()
    assert gone(engine)
    assert ("KeyboardInterrupt" in rest) == (number == signal.SIGINT)
