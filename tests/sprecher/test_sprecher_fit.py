"""Training: determinism, resuming, comparison with an MLP of equal size."""

import numpy as np
import pytest

from neurocli.errors import DataError, UsageError
from neurocli.sprecher.count import Shape
from neurocli.sprecher.evaluate import evaluate
from neurocli.sprecher.fit import Settings, fit, fit_mlp
from neurocli.sprecher.targets import read_floats, sample_target

SHAPE = Shape((1, 4, 1), 12, 12, "cyclic", "node")


def test_one_dimensional_target_as_well_as_an_mlp():
    x, y = sample_target("toy-1d-poly")
    settings = Settings(epochs=1200, rate=1e-2)
    found = fit(Shape((1, 5, 5, 1), 20, 20, "cyclic", "node"), x, y, settings)
    rival = fit_mlp(1, 1, found.parameters, 2, x, y, settings)
    assert rival.parameters <= found.parameters
    assert found.best <= rival.best
    assert np.isclose(np.mean((evaluate(found.network, x) - y) ** 2), found.best, rtol=1e-9)


def test_same_seed_same_numbers():
    x, y = sample_target("toy-1d-poly")
    settings = Settings(epochs=40)
    first, second = fit(SHAPE, x, y, settings), fit(SHAPE, x, y, settings)
    assert first == second
    assert fit(SHAPE, x, y, Settings(epochs=40, seed=1)).losses != first.losses


def test_resumed_training_is_the_uninterrupted_one(tmp_path):
    x, y = sample_target("toy-1d-poly")
    settings, path = Settings(epochs=60, track=50), tmp_path / "run.npz"
    whole = fit(SHAPE, x, y, settings)
    fit(SHAPE, x, y, settings, checkpoint=path, stop_after=35)
    assert fit(SHAPE, x, y, settings, checkpoint=path) == whole


def test_foreign_checkpoints_are_refused(tmp_path):
    x, y = sample_target("toy-1d-poly")
    path = tmp_path / "run.npz"
    fit(SHAPE, x, y, Settings(epochs=3), checkpoint=path)
    with pytest.raises(DataError, match="another run"):
        fit(SHAPE, x, y, Settings(epochs=4), checkpoint=path)
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(DataError, match="not a checkpoint"):
        fit(SHAPE, x, y, Settings(epochs=3), checkpoint=path)


def test_bad_data_and_settings(tmp_path):
    x, y = sample_target("toy-1d-poly")
    with pytest.raises(DataError, match="outside"):
        fit(SHAPE, x * 2, y)
    with pytest.raises(DataError, match="inputs"):
        fit(Shape((2, 3, 1)), x, y)
    with pytest.raises(UsageError):
        fit(Shape((1, 3, 1), norm="all"), x, y)
    with pytest.raises(UsageError):
        Settings(epochs=0)
    with pytest.raises(DataError, match="no target"):
        sample_target("toy-9d")
    path = tmp_path / "data.csv"
    path.write_text("x,y\n0,1\n0.5,inf\n")
    with pytest.raises(DataError, match="row 2, column 2"):
        read_floats(path)
    path.write_text("0,1\n0.5\n")
    with pytest.raises(DataError, match="line 2"):
        read_floats(path)
    path.write_text("x,y\n0.25,1\n")
    assert read_floats(path).tolist() == [[0.25, 1.0]]


@pytest.mark.slow
def test_two_dimensional_target_as_well_as_an_mlp():
    x, y = sample_target("toy-2d")
    settings = Settings(epochs=2000, rate=2e-2)
    found = fit(Shape((2, 5, 5, 1), 10, 100, "cyclic", "linear"), x, y, settings)
    assert found.best <= fit_mlp(2, 1, found.parameters, 2, x, y, settings).best
