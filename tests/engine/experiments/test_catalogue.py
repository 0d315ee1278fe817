"""The catalogue: every entry can be imported, every preset is valid, unknown names are answered with the known ones."""

import subprocess
import sys

import pytest

from engine.errors import BadInput
from engine.experiments.catalogue import EXPERIMENTS, find
from engine.experiments.configuration import Configuration


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_is_there_and_its_presets_are_valid(name):
    experiment = find(name)
    assert experiment.name == name
    assert callable(experiment.load())
    assert issubclass(experiment.configuration_class(), Configuration)
    for preset in experiment.presets:
        experiment.configure(preset, {})


def test_unknown_names_are_answered_with_the_known_ones():
    with pytest.raises(BadInput, match=r"experiment may be one of alchemy, .* not 'alchmy' \(did you mean alchemy\?\)"):
        find("alchmy")
    with pytest.raises(BadInput, match="preset may be one of quick, minute for pulse, not 'slow'"):
        find("pulse").configure("slow", {})


def test_settings_overrule_the_preset():
    configuration = find("pulse").configure("quick", {"steps": "7"})
    assert (configuration.steps, configuration.rate_hz) == (7, 100.0)


def test_the_list_imports_none_of_them():
    code = "import sys, engine.experiments.catalogue; print([m for m in sys.modules if m.startswith('engine.alchemy')])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
