"""Batched path tracking, monodromy, trace test, certification."""
