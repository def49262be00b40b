"""Groups: our times beside rivals measured in the same run.  `python tests/benchmarks/bench_groups.py`

Rivals: sympy's permutation groups for multiplication tables and conjugacy classes, numpy's FFT for the transform on a
cyclic group, the search over all relabellings for isomorphism.
"""

import time
from itertools import permutations

import numpy as np

from neurocli.groups.fourier import fourier_transform_floats
from neurocli.groups.group import Group
from neurocli.groups.harmonics_weights import recover_result
from neurocli.groups.irreps import irreps, verify_irreps
from neurocli.groups.isomorphism import isomorphism_type
from neurocli.groups.names import group_by_name
from neurocli.groups.spectral_network import train
from neurocli.groups.weights import fourier_blocks


def seconds(function, *arguments, **options):
    start = time.perf_counter()
    value = function(*arguments, **options)
    return time.perf_counter() - start, value


def line(what, ours, rival=None, name=""):
    ratio = f"   {name} {rival:9.4f} s   ratio {rival / ours:8.1f}" if rival is not None else ""
    print(f"{what:52} {ours:9.4f} s{ratio}")


def representations():
    for name, limit in [("A5", 2), ("S5", 2), ("A6", None), ("S6", None)]:
        group = group_by_name(name)
        built, found = seconds(irreps, group)
        checked, holds = seconds(verify_irreps, group, found)
        assert holds
        line(f"irreps {name}" + (f" (limit {limit} s)" if limit else ""), built)
        line(f"irreps {name}, verified exactly", checked)


def tables():
    from sympy.combinatorics.named_groups import SymmetricGroup

    def classes(degree):
        group = SymmetricGroup(degree)
        elements = list(group.generate())
        assert len({a * b for a in elements for b in elements}) == len(elements)
        return group.conjugacy_classes()

    group_by_name.cache_clear()
    ours, _ = seconds(lambda: group_by_name("S4").conjugacy_classes)
    rival, _ = seconds(classes, 4)
    line("table and classes of S4", ours, rival, "sympy")


def transform():
    group = group_by_name("C120")
    representations = irreps(group)
    signals = np.random.default_rng(0).normal(size=(200, 120))
    ours, coefficients = seconds(fourier_transform_floats, representations, signals)
    rival, expected = seconds(np.fft.fft, signals)
    assert np.allclose(np.stack([c[..., 0, 0] for c in coefficients], axis=-1), expected)
    line("200 transforms on C120, floats", ours, rival, "numpy")


def isomorphism_search():
    d4 = group_by_name("D4")
    forth = [0, 5, 2, 7, 1, 6, 3, 4]
    back = {g: i for i, g in enumerate(forth)}
    shuffled = Group("shuffled", tuple(tuple(back[d4.table[a][b]] for b in forth) for a in forth))

    def relabellings():
        target, table = np.array(d4.table), np.array(shuffled.table)
        return min(int(np.sum(np.array(p)[table] != target[np.ix_(p, p)])) for p in permutations(range(8)))

    ours, found = seconds(isomorphism_type, shuffled)
    rival, score = seconds(relabellings)
    assert found[0] == "D4" and score == 0
    line("isomorphism type of a group of order 8", ours, rival, "relabellings")


def recovery():
    for name in ("A5", "S5", "D60"):
        blocks = fourier_blocks(irreps(group_by_name(name)))
        rng = np.random.default_rng(0)
        noisy = tuple(b + np.where(np.arange(len(b))[:, None, None] > 0, 0.01, 0) * rng.normal(size=b.shape)
                      for b in blocks)
        ours, result = seconds(recover_result, noisy, name)
        assert result.status == "certified", result
        line(f"recover {name} from noisy weights, certified" + (" (limit 5 s)" if name != "A5" else ""), ours)


def training():
    group = group_by_name("D3")
    times, recovered = [], 0
    for seed in range(10):
        taken, trained = seconds(train, group, [1, 1, 2], seed=seed)
        times.append(taken)
        recovered += recover_result(trained.blocks, "D3").value == "D3"
    line(f"train D3, mean of 10 seeds, {recovered} of 10 recovered", sum(times) / 10)


if __name__ == "__main__":
    representations()
    tables()
    transform()
    isomorphism_search()
    recovery()
    training()
