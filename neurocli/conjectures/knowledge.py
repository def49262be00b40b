"""What is known of a number: an interval, and how sure its ends are.

An invariant that is proved is a point; one that is only bounded is an interval, and comparing
intervals gives a third truth value, None, where they overlap.  So "not proved" never becomes
"false", and a statement may hold although a number in it is not known.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

Truth = bool | None


@dataclasses.dataclass(frozen=True)
class Known:
    """An integer between `low` and `high`; None means unbounded.

    Args:
        sure: False when an end is only probable or numerical.
    """

    low: int | None
    high: int | None
    sure: bool = True

    @classmethod
    def point(cls, value: int, sure: bool = True) -> Known:
        """A known integer."""
        return cls(value, value, sure)

    @property
    def value(self) -> int | None:
        """The integer, where there is only one."""
        return self.low if self.low == self.high else None

    def __add__(self, other: Known) -> Known:
        return Known(_plus(self.low, other.low), _plus(self.high, other.high), self.sure and other.sure)

    def __neg__(self) -> Known:
        return Known(None if self.high is None else -self.high, None if self.low is None else -self.low, self.sure)


@dataclasses.dataclass(frozen=True)
class Judged:
    """A truth value that an invariant gave, and how sure it is.

    Args:
        sure: False when it rests on numbers that are only probable or numerical.
    """

    truth: Truth
    sure: bool = True


#: Nothing is known.
UNKNOWN = Known(None, None)


def _plus(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def less(a: Known, b: Known) -> Truth:
    """a < b, if that is settled.

    Example:
        >>> less(Known(1, 3), Known(4, None)), less(Known(1, 3), Known(3, 5)), less(Known(4, 4), Known(1, 3))
        (True, None, False)
    """
    if a.high is not None and b.low is not None and a.high < b.low:
        return True
    if a.low is not None and b.high is not None and a.low >= b.high:
        return False
    return None


def equal(a: Known, b: Known) -> Truth:
    """a == b, if that is settled."""
    if a.value is not None and a.value == b.value:
        return True
    return False if less(a, b) or less(b, a) else None


def negated(a: Truth) -> Truth:
    """not a."""
    return None if a is None else not a


def every(values: Iterable[Truth]) -> Truth:
    """Kleene conjunction: False wins, then None.

    Example:
        >>> every([True, None]), every([None, False]), every([])
        (None, False, True)
    """
    seen = list(values)
    return False if False in seen else None if None in seen else True


def some(values: Iterable[Truth]) -> Truth:
    """Kleene disjunction."""
    return negated(every(negated(value) for value in values))
