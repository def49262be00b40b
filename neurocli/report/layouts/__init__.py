"""How each command lays out its results: one file per command."""
