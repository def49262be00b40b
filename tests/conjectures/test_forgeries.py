"""Certificates forged from genuine ones: what is said to be proved needs evidence from both sides, about that question."""

import copy
import json

import pytest

from neurocli.conjectures.check import check
from neurocli.conjectures.claims import claims_of_text
from neurocli.conjectures.search import minimal_filling, threshold
from neurocli.conjectures.verification import script, verify_file
from neurocli.invariants.degree import degree
from neurocli.invariants.dimension import dim
from neurocli.invariants.ed_degree import edd
from neurocli.invariants.fibers import fibers
from neurocli.invariants.tracking import Tracking
from neurocli.report.render import Style, certificate_text, render

WITNESS = "[[claim]]\nname = 'a'\nstatement = '{}'\nnetworks = '{}'\n"


def record_of(result):
    return json.loads(certificate_text([result]))["results"][0]


def refuted(statement, spec):
    result, _ = check(claims_of_text(WITNESS.format(statement, spec), "a.toml"), "a.toml", certify=True)
    assert result.value["refuted"] == 1
    return record_of(result)


def verdict(tmp_path, record):
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"certificate": 1, "results": [record]}))
    found = verify_file(path)
    return found.value, found.data["results"][0]["note"]


def cut(record, status="probable"):
    """A dimension made smaller by one: a smaller minor is still regular, so its rank is still a lower bound."""
    (minor,) = (e for e in record["evidence"] if e["kind"] == "lower-bound")
    minor.update(value=minor["value"] - 1, rows=minor["rows"][:-1], columns=minor["columns"][:-1])
    record.update(value=minor["value"], status=status, evidence=[minor])
    return record


@pytest.fixture(scope="module")
def dimension():
    return record_of(dim("mlp:3-2-1,r=3"))


@pytest.fixture(scope="module")
def tracked():
    return record_of(edd("mlp:3-2-1,r=2", tracking=Tracking(certify=True)))


def test_a_cut_minor_is_only_a_bound_from_below(tmp_path, dimension):
    assert verdict(tmp_path, dimension) == (True, "bounds meet")
    for status, right in (("proved", False), ("certified", False), ("probable", None), ("numerical", None), ("bound", True)):
        assert verdict(tmp_path, cut(copy.deepcopy(dimension), status))[0] is right, status


def test_answers_are_to_the_metric_that_was_asked(tmp_path):
    record = refuted('edd(metric="bombieri") >= edd(metric="generic")', "mlp:3-2-1,r=2")
    assert verdict(tmp_path, record)[0] is True
    evidence, turned = record["evidence"][0], 'edd(metric="bombieri") <= edd(metric="generic")'
    evidence["statement"] = record["value"]["claims"][0]["statement"] = turned
    assert verdict(tmp_path, record)[0] is False  # true on these answers
    first, second = evidence["answers"]
    first["options"], second["options"] = second["options"], first["options"]
    right, note = verdict(tmp_path, record)
    assert right is False and "the bombieri metric, not generic" in note
    first["options"], second["options"] = {"metric": "data=there.csv"}, {}
    assert "nothing here shows data=there.csv" in verdict(tmp_path, record)[1]
    first["options"] = {"metric": "bombieri", "rank": 2}
    assert verdict(tmp_path, record)[0] is False


def test_the_rank_of_a_form_belongs_to_the_question(tmp_path):
    record = refuted("edd(rank=5) == 0", "mlp:3-2-1,r=2")
    before = verdict(tmp_path, record)
    assert before[0] is not False, before
    record["evidence"][0]["answers"][0]["options"]["rank"] = 4
    record["evidence"][0]["statement"] = record["value"]["claims"][0]["statement"] = "edd(rank=4) == 0"
    right, note = verdict(tmp_path, record)
    assert right is False and "generic of rank 5 metric, not generic of rank 4" in note


