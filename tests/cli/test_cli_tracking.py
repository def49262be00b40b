"""Path tracking as a user meets it: certificates, files, workers, death and resumption, refusals."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from neurocli.architectures.grammar import parse
from neurocli.invariants.ranks.upper_bounds import reduced
from neurocli.numerics.execution import Execution
from neurocli.numerics.slices import solve_slice
from neurocli.numerics.solutions import read_bertini, read_json

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
COMMAND = [sys.executable, "-m", "neurocli"]
#: Degree 54, a few seconds of tracking.
LONG = "cnn:3-3,r=3"


def neurocli(*arguments, stdin=None):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, input=stdin, env=ENV, timeout=120)


def start(*arguments):
    return subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV,
                            start_new_session=True)


def record(*arguments):
    done = neurocli(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def descendants(pid):
    """Living processes below one."""
    listed = subprocess.run(["ps", "-e", "-o", "ppid=,pid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    found = {pid}
    for _ in range(4):
        found |= {int(child) for parent, child, state in rows if int(parent) in found and not state.startswith("Z")}
    return found - {pid}


def points_in(journal):
    return sum(r["points"]["shape"][0] for r in map(json.loads, journal.read_text().splitlines()[1:])
               if r["node"] == 0)


# -- what is printed


def test_a_certified_degree_in_a_table():
    done = neurocli("degree", "--certify", "--explain", "mlp:3-2-1,r=2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == """\
