"""`neurocli dim` and `describe` as a user has them: streams, formats, exit statuses, signals."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}


def neurocli(*arguments, stdin=None, env=ENV):
    return subprocess.run(
        [sys.executable, "-m", "neurocli", *arguments],
        capture_output=True,
        text=True,
        input=stdin,
        env=env,
        timeout=120,
    )


def test_table():
    done = neurocli("dim", "mlp:3-2-1,r=2")
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == """\
mlp:3-2-1,r=2
dim            5
status         proved
method         jacobian-rank
parameters     8
generic fibre  3
ambient        6
expected       6
defect         1
filling        no
"""
    )


def test_several_are_rows_in_order():
    done = neurocli("dim", "mlp:2-2-1,r=3", "cnn:2-2,r=2", "--format", "csv")
    lines = done.stdout.splitlines()
    assert lines[0] == "spec,dim,status,parameters,ambient,expected,defect,filling"
    assert lines[1].startswith('"mlp:2-2-1,r=3",4,proved') and lines[2].startswith('"cnn:2-2,r=2",3,proved')


def test_json_is_one_object_per_line_and_stable():
    first, second = (neurocli("dim", "--json", "mlp:3-2-1,r=2", "softmax:2-2,a=1,t=2") for _ in range(2))
    records = [[json.loads(line) for line in done.stdout.splitlines()] for done in (first, second)]
    assert [r["value"] for r in records[0]] == [5, 7]
    assert [r["status"] for r in records[0]] == ["proved", "certified"]
    for a, b in zip(*records, strict=True):
        assert a.pop("run") and b.pop("run")
        assert a == b
        assert list(a) == sorted(a)


def test_json_schema():
    import jsonschema

    from neurocli.results.schema import RESULT_SCHEMA

    lines = neurocli(
        "dim", "--json", "mlp:3-2-1,r=2", "mlp:784-512-512-10,r=3", "sprecher:2-2-1,knots=3"
    ).stdout.splitlines()
    assert len(lines) == 3
    for line in lines:
        jsonschema.validate(json.loads(line), RESULT_SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**json.loads(lines[0]), "status": "sure"}, RESULT_SCHEMA)


def test_plain_and_latex():
    assert neurocli("dim", "mlp:3-2-1,r=2", "--format", "plain").stdout == "mlp:3-2-1,r=2\t5\tproved\n"
    latex = neurocli("dim", "mlp:3-2-1,r=2", "mlp:2-2-1,r=3", "--format", "latex").stdout
    assert r"\texttt{mlp:3-2-1,r=2} & 5 & proved" in latex and r"\bottomrule" in latex


def test_standard_input_lines_and_documents():
    done = neurocli("dim", "--format", "plain", stdin="mlp:2-2-1,r=2\n# a comment\n\nlinear:3-2-4\n")
    assert done.stdout == "mlp:2-2-1,r=2\t3\tproved\nlinear:3-2-4\t10\tproved\n"
    done = neurocli("dim", "-", "--format", "plain", stdin='family = "mlp"\nshape = [2, 2, 1]\nr = 2\n')
    assert done.stdout == "mlp:2-2-1,r=2\t3\tproved\n"
    done = neurocli("dim", "-", "--format", "plain", stdin='{"family": "mlp", "shape": "2-2-1", "r": 2}')
    assert done.stdout == "mlp:2-2-1,r=2\t3\tproved\n"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["dim", "mlp:0-1"], 2, "entry 1"),
        (["dim", "mlq:2-1"], 2, "mlp"),
        (["dimm", "mlp:2-1"], 2, "dim"),
        (["dim", "--nonsense"], 2, "--nonsense"),
        (["dim", "mlp:2-1", "--prime", "10"], 2, "prime"),
        (["dim", "mlp:2-1", "--prime", "1000001"], 2, "composite"),
        (["dim", "mlp:2-1", "--points", "0"], 2, "points"),
        (["dim", "mlp:2-1", "--seed", "-1"], 2, "seed"),
        (["dim", "mlp:2-1", "--timeout", "soon"], 2, "timeout"),
        (["dim", "mlp:2-2-1,act=__import__('os')"], 2, "column"),
        (["help", "nothing"], 2, "Pages"),
        (["dim", "/"], 2, "specification"),
        (["dim", "missing.toml"], 2, "existing file"),
        (["describe", "--map", "mlp:30-30-30-30,r=5"], 5, "terms"),
        (["describe", "--map", "softmax:2-2,a=1,t=2"], 2, "polynomial"),
    ],
)
def test_faults(arguments, status, words):
    done = neurocli(*arguments)
    assert done.returncode == status, done.stderr
    assert words in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""


def test_fault_as_json():
    done = neurocli("dim", "--json", "mlp:0-1")
    record = json.loads(done.stdout)
    assert (done.returncode, record["error"], record["exit_status"]) == (2, "specification", 2)


def test_one_bad_network_does_not_stop_the_others():
    done = neurocli("dim", "--json", "--memory", "200MB", "mlp:60-60-60-60-7,act=x^3+x^2", "mlp:2-2-1,r=2")
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 5 and first["exit_status"] == 5 and second["value"] == 3


def test_prove():
    assert neurocli("dim", "--prove", "mlp:3-2-1,r=2").returncode == 0
    assert neurocli("dim", "--prove", "sprecher:2-3-1,knots=4").returncode == 3


def test_output_is_atomic(tmp_path):
    target = tmp_path / "out.json"
    target.write_text("old")
    assert neurocli("dim", "--json", "mlp:0-1", "-o", str(target)).returncode == 2
    assert target.read_text() == "old"
    assert neurocli("dim", "--json", "mlp:2-2-1,r=2", "-o", str(target)).returncode == 0
    assert json.loads(target.read_text())["value"] == 3
    assert neurocli("dim", "mlp:2-2-1,r=2", "-o", str(tmp_path / "no" / "x")).returncode == 2
    assert os.listdir(tmp_path) == ["out.json"]


def test_certificate(tmp_path):
    target = tmp_path / "c.json"
    neurocli("dim", "mlp:3-2-1,r=2", "--certificate", str(target))
    record = json.loads(target.read_text())
    assert record["certificate"] == 1 and record["results"][0]["evidence"][0]["rows"]


def test_explain_and_cite():
    text = neurocli("dim", "--explain", "--cite", "mlp:3-5-1,r=4").stdout
    assert "Alexander-Hirschowitz" in text and "[alexander-hirschowitz-1995]" in text


def test_colour_only_where_it_belongs():
    env = {k: v for k, v in ENV.items() if k != "NO_COLOR"}
    assert "\x1b" not in neurocli("dim", "mlp:2-2-1,r=2", env=env).stdout
    assert "\x1b" in neurocli("dim", "mlp:2-2-1,r=2", env={**env, "FORCE_COLOR": "1", "TERM": "xterm"}).stdout
    assert "\x1b" not in neurocli("dim", "mlp:2-2-1,r=2", env={**env, "FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout


def test_timeout():
    done = neurocli("dim", "mlp:60-60-60-20,act=x^3+x^2", "--timeout", "1s")
    assert done.returncode == 5 and "1 s" in done.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupt_ends_at_once_and_leaves_nothing(number, status):
    process = subprocess.Popen(
        [sys.executable, "-m", "neurocli", "dim", "mlp:60-60-60-20,act=x^3+x^2"],
        env=ENV,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(1.5)
    started = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == status, errors
    assert time.monotonic() - started < 10
    time.sleep(0.2)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_broken_pipe():
    command = f"{sys.executable} -m neurocli dim --json " + "mlp:2-2-1,r=2 " * 40
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        env=ENV,
        timeout=120,
    )
    assert done.stdout.splitlines()[-1] == "141" and "Traceback" not in done.stderr


def test_describe():
    done = neurocli("describe", "mlp:3-2-1,r=2", "--json")
    record = json.loads(done.stdout)
    assert record["value"] == 8 and record["data"]["symmetry_dimension"] == 3
    csv = neurocli("describe", "--map", "mlp:2-2-1,r=2", "--format", "csv").stdout.splitlines()
    assert csv[0] == "output,monomial,coefficient" and len(csv) == 4
    assert '"W1[1,1]^2*W2[1,1]+W1[2,1]^2*W2[1,2]"' in csv[1]


@pytest.mark.parametrize("width", ["80", "120"])
def test_tables_fit_the_terminal(width):
    done = neurocli(
        "dim", "mlp:3-2-1,r=2", "mlp:784-512-512-10,r=3", "lightning:3-3-3,a=2-2,t=3", env={**ENV, "COLUMNS": width}
    )
    assert max(map(len, done.stdout.splitlines())) <= int(width)
    assert "mlp:784-512-512-10,r=3" in done.stdout


def test_help_pages():
    for page in ("neurocli", "dim", "describe", "spec", "json"):
        text = neurocli("help", page).stdout
        assert text.startswith("NAME\n") and max(map(len, text.splitlines())) <= 100
    assert "mlp" in neurocli("help", "spec").stdout
    assert neurocli("dim", "-h").returncode == 0
