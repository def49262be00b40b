"""The language: round trips, files, and errors that name the place."""

import json
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from neurocli.architectures.grammar import parse
from neurocli.architectures.registry import FAMILIES, family
from neurocli.errors import NeurocliError, SpecificationError

VALID = {
    "mlp:2-3-1,r=2": "mlp:2-3-1,r=2",
    " mlp:2-3-1 , r=2 ": "mlp:2-3-1,r=2",
    "mlp:2-3-4-1,r=2/2": "mlp:2-3-4-1,r=2",
    "mlp:2-3-4-1,r=2/3,bias": "mlp:2-3-4-1,r=2/3,bias",
    "mlp:2-3-1,bias=false,r=2": "mlp:2-3-1,r=2",
    "mlp:2-3-1,act=x^2": "mlp:2-3-1,r=2",
    "mlp:2-3-1,act=x^2+x**3-0*x": "mlp:2-3-1,act=x^3+x^2",
    "mlp:2-3-1,act=1/2*x+(x-1)^2": "mlp:2-3-1,act=x^2-3/2*x+1",
    "mlp:2-3-4-1,act=x^2;x^3+x": "mlp:2-3-4-1,act=x^2;x^3+x",
    "mlp:3-2": "mlp:3-2",
    "linear:3-2-4": "linear:3-2-4",
    "cnn:3-2-2,r=2,stride=1-1-1": "cnn:3-2-2,r=2",
    "cnn:3-2,r=2,stride=2-1,channels=1-2-1,input=9": "cnn:3-2,r=2,stride=2-1,channels=1-2-1,input=9",
    "cnn:3x3-2x2,r=2": "cnn:3x3-2x2,r=2",
    "cnn:3-2,r=2,input=4": "cnn:3-2,r=2",
    "gcnn:C2xC2,layers=2,r=3": "gcnn:C2xC2,layers=2,r=3",
    "gcnn:S3,r=2": "gcnn:S3,layers=2,r=2",
    "lightning:3-3-3,a=2,t=3": "lightning:3-3-3,a=2-2,t=3",
    "lightning:2-2,a=1,t=2,heads=2": "lightning:2-2,a=1,t=2,heads=2",
    "softmax:3-3,a=2,t=3": "softmax:3-3,a=2,t=3",
    "sprecher:2-3-1,phi=2,Phi=3": "sprecher:2-3-1,phi=2,Phi=3",
    "sprecher:2-3-1,knots=5": "sprecher:2-3-1,knots=5",
    "clifford:2-2-1,signature=0/2/0,r=2": "clifford:2-2-1,signature=0/2/0,r=2",
}


@pytest.mark.parametrize(("text", "canonical"), VALID.items())
def test_canonical_spelling_round_trips(text, canonical):
    network = parse(text)
    assert network.spelling == canonical
    assert parse(canonical) == network
    assert parse(canonical).digest == network.digest


@pytest.mark.parametrize("text", VALID.values())
def test_files_carry_the_same_keys(text, tmp_path):
    network = parse(text)
    name, _, rest = text.partition(":")
    shape, *items = rest.split(",")
    record = {"family": name, "shape": shape}
    for item in items:
        key, equals, value = item.partition("=")
        record[key] = value if equals else True
    (tmp_path / "n.json").write_text(json.dumps(record))
    assert parse(str(tmp_path / "n.json")) == network
    lines = [f"{key} = {'true' if value is True else json.dumps(value)}" for key, value in record.items()]
    (tmp_path / "n.toml").write_text("\n".join(lines))
    assert parse(str(tmp_path / "n.toml")) == network


def test_lists_in_files(tmp_path):
    assert parse({"family": "mlp", "shape": [2, 3, 4, 1], "r": [2, 3], "bias": True}) == parse("mlp:2-3-4-1,r=2/3,bias")
    assert parse({"family": "cnn", "shape": [[3, 3], [2, 2]], "r": 2}) == parse("cnn:3x3-2x2,r=2")
    assert parse({"family": "cnn", "shape": [3, 2], "r": 2, "input": 7}) == parse("cnn:3-2,r=2,input=7")


BAD = {
    "": "specification",
    "mlq:2-3,r=2": "family",
    "mlp": "specification",
    "3-2-1": "specification",
    "mlp:": "shape",
    "mlp:2": "shape",
    "mlp:0-3-1,r=2": "shape",
    "mlp:-3-1,r=2": "shape",
    "mlp:2-1000000000-1,r=2": "shape",
    "mlp:2-3-1": "activation",
    "mlp:2-3-1,r=2,act=x^2": "r and act",
    "mlp:2-3-1,r=2,r=3": "once",
    "mlp:2-3-1,q=2": "key",
    "mlp:2-3-1,r=2/3": "activations",
    "mlp:2-3-1,r=NaN": "integer",
    "mlp:2-3-1,r=": "r=VALUE",
    "mlp:2-3-1,r=2.5": "integer",
    "mlp:2-3-1,r=٢": "integer",
    'mlp:2-3-1,act=__import__("os")': "column 1",
    "mlp:2-3-1,act=x^(10^9)": "column",
    "mlp:2-3-1,act=x^99999999999999999999": "column",
    "mlp:2-3-1,act=((x)": "column",
    "mlp:2-3-1,act=x)": "column",
    "mlp:2-3-1,act=y^2": "column",
    "mlp:2-3-1,act=x/0": "column",
    "mlp:2-3-1,act=x/x": "column",
    "mlp:2-3-1,act=7": "not constant",
    "mlp:2-3-1,act=(x+1)^1000*(x+1)^1000": "column",
    "mlp:2-3-1,act=" + "(" * 200 + "x": "column",
    "mlp:2-3-1,act=9^999*x": "column",
    "linear:3-2-4,r=2": "no keys",
    "cnn:3-2,r=2,stride=2": "strides",
    "cnn:3-2,r=2,channels=1-1": "channel",
    "cnn:3x3-2,r=2": "1-D",
    "cnn:5-5,r=2,input=3": "receptive field",
    "gcnn:Z7,r=2": "group",
    "gcnn:S99,r=2": "group",
    "gcnn:nothere.csv,r=2": "group",
    "lightning:2-2,a=1": "no t",
    "lightning:2-2,t=2": "no a",
    "lightning:2-2-2,a=1-1-1,t=2": "widths",
    "sprecher:2-3-1": "phi",
    "sprecher:2-3-1,phi=2,Phi=2,knots=4": "knots",
    "clifford:2-2-1,r=2": "signature",
    "clifford:2-2-1,signature=9/9/9,r=2": "signature",
    "clifford:2-2-1,signature=1/1,r=2": "p/q/z",
    "poly:missing.toml": "file",
    "poly:model.exe": "shape",
    "x" * 20000: "at most",
}


