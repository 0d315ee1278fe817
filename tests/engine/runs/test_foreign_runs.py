"""Event files that TensorBoard itself reads and writes, CSV logs, and files nobody should trust."""

from __future__ import annotations

import importlib.util
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadInput
from engine.runs import Record, RunIndex
from engine.runs.event_file import (
    Curves,
    masked_checksums,
    scalar_message,
    text_message,
    version_message,
)
from engine.runs.export import export
from engine.runs.foreign import import_all, split_seed
from tests.engine.runs.event_files import read_events, write_events

needs_tensorboard = pytest.mark.skipif(
    importlib.util.find_spec("tensorboard") is None, reason="tensorboard is not installed"
)


def curve(found: Curves, tag: str) -> list[tuple[int, float]]:
    return list(zip(found.points[tag].steps, found.points[tag].values, strict=True))


def test_checksums_known_from_elsewhere() -> None:
    """CRC-32C of RFC 3720 (appendix B.4), masked as the format wants."""
    known = {b"\0" * 32: 0x8A9136AA, b"\xff" * 32: 0x62A8AB43, bytes(range(32)): 0x46DD794E, b"123456789": 0xE3069283}
    masked = [((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF for crc in known.values()]
    assert masked_checksums(list(known)) == masked


@needs_tensorboard
@pytest.mark.filterwarnings("ignore")
def test_tensorboard_reads_what_was_exported(finished: Record, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder = export(finished, "tensorboard", tmp_path / "out")
    found = EventAccumulator(str(folder))
    found.Reload()
    assert sorted(found.Tags()["scalars"]) == ["loss/train", "score"]
    assert [(event.step, event.value) for event in found.Scalars("score")] == [(10 * n, n * n) for n in range(4)]
    assert [event.value for event in found.Scalars("loss/train")] == [0, -1, -2, -3]
    steps = finished.table("scalars").read()
    assert found.Scalars("score")[0].wall_time == pytest.approx(steps["time"][0])
    (text,) = found.Tensors(found.Tags()["tensors"][0])
    assert b"uniform" in text.tensor_proto.string_val[0]


@needs_tensorboard
@pytest.mark.filterwarnings("ignore")
def test_what_tensorboard_writes_is_read(tmp_path: Path) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    from tensorboard.util.tensor_util import make_tensor_proto

    writer = EventFileWriter(str(tmp_path))
    for step in range(3):
        value = Summary.Value(tag="plain", simple_value=0.5 * step)
        writer.add_event(Event(wall_time=7.5, step=step, summary=Summary(value=[value])))
        for tag, tensor in (
            ("new", make_tensor_proto(np.float32(step))),
            ("double", make_tensor_proto(np.float64(-step))),
            ("whole", make_tensor_proto(np.int64(-step))),
            ("list", TensorProto(dtype=1, float_val=[float(step)])),
            ("vector", make_tensor_proto(np.zeros(3, np.float32))),
        ):
            writer.add_event(
                Event(wall_time=8, step=step, summary=Summary(value=[Summary.Value(tag=tag, tensor=tensor)]))
            )
    writer.close()
    (path,) = tmp_path.iterdir()
    found = read_events(path)
    assert found.damaged == 0
    assert set(found.points) == {"plain", "new", "double", "whole", "list"}
    assert curve(found, "plain") == [(0, 0.0), (1, 0.5), (2, 1.0)]
    assert curve(found, "new") == curve(found, "list") == [(0, 0.0), (1, 1.0), (2, 2.0)]
    assert curve(found, "double") == curve(found, "whole") == [(0, 0.0), (1, -1.0), (2, -2.0)]
    assert set(found.points["plain"].times) == {7.5}


@given(
    st.lists(
        st.tuples(
            st.text(min_size=1, max_size=8),
            st.integers(-(2**63), 2**63 - 1),
            st.floats(width=32),
            st.floats(0, 1e10),
        ),
        max_size=12,
    )
)
@settings(max_examples=40, deadline=None)
def test_every_point_comes_back(tmp_path_factory: pytest.TempPathFactory, points: list) -> None:  # type: ignore[type-arg]
    path = tmp_path_factory.mktemp("events") / "events.out.tfevents.1"
    write_events(
        path, version_message(1.0), text_message("words", "none", 1.0), *(scalar_message(*point) for point in points)
    )
    found = read_events(path)
    assert found.damaged == 0
    assert found.count == len(points)
    for tag in {point[0].encode("utf-8", "replace").decode() for point in points}:
        mine = [point for point in points if point[0].encode("utf-8", "replace").decode() == tag]
        assert list(found.points[tag].steps) == [point[1] for point in mine]
        np.testing.assert_array_equal(found.points[tag].values, [point[2] for point in mine])


def test_a_cut_file_gives_what_is_whole(tmp_path: Path) -> None:
    path = write_events(tmp_path / "a.tfevents", *(scalar_message("x", n, n, 0) for n in range(5)))
    data = path.read_bytes()
    for end in range(len(data)):
        path.write_bytes(data[:end])
        found = read_events(path) if end >= len(data) // 5 else None
        if found:
            assert found.count == end // (len(data) // 5)
            assert found.damaged == (end % (len(data) // 5) > 0)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damage_is_counted_and_never_becomes_a_value(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = write_events(tmp_path_factory.mktemp("d") / "a.tfevents", *(scalar_message("x", n, n, 0) for n in range(5)))
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        found = read_events(path)
    except BadInput:
        return
    assert found.damaged >= 1
    assert all(step == value and 0 <= step < 5 for tag in found.points for step, value in curve(found, tag))


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_noise_with_right_checksums_is_no_danger(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = write_events(tmp_path_factory.mktemp("n") / "a.tfevents", noise, scalar_message("x", 1, 2.0, 0))
    found = read_events(path)
    assert curve(found, "x")[-1] == (1, 2.0)


def test_files_that_are_no_event_files(tmp_path: Path) -> None:
    huge = tmp_path / "huge.tfevents"
    huge.write_bytes(
        (2**62).to_bytes(8, "little") + masked_checksums([(2**62).to_bytes(8, "little")])[0].to_bytes(4, "little")
    )
    words = tmp_path / "words.tfevents"
    words.write_bytes(b"cos\nsystem\n" * 50)
    for path in (huge, words):
        with pytest.raises(BadInput, match="not a TensorBoard event file"):
            read_events(path)
    with pytest.raises(BadInput, match="not an ordinary file"):
        read_events(tmp_path)
    os.mkfifo(tmp_path / "pipe.tfevents")
    with pytest.raises(BadInput, match="not an ordinary file"):
        read_events(tmp_path / "pipe.tfevents")
    with pytest.raises(BadInput, match="no file"):
        read_events(tmp_path / "gone")


@pytest.mark.parametrize(
    ("path", "name", "seed"),
    [
        ("dqn/seed_3", "dqn", 3),
        ("dqn-s12", "dqn", 12),
        ("seed0/big/dqn", "big/dqn", 0),
        ("dqn", "dqn", 0),
        ("seeds", "seeds", 0),
        ("lstm_256/seed=7/logs", "lstm_256/logs", 7),
    ],
)
def test_seeds_in_paths(path: str, name: str, seed: int) -> None:
    assert split_seed(path) == (name, seed)


def test_a_folder_of_logs_becomes_records_once(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    for seed in (1, 2):
        folder = logs / "dqn" / f"seed_{seed}"
        folder.mkdir(parents=True)
        (folder / "progress.csv").write_text(
            "timesteps,return,note,loss\n100,1.5,first,\n200,nan,second,0.25\n300,2.5,third,oops\n\n400,3.5\n"
        )
        (folder / "config.json").write_text('{"agent": "dqn", "lr": 0.001}')
    events = logs / "tb"
    events.mkdir()
    write_events(
        events / "events.out.tfevents.9.host", scalar_message("a b\n", 5, 1.0, 3.0), scalar_message("a b?", 6, 2.0, 3.0)
    )
    (logs / "table.csv").write_text("1,2\n3,4\n")
    (logs / "link.csv").symlink_to("/etc/passwd")
    taken, refused = import_all(logs, tmp_path / "runs")
    assert len(taken) == 3
    assert list(refused) == ["table"]
    assert "first line should name the columns" in refused["table"]
    records = {Record.open(tmp_path / "runs" / name).metadata.title: name for name in taken}
    record = Record.open(tmp_path / "runs" / records["dqn/seed_2"])
    assert record.metadata.seed == 2
    assert record.metadata.configuration == {
        "agent": "dqn", "lr": 0.001, "source": "dqn/seed_2", "name": "dqn", "kind": "csv"
    }  # fmt: skip
    steps, values = record.scalars("return")
    assert steps.tolist() == [100, 200, 300, 400]
    np.testing.assert_array_equal(values, [1.5, math.nan, 2.5, 3.5])
    assert record.scalars("loss")[0].tolist() == [200]
    status = record.status()
    assert status.status == "finished"
    assert status.result is not None
    assert status.result["damaged"] == 1
    assert "note" not in record.scalar_names()
    board = Record.open(tmp_path / "runs" / records["tb"])
    assert board.scalar_names() == ["a b?", "a b? (2)"]
    again, refused = import_all(logs, tmp_path / "runs")
    assert again == []
    assert "imported before" in refused["tb"]
    index = RunIndex(tmp_path / "runs")
    index.refresh()
    assert index.count() == 3
    index.close()
    with pytest.raises(BadInput, match="holds no record"):
        import_all(_empty(tmp_path), tmp_path / "runs")


def _empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def test_hostile_csv(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "long.csv").write_text("step,x\n1," + "9" * 200_000 + "\n2,5\n")
    (logs / "nul.csv").write_bytes(b"step,x\n\x00\x001,\xff\xfe2\n3,4\n")
    (logs / "wide.csv").write_text(",".join(f"c{n}" for n in range(1500)) + "\n")
    (logs / "words.csv").write_text("a,b\nx,y\n")
    (logs / "blank.csv").write_text("")
    taken, refused = import_all(logs, tmp_path / "runs")
    assert {*refused} == {"wide", "words", "blank"}
    found = {Record.open(tmp_path / "runs" / name).metadata.title: name for name in taken}
    for name in ("long", "nul"):
        record = Record.open(tmp_path / "runs" / found[name])
        assert record.scalars("x")[1].tolist() == [{"long": 5, "nul": 4}[name]]
        assert (record.status().result or {})["damaged"] == 1
