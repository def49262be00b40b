"""Programs that print garbage, stop in the middle, lie, hang, die, or eat memory are never answers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from neurocli.engines.macaulay2 import Macaulay2
from neurocli.engines.msolve import Msolve
from neurocli.engines.program import locate, run_program
from neurocli.engines.protocol import Engine, Limits, reduced_form
from neurocli.engines.singular import Singular
from neurocli.errors import EngineError, MemoryLimit, TimeLimit
from neurocli.formats.msolve import read_basis
from neurocli.formats.system import PolynomialSystem

IDEAL = PolynomialSystem(("a", "b"), 65521, ({(2, 0): 1, (0, 2): 1, (0, 0): -1}, {(1, 1): 1, (0, 0): -2}))
BASIS = ({(1, 1): 1, (0, 0): 65519}, {(2, 0): 1, (0, 2): 1, (0, 0): 65520}, {(0, 3): 1, (1, 0): 2, (0, 1): 65520})

#: What msolve 0.10.1 prints for `IDEAL`.
MSOLVE = """\
#Reduced Groebner basis data
#---
#field characteristic: 65521
#variable order:       x1, x2
#monomial order:       graded reverse lexicographical
#length of basis:      3 elements sorted by increasing leading monomials
#---
[1*x1^1*x2^1+65519,
1*x1^2+1*x2^2+65520,
1*x2^3+2*x1^1+65520*x2^1]:
"""
SCRIPT = "elements 3\nbasis x1*x2-2\nbasis x1^2+x2^2-1\nbasis x2^3+2*x1-x2\nend of the answer\n"
ENGINES: list[tuple[type[Engine], str]] = [(Msolve, MSOLVE), (Singular, SCRIPT), (Macaulay2, SCRIPT)]


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Put a program in the place of an engine's."""

    def put(cls: type[Engine], script: str) -> Engine:
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(cls, "path", lambda self: str(program))
        return cls()

    return put


def printing(text: str, tmp_path: Path) -> str:
    (tmp_path / "text").write_text(text)
    return f"cat '{tmp_path}/text'"


