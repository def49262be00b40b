"""A forked child in its own process group, on a leash that ends the whole group when the parent dies.

The child inherits everything by `fork`, so that functions and data need no serialization on the
way in; it answers in JSON lines over a pipe, so that nothing is unpickled on the way out.
"""

from __future__ import annotations

import contextlib
import dataclasses
import faulthandler
import fcntl
import os
import resource
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

#: Signals that must end a child at once, even inside a call of a C library.
_FATAL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGIO)
_MEBIBYTE = 2**20
#: Longest wait in one system call: a signal that comes between Python's last look and the call does not
#: end it, so that Ctrl-C could be overlooked for as long as the call takes.
WAKE_SECONDS = 0.5

_is_child = False


@dataclasses.dataclass
class Process:
    """A running child, as its parent sees it.

    Args:
        pid: process number; the child leads a process group of the same number.
        answers: file descriptor from which the parent reads.
        leash: file descriptor whose closing, also by the parent's death, ends the child's group.
    """

    pid: int
    answers: int
    leash: int
    _ended: tuple[int, float] | None = None

    def read(self, deadline: float | None, line: bool = False) -> bytes | None:
        """What the child writes until it closes its end, or until the end of its first line.

        Args:
            deadline: on the clock of `time.monotonic`.
            line: stop at a newline; without one at the end, the child has died.

        Returns:
            The bytes, or None at the deadline.
        """
        poll = select.poll()
        poll.register(self.answers, select.POLLIN)
        parts: list[bytes] = []
        while True:
            left = WAKE_SECONDS if deadline is None else max(0.0, deadline - time.monotonic())
            if not poll.poll(1000 * min(left, WAKE_SECONDS)):
                if left < WAKE_SECONDS:
                    return None
                continue
            part = os.read(self.answers, 2**18)
            parts.append(part)
            if not part or (line and part.endswith(b"\n")):
                return b"".join(parts)

    def kill(self) -> None:
        """Kill the child and everything it has started."""
        if self._ended is not None:
            return
        # The child may not have made its group yet, and then it has started nothing either.
        os.kill(self.pid, signal.SIGKILL)
        self._kill_group()

    def reap(self) -> tuple[int, float]:
        """Wait for the end of the child; its exit status (negative: a signal) and peak memory in MB.

        Whatever the child left behind in its group is killed.
        """
        if self._ended is None:
            # While the child is dead but not reaped, its number cannot be given to another group.
            looks_first = hasattr(os, "waitid")
            if looks_first:
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
                self._kill_group()
            _, status, usage = os.wait4(self.pid, 0)
            if not looks_first:
                self._kill_group()
            unit = 1 if sys.platform == "darwin" else 1024
            self._ended = os.waitstatus_to_exitcode(status), usage.ru_maxrss * unit / _MEBIBYTE
            os.close(self.answers)
            os.close(self.leash)
            _remove(_scratch(self.pid))
        return self._ended

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def spawn(main: Callable[[int], None], memory_mb: int | None = None,
          inherit: tuple[int, ...] = ()) -> Process:
    """Run `main(answers)` in a forked child, where `answers` is a file descriptor to write to.

    Args:
        main: the child's work; the child ends with status 0 when it returns, 1 when it raises.
        memory_mb: address space the child may take beyond what it is born with.
        inherit: descriptors that belong to the parent and are closed in the child.

    Notes:
        Signals are held back around the fork, so that no interrupt can come where the child would
        have no owner. Should the owner be lost all the same, the leash ends the child with the parent.
    """
    answers, writer = os.pipe()
    leash_end, leash = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    process: Process | None = None
    try:
        with _blocked(signal.SIGINT, signal.SIGTERM):
            pid = _fork()
            if pid == 0:
                _run(main, writer, leash_end, memory_mb, (answers, leash, *inherit))
            process = Process(pid, answers, leash)
            os.close(writer)
            os.close(leash_end)
        return process
    except BaseException:
        # A signal that was held back is delivered when it is let through, here.
        if process is not None:
            process.kill()
            process.reap()
        raise


