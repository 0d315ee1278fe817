"""One trace on screen: its sequence, its raster and its gates over the same steps."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter

from gui.pages.memory import marks as marking
from gui.pages.memory import states
from gui.pages.memory.marks import Focus
from gui.pages.memory.states import Look, RasterSource
from gui.pages.memory.trace import Trace
from gui.translation import tr
from gui.widgets.gates import Gates
from gui.widgets.raster import Raster
from gui.widgets.sequence import Sequence
from gui.widgets.step_range import StepRange


class TraceColumn(QSplitter):
    """Sequence, raster and gates of one trace; ``cell_hovered``, ``cell_chosen`` (step, row) and ``step_wanted``."""

    cell_hovered = Signal(int, int)
    cell_chosen = Signal(int, int)
    step_wanted = Signal(int)
    span_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.sequence, self.raster, self.gates = Sequence(), Raster(), Gates()
        for widget, share in ((self.sequence, 0), (self.raster, 1), (self.gates, 0)):
            self.addWidget(widget)
            self.setStretchFactor(self.indexOf(widget), share)
            widget.step_wanted.connect(self.step_wanted)
        self.setSizes([125, 400, 145])
        self.raster.cell_hovered.connect(self.cell_hovered)
        self.raster.cell_chosen.connect(self.cell_chosen)
        self.raster.span_changed.connect(self._on_span)
        self.raster.set_message(tr("The first trace has not been written yet"))
        self.trace: Trace | None = None
        self.look = Look()
        self._source: RasterSource | None = None
        self._version: tuple = ()

    def show_trace(self, trace: Trace, look: Look, name: tuple, parting: int, title: str = "") -> None:
        """Bring all three up to date with a trace that may have grown; ``title`` where two traces are compared."""
        if self._source is None or self._source.trace is not trace or self.look != look:
            self._source = RasterSource(trace, look, (*name, trace.info.number))
            if self.trace is not trace:
                self._on_span(StepRange.whole(trace.length))
            self.raster.set_cell(-1)
        self.trace, self.look = trace, look
        heading = title or tr("Slots × time")
        if heading != self.raster.heading:
            self.raster.heading = heading
            self.raster.setAccessibleName(heading)
            self.raster.update()
        self.raster.set_state(self._source.state(parting))
        version = (id(trace), trace.version, parting, look)
        if version != self._version:
            self._version = version
            self.sequence.set_state(states.sequence_state(trace, parting))
            self.gates.set_state(states.gates_state(trace, look))

    def clear(self) -> None:
        """Show no trace."""
        self.trace, self._source, self._version = None, None, ()
        for picture in (self.sequence, self.raster, self.gates):
            picture.set_state(None)

    def set_position(self, position: int) -> None:
        """Move the cursor of all three."""
        for picture in (self.sequence, self.raster, self.gates):
            picture.set_position(position)
        span = self.raster.span.showing(position, self.trace.length)
        if span != self.raster.span:
            self._on_span(span)

    def show_marks(self, focus: Focus, position: int) -> None:
        """Lead the focus (or what is read at the cursor) back to its writes."""
        found = marking.marks(self.trace, self.look, focus, position)
        self.raster.set_marks(found)
        self.sequence.set_origins(found.origins)

    @Slot(object)
    def _on_span(self, span: StepRange) -> None:
        for picture in (self.sequence, self.raster, self.gates):
            picture.set_span(span)
        self.span_changed.emit(span)
