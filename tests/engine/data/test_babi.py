"""bAbI: every form of the files, hostile ones, and stories as the network reads them."""

from __future__ import annotations

import importlib
import io
import tarfile
import zipfile

import numpy as np
import pytest

from engine.data.babi import PACKED, Questions, Stories, parse, questions, read
from engine.data.folders import find
from engine.errors import BadInput

TEXT = """1 Mary moved to the bathroom.
2 John went to the hallway.
3 Where is Mary? \tbathroom\t1
4 Mary got the milk and football.
5 What is Mary carrying?\tmilk,football\t4 1
1 John went home.
2 Where is John?\thome\t1
"""
SHORT = "1 John went home.\n2 Where is John?\tthere\t1\n"


def archive(path, files):
    """A zip, a tar.gz or a folder with these texts."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as made:
            for name, text in files.items():
                made.writestr(name, text)
    elif path.suffix == ".gz":
        with tarfile.open(path, "w:gz") as tar:
            for name, text in files.items():
                info = tarfile.TarInfo(f"tasks_1-20_v1-2/{name}")
                info.size = len(text)
                tar.addfile(info, io.BytesIO(text.encode()))
    else:
        for name, text in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(text)
    return path


FILES = {
    "en/qa1_x_train.txt": SHORT,
    "en/qa1_x_test.txt": SHORT,
    "en-10k/qa1_x_train.txt": TEXT,
    "en/qa2_y_train.txt": "rubbish that task 1 never looks at",
}


@pytest.mark.parametrize("name", ["some.zip", "some.tar.gz", "folder"])
def test_stories_of_each_form(tmp_path, name):
    found = read(archive(tmp_path / name, FILES), 1)
    assert len(found.train) == 2  # the larger version where there is one
    first, second = found.train
    assert first[0].words == ("mary", "moved", "to", "the", "bathroom")
    assert first[2] == (("where", "is", "mary", "?"), "bathroom", (0,))
    assert first[4].answer == "milk,football"
    assert first[4].needs == (3, 0)
    assert [line.answer for line in second] == [None, "home"]
    assert found.test[1][0][1].answer == "there"
    assert found.answers == ("bathroom", "home", "milk,football", "there")
    with pytest.raises(BadInput, match="line 1: expected a sentence"):
        read(tmp_path / name, 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("hello", "line 1: expected a sentence numbered 1"),
        ("1 Mary went.\n3 John went.\n", "line 2: expected a sentence numbered 2 or 1"),
        ("1 Mary went.\n2 Where is Mary?\t\t1\n", "line 2: a question needs"),
        ("1 Mary went.\tno\t1\n", "line 1: a question needs"),
        ("1 \n", "line 1"),
        ("²  Mary went.\n", "line 1"),
    ],
)
def test_damaged_texts_name_the_line(text, words):
    with pytest.raises(BadInput, match=f"story.txt.*{words}"):
        list(parse(text, "story.txt"))


def test_damaged_archives(tmp_path):
    for name in ("bad.zip", "bad.tar.gz"):
        whole = archive(tmp_path / name, FILES | {"en/qa1_z_train.txt": TEXT * 500}).read_bytes()
        for broken in (b"", b"nothing", whole[: len(whole) // 3]):
            (tmp_path / name).write_bytes(broken)
            with pytest.raises(BadInput, match=name):
                read(tmp_path / name, 1)
    with pytest.raises(BadInput, match="no train file of bAbI task 7"):
        read(archive(tmp_path / "empty.zip", {"readme": "nothing"}), 7)
    binary = tmp_path / "folder" / "en" / "qa1_x_train.txt"
    binary.parent.mkdir(parents=True)
    binary.write_bytes(b"1 \xff\xfe\n")
    with pytest.raises(BadInput, match="folder cannot be read"):
        read(tmp_path / "folder", 1)


def test_missing_stories_say_what_to_fetch(tmp_path, monkeypatch):
    for module in ("folders", "babi"):
        monkeypatch.setattr(importlib.import_module(f"engine.data.{module}"), "folders", lambda: [tmp_path])
    with pytest.raises(BadInput, match=r"babi_v1_2_en\.zip was not found.*own tasks_1-20_v1-2\.tar\.gz"):
        questions.__wrapped__(1)
    archive(tmp_path / "tasks_1-20_v1-2", FILES)
    assert len(questions.__wrapped__(1).train) == 2


def test_all_tasks_in_one_network(tmp_path):
    files = {f"en-10k/qa{n}_x_{part}.txt": TEXT for n in range(1, 21) for part in ("train", "test")}
    found = read(archive(tmp_path / "joint.zip", files), 0)
    assert (len(found.train), sum(map(len, found.test.values()))) == (40, 40)
    assert found.train[0] == found.train[38]
    some = read(tmp_path / "joint.zip", 6, 1, 6)  # once each, in order
    assert (len(some.train), list(some.test), len(Stories(some, held_out=True))) == (4, [1, 6], 4)
    files["en-10k/qa13_x_test.txt"] = TEXT.replace("bathroom", "cellar").replace("5 What", "7 What")
    with pytest.raises(BadInput, match=r"joint\.zip, .*qa13_x_test\.txt, line 5"):
        read(archive(tmp_path / "joint.zip", files), 0)
    del files["en-10k/qa13_x_test.txt"]
    with pytest.raises(BadInput, match="no test file of bAbI task 13"):
        read(archive(tmp_path / "joint.zip", files), 0)


def test_a_text_too_large_is_not_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("en/qa1_x_train.txt", "1" * (17 << 20))
    with pytest.raises(BadInput, match="more than any bAbI file has"):
        read(tmp_path / "bomb.zip", 1)


def test_batches(tmp_path):
    found = read(archive(tmp_path / "some.zip", FILES), 1)
    task = Stories(found)
    batch = task.batch([0, 1])
    texts = [[word for line in story for word in line.words] for story in found.train]
    assert batch.inputs.shape == (len(texts[0]), 2, len(found.words))
    assert batch.asked.sum(0).tolist() == [2, 1]
    for b, (story, text) in enumerate(zip(found.train, texts, strict=True)):
        assert [found.words[i] for i in batch.inputs[: len(text), b].argmax(-1)] == text
        assert not batch.inputs[len(text) :, b].any()
        assert [text[at] for at in np.flatnonzero(batch.asked[:, b])] == ["?"] * int(batch.asked[:, b].sum())
        answers = [found.answers[i] for i in batch.targets[:, b].argmax(-1)[batch.asked[:, b]]]
        assert answers == [line.answer for line in story if line.answer]
    with pytest.raises(BadInput, match="level must be at least 1"):
        task.sample(np.random.default_rng(0), 2, 0)


def test_passages_hold_what_their_questions_need():
    text = """1 Mary moved to the bathroom.
