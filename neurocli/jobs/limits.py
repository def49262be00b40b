"""Sizes and durations as people write them, and refusal of what cannot fit in memory."""

from __future__ import annotations

import os
import re
import resource
from pathlib import Path

from neurocli.errors import TooLarge, UsageError
from neurocli.jobs.process import address_space

#: MB per unit; 1 MB is 2^20 bytes here, as in every figure that neurocli prints.
_MEGABYTES = {"": 1.0, "B": 2.0**-20, "K": 2.0**-10, "M": 1.0, "G": 2.0**10, "T": 2.0**20}
_SECONDS = {"": 1.0, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_NUMBER = r"\s*(\d+(?:\.\d+)?)\s*"
_SIZE = re.compile(_NUMBER + r"(?:([KMGT])(?:i?B)?|(B?))\s*", re.IGNORECASE)
_DURATION = re.compile(_NUMBER + r"([a-z]*)\s*", re.IGNORECASE)
#: Share of the available memory that one computation may plan to take.
_SHARE = 0.9


def parse_size(text: str) -> int:
    """MB in a size such as `2GB`, `500M`, `1.5G` or `800` (MB); at least 1.

    Raises:
        UsageError: the text is no size, or is zero.

    Example:
        >>> parse_size("2GB"), parse_size("512"), parse_size("1.5G")
        (2048, 512, 1536)
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise UsageError(f"size {text!r}: expected a number with KB, MB, GB or TB", "for example 2GB")
    unit = (match[2] or match[3] or "").upper()
    megabytes = float(match[1]) * _MEGABYTES[unit]
    if megabytes <= 0:
        raise UsageError(f"size {text!r}: expected more than nothing", "for example 2GB")
    return max(1, round(megabytes))


def parse_duration(text: str) -> float:
    """Seconds in a duration such as `90s`, `10m`, `1.5h`, `200ms` or `30` (seconds).

    Raises:
        UsageError: the text is no duration, or is zero.

    Example:
        >>> parse_duration("90s"), parse_duration("10m"), parse_duration("2")
        (90.0, 600.0, 2.0)
    """
    match = _DURATION.fullmatch(text)
    if match is None or match[2].lower() not in _SECONDS:
        raise UsageError(f"duration {text!r}: expected a number with ms, s, m, h or d", "for example 90s")
    seconds = float(match[1]) * _SECONDS[match[2].lower()]
    if seconds <= 0:
        raise UsageError(f"duration {text!r}: expected more than nothing", "for example 90s")
    return seconds


def available_memory_mb() -> int:
    """MB that new work can take without swapping: what the system has free, and what a limit leaves.

    Notes:
        The least of the machine's available memory, the bound of the control group this process
        runs in (containers, Slurm), and the rest of its own address-space limit.
    """
    found = [_machine_memory(), _group_memory(), _rest_of_address_space()]
    return int(min(megabytes for megabytes in found if megabytes is not None))


def require_memory(estimate_mb: float, what: str) -> None:
    """Refuse, before any memory is taken, what needs more than there is.

    Args:
        estimate_mb: an honest estimate of the peak.
        what: the thing that would be made ("the Jacobian, 40000 x 40000").

    Raises:
        TooLarge: with the estimate and what is there.
    """
    available = available_memory_mb()
    if estimate_mb > _SHARE * available:
        raise TooLarge(f"{what} needs about {readable_size(estimate_mb)}; "
                       f"{readable_size(available)} are available",
                       "ask for less, or run on a larger machine")


def readable_size(megabytes: float) -> str:
    """A size for a sentence.

    Example:
        >>> readable_size(3000), readable_size(12), readable_size(0.2)
        ('2.9 GB', '12 MB', '1 MB')
    """
    if megabytes < 1000:
        return f"{max(1, round(megabytes))} MB"
    for unit in ("GB", "TB", "PB"):
        megabytes /= 1024
        if megabytes < 1000:
            return f"{megabytes:.1f} {unit}"
    return f"{megabytes:.1e} PB"


def _machine_memory() -> float:
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20


def _group_memory() -> float | None:
    """What the control group leaves, where there is one with a bound (version 2, on Linux)."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    own = next((line[3:].lstrip("/") for line in lines if line.startswith("0::")), "")
    root = Path("/sys/fs/cgroup")
    rests = [_rest_of_group(group) for group in (root / own, *(root / own).parents)
             if group.is_relative_to(root)]
    return min((rest for rest in rests if rest is not None), default=None)


def _rest_of_group(group: Path) -> float | None:
    try:
        bound = int((group / "memory.max").read_text())
        used = int((group / "memory.current").read_text())
        fields = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):  # no such file, or "max"
        return None
    # Cached files are given back before anything fails.
    return max(0, bound - used + int(fields.get("inactive_file", 0))) / 2**20


def _rest_of_address_space() -> float | None:
    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if soft == resource.RLIM_INFINITY else max(0, soft - address_space()) / 2**20
