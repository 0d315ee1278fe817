"""Texts in, words out; and what is said of texts that are none."""

import hashlib
import zipfile

import pytest

from engine.data import texts
from engine.data.downloads import Source, download
from engine.data.texts import CORPORA, END, Document, cut, load, split_words
from engine.data.vocabulary import Vocabulary, limited
from engine.errors import BadInput


def test_words_numbers_marks_and_paragraphs():
    text = "Don’t stop, O'Hara!\n\nIt cost 3,000.50 — café."
    assert split_words(text) == [
        "don't",
        "stop",
        ",",
        "o'hara",
        "!",
        END,
        "it",
        "cost",
        "3,000.50",
        "—",
        "café",
        ".",
        END,
    ]


def test_vocabulary_keeps_the_frequent_and_counts_the_rest_as_unknown():
    words = Vocabulary.of([["a"] * 5 + ["b"] * 3 + ["c", "d"]], 4)
    assert words.words[:3] == ("<unk>", "a", "b")
    assert words.counts.tolist() == [1, 5, 3, 1]
    assert words.encode(["b", "never", "a"]).tolist() == [2, 0, 1]


def test_limited_takes_as_much_of_each_document():
    documents = [Document("", ["x"] * size) for size in (10, 100, 1000)]
    assert [len(words) for words in limited(documents, 210)] == [10, 100, 100]
    assert [len(words) for words in limited(documents, 0)] == [10, 100, 1000]
    assert sum(len(words) for words in limited(documents, 60)) == 60


def test_ones_own_file_is_cut_into_three_in_order():
    words = [str(number) for number in range(1000)]
    corpus = cut("own", [Document("a", words[:450]), Document("b", words[450:])])
    joined = [
        [word for document in part for word in document.words] for part in (corpus.train, corpus.valid, corpus.test)
    ]
    assert [len(part) for part in joined] == [800, 100, 100]
    assert [word for part in joined for word in part] == words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("Gr\xfc\xdfe und mehr".encode("latin-1"), "not UTF-8"),
        (b"", "holds no words"),
        (b" \n\n \t", "holds no words"),
        (b"a\0b" * 100, "zero bytes"),
        (b"one two three", "at least 200"),
        ("\ufeffhello".encode("utf-16"), "not UTF-8"),
    ],
)
def test_files_that_are_no_text_are_refused_in_a_sentence(tmp_path, data, words):
    file = tmp_path / "own.txt"
    file.write_bytes(data)
    with pytest.raises(BadInput, match=words):
        load(str(file))


def test_a_byte_order_mark_is_no_word(tmp_path):
    file = tmp_path / "own.txt"
    file.write_bytes(b"\xef\xbb\xbf" + b"hello there " * 200)
    assert load(str(file)).train[0].words[0] == "hello"


def test_unknown_names_empty_folders_and_missing_parts(tmp_path, monkeypatch):
    with pytest.raises(BadInput, match="books, speeches"):
        load("boks")
    with pytest.raises(BadInput, match="holds no file"):
        load(str(tmp_path))
    monkeypatch.setenv("ATHANOR_DATA", str(tmp_path))
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path / "home"))
    folder = tmp_path / "wikitext-103"
    folder.mkdir()
    (folder / "wiki.train.tokens").write_text("some words " * 50, encoding="utf-8")
    with pytest.raises(BadInput, match="no text for valid and test"):
        load("wikitext-103")


def test_wikitext_is_read_by_article_from_the_published_archive(tmp_path, monkeypatch):
    monkeypatch.setenv("ATHANOR_DATA", str(tmp_path))
    article = "\n = One = \n\n the @-@ <unk> word \n\n = = Part = = \n\n more \n = x = \n\n = Two = \n\n end \n"
    with zipfile.ZipFile(tmp_path / "wikitext-2-v1.zip", "w") as archive:
        for part in ("train", "valid", "test"):
            archive.writestr(f"wikitext-2/wiki.{part}.tokens", article)
    corpus = load("wikitext-2")
    assert [document.title for document in corpus.train] == ["One", "Two"]
    assert corpus.test[0].words[:9] == ["=", "one", "=", END, "the", "@-@", "<unk>", "word", END]


def test_a_gutenberg_folder_and_a_damaged_archive(tmp_path, monkeypatch):
    monkeypatch.setenv("ATHANOR_DATA", str(tmp_path))
    for part in ("train", "validation", "test"):
        (tmp_path / "gutenberg" / part).mkdir(parents=True)
        (tmp_path / "gutenberg" / part / "1.txt").write_text(f"a book for {part}", encoding="utf-8")
    assert load("gutenberg").valid[0].words == ["a", "book", "for", "validation", END]
    (tmp_path / "public_domain_books.zip").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(BadInput, match="cannot be read as a zip"):
        load("books")


def test_an_archive_that_unpacks_to_more_than_text_can_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "SPARE", 1000)
    monkeypatch.setenv("ATHANOR_DATA", str(tmp_path))
    with zipfile.ZipFile(tmp_path / "public_domain_books.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train/a.txt", "word " * 100_000)
    with pytest.raises(BadInput, match=r"public_domain_books\.zip unpacks to more than texts can be packed"):
        load("books")


@pytest.mark.parametrize("name", ["books", "speeches", "wikitext-2"])
def test_the_real_texts_have_three_parts_that_share_no_document(name):
    try:
        corpus = CORPORA[name]()
    except BadInput as absent:
        pytest.skip(str(absent))
    starts = [{tuple(document.words[:60]) for document in part} for part in (corpus.train, corpus.valid, corpus.test)]
    assert all(starts)
    assert not (starts[0] & starts[2]) | (starts[0] & starts[1]) | (starts[1] & starts[2])
    assert sum(len(document.words) for document in corpus.train) > 100_000


def test_downloads_are_checked_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path / "home"))
    origin = tmp_path / "origin.zip"
    origin.write_bytes(b"data" * 1000)
    good = hashlib.md5(origin.read_bytes(), usedforsecurity=False).hexdigest()
    told = []
    path = download("a.zip", lambda *at: told.append(at), sources={"a.zip": Source(origin.as_uri(), good, 4000)})
    assert path.read_bytes() == origin.read_bytes()
    assert told[-1] == (4000, 4000)
    with pytest.raises(BadInput, match="another file"):
        download("b.zip", sources={"b.zip": Source(origin.as_uri(), "0" * 32, 4000)})
    with pytest.raises(BadInput, match="by hand"):
        download("c.zip", sources={"c.zip": Source((tmp_path / "none").as_uri(), good, 4000)})
    assert sorted(file.name for file in path.parent.iterdir()) == ["a.zip"]
