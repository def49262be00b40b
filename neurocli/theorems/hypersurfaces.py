"""Critical points of the distance to a hypersurface in general position: decision boundaries.

Let f be a polynomial of degree D in n variables and q the quadratic form of the distance.  Critical points on {f = 0}
of the distance to a generic u are the solutions of f(x) = 0, x - u = lambda grad f(x).

  cone       f homogeneous, {f = 0} smooth in P^(n-1) and transversal to {q = 0}: D sum_(i=0)^(n-2) (D - 1)^i
  affine     the closure in P^n smooth, transversal to the hyperplane at infinity and to {q = 0} in it:
             D sum_(i=0)^(n-1) (D - 1)^i

For every other hypersurface of degree D these are upper bounds.  Reference: [dhost-2016], proposition 2.6, theorem 5.8
and section 6.
"""

from __future__ import annotations


def hypersurface_count(degree: int, variables: int, cone: bool) -> int:
    """Critical points of the distance to a hypersurface in general position; a cone in one variable is a point.

    Example:
        >>> hypersurface_count(2, 3, True), hypersurface_count(2, 2, False), hypersurface_count(4, 2, True)
        (4, 4, 4)
    """
    if cone and variables == 1:
        return 1
    return degree * sum((degree - 1) ** i for i in range(variables - 1 if cone else variables))
