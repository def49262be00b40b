"""Claims, grids and stores that cannot be right: the message names the place and the fix."""

import json
import os
import subprocess
import sys

import pytest

from neurocli.architectures.grammar import parse
from neurocli.conjectures.claims import claims_of_text, decide, read_claims
from neurocli.conjectures.sweep import read_sweep
from neurocli.errors import SpecificationError, TooLarge
from neurocli.results import store

HEAD = '# a comment\n[[claim]]\nname = "x"\nstatement = "{}"\n[claim.grid]\nnetworks = "mlp:{{d}},r={{r}}"\n'
GRID = 'd = { inputs = 2, widths = "1..2", depth = 2, outputs = 1 }\nr = "2..3"\n'


def neurocli(*arguments, text=None, **environment):
    return subprocess.run([sys.executable, "-m", "neurocli", *arguments], input=text, capture_output=True, text=True,
                          env={**os.environ, **environment})


@pytest.mark.parametrize("statement,column,read", [
    ("dim == expcted", 8, "expcted"), ("dim ==", 7, "the end"), ("dim / 0 == 1", 7, "0"), ("dim % 0 == 1", 7, "0"),
    ("dim == 'a'", 8, "'"), ("(dim == 1", 10, "the end"), ("dim + filling == 1", 7, "a truth value"),
    ("volume == 1", 1, "volume"), ("edd(colour=\\\"red\\\") == 1", 5, "colour")])
def test_a_claim_that_does_not_parse(tmp_path, statement, column, read):
    path = tmp_path / "c.toml"
    path.write_text(HEAD.format(statement) + GRID)
    with pytest.raises(SpecificationError) as caught:
        read_claims(path)
    error = caught.value
    assert f"line 4, claim 1, statement, column {column}: read {read!r}" in error.message
    shown, caret, pointer = error.hint.split("\n")
    assert shown == statement.replace("\\", "") and caret == "  " + " " * (column - 1) + "^"
    assert pointer.strip() == "see: neurocli help claims"


@pytest.mark.parametrize("statement,where,column", [
    ("dim // (r-2) >= 0", "true", 9), ("d[7] == 1", "true", 1), ("dim > 0", "6 // (r-2) > 0", 7), ("dim > 0", "dim > 1", 1)])
def test_what_has_no_meaning_for_some_network(statement, where, column):
    claims = claims_of_text(HEAD.format(statement) + GRID + f'where = "{where}"\n', "c.toml")
    with pytest.raises(SpecificationError) as caught:
        decide(claims)
    assert f"column {column}: read" in caught.value.message and "^" in caught.value.hint
    assert caught.value.hint.endswith("see: neurocli help claims")


def test_a_lazy_condition_guards_a_division():
    (verdict,) = decide(claims_of_text(HEAD.format("r == 2 or 6 // (r-2) == 6") + GRID, "c.toml"))
    assert verdict.verdict == "holds"


def test_an_empty_range_holds_nothing(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(HEAD.format("dim > 0") + GRID + 'where = "r > 9"\n')
    done = neurocli("check", str(path))
    assert done.returncode == 2 and "range is empty" in done.stderr and not done.stdout


def test_a_grid_of_10_to_the_12_is_refused_with_its_count(tmp_path):
    text = 'networks = "mlp:{d},r={r}"\nd = { inputs = 2, widths = "1..100", depth = 7, outputs = 1 }\nr = 2\n'
    path = tmp_path / "g.toml"
    path.write_text(text)
    with pytest.raises(TooLarge, match="1,000,000,000,000 networks"):
        list(read_sweep(path).grid.instances())
    done = neurocli("sweep", str(path), "--no-cache")
    assert done.returncode == 5 and "1,000,000,000,000" in done.stderr and not done.stdout


def test_marks_and_keys_of_files(tmp_path):
    claims = tmp_path / "c.toml"
    claims.write_bytes(b"\xef\xbb\xbf" + (HEAD.format("dim > 0") + GRID).encode())
    assert len(read_claims(claims)) == 1
    model = tmp_path / "m.toml"
    model.write_bytes(b'\xef\xbb\xbffamily = "mlp"\nshape = [2, 2, 1]\nr = 2\n')
    assert parse(str(model)).spelling == "mlp:2-2-1,r=2"
    twice = tmp_path / "m.json"
    twice.write_text('{"family": "mlp", "shape": "2-2-1", "r": 2, "r": 3}')
    with pytest.raises(SpecificationError, match="'r' stands twice"):
        parse(str(twice))


def test_a_sweep_of_standard_input():
    lines = neurocli("sweep", "-", "--no-cache", "-q", text="mlp:2-2-1,r=2\n# none\nmlp:2-3-1,r=2\n")
    assert [json.loads(line)["value"] for line in lines.stdout.splitlines()] == [3, 3]
    grid = neurocli("sweep", "-", "--no-cache", "-q", text='networks = "mlp:2-{k}-1,r=2"\nk = "1..3"\n')
    assert len(grid.stdout.splitlines()) == 3
    for arguments in (("sweep",), ("sweep", "-", "--slurm", "2"), ("sweep", "-", "--merge")):
        done = neurocli(*arguments)
        assert done.returncode == 2 and "give" in done.stderr


@pytest.mark.parametrize("command", [("dim", "mlp:2-2-1,r=2"), ("check", "--shipped")])
def test_two_formats_at_once(command):
    done = neurocli(*command, "--json", "--format", "csv")
    assert done.returncode == 2 and "give one of them" in done.stderr


def test_the_store_of_a_user_without_a_home(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert store.default_path() == tmp_path / "neurocli" / "store.sqlite"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert store.default_path() == tmp_path / "home" / ".cache" / "neurocli" / "store.sqlite"
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # no entry among the users either
    path = store.default_path()
    assert path.is_absolute() and str(os.getuid()) in str(path)


def test_output_to_a_pipe_leaves_the_pipe(tmp_path):
    from neurocli.errors import UsageError
    from neurocli.report.write import write_file

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, "answer\n")
    assert os.read(reader, 100) == b"answer\n" and not pipe.is_file()
    os.close(reader)
    with pytest.raises(UsageError, match="cannot write"):
        write_file(tmp_path, "x")


def test_a_full_disk_behind_standard_output():
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "neurocli", "sweep", "-", "--no-cache", "-q"], stdout=full,
                              input="mlp:2-2-1,r=2\n", stderr=subprocess.PIPE, text=True)
    assert done.returncode == 5 and "No space left" in done.stderr


