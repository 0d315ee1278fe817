"""The measurement prints one JSON line that agrees with the recordings."""

import json

import pytest

from engine.agents.measure import main
from engine.data.folders import find
from engine.errors import BadInput


def test_the_oracle_measured_against_itself(capsys):
    try:
        find("alchemy_evaluation_200.jsonl.gz")
    except BadInput as missing:
        pytest.skip(str(missing))
    assert main(["search-oracle", "--episodes", "3", "--reference", "search_oracle"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["difference_mean"] == figures["difference_sem"] == 0
    assert figures["episodes"] == 3
    assert figures["cpu_seconds_per_episode"] > 0


def test_bad_input_is_named(capsys):
    assert main(["nobody"]) == 2
    assert "no agent called 'nobody'" in capsys.readouterr().err
