"""For everyone: longer languages, larger text, finer screens, no motion."""

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from gui.pages.catalogue import PAGES
from tests.gui.clipping import clipped, settle


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