@pytest.mark.parametrize("statement", ["defect == 0", "dim == 6", "dim > 5"])
def test_a_lower_bound_refutes_no_dimension(tmp_path, dimension, statement):
    record = refuted("dim == 7", "mlp:3-2-1,r=3")
    assert verdict(tmp_path, record)[0] is True
    claim, evidence = record["value"]["claims"][0], record["evidence"][0]
    evidence["statement"] = claim["statement"] = statement
    evidence["answers"][0]["result"] = cut(copy.deepcopy(dimension))
    assert verdict(tmp_path, record)[0] is False
    record["status"] = "probable"
    assert verdict(tmp_path, record)[0] is False  # the witness is still said to be sure
    claim["witness"]["sure"] = False
    assert verdict(tmp_path, record)[0] is None
    evidence["answers"][0]["result"]["status"] = "bound"  # at least 5: neither side is settled
    assert verdict(tmp_path, record)[0] is False


def test_a_conjecture_beside_a_minor_is_no_bound(tmp_path, dimension):
    record = refuted("dim == 7", "mlp:3-2-1,r=3")
    bounded = cut(copy.deepcopy(dimension), "bound")
    bounded["evidence"].append({"kind": "upper-bound", "theorem": "Massarenti-Mella expectation", "value": 5,
                                "statement": "", "conjecture": True})
    record["evidence"][0]["answers"][0]["result"] = bounded
    record["evidence"][0]["statement"] = record["value"]["claims"][0]["statement"] = "dim == 6"
    assert verdict(tmp_path, record)[0] is False


def test_no_rank_of_the_jacobian_is_a_bound_for_a_degree(tmp_path):
    record = refuted("degree == 4", "mlp:3-2-1,r=2")
    answer = record["evidence"][0]["answers"][0]["result"]
    minor = next(e for e in answer["evidence"] if e["kind"] == "dimension")["by"]
    answer.update(status="bound", evidence=[*answer["evidence"], minor])
    record["evidence"][0]["statement"] = record["value"]["claims"][0]["statement"] = "degree == 3"
    assert verdict(tmp_path, record)[0] is False


def test_what_is_only_probable_is_not_sure_in_a_truth_value(monkeypatch):
    from neurocli.conjectures.asker import Asker
    from neurocli.results.result import Result, Status

    def answer(value):
        return lambda *_, **__: Result("dim", "mlp:3-2-1,r=3", value, Status.PROBABLE, "jacobian-rank")

    for value, verdict_, sure in ((5, "refuted", False), (10, "holds", True)):  # of 10 coefficients
        monkeypatch.setattr("neurocli.conjectures.asker.invariant", lambda name, value=value: answer(value))
        monkeypatch.setattr("neurocli.conjectures.claims._ASKERS", {0: Asker(0)})
        result, (found,) = check(claims_of_text(WITNESS.format("filling", "mlp:3-2-1,r=3"), "a.toml"), "a.toml")
        assert (found.verdict, found.instances[0].sure) == (verdict_, sure)
        assert result.status is (Status.PROVED if sure else Status.PROBABLE)


def test_a_check_without_refutations_is_open(tmp_path):
    result, _ = check(claims_of_text(WITNESS.format("dim == 6", "mlp:3-2-1,r=3"), "a.toml"), "a.toml", certify=True)
    assert verdict(tmp_path, record_of(result)) == (None, "nothing is refuted; what holds is checked by checking again")
    record = record_of(result)
    record["value"].update(refuted=1, holds=0)
    assert verdict(tmp_path, record)[0] is False


