"""Every text passes through tr: the window is opened in a made-up language, and what is still English is looked for."""

import ast
import importlib.util
import json
import os
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from engine.agents.catalogue import AGENTS
from engine.experiments.catalogue import EXPERIMENTS
from gui import translation
from gui.pages.language.world_view import DIMENSION_WORDS
from gui.translation import languages, tr, trn

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("texts", ROOT / "packaging" / "texts.py")
texts = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(texts)
ALCHEMY = EXPERIMENTS["alchemy"]
ACCENTS = str.maketrans("aeiouyAEIOUY", "àéîöüÿÀÉÎÖÜŸ")
PLACE = re.compile(r"(\{\{|\}\}|\{[^{}]*\}|<[^<>]*>)")
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")


def pseudo(text: str) -> str:
    """The text as another language might have it: marked vowels, a third longer, places for values as they were."""
    parts = PLACE.split(text)
    marked = "".join(part if k % 2 else part.translate(ACCENTS) for k, part in enumerate(parts))
    return marked + "~" * (len(text) // 3)


@pytest.fixture(scope="module")
def foreign_home(tmp_path_factory):
    """A home with a catalogue of the made-up language, from the texts that translators get."""
    folder = tmp_path_factory.mktemp("home")
    made = Catalog(locale="de")
    for message in texts.gathered():
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            words = tuple(map(pseudo, forms))
            made.add(message.id, words if isinstance(message.id, tuple) else words[0])
    place = folder / "config" / "languages" / "xx" / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "athanor.mo").open("wb") as file:
        write_mo(file, made)
    return folder


def opened(home: Path, *arguments: str) -> dict:
    found = subprocess.run(
        [sys.executable, "-m", "tests.gui.foreign", *arguments],
        cwd=ROOT,
        env=os.environ | {"ATHANOR_HOME": str(home), "ATHANOR_LANGUAGE": "xx", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, timeout=600, check=True,
    )  # fmt: skip
    return json.loads(found.stdout)


# The same in every language: names of agents, levels, settings, files and models, and what Qt says itself.
DATA = [
    *AGENTS,
    *DIMENSION_WORDS,
    *ALCHEMY.configuration_class().model_fields,
    *("Scroll Left", "Scroll Right", "score mean", "Anthropic", "Google Gemini"),
]
NAMES = re.compile(r"alchemy/\w+|claude-[\w-]+|qwen[\w.-]+|(SAM|LSTM|SDNC) · \w+|Omniglot|Digits|Bits|/\S+")
PEOPLE = re.compile(r"\b(OpenAI|OpenRouter|Ollama|vLLM|LM Studio|llama\.cpp|PyTorch|numpy|torch)\b")


def english(text: str) -> list[str]:
    """Words of a text whose vowels have no mark, names left out."""
    known = re.compile("|".join(map(re.escape, sorted(DATA, key=len, reverse=True))))
    for pattern in (known, NAMES, PEOPLE):
        text = pattern.sub("", text)
    return [word for word in WORD.findall(text) if re.search("[aeiou]", word)]


def test_every_text_of_every_page_can_be_translated(foreign_home):
    seen = opened(foreign_home)
    assert len(seen["texts"]) > 900
    left = {text: page for text, page in seen["texts"].items() if english(text)}
    assert left == {}
    assert not english(seen["title"])
    assert {page: cut for page, cut in seen["clipped"].items() if cut} == {}, "clipped in a longer language"


def test_a_text_is_filled_in_any_language(monkeypatch):
    class German:
        words = {"{n} of {total:.1f} runs": "{total:.1f} Läufe, davon {n}", "slip {n}": "Fehler {m}"}

        def gettext(self, text):
            return self.words.get(text, text)

        def ngettext(self, one, many, count):
            return f"{count} Lauf" if count == 1 else "{n} Läufe"

    monkeypatch.setattr(translation, "_catalogue", German)
    assert tr("{n} of {total:.1f} runs", n=3, total=4) == "4.0 Läufe, davon 3"
    assert tr("slip {n}", n=3) == "slip 3", "a slip of the translator"
    assert tr("not known {a}") == "not known {a}", "nothing to fill: braces are braces"
    assert tr("") == "", "a catalogue answers the empty text with its own head"
    assert [trn("{n} run", "{n} runs", n, n=n) for n in (1, 2)] == ["1 Lauf", "2 Läufe"]


@pytest.mark.parametrize(
    ("chosen", "system", "wanted"),
    [
        ("de", ["fr-FR"], ["de"]),
        ("", ["de-AT", "de", "en-US", "fr"], ["de_AT", "de"]),
        ("", ["en-US", "de"], []),
        ("", ["C"], []),
    ],
)
def test_english_is_not_passed_over(monkeypatch, chosen, system, wanted):
    monkeypatch.setenv("ATHANOR_LANGUAGE", chosen)
    monkeypatch.setattr(translation.QLocale, "uiLanguages", lambda self: system)
    assert languages() == wanted


def test_a_damaged_catalogue_leaves_english(home, monkeypatch, caplog):
    place = home / "config" / "languages" / "xx" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "athanor.mo").write_bytes(b"\xde\x12\x04\x95" + bytes(range(200)))
    monkeypatch.setenv("ATHANOR_LANGUAGE", "xx")
    translation._catalogue.cache_clear()
    try:
        assert tr("Runs") == "Runs"
        assert "could not be read" in caplog.text
    finally:
        translation._catalogue.cache_clear()


SHOWN = {
    "setText", "setToolTip", "setAccessibleName", "setAccessibleDescription", "setPlaceholderText", "setWindowTitle",
    "setTitle", "setSuffix", "setPrefix", "addAction", "addTab", "toast", "show_error", "set_message", "QLabel",
    "QPushButton", "QCheckBox", "QToolButton", "BadInput", "paragraph",
}  # fmt: skip


def test_no_text_is_shown_without_tr():
    """Texts in the code that go straight to something that shows them."""
    bare = []
    for file in sorted((ROOT / "gui").rglob("*.py")):
        if "benchmarks" in file.parts or file.name == "tour.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SHOWN:
                bare += [f"{file.name}:{part.lineno} {words}" for part in node.args for words in _bare(part)]
    assert bare == []


def _bare(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return _bare(node.body) + _bare(node.orelse)
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    found = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return [words for words in found if re.search("[a-z]{2,}", words)]


def test_places_and_values_agree():
    """Every {name} of a text has a value, and every value a place."""
    wrong = []
    for file in sorted((ROOT / "gui").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("tr", "trn") and node.keywords:
                words = [part.value for part in node.args if isinstance(part, ast.Constant)]
                places = {name for text in words for _, name, _, _ in string.Formatter().parse(text) if name}
                if places != {value.arg for value in node.keywords}:
                    wrong.append(f"{file.name}:{node.lineno}")
    assert wrong == []


@pytest.mark.slow
def test_every_page_at_work_can_be_translated(foreign_home, tmp_path):
    """As above with every page at its main job; what a record says is shown as it was written there."""
    seen = opened(foreign_home, str(tmp_path))
    marked = [text for text in seen["texts"] if re.search("[àéîöüÿ]", text)]
    assert len(marked) > 2000
