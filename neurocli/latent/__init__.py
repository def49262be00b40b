"""Relative representations and topological densification of latent spaces."""
