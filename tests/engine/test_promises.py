"""Promises that hold for all code: nothing is unpickled or evaluated, no shell, no network without being asked."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "engine").rglob("*.py"), *(ROOT / "gui").rglob("*.py"), *(ROOT / "packaging").rglob("*.py")])
BANNED_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
BANNED_CALLS = {"eval", "exec", "compile", "__import__"}


def offences(path):
    """Lines that break a promise."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if BANNED_MODULES & {name.split(".")[0] for name in named}:
            yield node.lineno, "import"
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else None
            dotted = ast.unparse(node.func)
            if name in BANNED_CALLS or dotted in ("os.system", "os.popen", "torch.load"):
                yield node.lineno, dotted
            for keyword in node.keywords:
                constant = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
                if constant and keyword.arg in ("shell", "allow_pickle"):
                    yield node.lineno, f"{keyword.arg}=True"


def test_the_sources_were_found():
    assert len(SOURCES) > 200


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_unpickled_evaluated_or_handed_to_a_shell(path):
    assert list(offences(path)) == []


WATCHED = """
import json, sys, traceback
told = []

def hook(event, arguments):
    if event == "pickle.find_class":
        frames = [frame.filename for frame in traceback.extract_stack()]
        if not any("/numba/" in name for name in frames):  # numba reads back its own compiled code
            told.append([event, str(arguments[:2])])
    elif event in ("socket.connect", "socket.getaddrinfo", "urllib.Request", "os.system"):
        told.append([event, str(arguments)])

sys.addaudithook(hook)
from engine.cli import main
status = main(sys.argv[1:])
print(json.dumps({"status": status, "told": told}))
"""


@pytest.mark.parametrize(
    "command",
    [
        ["run", "alchemy", "--set", "agent=random-heuristic", "--set", "episodes=2", "--json"],
        [
            "run",
            "memory",
            "--set",
            "model=sam",
            "--set",
            "task=copy",
            "--set",
            "level=2",
            "--set",
            "episodes=16",
            "--json",
        ],
        ["run", "text-alchemy", "--preset", "quick", "--set", "episodes=1", "--json"],
        ["run", "feature-world", "--set", "episodes=2", "--json"],
        ["list", "--json"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_no_pickle_and_no_network_while_it_works(command, tmp_path):
    environment = {**os.environ, "ATHANOR_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *command],
        capture_output=True,
        text=True,
        env=environment,
        timeout=100,
        cwd=ROOT,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == {"status": 0, "told": []}, done.stderr[-2000:]