def test_not_filling_is_proved_from_above(tmp_path):
    record = record_of(minimal_filling(2, 1, 3, 2, max_width=3))
    assert record["value"] == [[2, 2]] and verdict(tmp_path, record)[0] is True

    def dimension_of(hidden, less=False):
        found = record_of(dim(f"mlp:2-{'-'.join(map(str, hidden))}-1,r=2"))
        return cut(found) if less else found

    minimality, cover = record["evidence"]
    whole = dimension_of((3, 3))
    minimality.update(spec=whole["spec"], value=whole["value"], dimension=whole,
                      predecessors=[dimension_of((2, 3), True), dimension_of((3, 2), True)])
    cover["largest"] = [dimension_of((2, 3), True), dimension_of((3, 2), True)]
    record["value"] = [[3, 3]]
    right, note = verdict(tmp_path, record)
    assert right is False and "only probable" in note
    assert verdict(tmp_path, {**record, "status": "probable"})[0] is None
    for forged in (*minimality["predecessors"], *cover["largest"]):
        forged["status"] = "bound"  # right as a bound, and still none from above
    assert verdict(tmp_path, {**record, "status": "probable"})[0] is None
    assert verdict(tmp_path, record)[0] is False


def test_a_threshold_is_proved_for_all_greater_degrees(tmp_path):
    record = record_of(threshold("mlp:2-2-3-1,r=2", max_degree=9))
    assert record["value"] == 4 and verdict(tmp_path, record)[0] is True
    for last in (2, 3):
        forged = copy.deepcopy(record)
        forged.update(value=last, evidence=[e for e in record["evidence"] if e["r"] <= last])
        right, note = verdict(tmp_path, forged)
        assert right is False and "nothing proves what is beyond" in note
        assert verdict(tmp_path, {**forged, "status": "bound"})[0] is True  # and the last degree does fail
    forged = copy.deepcopy(record)
    row = next(e for e in forged["evidence"] if e["r"] == 9)
    cut(row["dimension"])
    row.update(dim=row["dim"] - 1, attained=False)
    forged["value"] = 9
    assert verdict(tmp_path, forged)[0] is False
    assert verdict(tmp_path, {**forged, "status": "probable"})[0] is None


def test_a_search_that_stops_early_proves_no_threshold():
    early, enough = threshold("mlp:2-2-3-1,r=2", max_degree=3), threshold("mlp:2-2-3-1,r=2", max_degree=4)
    assert (early.value, early.status.value) == (3, "bound") and "not attained at degree 3" in early.explanation[0]
    assert (enough.value, enough.status.value) == (4, "proved") and "from 5 on" in enough.explanation[1]


@pytest.mark.parametrize("status", ["proved", "certified", "numerical", "bound"])
def test_fibres_need_evidence_for_every_claim(tmp_path, status):
    genuine = record_of(fibers("mlp:3-2-1,r=3", method="theorem"))
    assert verdict(tmp_path, genuine)[0] is True
    less = copy.deepcopy(genuine)
    less["evidence"] = cut({"evidence": less["evidence"][:1]})["evidence"]
    less.update(status=status, value={"classes": None, "dimension": 3, "excess": 1, "points": None,
                                      "verdict": "not-identifiable"})
    assert verdict(tmp_path, less)[0] is False  # a theorem gives one class
    without = copy.deepcopy(genuine)
    without["value"].update(classes=None, points=None, verdict="finitely-identifiable")
    without["status"] = status
    assert verdict(tmp_path, without)[0] is (status not in ("proved", "certified"))
    two = copy.deepcopy(genuine)
    two["value"].update(classes=2, points=4, verdict="finitely-identifiable")
    two["evidence"] = genuine["evidence"][:1]
    assert verdict(tmp_path, {**two, "status": status})[0] is False


def test_without_a_theorem_classes_and_excess_stay_open(tmp_path):
    open_ = record_of(fibers("mlp:2-2-2-2,r=2", method="theorem"))
    assert open_["value"]["classes"] is None and verdict(tmp_path, open_) == (True, "the dimension is proved again")
    open_["value"].update(classes=1, verdict="identifiable")
    assert verdict(tmp_path, {**open_, "status": "numerical"})[0] is None
    assert verdict(tmp_path, {**open_, "status": "certified"})[0] is False
    excess = record_of(fibers("mlp:2-3-2,r=2"))
    assert excess["value"]["excess"] == 3 and verdict(tmp_path, excess)[0] is True
    excess["evidence"] = excess["evidence"][:1]  # the minor alone: at most this dimension
    assert verdict(tmp_path, {**excess, "status": "probable"})[0] is None
    assert verdict(tmp_path, {**excess, "status": "certified"})[0] is False


