"""Dimension, degree, singular locus, fibres, Euclidean distance degree."""
