"""How the kernels of this room are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function at its first call, keep the machine code on disk, and let other threads run meanwhile.

    Sums may be reordered, so that they use vector instructions; NaN and infinity keep their meaning, because a
    training run must notice them.
    """
    fast = {"reassoc", "contract", "nsz", "arcp"}
    return cast(Function, njit(cache=True, nogil=True, error_model="numpy", fastmath=fast)(function))
