"""Sprecher networks as trainable spline models."""
