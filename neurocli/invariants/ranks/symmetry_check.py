"""The known symmetry group of a network, with every part checked on the parametrization."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np

from neurocli.algebra.primes import derive_seed, random_prime
from neurocli.algebra.rational_matrices import exact
from neurocli.algebra.rings import prime_field
from neurocli.architectures.actions import Motion, apply, gauge_stabilizer, generators, reflection
from neurocli.architectures.network import Network
from neurocli.architectures.parametrization import Parametrization
from neurocli.results.result import Result, Status


def fields_vanish(parametrization: Parametrization, seed: int = 0, samples: int = 4) -> list[bool]:
    """For each continuous symmetry: J(theta) v(theta) = 0 at a random point modulo a random prime."""
    p = random_prime(derive_seed(seed, "symmetries"))
    field = prime_field(p)
    theta = field.random((1, parametrization.parameter_count), derive_seed(seed, "symmetry-point"))
    x = field.random((samples, parametrization.program.input_size), derive_seed(seed, "symmetry-inputs"))
    jacobian = parametrization.jacobian(field, theta, x).reshape(-1, parametrization.parameter_count)
    answers = []
    for symmetry in parametrization.symmetries:
        one = type(parametrization)(parametrization.network, parametrization.program, None, None, None, (symmetry,))
        rows = one.orbit_tangents(field, theta[0])
        products = field.contract("ai,bi->ab", jacobian, rows)
        answers.append(not products.any())
    return answers


def keeps_function(network: Network, parametrization: Parametrization, motion: Motion, seed: int = 0) -> bool:
    """Whether a motion leaves the function at a random rational point unchanged, modulo a random prime."""
    rng = random.Random(f"motion {seed}")
    values = [Fraction(rng.randint(1, 9) * rng.choice((1, -1)), rng.randint(1, 3))
              for _ in range(parametrization.parameter_count)]
    start = parametrization.blocks(exact(values))
    moved = apply(network, motion, start)
    p = random_prime(derive_seed(seed, "motion"))
    field = prime_field(p)
    flat = [np.concatenate([block.ravel() for block in blocks.values()]) for blocks in (start, moved)]
    theta = np.array([[int(v.p) % p * pow(int(v.q), -1, p) % p for v in row] for row in flat], dtype=np.uint64)
    x = field.random((5, parametrization.program.input_size), derive_seed(seed, "motion-inputs"))
    if parametrization.degree_x is None:  # not polynomial: compare floating-point outputs
        from neurocli.algebra.rings import Floats

        points = np.array([[float(int(v.p)) / float(int(v.q)) / 10 for v in row] for row in flat])
        out = parametrization.evaluate(Floats(), points, np.random.default_rng(seed).uniform(-1, 1, (5, x.shape[1])))
        return bool(np.allclose(out[0], out[1], rtol=1e-6, atol=1e-9))
    out = parametrization.evaluate(field, theta, x)
    return bool(np.array_equal(out[0], out[1]))


def symmetries(network: Network, seed: int = 0) -> Result:
    """The known group, its generators, and whether each leaves the parametrization unchanged.

    Returns:
        A result whose value is {"dimension", "finite_order", "verified"}; data: groups and motions.

    Example:
        >>> from neurocli.architectures.grammar import parse
        >>> symmetries(parse("mlp:2-3-2,r=2")).value
        {'dimension': 3, 'finite_order': 6, 'verified': True}
    """
    from neurocli.architectures.registry import parametrization as of

    parametrization = of(network)
    verified = fields_vanish(parametrization, seed) if parametrization.degree_x is not None \
        else [None] * len(parametrization.symmetries)
    groups = [{"group": s.name, "place": s.place, "dimension": s.dimension, "verified": ok}
              for s, ok in zip(parametrization.symmetries, verified)]
    moving = generators(network, seed)
    mirror = _reflection(network, parametrization, seed)
    moving += [mirror] if mirror else []
    motions: list[dict[str, Any]] = [
        {**motion.to_json(), "verified": keeps_function(network, parametrization, motion, seed)} for motion in moving]
    good = all(entry["verified"] is not False for entry in [*groups, *motions])
    value = {"dimension": parametrization.symmetry_dimension, "finite_order": gauge_stabilizer(network),
             "verified": good}
    data = {"question": "symmetries", "groups": groups, "motions": motions,
            "finite_symmetries": list(parametrization.finite_symmetries),
            "gauge": parametrization.gauge.description if parametrization.gauge.complete else None}
    return Result("fibers", network.spelling, value, Status.PROBABLE, "random-points", data,
                  ("vector fields: J v = 0 at a random point; generators: same outputs before and after",), (),
                  None, seed)


def _reflection(network: Network, parametrization: Parametrization, seed: int) -> Motion | None:
    rng = random.Random(f"motion {seed}")  # the point that keeps_function moves
    values = [Fraction(rng.randint(1, 9) * rng.choice((1, -1)), rng.randint(1, 3))
              for _ in range(parametrization.parameter_count)]
    return reflection(network, parametrization.blocks(exact(values)), seed)
