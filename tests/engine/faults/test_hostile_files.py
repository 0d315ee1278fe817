"""Every reader of files: right ones are read, what once broke it and a few hundred broken ones are refused in words.

``python -m tests.fuzz`` does the same a hundred thousand times.
"""

import random

import pytest

from tests.fuzz import datasets, models, records
from tests.fuzz.__main__ import CORPUS, attempt
from tests.fuzz.mutate import mutate

INPUTS = 60
READERS = {reader.name: reader for reader in (*records.READERS, *datasets.READERS, *models.READERS)}


@pytest.mark.filterwarnings("ignore")  # of decoders, about what they do not like in a picture
@pytest.mark.parametrize("name", READERS)
def test_files_are_read_or_refused_in_words(name, tmp_path):
    reader, chance = READERS[name], random.Random(1)
    right = reader.seeds()
    known = sorted((CORPUS / name).glob("*"))
    made = reader.making() if reader.making else None
    for data in right:
        file = tmp_path / name
        file.write_bytes(data)
        reader.read(file)  # nothing is raised
    for path in known:
        assert attempt(reader, path.read_bytes(), tmp_path) == "", path.name
    for number in range(INPUTS):
        data = made(chance) if made and number % 2 else mutate(chance.choice(right), chance)
        assert attempt(reader, data, tmp_path) == ""


def test_every_file_of_the_corpus_belongs_to_a_reader():
    from tests.fuzz import window

    windows = {reader.name for reader in window.READERS}
    assert {folder.name for folder in CORPUS.iterdir()} <= set(READERS) | windows
