"""Alternating gradient flows."""
