"""``python -m engine.cli``: the command line where no window is installed."""

from engine.cli import main

raise SystemExit(main())