def test_a_cache_that_cannot_be_written_loses_no_answer(tmp_path):
    (tmp_path / "file").write_text("in the way of a folder")
    done = neurocli("sweep", "-", text="mlp:2-2-1,r=2\n", XDG_CACHE_HOME=str(tmp_path / "file"))
    assert done.returncode == 0 and json.loads(done.stdout)["value"] == 3
    assert "cannot be written" in done.stderr


def test_a_store_of_a_newer_version_is_refused(tmp_path):
    import sqlite3

    path = tmp_path / "s.sqlite"
    assert neurocli("sweep", "-", "--store", str(path), text="mlp:2-2-1,r=2\n").returncode == 0
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    for arguments in (("store", "list", "--store", str(path)), ("sweep", "-", "--store", str(path))):
        done = neurocli(*arguments, text="mlp:2-2-1,r=2\n")
        assert done.returncode == 2 and "newer version" in done.stderr and not done.stdout


def test_two_sweeps_on_one_journal(tmp_path):
    from neurocli.conjectures.sweep import read_sweep
    from neurocli.jobs.journal import Journal

    grid, journal = tmp_path / "g.txt", tmp_path / "j.ndjson"
    grid.write_text("mlp:2-2-1,r=2\n")
    with Journal(journal, read_sweep(grid).header(0)):
        done = neurocli("sweep", str(grid), "--no-cache", "--journal", str(journal), "--resume")
    assert done.returncode == 2 and "another process writes this journal" in done.stderr and not done.stdout


def test_killed_sweeps_resume_without_loss(tmp_path):
    grid, journal = tmp_path / "g.toml", tmp_path / "j.ndjson"
    grid.write_text('networks = "mlp:{d},r=2"\nd = { inputs = "1..3", widths = "1..4", depth = "2..3", outputs = "1..3" }\n')
    command = [sys.executable, "-m", "neurocli", "sweep", str(grid), "--no-cache", "-q", "--journal", str(journal)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        reported = {first.stdout.readline() for _ in range(10)}
        first.kill()
    done = subprocess.run([*command, "--resume"], capture_output=True, text=True)
    lines = done.stdout.splitlines(keepends=True)
    assert done.returncode == 0 and len(lines) == len(set(lines)) == 180 and reported <= set(lines)
    whole = neurocli("sweep", str(grid), "--no-cache", "-q").stdout.splitlines(keepends=True)
    assert sorted(whole) == sorted(lines)


def test_the_clock_of_the_day_does_not_matter(tmp_path, monkeypatch):
    """Limits are measured by a monotonic clock, and no record outside `run` holds a time."""
    import time

    from neurocli.jobs.supervisor import run

    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert [o.value for o in run(abs, [-1, -2], timeout=5, ordered=True)] == [1, 2]
    record = json.loads(neurocli("sweep", "-", "--no-cache", text="mlp:2-2-1,r=2\n").stdout)
    assert record["run"] == {}


@pytest.mark.parametrize("call,column,expected", [
    ('edd(metric="bombierri")', 12, "did you mean bombieri?"), ('edd(metric="samples")', 12, "a number"),
    ('edd(metric="samples=x")', 12, "a number from 1"), ('edd(metric="unit 3")', 12, "unit alone"), ("edd(metric=3)", 12, "one of generic"),
    ("edd(rank=0)", 10, "a positive integer"), ('edd(rank="²")', 10, "a positive integer"),
    ('edd(method="grobner")', 12, "did you mean groebner?"), ('degree(method="split")', 15, "one of auto")])
def test_the_value_of_a_keyword_is_read_with_the_statement(call, column, expected):
    with pytest.raises(SpecificationError) as caught:
        claims_of_text(f"[[claim]]\nname = 'x'\nstatement = '{call} == 3'\nnetworks = 'mlp:3-2-1,r=2'\n", "c.toml")
    assert f"statement, column {column}: read" in caught.value.message and expected in caught.value.message
    assert caught.value.hint.split("\n")[1] == "  " + " " * (column - 1) + "^"


@pytest.mark.parametrize("metric", ["samples 3", "samples=3", "gram=there.csv", "bombieri"])
def test_metrics_are_spelled_as_answers_print_them(metric):
    (claim,) = claims_of_text(
        f"[[claim]]\nname = 'x'\nstatement = 'edd(metric=\"{metric}\") > 0'\nnetworks = 'mlp:3-2-1,r=2'\n", "c.toml")
    assert claim.node.parts[0].keywords == (("metric", metric),)


def test_an_integer_may_stand_in_quotes_and_a_word_may_not():
    text = HEAD.format("r == 2") + 'd = { inputs = "2", widths = "2", depth = 2, outputs = 1 }\nr = "2"\n'
    assert [n.spelling for n, _ in claims_of_text(text, "c.toml")[0].grid.instances()] == ["mlp:2-2-1,r=2"]
    with pytest.raises(SpecificationError, match="read 'two', expected an integer"):
        claims_of_text(text.replace('r = "2"', 'r = "two"'), "c.toml")
