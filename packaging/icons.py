"""Draws the program's icon in every size a system asks for: ``python packaging/icons.py FOLDER``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
SOURCE = Path(__file__).parent.parent / "assets" / "icons" / "athanor.svg"


def main() -> int:
    """Write FOLDER/SIZE.png, athanor.ico and athanor.icns."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication([])
    renderer = QSvgRenderer(str(SOURCE))
    if not renderer.isValid():
        raise SystemExit(f"{SOURCE} is no picture")
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        image.save(str(folder / f"{size}.png"))
    largest = Image.open(folder / "512.png")
    largest.save(folder / "athanor.ico", sizes=[(size, size) for size in SIZES if size <= 256])
    largest.save(folder / "athanor.icns")
    del application
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