def test_boxes_support_what_they_count_and_no_more(tmp_path, tracked):
    assert verdict(tmp_path, tracked) == (True, "at least 13 is proved")
    for value, status in ((1_000_000, "numerical"), (14, "bound"), (12, "numerical")):
        assert verdict(tmp_path, {**tracked, "value": value, "status": status})[0] is False
    record = copy.deepcopy(tracked)
    record["evidence"][0]["value"] = record["value"] = 14  # as the path tracker would say
    right, note = verdict(tmp_path, record)
    assert right is None and "the other 1 are numerical" in note
    record["evidence"] = record["evidence"][1:]
    assert verdict(tmp_path, record)[0] is False


def test_one_metric_in_one_certificate(tmp_path, tracked):
    assert tracked["metric"] == "generic"
    for change in (lambda r: r["evidence"][0].update(metric="bombieri"), lambda r: r["evidence"][1].update(metric="unit"),
                   lambda r: r.update(metric="bombieri"), lambda r: r["evidence"][0].pop("metric"),
                   lambda r: r.update(data={"metric": "bombieri"})):
        forged = copy.deepcopy(tracked)
        change(forged)
        assert verdict(tmp_path, forged)[0] is False
    printed = json.loads(edd("mlp:3-2-1,r=2").dumps())
    path = tmp_path / "printed.json"
    path.write_text(json.dumps(printed))
    assert verify_file(path).value is True and verify_file(path).data["results"][0]["metric"] == "generic"
    for change in ({"metric": "unit"}, {"dim": 77}):  # what the evidence speaks about cannot be another thing in the data
        path.write_text(json.dumps({**printed, "data": {**printed["data"], **change}}))
        assert verify_file(path).value is False


@pytest.mark.parametrize("change", [
    lambda e: e.update(dim=4), lambda e: e.update(dim=6), lambda e: e["by"].update(value=4), lambda e: e["by"].update(samples=0),
    lambda e: e["by"].update(samples="x"), lambda e: e["by"].update(rows=[0, 0, 1, 2, 3]), lambda e: e["by"].update(rows=None),
    lambda e: e["by"].update(prime=4), lambda e: e.update(by=None),
    lambda e: e.update(dim=4, by={**e["by"], "value": 4, "rows": e["by"]["rows"][:4], "columns": e["by"]["columns"][:4]})])
@pytest.mark.parametrize("of", [degree, edd])
def test_a_dimension_that_contradicts_itself_is_an_objection(tmp_path, of, change):
    record = record_of(of("mlp:3-2-1,r=2"))
    assert verdict(tmp_path, record)[0] is True
    change(next(e for e in record["evidence"] if e["kind"] == "dimension"))
    assert verdict(tmp_path, record)[0] is False


def test_counts_that_contradict_the_value_are_objections(tmp_path):
    record = record_of(degree("mlp:3-2-1,r=2", method="implicit"))
    assert record["status"] == "proved" and verdict(tmp_path, record)[0] is True
    for change in ({"value": 4}, {"dim": 4}, {"primes": [0, 7]}):
        forged = copy.deepcopy(record)
        next(e for e in forged["evidence"] if e["kind"] == "ideal").update(change)
        assert verdict(tmp_path, forged)[0] is False, change


def test_verification_names_file_metric_and_what_it_vouches_for(tmp_path, tracked):
    path = tmp_path / "c.json"
    for record, shown in ((record_of(minimal_filling(2, 1, 3, 2, max_width=2)), "minimal"), (tracked, "generic")):
        path.write_text(json.dumps({"certificate": 1, "results": [record]}))
        text = render([verify_file(path)], Style())
        assert f"{path}:verified" in "".join(text.split())
        assert shown in text and "vouched for" in text and "nothing else in the file" in text
    assert script(path).count("assert(rank M == 5)") == 1  # the minor behind the dimension


