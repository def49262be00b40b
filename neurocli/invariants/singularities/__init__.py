"""Singular points: strata of subnetworks, ramification, ideals."""
