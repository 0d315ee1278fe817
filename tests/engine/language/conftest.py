from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

# Tests are imported without packages; the server is shared with those of the experiment.
if "faulty_server" not in sys.modules:
    spec = importlib.util.spec_from_file_location("faulty_server", Path(__file__).with_name("faulty_server.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["faulty_server"] = module
    spec.loader.exec_module(module)


@pytest.fixture
def faulty():
    """Starts servers that fail on request; all are gone after the test."""
    from contextlib import ExitStack

    from faulty_server import FaultyServer

    with ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(FaultyServer(*arguments, **options))
