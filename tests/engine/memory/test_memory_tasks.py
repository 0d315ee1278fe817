"""The tasks ask what the papers say they ask; the curriculum doubles."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.memory_tasks import TASKS, AssociativeRecall, Copy, Curriculum, PrioritySort, RepeatCopy
from engine.errors import BadInput


def test_copy_asks_for_what_was_shown():
    episode = Copy().sample(np.random.default_rng(0), 3, 5)
    assert episode.inputs.shape == (11, 3, 9)
    np.testing.assert_array_equal(episode.targets[episode.asked], episode.inputs[:5, :, :8])
    assert episode.inputs[5, :, 8].all()
    assert not episode.inputs[6:].any()


def test_repeat_copy_repeats_and_ends():
    episode = RepeatCopy().sample(np.random.default_rng(1), 2, 3)
    repeats = (len(episode.inputs) - 5) // 3
    for r in range(repeats):
        np.testing.assert_array_equal(episode.targets[4 + 3 * r : 7 + 3 * r, :, :8], episode.inputs[:3, :, :8])
    assert episode.targets[-1, :, 8].all()
    assert repeats == round(episode.inputs[3, 0, 8] * np.sqrt(99 / 12) + 5.5)


def test_recall_answers_the_item_after_the_question():
    episode = AssociativeRecall().sample(np.random.default_rng(2), 4, 6)
    items = np.stack([episode.inputs[4 * i + 1 : 4 * i + 4, :, :6] for i in range(6)])
    for b in range(4):
        question = episode.inputs[25:28, b, :6]
        found = [i for i in range(5) if (items[i, :, b] == question).all()]
        assert any((items[i + 1, :, b] == episode.targets[-3:, b]).all() for i in found)
    assert episode.asked.sum() == 3
    assert episode.inputs[[24, 28], :, 7].all()


def test_sort_gives_the_highest_first():
    episode = PrioritySort().sample(np.random.default_rng(3), 2, 20)
    assert episode.asked.sum() == 16
    for b in range(2):
        order = np.argsort(-episode.inputs[:20, b, 8])[:16]
        np.testing.assert_array_equal(episode.targets[21:, b], episode.inputs[order, b, :8])


@pytest.mark.parametrize("name", TASKS)
def test_the_shortest_episode_is_valid_and_a_shorter_one_is_not(name):
    task = TASKS[name]
    episode = task.sample(np.random.default_rng(0), 2, task.shortest)
    assert episode.asked.any()
    assert episode.inputs.shape[2] == task.inputs
    assert episode.targets.shape[2] == task.outputs
    with pytest.raises(BadInput, match="level must be at least"):
        task.sample(np.random.default_rng(0), 2, task.shortest - 1)
    again = task.sample(np.random.default_rng(0), 2, task.shortest)
    np.testing.assert_array_equal(episode.inputs, again.inputs)


def test_curriculum_doubles_after_low_losses_alone():
    curriculum = Curriculum(lowest=1, level=2, highest=7, threshold=1.0, patience=2)
    assert [curriculum.learned(loss) for loss in (0.5, 2.0, 0.5, 0.5, 0.9, 0.9, 0, 0)] == [
        *(False, False, False, True),
        *(False, True, False, False),
    ]
    assert curriculum.level == 7
    random = np.random.default_rng(0)
    assert {curriculum.draw(random) for _ in range(200)} == set(range(1, 8))
    with pytest.raises(BadInput, match="levels must rise"):
        Curriculum(lowest=3, level=2, highest=7, threshold=1.0, patience=2)