def test_the_variables_are_those_of_the_network(tmp_path):
    text = ("[[claim]]\nname = 'a'\nstatement = 'dim != sum(d) * (r - 1)'\n[claim.grid]\nnetworks = 'mlp:{d},r={r}'\nr = 2\n"
            "d = { inputs = 3, widths = 2, depth = 2, outputs = 1 }\n")
    assert check(claims_of_text(text, "a.toml"), "a.toml")[0].value["refuted"] == 0
    result, _ = check(claims_of_text(text.replace("!= sum(d) * (r - 1)", "== sum(d)"), "a.toml"), "a.toml", certify=True)
    record = record_of(result)
    assert verdict(tmp_path, record)[0] is True
    evidence = record["evidence"][0]
    evidence["statement"] = record["value"]["claims"][0]["statement"] = "dim != sum(d) - r + 1"
    assert verdict(tmp_path, record)[0] is True  # 5 is 6 - 2 + 1
    evidence["statement"] = record["value"]["claims"][0]["statement"] = "dim != sum(d) - r"
    evidence["variables"]["r"] = 1
    assert verdict(tmp_path, record)[0] is False
    del evidence["template"]
    assert verdict(tmp_path, record)[0] is None


@pytest.mark.parametrize("spec,theorem,value", [("mlp:3-2-1,r=2", "ambient space", 6), ("cnn:2-2,r=2", "ambient space", 6)])
def test_a_bound_is_no_exact_theorem(tmp_path, spec, theorem, value):
    record = record_of(dim(spec))
    bound = {"kind": "upper-bound", "theorem": theorem, "statement": "", "value": value}
    right, note = verdict(tmp_path, {**record, "value": value, "status": "bound", "evidence": [bound]})
    assert right is True, note
    record.update(value=value, evidence=[{**bound, "kind": "theorem"}])
    right, note = verdict(tmp_path, record)
    assert right is False and "a bound, not the theorem" in note


@pytest.mark.parametrize("kind", ["upper-bound", "theorem"])
def test_an_exact_theorem_is_a_bound_as_well(tmp_path, kind):
    record = record_of(dim("mlp:3-2-1,r=2"))
    for piece in record["evidence"]:
        piece["kind"] = kind if piece["kind"] == "theorem" else piece["kind"]
    assert verdict(tmp_path, record) == (True, "bounds meet")


def test_a_threshold_is_about_networks_without_bias(tmp_path):
    record = record_of(threshold("mlp:2-2-3-1,r=2", max_degree=6))
    forged = copy.deepcopy(record)
    row = next(e for e in forged["evidence"] if e["r"] == 6)
    row["dimension"] = record_of(dim("mlp:2-2-3-1,r=6,bias"))
    row.update(dim=row["dimension"]["value"], attained=False)
    forged["value"] = 6
    assert row["dimension"]["status"] == "proved" and verdict(tmp_path, forged)[0] is False
    assert verdict(tmp_path, {**record, "spec": "threshold mlp:2-2-3-1,r=2,bias"})[0] is False


@pytest.mark.parametrize("result", [lambda: degree("linear:20-10-20"), lambda: fibers("mlp:30-20-10,r=2", method="theorem")])
def test_numbers_beyond_doubles_are_numbers(tmp_path, result):
    record = record_of(result())
    large = record["value"] if isinstance(record["value"], str) else record["value"]["points"]
    assert int(large) > 2**53 and isinstance(large, str)
    assert verdict(tmp_path, record) == (True, "proved again")
    other = str(int(large) + 1)
    record["value"] = other if isinstance(record["value"], str) else {**record["value"], "points": other}
    assert verdict(tmp_path, record)[0] is False
