from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.runs import RecordWriter, RunIndex, reindex

AGENTS = ("uniform", "ideal-observer", "search-oracle")
TITLES = ("gold", "silver", "tin", "copper", "mercury", "iron", "lead")  # no digits, which ids hold by chance


def make(folder: Path, number: int, **changes: object) -> str:
    """One small finished run; returns its id."""
    settings = {"agent": AGENTS[number % 3], "level": {"name": "fixed"}, "episodes": 10 * number}
    made = {"experiment": "alchemy", "configuration": settings, "seed": number, "title": f"Run {TITLES[number % 7]}"}
    with RecordWriter.create(folder, **{**made, **changes}) as writer:  # type: ignore[arg-type]
        writer.finish(result={"score_mean": float(number % 4), "count": number} if number else None)
    return writer.id


@pytest.fixture
def runs(tmp_path: Path) -> list[str]:
    ids = [make(tmp_path, number) for number in range(6)]
    ids.append(make(tmp_path, 6, experiment="memory", configuration={"model": "dnc"}, title=""))
    return ids


@pytest.fixture
def index(tmp_path: Path, runs: list[str]) -> Iterator[RunIndex]:
    found = RunIndex(tmp_path)
    assert found.refresh() == len(runs)
    assert found.note is None
    yield found
    found.close()


def test_rows_say_what_the_records_say(index: RunIndex, runs: list[str]) -> None:
    row = index.get(runs[4])
    assert (row.id, row.experiment, row.title, row.status, row.seed) == (
        runs[4],
        "alchemy",
        "Run mercury",
        "finished",
        4,
    )
    assert row.configuration == {"agent": "ideal-observer", "level": {"name": "fixed"}, "episodes": 40}
    assert row.result == {"score_mean": 0.0, "count": 4}
    assert index.get(runs[0]).result is None
    assert index.folder(runs[4]).name == runs[4]
    for unknown in ("nothing", "../x", ""):
        with pytest.raises(BadInput, match="no run"):
            index.get(unknown)


def test_filters(index: RunIndex, runs: list[str]) -> None:
    def seeds(**filters: object) -> set[int | None]:
        found = {row.seed for row in index.list(**filters)}  # type: ignore[arg-type]
        assert index.count(**filters) == len(found)  # type: ignore[arg-type]
        return found

    assert seeds() == set(range(7))
    assert seeds(text="IDEAL observer") == {1, 4}
    assert seeds(text="ideal MERCURY") == {4}
    assert seeds(text="%") == set()
    assert seeds(text="_mean") == set()  # results are not words to search
    assert seeds(text="' OR 1 --") == set()
    assert seeds(experiment="memory") == {6}
    assert seeds(status="running") == set()
    assert seeds(status=["running", "finished"]) == set(range(7))
    assert seeds(status=[]) == set()
    index.edit(runs[2], archived=True)
    assert seeds() == set(range(7)) - {2}
    assert seeds(archived=True) == {2}
    assert seeds(archived=None) == set(range(7))


def test_sorting_with_missing_values_last(index: RunIndex) -> None:
    def seeds(sort: str, **more: object) -> list[int | None]:
        return [row.seed for row in index.list(sort=sort, **more)]  # type: ignore[arg-type]

    assert seeds("seed", descending=False) == [0, 1, 2, 3, 4, 5, 6]
    assert seeds("seed", limit=2, offset=1) == [5, 4]
    assert seeds("result.count", descending=False) == [1, 2, 3, 4, 5, 6, 0]
    assert seeds("result.count", descending=True) == [6, 5, 4, 3, 2, 1, 0]
    assert seeds("configuration.level.name")[-1] == 6
    assert seeds("configuration.episodes") == [5, 4, 3, 2, 1, 0, 6]
    for sort in (
        "words",
        "nothing",
        "result.",
        "result",
        "id; DROP TABLE runs",
        'configuration.a"b',
        "configuration.a b",
    ):
        if sort == "result":
            assert len(seeds(sort)) == 7
            continue
        with pytest.raises(BadInput, match="cannot be sorted by"):
            index.list(sort=sort)


