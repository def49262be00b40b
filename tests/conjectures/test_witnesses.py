"""Refutations, minimality, thresholds, fields, groups and staircases: right certificates pass, edited ones do not."""

import copy
import json

import pytest

from neurocli.conjectures.check import check
from neurocli.conjectures.claims import claims_of_text, shipped
from neurocli.conjectures.search import minimal_filling, threshold
from neurocli.conjectures.verification import verify_file
from neurocli.errors import DataError
from neurocli.invariants.dimension import dim
from neurocli.invariants.fibers import fibers
from neurocli.report.render import certificate_text


def document(result):
    return json.loads(certificate_text([result]))


def verdict(tmp_path, record):
    path = tmp_path / "c.json"
    path.write_text(json.dumps(record))
    found = verify_file(path)
    return found.value, found.data["results"][0]["note"]


@pytest.fixture(scope="module")
def refuted():
    result, _ = check([c for c in shipped() if c.name == "unimodal-filling"], "shipped", certify=True)
    return document(result)


@pytest.fixture(scope="module")
def minimal():
    return document(minimal_filling(2, 1, 3, 2, max_width=4))


def test_a_witness_is_checked_from_its_answers_alone(tmp_path, refuted, monkeypatch):
    assert verdict(tmp_path, refuted) == (True, "1 refuted, each by its witness; what holds is checked by checking again")
    monkeypatch.setattr("neurocli.conjectures.asker.invariant", lambda name: pytest.fail("computed anew"))
    assert verdict(tmp_path, refuted)[0] is True


def test_edited_witnesses_are_caught(tmp_path, refuted):
    def edited(change):
        record = copy.deepcopy(refuted)
        change(record["results"][0], record["results"][0]["evidence"][0])
        return verdict(tmp_path, record)

    def fewer_answers(result, evidence):
        del evidence["answers"][-1]

    def another_dimension(result, evidence):
        evidence["answers"][0]["result"]["value"] -= 1

    def another_bound(result, evidence):
        for piece in evidence["answers"][0]["result"]["evidence"]:
            piece["value"] -= 1

    def another_statement(result, evidence):
        evidence["statement"] = result["value"]["claims"][0]["statement"] = "filling or unimodal(d)"

    def another_network(result, evidence):
        evidence["network"] = evidence["answers"][1]["network"]

    def another_question(result, evidence):
        evidence["answers"][0]["network"] = evidence["answers"][1]["network"]

    def no_evidence(result, evidence):
        result["evidence"] = []

    changes = (fewer_answers, another_dimension, another_bound, another_statement, another_network,
               another_question, no_evidence)
    found = {change.__name__: edited(change) for change in changes}
    assert all(right is False for right, _ in found.values()), found


def test_a_refuted_claim_on_lists_and_texts(tmp_path):
    text = ('[[claim]]\nname = "wrong"\nstatement = "dim == sum(d)"\n'
            '[claim.grid]\nnetworks = "mlp:{d},r={r}"\nr = 2\nd = { widths = "2..3", depth = 2, inputs = 2, outputs = 1 }\n')
    result, _ = check(claims_of_text(text, "t.toml"), "t.toml", certify=True)
    assert result.value["refuted"] == 1
    assert verdict(tmp_path, document(result))[0] is True


def test_minimality_and_completeness(tmp_path, minimal):
    assert verdict(tmp_path, minimal)[0] is True

    def edited(change):
        record = copy.deepcopy(minimal)
        change(record["results"][0])
        return verdict(tmp_path, record)[0]

    kinds = [e["kind"] for e in minimal["results"][0]["evidence"]]
    assert kinds.count("minimality") == len(minimal["results"][0]["value"]) and kinds[-1] == "cover"
    assert edited(lambda r: r["evidence"][0]["predecessors"].pop()) is False
    assert edited(lambda r: r["evidence"][0]["predecessors"][0].update(value=5)) is False
    assert edited(lambda r: r["evidence"][-1]["largest"].pop()) is False
    assert edited(lambda r: r["evidence"][-1].update(max_width=5)) is False
    assert edited(lambda r: r["value"].append([4, 4])) is False
    assert edited(lambda r: r["value"].pop()) is False
    assert edited(lambda r: r["evidence"].pop()) is False
    assert edited(lambda r: r["evidence"].pop(0)) is False


