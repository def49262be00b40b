"""One file per foreign format, around one record: `system.PolynomialSystem`.

A writer makes a file that runs as it is in its system and prints an answer; a reader takes nothing
on trust.
"""
