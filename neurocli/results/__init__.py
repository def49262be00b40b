"""Results: frozen records that say what was found, how, and how sure it is."""

from neurocli.results.result import Result, Status

__all__ = ["Result", "Status"]
