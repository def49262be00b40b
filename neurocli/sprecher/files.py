"""Writing a file so that an interrupted run leaves the old one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from neurocli.errors import UsageError


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path` and rename it.

    Raises:
        UsageError: the folder cannot be written.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as fault:
        raise UsageError(f"cannot write {path}: {fault.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