mlp:3-2-1,r=2
degree            3
status            numerical
method            monodromy
the count         certified below and numerical above
solutions found   3
proved solutions  3 of 3 examined
dim               5
ambient           6
codimension       1
of the            projective variety
3 functions on a random affine slice; the trace test passes
certified below and numerical above
3 of 3 solutions are proved to exist and to differ (Krawczyk's test in ball arithmetic)
functions are counted once for each orbit of every symmetry; paths are tracked in double precision
"""


def test_certificates_are_evidence_that_is_checked_again(tmp_path):
    file = tmp_path / "c.json"
    assert neurocli("degree", "--certify", "--certificate", str(file), "mlp:3-2-1,r=2").returncode == 0
    (result,) = json.loads(file.read_text())["results"]
    (boxes,) = [e for e in result["evidence"] if e["kind"] == "krawczyk"]
    assert boxes["value"] == 3


def test_failed_paths_are_told():
    shown = neurocli("degree", "--method", "monodromy", "-v", "mlp:3-2-2,r=2").stdout
    assert "failed paths" in shown and "residual of the trace test" in shown
    run = record("degree", "--method", "monodromy", "mlp:3-2-2,r=2")["run"]
    assert {"paths", "loops", "restarts", "failed_paths", "trace_residual"} <= set(run)


def test_fibres_are_counted_and_certified():
    result = record("fibers", "--certify", "mlp:3-2-2,r=2")
    assert result["value"] == {"dimension": 2, "excess": 0, "points": 2, "classes": 1, "verdict": "identifiable"}
    assert (result["status"], result["method"]) == ("numerical", "monodromy")
    assert result["data"]["proof"] == "certified below and numerical above" and result["data"]["certified"] == 30


def test_real_solutions_only(tmp_path):
    file = tmp_path / "real.json"
    result = record("degree", "--certify", "--real-only", "--solutions", str(file), "cnn:2-2,r=2")
    points, saved = read_json(file)
    data = result["data"]
    assert result["value"] == 4 and len(points) == data["certified_real"] >= 1
    assert (4 - data["certified_real"] - data["certified_not_real"]) in (0, 1, 2) and not points.imag.any()
    assert all(c["real"] for c in saved["certificates"])


@pytest.mark.parametrize("command", ["degree", "fibers", "edd"])
def test_solution_files(tmp_path, command):
    ours, theirs = tmp_path / "s.json", tmp_path / "s.txt"
    for file in (ours, theirs):
        done = neurocli(command, "--solutions", str(file), "mlp:2-2-2,r=2")
        assert done.returncode == 0 and f"written: {file}" in done.stderr
    points, saved = read_json(ours)
    assert len(points) == saved["count"] == len(read_bertini(theirs)) and saved["recipe"]["spec"] == "mlp:2-2-2,r=2"
    assert (points == read_bertini(theirs)).all()
    assert not neurocli(command, "--quiet", "--solutions", str(ours), "mlp:2-2-2,r=2").stderr


# -- refusals


@pytest.mark.parametrize(("arguments", "words"), [
    (["degree", "--certify", "--method", "slice", "mlp:3-2-1,r=2"], "leave --method out"),
    (["fibers", "--certify", "--method", "groebner", "mlp:3-2-2,r=2"], "--method monodromy"),
    (["edd", "--journal", "j", "--method", "groebner", "mlp:3-2-1,r=2"], "--journal"),
    (["degree", "--real-only", "mlp:3-2-1,r=2"], "add --certify"),
    (["degree", "--resume", "mlp:3-2-1,r=2"], "--resume needs --journal"),
    (["degree", "--scheduler", "nonsense", "mlp:3-2-1,r=2"], "tcp://HOST:PORT"),
    (["degree", "--solutions", "no/such/folder/x", "mlp:3-2-1,r=2"], "cannot write"),
    (["degree", "--solutions", "x", "mlp:3-2-1,r=2", "mlp:3-2-2,r=2"], "one network"),
    (["degree", "--solutions", "x", "--journal", "x", "mlp:3-2-1,r=2"], "the same file"),
    (["degree", "--jobs", "0", "mlp:3-2-1,r=2"], "--jobs"),
    (["fibers", "--certify", "--symmetries", "mlp:3-2-2,r=2"], "--symmetries"),
    (["fibers", "--certify", "mlp:2-3-2,r=2"], "local dimension 3"),
    (["degree", "--certify", "softmax:2-2,a=1,t=2"], "not polynomials"),
])
def test_refusals(arguments, words, tmp_path):
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, env=ENV, timeout=60, cwd=tmp_path)
    assert done.returncode == 2 and words in done.stderr and not done.stdout
    assert "Traceback" not in done.stderr


def test_an_existing_journal_needs_resume(tmp_path):
    journal = tmp_path / "j.ndjson"
    assert neurocli("degree", "--journal", str(journal), "mlp:3-2-1,r=2").returncode == 0
    refused = neurocli("degree", "--journal", str(journal), "mlp:3-2-1,r=2")
    assert refused.returncode == 2 and "--resume" in refused.stderr
    other = neurocli("degree", "--journal", str(journal), "--resume", "mlp:3-2-2,r=2")
    assert other.returncode == 2 and "another run" in other.stderr
    journal.write_bytes(b"spoiled\n" + journal.read_bytes())
    assert neurocli("degree", "--journal", str(journal), "--resume", "mlp:3-2-1,r=2").returncode == 2


def test_a_journal_of_another_loss_is_refused(tmp_path):
    journal = str(tmp_path / "j.ndjson")
    assert neurocli("edd", "--metric", "samples", "8", "--journal", journal, "mlp:3-2-1,r=2").returncode == 0
    other = neurocli("edd", "--metric", "samples", "7", "--journal", journal, "--resume", "mlp:3-2-1,r=2")
    assert other.returncode == 2 and not other.stdout and "journal" in other.stderr


# -- workers, limits, death


def test_the_answer_does_not_depend_on_workers():
    ways = [["--jobs", "1", "--method", "monodromy"], ["--jobs", "2"], ["--jobs", "1000"]]
    try:
        import distributed  # noqa: F401 - whether it is there

        ways.append(["--jobs", "2", "--scheduler", "local"])
    except ImportError:
        pass
    answers = []
    for way in ways:
        answer = record("degree", "--certify", *way, "mlp:2-2-2-2,r=2")
        answers.append({key: answer[key] for key in ("value", "status", "method", "data", "explanation", "seed")})
    assert answers[0]["value"] == 15 and answers[0]["data"]["certified"] == 15
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("command", ["degree", "edd", "fibers"])
def test_workers_do_not_choose_the_method(command):
    alone, shared = (record(command, *way, "mlp:3-2-1,r=2") for way in ([], ["--jobs", "2", "--scheduler", "local"]))
    assert {k: v for k, v in alone.items() if k != "run"} == {k: v for k, v in shared.items() if k != "run"}


def test_a_time_limit_gives_the_best_bound(tmp_path):
    journal = tmp_path / "j.ndjson"
    done = neurocli("degree", "--json", "--timeout", "3", "--journal", str(journal), "cnn:3-3-3,r=2")
    result = json.loads(done.stdout)
    assert done.returncode == 5 and (result["status"], result["data"]["limit"]) == ("bound", True)
    assert 1 <= result["value"] < 5760 and points_in(journal) >= 1


def test_a_killed_search_resumes(tmp_path):
    journal = tmp_path / "j.ndjson"
    arguments = ["degree", "--method", "monodromy", "--journal", str(journal), LONG]
    process = start(*arguments)
    try:
        assert wait_for(lambda: (journal.exists() and journal.read_text().count("\n") > 8) or process.poll() is not None)
        process.kill()
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL, "the search was over before it could be killed"
    finally:
        process.kill()
    assert wait_for(lambda: _unlocked(journal))  # the child ends with its parent
    kept = points_in(journal)
    assert kept > 0
    stopped = solve_slice(reduced(parse(LONG)), execution=Execution(journal=journal, limit=lambda: True))
    assert stopped.count >= kept  # nothing that was on disk is lost
    result = record("degree", "--method", "monodromy", "--journal", str(journal), "--resume", LONG)
    assert (result["value"], result["status"]) == (54, "numerical")
    again = record("degree", "--method", "monodromy", "--journal", str(journal), "--resume", LONG)
    assert again["value"] == 54 and again["run"]["paths"] == 0


def _unlocked(path):
    import fcntl

    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def test_a_worker_killed_in_the_middle(tmp_path):
    journal = tmp_path / "j.ndjson"
    process = start("degree", "--json", "--jobs", "2", "--journal", str(journal), LONG)
    try:
        assert wait_for(lambda: journal.exists() and journal.read_text().count("\n") > 1)
        below = descendants(process.pid)
        children = {int(pid) for pid in subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)],
                                                       capture_output=True, text=True, check=True).stdout.split()}
        workers = sorted(below - children)
        assert workers
        os.kill(workers[0], signal.SIGKILL)
        out, error = process.communicate(timeout=90)
        assert process.returncode == 0, error
        assert json.loads(out)["value"] == 54
    finally:
        process.kill()


def test_interruption_ends_everything(tmp_path):
    journal = tmp_path / "j.ndjson"
    process = start("degree", "--jobs", "2", "--journal", str(journal), LONG)
    try:
        assert wait_for(lambda: journal.exists() and journal.read_text().count("\n") > 1)
        below = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
        assert (process.returncode, out) == (130, "") and "interrupted" in error
        assert wait_for(lambda: not below & descendants(1), 5) and points_in(journal) >= 0
    finally:
        process.kill()


@pytest.mark.slow
def test_the_scheduler_is_gone_in_the_middle(tmp_path):
    pytest.importorskip("distributed")
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    host, port = address.split(":")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", host, "--port", port,
                                  "--no-dashboard"], **quiet)
    worker = subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", f"tcp://{address}", "--nworkers", "1",
                               "--nthreads", "1", "--no-dashboard"], **quiet)
    journal = tmp_path / "j.ndjson"
    process = None
    try:
        process = start("degree", "--json", "--scheduler", f"tcp://{address}", "--journal", str(journal), LONG)
        assert wait_for(lambda: journal.exists() and journal.stat().st_size > 3000)
        scheduler.kill()
        out, error = process.communicate(timeout=90)
        assert process.returncode == 0 and json.loads(out)["value"] == 54
        assert "the rest is tracked here" in error and "Traceback" not in error
    finally:
        for one in (process, worker, scheduler):
            if one is not None:
                one.kill()
                one.wait()


# -- progress


def test_progress_is_for_terminals_only():
    import pty

    def shown(*options):
        """What standard error shows on a terminal."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen([*COMMAND, "degree", "--method", "monodromy", *options, "cnn:2-2-2,r=2"],
                                   stdout=subprocess.PIPE, stderr=theirs, env={**ENV, "TERM": "xterm"})
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 4096):
                text += part
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        process.communicate()
        assert process.returncode == 0
        return text.decode()

    assert "solutions" in shown() and "paths/s" in shown()
    assert not shown("--quiet")
    assert not neurocli("degree", "--method", "monodromy", "cnn:2-2-2,r=2").stderr
