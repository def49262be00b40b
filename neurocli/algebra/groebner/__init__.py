"""Gröbner bases over prime fields and the rationals, and what follows from them."""