def test_threshold(tmp_path):
    record = document(threshold("mlp:2-2-3-1,r=2", max_degree=6))
    assert verdict(tmp_path, record)[0] is True
    record["results"][0]["value"] = 3
    assert verdict(tmp_path, record)[0] is False
    record["results"][0]["value"] = 4
    record["results"][0]["evidence"][1]["attained"] = True
    assert verdict(tmp_path, record)[0] is False


def test_vector_fields_are_part_of_the_certificate(tmp_path):
    path = tmp_path / "model.toml"
    path.write_text('variables = ["a", "b", "c"]\npolynomials = ["a^2+b^2", "(a^2+b^2)*c", "c"]\n')
    record = document(dim(f"poly:{path}"))
    field = record["results"][0]["evidence"][1]["fields"][0]
    assert field in ({"0": "-t1", "1": "t0"}, {"0": "t1", "1": "-t0"})
    assert verdict(tmp_path, record)[0] is True
    for wrong in ({"0": "t1", "1": "t0"}, {}, {"0": "t0^", "1": "t1"}, {"7": "t0"}):
        record["results"][0]["evidence"][1]["fields"][0] = wrong
        assert verdict(tmp_path, record)[0] is False, wrong


@pytest.mark.parametrize("spec", ["mlp:2-2-2,r=2", "mlp:2-3-2,r=2", "cnn:2-2-2,r=2", "linear:3-2-4"])
def test_fibres(tmp_path, spec):
    record = document(fibers(spec))
    assert verdict(tmp_path, record)[0] is True
    for key, wrong in (("dimension", 1), ("excess", 7), ("classes", 5), ("verdict", "finitely-identifiable")):
        edited = copy.deepcopy(record)
        edited["results"][0]["value"][key] = wrong
        assert verdict(tmp_path, edited)[0] is False, key


def test_groups_and_staircases(tmp_path):
    from neurocli.dynamics.records import diagonal_record, modadd_record
    from neurocli.groups.harmonics import determinant_result, dimension_result, irreps_result
    from neurocli.groups.tables import group_from

    group = group_from("S3")
    for result in (irreps_result(group), determinant_result(group), dimension_result(group), dimension_result(group, real=True)):
        record = json.loads(result.dumps())  # what --json prints is a certificate, too
        assert verdict(tmp_path, record)[0] in (True, None), result.command
        record["value"] = [1, 1, 3] if isinstance(record["value"], list) else {**record["value"], "image": 2}
        assert verdict(tmp_path, record)[0] is False, result.command
    data = tmp_path / "data.csv"
    data.write_text("1,0,1\n0,1,2\n1,1,3\n")
    record = json.loads(diagonal_record(str(data)).dumps())
    right, note = verdict(tmp_path, record)
    assert right is None and "end point" in note
    record["evidence"][0]["beta"][0] = 2
    assert verdict(tmp_path, record)[0] is False
    record = json.loads(modadd_record(7, {1: 1}, None, "p7").dumps())
    assert verdict(tmp_path, record)[0] is None
    record["evidence"][0]["amplitude"] = "1/4"
    assert verdict(tmp_path, record)[0] is False


def test_files_that_are_no_certificates(tmp_path, minimal):
    path = tmp_path / "c.json"

    def fault(text):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(DataError) as caught:
            verify_file(path)
        return caught.value.message

    good = json.dumps(minimal)
    assert "truncated" in fault(good[:-20])
    assert "stands twice" in fault(good[:-1] + ', "certificate": 1}')
    assert "version 2" in fault(good.replace('"certificate": 1', '"certificate": 2'))
    assert "version 7" in fault(json.dumps({**json.loads(dim("mlp:2-2-1,r=2").dumps()), "schema": 7}))
    assert "missing or foreign fields" in fault(good.replace('"spec"', '"speck"'))
    assert "no certificate" in fault('{"a": 1}') and "no certificate" in fault("[1]") and "no certificate" in fault("3")
    assert "binary" in fault(b"\xff\xfe\x00")
    assert "truncated or spoiled" in fault("[" * 100_000)
    path.write_bytes(b"\xef\xbb\xbf" + good.encode())  # a byte order mark is no fault
    assert verify_file(path).value is True
    path.write_text(dim("mlp:2-2-1,r=2").dumps() + "\n" + dim("mlp:2-3-1,r=2").dumps() + "\n")
    assert len(verify_file(path).data["results"]) == 2
