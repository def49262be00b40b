"""`neurocli degree` and `export` as a user has them: tables, files, exit statuses, interruption."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from neurocli.engines.registry import engine

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}


def neurocli(*arguments, stdin=None):
    return subprocess.run([sys.executable, "-m", "neurocli", *arguments], capture_output=True, text=True, input=stdin,
                          env=ENV, timeout=120)


def test_table_with_equations():
    done = neurocli("degree", "--equations", "3", "mlp:3-2-1,r=2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == """\
mlp:3-2-1,r=2
degree         3
status         proved
method         closed-form
neurovariety   symmetric 3x3 matrices of rank at most 2
dim            5
ambient        6
codimension    1
of the         projective variety
generic fibre  1
equations
equation
───────────────────────────────────────────────────────────────────────────
c101^2*c020 - c110*c101*c011 + c200*c011^2 + c110^2*c002 - 4*c200*c020*c002
equations of each degree
degree   dimension
──────────────────
     1           0
     2           0
     3           1
"""


def test_rows_and_json():
    done = neurocli("degree", "--polar", "--format", "csv", stdin="mlp:3-2-1,r=2\ncnn:2-2,r=2\n")
    assert done.stdout == ('spec,degree,status,method,dim,codimension,polar degrees\n'
                           '"mlp:3-2-1,r=2",3,proved,closed-form,5,1,"(0, 0, 4, 6, 3)"\n'
                           '"cnn:2-2,r=2",4,proved,closed-form,3,3,"(4, 6, 4)"\n')
    first, second = (json.loads(neurocli("degree", "--json", "mlp:2-2-1,act=x^3+x^2").stdout) for _ in range(2))
    assert first.pop("run") and second.pop("run")
    assert first == second and (first["value"], first["status"]) == (3, "proved")


@pytest.mark.parametrize("arguments, status, words", [
    (["degree", "softmax:2-2,a=1,t=2"], 2, "not polynomials"),
    (["degree", "--equations", "40", "mlp:3-3-3,r=2"], 5, "139,646,485,582,065 monomials"),
    (["degree", "--method", "closed-form", "mlp:3-3-3,r=2"], 2, "no closed form"),
    (["degree", "--emit", "maple", "x", "mlp:3-3-3,r=2"], 2, "maple"),
    (["export", "--to", "singular", "softmax:2-2,a=1,t=2"], 2, "softmax is a quotient of exponentials"),
    (["export", "mlp:2-2-1,r=2"], 2, "--to"),
])
def test_refusals(arguments, status, words):
    done = neurocli(*arguments)
    assert done.returncode == status and words in done.stderr and not done.stdout
    assert "Traceback" not in done.stderr


def test_time_limit():
    done = neurocli("degree", "--method", "slice", "--engine", "builtin", "--timeout", "1", "cnn:3-3-3,r=2")
    assert done.returncode == 5
    assert "no bound was reached in 1 s" in done.stderr or "bound" in done.stdout


def test_export_prints_or_writes(tmp_path):
    printed = neurocli("export", "--to", "singular", "--what", "slice", "mlp:2-2-1,r=4")
    file = tmp_path / "slice.sing"
    written = neurocli("export", "--to", "singular", "--what", "slice", "mlp:2-2-1,r=4", "-o", str(file))
    assert printed.stdout == file.read_text() and "Singular -q --no-rc" in written.stderr
    record = json.loads(neurocli("export", "--json", "--to", "singular", "--what", "slice", "mlp:2-2-1,r=4").stdout)
    assert record["value"] == printed.stdout


def test_emit_writes_what_was_solved(tmp_path):
    file = tmp_path / "slice.ms"
    done = neurocli("degree", "--emit", "msolve", str(file), "--json", "mlp:2-2-2-2,r=2")
    assert "emitted" not in json.loads(done.stdout)["data"]
    assert file.read_text().splitlines()[1] == "2147483647" and "written" in done.stderr


@pytest.mark.skipif(not engine("msolve").available(), reason="msolve is not installed")
def test_interruption_leaves_no_engine_behind():
    process = subprocess.Popen([sys.executable, "-m", "neurocli", "degree", "--method", "slice", "--engine", "msolve",
                                "cnn:3-3-3,r=2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV,
                               start_new_session=True)

    def alive(pid):
        """Whether a process runs; a dead one may wait for a parent that never asks."""
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                return file.read().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    def solvers():
        listed = subprocess.run(["ps", "-e", "-o", "ppid=,pid=,comm="], capture_output=True, text=True, check=True)
        rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
        children = {str(process.pid)}
        for _ in range(4):
            children |= {pid for parent, pid, _ in rows if parent in children}
        return [pid for parent, pid, name in rows if pid in children and "msolve" in name]

    try:
        deadline = time.monotonic() + 60
        mine = []
        while not mine and time.monotonic() < deadline:
            time.sleep(0.1)
            mine = solvers()
        assert mine
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
        assert process.returncode == 130 and "interrupted" in error
        time.sleep(0.3)
        assert not [pid for pid in mine if alive(pid)]
    finally:
        if process.poll() is None:
            process.kill()


def test_a_bound_when_the_time_is_over():
    # Dimension 15 in 55 coefficients is beyond Gröbner bases; path tracking leaves what it has found.
    done = neurocli("degree", "--timeout", "8s", "--json", "mlp:3-3-3-1,r=3")
    assert done.returncode == 5, done.stderr
    result = json.loads(done.stdout)
    assert (result["status"], result["method"], result["data"]["limit"]) == ("bound", "monodromy", True)
    assert result["value"] >= 1 and "no end" in result["explanation"][0]
