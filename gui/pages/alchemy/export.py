"""Pictures of the page as files: PNG and SVG of what is on screen, GIF and WebP of a whole episode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path as File
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QImage

from gui.pages.alchemy import choices, overview, states
from gui.pages.alchemy.model import Path, Situations
from gui.pages.exporting import bitmap
from gui.theme import LIGHT, Theme
from gui.widgets.bench import Bench
from gui.widgets.cube import Cube
from gui.widgets.decision import Decision
from gui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from PIL import Image  # imported where an animation is made: the window starts without it

FRAME_SIZE = QSizeF(1060, 500)
FRAMES_PER_SECOND = 4


@dataclass(frozen=True)
class Clip:
    """What an animation shows: a line of a record, its agent, and whether the belief or the truth is on the cube."""

    situations: Situations
    line: str
    path: Path
    agent: str
    truth: bool = False


def frames(clip: Clip, theme: Theme = LIGHT) -> Iterator[Image.Image]:
    """One picture for each situation of the line, painted offscreen; belongs to the main thread."""
    from PIL import Image

    bench, cube, decision, timeline = Bench(), Cube(), Decision(), Timeline()
    width, height, bar = FRAME_SIZE.width(), FRAME_SIZE.height(), 96.0
    areas = [
        (bench, QRectF(0, 0, 0.34 * width, height - bar)),
        (cube, QRectF(0.34 * width + 1, 0, 0.38 * width - 2, height - bar)),
        (decision, QRectF(0.72 * width, 0, 0.28 * width, height - bar)),
        (timeline, QRectF(0, height - bar + 1, width, bar - 1)),
    ]
    for picture, area in areas:
        picture.resize(area.size().toSize())
    timeline.set_state(overview.timeline_state(clip.situations, [clip.line]))
    regrets = choices.Regrets(clip.situations)
    for index, row in enumerate(clip.path.rows):
        bench.set_state(states.bench_state(clip.situations, clip.path, index))
        cube.set_state(states.cube_state(clip.situations, row, truth=clip.truth))
        so_far = regrets.so_far(clip.path, index)
        decision.set_state(choices.decision_state(clip.situations, clip.path, index, clip.agent, so_far))
        timeline.set_position(clip.path.positions[index])
        image = bitmap(areas, FRAME_SIZE, theme, 1.0).convertToFormat(QImage.Format.Format_RGB888)
        data = bytes(image.constBits())
        stride = image.bytesPerLine()
        yield Image.frombuffer("RGB", (image.width(), image.height()), data, "raw", "RGB", stride, 1)
    for picture, _ in areas:
        picture.deleteLater()


def palette_of(clip: Clip, samples: int = 4) -> Image.Image:
    """255 colours that serve all frames; the last of a GIF's 256 says that a pixel stays as it was."""
    from PIL import Image

    step = max(len(clip.path.rows) // samples, 1)
    some = replace(clip, path=Path(clip.path.rows[::step], clip.path.positions[::step]))
    pictures = list(frames(some))
    sheet = Image.new("RGB", (pictures[0].width, pictures[0].height * len(pictures)))
    for k, picture in enumerate(pictures):
        sheet.paste(picture, (0, k * picture.height))
    sheet = sheet.resize((sheet.width // 2, sheet.height // 2), Image.Resampling.NEAREST)  # every colour is there still
    return sheet.quantize(255, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def save_animation(part: File, kind: str, pictures: list[Image.Image], speed: float = FRAMES_PER_SECOND) -> None:
    """Write frames as an animated GIF or WebP; touches no Qt, so it may run in any thread."""
    if kind == "webp":
        # Measured on 146 frames: no key frames and this effort take a third of the time of the defaults.
        options = {"lossless": True, "method": 2, "quality": 20, "kmin": 1000, "kmax": 2000}
        pictures = [picture.convert("RGB") for picture in pictures]
    else:
        options = {"optimize": True, "disposal": 1}  # stores only the pixels that change
    first, *rest = pictures
    first.save(part, kind.upper(), save_all=True, append_images=rest, duration=round(1000 / speed), loop=0, **options)


@dataclass
class AnimationJob:
    """An animation in the making: frames are painted a few at a time so that the window stays alive.

    ``work`` returns true once every frame is painted; then ``finish`` writes the file and may run in another thread.
    ``cancelled`` may be set at any time; a cancelled job leaves no file.
    """

    file: File
    clip: Clip
    painted: list[Image.Image]
    source: Iterator[Image.Image]
    palette: Image.Image
    cancelled: Event

    @classmethod
    def begin(cls, file: File, clip: Clip) -> AnimationJob:
        """Nothing is painted yet."""
        return cls(file, clip, [], frames(clip), palette_of(clip), Event())

    @property
    def share(self) -> float:
        """How much is painted, 0 to 1."""
        return len(self.painted) / len(self.clip.path.rows)

    def work(self, clock: Callable[[], float], budget_s: float) -> bool:
        """Paint for about ``budget_s`` seconds."""
        end = clock() + budget_s
        while clock() < end:
            frame = next(self.source, None)
            if frame is None:
                return True
            self.painted.append(frame.quantize(palette=self.palette, dither=0))
        return False

    def finish(self) -> bool:
        """Write the file; false where that was cancelled meanwhile."""
        part = self.file.with_name(self.file.name + ".part")
        try:
            save_animation(part, self.file.suffix.lower().lstrip("."), self.painted)
            if self.cancelled.is_set():
                return False
            part.replace(self.file)
            return True
        finally:
            part.unlink(missing_ok=True)
