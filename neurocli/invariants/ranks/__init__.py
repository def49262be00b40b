"""Dimensions: ranks of Jacobians, upper bounds, symmetries that explain what is missing."""