@pytest.mark.parametrize(("text", "words"), BAD.items(), ids=lambda value: value[:40])
def test_errors_name_the_place(text, words):
    with pytest.raises(SpecificationError) as caught:
        parse(text)
    assert words in caught.value.message
    assert "\n" not in caught.value.message and len(caught.value.message) < 400
    assert caught.value.exit_status == 2 and caught.value.hint


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("mlq:2-3-1,r=2", "mlp"),
        ("3-2-1", "mlp:3-2-1,r=2"),
        ("cnn:3-2,r=2,strid=1-1", "stride"),
        ("lightnin:2-2", "lightning"),
    ],
)
def test_nearest_spelling(text, nearest):
    with pytest.raises(SpecificationError) as caught:
        parse(text)
    assert nearest in caught.value.hint


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.toml", b'family = "mlp"\nshape = [2, 3'),
        ("a.toml", b"\x00\xff\xfe"),
        ("a.toml", b""),
        ("a.json", b"[1, 2]"),
        ("a.json", b'{"family": "mlp"}'),
        ("a.json", b'{"family": 3, "shape": "2-3"}'),
        ("a.toml", b'shape = "2-3"'),
        ("a.json", b'{"family": "mlp", "shape": {"a": 1}}'),
        ("a.json", b'{"family": "mlp", "shape": 2.5}'),
        ("a.json", b"[" * 100000),
        ("a.json", b'{"family": "mlp", "shape": [[2, NaN]], "r": 2}'),
        ("p.toml", b'variables = ["a"]\npolynomials = "a"'),
        ("p.toml", b'variables = ["a", "a"]\npolynomials = ["a"]'),
        ("p.toml", b'variables = ["a"]\npolynomials = ["b"]'),
        ("p.toml", b'variables = ["a b"]\npolynomials = ["1"]'),
        ("p.toml", b'variables = ["a"]\ninputs = ["a"]\npolynomials = ["a"]'),
        ("p.toml", b'variables = ["a"]\npolynomials = ["a"]\nextra = 1'),
    ],
)
def test_bad_files(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SpecificationError):
        parse(str(tmp_path / name))


def test_directories_and_missing_files(tmp_path):
    (tmp_path / "d.toml").mkdir()
    for name in ("d.toml", "missing.toml", "missing.json"):
        with pytest.raises(SpecificationError, match="file"):
            parse(str(tmp_path / name))


ALPHABET = st.sampled_from(
    [
        *"0123456789-,=/x^()+*;._ ",
        "r",
        "act",
        "mlp:",
        "cnn:",
        "2-3-1",
        ",r=2",
        "bias",
        "a=",
        "t=",
        "signature=",
        "gcnn:S3",
        "poly:",
        "sprecher:",
        "lightning:",
        "clifford:",
        "\x00",
        "é",
        "-1",
        "__import__",
        "10^9",
        "knots=",
        "channels=",
        "stride=",
    ]
)


@settings(max_examples=10_000)
@given(
    st.one_of(
        st.lists(ALPHABET, max_size=14).map("".join),
        st.text(alphabet=string.printable, max_size=40),
        st.builds(
            lambda name, rest: f"{name}:{rest}",
            st.sampled_from(sorted(FAMILIES)),
            st.lists(ALPHABET, max_size=10).map("".join),
        ),
    )
)
def test_fuzz_only_documented_errors(text):
    assume(text.strip() != "-")  # standard input has its own tests
    try:
        network = parse(text)
    except SpecificationError:
        return
    assert parse(network.spelling) == network


def test_every_family_has_what_the_registry_promises():
    for name in FAMILIES:
        module = family(name)
        for attribute in (
            "SUMMARY",
            "EXAMPLE",
            "SHAPE",
            "KEYS",
            "read_shape",
            "write_shape",
            "validate",
            "parametrize",
        ):
            assert hasattr(module, attribute), (name, attribute)
        assert module.EXAMPLE.startswith(name + ":")
        if name != "poly":
            assert parse(module.EXAMPLE).spelling == module.EXAMPLE


def test_errors_are_of_one_tree():
    assert issubclass(SpecificationError, NeurocliError)
