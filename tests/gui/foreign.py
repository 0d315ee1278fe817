"""Opens every page in the language ATHANOR_LANGUAGE names; prints every text of it and what is clipped, as JSON.

Run as a program of its own: texts of modules are translated when they are imported.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QRectF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QTabBar,
    QWidget,
)

from gui.application import Application, make_qt, options
from gui.tour import visit
from gui.widgets.canvas import Canvas
from tests.gui.clipping import clipped, settle


def texts(window: QWidget) -> Iterator[str]:
    """What a person or a screen reader reads, of everything that exists, shown or not."""
    for widget in window.findChildren(QWidget):
        if widget.objectName().startswith("qt_"):
            continue  # parts of Qt's own widgets, translated by Qt
        yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription())
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        elif isinstance(widget, QComboBox):
            yield from map(widget.itemText, range(widget.count()))
        elif isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        elif isinstance(widget, QTabBar):
            yield from map(widget.tabText, range(widget.count()))
        elif isinstance(widget, QAbstractSpinBox):
            yield from (widget.prefix(), widget.suffix(), widget.specialValueText())
        elif isinstance(widget, QMenu):
            yield widget.title()
        elif isinstance(widget, QAbstractItemView):
            yield from _table(widget)
        yield from (region.tip for region in getattr(widget, "regions", ()))
    for action in window.findChildren(QAction):
        yield from (action.text(), action.toolTip())


def _table(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount()):
        yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(model.rowCount()):
            yield str(model.index(row, column).data(Qt.ItemDataRole.ToolTipRole) or "")


def note_painted(found: dict[str, str], page: list[str]) -> None:
    """Keep what pictures write, whole, before it is shortened to its room."""
    for name in ("text", "paragraph"):
        setattr(Canvas, name, _noting(getattr(Canvas, name), found, page))


def _noting(write: Callable[..., object], found: dict[str, str], page: list[str]) -> Callable[..., object]:
    def noted(self: Canvas, area: QRectF, text: str, *args: object, **options: object) -> object:
        found.setdefault(text, page[0])
        return write(self, area, text, *args, **options)

    return noted


def main(folder: str) -> None:
    """Open every page; with ``folder`` let each do its main job there first, as the tour does."""
    found: dict[str, str] = {}
    page = [""]
    note_painted(found, page)
    whole = Application(make_qt(), options(["--engine", "process" if folder else "inline"]))
    whole.window.resize(1280, 800)
    whole.show()
    cut = {}
    for page[0] in whole.window.entries:
        if folder:
            visit(whole, page[0], Path(folder))
        whole.window.show_page(page[0])
        settle()
        whole.window.grab()
        for text in texts(whole.window):
            found.setdefault(text, page[0])
        cut[page[0]] = [list(map(str, one)) for one in clipped(whole.window.page)]
        width = whole.window.page.minimumSizeHint().width()
        if width > whole.window.page.width():
            cut[page[0]].append([f"needs {width} pixels"])
    title = whole.window.windowTitle()
    whole.close()
    json.dump({"texts": found, "clipped": cut, "title": title}, sys.stdout)


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    main(sys.argv[1] if len(sys.argv) > 1 else "")