def _fork() -> int:
    with warnings.catch_warnings():
        # Newer Pythons warn of threads that others (BLAS) have started; the child uses none of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _run(main: Callable[[int], None], writer: int, leash_end: int, memory_mb: int | None,
         foreign: tuple[int, ...]) -> NoReturn:
    """The whole life of the child."""
    status = 1
    try:
        for descriptor in foreign:
            os.close(descriptor)
        _settle(leash_end, memory_mb)
        main(writer)
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        # Not sys.exit: the parent's clean-up handlers are not this process's to run.
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _settle(leash_end: int, memory_mb: int | None) -> None:
    """Make the child a group of its own with its own signals, limits and standard output."""
    global _is_child
    _is_child = True
    os.setsid()
    for number in _FATAL:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _FATAL)
    # The kernel sends SIGIO to the whole group when the last writer of the leash is gone, however
    # it went: engines started by the child do not outlive a parent that was killed with -9.
    fcntl.fcntl(leash_end, fcntl.F_SETOWN, -os.getpid())
    fcntl.fcntl(leash_end, fcntl.F_SETFL, fcntl.fcntl(leash_end, fcntl.F_GETFL) | os.O_ASYNC)
    # The leash is to hold a program that takes the place of this one, too.
    os.set_inheritable(leash_end, True)
    if hung_up(leash_end):
        os._exit(1)
    # A library that prints must not spoil the parent's answer, which goes to standard output.
    with contextlib.suppress(OSError):
        os.dup2(2, 1)
    sys.stdout = sys.stderr
    # The parent names the signal of a death; a page of frames adds nothing to "out of memory".
    faulthandler.disable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if memory_mb is not None:
        limit_memory(memory_mb)


def _scratch(pid: int) -> str:
    """The folder for temporary files of a child, which its parent removes however the child ended."""
    return os.path.join(os.environ.get("TMPDIR") or "/tmp", f"neurocli-{pid}")


def scratch_folder() -> str | None:
    """A folder for the temporary files of this child, made when it is first asked for.

    Returns:
        None in a process that is no child, and can clean up itself; a child that is killed cannot.
    """
    if not _is_child:
        return None
    folder = _scratch(os.getpid())
    with contextlib.suppress(OSError):
        os.makedirs(folder, 0o700, exist_ok=True)
        return folder
    return None


def _remove(folder: str) -> None:
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        pass
    except OSError:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)


def limit_memory(memory_mb: int | None) -> None:
    """Bound the address space of this process to what it has now plus `memory_mb` (None: no bound)."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = hard if memory_mb is None else address_space() + memory_mb * _MEBIBYTE
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    with contextlib.suppress(ValueError, OSError):  # a system without this limit
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def exec_program(command: Sequence[str], folder: str, stderr: int, memory_mb: int | None,
                 writer: int) -> NoReturn:
    """Become another program: to be given to `spawn` with all but the last argument bound.

    Args:
        command: absolute path and arguments.
        folder: where the program runs.
        stderr: descriptor for its standard error.
        memory_mb: bound of its whole address space.
        writer: the pipe to the parent becomes its standard output.
    """
    null = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((null, 0), (writer, 1), (stderr, 2)):
        os.dup2(descriptor, place)
    os.chdir(folder)
    if memory_mb is not None:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        soft = memory_mb * _MEBIBYTE
        resource.setrlimit(resource.RLIMIT_AS, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    # Answers must not depend on the language of the machine; our workers share the cores.
    os.execve(command[0], list(command), {**os.environ, "LC_ALL": "C", "OMP_NUM_THREADS": "1", "TMPDIR": folder})


def address_space() -> int:
    """Bytes of address space of this process; a gibibyte where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 1024 * _MEBIBYTE


def hung_up(descriptor: int) -> bool:
    """Whether the other end of a pipe is closed."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte of `data`."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view):]


@contextlib.contextmanager
def _blocked(*signals: signal.Signals) -> Iterator[None]:
    """Hold back `signals` in this thread."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
