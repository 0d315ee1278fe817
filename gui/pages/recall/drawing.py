"""The query that is drawn on: where it comes from, how it is damaged, what is done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.recall.page import RecallPage

PICTURES = tr("Pictures (*.png *.jpg *.jpeg *.gif *.bmp *.tif *.webp)")


class Drawing(QObject):
    """Connects the canvas and its buttons; ``original`` is the index of the stored pattern drawn on, -1 none."""

    def __init__(self, page: RecallPage) -> None:
        super().__init__(page)
        self._page, self._paint = page, page.panels.paint
        self._shown: tuple = ()
        self.original = -1
        panels = page.panels
        panels.paint.files_dropped.connect(self.write_files)
        for button, act in (
            (panels.read_button, self.read),
            (panels.hurt_button, self.hurt),
            (panels.heal_button, self.heal),
            (panels.empty_button, self.empty),
            (panels.store_button, self.store),
            (panels.alone_button, self.store_alone),
            (panels.files_button, self.ask_files),
        ):
            button.clicked.connect(act)

    def forget(self) -> None:
        """Another record is shown: what is drawn belongs to none of its patterns."""
        self._shown, self.original = (), -1

    def show_query(self) -> None:
        """Put the chosen query on the canvas, once."""
        page = self._page
        key = (page.shown, page.query)
        values = page.source.values(page.query)
        if key == self._shown or values is None:
            return
        self._shown = key
        of, stored = page.source.of(page.query), page.source.traces[page.shown].stored
        self.original = stored.index(of) if of in stored else -1
        words = tr("of pattern {original}", original=self.original + 1) if self.original >= 0 else tr("your own")
        self._paint.show_values(values, page.source.about.shape, page.source.values(of), words)

    def show_stored(self, index: int) -> None:
        """Put a stored pattern on the canvas as it is."""
        page = self._page
        values = page.source.values(page.source.traces[page.shown].stored[index])
        if values is not None:
            self._shown, self.original = (page.shown, -1), index
            self._paint.show_values(values, page.source.about.shape, values, tr("pattern {index}", index=index + 1))

    def _drawn(self) -> list[float]:
        return [float(value) for value in self._paint.values]

    @Slot()
    def read(self) -> None:
        """Read from what is drawn."""
        if len(self._paint.values):
            self._page.ask("read", trace=self._page.shown, values=self._drawn(), of=self.original)

    @Slot()
    def store(self) -> None:
        """Write what is drawn together with what is stored."""
        page = self._page
        if page.is_ready and len(self._paint.values):
            rows = [page.source.values(row) for row in page.source.traces[page.shown].stored]
            patterns = [[float(value) for value in row] for row in rows if row is not None]
            page.write(patterns=[*patterns, self._drawn()])

    @Slot()
    def store_alone(self) -> None:
        """Write only what is drawn."""
        if len(self._paint.values):
            self._page.write(patterns=[self._drawn()])

    @Slot()
    def ask_files(self) -> None:
        """Let the person choose pictures to write."""
        files, _ = QFileDialog.getOpenFileNames(self._page, tr("Write pictures"), "", PICTURES)
        self.write_files(files)

    @Slot(list)
    def write_files(self, files: list[str]) -> None:
        """Write picture files of any size."""
        if files:
            self._page.write(files=files)

    @Slot()
    def hurt(self) -> None:
        """Noise in a block of half the side, or on half the bits, of what is drawn."""
        paint = self._paint
        if not len(paint.values):
            return
        random, about = np.random.default_rng(), self._page.source.about
        height, width, channels = about.shape
        values = paint.values.copy().reshape(height, width, channels)
        where = np.zeros((height, width), bool)
        if about.damage == "noise":
            where.ravel()[random.permutation(height * width)[: height * width // 2]] = True
        else:
            top, left = random.integers(0, height - height // 2 + 1), random.integers(0, width - width // 2 + 1)
            where[top : top + height // 2, left : left + width // 2] = True
        size = (int(where.sum()), channels)
        values[where] = random.choice([-1.0, 1.0], size) if about.binary else random.uniform(-1, 1, size)
        paint.show_values(values.reshape(-1), about.shape, paint.original, paint.note())

    @Slot()
    def heal(self) -> None:
        """The stored pattern as it was."""
        paint = self._paint
        if paint.original is not None:
            paint.show_values(paint.original, self._page.source.about.shape, paint.original, paint.note())

    @Slot()
    def empty(self) -> None:
        """An empty pattern of one's own."""
        source = self._page.source
        if source is not None and source.about.data:
            blank = np.full(int(np.prod(source.about.shape)), -1.0, np.float32)
            self.original = -1
            self._paint.show_values(blank, source.about.shape, None, tr("your own"))
