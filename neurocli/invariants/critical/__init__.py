"""Critical points of quadratic losses: metrics, equations, counts, real points, degenerate losses."""
