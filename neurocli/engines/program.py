"""Running an engine's program on files in a folder of its own, with limits."""

from __future__ import annotations

import dataclasses
import functools
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from neurocli.engines.protocol import Limits
from neurocli.errors import EngineError, MemoryLimit, TimeLimit
from neurocli.jobs.process import exec_program, scratch_folder, spawn

_OUT_OF_MEMORY = re.compile(r"out of memory|no more memory|cannot (re)?allocate|failed to allocate|"
                            r"(m|c|re)alloc\b.*(fail|problem)|bad_alloc|insufficient memory", re.IGNORECASE)
#: Signals by which programs die that do not expect an allocation to fail.
_ALLOCATION_DEATHS = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS)


@dataclasses.dataclass(frozen=True)
class Output:
    """What a program wrote before it ended with status 0."""

    stdout: str
    stderr: str


def run_program(name: str, command: Sequence[str], files: Mapping[str, str],
                limits: Limits) -> Output:
    """Run `command` in a new folder with `files`, and return what it wrote.

    Args:
        name: of the engine, for messages.
        command: path and arguments; files are named relative to the folder.
        files: contents by name.
        limits: at their end the program is killed with all it has started.

    Raises:
        TimeLimit, MemoryLimit: a limit was reached.
        EngineError: the program ended with another status than 0, died, or wrote what is no text.

    Notes:
        However this is left, also by Ctrl-C or the death of this process, the program does not go on.
    """
    with tempfile.TemporaryDirectory(prefix="neurocli-", dir=scratch_folder(),
                                     ignore_cleanup_errors=True) as folder:
        for file, contents in files.items():
            (Path(folder) / file).write_text(contents, encoding="ascii")
        with tempfile.TemporaryFile() as errors:
            become = functools.partial(exec_program, command, folder, errors.fileno(), limits.memory_mb)
            child = spawn(become)
            try:
                answer = child.read(limits.deadline())
                if answer is None:
                    raise TimeLimit(f"{name}: not finished after {limits.timeout:g} s",
                                    "give more time with --timeout, or try another --engine")
            except BaseException:
                child.kill()
                child.reap()
                raise
            status, peak_mb = child.reap()
            size = errors.seek(0, os.SEEK_END)
            errors.seek(max(0, size - 4096))
            complaint = errors.read().decode("utf-8", "replace")
    stdout = answer.decode("utf-8", "replace")
    if status != 0:
        raise _failure(name, status, peak_mb, limits, stdout, complaint)
    return Output(stdout, complaint)


def _failure(name: str, status: int, peak_mb: float, limits: Limits, stdout: str,
             complaint: str) -> Exception:
    starved = limits.memory_mb is not None and (-status in _ALLOCATION_DEATHS
                                                or peak_mb > 0.7 * limits.memory_mb)
    if starved or -status == signal.SIGKILL or _OUT_OF_MEMORY.search(complaint + stdout[-4096:]):
        limit = "" if limits.memory_mb is None else f" (limit {limits.memory_mb} MB)"
        return MemoryLimit(f"{name}: ran out of memory{limit}",
                           "give more memory with --memory, or try another --engine")
    how = f"died: {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    lines = [line.strip() for line in (complaint or stdout).splitlines() if line.strip()]
    error = EngineError(f"{name}: {how}" + (f": {lines[0][:120]}" if lines else ""),
                        "try another --engine")
    error.add_note(f"{name} wrote:\n{complaint or stdout[-4096:]}")
    return error


@functools.cache
def version_of(name: str, path: str, option: str, pattern: str) -> str:
    """The version that a program says it has.

    Args:
        option: that makes it say so.
        pattern: whose first group is the version.

    Raises:
        EngineError: it does not, so that it is likely another program of the same name.
    """
    match = re.search(pattern, run_program(name, [path, option], {}, Limits(timeout=30)).stdout)
    if match is None:
        raise EngineError(f"{name}: says no version", f"is {path} another program of that name?")
    return match[1]


def locate(program: str, distribution: str) -> str | None:
    """The path of a program: on PATH, or inside an installed Python distribution."""
    found = shutil.which(program)
    if found is None:
        # The layout of these distributions; asking for their files takes longer than many a question.
        places = (os.path.join(folder, "sage_wheels", "bin", program) for folder in sys.path)
        found = next((place for place in places if os.access(place, os.X_OK)), None)
    return os.path.abspath(found) if found else _in_distribution(program, distribution)


def _in_distribution(program: str, distribution: str) -> str | None:
    from importlib import metadata

    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        return None
    paths = (os.path.abspath(str(file.locate())) for file in files if file.match(f"bin/{program}"))
    return next((path for path in paths if os.access(path, os.X_OK)), None)
