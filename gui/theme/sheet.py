"""The style sheet of one theme. Roles are dynamic properties: ``widget.setProperty("role", "primary")``.

Roles: labels ``heading`` (a panel's small title), ``title`` (large), ``muted``, ``good``, ``bad``, ``accent``,
``code``; buttons ``primary``, ``quiet`` (no frame), ``rail``, ``command``; frames ``panel``, ``bar``, ``card``,
``error``, ``toast``, ``line``.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

from gui.theme.tokens import Theme

MARKS = Path(__file__).resolve().parents[2] / "assets" / "marks"

_SHEET = Template("""
* { outline: none; }
QWidget { color: $text; selection-background-color: $accent_soft; selection-color: $text; }
QMainWindow, QDialog { background: $window; }
QMainWindow::separator { background: $border; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 5px 8px; }

QLabel { background: transparent; }
QLabel[role="heading"] { color: $muted; font-size: ${small}pt; font-weight: 600; letter-spacing: 0.5px; }
QLabel[role="title"] { font-size: ${large}pt; font-weight: 600; }
QLabel[role="brand"] { color: $accent; font-weight: 600; font-size: ${body}pt; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: ${small}pt; }
QLabel[role="good"] { color: $good; }
QLabel[role="bad"] { color: $bad; }
QLabel[role="accent"] { color: $accent; }

QFrame[role="panel"], QWidget[role="panel"] { background: $panel; }
QFrame[role="bar"], QWidget[role="bar"] { background: $window; }
QFrame[role="card"] { background: $raised; border: 1px solid $border; border-radius: 8px; }
QFrame[role="line"] { background: $border; border: none; }
QFrame[role="toast"] { background: $raised; border: 1px solid $border; border-radius: 8px; }
QFrame[role="error"] { background: $raised; border: 1px solid $bad; border-radius: 8px; }
QFrame[role="palette"] { background: $raised; border: 1px solid $border; border-radius: 10px; }

QMenuBar { background: transparent; spacing: 0; padding: 0; }
QMenuBar::item { background: transparent; padding: 5px 9px; border-radius: 5px; }
QMenuBar::item:selected { background: $raised; }
QMenu { background: $raised; border: 1px solid $border; padding: 5px; }
QMenu::item { padding: 6px 28px 6px 10px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 8px; }
QMenu::indicator:checked { image: url($marks/dot.svg); }

QToolBar { background: $window; border: none; border-right: 1px solid $border; spacing: 4px; padding: 8px 4px; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; color: $muted; }
QToolButton:hover { background: $raised; color: $text; }
QToolButton:focus { border-color: $accent; }
QToolButton:checked { color: $accent; background: $accent_soft; }
QToolButton::menu-indicator { image: none; }
QToolButton[role="rail"] { font-size: ${small}pt; padding: 7px 2px 5px 2px; border-radius: 8px; }

QPushButton { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 5px 12px; }
QPushButton:hover { border-color: $muted; }
QPushButton:focus { border-color: $accent; }
QPushButton:pressed { background: $track; }
QPushButton:disabled { color: $faint; background: transparent; }
QPushButton[role="primary"] { background: $accent; color: $accent_text; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { border-color: $text; }
QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:disabled { background: $track; color: $faint; border-color: $track; }
QPushButton[role="quiet"] { background: transparent; border-color: transparent; color: $muted; padding: 4px 8px; }
QPushButton[role="quiet"]:hover { background: $track; color: $text; }
QPushButton[role="quiet"]:focus { border-color: $accent; }
QPushButton[role="command"] { background: $panel; color: $muted; text-align: left; padding: 5px 10px; }
QPushButton[role="command"]:hover { border-color: $muted; }
QPushButton::menu-indicator { image: url($marks/down.svg); width: 10px; height: 10px;
    subcontrol-position: right center; right: 8px; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit[role="field"] {
    background: $panel; border: 1px solid $border; border-radius: 6px; padding: 5px 8px; }
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: $muted; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border-color: $accent; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled { color: $faint; }
QLineEdit[wrong="true"] { border-color: $bad; }
QLineEdit[role="search"] { background: $raised; }
QLineEdit[role="bare"] { background: transparent; border: none; padding: 8px; font-size: ${body}pt; }
QComboBox { background: $raised; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url($marks/down.svg); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $border; padding: 4px; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {
    border: none; background: transparent; width: 18px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url($marks/up.svg); width: 9px; height: 9px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url($marks/down.svg); width: 9px; height: 9px; }
QCheckBox, QRadioButton { background: transparent; spacing: 8px; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $muted; border-radius: 4px; background: $panel; }
QCheckBox::indicator:focus, QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($marks/check-$name.svg); }

QAbstractScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QTableView, QListView, QTreeView, QPlainTextEdit, QTextBrowser { background: $panel; border: none; }
QTableView { gridline-color: transparent; }
QTableView::item { padding: 0 8px; border: none; border-bottom: 1px solid $track; }
QTableView::indicator { width: 14px; height: 14px; border: 1px solid $muted; border-radius: 3px; background: $panel; }
QTableView::indicator:checked { background: $accent; border-color: $accent; image: url($marks/check-$name.svg); }
QTableView::indicator:indeterminate { background: $accent_soft; border-color: $accent; }
QTableView::item:selected, QTreeView::item:selected { background: $accent_soft; color: $text; }
QListView::item { padding: 6px 10px; border-radius: 6px; }
QListView::item:hover { background: $raised; }
QListView::item:selected { background: $accent_soft; color: $text; }
QHeaderView { background: $panel; border: none; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: 6px 8px; font-weight: 500; }
QHeaderView::section:hover { color: $text; }
QHeaderView::up-arrow { image: url($marks/up.svg); width: 8px; height: 8px; }
QHeaderView::down-arrow { image: url($marks/down.svg); width: 8px; height: 8px; }
QTableCornerButton::section { background: $panel; border: none; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: $accent; }
QDockWidget { color: $muted; font-size: ${small}pt; font-weight: 600; }
QDockWidget { titlebar-close-icon: url($marks/close.svg); titlebar-normal-icon: url($marks/float.svg); }
QDockWidget::close-button, QDockWidget::float-button { background: transparent; border: none; padding: 0; }
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: $track; border-radius: 4px; }
QDockWidget::title { background: $panel; padding: 7px 10px; border-top: 1px solid $border; }
QTabBar::tab { background: transparent; color: $muted; padding: 7px 12px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:hover { color: $text; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }

QStatusBar { background: $window; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; font-size: ${small}pt; }
QStatusBar QPushButton { font-size: ${small}pt; padding: 1px 10px; }
QProgressBar { background: $track; border: none; border-radius: 2px; max-height: 5px; min-height: 5px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QSlider::groove:horizontal { background: $track; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal { background: $accent; width: 14px; margin: -5px 0; border-radius: 7px; }
""")


def sheet(theme: Theme, points: float) -> str:
    """The whole style sheet of ``theme`` for a body text of ``points``."""
    colours = {name: value for name, value in vars(theme).items() if isinstance(value, str)}
    return _SHEET.substitute(
        colours,
        marks=MARKS.as_posix(),
        body=f"{points:g}",
        small=f"{points * 0.86:.3g}",
        large=f"{points * 1.4:.3g}",
    )
