"""Data files that are damaged, incomplete, too large or something else: one sentence that names the file."""

import errno
import gzip
import hashlib
import importlib
import io
import os
import zipfile

import numpy as np
import pytest
from PIL import Image

from engine.data import digits, omniglot, string_keys, texts
from engine.data.character_classes import Classes, character_classes
from engine.data.downloads import Source, download
from engine.data.omniglot import Drawings
from engine.data.patterns import load, read_cifar
from engine.data.vocabulary import Vocabulary
from engine.errors import BadInput


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The only folder that data is looked for in, empty; nothing read from it is remembered."""
    monkeypatch.setenv("ATHANOR_DATA", str(tmp_path))
    for module in ("digits", "folders", "omniglot", "patterns", "texts"):
        monkeypatch.setattr(importlib.import_module(f"engine.data.{module}"), "folders", lambda: [tmp_path])
    caches = (digits.small_digits, digits.mnist, omniglot.drawings, load, string_keys.universe)
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    for cache in caches:
        cache.cache_clear()


def refuse(*_, **__):
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_the_digits_of_the_program_itself_when_damaged(folder, monkeypatch):
    path = folder / "digits.csv.gz"
    monkeypatch.setattr(digits, "SHIPPED", path)
    rows = np.zeros((1797, 65), int)
    for wrong in (rows[:10], rows - 1, rows + 17):
        with gzip.open(path, "wt") as file:
            np.savetxt(file, wrong, "%d", ",")
        with pytest.raises(BadInput, match=r"digits\.csv\.gz cannot be read as the digits: it holds an array of shape"):
            digits.small_digits()
    for broken in (b"no gzip", gzip.compress(b"1,2\nx,y\n"), path.read_bytes()[:100]):
        path.write_bytes(broken)
        with pytest.raises(BadInput, match=r"digits\.csv\.gz cannot be read as the digits"):
            digits.small_digits()


def test_mnist_of_other_shapes(folder):
    whole = {"x": np.zeros((3, 28, 28), np.uint8), "y": np.zeros(3, np.uint8)}
    for change, words in (
        ({"x_test": np.zeros((3, 28), np.uint8)}, r"test part has shapes \(3, 28\) and \(3,\)"),
        ({"y_train": np.full(3, 10, np.uint8)}, r"train part has shapes"),
        ({"y_train": np.zeros(2, np.uint8)}, r"train part has shapes \(3, 28, 28\) and \(2,\)"),
        ({"y_test": np.array(["a", "b", "c"])}, "test part has labels that are no numbers"),
        ({"x_test": np.zeros((3, 8, 8), np.uint8)}, "parts hold pictures of two sizes"),
    ):
        arrays = {f"{key}_{part}": value for key, value in whole.items() for part in ("train", "test")}
        np.savez(folder / digits.MNIST, **(arrays | change))
        with pytest.raises(BadInput, match=rf"mnist\.npz cannot be read as MNIST: its {words}"):
            digits.mnist()


def test_pictures_of_cifar_and_nature(folder):
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    with pytest.raises(BadInput, match=r"cifar10_train4000_lossless\.npz was not found"):
        load("cifar10")
    np.savez(folder / "cifar10_train4000_lossless.npz", x=np.repeat(pictures, 88, 0))
    assert load("cifar10").test.shape == (20, 3072)
    load.cache_clear()
    for some in (pictures, np.zeros((3501, 32, 4), np.uint8)):
        np.savez(folder / "cifar10_train4000_lossless.npz", x=some)
        with pytest.raises(BadInput, match=r"lossless\.npz holds .* values; 3,501 x 32 x 32 x 3 are needed"):
            load("cifar10")
    batches = folder / "cifar-10-batches-bin"
    batches.mkdir()
    for number, name in enumerate([*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]):
        part = pictures[5 * number : 5 * number + 5].transpose(0, 3, 1, 2).reshape(5, -1)
        (batches / name).write_bytes(np.hstack([np.full((5, 1), 9, np.uint8), part]).tobytes())
    found = load("cifar10")
    np.testing.assert_allclose((found.train + 1) * 127.5, pictures[:25].reshape(25, -1), atol=1e-3)
    assert len(found.test) == 5
    with pytest.raises(BadInput, match=r"data_batch_9\.bin cannot be read: No such file or directory"):
        read_cifar(batches / "data_batch_9.bin")
    patches = np.zeros((4, 64, 64, 3), np.uint8)
    np.savez(folder / "natural_patches_64.npz", x=patches, split=np.array([0, 1, 0, 0]))
    assert [len(part) for part in (load("natural").train, load("natural").test)] == [3, 1]
    load.cache_clear()
    for split in ([0, 1, 0], [0, 0, 0, 0], [[0, 1, 0, 0]]):
        np.savez(folder / "natural_patches_64.npz", x=patches, split=np.array(split))
        with pytest.raises(BadInput, match=r"64\.npz does not say of each of its 4 pictures"):
            load("natural")
    np.savez(folder / "natural_patches_64.npz", x=patches)
    with pytest.raises(BadInput, match=r"natural_patches_64\.npz cannot be read: .*split"):
        load("natural")
    np.savez(folder / "natural_patches_64.npz", x=np.array(["a picture"]), split=np.zeros(1, int))
    with pytest.raises(BadInput, match="A file of pictures holds something else than pictures"):
        load("natural")


def test_drawings_for_an_associative_memory(folder):
    path = folder / omniglot.PACKED
    ink = np.zeros((4, 105, 105), np.uint8)
    ink[1:, :, :53] = 1
    fields = {
        "packed": np.packbits(ink.reshape(4, -1), axis=1),
        "alphabet": np.arange(4),
        "alphabet_split": [0, 0, 1, 1],
    }
    np.savez(path, **fields)
    found = load("omniglot", 16)
    assert (len(found.train), len(found.test)) == (2, 2)
    left = found.test[0].reshape(16, 16) > 0
    assert left[:, :8].all()
    assert not left[:, 9:].any()
    whole = path.read_bytes()
    load.cache_clear()
    for broken in (b"", whole[: len(whole) // 2]):
        path.write_bytes(broken)
        with pytest.raises(BadInput, match=r"omniglot_105_packed\.npz cannot be read as the packed Omniglot file"):
            load("omniglot", 16)


def png(width, height):
    data = io.BytesIO()
    Image.fromarray(np.full((height, width), 255, np.uint8)).save(data, "PNG")
    return data.getvalue()


def test_the_authors_zips_of_drawings(folder, monkeypatch):
    sums = {}
    for name in omniglot.ORIGINALS:
        with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
            archive.writestr(f"{name}/readme.txt", "no drawing")
            for drawer in range(1, 21):
                archive.writestr(f"{name}/Greek/character01/0001_{drawer:02}.png", png(105, 105))
        sums[name] = 1, hashlib.md5((folder / f"{name}.zip").read_bytes(), usedforsecurity=False).hexdigest()
    monkeypatch.setattr(omniglot, "ORIGINALS", sums)
    found = omniglot.drawings()
    assert found.held_out.tolist() == [False, True]
    assert not found.strokes.any()
    for zipped in folder.glob("*.zip"):
        zipped.unlink()
    for name in sums:
        place = folder / name / "Greek" / "character01"
        place.mkdir(parents=True)
        (place / "0001_01.png").write_bytes(png(104, 105))
    with pytest.raises(BadInput, match=r"0001_01\.png is not a drawing of 105 x 105 pixels: it has 104 x 105 pixels"):
        omniglot.read_original(folder)


def test_string_keys_that_cannot_be_read(folder, tmp_path):
    (folder / string_keys.ARCHIVE).write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(BadInput, match=r"string_keys\.zip cannot be read as the file of string keys"):
        string_keys.universe("words")
    with zipfile.ZipFile(folder / string_keys.ARCHIVE, "w") as archive:
        archive.writestr("words_en.txt", "b\na\n\nb\n")
    assert string_keys.universe("words") == (b"a", b"b")
    with pytest.raises(BadInput, match=r"string_keys\.zip cannot be read .*url_row_keys\.txt"):
        string_keys.universe("rows")
    with open(tmp_path / "keys.txt", "wb") as file:
        file.truncate((256 << 20) + 1)  # a sparse file
    with pytest.raises(BadInput, match=r"keys\.txt is larger than 256 MiB; give a shorter list"):
        string_keys.read_keys(tmp_path / "keys.txt")


def test_texts_too_large_and_on_a_failing_disk(folder, monkeypatch):
    path = folder / "own.txt"
    path.write_text("some words " * 200)
    archive = folder / "public_domain_books.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("books/train/a.txt", "a" * 100_000)
    with monkeypatch.context() as small:
        small.setattr(texts, "LARGEST", 1000)
        with pytest.raises(BadInput, match=r"own\.txt is larger than"):
            texts.load(str(path))
        with pytest.raises(BadInput, match=r"books\.zip cannot be read as a zip archive: books/train/a\.txt has"):
            texts.load("books")
    monkeypatch.setattr(type(path), "read_bytes", refuse)
    with pytest.raises(BadInput, match=r"own\.txt cannot be read: Input/output error"):
        texts.load(str(path))


def test_texts_that_are_incomplete_say_what_to_fetch(folder):
    for name, words in (
        ("wikitext-103", r"put wikitext-103-v1\.zip into a data folder, or let Athanor download it"),
        ("wikitext-2", r"wikitext2_valid_test\.zip was not found"),
        ("gutenberg", r"put the books into folders gutenberg/train, valid and test"),
        ("speeches", r"us_speeches\.zip was not found"),
    ):
        with pytest.raises(BadInput, match=words):
            texts.load(name)
    with zipfile.ZipFile(folder / "us_speeches.zip", "w") as archive:
        archive.writestr("speeches/1990-Bush.txt", "my fellow citizens")
        archive.writestr("speeches/1801-Jefferson.txt", "friends")
        archive.writestr("readme.txt", "no year, no speech")
    with pytest.raises(BadInput, match=r"us_speeches\.zip lacks speeches: it should hold those of 1789 to 2021"):
        texts.load("speeches")
    with zipfile.ZipFile(folder / "us_speeches.zip", "a") as archive:
        archive.writestr("speeches/2001-Bush.txt", "good evening")
    found = texts.load("speeches")
    assert [part[0].title for part in (found.train, found.valid, found.test)] == [
        "1801-Jefferson", "1990-Bush", "2001-Bush"
    ]  # fmt: skip
    articles = "".join(f" = A{number} = \n\n word \n\n" for number in range(12))
    with zipfile.ZipFile(folder / "wikitext2_valid_test.zip", "w") as archive:
        archive.writestr("valid.txt", "\n" + articles)
    with pytest.raises(BadInput, match=r"test\.txt holds no words"):
        texts.load("wikitext-2")
    with zipfile.ZipFile(folder / "wikitext2_valid_test.zip", "a") as archive:
        archive.writestr("test.txt", "\n" + articles)
    found = texts.load("wikitext-2")
    assert [len(part) for part in (found.train, found.valid, found.test)] == [10, 2, 12]


def test_ones_own_folder_with_parts_or_without(folder):
    own = folder / "own"
    (own / "train").mkdir(parents=True)
    (own / "train" / "a.txt").write_text("one two " * 200)
    found = texts.load(str(own))  # a single part is cut like any other text
    assert [sum(len(each.words) for each in part) for part in (found.train, found.valid, found.test)] == [320, 40, 41]
    for part in ("valid", "test"):
        (own / f"{part}.txt").write_text(part)
    found = texts.load(str(own))
    assert [part[0].title for part in (found.train, found.valid, found.test)] == ["a", "valid", "test"]
    assert found.name == "own"
    with pytest.raises(BadInput, match="fewer than two different words"):
        Vocabulary.of([["same"] * 9], 100)


def test_a_download_is_kept_and_one_without_end_is_cut_off(tmp_path, monkeypatch):
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path))
    origin = tmp_path / "origin"
    origin.write_bytes(b"data" * 1_000_000)
    source = Source(origin.as_uri(), hashlib.md5(origin.read_bytes(), usedforsecurity=False).hexdigest(), 1000)
    told = []
    with pytest.raises(BadInput, match=r"gave another file than the published one .*kept none"):
        download("a.zip", lambda *at: told.append(at), sources={"a.zip": source})
    assert told == [(1 << 20, 1 << 20)], "the rest of it was not fetched"
    assert list((tmp_path / "datasets").iterdir()) == []
    (tmp_path / "datasets" / "a.zip").write_bytes(b"mine")
    assert download("a.zip", sources={"a.zip": source}).read_bytes() == b"mine"


def test_classes_need_drawings():
    strokes = np.random.default_rng(0).random((3, 20, 4, 5, 5)).astype(np.float32)
    random = np.random.default_rng(0)
    found = character_classes(Drawings(strokes, np.zeros(3, bool)), 2, random)
    assert (found.train.shape, found.test.shape) == ((2, 15, 100), (2, 5, 100))
    assert np.concatenate([found.train, found.test], 1).mean() == pytest.approx(0, abs=1e-5)
    with pytest.raises(BadInput, match="classes may be at most 3, the characters there are, not 4"):
        character_classes(Drawings(strokes, np.zeros(3, bool)), 4, random)
    with pytest.raises(BadInput, match="A class has 5 drawings; 5 test, so at least 6"):
        character_classes(Drawings(strokes[:, :5], np.zeros(3, bool)), 2, random)
    strokes[1] = 0
    with pytest.raises(BadInput, match="1 of 3 classes have no data: their drawings are empty"):
        character_classes(Drawings(strokes, np.zeros(3, bool)), 3, random)
    one = np.ones((1, 2, 100), np.float32)
    for train, test, words in (
        (one, one, "At least two classes are needed"),
        (np.repeat(one, 2, 0)[:, :0], np.repeat(one, 2, 0), "A class has 0 drawings to train on and 2 to test on"),
        (np.repeat(one, 2, 0), np.repeat(one, 2, 0) * np.nan, "values that are not numbers"),
    ):
        with pytest.raises(BadInput, match=words):
            Classes(train, test)
