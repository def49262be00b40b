"""Manual pages: hand-written sections in `*.txt`, options from the commands' own declarations."""
