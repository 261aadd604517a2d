"""The numba options of every fast loop, in one place.

`fastmath=True` would let LLVM assume that NaN never occurs and delete the very checks that catch a blow-up; the
five flags below vectorise the loops just as well and keep `isnan` honest.  `error_model="numpy"` removes the
division-by-zero branch that would stop vectorisation.
"""

import functools
from typing import Any

import numba

FASTMATH = {"reassoc", "nsz", "contract", "arcp", "afn"}

#: For loops over one particle at a time.
jit: Any = functools.partial(numba.njit, error_model="numpy", fastmath=FASTMATH)

#: For pair functions: called in an innermost loop, which vectorises only once they are part of it, however long.
inlined_jit: Any = functools.partial(jit, forceinline=True)

#: For sweeps.  Never cached on disk: a driver that takes a function as an argument would return stale code.
parallel_jit: Any = functools.partial(numba.njit, error_model="numpy", fastmath=FASTMATH, parallel=True)
