"""Cayley tables: the laws, the names, the files."""

import json

import pytest

from neurocli.errors import DataError, TooLarge, UsageError
from neurocli.groups.group import Group
from neurocli.groups.names import direct_product, group_by_name, parity, permutation_elements
from neurocli.groups.tables import group_from, parse_csv, parse_json, read_group

NAMES = ["C1", "C6", "C2xC2", "D1", "D2", "D3", "D4", "D5", "S1", "S2", "S3", "S4", "A2", "A4", "A5",
         "Q8", "Q12", "T", "O", "I", "S3xC2", "C2xC2xC2", "Q8xC3"]


@pytest.mark.parametrize("name", NAMES)
def test_named_groups_satisfy_the_laws(name):
    group = group_by_name(name)
    assert Group.from_table(group.table).table == group.table
    assert len(group.labels) == len(set(group.labels)) == group.order
    for g, inverse in enumerate(group.inverses):
        assert group.table[g][inverse] == group.table[inverse][g] == 0
    assert sum(map(len, group.conjugacy_classes)) == group.order
    assert group.subgroup(group.generators) == tuple(range(group.order))


@pytest.mark.parametrize("name, order, exponent, classes, commutative, statistics", [
    ("D3", 6, 6, 3, False, {1: 1, 2: 3, 3: 2}),
    ("D4", 8, 4, 5, False, {1: 1, 2: 5, 4: 2}),
    ("Q8", 8, 4, 5, False, {1: 1, 2: 1, 4: 6}),
    ("A4", 12, 6, 4, False, {1: 1, 2: 3, 3: 8}),
    ("O", 24, 12, 5, False, {1: 1, 2: 9, 3: 8, 4: 6}),
    ("A5", 60, 30, 5, False, {1: 1, 2: 15, 3: 20, 5: 24}),
    ("S5", 120, 60, 7, False, {1: 1, 2: 25, 3: 20, 4: 30, 5: 24, 6: 20}),
    ("C2xC2", 4, 2, 4, True, {1: 1, 2: 3}),
    ("C12", 12, 12, 12, True, {1: 1, 2: 1, 3: 2, 4: 2, 6: 2, 12: 4}),
])
def test_known_invariants(name, order, exponent, classes, commutative, statistics):
    group = group_by_name(name)
    assert (group.order, group.exponent, len(group.conjugacy_classes)) == (order, exponent, classes)
    assert (group.is_commutative, group.order_statistics) == (commutative, statistics)


def test_numbering_is_the_documented_one():
    d5 = group_by_name("D5")
    r, s = 1, 5
    assert d5.multiply(r, s) == 6 and d5.multiply(s, r) == 5 + 4 and d5.multiply(s, s) == 0
    s4, elements = group_by_name("S4"), permutation_elements("S", 4)
    g, h = 7, 17
    assert elements[s4.multiply(g, h)] == tuple(elements[g][i] for i in elements[h])
    product = direct_product(group_by_name("S3"), group_by_name("C4"))
    assert product.multiply(2 * 4 + 3, 1 * 4 + 3) == group_by_name("S3").multiply(2, 1) * 4 + 2
    assert [parity(g) for g in permutation_elements("S", 3)] == [0, 1, 1, 0, 0, 1]


@pytest.mark.parametrize("name", ["", "C0", "c3", "X3", "C2x", "C2*C2", "Q6", "Q4", "D", "C-1", "C2 "])
def test_names_of_nothing(name):
    with pytest.raises(UsageError, match="names no group"):
        group_by_name(name)


@pytest.mark.parametrize("name", ["S8", "S999999999", "C5041", "S6xS6", "x".join(["C2"] * 40)])
def test_too_large_groups_are_refused_at_once(name):
    with pytest.raises(TooLarge, match="5040"):
        group_by_name(name)


def corrupt(name, *entries):
    table = [list(row) for row in group_by_name(name).table]
    for g, h, product in entries:
        table[g][h] = product
    return table


