"""Energy-based memories: train, resume, cut down, examine; and the bench by hand, with what may go wrong."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save

from engine.associative import sequential
from engine.associative.examination import draw
from engine.associative.files import bundle_of_run, load_bundle, open_source, save_bundle, shipped_names
from engine.associative.model import Card, Ebmm
from engine.associative.training import Lessons, train
from engine.data.patterns import load
from engine.data.pictures import read_picture
from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.experiments.energy_memory import run
from engine.experiments.energy_memory_settings import EnergyMemoryConfiguration, RecallConfiguration
from engine.experiments.recall_play import run as play
from engine.runs import Record, RecordWriter

SMALL: dict[str, Any] = {
    "patterns": 3, "hidden": 8, "batch": 2, "updates": 4, "examined": 2, "save_every": 2, "reads": 2, "writes": 2,
}  # fmt: skip


def trained(
    folder: Path, *, parent: Path | None = None, seed: int = 3, **settings: Any
) -> tuple[Record, dict[str, Any]]:
    configuration = EnergyMemoryConfiguration.from_dict(SMALL | settings)
    writer = RecordWriter.create(folder, experiment="energy-memory", configuration=configuration.to_dict(), seed=seed)
    with writer:
        result = run(configuration, Context(writer, seed=seed, device="cpu", parent=parent))
        writer.finish("finished", result)
    return Record.open(writer.folder), result


def session(folder: Path, source: str, *commands: dict[str, Any], **settings: Any) -> Record:
    configuration = RecallConfiguration.from_dict({"source": source} | settings)
    control = Control()
    for command in (*commands, {"command": "finish"}):
        control.command(command)
    writer = RecordWriter.create(folder, experiment="recall-play", configuration=configuration.to_dict())
    with writer:
        play(configuration, Context(writer, seed=0, device="cpu", control=control))
        writer.finish("finished", {})
    return Record.open(writer.folder)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Record, dict[str, Any]]:
    return trained(tmp_path_factory.mktemp("runs"))


def test_the_result_has_every_control_beside_the_error(finished: tuple[Record, dict[str, Any]]) -> None:
    record, result = finished
    for key in ("error", "error_swap", "error_unwritten", "error_query", "error_raw_slots", "error_pca"):
        assert math.isfinite(result[key]), key
    assert result["floats"] <= 260
    assert result["verdict"] in ("memory", "denoiser")
    assert result["error_raw_slots"] == 0  # three of four slots suffice
    assert json.loads(json.dumps(result)) == result
    sizes, names = record.table("sizes").read(), [event["name"] for event in record.events("methods")]
    assert set(sizes["method"]) == set(range(len(names)))
    assert (sizes["used"] <= sizes["floats"]).all()


def test_the_record_shows_every_step_of_writing_and_reading(finished: tuple[Record, dict[str, Any]]) -> None:
    record, _ = finished
    traces = record.events("traces")
    assert [trace["updates"] for trace in traces] == [2, 4, 4]
    writing, reading, patterns = (record.table(name).read() for name in ("writing", "reading", "patterns"))
    one = reading[(reading["trace"] == 0) & (reading["pattern"] == reading["pattern"][0])]
    assert one["step"].tolist() == [0, 1, 2]
    query = patterns[one["pattern"][0]]
    np.testing.assert_array_equal(one["values"][0], query["values"])
    assert patterns[query["of"]]["role"] == 0
    data = load("digits")
    truth = patterns[query["of"]]["values"]
    np.testing.assert_allclose(one["error"], data.error(one["values"], truth[None]), rtol=1e-4)
    assert set(writing["step"]) == {0, 1, 2}
    last = record.table("weights").read()[-1]
    np.testing.assert_allclose(np.linalg.norm(last["change"]), np.linalg.norm(last["norm"]), rtol=1e-4)


def test_the_landscape_passes_through_its_patterns(finished: tuple[Record, dict[str, Any]]) -> None:
    record, _ = finished
    land, patterns = record.table("landscapes").read()[0], record.table("patterns").read()
    np.testing.assert_allclose(land["axes"] @ land["axes"].T, np.eye(2), atol=1e-5)
    for row in (land["first"], land["second"], land["query"]):
        offset = patterns[row]["values"] - land["origin"]
        np.testing.assert_allclose((land["axes"] @ offset) @ land["axes"], offset, atol=1e-4)
    assert not np.allclose(land["energy"][0], land["energy"][-1])


def test_the_same_seed_gives_the_same_result(tmp_path: Path, finished: tuple[Record, dict[str, Any]]) -> None:
    assert trained(tmp_path)[1] == finished[1]
    assert trained(tmp_path, seed=4)[1]["error"] != finished[1]["error"]


def test_a_stopped_training_goes_on_bit_for_bit() -> None:
    data, card = load("digits"), Card("dense", "digits", (8, 8, 1), 2, 8, 6, 2, 2, 3)

    def once(updates: int, stop: int = 10**9, resume: Any = None) -> Any:
        torch.manual_seed(0)
        model, kept, seen = Ebmm(card), [], [0]
        train(
            model, Lessons(data, 2, 2, 3, "block", 0.5), updates=updates, learning_rate=1e-3, clip=1.0, seed=5,
            updated=lambda update: seen.append(update.updates), stopping=lambda: seen[-1] >= stop, save=kept.append,
            save_every=100, resume=resume,
        )  # fmt: skip
        return kept[-1]

    whole, broken = once(6), once(6, resume=once(6, stop=3))
    assert whole[1] == broken[1] == {"updates": "6"}
    assert all(torch.equal(value, broken[0][name]) for name, value in whole[0].items())


def test_a_memory_can_be_cut_down_for_a_next_lesson(tmp_path: Path) -> None:
    parent, _ = trained(tmp_path, twin=False)
    child, result = trained(tmp_path, parent=parent.folder, floats=130, updates=0, twin=False)
    assert result["floats"] == 130
    wide, narrow = bundle_of_run(parent.folder).memory, bundle_of_run(child.folder).memory
    assert torch.equal(narrow.energy.memory_weight, wide.energy.memory_weight[:10])
    with pytest.raises(BadInput, match="do not fit"):
        trained(tmp_path, parent=parent.folder, hidden=9)


def test_a_loss_that_is_not_finite_stops_and_keeps_and_says_where() -> None:
    model = Ebmm(Card("dense", "digits", (8, 8, 1), 2, 8, 0, 2, 2, 3))
    with torch.no_grad():
        model.energy.inner_weight[0, 0] = math.nan
    kept: list[Any] = []
    with pytest.raises(BadInput, match=r"after 0 updates because the weight energy\.inner_weight is not finite"):
        train(
            model, Lessons(load("digits"), 2, 3, 3, "block", 0.5), updates=3, learning_rate=1e-3, clip=1.0, seed=0,
            updated=lambda _: None, stopping=lambda: False, save=kept.append, save_every=1,
        )  # fmt: skip
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"floats": 5}, "floats must be at least 13"),
        ({"patterns": 0}, "patterns may be a whole number from 1 to 1024"),
        ({"patterns": 600}, "patterns must be at most 53[0-9] for digits"),
        ({"data": "faces"}, "data may be one of bits, digits"),
        ({"size": 9}, "size may be one of 8 for digits"),
        ({"fewest": 4}, "fewest must be at most patterns"),
        ({"data": "bits", "form": "recurrent"}, "hidden must be above 16"),
        ({"data": "bits", "form": "recurrent", "wells": 1.0}, "wells are for the dense form only"),
        ({"wells": 1.0, "hidden": 8}, "wells need at least"),
    ],
)
def test_bad_settings_are_one_clear_sentence(tmp_path: Path, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        trained(tmp_path, **settings)


def test_more_patterns_than_memory_can_hold_work_and_are_worse(tmp_path: Path) -> None:
    _, result = trained(tmp_path, data="bits", size=8, floats=9, patterns=64, twin=False)
    assert result["error_raw_slots"] > 0.9 * result["error_query"]
    assert set(result["by_patterns"]) == {"16", "32", "64", "128"}


@pytest.mark.parametrize(
    "settings", [{"form": "recurrent", "data": "bits", "floats": 99}, {"form": "convolutional", "floats": 500}]
)
def test_every_form_trains(tmp_path: Path, settings: dict[str, Any]) -> None:
    assert math.isfinite(trained(tmp_path, twin=False, code=0, **settings)[1]["error"])


@pytest.mark.parametrize("name", ["lstm", "ntm", "dnc"])
def test_recurrent_rivals_use_no_more_than_the_memory_and_learn(name: str) -> None:
    data = load("bits", 6)
    lessons = Lessons(data, 32, 1, 1, "noise", 0.5)
    exam = draw(data, np.random.default_rng(9), 64, 1, "noise", 0.5)
    used, errors = [], []
    for updates in (0, 120):
        network = sequential.learn(name, lessons, 60, updates, 0, lambda: None)
        found = sequential.method(name, network, lessons, exam, 60)
        used.append(found.floats)
        errors.append(found.errors.mean())
    assert used == [60, 60]
    assert errors[1] < 0.8 * errors[0]


def test_the_command_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "engine.cli", "run", "energy-memory", "--json", "--set", "patterns=0"]
    done = subprocess.run(command, capture_output=True, text=True, env={"ATHANOR_HOME": str(tmp_path), "PATH": ""})
    assert done.returncode == 2
    assert "patterns may be" in done.stderr


def test_a_session_writes_damages_reads_and_refuses(tmp_path: Path, finished: tuple[Record, dict[str, Any]]) -> None:
    source = finished[0].folder
    picture = tmp_path / "seven.png"
    Image.new("LA", (37, 20), (30, 255)).save(picture)
    record = session(
        source.parent,
        source.name,
        {"command": "write", "patterns": [[-1.0] * 64, [1.0] * 64]},
        {"command": "read", "trace": 1, "values": [0.5] * 64, "of": 1, "steps": 4},
        {"command": "read", "trace": 1, "values": [0.0] * 64},
        {"command": "attractors", "trace": 1, "starts": 10},
        {"command": "write", "files": [str(picture)]},
        {"command": "read", "trace": 9, "values": [0.0] * 64},
        {"command": "read", "trace": 1, "values": [2.0] * 64},
        {"command": "read", "trace": 1, "values": ["x"] * 64},
        {"command": "write", "patterns": []},
        {"command": "write", "files": ["nothing.png"]},
        {"command": "damage", "trace": 0, "amount": 3},
        {"command": "dance"},
    )
    assert [trace["title"] for trace in record.events("traces")] == ["3 examples, seed 0", "2 of your own", "1 picture"]
    reasons = [event["reason"] for event in record.events("refused")]
    for reason, words in zip(
        reasons,
        (
            "no trace 9",
            "from -1 to 1",
            "must be numbers",
            "list of 1 to",
            "nothing.png cannot be read",
            "amount",
            "dance",
        ),
        strict=True,
    ):
        assert words in reason
    reading = record.table("reading").read()
    mine = reading[reading["trace"] == 1]
    assert sorted(mine["step"].tolist()) == [0, 0, 1, 1, 2, 2, 3, 4]
    assert np.isfinite(mine["swapped"][:5]).all()
    assert np.isnan(mine["error"][5:]).all()
    attractors = record.table("attractors").read()
    assert attractors["starts"].sum() == 10
    (controls,) = record.events("controls")
    assert controls["verdict"] in ("memory", "denoiser")
    assert controls["error_unwritten"] > 0


def test_a_bundle_survives_its_file_and_damage_is_told(tmp_path: Path, finished: tuple[Record, dict[str, Any]]) -> None:
    bundle = bundle_of_run(finished[0].folder)
    path = save_bundle(tmp_path, "small", bundle, bundle.memory.card)
    again = load_bundle(path)
    assert again.memory.card == bundle.memory.card
    np.testing.assert_allclose(again.examples, bundle.examples, atol=0.005)
    for name, value in bundle.memory.state_dict().items():
        torch.testing.assert_close(value, again.memory.state_dict()[name], rtol=1e-3, atol=1e-6)
    with safe_open(path, framework="pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    whole, examples = path.read_bytes(), tensors.pop("examples")
    for data, words in (
        (save(tensors), "cannot be read as an energy-based memory: 'examples'"),
        (
            save(tensors | {"examples": examples[:, 1:].contiguous()}),
            r"has examples of \(63,\) values for patterns of 64",
        ),
        (whole[:100], "cannot be read as an energy-based memory"),
    ):
        path.write_bytes(data)
        with pytest.raises(BadInput, match=words):
            load_bundle(path)


def test_memories_that_there_are_not_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"source may be pretrained/ and one of .*, not pretrained/none"):
        open_source("pretrained/none", tmp_path)
    with pytest.raises(BadInput, match="There is no run 20260101-000000-x-0000 in"):
        open_source("20260101-000000-x-0000", tmp_path)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P", "I;16", "CMYK"])
@pytest.mark.parametrize("size", [(1, 1), (300, 7), (8, 8)])
def test_pictures_of_any_size_and_mode(tmp_path: Path, mode: str, size: tuple[int, int]) -> None:
    path = tmp_path / ("picture.tif" if mode in ("CMYK", "I;16") else "picture.png")
    Image.new(mode, size).save(path)
    for shape, binary in (((8, 8, 1), False), ((16, 16, 1), True), ((32, 32, 3), False)):
        values = read_picture(path, shape, binary=binary)
        assert values.shape == (shape[0] * shape[1] * shape[2],)
        assert np.abs(values).max() <= 1


def test_dark_strokes_on_paper_become_ink(tmp_path: Path) -> None:
    image = Image.new("L", (16, 16), 255)
    image.putpixel((5, 3), 0)
    image.save(tmp_path / "dot.png")
    values = read_picture(tmp_path / "dot.png", (16, 16, 1), binary=True).reshape(16, 16)
    assert np.argwhere(values > 0).tolist() == [[3, 5]]


def test_a_damaged_picture_is_told(tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    Image.new("L", (50, 50), 128).save(path)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(BadInput, match=r"broken\.png cannot be read as a picture"):
        read_picture(path, (8, 8, 1), binary=False)


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_memories_are_memories(tmp_path: Path, name: str) -> None:
    record = session(tmp_path, f"pretrained/{name}")
    (controls,) = record.events("controls")
    assert controls["verdict"] == "memory"
    assert controls["error"] < controls["error_query"]
