"""For everyone: longer languages, larger text, finer screens, no motion."""

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLabel, QPushButton, QToolButton

from gui.pages.catalogue import PAGES
from gui.widgets.labels import ElidedLabel

ACCENTS = str.maketrans("aeiouyAEIOUYcnsz", "àéîöüÿÀÉÎÖÜŸçñšž")


def pseudo(text: str) -> str:
    """The text as another language might have it: marks above the letters, and a third longer."""
    return text.translate(ACCENTS) + "~" * (len(text) // 3)


def clipped(page):
    """Visible texts of one line that have less room than they need."""
    for widget in page.findChildren(QAbstractButton) + page.findChildren(QLabel):
        if not widget.isVisible() or not widget.text() or isinstance(widget, ElidedLabel):
            continue
        if isinstance(widget, QLabel) and (widget.wordWrap() or widget.text().startswith("<")):
            continue
        if isinstance(widget, QLabel | QPushButton | QToolButton | QCheckBox):
            lines = widget.text().replace("&", "").splitlines()
            needed = max(widget.fontMetrics().horizontalAdvance(line) for line in lines)
            if needed > widget.width() + 1:
                yield type(widget).__name__, widget.text(), needed, widget.width()


def settle():
    """Let layouts come to rest."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        QCoreApplication.processEvents()


def test_longer_words_have_room(whole):
    for entry in PAGES:
        whole.window.show_page(entry.identifier)
        page = whole.window.page
        for widget in page.findChildren(QPushButton) + page.findChildren(QCheckBox) + page.findChildren(QLabel):
            if widget.text() and not isinstance(widget, ElidedLabel):
                widget.setText(pseudo(widget.text()))
        settle()
        assert not list(clipped(page)), entry.identifier
        assert page.minimumSizeHint().width() <= page.width(), entry.identifier


@pytest.mark.parametrize(("percent", "width", "height"), [(150, 1920, 1080), (200, 2560, 1440)])
def test_larger_text_has_room(whole, percent, width, height):
    whole.window.resize(width, height)
    whole.window.theme.set_scale(percent)
    for entry in PAGES:
        whole.window.show_page(entry.identifier)
        settle()
        page = whole.window.page
        assert not list(clipped(page)), entry.identifier
        assert page.minimumSizeHint().width() <= page.width(), entry.identifier


def test_reduced_motion_is_in_force_at_once(whole):
    whole.window.show_page("settings")
    usual = QGuiApplication.styleHints().cursorFlashTime()
    assert usual > 0
    whole.window.page.motion.setChecked(True)
    assert QGuiApplication.styleHints().cursorFlashTime() == 0
    assert not QApplication.isEffectEnabled(Qt.UIEffect.UI_AnimateCombo)
    whole.window.page.motion.setChecked(False)
    assert QGuiApplication.styleHints().cursorFlashTime() == usual


SCALED = """
from PySide6.QtCore import QCoreApplication
from gui.application import Application, make_qt, options
qt = make_qt()
whole = Application(qt, options(["--page", "settings"]))
whole.window.resize(1280, 800)
whole.show()
QCoreApplication.processEvents()
picture = whole.window.grab()
print(picture.width(), picture.height(), picture.devicePixelRatio())
whole.close()
"""


@pytest.mark.parametrize("scale", ["1.5", "2"])
def test_finer_screens_get_as_many_more_pixels(scale, tmp_path):
    found = subprocess.run(
        [sys.executable, "-c", SCALED],
        env=os.environ | {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen", "ATHANOR_HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    width, height, ratio = map(float, found.stdout.split())
    assert (ratio, width, height) == (float(scale), 1280 * ratio, 800 * ratio)
