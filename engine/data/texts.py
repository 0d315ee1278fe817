"""Word-level text: public-domain books, speeches, WikiText, or one's own files, cut into documents.

A corpus has three parts that share no document. Sources and splits:

- ``books``: novels in the folders train, valid and test of ``public_domain_books.zip``;
- ``speeches``: State of the Union and inaugural addresses, ``us_speeches.zip``; tested on those from 1993 on, validated
  on 1985-1992;
- ``wikitext-2``, ``wikitext-103``: Merity et al. 2016 (arXiv 1609.07843), the published archive in a data folder; for
  WikiText-2 the published validation and test texts alone also do: then it is trained on the former;
- ``gutenberg``: the split of Rae et al. 2018 / PG-19, a folder ``gutenberg`` with train, valid and test;
- a path: a text file, or a folder with train, valid and test or just texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from engine.data.archives import open_zip, read_member
from engine.data.folders import find, folders
from engine.errors import BadInput

END = "<eos>"
UNKNOWN = "<unk>"
WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*|<unk>|[^\w\s]")
PARAGRAPH = re.compile(r"\n\s*\n")
ARTICLE = re.compile(r"^ = [^=].* = $")
PARTS = {"train": ("train",), "valid": ("valid", "validation", "val"), "test": ("test",)}
DENSEST, SPARE = 30, 1 << 24  # how many times smaller texts can be packed (English: 3 times), and bytes beyond that
LARGEST = 1 << 30  # bytes of one text file: beyond, something else than a text was meant
FEWEST = 200  # words a corpus needs to be cut into three


@dataclass(frozen=True, slots=True)
class Document:
    """``words`` in order, lower case; ``END`` ends a paragraph."""

    title: str
    words: list[str]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents of the three parts."""

    name: str
    train: list[Document]
    valid: list[Document]
    test: list[Document]


def split_words(text: str) -> list[str]:
    """Words, numbers and marks of a text in lower case, each paragraph ended by ``END``."""
    found: list[str] = []
    for paragraph in PARAGRAPH.split(text.replace("\r\n", "\n")):
        words = WORDS.findall(paragraph.lower().replace("’", "'").replace("_", " "))
        if words:
            found += [*words, END]
    return found


