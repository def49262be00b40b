"""One thread for linear algebra while paths are tracked.

The matrices are small and many: threads of the linear algebra library cost more than they bring,
and much more when several processes have them.  Where the library cannot be asked, nothing happens.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

_NAMES = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads", "openblas_{}_num_threads64_",
          "openblas_{}_num_threads")


@lru_cache(maxsize=1)
def _controls() -> tuple[tuple[Callable[[], int], Callable[[int], None]], ...]:
    """How numpy's OpenBLAS tells and changes its number of threads."""
    package = Path(np.__file__).parent
    found = []
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for file in sorted(folder.glob("*openblas*")):
            with contextlib.suppress(OSError):
                library = ctypes.CDLL(str(file))  # loaded already: the same one
                for name in _NAMES:
                    with contextlib.suppress(AttributeError):
                        found.append((getattr(library, name.format("get")), getattr(library, name.format("set"))))
                        break
    return tuple(found)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra on one thread inside the block."""
    before = [(change, tell()) for tell, change in _controls()]
    for change, _ in before:
        change(1)
    try:
        yield
    finally:
        for change, count in before:
            change(count)
