"""Closed forms and bounds: hypotheses, formula, citation key, for a network."""