def test_refresh_sees_new_changed_and_gone(index: RunIndex, runs: list[str], tmp_path: Path) -> None:
    assert index.refresh() == 0
    new = make(tmp_path, 9)
    status = tmp_path / runs[0] / "status.json"
    content = json.loads(status.read_bytes())
    status.write_text(json.dumps(content | {"status": "failed", "error": "it broke"}))
    os.rename(tmp_path / runs[1], tmp_path.parent / runs[1])
    (tmp_path / "not a run").mkdir()
    assert index.refresh() == 4
    assert index.get(new).seed == 9
    assert (index.get(runs[0]).status, index.get(runs[0]).error) == ("failed", "it broke")
    with pytest.raises(BadInput):
        index.get(runs[1])
    damaged = index.get("not a run")
    assert damaged.status == "damaged"
    assert "run.json" in str(damaged.error)
    assert index.refresh() == 0


def test_a_live_run_is_followed(index: RunIndex, tmp_path: Path) -> None:
    with RecordWriter.create(tmp_path, experiment="alchemy", configuration={}) as writer:
        index.refresh()
        assert index.get(writer.id).status == "running"
        writer.progress(3, 8, "episodes")
        writer.flush()
        assert index.refresh() == 1
        row = index.get(writer.id)
        assert (row.done, row.total, row.unit) == (3, 8, "episodes")
    assert index.refresh() == 1
    assert index.get(writer.id).status == "finished"


def test_delete_and_restore(index: RunIndex, runs: list[str], tmp_path: Path) -> None:
    gone = index.delete(runs[3])
    assert gone == tmp_path / ".trash" / runs[3]
    assert (gone / "run.json").is_file()
    assert index.count() == 6
    assert index.refresh() == 0  # the trash is not listed
    assert index.restore(runs[3]).seed == 3
    assert index.count() == 7
    assert index.refresh() == 0
    for unknown in (runs[3], "", ".", "..", "../" + runs[0], "a/b"):
        with pytest.raises(BadInput, match="has no run"):
            index.restore(unknown)


def test_the_trash_keeps_runs_of_the_same_name_apart(index: RunIndex, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / "copy").mkdir()
        (tmp_path / "copy" / "number").write_text(str(number))
        index.refresh()
        trashed = index.delete("copy")
        assert (trashed / "number").read_text() == str(number)
    assert index.restore(trashed.name).id == "copy"
    with pytest.raises(BadInput, match="again"):
        index.restore("copy")


def test_what_a_person_wrote_survives_a_rebuild(index: RunIndex, runs: list[str], tmp_path: Path) -> None:
    index.tag(runs[0], "good", "paper")
    row = index.tag(runs[0], "good", "again")
    assert row.tags == ("again", "good", "paper")
    assert index.edit(runs[0], title="Best so far", colour="#D55E00").colour == "#D55E00"
    assert [found.id for found in index.list("paper best")] == [runs[0]]
    index.close()
    for path in tmp_path.glob("index.sqlite*"):
        path.unlink()
    assert reindex(tmp_path) == 7
    assert reindex(tmp_path) == 7
    again = RunIndex(tmp_path)
    row = again.get(runs[0])
    assert (row.title, row.tags, row.colour) == ("Best so far", ("again", "good", "paper"), "#D55E00")
    assert again.edit(runs[0], title=None, tags=()).title == "Run gold"
    again.close()


