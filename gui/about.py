"""What am I looking at: a few sentences and the reference for each page, in a dock beside it."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label


@dataclass(frozen=True)
class About:
    """``idea`` of what is shown, ``look`` at what first, ``reference`` of the paper ("" for none)."""

    idea: str = ""
    look: str = ""
    reference: str = ""


@functools.cache
def about_pages() -> dict[str, About]:
    """What is known of each page, by its identifier."""
    text = (resources.files("assets") / "about.toml").read_text(encoding="utf-8")
    return {
        page: About(**{key: tr(" ".join(words.split())) for key, words in entry.items()})
        for page, entry in tomllib.loads(text).items()
    }


class AboutView(QWidget):
    """Shows the words of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(34 * UNIT)
        self.title, self.idea, self.look = label("", "title"), label(""), label("")
        self.reference = label("", "small")
        self.reference.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(2 * UNIT)
        self._headings = [label(tr("Where to look first"), "heading"), label(tr("Reference"), "heading")]
        look, reference = self._headings
        for part in (self.title, self.idea, look, self.look, reference, self.reference):
            part.setWordWrap(True)
            layout.addWidget(part)
        layout.addStretch(1)

    def show_page(self, identifier: str, title: str) -> None:
        """Show what is known of a page; only its title where nothing is."""
        about = about_pages().get(identifier, About())
        self.title.setText(title)
        self.idea.setText(about.idea)
        self.look.setText(about.look)
        self.reference.setText(about.reference)
        look, reference = self._headings
        look.setVisible(bool(about.look))
        reference.setVisible(bool(about.reference))
