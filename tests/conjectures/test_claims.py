"""Claims: known truths come out, refutations have the smallest witness, nothing is lost silently."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from neurocli.conjectures.check import check, exit_status
from neurocli.conjectures.claims import claims_of_text, decide, shipped
from neurocli.conjectures.grid import read_grid
from neurocli.conjectures.search import minimal_filling, threshold
from neurocli.errors import DataError, SpecificationError, TooLarge

ENV = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}


def neurocli(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "neurocli", *arguments], capture_output=True, text=True, timeout=300, env=ENV, **options
    )


def claim(statement, grid='networks = "mlp:2-{k}-1,r=2"\nk = "1..3"', extra=""):
    return f"[[claim]]\nname = \"c\"\nstatement = '{statement}'\n{extra}\n[claim.grid]\n{grid}\n"


def test_shipped_claims_come_out_as_known():
    claims = shipped()
    assert len(claims) >= 14 and all(c.source and c.title and c.expect for c in claims)
    result, verdicts = check(claims, "shipped", jobs=2, timeout=120)
    assert {v.claim.name: v.verdict for v in verdicts} == {c.name: c.expect for c in claims}
    assert exit_status(verdicts) == 0 and not result.explanation
    witness = next(v for v in verdicts if v.claim.name == "unimodal-filling").witnesses[0]
    assert witness.spec == "mlp:2-3-4-5-4-6-4-1,r=2" and witness.sure and len(witness.used) == 7


def test_smallest_witness():
    (verdict,) = decide(claims_of_text(claim("dim < 3"), "c.toml"))
    assert verdict.verdict == "refuted" and verdict.witnesses[0].spec == "mlp:2-2-1,r=2"
    assert verdict.witnesses[0].used == {"dim(mlp:2-2-1,r=2)": 3}


def test_undecided_is_not_refuted():
    text = claim("dim == 8", 'networks = "sprecher:2-3-1,knots=4"')
    (verdict,) = decide(claims_of_text(text, "c.toml"))
    assert verdict.verdict in ("undecided", "refuted")
    (open_,) = decide(claims_of_text(claim("dim == 10", 'networks = "sprecher:2-3-1,knots=4"'), "c.toml"))
    assert open_.verdict == "undecided" and exit_status([open_]) == 3


def test_expected_refutation_that_does_not_happen_fails():
    verdicts = decide(claims_of_text(claim("dim > 0", extra='expect = "refuted"'), "c.toml"))
    assert exit_status(verdicts) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = ", "TOML"),
        ("a = 1", "claim"),
        ('[[claim]]\nname = "a"', "statement"),
        (claim("dim =="), "column 7"),
        (claim("dimm == 1"), "dim"),
        (claim("dim == 1", 'networks = "mlp:2-{q}-1,r=2"'), "'q'"),
        (claim("dim == 1", 'networks = "mlp:2-{k}-1,r=2"\nk = "5..2"'), "not empty"),
        (claim("dim == 1", 'networks = "mlp:2-{k}-1,r=2"\nk = 2.5'), "range"),
        (claim("dim == 1", 'networks = "mlp:2-{k}-1,r=2"\nk = "1..3"\nwhere = "dim == 1"'), "variables alone"),
        (claim("dim == 1") + claim("dim == 2"), "once"),
        (claim("dim == 1", extra='expect = "maybe"'), "expect"),
        ('[[claim]]\nname = "a"\nstatement = "dim == 1"\nfoo = 1', "keys"),
        (claim("dim == 1", 'networks = "nonsense:{k}"\nk = 1'), "family"),
    ],
)
def test_bad_files(text, words):
    with pytest.raises(SpecificationError) as caught:
        decide(claims_of_text(text, "c.toml"))
    assert words in caught.value.message + caught.value.hint


def test_empty_grids_do_not_hold():
    text = claim("dim == 1", 'networks = "mlp:2-{k}-1,r=2"\nk = "1..3"\nwhere = "k > 9"')
    with pytest.raises(SpecificationError, match="without networks"):
        decide(claims_of_text(text, "c.toml"))


def test_huge_grids_are_refused_with_their_size():
    grid = read_grid(
        {"networks": "mlp:{d},r=2", "d": {"inputs": "1..100", "widths": "1..100", "depth": 6, "outputs": 1}}, "g"
    )
    assert grid.count == 100**6
    with pytest.raises(TooLarge, match="1,000,000,000,000"):
        next(grid.instances())


def test_transposes_are_asked_once():
    grid = read_grid({"networks": "linear:{a}-{b}-{c}", "a": "1..3", "b": "1..3", "c": "1..3"}, "g")
    assert len(list(grid.instances())) == 18 < grid.count == 27


def test_minimal_filling_has_its_predecessors():
    result = minimal_filling(2, 1, 3, 2, max_width=4)
    assert result.value and result.status.value == "proved"
    for evidence in result.evidence[:-1]:
        assert all(p["value"] < p["ambient"] for p in evidence["predecessors"])


def test_threshold_of_the_notes():
    """For (2,...,2,k,1) the expected dimension is attained exactly from degree 2k-1 on."""
    for k in (2, 3):
        result = threshold(f"mlp:2-2-{k}-1,r=2", max_degree=8)
        assert result.value == 2 * k - 2 and result.data["first"] == 2 * k - 1
    with pytest.raises(SpecificationError):
        threshold("mlp:2-1-1,r=2")


def test_command_statuses_and_formats(tmp_path):
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(claim("dim <= 3"))
    bad.write_text(claim("dim < 3"))
    assert neurocli("check", str(good)).returncode == 0
    done = neurocli("check", str(bad), "--junit", str(tmp_path / "j.xml"), "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["value"]["refuted"] == 1
    import xml.etree.ElementTree as tree

    suite = tree.parse(tmp_path / "j.xml").getroot()[0]
    assert suite.get("failures") == "1" and "mlp:2-2-1,r=2" in suite[0][0].text
    assert neurocli("check", str(bad), "--format", "github").stdout.startswith("::error title=c refuted::")
    lines = neurocli("check", str(bad), "--format", "ndjson").stdout.splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["holds", "refuted", "refuted"]
    assert neurocli("check", str(tmp_path / "none.toml")).returncode == 2
    assert neurocli("check").returncode == 2


def grid_file(path):
    path.write_text(
        'networks = "mlp:{d},r={r}"\nr = "2..3"\n'
        'd = { inputs = "1..3", widths = "1..3", depth = "2..3", outputs = "1..2" }\n'
    )
    return str(path)


def test_sweep_is_the_same_for_any_number_of_workers_shards_and_order(tmp_path):
    grid = grid_file(tmp_path / "g.toml")
    one = neurocli("sweep", grid, "--no-cache", "--ordered").stdout.splitlines()
    two = neurocli("sweep", grid, "--no-cache", "--jobs", "3").stdout.splitlines()
    assert len(one) == 144 and sorted(one) == sorted(two)
    parts = []
    for i in range(1, 4):
        journal = str(tmp_path / f"s{i}.ndjson")
        assert neurocli("sweep", grid, "--no-cache", "--shard", f"{i}/3", "--journal", journal).returncode == 0
        parts.append(journal)
    merged = neurocli("sweep", "--merge", *parts).stdout.splitlines()
    assert sorted(merged) == sorted(one)


def test_sweep_resumes_after_a_kill(tmp_path):
    grid = grid_file(tmp_path / "g.toml")
    journal = tmp_path / "j.ndjson"
    process = subprocess.Popen(
        [sys.executable, "-m", "neurocli", "sweep", grid, "--no-cache", "--journal", str(journal)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=ENV,
    )
    for _ in range(400):
        if journal.exists() and journal.stat().st_size > 20_000:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert neurocli("sweep", grid, "--no-cache", "--journal", str(journal)).returncode == 2  # not without --resume
    done = neurocli("sweep", grid, "--no-cache", "--journal", str(journal), "--resume")
    whole = neurocli("sweep", grid, "--no-cache")
    assert sorted(done.stdout.splitlines()) == sorted(whole.stdout.splitlines())


def test_sweep_uses_the_store(tmp_path):
    from neurocli.results.store import Store

    grid, store = grid_file(tmp_path / "g.toml"), str(tmp_path / "s.sqlite")
    first = neurocli("sweep", grid, "--store", store)
    second = neurocli("sweep", grid, "--store", store)
    assert sorted(first.stdout.splitlines()) == sorted(second.stdout.splitlines())
    with Store(store) as results:
        assert len(list(results.records("dim"))) == 144
    assert len(neurocli("store", "list", "--store", store).stdout.splitlines()) == 144
    assert neurocli("store", "prune", "--store", store).stdout.startswith("0 results")


def test_stores_of_others_are_refused(tmp_path):
    import sqlite3

    from neurocli.results.store import Store

    (tmp_path / "junk").write_bytes(b"not a database, but long enough to be read as one " * 40)
    with pytest.raises(DataError):
        Store(tmp_path / "junk")
    newer = sqlite3.connect(tmp_path / "newer")
    newer.execute("PRAGMA user_version = 99")
    newer.commit()
    newer.close()
    with pytest.raises(DataError, match="newer"):
        Store(tmp_path / "newer")


def test_failed_tasks_are_records(tmp_path):
    (tmp_path / "specs.txt").write_text("mlp:2-2-1,r=2\nmlp:300-300-300-7,act=x^3+x^2\n")
    done = neurocli("sweep", str(tmp_path / "specs.txt"), "--no-cache", "--timeout", "2s", "--memory", "500MB")
    records = {json.loads(line)["spec"]: json.loads(line) for line in done.stdout.splitlines()}
    assert done.returncode == 6 and records["mlp:2-2-1,r=2"]["value"] == 3
    assert records["mlp:300-300-300-7,act=x^3+x^2"]["exit_status"] == 5


def test_verify(tmp_path):
    target = tmp_path / "c.json"
    specs = [
        "mlp:3-2-1,r=2",
        "mlp:784-512-512-10,r=3",
        "softmax:2-2,a=1,t=2",
        "lightning:3-3-3,a=2-2,t=1",
        "cnn:2-2,r=2",
    ]
    assert neurocli("dim", *specs, "--certificate", str(target)).returncode == 0
    assert neurocli("verify", str(target)).returncode == 0
    document = json.loads(target.read_text())
    for change in (
        lambda r: r.update(value=6),
        lambda r: r["evidence"][0].update(columns=[0, 1, 2, 3, 10**9]),
        lambda r: r["evidence"].pop(1),
        lambda r: r["evidence"][0].update(prime=10),
        lambda r: r.update(spec="mlp:2-2-1,r=2"),
        lambda r: r.update(evidence=[]),
    ):
        edited = json.loads(target.read_text())
        change(edited["results"][0])
        (tmp_path / "e.json").write_text(json.dumps(edited))
        assert neurocli("verify", str(tmp_path / "e.json")).returncode == 1
    assert neurocli("dim", "mlp:2-1-2,act=x^2+1,bias", "-q", "--certificate", str(tmp_path / "f.json")).returncode == 0
    assert neurocli("verify", str(tmp_path / "f.json")).returncode == 0  # by vector fields
    forged = json.loads(target.read_text())["results"][2]
    forged.update(spec="lightning:2-2,a=1,t=2", status="probable", evidence=forged["evidence"][:1])
    first = document["results"][0]
    for record in ({**first, "command": "nonsense"}, {**first, "value": [5]}, {**first, "evidence": ["abc"]}, forged):
        (tmp_path / "o.json").write_text(json.dumps({"certificate": 1, "results": [record]}))
        assert neurocli("verify", str(tmp_path / "o.json")).returncode in (1, 3), record
    assert neurocli("edd", "mlp:3-2-1,r=2", "-q", "--certificate", str(tmp_path / "d.json")).returncode == 0
    assert neurocli("verify", str(tmp_path / "d.json")).returncode == 0
    lie = (tmp_path / "d.json").read_text().replace('"value": 13', '"value": 14')
    (tmp_path / "d.json").write_text(lie)
    assert neurocli("verify", str(tmp_path / "d.json")).returncode == 1
    for text, words in (
        (target.read_text()[:300], "truncated"),
        ("[]", "no certificate"),
        (json.dumps({**document, "certificate": 2}), "version 2"),
        (json.dumps({"certificate": 1, "results": [{"spec": 3}]}), "fields"),
    ):
        (tmp_path / "b.json").write_text(text)
        done = neurocli("verify", str(tmp_path / "b.json"))
        assert done.returncode == 2 and words in done.stderr, done.stderr


def test_a_conjecture_never_verifies_as_a_proof(tmp_path):
    record = {
        "command": "dim",
        "spec": "lightning:3-3-3,a=2-2,t=3",
        "value": 23,
        "status": "proved",
        "evidence": [{"kind": "theorem", "theorem": "lightning formula", "value": 23}],
    }
    (tmp_path / "c.json").write_text(json.dumps({"certificate": 1, "results": [record]}))
    assert neurocli("verify", str(tmp_path / "c.json")).returncode == 1


def test_slurm_script_runs_in_shell(tmp_path):
    grid = grid_file(tmp_path / "g.toml")
    text = neurocli("sweep", grid, "--slurm", "7").stdout
    (tmp_path / "a.sh").write_text(text)
    assert "--array=1-7%50" in text
    assert subprocess.run(["bash", "-n", str(tmp_path / "a.sh")], check=False).returncode == 0
