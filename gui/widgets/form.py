"""A form made from field descriptions: a label, an editor, the unit and one sentence for every setting.

A description is any object with the attributes ``name, title, description, kind`` (bool, int, float, text, path,
choice, json), ``default, choices, unit, many, optional`` and a method ``words()`` that says what the setting may be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label


class Description(Protocol):
    """What the form needs to know of a setting."""

    name: str
    title: str
    description: str
    kind: str
    default: Any
    choices: tuple[Any, ...]
    unit: str
    many: bool
    optional: bool

    def words(self, translate: Callable[[str], str]) -> str: ...


class Field(QObject):
    """One setting's editor: ``widget`` to show, :meth:`value` to read (ValueError where the text is no such value)."""

    changed = Signal()

    def __init__(self, description: Description, parent: QObject) -> None:
        super().__init__(parent)
        self.description = description
        self.problem = label("", "bad")
        self.problem.hide()
        self.problem.setWordWrap(True)
        kind = "line" if description.many else description.kind
        if kind == "bool":
            self.editor: QWidget = QCheckBox()
            self.editor.toggled.connect(self._on_changed)
        elif description.choices and not description.many:
            self.editor = QComboBox()
            self.editor.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            self.editor.setMinimumContentsLength(12)
            self.editor.addItems([str(choice) for choice in description.choices])
            self.editor.setEditable(description.kind != "choice")
            self.editor.currentTextChanged.connect(self._on_changed)
        else:
            self.editor = QLineEdit()
            self.editor.setPlaceholderText(tr("none") if description.optional else description.words(tr))
            self.editor.textChanged.connect(self._on_changed)
        self.title, self.unit = tr(description.title), tr(description.unit)
        self.editor.setAccessibleName(f"{self.title} ({self.unit})" if self.unit else self.title)
        self.editor.setAccessibleDescription(tr(description.description))
        self.editor.setToolTip(f"{description.name}: {description.words(tr)}")
        self.widget = self._with_unit()
        self.set_value(description.default)

    def _with_unit(self) -> QWidget:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT)
        row.addWidget(self.editor, 0 if isinstance(self.editor, QCheckBox) else 1)
        if self.description.kind == "path":
            choose = QPushButton(tr("Choose…"))
            choose.setAccessibleName(tr("Choose {lower}", lower=self.title.lower()))
            choose.clicked.connect(self._on_choose)
            row.addWidget(choose)
        if self.unit:
            row.addWidget(label(self.unit, "muted"))
        if isinstance(self.editor, QCheckBox):
            row.addStretch(1)
        return whole

    def value(self) -> Any:
        """The setting as a JSON value; ValueError with what it may be."""
        if isinstance(self.editor, QCheckBox):
            return self.editor.isChecked()
        text = (self.editor.currentText() if isinstance(self.editor, QComboBox) else self.editor.text()).strip()
        if isinstance(self.editor, QComboBox):
            for choice in self.description.choices:
                if str(choice) == text:
                    return choice
        try:
            if self.description.optional and text.lower() in ("", "none"):
                return None
            if self.description.many:
                return [self._parse(part.strip()) for part in text.split(",") if part.strip()]
            return self._parse(text)
        except (ValueError, OverflowError):
            raise ValueError(tr("May be {words}", words=self.description.words(tr))) from None

    def _parse(self, text: str) -> Any:
        kind = self.description.kind
        if kind == "int":
            return int(text) if text.lstrip("+-").isdigit() else _whole(text)
        if kind == "float":
            return float(text)
        return json.loads(text) if kind == "json" else text

    def set_value(self, value: Any) -> None:
        """Show a JSON value."""
        if isinstance(self.editor, QCheckBox):
            self.editor.setChecked(bool(value))
            return
        if value is None:
            text = ""
        elif self.description.many and isinstance(value, list | tuple):
            text = ", ".join(map(_text, value))
        else:
            text = json.dumps(value) if self.description.kind == "json" else _text(value)
        if isinstance(self.editor, QComboBox):
            if self.editor.isEditable():
                self.editor.setEditText(text)
                self.editor.lineEdit().setCursorPosition(0)
            else:
                self.editor.setCurrentText(text)
        else:
            self.editor.setText(text)
            self.editor.setCursorPosition(0)

    def show_problem(self, text: str) -> None:
        """Say below the editor what is wrong; an empty text says that nothing is."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        wrong = "true" if text else "false"
        if self.editor.property("wrong") != wrong:
            self.editor.setProperty("wrong", wrong)
            self.editor.style().unpolish(self.editor)
            self.editor.style().polish(self.editor)

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()

    @Slot()
    def _on_choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self.widget, tr("Choose {lower}", lower=self.title.lower()))
        if path:
            self.set_value(path)


class Form(QWidget):
    """All fields of a configuration. ``check(values)`` names what is wrong as (field name or "", sentence), or ("",
    "").
    """

    changed = Signal()

    def __init__(
        self,
        descriptions: Iterable[Description],
        check: Callable[[dict[str, Any]], tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._check = check
        self._quiet = False
        self.fields = {item.name: Field(item, self) for item in descriptions}
        self.problem = label("", "bad")
        self.problem.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * UNIT)
        grid.setVerticalSpacing(UNIT // 2)
        grid.setColumnMinimumWidth(0, 14 * UNIT)
        grid.setColumnStretch(1, 1)
        for row, field in enumerate(self.fields.values()):
            name = label(field.title)
            name.setBuddy(field.editor)
            hint = label(tr(field.description.description), "small")
            hint.setWordWrap(True)
            grid.addWidget(name, 4 * row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(field.widget, 4 * row, 1)
            grid.addWidget(field.problem, 4 * row + 1, 1)
            grid.addWidget(hint, 4 * row + 2, 1)
            grid.setRowMinimumHeight(4 * row + 3, UNIT)
            field.changed.connect(self._on_changed)
        last = 4 * len(self.fields)
        grid.addWidget(self.problem, last, 0, 1, 2)
        grid.setRowStretch(last + 1, 1)
        self.problem.hide()

    def values(self) -> dict[str, Any] | None:
        """Every setting as JSON values, or None while something is wrong, which is then said in place."""
        values: dict[str, Any] = {}
        wrong = {}
        for name, field in self.fields.items():
            try:
                values[name] = field.value()
            except ValueError as error:
                wrong[name] = str(error)
        general = ""
        if not wrong:
            name, sentence = self._check(values)
            if name in self.fields:
                wrong[name] = sentence
            else:
                general = sentence
        for name, field in self.fields.items():
            field.show_problem(wrong.get(name, ""))
        self.problem.setText(general)
        self.problem.setVisible(bool(general))
        return None if wrong or general else values

    def set_values(self, values: dict[str, Any]) -> None:
        """Show these settings; fields that are not named get their defaults."""
        self._quiet = True
        for name, field in self.fields.items():
            field.set_value(values.get(name, field.description.default))
        self._quiet = False
        self.changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        if not self._quiet:
            self.changed.emit()


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def _whole(text: str) -> int:
    value = float(text)  # 1e6 is a whole number too
    if not value.is_integer():
        raise ValueError(text)
    return int(value)
