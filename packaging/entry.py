"""Where the frozen program begins."""

import multiprocessing
import os
import sys

import platformdirs

if sys.stdout is None or sys.stderr is None:  # a program without a console has neither
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  open as long as it runs
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115

multiprocessing.freeze_support()

# The folder of the program may belong to somebody else: what numba compiles is kept in the person's own cache.
os.environ.setdefault("NUMBA_CACHE_DIR", os.path.join(platformdirs.user_cache_dir("athanor", appauthor=False), "numba"))

from gui.__main__ import main  # noqa: E402  after freeze_support, which may not return

raise SystemExit(main())
