"""What a person changes in a scene: the world or the memory, from the step shown on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.control.page import ControlPage

Choice = tuple[str, dict[str, Any]]

CHOICES: dict[str, tuple[Choice, ...]] = {
    "maze": (
        (tr("Take the platform away (probe trial)"), {"kind": "remove"}),
        (tr("Put the platform back"), {"kind": "restore"}),
        (tr("Make the platform small"), {"kind": "radius", "radius": 0.15}),
        (tr("Make the platform large"), {"kind": "radius", "radius": 0.45}),
    ),
    "pendulum": (
        (tr("Push it to the right"), {"kind": "push", "speed": 4.0}),
        (tr("Push it to the left"), {"kind": "push", "speed": -4.0}),
        (tr("Shorten the rod to 0.6 m"), {"kind": "length", "length": 0.6}),
        (tr("Lengthen the rod to 1.4 m"), {"kind": "length", "length": 1.4}),
    ),
    "cartpole": (
        (tr("Push the pole to the left"), {"kind": "push", "speed": 4.0}),
        (tr("Push the pole to the right"), {"kind": "push", "speed": -4.0}),
        (tr("Shorten the pole to 0.35 m"), {"kind": "length", "length": 0.35}),
        (tr("Lengthen the pole to 0.85 m"), {"kind": "length", "length": 0.85}),
    ),
    "payload": (
        (tr("Take the mass away"), {"kind": "mass", "mass": 0.0}),
        (tr("Put on 1 kg"), {"kind": "mass", "mass": 1.0}),
    ),
    "wind": (
        (tr("Turn the wind to the east"), {"kind": "wind", "x": 0.07, "y": 0.0}),
        (tr("Turn the wind to the west"), {"kind": "wind", "x": -0.07, "y": 0.0}),
    ),
}
"""By family; wiping the memory can be done everywhere."""

WIPE: Choice = (tr("Wipe all memories"), {"kind": "wipe"})


class Changes(QObject):
    """Sends changes to the session; opens one where the record is only being looked at."""

    def __init__(self, page: ControlPage) -> None:
        super().__init__(page)
        self._page = page

    def choices(self) -> list[Choice]:
        """What can be changed in the world shown."""
        source = self._page.source
        family = source.task.family if source is not None and source.task is not None else ""
        return [WIPE, *CHOICES.get(family, ())]

    def make(self, change: dict[str, Any]) -> None:
        """Live the episode again with one thing changed at the step shown; the page follows the new scene."""
        page = self._page
        if not page.is_ready:
            return
        if page.session is None or not page.session.open:
            page.workspace.toast(tr("This is a recording: press Run to live an episode in which things can be changed"))
            return
        page.session.intervene(page.scene, {**change, "step": page.position})
        page.follow()

    @Slot()
    def wipe(self) -> None:
        """Wipe all memories now."""
        self.make({"kind": "wipe"})

    @Slot()
    def remove(self) -> None:
        """Take the platform away now."""
        self.make({"kind": "remove"})

    @Slot(float, float)
    def place(self, x: float, y: float) -> None:
        """A click in the world: what it moves is chosen in the bar; in an arm's world it is the target."""
        task = self._page.source.task if self._page.source is not None else None
        if task is None:
            return
        if task.maze:
            self.make({"kind": str(self._page.toolbar.click.currentData()), "x": x, "y": y})
        elif task.family == "reacher":
            self.make({"kind": "target", "x": x, "y": y})

    @Slot(float, float)
    def drag(self, x: float, y: float) -> None:
        """The platform was dragged somewhere."""
        self.make({"kind": "platform", "x": x, "y": y})