2 Where is Mary?\tbathroom\t1
3 John went home.
4 Where is John?\thome\t3
5 Where is Mary?\tbathroom\t1
"""
    (story,) = parse(text, "here")
    words = tuple(sorted({word for line in story for word in line.words}))
    found = Questions((story,), {1: (story,)}, words, ("bathroom", "home"))

    def passages(task):
        random = np.random.default_rng(0)
        for _ in range(80):
            batch = task.sample(random, 1, 2)
            text = " ".join(found.words[i] for i in batch.inputs[:, 0].argmax(-1))
            yield text, tuple(found.answers[i] for i in batch.targets[:, 0].argmax(-1)[batch.asked[:, 0]])

    whole = "mary moved to the bathroom where is mary ? john went home where is john ?"
    assert set(passages(Stories(found, held_out=True))) == {
        (whole, ("bathroom", "home")),
        ("john went home where is john ? where is mary ?", ("home",)),
    }
    assert set(passages(Stories(found))) == {
        (whole, ("bathroom", "home")),
        ("john went home where is john ? where is mary ?", ("home",)),
        ("john went home where is john ?", ("home",)),  # what is not needed may be left out
    }


def test_a_new_name_is_the_same_in_story_and_answer():
    text = "1 Mary went to the kitchen.\n2 John went to the garden.\n3 Where is Mary?\tkitchen\t1\n"
    text += "1 Mary went to the garden.\n2 John went to the office.\n3 Where is John?\toffice\t2\n"
    stories = tuple(parse(text, "here"))
    words = tuple(sorted({word for story in stories for line in story for word in line.words}))
    found = Questions(stories, {1: stories}, words, ("garden", "kitchen", "office"))
    random, told = np.random.default_rng(0), set()
    for _ in range(60):
        batch = Stories(found, renamed=True).sample(random, 1, 1)
        (at,) = np.flatnonzero(batch.asked[:, 0])
        said = [words[i] for i in batch.inputs[: at + 1, 0].argmax(-1)]
        answer = found.answers[batch.targets[at, 0].argmax(-1)]
        assert said[said.index(said[-2]) + 4] == answer  # PERSON went to the PLACE
        told.add((said[-2], answer))
    assert told == {(person, place) for person in ("john", "mary") for place in found.answers}


def test_the_real_stories():
    try:
        find(PACKED)
    except BadInput as absent:
        pytest.skip(str(absent))
    found = questions(1)
    assert (len(found.train), len(found.test[1])) == (2000, 200)
    assert found.answers == ("bathroom", "bedroom", "garden", "hallway", "kitchen", "office")
    for story in found.test[1]:  # the answer is where the person was last said to be
        assert sum(line.answer is not None for line in story) == 5
        for at, line in enumerate(story):
            if line.answer is not None:
                person = line.words[-2]
                last = next(i for i in range(at - 1, -1, -1) if story[i].words[0] == person)
                assert story[last].words[-1] == line.answer
                assert line.needs == (last,)


def test_renamed_stories_are_as_true_as_before():
    try:
        find(PACKED)
    except BadInput as absent:
        pytest.skip(str(absent))
    found, random = questions(6), np.random.default_rng(0)
    task, people = Stories(found, renamed=True), set()
    for _ in range(100):
        batch = task.sample(random, 1, 1)
        (at,) = np.flatnonzero(batch.asked[:, 0])
        words = [found.words[i] for i in batch.inputs[: at + 1, 0].argmax(-1)]
        answer = found.answers[batch.targets[at, 0].argmax(-1)]
        person, place = words[-5], words[-2]  # is PERSON in the PLACE ?
        people.add(person)
        moves = [i for i, word in enumerate(words) if word in {"moved", "went", "journeyed", "travelled"}]
        last = [i for i in moves if words[i - 1] == person][-1]  # back to the kitchen, to the kitchen
        place_then = words[words.index("the", last) + 1]
        assert answer == ("yes" if place_then == place else "no")
    assert people == {"daniel", "john", "mary", "sandra"}
