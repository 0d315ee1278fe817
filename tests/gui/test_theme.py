"""Both themes can be read, every icon can be drawn, the style sheet is whole."""

import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontDatabase
from PySide6.QtWidgets import QPushButton

from gui.pages.catalogue import PAGES
from gui.theme import DARK, LIGHT
from gui.theme.sheet import MARKS, sheet
from gui.theme.style import load_font, palette
from gui.theme.tokens import current, set_current
from gui.widgets.icon import FOLDER, pixmap, set_icon

THEMES = (DARK, LIGHT)


def luminance(name):
    channels = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in QColor(name).getRgbF()[:3]
    ]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(first, second):
    """Contrast ratio of WCAG 2.2."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("text", ["text", "muted", "accent", "good", "bad"])
@pytest.mark.parametrize("surface", ["window", "panel", "raised", "accent_soft"])
def test_text_can_be_read(theme, text, surface):
    assert contrast(getattr(theme, text), getattr(theme, surface)) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_primary_button_can_be_read_and_focus_can_be_seen(theme):
    assert contrast(theme.accent_text, theme.accent) >= 4.5
    for surface in (theme.window, theme.panel, theme.raised):
        assert contrast(theme.accent, surface) >= 3


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_style_sheet_is_whole(theme, qapp):
    text = sheet(theme, 10)
    assert "$" not in text
    assert text.count("{") == text.count("}")
    files = re.findall(r"url\(([^)]+)\)", text)
    assert files
    assert all(file.startswith(MARKS.as_posix()) for file in files)
    assert all((MARKS / file.rsplit("/", 1)[1]).is_file() for file in files)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.svg")), ids=lambda file: file.stem)
def test_every_icon_draws_something_inside_its_frame(file, qapp):
    image = pixmap(file.stem, "#ff0000", 48).toImage()
    drawn = sum(image.pixelColor(x, y).alpha() > 128 for x in range(48) for y in range(48))
    assert drawn > 20
    edge = [image.pixelColor(x, y).alpha() for x in range(48) for y in (0, 47)]
    assert max(edge) < 200


def test_pages_name_icons_that_exist():
    assert all((FOLDER / f"{page.icon}.svg").is_file() for page in PAGES)


def test_icons_follow_the_theme(qapp, qtbot):
    button = QPushButton()
    qtbot.addWidget(button)
    set_current(DARK)
    set_icon(button, "play")

    def colour():
        image = button.icon().pixmap(QSize(40, 40)).toImage()
        solid = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        return max(solid, key=lambda pixel: pixel.alpha()).name()

    assert colour() == DARK.muted
    set_current(LIGHT)
    assert colour() == LIGHT.muted
    set_current(DARK)
    assert current() is DARK


def test_interface_font_is_the_one_that_is_shipped(qapp):
    font = load_font()
    assert font.family() == "Inter"
    assert set(QFontDatabase.styles("Inter")) == {"Regular", "Medium", "Semi Bold"}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_palette_agrees_with_the_tokens(theme, qapp):
    made = palette(theme)
    assert made.window().color().name() == theme.window
    assert made.text().color().name() == theme.text
