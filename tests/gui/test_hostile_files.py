"""Settings and arrangement of the window from files that are broken, and from some that once ended the program."""

import random

import pytest

from tests.fuzz import window
from tests.fuzz.__main__ import attempt
from tests.fuzz.mutate import mutate

READERS = {reader.name: reader for reader in window.READERS}


@pytest.mark.parametrize("name", READERS)
def test_files_are_read_or_left_aside(name, qapp, tmp_path):
    reader, chance = READERS[name], random.Random(1)
    right, made = reader.seeds(), reader.making() if reader.making else None
    for number in range(200):
        data = made(chance) if made and number % 2 else mutate(chance.choice(right), chance)
        assert attempt(reader, data, tmp_path) == ""
    for data in right:
        assert attempt(reader, data, tmp_path) == ""
    if name == "layout.json":
        window.the_window().hide()  # one that was maximised is shown
