"""Sizes, durations, and refusal before memory is taken."""

from __future__ import annotations

import pytest

from neurocli.errors import TooLarge, UsageError
from neurocli.jobs.isolate import isolate
from neurocli.jobs.limits import available_memory_mb, parse_duration, parse_size, require_memory


@pytest.mark.parametrize(("text", "megabytes"), [
    ("2GB", 2048), ("2 gb", 2048), ("500M", 500), ("500", 500), ("1.5GiB", 1536), ("64k", 1),
    ("4096KB", 4), ("1T", 2**20), (" 3 MB ", 3), ("1048576B", 1)])
def test_sizes(text: str, megabytes: int) -> None:
    assert parse_size(text) == megabytes


@pytest.mark.parametrize(("text", "seconds"), [
    ("90s", 90), ("10m", 600), ("1.5h", 5400), ("250ms", 0.25), ("30", 30), ("2min", 120), ("1d", 86400)])
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "GB", "-1", "0", "0s", "1e9", "nan", "inf", "2X", "2 2", "1_000", "०"])
def test_nonsense_is_refused_with_what_was_read(text: str) -> None:
    for parse in (parse_size, parse_duration):
        if text == "०" or not text.isdigit() or int(text) == 0:
            with pytest.raises(UsageError) as caught:
                parse(text)
            assert repr(text) in caught.value.message


def test_memory_is_refused_with_the_estimate() -> None:
    available = available_memory_mb()
    assert available > 16
    require_memory(1, "a small thing")
    with pytest.raises(TooLarge, match=r"the Gram matrix needs about .* available"):
        require_memory(2 * available, "the Gram matrix")


def test_a_limit_of_the_process_counts() -> None:
    assert isolate(available_memory_mb, memory_mb=300).value <= 300
