import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.alchemy.episodes import read_episodes, read_recordings, sample_episode
from engine.runs import Record
from gui.pages.alchemy import script
from gui.pages.alchemy.export import AnimationJob, Clip
from gui.pages.alchemy.model import Situations
from tests.gui.alchemy.sample import LEVEL, write

ROOT = Path(__file__).resolve().parents[3]


def test_the_python_lines_lead_to_the_situation_on_screen(situations, path):
    index = 30
    text = script.python_lines(situations, path, index, 0)
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )
    score = situations.nodes["score"][path.rows[index]]
    assert done.stdout.splitlines()[0] == f"points {score:.0f}"


def test_the_command_line_names_agent_level_and_seed(situations):
    words = script.command_line(situations, 0, "level-3").split()
    assert words[:3] == ["athanor", "run", "alchemy"]
    assert "agent=level-3" in words
    assert f"level={LEVEL.name}" in words
    assert words[-2:] == ["--seed", "1337"]


def test_the_table_has_one_row_a_step_and_its_rewards_add_up(situations, path):
    rows = list(csv.DictReader(script.table(situations, path).splitlines()))
    assert len(rows) == len(path.rows) - 1
    assert sum(float(row["reward"]) for row in rows) == float(rows[-1]["score"])
    assert float(rows[-1]["score"]) == pytest.approx(float(situations.nodes["score"][path.rows[-1]]))


def test_the_json_line_is_read_back_as_the_same_episode_and_actions(situations, path, tmp_path):
    file = tmp_path / "episode.jsonl"
    file.write_text(script.episode_line(situations, path, 0, "you"), encoding="utf-8")
    again = read_episodes(file)[0]
    made = sample_episode(np.random.RandomState(1337), LEVEL)
    assert again.chemistry == made.chemistry
    assert (again.potions == made.potions).all()
    recording = read_recordings(file)[0]["you"]
    assert sum(recording.rewards) == situations.nodes["score"][path.rows[-1]]
    flat = [action for trial in recording.actions for action in trial]
    taken = situations.nodes["action"][list(path.rows[1:])]
    assert flat == [int(action) for action in taken if action > 0]


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_an_animation_has_a_frame_for_each_situation(qtbot, tmp_path, kind):
    writer, _, _ = write(tmp_path, trials=1, branch=False)
    situations = Situations(Record.open(writer.folder))
    situations.refresh()
    path = situations.line_path("main")
    job = AnimationJob.begin(tmp_path / f"episode.{kind}", Clip(situations, "main", path, "random-heuristic"))
    while not job.work(iter(range(1000)).__next__, 2):
        pass
    assert job.finish()
    with Image.open(job.file) as picture:
        assert picture.n_frames == len(path.rows)
        assert picture.size == (1060, 500)
        picture.seek(1)
        picture.load()
        assert picture.info["duration"] == 250
    assert not list(tmp_path.glob("*.part"))


def test_a_cancelled_animation_leaves_no_file(qtbot, tmp_path, situations, path):
    job = AnimationJob.begin(tmp_path / "episode.gif", Clip(situations, "main", path, "random-heuristic"))
    job.work(iter(range(1000)).__next__, 2)
    assert 0 < job.share < 1
    job.cancelled.set()
    assert not job.finish()
    assert not list(tmp_path.iterdir())
