"""bAbI: every form of the files, hostile ones, and stories as the network reads them."""

from __future__ import annotations

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
    assert " ".join(first.words[:11]) == "mary moved to the bathroom john went to the hallway where"
    assert [first.words[at] for at in first.asked] == ["?", "?"]
    assert first.answers == ("bathroom", "milk,football")
    assert second.words == ("john", "went", "home", "where", "is", "john", "?")
    assert found.test[0].answers == ("there",)
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


def test_a_text_too_large_is_not_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("en/qa1_x_train.txt", "1" * (17 << 20))
    with pytest.raises(BadInput, match="more than any bAbI file has"):
        read(tmp_path / "bomb.zip", 1)


def test_batches(tmp_path):
    found = read(archive(tmp_path / "some.zip", FILES), 1)
    task = Stories(found)
    batch = task.batch([0, 1])
    assert batch.inputs.shape == (len(found.train[0].words), 2, len(found.words))
    assert batch.asked.sum(0).tolist() == [2, 1]
    for b, story in enumerate(found.train):
        read_back = [found.words[i] for i in batch.inputs[: len(story.words), b].argmax(-1)]
        assert tuple(read_back) == story.words
        assert not batch.inputs[len(story.words) :, b].any()
        assert [found.answers[i] for i in batch.targets[:, b].argmax(-1)[batch.asked[:, b]]] == list(story.answers)
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
    assert story.needed == (0, story.asked[0] + 1, 0)
    found = Questions((story,), (story,), tuple(sorted(set(story.words))), ("bathroom", "home"))
    random, seen = np.random.default_rng(0), set()
    for _ in range(60):
        batch = Stories(found).sample(random, 1, 2)
        words = tuple(found.words[i] for i in batch.inputs[:, 0].argmax(-1))
        answers = tuple(found.answers[i] for i in batch.targets[:, 0].argmax(-1)[batch.asked[:, 0]])
        seen.add((" ".join(words), answers))
    assert seen == {
        ("mary moved to the bathroom where is mary ? john went home where is john ?", ("bathroom", "home")),
        ("john went home where is john ? where is mary ?", ("home",)),
    }


def test_the_real_stories():
    try:
        find(PACKED)
    except BadInput as absent:
        pytest.skip(str(absent))
    found = questions(1)
    assert (len(found.train), len(found.test)) == (2000, 200)
    assert found.answers == ("bathroom", "bedroom", "garden", "hallway", "kitchen", "office")
    assert all(len(story.asked) == 5 for story in found.train + found.test)
    for story in found.test:  # the answer is where the person was last said to be
        for at, answer in zip(story.asked, story.answers, strict=True):
            person = story.words[at - 1]
            mentions = [i for i in range(at - 1) if story.words[i] == person and i + 1 not in story.asked]
            following = [word for word in story.words[mentions[-1] :] if word in found.answers]
            assert following[0] == answer