@pytest.mark.parametrize(
    "changes", [{"colour": "red"}, {"colour": 3}, {"tags": ["a,b"]}, {"tags": "abc"}, {"tags": [1]}, {"title": "a\nb"}]
)
def test_notes_that_make_no_sense_are_refused(index: RunIndex, runs: list[str], changes: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        index.edit(runs[0], **changes)
    assert not (index.folder(runs[0]) / "notes.json").exists()


def test_damaged_notes_are_set_aside_not_lost(index: RunIndex, runs: list[str]) -> None:
    notes = index.folder(runs[0]) / "notes.json"
    notes.write_text('{"tags": ["precious"')
    assert index.refresh() == 1
    index.tag(runs[0], "new")
    assert notes.with_name("notes.json.damaged").read_text() == '{"tags": ["precious"'


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_corrupt_index_is_made_anew(runs: list[str], tmp_path: Path, content: bytes) -> None:
    (tmp_path / "index.sqlite").write_bytes(content)
    index = RunIndex(tmp_path)
    index.refresh()
    assert index.count() == len(runs)
    assert index.note is None if content == b"" else "made anew" in str(index.note)
    index.close()
    again = RunIndex(tmp_path)
    assert again.refresh() == 0
    again.close()


def test_an_index_that_breaks_while_open_is_made_anew(index: RunIndex, runs: list[str], tmp_path: Path) -> None:
    index.close()
    again = RunIndex(tmp_path)
    path = tmp_path / "index.sqlite"
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    assert {row.id for row in again.list()} == set(runs)
    assert again.count() == len(runs)
    assert "made anew" in str(again.note)
    again.close()


def test_a_database_of_another_program_is_kept(runs: list[str], tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "index.sqlite") as foreign:
        foreign.execute("CREATE TABLE runs (precious TEXT)")
        foreign.execute("INSERT INTO runs VALUES ('data')")
    foreign.close()
    index = RunIndex(tmp_path)
    assert index.refresh() == len(runs)
    index.close()
    kept = sqlite3.connect(tmp_path / "index.sqlite.damaged")
    assert kept.execute("SELECT * FROM runs").fetchall() == [("data",)]
    kept.close()


def test_where_no_file_can_be_the_index_lives_in_memory(runs: list[str], tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").mkdir()
    (tmp_path / "index.sqlite" / "file").write_text("in the way")
    index = RunIndex(tmp_path)
    index.refresh()
    assert "in memory" in str(index.note)
    assert {row.id for row in index.list() if row.status == "finished"} == set(runs)
    index.close()


def test_a_read_only_runs_folder_can_be_listed(
    runs: list[str], tmp_path: Path, read_only: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with read_only(tmp_path):
        index = RunIndex(tmp_path)
        index.refresh()
        assert "in memory" in str(index.note)
        assert {row.id for row in index.list()} == set(runs)
        index.close()


def test_a_locked_index_falls_back_to_memory(index: RunIndex, runs: list[str], tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "index.sqlite", isolation_level=None)
    index._database._connection.execute("PRAGMA busy_timeout = 50")  # not the five seconds a person may wait
    holder.execute("BEGIN EXCLUSIVE")
    make(tmp_path, 7)
    index.refresh()
    assert index.count() == len(runs) + 1
    assert "in memory" in str(index.note)
    holder.close()


def test_a_runs_folder_that_vanishes_leaves_the_index_as_it_was(index: RunIndex, tmp_path: Path) -> None:
    index.runs_folder = tmp_path / "gone"
    with pytest.raises(BadInput, match="cannot be read"):
        index.refresh()
    assert index.count() == 7
    with pytest.raises(BadInput, match="no runs folder"):
        RunIndex(tmp_path / "index.sqlite" / "x")


WINDOW = """
import sys
from engine.runs import RecordWriter, RunIndex

print("ready", flush=True)
sys.stdin.readline()
index = RunIndex(sys.argv[1])
for number in range(25):
    with RecordWriter.create(sys.argv[1], experiment="window", configuration={"n": number}) as writer:
        pass
    index.refresh()
    index.tag(writer.id, f"tag{number}")
    assert index.get(writer.id).tags == (f"tag{number}",)
    if number % 5 == 0:
        index.restore(index.delete(writer.id).name)
print(index.note)
"""


def test_two_windows_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WINDOW, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    windows = [subprocess.Popen(command, **pipes) for _ in range(2)]  # type: ignore[call-overload]
    for window in windows:
        assert window.stdout.readline() == "ready\n"
    for window in windows:  # both begin a new index at the same moment
        window.stdin.write("go\n")
        window.stdin.flush()
    for window in windows:
        output, errors = window.communicate(timeout=60)
        assert (output, errors, window.returncode) == ("None\n", "", 0)
    index = RunIndex(tmp_path)
    index.refresh()  # a window that read a record just before the other wrote to it left one row for this to mend
    assert index.refresh() == 0
    assert index.count() == 50
    assert all(len(row.tags) == 1 for row in index.list())
    index.close()


def test_threads_share_an_index(index: RunIndex, tmp_path: Path) -> None:
    failures: list[Exception] = []

    def use() -> None:
        try:
            for _ in range(30):
                index.refresh()
                assert len(index.list(sort="seed")) >= 7
        except Exception as error:  # noqa: BLE001 - reported below
            failures.append(error)

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(10, 20):
        make(tmp_path, number)
    for thread in threads:
        thread.join()
    assert failures == []
    index.refresh()
    assert index.count() == 17