def decode(data: bytes, name: str) -> str:
    """UTF-8 text; raises BadInput that says where it is not."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadInput(
            f"{name} is not UTF-8 text: byte {data[problem.start]:#04x} at position {problem.start:,}. Save it as UTF-8"
        ) from problem
    if "\0" in text:
        raise BadInput(f"{name} is not text: it holds zero bytes")
    return text


def documents(data: bytes, name: str) -> list[Document]:
    """The documents in one text: articles of a WikiText file, else the whole text; raises BadInput where empty."""
    text = decode(data, name)
    lines = text.split("\n")
    starts = [  # a heading stands alone: formulas begin and end with an equals sign too
        number
        for number, line in enumerate(lines)
        if ARTICLE.match(line)
        and not "".join(lines[max(number - 1, 0) : number] + lines[number + 1 : number + 2]).strip()
    ]
    if not starts:
        found = [Document(Path(name).stem, split_words(text))]
    else:
        found = []
        for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
            words = [word for line in lines[start:stop] if line.strip() for word in [*line.lower().split(), END]]
            found.append(Document(lines[start].strip(" ="), words))
    found = [document for document in found if document.words]
    if not found:
        raise BadInput(f"{name} holds no words")
    return found


def _archive(path: Path) -> dict[str, bytes]:
    """Texts of a zip archive by name; raises BadInput."""
    try:
        with open_zip(path) as archive:
            members = [item for item in archive.infolist() if item.filename.endswith((".txt", ".tokens"))]
            if sum(item.file_size for item in members) > SPARE + DENSEST * path.stat().st_size:
                raise BadInput(f"{path.name} unpacks to more than texts can be packed")
            return {item.filename: read_member(archive, item, LARGEST) for item in members}
    except BadInput:
        raise
    except Exception as problem:  # a damaged zip file fails in many ways: zlib, zipfile, names that are no text
        raise BadInput(f"{path} cannot be read as a zip archive: {problem}") from problem


def _folder(path: Path) -> dict[str, bytes]:
    """Texts of a folder by name relative to it; raises BadInput."""
    found: dict[str, bytes] = {}
    for file in sorted((*path.rglob("*.txt"), *path.rglob("*.tokens"))):
        found[file.relative_to(path).as_posix()] = _read(file)
    return found


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise BadInput(f"{file} is larger than {LARGEST >> 20} MB")
        return file.read_bytes()
    except OSError as problem:
        raise BadInput(f"{file} cannot be read: {problem.strerror or problem}") from problem


def _parts(texts: dict[str, bytes], name: str, where: str) -> Corpus:
    """A corpus from texts whose folder or file name says the part; raises BadInput where a part is missing."""
    found: dict[str, list[Document]] = {part: [] for part in PARTS}
    for path, data in texts.items():
        pieces = set(re.split(r"[/.]", path.lower()))
        for part, names in PARTS.items():
            if pieces & set(names):
                found[part] += documents(data, path)
                break
    if missing := [part for part, held in found.items() if not held]:
        raise BadInput(f"{where} has no text for {' and '.join(missing)}")
    return Corpus(name, found["train"], found["valid"], found["test"])


def books() -> Corpus:
    """Twelve English novels."""
    path = find("public_domain_books.zip")
    return _parts(_archive(path), "books", str(path))


def speeches() -> Corpus:
    """Addresses of presidents of the United States, in order of their years."""
    found: list[tuple[int, Document]] = []
    path = find("us_speeches.zip")
    for name, data in _archive(path).items():
        year = re.match(r"(\d{4})", Path(name).name)
        if year:
            found += [(int(year[1]), document) for document in documents(data, name)]
    found.sort(key=lambda item: item[0])
    parts = [[d for year, d in found if low <= year < high] for low, high in ((0, 1985), (1985, 1993), (1993, 9999))]
    if not all(parts):
        raise BadInput(f"{path} lacks speeches: it should hold those of 1789 to 2021, each named YEAR-Name.txt")
    return Corpus("speeches", *parts)


def wikitext(size: int) -> Corpus:
    """WikiText-2 or -103 from a data folder: the archive, the unpacked folder, or for WikiText-2 the small file."""
    name = f"wikitext-{size}"
    for folder in folders():
        if (folder / name).is_dir():
            return _parts(_folder(folder / name), name, str(folder / name))
        if (folder / f"{name}-v1.zip").is_file():
            return _parts(_archive(folder / f"{name}-v1.zip"), name, f"{name}-v1.zip")
    if size != 2:
        raise BadInput(
            f"{name} was not found: put {name}-v1.zip into a data folder, or let Athanor download it "
            f"(athanor run hebbian-softmax --set task=language --set corpus={name} --set download=true)"
        )
    path = find("wikitext2_valid_test.zip")
    texts = _archive(path)
    valid, test = (documents(texts.get(f"{part}.txt", b""), f"{part}.txt") for part in ("valid", "test"))
    return Corpus(name, valid[: -len(valid) // 6], valid[-len(valid) // 6 :], test)


def gutenberg() -> Corpus:
    """The user's copy of the Gutenberg split: a folder ``gutenberg`` with train, valid and test; raises BadInput."""
    for folder in folders():
        if (folder / "gutenberg").is_dir():
            return _parts(_folder(folder / "gutenberg"), "gutenberg", str(folder / "gutenberg"))
    raise BadInput(
        "gutenberg was not found: put the books into folders gutenberg/train, valid and test of a data folder"
    )


CORPORA: dict[str, Callable[[], Corpus]] = {
    "books": books,
    "speeches": speeches,
    "wikitext-2": lambda: wikitext(2),
    "wikitext-103": lambda: wikitext(103),
    "gutenberg": gutenberg,
}
"""Name -> loader."""


def load(name: str) -> Corpus:
    """A corpus by name, or one's own file or folder by path; raises BadInput."""
    if name in CORPORA:
        return CORPORA[name]()
    path = Path(name).expanduser()
    if path.is_dir():
        texts = _folder(path)
        if not texts:
            raise BadInput(f"{path} holds no file that ends in .txt or .tokens")
        try:
            return _parts(texts, path.name, str(path))
        except BadInput:
            return cut(path.name, [document for key, data in texts.items() for document in documents(data, key)])
    if path.is_file():
        return cut(path.stem, documents(_read(path), path.name))
    raise BadInput(f"corpus may be one of {', '.join(CORPORA)} or the path of a text file or folder, not {name!r}")


def cut(name: str, found: list[Document]) -> Corpus:
    """Of ten parts in order eight to train on, one to validate, one to test; raises BadInput for too few words."""
    words = sum(len(document.words) for document in found)
    if words < FEWEST:
        raise BadInput(f"{name} holds {words} words; at least {FEWEST} are needed")
    parts: tuple[list[Document], ...] = ([], [], [])
    position = 0
    for document in found:
        for part, share in enumerate(_shares(position, position + len(document.words), words)):
            if share:
                parts[part].append(Document(document.title, document.words[share.start : share.stop]))
        position += len(document.words)
    return Corpus(name, *parts)


def _shares(start: int, stop: int, words: int) -> Iterator[range]:
    edges = (0, words * 8 // 10, words * 9 // 10, words)
    for low, high in pairwise(edges):
        yield range(max(low, start) - start, max(min(high, stop), max(low, start)) - start)
