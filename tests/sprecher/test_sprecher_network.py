"""Evaluation, domains, files: exact against floats, plain against sequential, corrupted inputs."""

import json
import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from neurocli.errors import DataError, TooLarge
from neurocli.sprecher.count import Shape
from neurocli.sprecher.domains import output_interval, propagate
from neurocli.sprecher.evaluate import evaluate, evaluate_exactly
from neurocli.sprecher.network import Block, Lateral, SprecherNetwork
from neurocli.sprecher.snds import parse_snds, read_snds
from neurocli.sprecher.spline import Spline
from neurocli.sprecher.trainable import Trainable
from neurocli.sprecher.weights_file import from_json, read_network, to_json, write_network

#: A trained network from a public MIT-licensed repository of Sprecher networks (11,752 bytes).
TRAINED = Path(__file__).parent / "sprecher_mnist_784-100-100-10.snds"


def small(seed=0, kind="linear", norm=True):
    """A network with every feature and rational weights."""
    draw = np.random.default_rng(seed)

    def numbers(count, low=-8, high=9, over=8):
        return tuple(Fraction(int(v), over) for v in draw.integers(low, high, count))

    def block(m, d, residual, extra, backward):
        inner = Spline(tuple(Fraction(k, 4) for k in (-1, 1, 3, 7)), tuple(Fraction(k, 8) for k in (1, 2, 6, 8)),
                       kind, monotone=True)
        outer = Spline(tuple(Fraction(k) for k in (-2, 0, 1, 5)), numbers(4), kind)
        lateral = Lateral(Fraction(1, 4), numbers(d), numbers(d) if backward else ())
        return Block(numbers(m), d, inner, outer, Fraction(int(draw.integers(-2, 3)), 8), lateral, residual,
                     numbers(extra), (numbers(d), numbers(d)) if norm else None)

    return SprecherNetwork((block(5, 3, "pool", 5, False), block(3, 3, "scalar", 1, True),
                            block(3, 4, "broadcast", 4, True), block(4, 2, "linear", 8, False)),
                           False, Fraction(3, 2), Fraction(-1, 4), Fraction(1))


@pytest.mark.parametrize("seed", range(3))
def test_floats_agree_with_exact_numbers(seed):
    network = small(seed)
    x = np.random.default_rng(seed).integers(0, 65, (6, 5)) / 64
    exact = [[float(v) for v in evaluate_exactly(network, [Fraction(e) for e in row])] for row in x]
    assert np.allclose(evaluate(network, x), exact, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["linear", "cubic"])
def test_sequential_evaluation_is_bit_for_bit_the_same(kind, monkeypatch):
    monkeypatch.setattr("neurocli.sprecher.evaluate._CHUNK", 7)
    network = small(1, kind)
    x = np.random.default_rng(0).random((33, 5))
    assert np.array_equal(evaluate(network, x), evaluate(network, x, low_memory=True))
    trained = read_snds(TRAINED).network
    x = np.random.default_rng(0).random((3, 784))
    assert np.array_equal(evaluate(trained, x), evaluate(trained, x, low_memory=True))


def wide(width, outputs):
    draw = np.random.default_rng(0)
    inner = Spline(tuple(np.linspace(0, 2, 50)), tuple(np.linspace(0, 1, 50)), monotone=True)
    outer = Spline((-1e4, 1e4), (-1.0, 1.0))
    block = Block(tuple(draw.normal(0, 0.01, width).tolist()), outputs, inner, outer, 1e-5)
    return SprecherNetwork((block,), True)


