"""Lists of complex points in the text format of Bertini, the common coin of numerical algebraic geometry.

A count, an empty line, then each point as one line `real imaginary` for each coordinate, with an
empty line after it.  HomotopyContinuation.jl reads and writes the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from neurocli.errors import DataError

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?", re.ASCII)
Point = tuple[complex, ...]


def write(points: Sequence[Sequence[complex]]) -> str:
    """The points with as many digits as tell doubles apart.

    Example:
        >>> write([(1 + 2j, 0.5)])
        '1\\n\\n1.0 2.0\\n0.5 0.0\\n\\n'
    """
    blocks = ["".join(f"{complex(z).real!r} {complex(z).imag!r}\n" for z in point) for point in points]
    return f"{len(points)}\n\n" + "".join(block + "\n" for block in blocks)


def read(text: str) -> tuple[Point, ...]:
    """The points in a file.

    Raises:
        DataError: a count that does not agree, points of different lengths, or what is no number.
    """
    blocks = [block.split("\n") for block in re.split(r"\n[ \t]*(?:\n[ \t]*)+", text.strip())]
    head = blocks.pop(0)
    if len(head) != 1 or not re.fullmatch(r"[0-9]+", head[0].strip(), re.ASCII):
        raise DataError(f"Bertini solutions, line 1: read {head[0][:40]!r}, expected the number of points")
    count = int(head[0])
    if len(blocks) != count:
        raise DataError(f"Bertini solutions: {len(blocks)} points, and line 1 says {count}")
    points = tuple(tuple(_coordinate(line, number) for line in block)
                   for number, block in enumerate(blocks, start=1))
    if len(set(map(len, points))) > 1:
        raise DataError("Bertini solutions: points with different numbers of coordinates")
    return points


def _coordinate(line: str, number: int) -> complex:
    parts = line.split()
    if len(parts) != 2 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise DataError(f"Bertini solutions, point {number}: read {line[:60]!r}, expected two numbers")
    real, imaginary = (float(part.replace("d", "e").replace("D", "e")) for part in parts)
    if not (math.isfinite(real) and math.isfinite(imaginary)):
        raise DataError(f"Bertini solutions, point {number}: {line[:60]!r} is beyond the range of doubles")
    return complex(real, imaginary)
