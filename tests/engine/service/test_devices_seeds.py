"""Devices and seeds that a person may ask for."""

import sys

import pytest

from engine.errors import BadInput
from engine.service.devices import check_device, resolve_device
from engine.service.seeds import parse_seed


@pytest.mark.parametrize("name", ["auto", "cpu", "cuda", "cuda:0", "cuda:7"])
def test_known_devices_pass_where_torch_is_used(name):
    assert check_device(name, uses_torch=True) == name


@pytest.mark.parametrize("name", ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "CPU", "cpu "])
def test_unknown_devices_are_refused(name):
    with pytest.raises(BadInput, match="device may be auto, cpu, cuda or cuda:N"):
        check_device(name, uses_torch=True)


def test_a_gpu_is_refused_where_it_would_be_of_no_use():
    assert check_device("auto", uses_torch=False) == "auto"
    with pytest.raises(BadInput, match="does not use a GPU"):
        check_device("cuda", uses_torch=False)


def test_the_cpu_needs_no_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it would fail
    assert resolve_device("cpu") == "cpu"
    assert resolve_device("auto") == "cpu"
    with pytest.raises(BadInput, match="torch finds no GPU here"):
        resolve_device("cuda")


@pytest.mark.parametrize(("text", "seed"), [("0", 0), (" 7", 7), ("4294967295", 2**32 - 1)])
def test_seeds(text, seed):
    assert parse_seed(text) == seed


@pytest.mark.parametrize("text", ["-1", "4294967296", "1.5", "", "x", "1e3"])
def test_bad_seeds(text):
    with pytest.raises(BadInput, match="seed may be a whole number from 0 to 4294967295"):
        parse_seed(text)