@pytest.mark.parametrize("table, message", [
    ([], "empty"),
    ([[0, 1], [1]], "not square: row 1 has 1 entries, not 2"),
    ([[0, 1], [1, 2]], r"closure fails, 1·1 = 2 is not"),
    ([[0, 1], [1, True]], r"closure fails"),
    (corrupt("C4", (0, 2, 3)), "no identity, 0 is not|no identity"),
    ([[0, 1], [0, 1]], r"no identity, 0 is neutral on the left but 1·0 = 0"),
    ([[0, 1, 2], [1, 1, 1], [2, 1, 0]], "inverses fail, 1 has no right inverse"),
    # A loop of order 5: a Latin square with identity and inverses that is not associative.
    ([[0, 1, 2, 3, 4], [1, 0, 3, 4, 2], [2, 4, 0, 1, 3], [3, 2, 4, 0, 1], [4, 3, 1, 2, 0]],
     r"associativity fails, \(\d·\d\)·\d = \d but"),
])
def test_each_law_is_checked_and_named(table, message):
    with pytest.raises(DataError, match=message):
        Group.from_table(table)


def test_the_reported_failure_of_associativity_is_one():
    table = corrupt("D4", (5, 6, 0), (5, 4, 3))
    with pytest.raises(DataError) as caught:
        Group.from_table(table)
    message = caught.value.message
    assert "associativity fails" in message
    a, c, b = (int(x) for x in message.split("(")[1].split(" ")[0].replace(")", "").split("·"))
    assert table[table[a][c]][b] != table[a][table[c][b]]


def test_identity_is_moved_to_the_front():
    # Z/3 written additively with the elements renamed 0 -> 2.
    shuffled = [[1, 2, 0], [2, 0, 1], [0, 1, 2]]
    group = Group.from_table(shuffled)
    assert group.labels == ("2", "0", "1")
    assert group.table == ((0, 1, 2), (1, 2, 0), (2, 0, 1))


@pytest.mark.parametrize("text", [
    "0,1,2\n1,2,0\n2,0,1\n",
    "1,2,3\n2,3,1\n3,1,2\n",
    "e,a,b\na,b,e\nb,e,a\n",
    "*,e,a,b\ne,e,a,b\na,a,b,e\nb,b,e,a\n",
    "1,2,4\n2,4,1\n4,1,2\n",
    "\n 0 , 1 , 2\n1,2,0\n2,0,1",
])
def test_csv_spellings_of_c3(text):
    assert parse_csv(text).table == group_by_name("C3").table


@pytest.mark.parametrize("text, message", [
    ("0,1\n1,2\n", "closure fails, 1·1 = '2'"),
    ("*,e,a\ne,e,a\na,a,q\n", "closure fails, a·a = 'q'"),
    ("", "empty"),
    ("0,1\n1\n", "not square"),
    ("e,e\na,e\n", "named twice"),
])
def test_bad_csv(text, message):
    with pytest.raises(DataError, match=message):
        parse_csv(text)


@pytest.mark.parametrize("text, message", [
    ("{", "not JSON"), ("{}", "no key"), ('{"table": 3}', "list of rows"), ("[1]", "list of rows"),
    ('{"table": [[0]], "elements": 3}', "elements"),
    ('{"table": [[0]], "elements": ["a", "b"]}', "2 elements"),
])
def test_bad_json(text, message):
    with pytest.raises(DataError, match=message):
        parse_json(text)


def test_files_and_names(tmp_path):
    table = group_by_name("Q8").table
    as_json, as_csv = tmp_path / "q.json", tmp_path / "q.csv"
    as_json.write_text(json.dumps({"name": "quaternions", "table": table}))
    as_csv.write_text("\n".join(",".join(map(str, row)) for row in table))
    assert group_from(str(as_json)).table == group_from(str(as_csv)).table == group_from("Q8").table
    assert group_from(str(as_json)).name == "quaternions"
    with pytest.raises(DataError, match="No such file"):
        group_from(str(tmp_path / "none.csv"))
    as_csv.write_text("0,1\n1,1\n")
    with pytest.raises(DataError, match=r"q\.csv: not a group: inverses fail"):
        read_group(as_csv)
    as_csv.write_bytes(b"\x93NUMPY\xff\xfe")
    with pytest.raises(DataError, match="neither CSV nor JSON"):
        read_group(as_csv)
