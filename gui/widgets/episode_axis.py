"""What stands under and over every picture along an episode: the numbers of its trials, and the cursor."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from gui.widgets.canvas import CENTRE, Canvas
from gui.widgets.time_axis import TimeAxis


def draw_axis(canvas: Canvas, plot: QRectF, axis: TimeAxis, position: int, every: int = 1) -> None:
    """The cursor at ``position`` across ``plot``, and below it the number of each ``every``-th trial."""
    theme, unit = canvas.theme, canvas.unit
    x = plot.left() + plot.width() * axis.share(position)
    canvas.fill(QRectF(x - 0.5, plot.top(), 1, plot.height()), theme.accent)
    width = plot.width() / max(axis.trials, 1)
    for trial in range(every - 1, axis.trials, every):
        box = QRectF(plot.left() + trial * width, plot.bottom() + 0.1 * unit, width, 1.2 * unit)
        canvas.text(box, str(trial + 1), theme.muted, align=CENTRE, small=True)
