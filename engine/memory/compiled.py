"""How the kernels of this room are compiled.

The machine code is kept on disk. Its date is that of the file of the outermost function: after editing a kernel that is
called from another file, delete ``engine/memory/__pycache__``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

# Sums may be reordered, so that they use vector instructions; NaN and infinity keep their meaning, because a training
# run must notice them.
FAST_MATH = {"reassoc", "contract", "nsz", "arcp"}


def kernel(function: Function) -> Function:
    """Compile at the first call, for other kernels and for Python; other threads run meanwhile."""
    return cast(Function, njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST_MATH)(function))


def inner(function: Function) -> Function:
    """As ``kernel``, for other kernels alone: without the way in from Python it compiles in a fraction of the time."""
    options = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(Function, njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST_MATH, **options)(function))
