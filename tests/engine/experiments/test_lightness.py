"""What the window imports must stay light: settings of every experiment without torch or the compiler."""

import subprocess
import sys

import pytest

from engine.experiments.catalogue import EXPERIMENTS


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_settings_load_neither_torch_nor_numba(name):
    code = (
        "import sys\n"
        "from engine.experiments.catalogue import find\n"
        f"find({name!r}).configuration_class().describe()\n"
        "heavy = {'torch', 'numba', 'openai', 'llama_cpp', 'xllamacpp'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
