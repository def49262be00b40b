"""Parameter counts: golden values, and redundancy measured by the rank of a Jacobian."""

import numpy as np
import pytest

from neurocli.errors import DataError
from neurocli.sprecher.count import Shape, count, mlp_count
from neurocli.sprecher.evaluate import evaluate
from neurocli.sprecher.trainable import Trainable


def test_trained_network_of_the_literature():
    """784-[100,100]-10 with 50 knots, cyclic mixing, node residuals, norm after all blocks but the first."""
    found = count(Shape((784, 100, 100, 10), 50, 50, "cyclic", "node", "skip-first", True))
    assert found.parameters == 2613 and found.mlp == 89610
    assert found.effective < found.parameters


def test_wide_networks():
    """784-[4096,4096]-10: 25,683 in the blocks and 2 at the output, without norms; the MLP has 20,037,642."""
    shape = Shape((784, 4096, 4096, 10), 50, 50, "cyclic", "node", "none", True)
    assert count(shape).parameters == 25683 + 2 and mlp_count(shape.widths) == 20037642
    assert mlp_count((64, 16384, 16384, 16384, 1)) == 537985025
    assert mlp_count((64, 4096, 4096, 4096, 1)) == 33832961


def test_memory_of_both_evaluations():
    found = count(Shape((4096, 4096, 1)))
    assert 32 * found.plain_floats * 4 == 2 * 2**30 and 32 * found.sequential_floats * 4 == 512 * 2**10


@pytest.mark.parametrize("shape", [
    Shape((2, 3, 1), 4, 4), Shape((2, 3, 1), 4, 4, codomain=True), Shape((2, 2, 2, 1), 4, 4, "none", "node"),
    Shape((1, 2, 3, 1), 4, 4, "cyclic", "node"), Shape((2, 2, 2), 3, 4, "bidirectional", "none"),
], ids=str)
def test_redundant_directions_change_no_function(shape):
    """The Jacobian of the outputs, domains following the parameters, has at most `effective` as its rank."""
    model = Trainable(shape)
    draw = np.random.default_rng(0)
    theta = model.start(3)[0]
    theta = theta + 0.1 * draw.standard_normal(theta.size)
    x = draw.random((150, shape.widths[0]))

    def outputs(point):
        # knots move with the domains and Phi keeps its values there: the map whose gauge is counted
        place, low, high = [], [0.0] * shape.widths[0], [1.0] * shape.widths[0]
        for (m, d), slot in zip(shape.blocks, model.slots):
            place.append(model._domain(point, slot, m, d, low, high))
            low, high = model._ranges(point, slot, m, d, low, high, place[-1])
        return evaluate(model.network(point, place), x).ravel()

    step = 1e-6
    jacobian = np.array([(outputs(theta + step * e) - outputs(theta - step * e)) / (2 * step)
                         for e in np.eye(theta.size)])
    singular = np.linalg.svd(jacobian, compute_uv=False)
    rank = int(np.sum(singular > 1e-6 * singular[0]))
    assert rank <= count(shape).effective < count(shape).parameters == theta.size


@pytest.mark.parametrize("arguments", [((3, 1),), ((3, 0, 1),), ((3, 2, 1), 1), ((3, 2, 1), 5, 5, "ring"),
                                       ((3, 2, 1), 5, 5, "none", "dense")])
def test_bad_shapes(arguments):
    with pytest.raises(DataError):
        Shape(*arguments)