@pytest.mark.parametrize(("cls", "text"), ENGINES)
def test_whole_answer_is_read(cls: type[Engine], text: str, pretend, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert pretend(cls, printing(text, tmp_path)).groebner_basis(IDEAL) == BASIS


@pytest.mark.parametrize(("cls", "text"), ENGINES)
def test_answer_cut_anywhere_is_none(cls: type[Engine], text: str, pretend, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    # The last newline says nothing; every other byte must be there.
    for cut in range(0, len(text) - 1, 7):
        with pytest.raises(EngineError):
            pretend(cls, printing(text[:cut], tmp_path)).groebner_basis(IDEAL)


@pytest.mark.parametrize("cut", range(len(MSOLVE) - 1))
def test_msolve_cut_anywhere_is_no_answer(cut: int) -> None:
    with pytest.raises(EngineError):
        read_basis(MSOLVE[:cut], IDEAL.renamed(("x1", "x2")))


@pytest.mark.parametrize("change", [
    ("65521", "65519"), ("x1, x2", "x1, x3"), ("Reduced", "Leading"), ("3 elements", "4 elements"), ("x1^2", "x1^-2"),
    ("x1^2", "x3^2"), ("x1^2", "x1^2*x1"), ("x1^2", ""), ("+65519", "+65519+1"), ("]:", "]"), ("[1*", "["),
    ("1*x1^1*x2^1+65519", "0"), ("1*x1^1*x2^1+65519", "x2^3"), ("graded", "lexi"), ("#---\n[", "#---\nError\n[")])
def test_corrupted_msolve_is_no_answer(change: tuple[str, str], pretend, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert change[0] in MSOLVE
    if change == ("[1*", "["):
        # A coefficient of 1 may be left out.
        assert pretend(Msolve, printing(MSOLVE.replace(*change), tmp_path)).groebner_basis(IDEAL) == BASIS
        return
    with pytest.raises(EngineError):
        pretend(Msolve, printing(MSOLVE.replace(*change, 1), tmp_path)).groebner_basis(IDEAL)


@pytest.mark.parametrize("cls", [Singular, Macaulay2])
@pytest.mark.parametrize("text", [
    "", "end of the answer\n", "   ? `x3` is undefined\n" + SCRIPT, SCRIPT + SCRIPT, SCRIPT.replace("3", "2", 1),
    "// ** redefining basis\n" + SCRIPT, SCRIPT.replace("basis x1*x2-2\n", ""), "\x00\xff" + SCRIPT,
    SCRIPT.replace("x1*x2-2", "x1"), SCRIPT.replace("x1*x2-2", "0"), SCRIPT.replace("x1*x2-2", "x1^2")])
def test_corrupted_scripts_are_no_answer(cls: type[Engine], text: str, pretend, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EngineError):
        pretend(cls, printing(text, tmp_path)).groebner_basis(IDEAL)


@pytest.mark.parametrize("cls", [Singular, Macaulay2])
def test_answer_to_another_question_is_none(cls: type[Engine], pretend, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    asked = pretend(cls, printing("count 4\nend of the answer\n", tmp_path))
    assert asked.count_solutions(IDEAL) == 4
    with pytest.raises(EngineError):
        asked.groebner_basis(IDEAL)
    with pytest.raises(EngineError):
        asked.dimension_and_degree(IDEAL)


def test_a_unit_ideal_of_msolve_is_checked_by_another_route(pretend, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    head = MSOLVE[:MSOLVE.index("[")].replace("3 elements sorted by increasing leading monomials", "1 element")
    asked = pretend(Msolve, printing(head + "[1]:\n", tmp_path))
    with pytest.raises(EngineError, match="found no solutions where"):
        asked.groebner_basis(IDEAL)
    empty = PolynomialSystem(IDEAL.variables, 65521, (*IDEAL.polynomials, {(0, 1): 1}))
    assert asked.groebner_basis(empty) == ({(0, 0): 1},)


def test_a_basis_that_is_not_reduced_is_none() -> None:
    with pytest.raises(EngineError, match="not reduced"):
        reduced_form([{(1, 0): 1}, {(2, 0): 1, (0, 1): 1}], IDEAL, "test")
    with pytest.raises(EngineError, match="zero"):
        reduced_form([{(1, 0): 65521}], IDEAL, "test")


def test_status_and_complaint_are_told(pretend) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EngineError, match="ended with status 3: cannot open display") as caught:
        pretend(Singular, "echo 'cannot open display' >&2; exit 3").groebner_basis(IDEAL)
    assert "cannot open display" in caught.value.__notes__[0]
    with pytest.raises(EngineError, match="died: SIGSEGV"):
        pretend(Msolve, "kill -SEGV $$").groebner_basis(IDEAL)


def test_memory_deaths_are_memory_limits(pretend) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(MemoryLimit):
        pretend(Msolve, "kill -KILL $$").groebner_basis(IDEAL)
    with pytest.raises(MemoryLimit):
        pretend(Singular, "echo 'error: no more memory'; exit 14").groebner_basis(IDEAL)
    with pytest.raises(MemoryLimit, match="limit 100 MB"):
        pretend(Macaulay2, "kill -ABRT $$").groebner_basis(IDEAL, Limits(memory_mb=100))


def test_a_program_that_cannot_start_is_an_engine_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        run_program("test", [str(tmp_path / "missing")], {}, Limits())


def test_programs_are_found_on_the_path_before_distributions(tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "site" / "sage_wheels" / "bin"
    for folder in (tmp_path / "path", inside):
        folder.mkdir(parents=True)
        (folder / "engine").write_text("#!/bin/sh\n")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert locate("engine", "no-such-distribution") is None  # neither can be run
    (inside / "engine").chmod(0o755)
    assert locate("engine", "no-such-distribution") == str(inside / "engine")
    (tmp_path / "path" / "engine").chmod(0o755)
    assert locate("engine", "no-such-distribution") == str(tmp_path / "path" / "engine")


def test_a_hanging_program_is_killed_with_all_it_started(pretend, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    started = time.monotonic()
    with pytest.raises(TimeLimit, match=r"0\.3 s"):
        pretend(Msolve, f"sleep 600 & echo $! > {tmp_path}/pid; wait").groebner_basis(IDEAL, Limits(timeout=0.3))
    assert time.monotonic() - started < 60
    assert gone(int((tmp_path / "pid").read_text()))


CALLER = """
from neurocli.engines.protocol import Limits
from neurocli.engines.program import locate, run_program
from neurocli.jobs.isolate import isolate
def ask():
    run_program("test", ["/bin/sh", "-c", "echo $$ >&2; echo $$ > {pid}; sleep 600"], {{}}, Limits())
isolate(ask) if {isolated} else ask()
"""


@pytest.mark.parametrize("isolated", [False, True])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_caller_leaves_no_engine(number: signal.Signals, isolated: bool, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", CALLER.format(pid=note, isolated=isolated)],
                          stderr=subprocess.DEVNULL,
                          env={**os.environ, "TMPDIR": str(tmp_path)}) as caller:
        try:
            end = time.monotonic() + 20
            while not (note.exists() and note.read_text().endswith("\n")) and time.monotonic() < end:
                time.sleep(0.01)
            caller.send_signal(number)
            assert caller.wait(10) == -number
        finally:
            caller.kill()
    assert gone(int(note.read_text()))


def gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            # A zombie that waits for its new parent is dead.
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False
