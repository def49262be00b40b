"""The command line: Click only, one file per command, no mathematics."""
