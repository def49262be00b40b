"""Isomorphism of groups, and naming a group given by a shuffled table."""

import random

import pytest

from neurocli.groups.group import Group
from neurocli.groups.isomorphism import is_isomorphism, isomorphism, isomorphism_type
from neurocli.groups.names import group_by_name


def shuffled(group, seed):
    """The same group with its elements renumbered, the identity still first."""
    numbers = list(range(1, group.order))
    random.Random(seed).shuffle(numbers)
    forth = [0, *numbers]
    back = {g: i for i, g in enumerate(forth)}
    return Group("shuffled", tuple(tuple(back[group.table[forth[g]][forth[h]]] for h in range(group.order))
                                   for g in range(group.order)))


TYPES = {"C1": "C1", "C6": "C6", "C2xC3": "C6", "C2xC6": "C6xC2", "C4xC4xC2xC8": "C8xC4xC4xC2", "C2xC2xC2": "C2xC2xC2",
         "S3": "D3", "D6": "D6", "S3xC2": "D6", "T": "A4", "O": "S4", "I": "A5", "Q8": "Q8", "Q12": "Q12", "D4": "D4",
         "S5": "S5", "A5xC2": "A5xC2", "Q120": "Q120", "S3xS3": "D3xD3", "D4xC2xC2": "D4xC2xC2", "C3xQ8": "Q8xC3",
         "D2": "C2xC2", "C12xC10": "C60xC2"}


@pytest.mark.parametrize("name", TYPES)
def test_types(name):
    group = shuffled(group_by_name(name), seed=len(name))
    found, images = isomorphism_type(group)
    assert found == TYPES[name]
    assert is_isomorphism(group_by_name(found), group, images)


# Pairs of the same order; the last three agree in the orders of their elements, too.
@pytest.mark.parametrize("left, right", [
    ("D4", "Q8"), ("C4", "C2xC2"), ("A4", "D6"), ("A5xC2", "S5"), ("D6", "Q12"), ("S4", "A4xC2"),
])
def test_different_groups(left, right):
    assert isomorphism(group_by_name(left), group_by_name(right)) is None


def semidirect(n, m, k):
    """C_n and C_m, the generator of C_m acting as multiplication by k."""
    elements = [(a, b) for a in range(n) for b in range(m)]
    place = {g: i for i, g in enumerate(elements)}
    return Group.from_table([[place[(a + x * pow(k, b, n)) % n, (b + y) % m] for x, y in elements]
                             for a, b in elements], f"C{n}:C{m}")


def test_groups_with_the_same_element_orders_are_told_apart():
    # The modular group of order 16 and C8 x C2; the semidirect product C4:C4 and Q8 x C2.
    modular, abelian = semidirect(8, 2, 5), group_by_name("C8xC2")
    assert modular.order_statistics == abelian.order_statistics
    assert isomorphism(modular, abelian) is None and isomorphism_type(modular) is None
    twisted, quaternion = semidirect(4, 4, 3), group_by_name("Q8xC2")
    assert twisted.order_statistics == quaternion.order_statistics
    assert isomorphism(twisted, quaternion) is None and isomorphism_type(twisted) is None


def test_wrong_maps_are_refused():
    d3, s3 = group_by_name("D3"), group_by_name("S3")
    good = isomorphism(d3, s3)
    assert is_isomorphism(d3, s3, good)
    swapped = list(good)
    swapped[1], swapped[3] = swapped[3], swapped[1]
    assert not is_isomorphism(d3, s3, tuple(swapped))
    assert not is_isomorphism(d3, s3, (0,) * 6)
