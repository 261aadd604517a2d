"""The law of N particles: the Liouville equation, in occupation numbers and on tensor grids."""

from .initial import Mixture
from .law import Law
from .solve import solve_liouville
from .tensor import GridLaw, solve_liouville_grid

__all__ = ["GridLaw", "Law", "Mixture", "solve_liouville", "solve_liouville_grid"]