def test_sequential_memory_at_width_16384():
    """Batch 32 through 16,384 inputs: below 100 MB, where the plain way is refused or takes gigabytes."""
    import tracemalloc

    x = np.random.default_rng(0).random((32, 16384))
    with pytest.raises(TooLarge, match=r"68\.7 GB"):
        evaluate(wide(16384, 16384), x)
    network = wide(16384, 16)
    tracemalloc.start()
    evaluate(network, x, low_memory=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6


@pytest.mark.parametrize("seed", range(3))
def test_domains_hold_every_value(seed):
    network = small(seed)
    domains = propagate(network)
    intervals = output_interval(network, domains)
    draw = np.random.default_rng(seed)
    for _ in range(20):
        x = [Fraction(int(v), 16) for v in draw.integers(0, 17, 5)]
        for value, (low, high) in zip(evaluate_exactly(network, x), intervals):
            assert low <= value <= high
    assert all(isinstance(end, Fraction) for interval in intervals for end in interval)


def test_domains_are_attained_by_a_monotone_network():
    """One input, one output, no mixing: the interval is the exact range."""
    inner = Spline((Fraction(0), Fraction(1)), (Fraction(0), Fraction(1)), monotone=True)
    outer = Spline((Fraction(0), Fraction(1, 2), Fraction(1)), (Fraction(1), Fraction(-2), Fraction(0)))
    network = SprecherNetwork((Block((Fraction(1),), 1, inner, outer, Fraction(0)),), True)
    assert output_interval(network, propagate(network)) == ((Fraction(-2), Fraction(1)),)
    found = propagate(network, [(Fraction(1, 4), Fraction(3, 4))])[0]
    assert found.outputs == ((Fraction(-2), Fraction(-1, 2)),)
    with pytest.raises(DataError, match="empty"):
        propagate(network, [(1, 0)])


def test_cubic_domains_see_interior_extremes():
    outer = Spline((0.0, 1.0, 2.0, 3.0), (0.0, 2.0, 1.5, 4.0), "cubic")
    low, high = outer.bounds(0.2, 2.9)
    values = outer.at(np.linspace(0.2, 2.9, 4001))
    assert low <= values.min() and high >= values.max() and high - values.max() < 1e-6


def test_cubic_is_scipys_pchip_inside_and_straight_outside():
    from scipy.interpolate import PchipInterpolator

    knots, values = (0.0, 1.0, 2.5, 3.0), (0.0, 2.0, 1.5, 4.0)
    spline, reference = Spline(knots, values, "cubic"), PchipInterpolator(knots, values)
    x = np.linspace(0, 3, 50)
    assert np.array_equal(spline.at(x), reference(x))
    slope = float(reference.derivative()(3.0))
    assert np.allclose(spline.at(np.array([4.0])), 4.0 + slope)


def test_trained_network_is_read_exactly():
    found = read_snds(TRAINED)
    network = found.network
    assert found.parameters == 2613 and found.flags == 0x95 and network.widths == (784, 100, 100, 10)
    assert network.alpha == 1 and network.blocks[0].norm is None and network.blocks[1].norm is not None
    assert [block.residual for block in network.blocks] == ["pool", "scalar", "pool"]
    assert all((1 << 16) % weight.denominator == 0 for block in network.blocks for weight in block.weights)
    assert network.scale == Fraction(147207, 65536)


def test_trained_domains_are_those_the_knots_were_laid_on():
    """The trainer laid the knots by float interval arithmetic; ours, exact on rounded weights, agrees to 1e-2."""
    network = read_snds(TRAINED).network
    for block, domain in zip(network.blocks, propagate(network)):
        span = float(block.Phi.knots[-1] - block.Phi.knots[0])
        assert abs(float(domain.outer[0] - block.Phi.knots[0])) < 1e-3 * span
        assert abs(float(domain.outer[1] - block.Phi.knots[-1])) < 1e-3 * span


def patched(place, word):
    content = bytearray(TRAINED.read_bytes())
    struct.pack_into("<i", content, place, word)
    return bytes(content)


@pytest.mark.parametrize(("content", "part"), [
    (b"", "not an SNDS"), (b"SNDX" + TRAINED.read_bytes()[4:], "not an SNDS"),
    (TRAINED.read_bytes()[:-4], "ends after"), (TRAINED.read_bytes() + b"\0", "after the end"),
    (TRAINED.read_bytes()[:39], "ends after"),
    (patched(4, 2), "version"), (patched(8, 8), "shift"), (patched(12, 0x195), "flags"),
    (patched(12, 0x91), "residual type"), (patched(12, 0x94), "block flags"), (patched(16, 2), "after the end"),
    (patched(16, 0), "0 blocks"), (patched(20, 783), "inputs"), (patched(24, 11), "outputs"),
    (patched(28, 2614), "2614"), (patched(32, 785), "largest width"), (patched(32, 700), "largest width"),
    (patched(40, -1), "block"), (patched(48, 1), "1 knots"), (patched(52, 5000), "5000 knots"),
    (patched(56, 5), "block flags"), (patched(60, 9), "residual type"), (patched(60, 3), "residual"),
    (patched(64, 7), "normalization"), (patched(72, 2**30), "increase"), (patched(272, 2**30), "decreases"),
])
def test_malformed_snds_is_refused(content, part):
    with pytest.raises(DataError, match=part):
        parse_snds(content)


def test_every_truncation_is_refused():
    content = TRAINED.read_bytes()
    for size in range(0, len(content), 97):
        with pytest.raises(DataError):
            parse_snds(content[:size])


def test_json_round_trip(tmp_path):
    network = small(2)
    assert from_json(json.loads(json.dumps(to_json(network)))) == network
    path = tmp_path / "network.json"
    write_network(path, read_snds(TRAINED).network)
    assert read_network(path) == read_network(TRAINED)


@pytest.mark.parametrize("change", [
    lambda r: r.pop("blocks"), lambda r: r["blocks"][0].pop("eta"), lambda r: r.update(version=2),
    lambda r: r["blocks"][0]["lambda"].append(0), lambda r: r["blocks"][0]["phi"]["knots"].reverse(),
    lambda r: r["blocks"][1].update(eta="x"), lambda r: r["blocks"][1].update(eta=True),
    lambda r: r["blocks"][1].update(eta="1/0"), lambda r: r.update(blocks=[]), lambda r: r.update(blocks=5),
    lambda r: r["blocks"][0].update(outputs="3"), lambda r: r["blocks"][2].update(residual="dense"),
    lambda r: r["blocks"][0]["phi"].update(kind="quintic"),
])
def test_malformed_json_is_refused(change):
    record = to_json(small())
    change(record)
    with pytest.raises(DataError):
        from_json(record)


def test_nan_in_json_is_refused(tmp_path):
    path = tmp_path / "network.json"
    path.write_text(json.dumps(to_json(small())).replace('"alpha": 1', '"alpha": NaN'))
    with pytest.raises(DataError, match="finite"):
        read_network(path)


def test_bad_inputs():
    network = small()
    with pytest.raises(DataError, match="shape"):
        evaluate(network, np.zeros((2, 4)))
    with pytest.raises(DataError, match="row 2"):
        evaluate(network, np.array([[0.0] * 5, [np.nan] * 5]))
    with pytest.raises(DataError):
        evaluate_exactly(network, [Fraction(0)] * 4)
    with pytest.raises(DataError, match="floats only"):
        evaluate_exactly(small(0, "cubic"), [Fraction(0)] * 5)


@pytest.mark.parametrize("shape", [
    Shape((2, 3, 4, 2), 5, 6, "bidirectional", "node", "none", True), Shape((3, 2, 1), 5, 6, "cyclic", "node"),
    Shape((2, 4, 3, 1), 7, 5, "cyclic", "linear", "none", True),
], ids=str)
def test_gradients_of_the_trainable_network(shape):
    model = Trainable(shape)
    draw = np.random.default_rng(1)
    theta, domains = model.start(0)
    theta, domains = model.track(theta + 0.05 * draw.standard_normal(theta.size), domains)
    x, y = draw.random((7, shape.widths[0])), draw.random((7, shape.widths[-1]))
    loss, gradient = model.loss_and_gradient(theta, domains, x, y)
    numeric = [(model.loss_and_gradient(theta + e, domains, x, y)[0]
                - model.loss_and_gradient(theta - e, domains, x, y)[0]) / 2e-7 for e in 1e-7 * np.eye(model.size)]
    assert np.allclose(gradient, numeric, rtol=1e-4, atol=1e-6)
    assert np.isclose(loss, np.mean((evaluate(model.network(theta, domains), x) - y) ** 2), rtol=1e-12)


def test_tracking_keeps_the_function_where_phi_moves_little():
    """Growing the domains and resampling the piecewise linear Phi on finer knots changes little."""
    shape = Shape((2, 3, 1), 10, 400)
    model = Trainable(shape)
    theta, domains = model.start(0)
    theta[model.slots[0]["lambda"]] *= 1.2
    x = np.random.default_rng(0).random((20, 2))
    before = evaluate(model.network(theta, domains), x)
    moved, tracked = model.track(theta, domains)
    assert tracked[0].outer != domains[0].outer
    assert np.abs(evaluate(model.network(moved, tracked), x) - before).max() < 1e-2
