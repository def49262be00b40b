"""Models of hyperbolic space, exact Delaunay graphs, HyperDGA."""
