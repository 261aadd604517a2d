"""The BBGKY hierarchy: marginals of any number of particles, from equations closed in cumulants."""

from .solve import Hierarchy, solve_hierarchy

__all__ = ["Hierarchy", "solve_hierarchy"]
